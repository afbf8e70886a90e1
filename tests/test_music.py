"""SequenceSynthesizer on music: planted rules are learned and filled, forms are kept, bad input is named."""

import numpy as np
import pytest
from sklearn.base import clone

from augment import SequenceSynthesizer
from augment.codecs.music import MusicCodec
from augment.codecs.sequence_layout import BOUND
from augment.models import Recurrent
from augment.synthesizers.music import Music, _split_whole

FIFTH = 7  # semitones that the second voice is below the first one


def melodies(n, rng):
    """Walks of 8 or 12 steps over a range of an octave and a half, with the same a fifth below."""
    for _ in range(n):
        steps = rng.choice([-2, -1, 1, 2], rng.choice([8, 12])).cumsum()
        yield np.stack([72 + steps - steps[0], 72 - FIFTH + steps - steps[0]], axis=1).clip(55, 90)


def synthesizer(**arguments):
    settings = {"model": Recurrent(units=48, learning_rate=0.02), "kind": "music", "epochs": 8, "verbose": 0}
    return SequenceSynthesizer(**settings | {"random_state": 0} | arguments)


def quick(**arguments):
    return synthesizer(**{"model": Recurrent(units=4), "epochs": 1} | arguments)


@pytest.fixture(scope="module")
def fitted():
    pieces = list(melodies(150, np.random.default_rng(0)))
    return synthesizer().fit(pieces), pieces


def follows(piece):
    """Share of steps whose second voice is a fifth below the first."""
    return (piece[:, 0] - piece[:, 1] == FIFTH).mean()


@pytest.mark.slow
def test_a_planted_rule_is_learned(fitted):
    new = fitted[0].generate(200)
    assert {piece.dtype for piece in new} == {fitted[1][0].dtype} and all(piece.shape[1] == 2 for piece in new)
    assert np.mean([follows(piece) for piece in new if len(piece)]) > 0.95
    assert np.mean([len(piece) for piece in new]) == pytest.approx(10, abs=1.5)
    moves = np.concatenate([np.abs(np.diff(piece[:, 0])) for piece in new if len(piece)])
    assert np.isin(moves, (1, 2)).mean() > 0.95


@pytest.mark.slow
@pytest.mark.parametrize("kept", [0, 1])
def test_a_kept_voice_is_kept_and_the_other_follows_it(fitted, kept):
    synthesizer, _ = fitted
    others = list(melodies(6, np.random.default_rng(1)))
    given = [np.where(np.arange(2) == kept, piece, np.nan) for piece in others]
    filled = synthesizer.generate(condition=given)
    for piece, whole in zip(filled, others, strict=True):
        assert np.array_equal(piece[:, kept], whole[:, kept]) and len(piece) == len(whole)
    assert np.mean([follows(piece) for piece in filled]) > 0.9


@pytest.mark.slow
def test_gaps_are_filled_from_both_sides(fitted):
    synthesizer, pieces = fitted
    gap = pieces[0].astype(float)
    gap[3:5] = np.nan
    filled = synthesizer.generate(20, condition=gap, random_state=1)
    masked = synthesizer.generate(20, condition=np.ma.masked_invalid(gap), random_state=1)
    assert all(np.array_equal(a, b) for a, b in zip(filled, masked, strict=True))
    known = ~np.isnan(gap)
    assert all(np.array_equal(piece[known], gap[known]) for piece in filled)
    seams = [np.abs(np.diff(piece[:, 0]))[2:5] for piece in filled]
    assert np.isin(seams, (1, 2)).mean() > 0.9  # no leap where the gap begins or ends


@pytest.mark.slow
def test_pieces_begin_with_the_prompt(fitted):
    synthesizer, pieces = fitted
    new = synthesizer.generate(5, prompt=pieces[0][:6])
    assert all(np.array_equal(piece[:6], pieces[0][:6]) for piece in new)
    each = synthesizer.generate(prompt=[pieces[0][:3], pieces[1][:4]])
    assert [np.array_equal(piece[:n], pieces[k][:n]) for k, (piece, n) in enumerate(zip(each, (3, 4), strict=True))]
    assert max(map(len, synthesizer.generate(30, max_length=4))) == 4


@pytest.mark.slow
def test_likelihood_knows_the_rule_and_saving_keeps_it(fitted, tmp_path):
    synthesizer, pieces = fitted
    wrong = pieces[0].copy()
    wrong[4, 1] += 1
    own = synthesizer.score_samples([pieces[0], wrong])
    assert own[0] > own[1] + 2 and synthesizer.score([pieces[0]]) == pytest.approx(own[0])
    synthesizer.save(tmp_path / "music")
    again = SequenceSynthesizer.load(tmp_path / "music")
    assert again.kind_ == "music" and repr(again) == repr(synthesizer)
    assert all(np.array_equal(a, b) for a, b in zip(again.generate(9), synthesizer.generate(9), strict=True))
    assert np.array_equal(again.score_samples(pieces[:3]), synthesizer.score_samples(pieces[:3]))


@pytest.mark.slow
def test_the_same_seed_gives_the_same_pieces_in_any_number(fitted):
    synthesizer, pieces = fitted
    many, few = (synthesizer.generate(n, random_state=5) for n in (40, 3))
    assert all(np.array_equal(a, b) for a, b in zip(few, many, strict=False))
    given = np.where([True, False], pieces[0], np.nan)
    many, few = (synthesizer.generate(n, condition=given, random_state=5) for n in (5, 2))
    assert all(np.array_equal(a, b) for a, b in zip(few, many, strict=False))
    assert synthesizer.generate(0, condition=given) == []


@pytest.mark.slow
def test_what_is_cut_is_said(fitted, capsys):
    loud = clone(fitted[0])
    loud.__dict__.update(fitted[0].__dict__, verbose=1)
    loud.generate(10, max_length=3)
    assert "10 of 10 pieces were cut at max_length=3" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"prompt": np.full((5, 2), 72), "max_length": 4}, "A prompt has 5 steps, more than max_length=4"),
        ({"prompt": np.array([[127, 60]])}, "prompt has the pitch 127 in voice 0 at step 0"),
        ({"prompt": np.array([[72.0, np.nan]])}, "Piece 0 of prompt has missing values"),
        ({"prompt": np.full((5, 3), 72)}, r"must all have the shape \(time, 2\): .* Piece 0 of prompt .* \(5, 3\)"),
        ({"condition": np.array([[72, np.nan, 60]])}, "Piece 0 of condition has the shape"),
        ({"condition": np.array([[1, np.nan]])}, "condition has the pitch 1 in voice 0"),
        ({"condition": np.array([[-1, np.nan]])}, "condition has silence in voice 0"),
        ({"condition": [np.array([[72, 65]])] * 3, "n_samples": 2}, "condition has 3 pieces, and 2 are asked for"),
        ({"condition": np.zeros((0, 2, 2)), "n_samples": 2}, "condition has 0 pieces"),
        ({"condition": np.array([[72, np.nan]]), "max_length": 3}, "Give one of condition, pieces to fill, and prompt"),
        ({"condition": np.array([[72, np.nan]]), "temperature": 0}, "temperature must be a number"),
        ({"history": np.array([[72, 65]])}, "history is not for sequences of the kind 'music'"),
    ],
)
def test_bad_questions_are_named(fitted, arguments, message):
    with pytest.raises(ValueError, match=message):
        fitted[0].generate(**arguments)


@pytest.mark.usefixtures("one_step")
@pytest.mark.parametrize("form", ["list", "lines", "array", "nested lists", "one piece", "an empty one"])
def test_pieces_come_back_in_their_form(form):
    pieces = [np.array([[60, 55], [62, -1], [64, 57], [65, 58]])] * 6
    given = {
        "list": pieces,
        "lines": [piece[:, 0] for piece in pieces],
        "array": np.stack(pieces),
        "nested lists": [piece.tolist() for piece in pieces],
        "one piece": [piece.astype("int8") for piece in pieces[:1]],
        "an empty one": [*pieces, []],
    }[form]
    fitted = quick().fit(given)
    first = np.asarray(given[0])
    new = fitted.generate(condition=[first.astype(float)] * 2)
    assert isinstance(new, np.ndarray if form == "array" else list) and len(new) == 2
    assert np.array_equal(new[0], first) and new[0].dtype == first.dtype
    new = fitted.generate(4)
    assert all(
        piece.shape[1:] == first.shape[1:] and np.isin(piece, [*range(60, 66), *range(55, 59), -1]).all()
        for piece in new
    )
    assert len(fitted.generate()) == len(given)
    if form == "lines":
        assert all(piece[:2].tolist() == [60, 62] for piece in fitted.generate(3, prompt=[60, 62]))


@pytest.mark.usefixtures("one_step")
def test_whole_steps_whatever_is_drawn():
    pieces = [np.array([[60, 55, -1], [62, -1, 40], [64, 57, 41]])] * 4 + [
        np.zeros((0, 3), int),
        np.array([[60, 55, 40]]),
    ]
    fitted = quick().fit(pieces, ["a", "b"] * 3)
    new, labels = fitted.generate(100, temperature=100, max_length=7)
    assert len(labels) == 100 and all(piece.shape[1] == 3 and len(piece) <= 7 for piece in new)
    for voice, known in enumerate([range(60, 65), [-1, 55, 56, 57], [-1, 40, 41]]):
        assert np.isin(np.concatenate(new)[:, voice], known).all()
    assert np.isfinite(fitted.score_samples(pieces, ["a", "b"] * 3)).all()
    assert (fitted.generate(y=["b"], condition=[np.array([[60, np.nan, 40]])])[1] == ["b"]).all()


def test_pieces_to_learn_from_and_to_validate_on_are_others():
    rng = np.random.default_rng(0)
    pieces = [np.full((60, 2), 60) + number // 2 for number in range(40)]  # two of each, told apart by no key
    pieces = [piece + rng.integers(-1, 2, piece.shape) for piece in pieces]
    codec = MusicCodec().fit((pieces, None))
    rows = codec.encode((pieces, None), rng)
    learn, check = _split_whole(rows, 0.1, rng)
    assert len(learn) + len(check) == len(rows) and len(rows) * 0.1 <= len(check) <= len(rows) * 0.1 + 2
    assert (check[:, 0] == BOUND).sum() == (check[:, 1:] == BOUND).any(axis=1).sum()  # whole ones, from begin to end

    kind = Music(n_voices=2)
    moved, again = kind.split(codec, rows, 0.1, np.random.default_rng(1))
    stay, _ = Music(n_voices=2, transpose=False).split(codec, rows, 0.1, np.random.default_rng(1))
    assert len(moved) > 2 * len(stay) and len(again) == len(check)
    assert len(np.unique(np.concatenate([stay, moved]), axis=0)) == len(np.unique(moved, axis=0))
    assert kind.split(codec, rows[:3], 0.1, rng)[1] is None and kind.split(codec, rows, 0, rng)[1] is None


def test_a_single_long_piece_is_split_by_its_parts():
    piece = np.random.default_rng(0).integers(60, 70, (2000, 1))
    codec = MusicCodec().fit(([piece], None))
    learn, check = _split_whole(codec.encode(([piece], None)), 0.1, np.random.default_rng(0))
    assert len(check) == 2 and len(learn) > 10


@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        ([], ValueError, "X holds no step to learn from"),
        ([np.zeros((0, 4), int)] * 3, ValueError, "X holds no step to learn from"),
        (np.zeros((5, 4), int), TypeError, r"list of arrays .* got an array of shape \(5, 4\)"),
        ("abc", TypeError, "X must be a list of arrays of MIDI pitches"),
        (["abc"], TypeError, "Piece 0 of X must be numbers"),
        ([[-1, -1], [-1]], ValueError, "X holds no note to learn from: its pieces are silent throughout"),
        ([["60", "62"]], TypeError, "Piece 0 of X must be numbers"),
        ([[True, False]], TypeError, "Piece 0 of X must be numbers"),
        ([np.array([60 + 1j])], TypeError, "Piece 0 of X must be numbers"),
        ([[60, 128]], ValueError, "Piece 0 of X has 128 at step 1"),
        ([[60, -2]], ValueError, "Piece 0 of X has -2 at step 1"),
        ([[60], [60, np.nan]], ValueError, "Piece 1 of X has missing values: silence is -1"),
        ([[60], [np.inf]], ValueError, "Piece 1 of X has inf"),
        ([np.zeros((3, 0))], ValueError, r"must have the shape \(time, voices\)"),
        ([[[60, 55]], [[60]]], ValueError, r"the shape \(time, 2\): the same voices in each. Piece 1 of X .* \(1, 1\)"),
        ([[[60, 55]], [60]], ValueError, r"Piece 1 of X has the shape \(1,\)"),
        ([[[60, 55], [60]]], TypeError, "each step with the same voices"),
    ],
)
def test_bad_pieces_are_named(X, error, message):
    with pytest.raises(error, match=message):
        quick().fit(X)


def test_bad_parameters_are_named():
    with pytest.raises(TypeError, match="transpose must be True or False. Received: transpose='up'"):
        quick(transpose="up").fit([[60, 62]])
    with pytest.raises(ValueError, match="the kind 'music' take model='recurrent'"):
        quick(model="flow").fit([[60, 62]])

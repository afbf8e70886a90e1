"""Pieces become tokens and come back, their notes take turns, and keys keep intervals."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from augment.codecs.music import MusicCodec
from augment.codecs.sequence_layout import BOUND, NOTHING


@st.composite
def pieces(draw):
    n_voices = draw(st.integers(1, 4))
    steps = st.lists(st.lists(st.integers(-1, 127), min_size=n_voices, max_size=n_voices), max_size=9)
    arrays = [np.array(each, int).reshape(-1, n_voices) for each in draw(st.lists(steps, min_size=1, max_size=5))]
    return [*arrays, np.full((1, n_voices), 60)]


@given(pieces())
def test_pieces_come_back(pieces):
    codec = MusicCodec().fit((pieces, None))
    again = MusicCodec.from_dict(json.loads(json.dumps(codec.to_dict())))
    for each in (codec, again):
        decoded = each.decode(each.tokens(pieces))
        assert all(np.array_equal(a, b) for a, b in zip(decoded, pieces, strict=True))
    assert again.layout == codec.layout and np.array_equal(again.layout.turns, codec.layout.turns)
    assert again.longest == max(piece.size for piece in pieces)


@given(pieces())
def test_every_token_stands_where_it_may(pieces):
    codec = MusicCodec().fit((pieces, None))
    for tokens in codec.tokens(pieces):
        places = np.arange(len(tokens) + 1)
        assert codec.layout.turns[places % codec.n_voices, [*tokens, BOUND]].all()
    assert (codec.layout.turns.sum(axis=0) == 1).all()  # each token in one place of a step, and the end before it


@given(pieces(), st.integers(0, 2**32))
def test_keys_keep_intervals_rests_and_ranges(pieces, seed):
    codec = MusicCodec().fit((pieces, None))
    rows = codec.encode((pieces, None))
    moved = codec.transposed(rows, 10**6, np.random.default_rng(seed))
    pitches = np.array([0, *(pitch for _, pitch in codec.vocabulary)])
    voices = np.array([-1, *(voice for voice, _ in codec.vocabulary)])
    found = set()
    for row in moved:
        same = [(number, other) for number, other in enumerate(rows) if _is_moved(row, other, pitches, voices)]
        assert same
        found |= {number for number, other in same if np.array_equal(row, other)}
    assert found == set(range(len(rows)))  # each in its own key, too
    assert len(np.unique(moved, axis=0)) >= len(np.unique(rows, axis=0))


def _is_moved(row, other, pitches, voices):
    """Whether a row is another one with the same number added to all pitches, bounds, rests and voices alike."""
    if not (np.array_equal(row <= BOUND, other <= BOUND) and np.array_equal(row == NOTHING, other == NOTHING)):
        return False
    row, other = row[row > BOUND], other[other > BOUND]
    silent = pitches[other] == -1
    shifts = (pitches[row] - pitches[other])[~silent]
    return (
        np.array_equal(voices[row], voices[other])
        and (pitches[row][silent] == -1).all()
        and len(set(shifts.tolist())) < 2
    )


def test_a_piece_is_moved_into_every_key_between_the_lowest_and_the_highest_pitch_of_each_voice():
    wide, narrow = np.array([[70, 40], [80, 50]]), np.array([[72, 45], [74, 45]])
    codec = MusicCodec().fit(([wide, narrow], np.array(["a", "b"])))
    rows = codec.encode(([narrow, wide], np.array(["b", "a"])))
    moved = codec.transposed(codec.encode(([narrow], np.array(["b"]))), 100, np.random.default_rng(0))
    n = codec.layout.length + 1
    decoded = {tuple(codec.decode([row[1:5]])[0].ravel().tolist()) for row in moved}
    assert decoded == {(72 + k, 45 + k, 74 + k, 45 + k) for k in range(-2, 6)}  # from 70 up, and 45 + 5 is the highest
    assert (moved[:, n : n + 5] == 1).all()  # its class goes with it
    assert len(codec.transposed(rows, 3, np.random.default_rng(0))) <= 3


def test_notes_and_silences_that_no_piece_has_are_named():
    codec = MusicCodec().fit(([np.array([[67, 60], [69, -1]])], None))
    with pytest.raises(ValueError, match="prompt has the pitch 70 in voice 0 at step 1, .* pitches from 67 to 69"):
        codec.tokens([np.array([[67, 60], [70, 60]])], "prompt")
    with pytest.raises(ValueError, match="X has silence in voice 0 at step 0"):
        codec.tokens([np.array([[-1, 60]])])
    silent = MusicCodec().fit(([np.array([[67, -1], [69, -1]])], None))
    with pytest.raises(ValueError, match="the pitch 60 in voice 1 at step 0, .* with: silence alone"):
        silent.tokens([np.array([[67, 60]])])


def test_missing_notes_are_tokens_to_fill():
    codec = MusicCodec().fit(([np.array([[67, 60], [69, -1]])], None))
    assert codec.tokens([np.array([[67, np.nan], [np.nan, -1]])])[0].tolist() == [1, NOTHING, NOTHING, 4]


def test_another_encoding_is_refused():
    with pytest.raises(ValueError, match="Pieces are encoded as 'tokens', which Recurrent takes"):
        MusicCodec("vectors")

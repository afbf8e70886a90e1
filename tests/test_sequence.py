"""SequenceSynthesizer on texts: what a user gives, asks for and gets back."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from augment import SequenceSynthesizer
from augment.models import Flow, Recurrent

NAMES = [start + middle * n + "\n" for start in "ab" for middle in "ou" for n in (1, 2, 3)] * 20
LABELS = np.array([name[0].upper() for name in NAMES])


@pytest.fixture(scope="module")
def fitted():
    """Names that begin with their label's letter, learned well."""
    model = Recurrent(units=32, learning_rate=0.02)
    return SequenceSynthesizer(model, epochs=8, verbose=0, random_state=0).fit(NAMES, LABELS)


@pytest.mark.slow
def test_texts_are_like_the_fitted_ones_and_have_their_labels(fitted):
    texts, labels = fitted.generate(400)
    assert isinstance(texts, list) and labels.dtype == LABELS.dtype
    assert np.mean([text in NAMES for text in texts]) > 0.95
    assert np.mean([text[:1].upper() == label for text, label in zip(texts, labels, strict=True)]) > 0.95
    shares = pd.Series(texts).value_counts(normalize=True).reindex(sorted(set(NAMES)))
    assert np.abs(shares - 1 / 12).max() < 0.05


@pytest.mark.slow
def test_labels_are_asked_for_in_their_order(fitted):
    texts, labels = fitted.generate(y=["B", "A", "B"])
    assert labels.tolist() == ["B", "A", "B"] and [text[0] for text in texts] == ["b", "a", "b"]
    assert set(fitted.generate(20, condition={"label": "A"})[1]) == {"A"}
    assert len(fitted.generate()[0]) == len(NAMES) and fitted.classes_.tolist() == ["A", "B"]


@pytest.mark.slow
def test_texts_begin_with_the_prompt(fitted):
    texts, labels = fitted.generate(prompt=["ao", "bu"], y=["A", "B"])
    assert [text[:2] for text in texts] == ["ao", "bu"] and labels.tolist() == ["A", "B"]
    assert all(text.startswith("ao") for text in fitted.generate(5, prompt="ao")[0])


@pytest.mark.slow
def test_the_same_seed_gives_the_same_texts_in_any_number(fitted):
    many, _ = fitted.generate(y=["A"] * 200, random_state=7)
    assert fitted.generate(y=["A"] * 30, random_state=7)[0] == many[:30]
    assert fitted.generate(y=["A"] * 200, random_state=8)[0] != many


@pytest.mark.slow
def test_what_is_cut_is_said(fitted, capsys):
    loud = clone(fitted)
    loud.__dict__.update(fitted.__dict__, verbose=1)
    texts, _ = loud.generate(50, prompt="ao", max_length=3)
    n_cut = sum(text[-1] != "\n" for text in texts)
    assert max(map(len, texts)) == 3 and 30 < n_cut < 50
    assert f"{n_cut} of 50 texts were cut at max_length=3" in capsys.readouterr().err


@pytest.mark.slow
def test_likelihood_tells_what_is_like_the_fitted_texts(fitted):
    own = fitted.score_samples(["aoo\n", "oob\n"])
    assert own[0] > np.log(1 / 12) - 0.5 and own[0] > own[1] + 3
    joint = fitted.score_samples(["aoo\n"], ["A"])
    assert joint[0] == pytest.approx(own[0], abs=0.1)  # only As begin with an a
    assert fitted.score(["aoo\n", "oob\n"]) == pytest.approx(own.mean())


@pytest.mark.slow
def test_a_saved_synthesizer_gives_the_same_texts(fitted, tmp_path):
    fitted.save(tmp_path / "names")
    again = SequenceSynthesizer.load(tmp_path / "names")
    assert repr(again) == repr(fitted) and again.kind_ == "text"
    new, expected = again.generate(30), fitted.generate(30)
    assert new[0] == expected[0] and np.array_equal(new[1], expected[1])
    assert np.array_equal(again.score_samples(NAMES[:5], LABELS[:5]), fitted.score_samples(NAMES[:5], LABELS[:5]))


@pytest.mark.usefixtures("one_step")
@pytest.mark.parametrize("form", ["list", "array", "objects", "pandas", "categories", "polars", "one text"])
def test_texts_come_back_in_their_form(form):
    texts = ["abab", "ba", "", "aabb"] * 3
    if form == "polars":
        given = pytest.importorskip("polars").Series("names", texts)
    else:
        given = {
            "list": texts,
            "array": np.array(texts),
            "objects": np.array(texts, dtype=object),
            "categories": pd.Series(texts, dtype="category"),
            "pandas": pd.Series(texts, name="names", dtype="string"),
            "one text": "".join(texts),
        }[form]
    synthesizer = SequenceSynthesizer(Recurrent(units=4), epochs=1, verbose=0, random_state=0).fit(given)
    new = synthesizer.generate(3)
    assert len(new) == 3
    if form == "categories":
        assert set("".join(new)) <= {"a", "b"}
    elif form in ("pandas", "polars"):
        assert type(new) is type(given) and new.name == "names" and new.dtype == given.dtype
    else:
        assert isinstance(new, np.ndarray if form in ("array", "objects") else list)
        assert form != "objects" or new.dtype == object
        assert set("".join(new)) <= {"a", "b"}
    assert len(synthesizer.generate()) == (1 if form == "one text" else 12)


@pytest.mark.slow
@pytest.mark.usefixtures("one_step")
def test_a_long_text_goes_on_for_as_long_as_is_asked(monkeypatch):
    text = "the cat sat on the mat. " * 100
    synthesizer = SequenceSynthesizer(Recurrent(units=4), epochs=1, verbose=0, random_state=0).fit(text)
    assert synthesizer.codec_.layout.length == 128
    (more,) = synthesizer.generate(prompt=text[:1200], temperature=100)
    assert more.startswith(text[:1200]) and 1200 <= len(more) <= 2200
    (new,) = synthesizer.generate(prompt="the", max_length=40)
    assert new.startswith("the") and len(new) <= 40
    monkeypatch.setattr("augment.synthesizers.token_kind.LONGEST", 60)
    assert len(synthesizer.generate(1)[0]) <= 60


@pytest.mark.parametrize(
    ("X", "y", "error", "message"),
    [
        ([], None, ValueError, "X holds no text to learn from"),
        ([b"a"], None, TypeError, "got list of bytes"),
        ([None, "a"], None, TypeError, "number 0 is missing: drop or fill it"),
        (pd.Series([None, "a"], dtype="string"), None, TypeError, "number 0 is missing"),
        (np.array("a"), None, TypeError, "X is of no kind of sequences that is known"),
        (["", ""], None, ValueError, "X holds no text to learn from"),
        (["a", None], None, TypeError, "number 1 is missing"),
        (["a", 3], None, TypeError, "number 1 is of type int"),
        (pd.Series(["a", None], dtype="str"), None, TypeError, "number 1 is missing"),
        (np.zeros((3, 4)), None, TypeError, "X is of no kind"),
        (["a", "b"], ["x"], ValueError, "one label for each of the 2 sequences"),
        (["a", "b"], ["x", 1], ValueError, "all of one kind, none of them missing; got int, str"),
        (["a", "b"], ["x", np.nan], ValueError, "all of one kind, none of them missing; got float, str"),
        (pd.Series([1.5, 2.5]), None, TypeError, r"got a series of numbers: give what its to_numpy\(\) gives"),
        (7, None, TypeError, "got int"),
        ([[1.0, 2.0]], None, TypeError, r"list of arrays \(time, features\), got list of list"),
    ],
)
def test_bad_data_are_named(X, y, error, message):
    with pytest.raises(error, match=message):
        SequenceSynthesizer(verbose=0).fit(X, y)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n_samples": -1}, "n_samples must be an integer of at least 0"),
        ({"y": ["C"]}, "Unknown label 'C'; the labels are 'A', 'B'"),
        ({"y": ["A"], "condition": {"label": "A"}}, "Give one of y and condition"),
        ({"condition": {"lable": "A"}}, "A condition on sequences is {'label': value or list}"),
        ({"prompt": "x"}, "prompt has the character 'x'"),
        ({"prompt": "aooo", "max_length": 3}, "A prompt has 4 characters, more than max_length=3"),
        ({"prompt": ["a", "b"], "n_samples": 3}, "prompt is a list of 2 texts, and 3 are asked for"),
        ({"max_length": 0}, "max_length must be an integer of at least 1"),
        ({"temperature": 0}, "temperature must be a number from 0.01 to 100"),
        ({"history": np.zeros((3, 2))}, "history is not for sequences of the kind 'text'"),
        ({"top_p": 1.5}, r"top_p must be in \(0, 1\]"),
    ],
)
def test_bad_questions_are_named(fitted, arguments, message):
    with pytest.raises(ValueError, match=message):
        fitted.generate(**arguments)


def test_bad_parameters_are_named():
    with pytest.raises(ValueError, match="kind must be 'auto' or one of 'text'"):
        SequenceSynthesizer(kind="poem", verbose=0).fit(["a"])
    for model in ("vae", "autoregressive", Flow()):
        with pytest.raises(ValueError, match="the kind 'text' take model='recurrent'"):
            SequenceSynthesizer(model, verbose=0).fit(["ab", "ba"])
    with pytest.raises(NotFittedError):
        SequenceSynthesizer().generate(3)


@pytest.mark.usefixtures("one_step")
def test_a_function_makes_the_model(tmp_path):
    def own(layout):
        return Recurrent(units=4).build(layout)

    synthesizer = SequenceSynthesizer(own, epochs=1, verbose=0, random_state=0).fit(NAMES)
    synthesizer.save(tmp_path / "own")
    again = SequenceSynthesizer.load(tmp_path / "own", model=own)
    assert again.generate(5) == synthesizer.generate(5)


FIRST, LAST = ("Anna", "Bert", "Cora", "Dora"), ("Miller", "Meyer", "Smith", "Schmidt")
FULL = [f"{first} {last}" for first in FIRST for last in LAST] * 20


@pytest.mark.slow
def test_names_are_learned_in_pieces():
    model = Recurrent(units=32, learning_rate=0.02)
    synthesizer = SequenceSynthesizer(model, tokens=60, epochs=12, verbose=0, random_state=0).fit(FULL)
    assert {"Anna", " Smith"} <= set(synthesizer.codec_.vocabulary)
    assert np.mean([name in FULL for name in synthesizer.generate(300)]) > 0.95
    for prompt in ("A", "Dora S", "Bert Mi", "Cora Smith"):
        new = synthesizer.generate(400, prompt=prompt)
        like = {name for name in FULL if name.startswith(prompt)}
        shares = pd.Series(new).value_counts(normalize=True).reindex(sorted(like))
        assert np.mean([name in like for name in new]) > 0.95 and np.abs(shares - 1 / len(like)).max() < 0.12
        assert synthesizer.generate(30, prompt=prompt) == new[:30]
    # of all ways to write a name the one by which it was learned has nearly all of its probability
    assert np.abs(synthesizer.score_samples(FULL[:16]) - np.log(1 / 16)).max() < 0.5


@pytest.mark.slow
@pytest.mark.usefixtures("one_step")
def test_pieces_keep_prompt_and_length_and_are_saved(tmp_path, capsys):
    synthesizer = SequenceSynthesizer(Recurrent(units=4), tokens=60, epochs=1, random_state=0).fit(
        FULL, ["A"] * len(FULL)
    )
    capsys.readouterr()
    for prompt, most in (("An", None), ("Anna Mil", 9), ("Dora", 4), ("Cora S", 40)):
        texts, _ = synthesizer.generate(50, prompt=prompt, max_length=most, temperature=3)
        assert all(text.startswith(prompt) and len(text) <= (most or max(map(len, FULL))) for text in texts)
    assert "texts were cut at max_length=9" in capsys.readouterr().err
    texts, _ = synthesizer.generate(prompt=["A", "Bert M", ""])
    assert [text.startswith(prompt) for text, prompt in zip(texts, ["A", "Bert M", ""], strict=True)] == [True] * 3
    with pytest.raises(ValueError, match="A prompt has 8 characters, more than max_length=7"):
        synthesizer.generate(prompt="Anna Mil", max_length=7)
    with pytest.raises(ValueError, match="prompt has the character 'q'"):
        synthesizer.generate(prompt="Anna q")
    synthesizer.save(tmp_path / "names")
    again = SequenceSynthesizer.load(tmp_path / "names")
    assert again.generate(9, prompt="Ann")[0] == synthesizer.generate(9, prompt="Ann")[0]
    assert np.array_equal(again.score_samples(FULL[:3]), synthesizer.score_samples(FULL[:3]))


@pytest.mark.parametrize("tokens", ["words", 0, True, 2.5, None])
def test_tokens_that_are_none_are_named(tokens):
    with pytest.raises(ValueError, match="tokens must be 'characters', 'pieces' or a number of pieces"):
        SequenceSynthesizer(tokens=tokens, verbose=0).fit(["a"])


def entities(n, **columns):
    """A frame of n entities with three rows each."""
    return pd.DataFrame({"who": np.repeat(np.arange(n), 3), "day": np.tile(np.arange(3), n)} | columns)


EVERY_KIND = {
    "text": lambda rng: ["ab", "ba", "abba"] * 10,
    "molecules": lambda rng: ["CO", "CN", "CCO"] * 10,
    "music": lambda rng: list(rng.integers(60, 72, (20, 16))),
    "series": lambda rng: rng.normal(size=(20, 8, 2)),
    "panel": lambda rng: entities(20, sold=rng.normal(size=60)),
    "events": lambda rng: entities(20, what=rng.choice(["a", "b"], 60)),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", EVERY_KIND)
def test_every_kind_takes_a_time_limit(kind, one_step):
    if kind == "molecules":
        pytest.importorskip("rdkit")
    options = {"entity": "who", "time": "day"} if kind in ("panel", "events") else {}
    options |= {"kind": "series" if kind == "panel" else kind, "epochs": 1, "verbose": 0, "random_state": 0}
    model = Flow(width=8, depth=1, n_steps=2) if kind in ("series", "panel") else Recurrent(units=8)
    synthesizer = SequenceSynthesizer(model, time_limit=100, **options)
    made = synthesizer.fit(EVERY_KIND[kind](np.random.default_rng(0))).generate(5)
    assert (made["who"].nunique() if kind in ("panel", "events") else len(made)) == 5

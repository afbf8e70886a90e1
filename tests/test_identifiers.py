"""Keys, identifiers and free text (identifiers.py, fresh.py)."""

import json
import re
import uuid

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_columns import column_of, fitted

from augment.codecs.fresh import Pattern, Seen, Words, fresh_strings, learn_shape
from augment.codecs.kinds import column_from_dict

RNG = np.random.default_rng(0)


def strings_of(column):
    return np.array(column.labels, object)[column.values].tolist()


def fresh(codec, n, seed=0):
    return codec.decode(np.zeros((n, codec.width), "int32"), np.random.default_rng(seed))


@pytest.mark.parametrize(
    ("values", "name", "expected"),
    [
        (np.arange(50), "x", list(range(50, 60))),
        (np.arange(50)[::-1].copy(), "x", list(range(59, 49, -1))),
        (np.arange(0, 500, 10), "x", list(range(500, 600, 10))),
        (np.arange(50, dtype="uint8") + 200, "x", None),
        (np.sort(RNG.choice(10**6, 50, replace=False)), "x", ...),
        (RNG.choice(10**6, 50, replace=False), "x", None),
        (RNG.choice(10**6, 50, replace=False), "order_id", ...),
        (RNG.permutation(50), "x", ...),
        (np.arange(19), "id", None),
        (np.repeat(np.arange(50), 2), "id", None),
        (np.arange(50) * 1.0, "x", None),
    ],
)
def test_integer_keys_go_on_after_the_largest(values, name, expected):
    codec, _ = fitted(values, name)
    if expected is None:
        assert codec.label == "number"
        return
    assert codec.label == "identifier" and codec.width == 0
    new = fresh(codec, 10).values
    assert new.min() > values.max() and len(set(new.tolist())) == 10
    if expected is not ...:
        assert new.tolist() == expected


@pytest.mark.parametrize(
    ("strings", "pattern"),
    [
        ([str(uuid.UUID(int=int(k) << 70 | 4 << 76 | 8 << 60)) for k in RNG.integers(1, 2**50, 300)], r"[0-9a-f-]{36}"),
        ([f"AB-{k:04}/X" for k in RNG.permutation(300)], r"AB-\d{4,}/X\d*"),
        ([f"{k:03}" for k in range(1000)], r"\d{4,}"),
        ([f"{a}{b}" for a in "ABCDEFGH" for b in range(10, 40)], r"[A-H]\d{2,}"),
        ([f"ü{k:05}" for k in range(90)], r"ü\d{5,}"),
    ],
)
def test_identifiers_keep_their_shape_and_never_come_back(strings, pattern):
    codec, _ = fitted(strings)
    assert codec.label == "identifier" and codec.width == 0
    new = strings_of(fresh(codec, 2000))
    assert len(set(new)) == 2000 and not set(new) & set(strings)
    assert all(re.fullmatch(pattern, string) for string in new)
    again = column_from_dict("x", json.loads(json.dumps(codec.to_dict())))
    assert strings_of(fresh(again, 50)) == strings_of(fresh(codec, 50)) != strings_of(fresh(codec, 50, seed=1))


def test_free_text_keeps_the_shape_of_words():
    words = ["The", "patient", "was", "seen", "on", "Monday,", "in", "room", "12."]
    texts = [" ".join(RNG.choice(words[1:], RNG.integers(3, 20))) for _ in range(300)]
    texts = ["The " + text for text in texts]
    codec, _ = fitted(texts)
    assert codec.label == "text"
    new = strings_of(fresh(codec, 500))
    assert not set(new) & set(texts) and len(set(new)) == 500
    shapes = {
        re.sub(r"\d", "0", re.sub("[A-Z]", "A", re.sub("[a-z]", "a", word))) for text in new for word in text.split()
    }
    assert shapes <= {"Aaa", "aaaaaaa", "aaa", "aaaa", "aa", "Aaaaaa,", "00."}
    assert np.mean([len(text.split()) for text in new]) == pytest.approx(
        np.mean([len(text.split()) for text in texts]), rel=0.1
    )
    assert all(re.match("[A-Z][a-z]{2} ", text) for text in new)


def test_missing_values_among_identifiers_are_modelled():
    values = pd.Series([f"C{k:03}" for k in range(200)]).mask(np.arange(200) % 4 == 0)
    codec, column = fitted(values)
    block = codec.block(0)
    assert codec.label == "identifier" and block.size == 2
    np.testing.assert_allclose(block.proportions, [0.75, 0.25])
    back = codec.decode(codec.encode(column), np.random.default_rng(0))
    np.testing.assert_array_equal(back.missing, column.missing)


def test_repeated_strings_and_categories_are_modelled():
    assert fitted(["a", "b"] * 50)[0].label == "category"
    assert fitted(pd.Categorical([f"C{k}" for k in range(50)]))[0].label == "category"


def test_new_data_of_other_keys_is_encoded():
    codec, _ = fitted(np.arange(50))
    assert codec.encode(column_of([3, 999])).shape == (2, 0)
    with pytest.raises(ValueError, match="must hold numbers"):
        codec.encode(column_of(["a"]))


def test_the_filter_knows_every_string_and_few_others():
    strings = np.array([f"s{k}" for k in range(5000)], object)
    seen = Seen(7).fit(strings)
    assert seen.contains(strings).all()
    assert seen.contains(np.array([f"t{k}" for k in range(5000)], object)).mean() < 0.02
    again = Seen.from_dict(json.loads(json.dumps(seen.to_dict())))
    np.testing.assert_array_equal(again.bits, seen.bits)
    assert (Seen(8).fit(strings).bits != seen.bits).any()


@given(st.lists(st.text(max_size=12), min_size=1, max_size=60, unique=True))
def test_any_strings_have_a_shape_from_which_fresh_ones_come(strings):
    strings = np.array(strings, object)
    for shape in (Pattern().fit(strings.tolist()), Words().fit(strings.tolist())):
        new = fresh_strings(shape, Seen().fit(strings), 30, np.random.default_rng(0))
        assert len(set(new)) == 30 and not set(new) & set(strings)


def test_few_strings_of_a_pattern_do_not_show_their_letters():
    shape = learn_shape(np.array(["secret-1", *(f"x{k:03}" for k in range(100))], object), np.random.default_rng(0))
    secret = next(letters for letters in shape.shapes if len(letters) == 8)
    assert all(len(alphabet) > 1 for alphabet in secret if alphabet != "-")

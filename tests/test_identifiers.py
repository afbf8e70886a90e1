"""Keys, identifiers and free text (identifiers.py, fresh.py)."""

import json
import re
import uuid
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_columns import column_of, fitted

from augment.codecs.fresh import Pattern, Seen, Words, fresh_strings, learn_shape
from augment.codecs.kinds import column_from_dict, fit_column
from augment.codecs.table import TableCodec

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
        (np.sort(RNG.choice(10**6, 50, replace=False)), "x", ...),
        (RNG.choice(10**6, 50, replace=False), "x", None),
        (RNG.choice(10**6, 50, replace=False), "order_id", ...),
        (RNG.permutation(50), "x", ...),
        (np.arange(19), "id", None),
        (np.repeat(np.arange(50), 2), "id", None),
        (np.arange(50) * 1.0, "x", None),
        (np.arange(50) * 1.0, "user_id", list(range(50, 60))),
        (np.arange(50) * 1.5, "user_id", None),
        (np.append(RNG.permutation(50) * 1.0, np.nan), "x", ...),
        (np.append(RNG.choice(10**6, 50, replace=False), np.nan), "x", None),
        (np.append(RNG.choice(10**6, 50, replace=False), np.nan), "customer_id", ...),
        ([Decimal(k) for k in range(50)], "x", list(range(50, 60))),
        ([Decimal(k) / 2 for k in range(50)], "id", None),
        (np.arange(50, dtype="uint64") + np.uint64(2**63), "x", [2**63 + k for k in range(50, 60)]),
        (np.arange(1990, 2020), "year", None),
        (np.arange(2019, 1989, -1), "Jahr", None),
        (np.arange(1990, 2020), "x", ...),
        (np.arange(1, 31), "year", ...),
        (np.arange(1990, 2020), "year_id", ...),
    ],
)
def test_integer_keys_go_on_after_the_largest(values, name, expected):
    codec, _ = fitted(values, name)
    if expected is None:
        assert codec.label == "number"
        return
    assert codec.label == "identifier" and codec.width == len(codec.kinds)
    new = fresh(codec, 10).values
    assert new.min() > np.nanmax(values) and len(set(new.tolist())) == 10
    again = column_from_dict(name, json.loads(json.dumps(codec.to_dict())))
    assert fresh(again, 10).values.tolist() == new.tolist()
    if expected is not ...:
        assert new.tolist() == expected


@pytest.mark.parametrize("name", ["id", "PassengerId", "customerid", "userid", "ssn", "phone", "customer_number", "nr"])
def test_unique_integers_of_a_key_name_are_keys(name):
    assert fitted(RNG.choice(10**6, 40, replace=False), name)[0].label == "identifier"


@pytest.mark.parametrize("name", ["NO2", "price_index", "no_of_shares", "key_rate", "index", "grid", "number", "paid"])
def test_a_word_in_a_name_makes_no_key_of_a_measurement(name):
    assert fitted(RNG.choice(10**6, 40, replace=False), name)[0].label == "number"


@pytest.mark.parametrize(
    ("values", "free"),
    [
        (np.arange(200, dtype="uint8"), 56),
        (np.arange(50, dtype="uint8") + np.uint8(200), 206),
        (np.arange(-100, 100).astype("int8"), 56),
        (np.array([*range(49), 2**63 - 1]), 2**62),
        (np.array([*range(49), 2**64 - 1], "uint64"), 2**62),
    ],
)
def test_keys_of_a_type_without_room_are_random_ones_of_the_type(values, free):
    codec, column = fitted(values, "id")
    assert codec.label == "identifier" and "no room" in codec.notes[0]
    for n in (20, 50, 240):
        new = fresh(codec, n).values
        assert len(set(new.tolist())) == n and (np.diff(new.astype(float)) != 1).any()
        assert column.ends[0] <= new.min() and new.max() <= column.ends[1]
        if n <= free and int(values[-1]) < 300:
            assert not set(new.tolist()) & set(values.tolist())


def test_keys_that_run_out_are_said_to_occur_more_than_once():
    codec, _ = fitted(np.arange(-100, 100).astype("int8"), "id")
    assert len(set(fresh(codec, 256).values.tolist())) == 256
    with pytest.warns(UserWarning, match="'id': its type has 256 fresh keys, and 300 .*occur more than once") as told:
        new = fresh(codec, 300).values
    assert len(told) == 1 and len(new) == 300 and len(set(new.tolist())) == 256


@pytest.mark.parametrize(
    ("strings", "pattern", "n"),
    [
        ([f"{k:05}" for k in range(100)], r"\d{5}", 2000),
        ([f"{k:05}" for k in range(100)], r"00\d{3}", 300),
        ([f"K{k:03}-0" for k in range(90)], r"K\d{3}-\d", 3000),
        ([f"ab-{k:x}" for k in range(4096, 4196)], r"ab-[0-9a-f]{4}", 500),
    ],
)
def test_identifiers_that_run_out_take_more_digits_before_they_get_longer(strings, pattern, n):
    codec, _ = fitted(strings)
    new = strings_of(fresh(codec, n))
    assert len(set(new)) == n and not set(new) & set(strings)
    assert all(re.fullmatch(pattern, string) for string in new)


@pytest.mark.parametrize(
    ("frame", "taken"),
    [
        (pd.DataFrame({"id": np.arange(1, 101)}), [101, 102]),
        (pd.DataFrame({"id": np.arange(1, 101)}), [103.0, 104.0]),
        (pd.DataFrame({"id": np.arange(200, dtype="uint8")}), [201, 255]),
        (pd.DataFrame({"id": [f"K{k:02}" for k in range(60)]}), ["K60", "K99"]),
    ],
)
def test_fresh_values_are_none_of_those_given(frame, taken):
    codec = TableCodec().fit(frame)
    condition = codec.condition(pd.DataFrame({"id": pd.Series([None, *taken] + [None] * 30, dtype=object)}))
    new = codec.decode(np.zeros((33, 0), "int32"), np.random.default_rng(0), condition)["id"]
    assert new.is_unique and new.iloc[1:3].tolist() == taken


@pytest.mark.parametrize(("dtype", "value"), [("int16", 70_000), ("int64", 2**70), ("uint64", -1), ("float32", 2**25)])
def test_keys_that_the_type_cannot_hold_are_refused(dtype, value):
    codec, _ = fitted(np.arange(30).astype(dtype), "id")
    with pytest.raises(ValueError, match=f"'id': its type holds the keys from .* to .*, got {value}"):
        codec.given(value, 3)
    assert codec.given(1000, 3).values.tolist() == [1000] * 3


def test_a_column_that_must_be_modelled_is_no_key_and_no_text():
    for values in (np.sort(RNG.choice(1000, 60, replace=False)), [f"K{k}" for k in range(60)]):
        assert fit_column(column_of(values), fresh=False)[0].label in ("number", "category")
    frame = pd.DataFrame({"id": np.arange(60), "y": np.arange(60)})
    kinds = {entry["column"]: entry["kind"] for entry in TableCodec().fit(frame, target="y").report}
    assert kinds == {"id": "identifier", "y": "number"}


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


@pytest.mark.slow
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

import json
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from augment.codecs.table import TableCodec

RNG = np.random.default_rng(0)


def drawn(codec, n=300, condition=None):
    """Rows of random tokens, as from a model that learned nothing."""
    arrays = np.zeros((n, codec.layout.width), "int32")
    for block in codec.layout.blocks:
        arrays[:, block.start] = RNG.choice(block.size, n, p=block.proportions)
        if block.levels:
            arrays[:, block.start + 1] = RNG.integers(0, block.levels, n)
    return TableCodec.from_dict(json.loads(json.dumps(codec.to_dict()))).decode(arrays, RNG, condition)


@given(st.lists(st.decimals(allow_nan=False, allow_infinity=False), min_size=1, max_size=40))
def test_any_decimals_stay_in_their_range_and_keep_their_places(values):
    frame = pd.DataFrame({"x": pd.Series(values, dtype=object)})
    codec = TableCodec().fit(frame)
    for table in (drawn(codec, 40), codec.decode(codec.encode(frame), RNG)):
        assert min(values) <= min(table["x"]) and max(table["x"]) <= max(values)
    if len(set(values)) == 1:
        assert set(table["x"]) == set(values)


@pytest.mark.parametrize(
    "values",
    [
        [Decimal("0.1234567890123456789")] * 30,
        [Decimal(10**20 + k) for k in range(5)] * 20,
        [Decimal(1) / Decimal(3), Decimal(2) / Decimal(3), Decimal(0)] * 20,
        [Decimal("9999999999999999.99"), Decimal("1.00")] * 20,
        [Decimal("1.10"), Decimal("-2.35")] * 20,
    ],
)
def test_few_values_are_exact_whatever_their_digits(values):
    frame = pd.DataFrame({"x": values})
    codec = TableCodec().fit(frame)
    assert codec.decode(codec.encode(frame), RNG).equals(frame) and set(drawn(codec)["x"]) == set(values)


def test_a_frequent_value_among_many_digits_is_exact():
    third = Decimal(1) / Decimal(3)
    values = [third] * 100 + [Decimal(int(k)) / Decimal(997) for k in RNG.integers(1, 996, 300)]
    new = drawn(TableCodec().fit(pd.DataFrame({"x": values})), 2000)["x"]
    assert 300 < (new == third).sum() < 700
    assert all(-value.as_tuple().exponent <= 31 for value in new)


def test_decimals_that_a_float_collapses_stay_apart():
    values = [Decimal(10**20 + int(k)) for k in RNG.integers(0, 10**6, 300)]
    new = drawn(TableCodec().fit(pd.DataFrame({"x": values})))["x"]
    assert new.nunique() > 250 and all(value == value.to_integral_value() for value in new)


def test_decimals_and_floats_are_still_compared():
    price = RNG.integers(100, 9999, 500) / 100
    frame = pd.DataFrame({"a": price, "b": [Decimal(str(value)) for value in price]})
    codec = TableCodec().fit(frame)
    new = drawn(codec)
    assert len(codec.layout.copies) == 1
    new = codec.decode(codec.encode(frame), RNG)
    assert (new["a"] == new["b"].astype(float)).all()


FRAME = pd.DataFrame(
    {"p": [Decimal(int(k)).scaleb(-2) for k in RNG.integers(100, 9999, 300)], "v": RNG.normal(size=300)}
)
TYPED = pa.table({"p": pa.array(FRAME["p"].tolist(), pa.decimal128(10, 2)), "v": FRAME["v"].to_numpy()})


@pytest.mark.parametrize(
    ("condition", "wanted"),
    [
        (pd.DataFrame({"p": [Decimal("12.34567"), None, Decimal("5")]}), ["12.34567", None, "5.00"]),
        (pd.DataFrame({"p": [12.5, None, 999999]}), ["12.50", None, "999999.00"]),
        ({"p": Decimal("12.345")}, ["12.345"] * 3),
        ({"p": 12.3}, ["12.30"] * 3),
        ({"p": 12}, ["12.00"] * 3),
    ],
)
def test_known_decimals_come_back_as_given(condition, wanted):
    codec = TableCodec().fit(FRAME)
    condition = codec.condition(condition, 3)
    new = drawn(codec, 3, condition)["p"].map(str)
    assert all(text in (None, value) for text, value in zip(wanted, new, strict=True))


@pytest.mark.parametrize("table", [TYPED, pl.from_arrow(TYPED), TYPED.to_pandas(types_mapper=pd.ArrowDtype)])
def test_known_decimals_that_the_type_cannot_hold_are_refused(table):
    codec = TableCodec().fit(table)
    condition = codec.condition(pd.DataFrame({"p": [Decimal("12.34567"), Decimal("5.5")]}))
    with pytest.raises(ValueError, match=r"'p' has the type decimal128\(10, 2\), which cannot hold 12.34567"):
        drawn(codec, 2, condition)


@pytest.mark.parametrize(
    ("condition", "low", "high"),
    [({"p": (20, Decimal("20.5"))}, 20, 20.5), ({"p": (None, 30.25)}, 0, 30.25), ({"p": (Decimal(90), None)}, 90, 100)],
)
def test_ranges_of_decimals_hold(condition, low, high):
    codec = TableCodec().fit(FRAME)
    condition = codec.condition(condition, 300)
    arrays = codec.encode(FRAME)
    new = codec.decode(arrays[condition.allowed[0][arrays[:, 0], arrays[:, 1]]], RNG, condition)["p"]
    assert len(new) and low <= min(new) and max(new) <= high


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ({"p": 1000}, "1000 is outside the observed range, 1.* to 9"),
        ({"p": "5"}, "expected a number, got '5'"),
        ({"p": True}, "expected a number, got True"),
        ({"p": (500, 600)}, "no value between 500.00 and 600.00; they range from"),
    ],
)
def test_impossible_conditions_on_decimals_get_one_clear_sentence(condition, words):
    with pytest.raises(ValueError, match=words):
        TableCodec().fit(FRAME).condition(condition, 3)

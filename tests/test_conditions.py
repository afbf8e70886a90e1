import datetime

import numpy as np
import pandas as pd
import pytest

from augment.codecs.table import TableCodec

N = 2000


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "age": rng.integers(17, 90, N),
            "pay": np.round(np.exp(rng.normal(7, 1, N)), 2),
            "score": rng.normal(size=N),
            "city": pd.Series(rng.choice(["Rome", "Oslo", "Bern"], N)).mask(rng.random(N) < 0.1),
            "level": pd.Categorical.from_codes(rng.integers(0, 3, N), ["low", "mid", "high"], ordered=True),
            "member": rng.random(N) < 0.5,
            "day": pd.Timestamp("2020") + pd.to_timedelta(rng.integers(0, 1000, N), unit="D"),
            "rome": pd.DatetimeIndex(
                pd.Timestamp("2020") + pd.to_timedelta(rng.integers(0, 1000, N), unit="D")
            ).tz_localize("Europe/Rome"),
            "wait": pd.to_timedelta(rng.integers(0, 500, N), unit="min"),
            "id": np.arange(N),
            "unit": "EUR",
        }
    )


@pytest.fixture(scope="module")
def codec(frame):
    return TableCodec().fit(frame)


def generate(codec, frame, spec, n=300):
    """Rows that obey the tokens of a condition but are random otherwise, decoded as a synthesizer does."""
    rng = np.random.default_rng(0)
    condition = codec.condition(spec, n)
    arrays = codec.encode(frame, rng)[rng.integers(0, len(frame), len(condition.known))]
    for index, block in enumerate(codec.layout.blocks):
        allowed = np.argwhere(condition.allowed.get(index, np.ones((block.size, max(block.levels, 1)), bool)))
        if index in condition.allowed:
            drawn = allowed[rng.integers(0, len(allowed), len(arrays))]
            arrays[:, block.start : block.start + block.width] = drawn[:, : block.width]
        rows = condition.known[:, index]
        arrays[rows, block.start : block.start + block.width] = condition.tokens[rows, index, : block.width]
    return codec.overlay(codec.decode(arrays, rng, condition), condition)


def test_known_tokens_are_those_of_the_values(codec, frame):
    condition = codec.condition({"age": 40, "city": "Rome"}, 3)
    names = [block.name for block in codec.layout.blocks]
    assert condition.known.sum(axis=0).tolist() == [3 * (name in ("age", "city")) for name in names]
    like = frame.assign(age=40, city="Rome")
    for name in ("age", "city"):
        block = codec.layout.blocks[names.index(name)]
        assert (condition.tokens[:, names.index(name), 0] == codec.encode(like)[0, block.start]).all()
    assert condition.tokens.shape == (3, len(names), 2) and not condition.tokens[~condition.known].any()


@pytest.mark.parametrize(
    ("spec", "holds"),
    [
        ({"age": 40}, lambda t: t["age"] == 40),
        ({"pay": 1000.25}, lambda t: t["pay"] == 1000.25),
        ({"score": 0.123456789}, lambda t: t["score"] == 0.123456789),
        ({"age": (30, 40)}, lambda t: t["age"].between(30, 40)),
        ({"age": (30.5, 31.5)}, lambda t: t["age"] == 31),
        ({"pay": (1000, 1001.5)}, lambda t: t["pay"].between(1000, 1001.5)),
        ({"score": (None, -1)}, lambda t: t["score"] <= -1),
        ({"score": (0.5, 0.50001)}, lambda t: t["score"].between(0.5, 0.50001)),
        ({"score": [0.25, -1.5]}, lambda t: t["score"].isin([0.25, -1.5])),
        ({"age": [20, 60]}, lambda t: t["age"].isin([20, 60])),
        ({"city": ["Rome", "Oslo"]}, lambda t: t["city"].isin(["Rome", "Oslo"])),
        ({"city": ["Rome", None]}, lambda t: (t["city"] == "Rome") | t["city"].isna()),
        ({"city": None}, lambda t: t["city"].isna()),
        ({"city": float("nan")}, lambda t: t["city"].isna()),
        ({"level": ("mid", None)}, lambda t: t["level"] >= "mid"),
        ({"level": "low"}, lambda t: t["level"] == "low"),
        ({"member": True}, lambda t: t["member"]),
        ({"member": np.bool_(False)}, lambda t: ~t["member"]),
        ({"day": "2020-03-05"}, lambda t: t["day"] == "2020-03-05"),
        ({"day": (datetime.date(2020, 3, 5), "2020-03-20")}, lambda t: t["day"].between("2020-03-05", "2020-03-20")),
        ({"rome": ("2020-07-01", None)}, lambda t: t["rome"] >= pd.Timestamp("2020-07-01", tz="Europe/Rome")),
        ({"rome": "2020-07-01"}, lambda t: t["rome"] == pd.Timestamp("2020-07-01", tz="Europe/Rome")),
        ({"wait": ("1h", pd.Timedelta("2h"))}, lambda t: t["wait"].between("1h", "2h")),
        ({"id": 5}, lambda t: t["id"] == 5),
        ({"unit": "EUR"}, lambda t: t["unit"] == "EUR"),
    ],
    ids=str,
)
def test_rows_obey(codec, frame, spec, holds):
    table = generate(codec, frame, spec)
    assert len(table) == 300 and holds(table).all()
    assert table.dtypes.equals(frame.dtypes)


def test_a_range_is_filled(codec, frame):
    assert generate(codec, frame, {"pay": (1000, 1100)})["pay"].nunique() > 100
    assert set(generate(codec, frame, {"age": (30, 40)})["age"]) == set(range(30, 41))


def test_an_open_range_is_no_restriction(codec):
    assert codec.condition({"age": (None, None)}, 1).allowed[0].all()


def test_given_cells_of_a_frame_come_back_untouched(codec, frame):
    partial = frame[["score", "pay", "city", "id", "day"]].head(50).copy()
    partial["pay"] = partial["pay"].mask(np.arange(50) % 2 == 0) + 0.001
    partial.index = [f"row {k}" for k in range(50)]
    table = generate(codec, frame, partial, n=None)
    pd.testing.assert_index_equal(table.index, partial.index)
    for name in partial:
        known = partial[name].notna()
        pd.testing.assert_series_equal(table[name][known], partial[name][known])
    assert table["pay"].notna().all() and (table["id"] == partial["id"]).all()
    assert list(table) == list(frame)


def test_a_frame_may_hold_values_that_training_did_not(codec, frame):
    table = generate(codec, frame, pd.DataFrame({"age": [200.0, np.nan], "score": [-99.0, 99.0]}), n=None)
    assert table["age"][0] == 200 and table["score"].tolist() == [-99, 99]


def test_an_array_of_conditions():
    rng = np.random.default_rng(0)
    array = rng.normal(size=(200, 2))
    codec = TableCodec().fit(array)
    partial = np.where(rng.random((30, 2)) < 0.5, np.nan, array[:30])
    condition = codec.condition(partial)
    np.testing.assert_array_equal(condition.known, ~np.isnan(partial))
    table = codec.overlay(codec.decode(codec.encode(array[:30]), rng, condition), condition)
    np.testing.assert_array_equal(table[~np.isnan(partial)], partial[~np.isnan(partial)])


def test_rare_categories_can_be_asked_for():
    labels = [f"v{k}" for k in range(40) for _ in range(1 + (k < 5) * 20)]
    frame = pd.DataFrame({"x": labels, "y": np.arange(len(labels)) % 2})
    codec = TableCodec(max_categories=10).fit(frame)
    assert (generate(codec, frame, {"x": "v39"})["x"] == "v39").all()
    assert set(generate(codec, frame, {"x": ["v38", "v39", "v0"]})["x"]) == {"v38", "v39", "v0"}


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"agee": 3}, "no column 'agee'; near it: 'age'"),
        ({"city": "Paris"}, "'city': 'Paris' is not in the training data; known are 'Bern', 'Oslo', 'Rome'|known are"),
        ({"city": ["Rome", "Paris"]}, "'Paris' is not in the training data"),
        ({"city": ("Bern", "Rome")}, "its values have no order"),
        ({"city": []}, "the list of alternatives is empty"),
        ({"level": ("high", "low")}, "'high' comes after 'low'"),
        ({"age": 200}, "200 is outside the observed range, 17 to 89"),
        ({"age": 40.5}, "it holds whole numbers, got 40.5"),
        ({"age": "40"}, "expected a number, got '40'"),
        ({"age": True}, "expected a number, got True"),
        ({"age": (100, 200)}, "no value between 100 and 200; they range from 17 to 89"),
        ({"age": (40, 30)}, "no value between 40 and 30"),
        ({"age": (30.2, 30.8)}, "no value between 30.2 and 30.8"),
        ({"age": (30, 40, 50)}, r"a range is a tuple \(low, high\)"),
        ({"age": None}, "'age' has missing values; the training data had none"),
        ({"day": "soon"}, "expected a date, got 'soon'"),
        ({"day": 5}, "expected a date, got 5"),
        ({"day": ("2030-01-01", None)}, "no value between 2030-01-01 00:00:00.* and any; they range from 2020-01-01"),
        ({"wait": "long"}, "expected a duration, got 'long'"),
        ({"wait": 5}, "expected a duration, got 5"),
        ({"id": (1, 5)}, "it holds identifiers or text"),
        ({"id": "x"}, "expected a whole number"),
        ({"unit": "USD"}, "'USD' is not in the training data"),
    ],
    ids=str,
)
def test_impossible_conditions_get_one_clear_sentence(codec, spec, words):
    with pytest.raises(ValueError, match=words):
        codec.condition(spec, 5)


def test_the_number_of_rows_must_be_told_once(codec, frame):
    with pytest.raises(ValueError, match="needs the number of rows"):
        codec.condition({"age": 40})
    with pytest.raises(ValueError, match="The condition has 7 rows and 5 were asked for"):
        codec.condition(frame[["age"]].head(7), 5)
    with pytest.raises(ValueError, match="no column 'x'"):
        codec.condition(pd.DataFrame({"x": [1]}))
    with pytest.raises(ValueError, match="condition of 11 columns.*got 1"):
        codec.condition(np.zeros((1, 1)))


def test_fractions_do_not_fit_a_column_of_whole_numbers(codec, frame):
    with pytest.raises(ValueError, match="'age' holds whole numbers; the condition gives 40.5"):
        generate(codec, frame, pd.DataFrame({"age": [40.5]}), n=None)


def test_what_is_all_missing_cannot_be_asked_for():
    codec = TableCodec().fit(pd.DataFrame({"x": [np.nan, np.nan], "y": [1, 2]}))
    for spec in ({"x": 1}, {"x": (0, 1)}, {"x": [1]}):
        with pytest.raises(ValueError, match="'x': in the training data all of its values are missing"):
            codec.condition(spec, 1)
    assert not codec.condition({"x": None}, 1).allowed

import datetime

import numpy as np
import pandas as pd
import pyarrow as pa
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
    return codec.decode(arrays, rng, condition)


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
    ids=lambda value: None if callable(value) else str(value),
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
    table = codec.decode(codec.encode(array[:30]), rng, condition)
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


@pytest.fixture(scope="module")
def coinciding():
    """Three columns of each kind that are equal in most rows, all three in 80 %."""
    rng = np.random.default_rng(0)
    numbers = rng.integers(0, 15_000, (N, 3))
    numbers[:, 1] = np.where(rng.random(N) < 0.9, numbers[:, 0], numbers[:, 1])
    numbers[:, 2] = np.where(rng.random(N) < 0.9, numbers[:, 1], numbers[:, 2])
    days = (
        pd.Timestamp("1990") + pd.to_timedelta(pd.DataFrame(numbers, columns=list("abc")).stack(), unit="D").unstack()
    )
    return {
        "floats": pd.DataFrame(rng.normal(size=15_000)[numbers], columns=list("abc")),
        "integers": pd.DataFrame(numbers, columns=list("abc")),
        "dates": days,
        "text": days.apply(lambda column: column.dt.strftime("%d.%m.%Y")),
    }


@pytest.mark.parametrize("kind", ["floats", "integers", "dates", "text"])
@pytest.mark.parametrize("known", ["a", "b", "c", "ac"])
def test_a_given_value_is_what_its_copies_take(coinciding, kind, known):
    frame = coinciding[kind]
    codec = TableCodec().fit(frame)
    arrays = codec.encode(frame)
    partial = frame[list(known)].sample(frac=1, random_state=0, ignore_index=True)
    table = codec.decode(arrays, np.random.default_rng(0), codec.condition(partial))
    pd.testing.assert_frame_equal(table[list(known)], partial)
    equal = (frame["a"] == frame["b"]) & (frame["b"] == frame["c"])
    assert equal.mean() > 0.7
    for name in "abc":
        same = np.logical_or.reduce([table[name] == partial[given] for given in known])
        assert same[equal].all()


def test_what_is_given_once_for_all_rows_is_copied_too(coinciding):
    frame = coinciding["floats"]
    codec = TableCodec().fit(frame)
    value = frame["b"][7] + 1e-9
    table = codec.decode(codec.encode(frame), np.random.default_rng(0), codec.condition({"b": value}, N))
    assert (table[frame["a"] == frame["b"]] == value)["a"].all()


@pytest.mark.parametrize("kind", ["floats", "integers", "dates"])
def test_a_copy_stays_in_its_own_range_whatever_is_given(coinciding, kind):
    frame = coinciding[kind]
    codec = TableCodec().fit(frame)
    value, middle = frame["a"].min(), frame["b"].sort_values().iloc[N // 2]
    condition = codec.condition({"a": value, "b": (middle, None)}, N)
    table = codec.decode(codec.encode(frame), np.random.default_rng(0), condition)
    assert (table["a"] == value).all() and (table["b"] >= middle).all()


def test_copies_of_what_their_type_cannot_hold_are_the_nearest_value():
    rng = np.random.default_rng(0)
    a = rng.integers(0, 20_000, N).astype("int16")
    frame = pd.DataFrame({"a": a, "b": np.where(rng.random(N) < 0.8, a, rng.integers(0, 80_000, N) / 4)})
    codec = TableCodec().fit(frame)
    partial = pd.DataFrame({"b": np.resize([5.25, 25_000, 50_000], N)})
    table = codec.decode(codec.encode(frame), np.random.default_rng(0), codec.condition(partial))
    copies = table["a"][frame["a"] == frame["b"]]
    assert table["b"].equals(partial["b"]) and table["a"].dtype == "int16"
    assert copies.groupby(partial["b"]).unique().map(list).to_dict() == {5.25: [5], 25_000: [25_000], 50_000: [a.max()]}


@pytest.mark.parametrize(
    ("values", "given", "words"),
    [
        (np.resize(np.arange(11, dtype="int16"), 50), [40_000], "40000, .* from -32768 to 32767"),
        (np.resize(np.arange(11, dtype="uint8"), 50), [-1], "-1, .* from 0 to 255"),
        (np.resize(np.arange(11, dtype="uint8"), 50), [300.0], "300.0, .* from 0 to 255"),
        (np.arange(50) % 11, np.array([2**63 + 5], "uint64"), "9223372036854775813, .* to 9223372036854775807"),
        (np.arange(50) % 11, [2.0**63], "9.2.*e.18, .* to 9223372036854775807"),
        (np.resize(np.arange(11, dtype="uint64"), 50), [-3], "-3, .* from 0 to 18446744073709551615"),
        (np.resize(np.arange(11, dtype="float16"), 50), [400_000.0], "400000.0, .* from -65504.0 to 65504.0"),
        (pd.Series(np.arange(50) % 11, dtype="Int8"), [1000], "1000, .* from -128 to 127"),
        (
            pd.date_range("2020", periods=50).as_unit("ns"),
            np.array(["9999-12-31"], "M8[s]"),
            "9999-12-31T00:00:00, .* its type counts nanoseconds in 64 bits.",
        ),
        (
            pd.date_range("2020", periods=50).as_unit("s"),
            pd.DatetimeIndex(["2020-01-01 00:00:00.5"]),
            ".*00.5.*, .* counts seconds",
        ),
    ],
    ids=lambda value: str(value)[:40] if isinstance(value, str) else "",
)
def test_values_that_the_type_cannot_hold_are_refused(values, given, words):
    frame = pd.DataFrame({"x": np.asarray(values) if not isinstance(values, pd.Series) else values})
    codec = TableCodec().fit(frame.sample(frac=1, random_state=0))
    condition = codec.condition(pd.DataFrame({"x": given}))
    with pytest.raises(ValueError, match=f"^Column 'x' cannot hold {words}"):
        codec.decode(np.zeros((1, codec.layout.width), "int32"), np.random.default_rng(0), condition)


@pytest.mark.parametrize(
    "make",
    [
        lambda labels, more: pd.Categorical(labels, [*"abc", *more]),
        lambda labels, more: pd.Categorical.from_codes(
            [ord(label) - 97 for label in labels], pd.interval_range(0, 3 + len(more))
        ),
        lambda labels, more: pd.array(
            pa.DictionaryArray.from_arrays(pa.array([ord(c) - 97 for c in labels], "int8"), [*"abc", *more]),
            pd.ArrowDtype(pa.dictionary("int8", "string")),
        ),
    ],
    ids=["categories", "intervals", "arrow"],
)
def test_only_categories_that_occur_matter(make):
    frame = pd.DataFrame({"x": make(list("abc") * 20, []), "y": np.arange(60) % 7})
    codec = TableCodec().fit(frame)
    table = generate(codec, frame, pd.DataFrame({"x": make(list("ba"), ["d"])}), n=None)
    assert table["x"].astype(str).tolist() == pd.Series(make(list("ba"), [])).astype(str).tolist()
    assert table.dtypes.equals(frame.dtypes)
    with pytest.raises(ValueError, match="'x' has values that the training data did not have"):
        codec.condition(pd.DataFrame({"x": make(list("bd"), ["d"])}))


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ({"age": float("inf")}, "inf is outside the observed range, 17 to 89"),
        ({"age": 10**400}, "inf is outside the observed range"),
        ({"pay": 10**400}, "inf is outside the observed range"),
        ({"score": 1e300}, "1e.300 is outside the observed range"),
        ({"score": -(10**400)}, "-inf is outside the observed range"),
        ({"age": (10**400, None)}, "no value between inf and any"),
        ({"wait": "9999999999 days"}, "expected a duration"),
    ],
    ids=str,
)
def test_numbers_beyond_all_bounds_get_the_same_sentence(codec, spec, words):
    with pytest.raises(ValueError, match=words):
        codec.condition(spec, 5)


def test_ends_of_a_range_that_no_type_can_hold_are_open(codec):
    for spec in ({"age": (0, 10**400)}, {"pay": (-(10**400), 10**400)}, {"score": (None, float("inf"))}):
        assert all(allowed.all() for allowed in codec.condition(spec, 1).allowed.values())


@pytest.mark.parametrize("dtype", ["int64", "uint64", "M8[ns]", "m8[ns]", "float32", "cents"])
def test_every_value_lies_in_the_range(dtype):
    rng = np.random.default_rng(0)
    values = rng.integers(16 * 10**17, 17 * 10**17, N)
    if dtype == "float32":
        values = rng.normal(size=N).astype("float32")
    elif dtype == "cents":
        values = rng.integers(0, 10**6, N) / 100 * 3
    else:
        values = values.astype(dtype)
    frame = pd.DataFrame({"x": values})
    codec = TableCodec().fit(frame)
    for seed in range(40):
        middle = np.random.default_rng(seed).choice(values, 2, replace=False)
        low, high = pd.Series(middle).min(), pd.Series(middle).max()
        if seed % 2 and dtype not in ("float32", "cents"):
            high = low + type(high - low)(1000)
        assert generate(codec, frame, {"x": (low, high)}, 40)["x"].between(low, high).all()


def test_ends_of_noisy_decimals_can_be_asked_for():
    values = np.arange(1, 200) * 0.1  # 0.30000000000000004 and the like
    frame = pd.DataFrame({"x": np.repeat(values, 3)})
    codec = TableCodec().fit(frame)
    for low, high in ((values.max(), None), (None, values.min())):
        assert set(generate(codec, frame, {"x": (low, high)})["x"]) == {low or high}


def test_each_of_several_unsigned_numbers_is_drawn():
    values = np.random.default_rng(0).integers(0, 2**62, N).astype("uint64")
    codec = TableCodec().fit(pd.DataFrame({"x": values}))
    wanted = np.sort(values)[[100, 1000, 1900]].tolist()
    assert set(generate(codec, pd.DataFrame({"x": values}), {"x": wanted})["x"]) == set(wanted)


def test_dates_among_categories_may_leave_out_midnight():
    days = pd.to_datetime(["2020-01-01", "2020-01-02"])
    for labels in (pd.Categorical(list(days) * 30), ["2020-01-01", "2020-01-02"] * 30):
        codec = TableCodec().fit(pd.DataFrame({"x": labels}))
        for day in ("2020-01-02", "2020-01-02 00:00:00", days[1], days[1].date()):
            assert codec.condition({"x": day}, 1).tokens[0, 0, 0] == 1
        with pytest.raises(ValueError, match="'2020-01-03' is not in the training data"):
            codec.condition({"x": "2020-01-03"}, 1)

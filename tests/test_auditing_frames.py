"""Tables of four libraries become the same numbers; columns that differ are named."""

import datetime
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from augment.auditing.fidelity import SHAPES
from augment.auditing.frames import prepare


def frame(n=40):
    rng = np.random.default_rng(0)
    times = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 10**6, n), unit="s")
    table = pd.DataFrame(
        {
            "float": rng.normal(size=n),
            "integer": pd.array(rng.integers(0, 9, n), dtype="Int64"),
            "single": rng.random(n).astype("float32"),
            "flag": pd.array(rng.random(n) < 0.5).astype("boolean"),
            "text": rng.choice(["a", "b", "ü"], n).astype(object),
            "category": pd.Categorical(rng.choice(["x", "y"], n)),
            "time": times.astype("datetime64[us]"),
            "zone": times.tz_localize("Europe/Rome").astype("datetime64[us, Europe/Rome]"),
            "span": pd.to_timedelta(rng.integers(0, 999, n), unit="s").astype("timedelta64[us]"),
        }
    )
    table.loc[3, ["float", "integer", "flag", "time", "span"]] = None
    table.loc[4, "text"] = None
    return table


@pytest.mark.parametrize("convert", [pl.from_pandas, pa.Table.from_pandas, lambda t: t[t.columns[::-1]]])
def test_every_library_and_column_order_gives_the_same_numbers(convert):
    ours, theirs = prepare(frame(), frame()), prepare(frame(), convert(frame()))
    assert [c.kind for c in theirs.columns] == ["number"] * 3 + ["category"] * 3 + ["date"] * 2 + ["duration"]
    np.testing.assert_array_equal(ours.train, theirs.synthetic)
    assert ours.fingerprint("train") == theirs.fingerprint("synthetic")


def test_arrays_are_tables_too():
    array = np.random.default_rng(0).normal(size=(20, 2))
    data = prepare(array, array.astype(object), target="x1")
    assert [column.name for column in data.columns] == ["x0", "x1"]
    assert data.target == 1
    np.testing.assert_array_equal(data.train, data.synthetic)


def test_python_objects_are_read_by_what_they_are():
    n = 20
    objects = pd.DataFrame(
        {
            "decimal": [Decimal(i) / 4 for i in range(n)],
            "date": [datetime.date(2020, 1, 1 + i) for i in range(n)],
            "bool": [True, False] * (n // 2),
            "mixed": [1, "one"] * (n // 2),
            "list": [[1, 2]] * n,
        },
        dtype=object,
    )
    data = prepare(objects, objects)
    assert [c.kind for c in data.columns] == ["number", "date", "category", "category", "category"]
    assert data.train[1, 0] == 0.25
    assert data.columns[1].show(data.train[0, 1]) == "2020-01-01"
    assert data.columns[2].labels == ("False", "True")
    assert set(data.columns[3].labels) == {"1", "one"}


def test_labels_are_ordered_by_frequency_in_train():
    real = pd.DataFrame({"c": ["b"] * 12 + ["a"] * 8})
    new = pd.DataFrame({"c": ["z"] * 20})
    data = prepare(real, new)
    assert data.columns[0].labels == ("b", "a", "z")
    assert (data.synthetic[:, 0] == 2).all()


@pytest.mark.parametrize(
    ("real", "new", "kind"),
    [
        ([1.5, 2.5] * 10, ["1.5", "2.5"] * 10, "number"),
        ([True, False] * 10, [1, 0] * 10, "number"),
        (pd.to_datetime(["2020-01-01", "2020-01-02"] * 10), ["2020-01-01", "2020-01-02"] * 10, "date"),
        (pd.Categorical([1, 2] * 10), [1.0, 2.0] * 10, "category"),
        (["a", None] * 10, [None] * 20, "category"),
    ],
)
def test_a_column_written_in_another_way_is_the_same_column_and_is_told(real, new, kind):
    data = prepare(pd.DataFrame({"c": real}), pd.DataFrame({"c": new}))
    assert data.columns[0].kind == kind
    assert len(data.notes) == (not pd.isna(new).all())
    if not pd.isna(new).all():
        np.testing.assert_array_equal(data.train, data.synthetic)


def test_a_number_column_with_words_is_compared_as_text_and_says_so():
    data = prepare(pd.DataFrame({"c": [1, 2] * 10}), pd.DataFrame({"c": ["one", "2"] * 10}))
    assert data.columns[0].kind == "category"
    assert "number in train, text in synthetic" in data.notes[0]
    np.testing.assert_array_equal(data.train[1::2], data.synthetic[1::2])


@pytest.mark.parametrize(
    "tables",
    [
        (["1.50", "2.00"], [1.5, 2.0], [1.5, 2.0]),
        ([1.5, 2.0], ["1.50", "2.00"], ["1.5", "2"]),
        ([True, False], [1, 0], ["True", "False"]),
        (["true", "false"], [True, False], ["1", "0"]),
        (
            ["2020-01-01", "2020-01-02"],
            list(pd.to_datetime(["2020-01-01", "2020-01-02"])),
            ["2020-01-01", "2020-01-02"],
        ),
    ],
)
def test_text_is_read_as_the_kind_of_the_other_tables_whichever_table_holds_it(tables):
    data = prepare(*(pd.DataFrame({"c": pd.Series(values * 10, dtype=object)}) for values in tables))
    assert not data.columns[0].is_category
    np.testing.assert_array_equal(data.train, data.synthetic)
    np.testing.assert_array_equal(data.train, data.holdout)
    assert len(data.notes) == 1
    assert "all are read as" in data.notes[0]


@pytest.mark.parametrize("swap", [False, True])
def test_codes_with_leading_zeros_stay_text_and_say_so(swap):
    tables = [pd.DataFrame({"c": ["02", "10"] * 10}), pd.DataFrame({"c": [2, 10] * 10})]
    data = prepare(*(tables[::-1] if swap else tables))
    assert set(data.columns[0].labels) == {"02", "10", "2"}
    table = "synthetic" if swap else "train"
    assert f"compared as text, since {table} has '02', which is no number" in data.notes[0]


@pytest.mark.parametrize("kind", ["number", "date"])
def test_kinds_that_nothing_joins_are_told(kind):
    given = {"number": list(range(20)), "date": [datetime.date(2020, 1, 1)] * 20}
    other = {"c": [datetime.timedelta(1)] * 20}
    data = prepare(pd.DataFrame({"c": given[kind]}), pd.DataFrame(other))
    assert f"({kind} in train, duration in synthetic); it is compared as text" in data.notes[0]


def test_infinite_values_count_as_missing_and_are_told():
    table = pd.DataFrame({"c": [np.inf, -np.inf, *np.arange(18.0)]})
    data = prepare(table, table.assign(c=1.0))
    assert np.isnan(data.train[:2, 0]).all()
    assert "2 in train" in data.notes[0]


@pytest.mark.parametrize(
    "values",
    [[10**400] * 5 + [1] * 20, [-(10**5000), *range(24)], [1e308, -1e308] * 12 + [0.0], [1e39, *range(24)]],
    ids=["400", "5000", "e308", "e39"],
)
def test_numbers_too_large_to_compare_count_as_missing_and_are_told(values):
    table = pd.DataFrame({"c": pd.Series(values, dtype=object), "x": np.arange(25.0) ** 2})
    data = prepare(table, table)
    np.testing.assert_array_equal(np.isnan(data.train[:, 0]), [abs(value) > 10**38 for value in values])
    assert "beyond 1e+38" in data.notes[0]
    (mean, _) = SHAPES.run(replace(data, thresholds=SHAPES.thresholds), 0)
    assert mean.value == 1


def test_a_large_whole_number_among_words_is_a_label():
    table = pd.DataFrame({"c": pd.Series([10**400, -(10**5000), "a", 2.0] * 5, dtype=object)})
    assert set(prepare(table, table).columns[0].labels) == {"inf", "-inf", "a", "2"}


def test_a_precise_number_beyond_single_precision_counts_as_missing():
    single = pd.DataFrame({"c": np.arange(20, dtype="float32")})
    data = prepare(single, pd.DataFrame({"c": [1e40, *range(19)]}))
    assert np.isnan(data.synthetic[:, 0]).sum() == 1


@pytest.mark.parametrize("given", [None, (), []])
def test_no_protected_column_can_be_said_in_several_ways(given):
    assert prepare(frame(), frame(), protected=given).protected == ()


def test_identifiers_are_set_aside_unless_asked_for():
    table = pd.DataFrame({"key": [f"k{i}" for i in range(200)], "number": range(200), "x": np.linspace(0, 1, 200) ** 2})
    data = prepare(table, table)
    assert [column.identifier for column in data.columns] == [True, True, False]
    assert data.compared == [2]
    assert "'key'" in data.notes[0]
    assert not prepare(table, table, protected=["key"]).columns[0].identifier


def test_columns_that_differ_are_named_table_by_table():
    real = frame()
    with pytest.raises(ValueError, match="synthetic lacks 'float'; synthetic also has 'FLOAT'; holdout also has 'z'"):
        prepare(real, real.rename(columns={"float": "FLOAT"}), real.assign(z=1))


@pytest.mark.parametrize(
    ("table", "error", "words"),
    [
        (frame().iloc[:0], ValueError, "synthetic has 0 rows"),
        (frame().iloc[:1], ValueError, "synthetic has 1 rows"),
        (frame()[[]], ValueError, "0 columns"),
        (pd.concat([frame(), frame()], axis=1), ValueError, "more than one column called 'category'"),
        (np.zeros(5), ValueError, "2-D array"),
        ([[1, 2]], TypeError, "pandas, polars or pyarrow"),
        (pl.LazyFrame({"a": [1]}), TypeError, "got LazyFrame"),
        (None, TypeError, "got NoneType"),
    ],
)
def test_what_is_no_table_gets_one_sentence(table, error, words):
    with pytest.raises(error, match=words):
        prepare(frame(), table)


@pytest.mark.parametrize("argument", ["target", "protected"])
def test_unknown_columns_are_told_with_those_there_are(argument):
    with pytest.raises(ValueError, match=f"{argument}='nope' is not a column of train: its columns are 'float'"):
        prepare(frame(), frame(), **{argument: "nope"})


cell = st.one_of(st.none(), st.booleans(), st.integers(-(2**60), 2**60), st.floats(), st.text(max_size=4), st.dates())


@settings(max_examples=60, deadline=None)
@given(st.lists(cell, min_size=10, max_size=14), st.lists(cell, min_size=10, max_size=14))
def test_any_cells_are_read(real, new):
    data = prepare(
        pd.DataFrame({"c": pd.Series(real, dtype=object)}), pd.DataFrame({"c": pd.Series(new, dtype=object)})
    )
    column = data.columns[0]
    assert data.train.shape == (len(real), 1)
    assert not np.isinf(data.train).any()
    assert [np.isnan(v) for v in data.synthetic[:, 0]] == [
        v is None or (isinstance(v, float) and (np.isnan(v) or (np.isinf(v) and column.kind == "number"))) for v in new
    ] or not column.is_category
    assert all(isinstance(column.show(v), str) for v in data.train[:, 0])


def test_protected_that_is_no_name_is_told():
    table = np.zeros((20, 2))
    with pytest.raises(TypeError, match="protected must be the name of a column or a list of names, got 5.0"):
        prepare(table, table, protected=5.0)

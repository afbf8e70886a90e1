import datetime
import decimal
import json
import uuid
import zoneinfo

import dateutil.tz
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import MAKERS, frames

from augment.codecs.frames import read_table, write_table
from augment.codecs.pandas_frames import fresh_index
from augment.codecs.table import TableCodec

pl = pytest.importorskip("polars")


def there_and_back(data):
    columns, form = read_table(data)
    return write_table(columns, json.loads(json.dumps(form, allow_nan=False)))


@given(frames())
def test_pandas_comes_back(frame):
    pd.testing.assert_frame_equal(there_and_back(frame), frame)


@given(frames())
@settings(max_examples=40)
def test_arrow_comes_back(frame):
    table = pa.Table.from_pandas(frame, preserve_index=False)
    assert there_and_back(table).equals(table, check_metadata=True)
    backed = table.to_pandas(types_mapper=pd.ArrowDtype)
    pd.testing.assert_frame_equal(there_and_back(backed), backed)


@given(frames())
@settings(max_examples=40)
def test_polars_comes_back(frame):
    table = pl.from_arrow(pa.Table.from_pandas(frame, preserve_index=False))
    again = there_and_back(table)
    assert again.schema == table.schema
    assert again.to_dict(as_series=False) == table.to_dict(as_series=False)


@given(frames(tuple(kind for kind in MAKERS if kind not in ("categories", "ordered"))))
@settings(max_examples=40)
def test_nullable_pandas_comes_back(frame):
    frame = frame.convert_dtypes()
    pd.testing.assert_frame_equal(there_and_back(frame), frame)


@given(frames(), st.booleans())
@settings(max_examples=40)
def test_numpy_comes_back(frame, single):
    array = frame.iloc[:, :1].to_numpy() if single else frame.astype(object).to_numpy()
    again = there_and_back(array)
    assert again.dtype == array.dtype
    np.testing.assert_array_equal(pd.isna(again), pd.isna(array))
    assert (again == array)[~pd.isna(array)].all()


@pytest.mark.parametrize(
    "values",
    [
        [None, "a", np.nan, pd.NA],
        [None, True, False],
        [pd.NaT, datetime.date(2020, 2, 29)],
        [datetime.datetime(2020, 2, 29, 1), None],
        [datetime.datetime(2020, 7, 1, tzinfo=zoneinfo.ZoneInfo("Europe/Rome")), None],
        [datetime.timedelta(days=-1, seconds=5), None],
        [datetime.time(23, 59, 59, 999_999), datetime.time(0), None],
        [decimal.Decimal("1.10"), decimal.Decimal("-3.00"), None],
        [decimal.Decimal("0.1234567890123456789012345678901"), decimal.Decimal("NaN"), None],
        [datetime.datetime(1, 1, 1), datetime.datetime(9999, 12, 31, 23, 59, 59, 999_999), None],
        [datetime.datetime(9999, 12, 31, 23, tzinfo=datetime.timezone(datetime.timedelta(hours=-5))), None],
        [datetime.datetime(2020, 7, 1, tzinfo=dateutil.tz.tzoffset("x", 3600)), None],
        [datetime.datetime(2020, 7, 1, tzinfo=dateutil.tz.gettz("Europe/Rome")), None],
        [datetime.time(1, 2, 3, tzinfo=datetime.UTC), None],
        [datetime.time(23, 59, tzinfo=datetime.timezone(datetime.timedelta(hours=-3, minutes=-30))), None],
        ["a\x001", "a\x002", "b\x00", None],
        ["\ud8001", "\ud8002", None],
        [uuid.UUID(int=5), None],
        [1, 2**62 + 1, None],
        [0.1, None, np.nan],
        [None, None],
    ],
    ids=str,
)
def test_objects_come_back_with_their_type_and_kind_of_missing_value(values):
    again = there_and_back(pd.DataFrame({"x": pd.Series(values, dtype=object)}))["x"].tolist()
    for old, new in zip(values, again, strict=True):
        assert type(old) is type(new)
        assert old is new or old == new or pd.isna(old) and pd.isna(new)


def test_uuids_that_have_run_out_are_uuids_still():
    few = [uuid.UUID(int=number) for number in range(100)]  # of two digits, of which all but a few are taken
    codec = TableCodec().fit(pd.DataFrame({"key": few}))
    rng = np.random.default_rng(0)
    new = codec.decode(codec.encode(pd.DataFrame({"key": few * 4}), rng), rng)["key"]
    assert {type(key) for key in new} == {uuid.UUID} and new.nunique() == 400 and not set(new) & set(few)


@pytest.mark.parametrize(
    "series",
    [
        pd.Series([1, None, 3], dtype="Int8"),
        pd.Series([True, None], dtype="boolean"),
        pd.Series(["a", None], dtype="string"),
        pd.Series(["a", None], dtype="string[pyarrow]"),
        pd.Series(pd.arrays.FloatingArray(np.array([1.5, np.nan, 0]), np.array([False, False, True]))),
        pd.Series(pd.cut([1.0, 2, 3, 9], 3)),
        pd.Series(pd.Categorical([pd.Timestamp("2020"), None])),
        pd.Series(pd.Categorical([1.5, 2.5])),
        pd.Series(pd.Categorical([True, False, None])),
        pd.Series([0.0, 0, 1], dtype=pd.SparseDtype(float, 0.0)),
        pd.Series(pd.date_range("2020", periods=3, tz=zoneinfo.ZoneInfo("Asia/Tokyo"), unit="s")),
        pd.Series(pd.date_range("2020", periods=3, tz="UTC")),
        pd.Series(pd.date_range("2020", periods=3, tz="+05:30")),
        pd.Series(pd.date_range("2020", periods=3, tz=dateutil.tz.tzoffset("x", -3600))),
        pd.Series(pd.date_range("2020", periods=3, tz=dateutil.tz.tzutc())),
        pd.Series(["a\x001", "a\x002"], dtype="string"),
        pd.Series(np.array([1, 2], "uint64") + np.uint64(2**63)),
        pd.Series([1.5, np.nan], dtype="float16"),
    ],
    ids=lambda series: str(series.dtype),
)
def test_pandas_dtypes_come_back(series):
    frame = pd.DataFrame({"x": series})
    pd.testing.assert_frame_equal(there_and_back(frame), frame)


def test_polars_types_come_back():
    frame = pl.DataFrame(
        {
            "categories": pl.Series(["a", None, "b"], dtype=pl.Categorical),
            "enum": pl.Series(["a", None, "b"], dtype=pl.Enum(["b", "a", "unused"])),
            "null and nan": [None, float("nan"), 1.5],
            "time": [datetime.time(1, 2, 3), None, datetime.time(0)],
            "null": pl.Series([None] * 3, dtype=pl.Null),
            "decimal": pl.Series(
                [decimal.Decimal("1.10"), None, decimal.Decimal("-12345.67")], dtype=pl.Decimal(12, 2)
            ),
            "bool": [True, None, False],
            "zone": pl.Series([datetime.datetime(2020, 1, 1)] * 3, dtype=pl.Datetime("ms", "Europe/Rome")),
        }
    )
    again = there_and_back(frame)
    assert again.schema == frame.schema and again.equals(frame, null_equal=True)
    assert again["null and nan"].is_nan().to_list() == [None, True, False]


def test_arrow_keeps_types_and_metadata():
    schema = pa.schema(
        [
            pa.field("d", pa.dictionary(pa.int8(), pa.string(), ordered=True)),
            pa.field("t", pa.time32("s")),
            pa.field("w", pa.date64(), metadata={"a": "b"}),
            pa.field("h", pa.float16()),
            pa.field("n", pa.decimal128(20, 3), nullable=False),
        ],
        metadata={"owner": "ü"},
    )
    dictionary = pa.DictionaryArray.from_arrays(pa.array([1, 0], pa.int8()), ["low", "high"], ordered=True)
    rest = [
        [1, None],
        [86_400_000, None],
        np.array([0.5, 2], "float16"),
        [decimal.Decimal("1.000"), decimal.Decimal("9.125")],
    ]
    arrays = [pa.array(values, field.type) for values, field in zip(rest, list(schema)[1:], strict=True)]
    table = pa.Table.from_arrays([dictionary, *arrays], schema=schema)
    assert there_and_back(table).equals(table, check_metadata=True)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["a", None, "b"], pa.string_view()),
        ([decimal.Decimal("1100"), None, decimal.Decimal("2500")], pa.decimal128(5, -2)),
        ([decimal.Decimal("999999999999999999"), decimal.Decimal(1)], pa.decimal128(18, 0)),
        ([decimal.Decimal("9999999999999999.99"), decimal.Decimal(1)], pa.decimal128(18, 2)),
        ([decimal.Decimal("-12345678901234567890.12345678"), None], pa.decimal256(50, 8)),
    ],
    ids=str,
)
def test_arrow_types_come_back(values, kind):
    table = pa.table({"x": pa.array(values, kind)})
    assert there_and_back(table).equals(table)
    series = pd.Series(pd.arrays.ArrowExtensionArray(table["x"]))
    assert there_and_back(pd.DataFrame({"x": series}))["x"].array.__arrow_array__().equals(table["x"])


def test_a_null_among_the_categories_is_a_missing_value():
    first = pa.DictionaryArray.from_arrays(pa.array([2, 0, 1, None], pa.int8()), pa.array(["a", None, "b"]))
    second = pa.DictionaryArray.from_arrays(pa.array([1, 0], pa.int8()), pa.array(["c", "a"]))
    again = there_and_back(pa.table({"x": pa.chunked_array([first, second])}))["x"]
    assert again.type == first.type and again.to_pylist() == ["b", "a", None, None, "a", "c"]


@pytest.mark.skipif(not hasattr(pl, "Categories"), reason="this polars has no named lists of categories")
def test_named_categories_of_polars_come_back():
    mine = pl.Categorical(pl.Categories("mine", namespace="n", physical=pl.UInt8))
    frame = pl.DataFrame(
        {"mine": pl.Series(["a", None], dtype=mine), "all": pl.Series(["a", "b"], dtype=pl.Categorical)}
    )
    again = there_and_back(frame)
    assert again.schema == frame.schema and again.equals(frame, null_equal=True)


def test_fixed_offsets_of_pytz_come_back():
    pytz = pytest.importorskip("pytz")
    frame = pd.DataFrame({"x": pd.date_range("2020", periods=3, tz=pytz.FixedOffset(330))})
    pd.testing.assert_frame_equal(there_and_back(frame), frame)


@pytest.mark.parametrize(
    "names",
    [
        *([0, 1], [3, "b"], ["ä", ""], [("a", 1), ("b", 2)], [1.5, 2.5], ["a", None], [pd.Timestamp("2020"), True]),
        pd.date_range("2020", periods=2, tz="Europe/Rome")[[0, 1]],  # which has no frequency
        pd.date_range("2020", periods=2, tz="+05:30", unit="s")[[0, 1]],
        pd.CategoricalIndex(["b", "a"], ["b", "unused", "a"], ordered=True),
        pd.Index(["a", "b"], dtype="string"),
        pd.Index(["a", "b"], dtype=object),
        pd.Index([0, 1], dtype="int8"),
        pd.Index([1, 2], dtype="Int64"),
    ],
    ids=str,
)
def test_any_column_names_come_back(names):
    frame = pd.DataFrame([[1, 2]] * 2)
    frame.columns = pd.Index(names, name="n", tupleize_cols=False)
    again = there_and_back(frame)
    pd.testing.assert_frame_equal(again, frame)
    assert again.columns.dtype == frame.columns.dtype


def test_nested_column_names_come_back():
    frame = pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("a", 1), ("b", 2)], names=["k", None]))
    pd.testing.assert_frame_equal(there_and_back(frame), frame)


def test_the_index_is_numbered_anew():
    frame = pd.DataFrame({"x": [1, 2, 3]}, index=pd.Index([7, 3, 5], name="row"))
    assert there_and_back(frame).index.equals(pd.Index([0, 1, 2])) and there_and_back(frame).index.name == "row"
    frame.index = pd.Index([1, 2, 3], dtype="uint8", name="row")
    form = read_table(frame)[1]
    assert fresh_index(form, 3).dtype == "uint8" and fresh_index(form, 300).tolist() == list(range(300))
    frame.index = pd.date_range("2020", periods=3, name="day")
    pd.testing.assert_index_equal(there_and_back(frame).index, pd.RangeIndex(3, name="day"))


def test_data_are_not_changed():
    frame = pd.DataFrame({"x": [1.5, np.nan], "s": ["a", None]})
    before = frame.copy(deep=True)
    there_and_back(frame)
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (pd.DataFrame({"a": [1, "b"]}), "'a' mixes int and str"),
        (pd.DataFrame({"a": [True, 2]}, dtype=object), "'a' mixes bool and int"),
        (pd.DataFrame({"a": [[1], [2]]}), "'a' holds a value of type list"),
        (pd.DataFrame({"a": [{}, {}]}), "'a' holds a value of type dict"),
        (pd.DataFrame({"a": [b"x"]}), "'a' holds a value of type bytes"),
        (pd.DataFrame({"a": [2**70]}), "'a' holds integers beyond 64 bits"),
        (pd.DataFrame({"a": [1.0, -np.inf]}), "'a' contains infinity"),
        (pl.DataFrame({"a": [1.0, np.inf]}), "'a' contains infinity"),
        (pd.DataFrame({"a": [decimal.Decimal("Infinity"), decimal.Decimal(1)]}), "'a' contains infinity"),
        (pl.DataFrame({"a": [1]}, schema={"a": pl.Int128}), "'a' has the type Int128: cast it to Int64"),
        (pd.DataFrame({"a": [1 + 2j]}), "Complex data not supported"),
        (pd.DataFrame({"a": pd.period_range("2020", periods=2)}), r"'a' has the dtype period\[D\]"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "more than once: 'a'"),
        (pa.table([[1], [2]], names=["a", "a"]), "more than once: 'a'"),
        (pl.DataFrame({"a": [[1]]}), "'a' has the type large_list"),
        (pl.DataFrame({"a": [1]}).lazy(), "LazyFrame"),
        (pd.Series([1]), "got Series"),
        (np.zeros(3), "Expected a 2D array .*reshape"),
        ("table.csv", "Expected a 2D array"),
        (np.zeros(2, [("a", int)])[:, None], "expected numbers"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_bad_tables_get_one_clear_sentence(data, words):
    with pytest.raises((ValueError, TypeError), match=words):
        read_table(data)

"""Long frames of series to arrays and back: rows, times and types are those that were given."""

import json

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from augment.codecs.event_rows import EventTable
from augment.codecs.frames import read_table
from augment.codecs.panel import PanelCodec


def through(frame, time="when", static=None, **options):
    """A fitted codec, read from JSON, and the frame, there and back, its attributes as they were given."""
    table = EventTable(*read_table(frame), "who", time, static)
    codec = PanelCodec(**options).fit((table, None))
    codec = PanelCodec.from_dict(json.loads(json.dumps(codec.to_dict())))
    rows = codec.encode((table, None), np.random.default_rng(0))
    assert rows.dtype == "float32" and rows.shape == (len(table), codec.layout.width) and np.isfinite(rows).all()
    layout = codec.layout.series
    tokens = rows[:, layout.width :].astype("int32")
    attributes = codec.attributes(tokens)
    series = codec.series.decode(codec.series.around(rows[:, : layout.n_values], attributes))
    condition = codec.static.condition(codec.read(table).firsts)
    columns = codec.static.decode_columns(tokens, np.random.default_rng(0), condition)
    whole = dict(zip(codec.whole_names, columns, strict=True))
    return codec, codec.decode(series, codec.rows.there(series), whole)


def frame(lengths=(4, 6, 3), **columns):
    """Whole numbers over days that begin apart, in the order of entities."""
    who = np.repeat(np.arange(len(lengths)), lengths)
    steps = np.concatenate([np.arange(length) for length in lengths])
    days = pd.date_range("2024-03-28", periods=60, freq="D", unit="s")[steps + 5 * who]
    data = {"who": who, "when": days, "sold": (7 * np.arange(len(who))) % 11} | columns
    return pd.DataFrame(data)


def report_of(codec):
    return {entry["column"]: (entry["kind"], entry["note"]) for entry in codec.report}


def test_all_types_come_back():
    n = 13
    given = frame(
        whole=pd.array(np.arange(n) % 5, "Int16"),
        open=np.arange(n) % 3 == 0,
        maybe=pd.array([True, None] * 6 + [False], "boolean"),
        price=np.where(np.arange(n) % 4 == 1, np.nan, np.arange(n) / 4),
        city=pd.Categorical(np.repeat(["b", "a", None], (4, 6, 3)), ["a", "b", "c"]),
        since=np.repeat(pd.to_datetime(["2020-01-01", "2021-06-01", "2019-02-03"]), (4, 6, 3)),
        size=np.repeat([1.5, np.nan, 2.5], (4, 6, 3)),
    )
    codec, back = through(given)
    assert codec.rows.names == ["sold", "whole", "open", "maybe", "price"]
    pd.testing.assert_frame_equal(back, given)


@pytest.mark.parametrize("library", [pl.DataFrame, lambda data: pa.Table.from_pandas(pd.DataFrame(data))])
def test_other_libraries_come_back(library):
    given = library(frame().to_dict("list"))
    _, back = through(given)
    assert back.equals(given)


@pytest.mark.parametrize("zone", [None, "Europe/Berlin"])
@pytest.mark.parametrize("frequency", ["D", "B", "W", "MS", "QE", "YS", "h"])
def test_frequencies_and_zones_come_back(frequency, zone):
    given = frame()
    moments = pd.date_range("2024-03-28", periods=40, freq=frequency, tz=zone)
    given["when"] = moments[np.arange(13) - np.repeat([0, 4, 10], (4, 6, 3)) + 5 * given["who"]]
    codec, back = through(given)
    assert codec.rows.times.calendar is not None
    pd.testing.assert_frame_equal(back, given)


def test_rows_may_stand_in_any_order():
    given = frame()
    _, back = through(given.sample(frac=1, random_state=0))
    key = ["who", "when"]
    pd.testing.assert_frame_equal(back.sort_values(key, ignore_index=True), given)


def test_all_that_end_at_one_time_still_do():
    given = frame(lengths=(4, 6, 3))
    given["when"] = np.concatenate([np.arange(-length, 0) for length in (4, 6, 3)])
    codec, back = through(given)
    assert codec.rows.times.at_end and codec.layout.static is None
    pd.testing.assert_frame_equal(back, given)
    made = np.random.default_rng(0).normal(size=(50, codec.layout.series.width)).astype("float32")
    series = codec.series.decode(codec.series.around(made, np.zeros((50, 0))))
    whole = codec.static.decode_columns(np.zeros((50, 0), "int32"), np.random.default_rng(0))
    new = codec.decode(series, codec.rows.there(series), dict(zip(codec.whole_names, whole, strict=True)))
    assert (new.groupby("who")["when"].max() == -1).all() and new.groupby("who").size().nunique() > 1


def test_a_few_rows_that_are_not_there_come_back_so():
    given = frame(lengths=(12, 14, 13)).drop([5, 20]).reset_index(drop=True)
    codec, back = through(given)
    assert codec.rows.gappy and report_of(codec)["when"] == ("time, every day", "5.1% of the rows are not there")
    pd.testing.assert_frame_equal(back, given)


@pytest.mark.parametrize("kind", ["ns", "s", "float"])
def test_irregular_times_come_back(kind):
    given = frame()
    gaps = np.random.default_rng(0).integers(1, 10**6, 13)
    times = gaps.cumsum() / 8 if kind == "float" else pd.DatetimeIndex(gaps.cumsum().view(f"M8[{kind}]"))
    given["when"] = times
    codec, back = through(given)
    assert codec.rows.irregular and report_of(codec)["when"][0] == "time, no frequency: the gaps are learned"
    assert np.array_equal(back.drop(columns="when"), given.drop(columns="when"))
    assert back["when"].dtype == given["when"].dtype
    if kind == "float":
        assert np.allclose(back["when"], given["when"])
    else:  # gaps are normal scores on the way
        assert (abs(back["when"] - given["when"]) <= 6 * np.timedelta64(1, kind)).all()


def test_without_times_rows_stand_in_their_order():
    given = frame().drop(columns="when")
    _, back = through(given, time=None)
    pd.testing.assert_frame_equal(back, given)


def test_constant_and_missing_columns():
    given = frame(same=1.5, nothing=np.nan, zero=0)
    codec, back = through(given, static=[])
    assert codec.rows.names == ["sold", "same", "nothing", "zero"]
    pd.testing.assert_frame_equal(back, given)
    codec, back = through(given)
    assert codec.rows.names == ["sold"]
    pd.testing.assert_frame_equal(back, given)
    _, back = through(given[["who", "when", "same"]], static=[])
    pd.testing.assert_frame_equal(back, given[["who", "when", "same"]])


def test_one_row_for_each_entity_leaves_numbers_to_be_series():
    given = frame(lengths=(1,) * 8, city=list("aabbabab"))
    codec, back = through(given)
    assert codec.rows.names == ["sold"] and "city" in codec.whole_names
    pd.testing.assert_frame_equal(back, given)


def test_scaled_series_come_back():
    given = frame(lengths=(6,) * 9)
    given["sold"] = np.outer(10.0 ** np.arange(9), [1, 2, 1, 3, 2, 4]).ravel()
    codec, back = through(given, scaling="auto")
    assert report_of(codec)["sold"] == ("series", "each series scaled by itself")
    assert np.allclose(back["sold"], given["sold"], rtol=0.02)


def refused(given, message, **options):
    with pytest.raises(ValueError, match=message):
        through(given, **options)


def test_what_is_no_series_is_named():
    refused(frame(what=list("abcabcabcabca")), "'what' varies over time and holds no numbers.*static=.*kind='events'")
    refused(frame(then=pd.date_range("2020", periods=13)), "'then' varies over time and holds no numbers")
    refused(frame(same=1.0)[["who", "when", "same"]], "No column varies")
    refused(frame().assign(when=1), "several rows of the same time in column 'when'")
    refused(frame(odd=np.arange(13)), "'odd' is static, but differs", static=["odd"])
    refused(frame().assign(who=[None, *[1.0] * 12]), "'who' has missing values")
    refused(frame().assign(when=[None, *pd.date_range("2020", periods=12)]), "'when' has missing values")
    refused(frame().assign(sold=[np.inf] * 13), "infinity")

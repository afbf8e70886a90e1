"""Event tables as arrays (events.py, event_rows.py): which columns are whose, and back without a loss."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from augment.codecs.event_rows import EventTable
from augment.codecs.events import EventsCodec
from augment.codecs.frames import read_table


def table_of(frame, time=None, static=None):
    return EventTable(*read_table(frame), "who", time, static)


def static_names(frame, time=None, static=None):
    return EventsCodec().fit((table_of(frame, time, static), None)).whole_names


def test_static_columns_are_found_or_named():
    frame = pd.DataFrame({"who": [1, 1, 2, 3], "sex": list("ffmf"), "drug": list("aaba"), "dose": [1, 2, 1, 1]})
    assert static_names(frame) == ["who", "sex", "drug"]
    assert static_names(frame, static=["sex"]) == ["who", "sex"]
    assert static_names(frame[1:]) == ["who"]  # with a row each nothing tells
    assert static_names(frame.assign(sex=["f", None, "m", "f"])) == ["who", "drug"]
    assert static_names(frame.assign(sex=[None, None, "m", "f"])) == ["who", "sex", "drug"]
    with pytest.raises(ValueError, match="Column 'dose' is static, but differs between rows of the entity 1"):
        static_names(frame, static=["dose"])


@given(
    st.lists(
        st.tuples(st.integers(1, 4), st.integers(0, 9), st.sampled_from([None, "a", "b"]), st.floats(-5, 5)),
        min_size=2,
        max_size=30,
    )
)
def test_tables_come_back_as_they_were(rows):
    frame = pd.DataFrame(rows, columns=["who", "when", "what", "much"])
    frame["what"] = frame["what"].astype(object)
    table = table_of(frame, "when")
    codec = EventsCodec().fit((table, None))
    codec = EventsCodec.from_dict(json.loads(json.dumps(codec.to_dict())))
    entities, columns = codec.entities(table)
    first = codec.static.condition([columns[name].take(entities.starts[:-1]) for name in codec.whole_names])
    whole, times = codec.whole(entities.static, np.random.default_rng(0), first)
    assert np.array_equal(times[0], entities.values[0][entities.starts[:-1]])
    back = codec.decode(entities, whole, np.random.default_rng(0), (columns, np.arange(len(frame))))
    order = {who: number for number, who in enumerate(frame["who"].unique())}
    expected = frame.assign(place=frame["who"].map(order)).sort_values(["place", "when"], kind="stable")
    pd.testing.assert_frame_equal(back, expected.drop(columns="place").reset_index(drop=True))


def test_the_report_says_what_columns_were_taken_for():
    frame = pd.DataFrame({"who": [1, 1, 2], "when": pd.to_datetime([0, 1, 2], unit="D"), "what": list("aba")})
    report = EventsCodec().fit((table_of(frame, "when"), None)).report
    assert {entry["column"]: entry["kind"] for entry in report} == {
        "who": "identifier",
        "when": "datetime",
        "what": "category",
    }


def test_only_the_fitted_columns_are_read():
    frame = pd.DataFrame({"who": [1, 1, 2], "what": list("aba")})
    codec = EventsCodec().fit((table_of(frame), None))
    with pytest.raises(ValueError, match="missing are 'what'; not known are 'other'"):
        codec.tokens(table_of(frame.rename(columns={"what": "other"})))
    with pytest.raises(ValueError, match="Event tables are encoded as 'tokens'"):
        EventsCodec("vectors")


def test_what_never_falls_comes_back_from_its_rises():
    rng = np.random.default_rng(0)
    total = rng.integers(0, 50, (60, 5)).cumsum(axis=1)
    frame = pd.DataFrame({"who": np.repeat(range(60), 5), "total": total.ravel(), "what": rng.integers(2, size=300)})
    codec = EventsCodec().fit((table_of(frame), None))
    assert list(codec.rising) == ["total"] and codec.whole_names == ["who", "total"]
    entities = codec.tokens(table_of(frame))
    whole, _ = codec.whole(entities.static, rng)
    back = codec.decode(entities, whole, rng)
    assert np.array_equal(back["total"], frame["total"])
    gappy = frame.assign(total=frame["total"].where(np.arange(300) % 7 > 0))
    codec = EventsCodec().fit((table_of(gappy), None))
    codec = EventsCodec.from_dict(json.loads(json.dumps(codec.to_dict())))
    entities = codec.tokens(table_of(gappy))
    back = codec.decode(entities, codec.whole(entities.static, rng)[0], rng)
    pd.testing.assert_series_equal(back["total"], gappy["total"])
    assert [entry["column"] for entry in codec.report] == ["who", "total", "what"]
    with pytest.raises(ValueError, match="Column 'total' has missing values; the training data had none"):
        EventsCodec().fit((table_of(frame), None)).tokens(table_of(gappy))

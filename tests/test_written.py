import numpy as np
import pandas as pd
import pytest

from augment.codecs.table import TableCodec
from augment.codecs.written import FORMATS

N = 900


@pytest.mark.parametrize("pattern", FORMATS)
def test_strings_of_every_form_come_back_as_such_dates(pattern):
    rng = np.random.default_rng(0)
    moments = pd.Series(pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 700, N), unit="D"))
    text = moments.dt.strftime(pattern).astype(object).mask(rng.random(N) < 0.1)
    frame = pd.DataFrame({"when": text})
    codec = TableCodec().fit(frame)
    assert codec.report == [{"column": "when", "kind": "date", "note": f"strings read as dates: {pattern}"}]
    again = TableCodec.from_dict(codec.to_dict())
    back = again.decode(codec.encode(frame), np.random.default_rng(0))
    assert back.dtypes.equals(frame.dtypes) and back["when"].isna().equals(frame["when"].isna())
    days = pd.to_datetime(back["when"], format=pattern)
    assert ((days - moments).abs() < pd.Timedelta("20D"))[text.notna()].all()
    assert days.min() >= moments.min() and days.max() <= moments.max()


@pytest.mark.parametrize(
    "labels",
    [
        [f"2020-01-{day:02}" for day in range(1, 32)] + ["2020-02-30"],  # no such day
        [f"2020-1-{day}" for day in range(1, 32)],  # written otherwise than any form writes it
        [f"2020-01-{day:02}" for day in range(1, 16)],  # too few
    ],
)
def test_other_strings_are_no_dates(labels):
    assert TableCodec().fit(pd.DataFrame({"x": labels * 2})).report[0]["kind"] == "category"


def test_months_come_first_only_where_all_strings_allow_it():
    days = pd.Series(pd.date_range("2020-01-01", periods=60)).dt.strftime("%d/%m/%Y")
    assert "%d/%m/%Y" in TableCodec().fit(pd.DataFrame({"x": days})).report[0]["note"]


def test_conditions_and_copies_on_written_dates():
    rng = np.random.default_rng(0)
    start = pd.Series(pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 700, N), unit="D"))
    end = start + pd.to_timedelta(rng.integers(0, 60, N) * (rng.random(N) < 0.6), unit="D")
    frame = pd.DataFrame({"start": start, "end": end}).apply(lambda column: column.dt.strftime("%Y-%m-%d"))
    codec = TableCodec().fit(frame)
    assert len(codec.layout.copies) == 1
    back = codec.decode(codec.encode(frame), rng)
    equal = (frame["start"] == frame["end"]) & (codec.encode(frame)[:, -1] == 1)
    assert equal.any() and (back["start"] == back["end"])[equal].all()
    condition = codec.condition({"start": ("2020-06-01", "2020-06-30")}, 5)
    assert condition.allowed[0].any() and not condition.allowed[0].all()
    condition = codec.condition({"start": "2020-06-01"}, N)
    assert (codec.overlay(back, condition)["start"] == "2020-06-01").all()
    with pytest.raises(ValueError, match="'start' holds dates of the form %Y-%m-%d .*got 'June'"):
        codec.encode(frame.assign(start="June"))

import numpy as np
import pandas as pd
import pytest

from augment.codecs.table import TableCodec
from augment.codecs.written import FORMATS

N = 900


@pytest.mark.slow
@pytest.mark.parametrize("pattern", FORMATS)
def test_strings_of_every_form_come_back_as_such_dates(pattern):
    rng = np.random.default_rng(0)
    moments = pd.Series(pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 700 * 86400, N), unit="s"))
    moments = pd.to_datetime(moments.dt.strftime(pattern), format=pattern.replace("%-", "%"))
    text = moments.dt.strftime(pattern).astype(object).mask(rng.random(N) < 0.1)
    frame = pd.DataFrame({"when": text})
    codec = TableCodec().fit(frame)
    assert codec.report == [{"column": "when", "kind": "date", "note": f"strings read as dates: {pattern}"}]
    again = TableCodec.from_dict(codec.to_dict())
    back = again.decode(codec.encode(frame), np.random.default_rng(0))
    assert back.dtypes.equals(frame.dtypes) and back["when"].isna().equals(frame["when"].isna())
    days = pd.to_datetime(back["when"], format=pattern.replace("%-", "%"))
    assert ((days - moments).abs() < pd.Timedelta("20D"))[text.notna()].all()
    assert days.min() >= moments.min() and days.max() <= moments.max()


@pytest.mark.parametrize(
    "labels",
    [
        [f"2020-01-{day:02}" for day in range(1, 32)] + ["2020-02-30"],  # no such day
        [f"2020-1-{day}" for day in range(1, 32)],  # written otherwise than any form writes it
        [f"{day}/1/2020" for day in range(1, 20)] + ["01/2/2020"],  # in two ways
        [f"{day:02}/01/2020".translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")) for day in range(1, 31)],
        [f"2020-01-{day:02}" for day in range(1, 16)],  # too few
    ],
)
def test_other_strings_are_no_dates(labels):
    assert TableCodec().fit(pd.DataFrame({"x": labels * 2})).report[0]["kind"] == "category"


def test_months_come_first_only_where_all_strings_allow_it():
    days = pd.Series(pd.date_range("2020-01-01", periods=60)).dt.strftime("%d/%m/%Y")
    assert "%d/%m/%Y" in TableCodec().fit(pd.DataFrame({"x": days})).report[0]["note"]


@pytest.mark.parametrize("pattern", ["%m/%d/%Y %H:%M:%S", "%d/%m/%Y %H:%M"])
def test_a_week_by_the_hour_is_no_half_year(pattern):
    hours = pd.Series(pd.date_range("2024-01-01", periods=150, freq="h"))
    frame = pd.DataFrame({"x": hours.dt.strftime(pattern)})
    codec = TableCodec().fit(frame)
    assert codec.report[0]["note"].startswith(f"strings read as dates: {pattern};")
    back = pd.to_datetime(codec.decode(codec.encode(frame), np.random.default_rng(0))["x"], format=pattern)
    assert back.between(hours.min(), hours.max()).all()


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
    known = codec.decode(codec.encode(frame), rng, condition)
    assert (known["start"] == "2020-06-01").all()
    with pytest.raises(ValueError, match="'start' holds dates of the form %Y-%m-%d .*got 'June'"):
        codec.encode(frame.assign(start="June"))


def dates(pattern, start="2010-01-01", periods=3000, **options):
    """Codec and frame of dates written in a form."""
    days = pd.Series(pd.date_range(start, periods=periods, **options)).sample(frac=1, random_state=0)
    frame = pd.DataFrame({"born": days.dt.strftime(pattern).to_numpy()})
    return TableCodec().fit(frame), frame


@pytest.mark.slow
@pytest.mark.parametrize("pattern", [pattern for pattern in FORMATS if "%H" not in pattern])
def test_conditions_are_read_in_the_columns_own_form(pattern):
    codec, frame = dates(pattern)
    day = pd.Timestamp("2015-03-05")
    for given in (day.strftime(pattern), "2015-03-05", day, day.date()):
        table = codec.decode(codec.encode(frame.head(3)), np.random.default_rng(0), codec.condition({"born": given}, 3))
        assert set(table["born"]) == {day.strftime(pattern)}
    condition = codec.condition({"born": (day.strftime(pattern), pd.Timestamp("2015-03-10"))}, 50)
    tokens = np.argwhere(condition.allowed[0]).astype("int32")
    table = codec.decode(np.resize(tokens, (50, 2)), np.random.default_rng(0), condition)
    assert set(table["born"]) <= set(pd.date_range(day, "2015-03-10").strftime(pattern))
    with pytest.raises(ValueError, match=f"expected a date of the form {pattern} or YYYY-MM-DD, got 'March'"):
        codec.condition({"born": "March"}, 1)


@pytest.mark.parametrize(("pattern", "other"), [("%d/%m/%Y", "%m/%d/%Y"), ("%m/%d/%Y", "%d/%m/%Y")])
def test_where_days_and_months_could_be_either_the_days_vary_less(pattern, other):
    frame = pd.concat([dates(pattern, periods=100, freq="MS")[1]] * 3)
    codec = TableCodec().fit(frame)
    assert codec.report[0]["note"] == f"strings read as dates: {pattern}; {other} would fit too"
    assert set(codec.decode(codec.encode(frame), np.random.default_rng(0))["born"]) <= set(frame["born"])


@pytest.mark.parametrize("pattern", ["%Y-%m-%d", "%d.%m.%Y", "%Y-%m-%d %H:%M:%S"])
def test_dates_that_nanoseconds_cannot_count_are_dates(pattern):
    _, frame = dates(pattern)
    far = {"%Y": "9999", "%m": "12", "%d": "31", "%H": "23", "%M": "59", "%S": "59"}
    for letters, number in far.items():
        pattern = pattern.replace(letters, number)
    frame.loc[[5, *range(100, 200)], "born"] = pattern
    codec = TableCodec().fit(frame)
    assert codec.report[0]["kind"] == "date"
    back = codec.decode(codec.encode(frame), np.random.default_rng(0))["born"]
    assert ((back == pattern) == (frame["born"] == pattern)).all()
    assert codec.condition({"born": ("2018-01-01", "9999-12-31")}, 1).allowed[0].any()

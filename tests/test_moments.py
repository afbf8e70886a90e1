import datetime

import numpy as np
import pandas as pd
import pytest

from augment.codecs.moments import UNITS, in_unit
from augment.codecs.table import TableCodec

N = 600


def hours(zone="Europe/Berlin", unit="ns"):
    """Codec and frame of hours of a year, by the clock of a time zone."""
    rng = np.random.default_rng(0)
    when = pd.Timestamp("2023-06-01", tz="UTC") + pd.to_timedelta(rng.integers(0, 9000, N), unit="h")
    frame = pd.DataFrame({"t": when.tz_convert(zone).as_unit(unit), "x": rng.integers(0, 7, N)})
    return TableCodec().fit(frame), frame


def filled(codec, frame, spec, n=None):
    condition = codec.condition(spec, n)
    arrays = codec.encode(frame.head(len(condition.known)))
    return codec.decode(arrays, np.random.default_rng(0), condition)["t"]


@pytest.mark.parametrize(
    "given", ["2023-07-03 10:00", datetime.datetime(2023, 7, 3, 10), np.datetime64("2023-07-03T10")]
)
def test_a_moment_without_a_zone_is_one_of_the_columns_clock(given):
    codec, frame = hours()
    wanted = pd.Timestamp("2023-07-03 10:00", tz="Europe/Berlin")
    assert (filled(codec, frame, {"t": given}, 3) == wanted).all()
    for unit in ("s", "ns"):
        spec = pd.DataFrame({"t": pd.DatetimeIndex([given, None]).as_unit(unit)})
        assert filled(codec, frame, spec)[0] == wanted
    spec = frame[["t"]].head(2).apply(lambda column: column.dt.tz_convert("UTC"))
    assert (filled(codec, frame, spec) == frame["t"].head(2)).all()
    np.testing.assert_array_equal(
        codec.encode(frame.assign(t=frame["t"].dt.tz_localize(None)).head(50))[:, 0], codec.encode(frame.head(50))[:, 0]
    )


@pytest.mark.parametrize("moment", ["2023-10-29 02:30", "2024-03-31 02:30"])
def test_times_that_a_clock_shows_twice_or_never_need_an_offset(moment):
    codec, frame = hours()
    words = f"the clocks of Europe/Berlin show '{moment}.*' twice or never; add an offset"
    for spec in (moment, (moment, None), [moment], pd.Timestamp(moment)):
        with pytest.raises(ValueError, match=words):
            codec.condition({"t": spec}, 1)
    with pytest.raises(ValueError, match=words):
        codec.condition(pd.DataFrame({"t": pd.to_datetime([moment])}))
    assert (filled(codec, frame, {"t": f"{moment}+01:00"}, 2) == pd.Timestamp(f"{moment}+01:00")).all()


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_ends_that_a_unit_cannot_hold_are_open_or_between_two_values(unit):
    codec, frame = hours(None, unit)
    zoned, _ = hours(unit=unit)
    assert zoned.condition({"t": ("0001-01-01", "9999-12-31 23:59:59")}, 1).allowed[0].all()
    for ends in ((None, "9999-12-31"), ("0001-01-01", datetime.date(9999, 12, 31)), (pd.NaT, None)):
        assert codec.condition({"t": ends}, 1).allowed[0].all()
    with pytest.raises(ValueError, match="no value between 9999-12-31 00:00:00.* and any; they range from 2023-06-01"):
        codec.condition({"t": ("9999-12-31", None)}, 1)
    with pytest.raises(ValueError, match="'9999-12-31' is outside the observed range"):
        codec.condition({"t": "9999-12-31"}, 1)
    low, high = "2023-07-03 09:59:59.123456789", "2023-07-03 11:00:00.000000001"
    assert set(codec.columns[0].steps_of(*map(codec.columns[0].parse, (low, high)))) == {
        *codec.columns[0].steps_of(*map(codec.columns[0].parse, ("2023-07-03 10:00", "2023-07-03 11:00")))
    }


def test_days_lie_within_ends_that_are_no_midnights():
    days = np.datetime64("2020-01-01") + np.random.default_rng(0).integers(0, 400, N)
    array = days.astype(object)[:, None]
    codec = TableCodec().fit(array)
    condition = codec.condition({0: ("2020-03-05 12:00", "2020-03-06 12:00")}, 5)
    allowed = np.argwhere(condition.allowed[0])[[0] * 5][:, : codec.layout.width].astype("int32")
    assert set(codec.decode(allowed, np.random.default_rng(0), condition).ravel()) == {datetime.date(2020, 3, 6)}
    with pytest.raises(ValueError, match="it holds whole days, got '2020-03-05 12:00'"):
        codec.condition({0: "2020-03-05 12:00"}, 1)


def test_durations_lie_within_ends_finer_than_their_unit():
    frame = pd.DataFrame({"t": pd.to_timedelta(np.arange(N) % 200, unit="s").as_unit("s")})
    codec = TableCodec().fit(frame)
    condition = codec.condition({"t": ("2500ms", "4s")}, 5)
    tokens = np.argwhere(condition.allowed[0])[:, : codec.layout.width].astype("int32")
    values = codec.decode(np.resize(tokens, (50, codec.layout.width)), np.random.default_rng(0), condition)["t"]
    assert values.between("3s", "4s").all()


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("target", UNITS)
def test_units_are_counted_down_and_never_wrap(unit, target):
    values = np.array([0, 1, 86_400_000_000_001, -1, 2**62, -(2**62)])
    exact = [int(value) * UNITS[unit][0] // UNITS[target][0] for value in values]
    counted = in_unit(values, unit, target)
    most = np.iinfo("int64").max - 86_400_000_000_000
    for wanted, count in zip(exact, counted.tolist(), strict=True):
        assert count == wanted if abs(wanted) < 2**63 else abs(count) > most and (count > 0) == (wanted > 0)

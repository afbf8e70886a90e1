"""Frequencies: found from times, and times from them, whatever pandas calls them."""

import numpy as np
import pandas as pd
import pytest

from augment.codecs.calendars import Calendar

FREQUENCIES = {
    "D": "every day",
    "B": "every business day",
    "W": "every 7 days",
    "MS": "every month",
    "ME": "every month end",
    "QS": "every 3 months",
    "QE": "every 3 month ends",
    "YS": "every 12 months",
    "h": "every hour",
    "15min": "every 15 minutes",
    "2D": "every 2 days",
}


def found(moments, starts, zone=None):
    """The calendar of moments of seconds, and the moments as numbers."""
    numbers = moments.as_unit("s").asi8
    return Calendar.of(numbers, np.array(starts), "s", zone), numbers


@pytest.mark.parametrize("frequency", FREQUENCIES)
def test_each_frequency_is_found_and_goes_on(frequency):
    moments = pd.date_range("2024-02-20 06:30", periods=40, freq=frequency)
    parts = [moments[:9], moments[3:12], moments[5:20]]
    calendar, numbers = found(parts[0].append(parts[1:]), [0, 9, 18, 33])
    assert str(calendar) == FREQUENCIES[frequency]
    calendar = Calendar(**calendar.to_dict())
    later = calendar.near(numbers[8:9]) + calendar.step * np.arange(1, 21)
    assert (pd.DatetimeIndex(calendar.times(later).view("M8[s]")) == moments[9:29]).all()


def test_days_by_the_clock_of_a_zone_go_over_the_change_of_clocks():
    moments = pd.date_range("2024-03-25 09:00", periods=14, freq="D", tz="Europe/Berlin")
    calendar, numbers = found(moments, [0, 14], "Europe/Berlin")
    assert str(calendar) == "every day" and calendar.zone == "Europe/Berlin"
    assert (calendar.times(calendar.near(numbers[:1]) + calendar.step * np.arange(14)) == numbers).all()


def test_starts_that_are_drawn_move_onto_the_calendar():
    saturday = pd.DatetimeIndex(["2024-02-24 06:30"]).as_unit("s").asi8
    for frequency, wanted in {"B": "2024-02-23", "QS": "2024-01-01", "ME": "2024-01-31"}.items():
        calendar, _ = found(pd.date_range("2023-02-20 06:30", periods=30, freq=frequency), [0, 30])
        back = calendar.times(calendar.near(saturday))
        assert pd.DatetimeIndex(back.view("M8[s]"))[0] == pd.Timestamp(f"{wanted} 06:30")


def test_a_few_gaps_leave_a_frequency_and_many_or_equal_times_do_not():
    days = np.arange(50)
    assert str(Calendar.of(np.delete(days, [7, 20]), np.array([0, 48]))) == "every 1"
    assert Calendar.of(np.delete(days, np.arange(3, 40, 4)), np.array([0, 40])) is None
    assert Calendar.of(np.array([0, 1, 1, 2]), np.array([0, 4])) is None
    assert Calendar.of(np.random.default_rng(0).exponential(size=9).cumsum(), np.array([0, 9]), decimals=None) is None


def test_decimal_numbers_have_steps_and_times_of_their_own_start():
    times = np.array([0.1, 0.35, 0.6, 0.2, 0.45])
    calendar = Calendar.of(times, np.array([0, 3, 5]), decimals=2)
    assert str(calendar) == "every 0.25" and calendar.phase is None
    assert np.allclose(calendar.times(calendar.near(times[3:4]) + 25 * np.arange(3)), [0.2, 0.45, 0.7])
    assert calendar.places(np.array([0.123])) is None


@pytest.mark.parametrize("frequency", ["10ms", "s", "min"])
def test_nanoseconds_count_where_a_float_does_not_tell_them_apart(frequency):
    moments = pd.date_range("2024-01-01 00:00:00.000000123", periods=30, freq=frequency, unit="ns")
    calendar = Calendar.of(moments.asi8[:20], np.array([0, 12, 20]), "ns")
    assert calendar is not None
    later = calendar.near(moments.asi8[19:20]) + calendar.step * np.arange(1, 11)
    assert (calendar.times(later) == moments.asi8[20:]).all()

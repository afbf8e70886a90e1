"""Times of events (clock.py): gaps in their own resolution, and back, exactly."""

import numpy as np
import pandas as pd
import pytest

from augment.codecs.clock import Clock
from augment.codecs.frames import read_table


def clock_of(times, starts=(0,)):
    (column,), _ = read_table(pd.DataFrame({"when": times}))
    clock = Clock().fit(column)
    numbers = clock.numbers(column)
    return clock.learn_gaps(numbers, np.array([*starts, len(numbers)])), column, numbers


def rebuilt(clock, numbers):
    """Times from the first one and the tokens of the gaps."""
    now = [numbers[:1]]
    for token in clock.gap_tokens(clock.gaps(numbers))[1:]:
        now.append(clock.later(now[-1], token[None], np.full(1, 0.5)))
    return np.concatenate(now)


TIMES = {
    "days": pd.to_datetime(["2024-03-29", "2024-03-31", "2024-03-31", "2024-04-07"]),
    "midnights of a zone": pd.to_datetime(["2024-03-29", "2024-03-31", "2024-04-01"]).tz_localize("Europe/Berlin"),
    "nanoseconds": pd.to_datetime([0, 1, 7, 7 + 10**15], unit="ns"),
    "whole numbers": np.array([1968, 1970, 1970, 1983]),
    "decimals": np.array([0.1, 0.3, 0.7, 1.0]),
    "floats": np.array([0.0, np.pi, 4.0, 4.0]),
}


@pytest.mark.parametrize("kind", TIMES)
def test_times_come_back_from_the_gaps(kind):
    clock, column, numbers = clock_of(TIMES[kind])
    back = clock.column_of(rebuilt(clock, numbers))
    assert np.array_equal(back.values, column.values) or np.allclose(back.values, column.values, rtol=0, atol=1e-12)
    assert kind == "floats" or np.array_equal(back.values, column.values)
    again = Clock.from_dict("when", clock.to_dict())
    assert np.array_equal(again.gap_tokens(clock.gaps(numbers)), clock.gap_tokens(clock.gaps(numbers)))


def test_dates_written_as_text_are_times():
    days = pd.date_range("2020-01-30", periods=30).strftime("%d.%m.%Y")
    clock, column, numbers = clock_of(days)
    back = clock.column_of(numbers)
    assert [back.labels[code] for code in back.values] == days.tolist()
    assert set(np.diff(numbers)) == {86400}


def test_gaps_between_entities_do_not_count():
    clock, _, numbers = clock_of([5, 6, 900, 903], starts=(0, 2))
    assert (clock.gap.grid.low_, clock.gap.grid.high_) == (1, 3)
    assert clock_of([5, 900], starts=(0, 1))[0].gap is None
    assert np.array_equal(clock.later(numbers, np.array([[1, 0]] * 4), np.zeros(4)), numbers + 3)


def test_a_time_beyond_all_others_goes_on():
    clock, _, _ = clock_of(np.array([1968, 1970, 1971]))
    assert clock.later(np.array([2500]), np.array([[1, 0]]), np.zeros(1)).tolist() == [2502]


@pytest.mark.parametrize("times", [["a", "b"], [True, False]])
def test_what_is_no_time_is_refused(times):
    with pytest.raises(ValueError, match="The time column 'when' must hold dates, datetimes or numbers"):
        clock_of(times)

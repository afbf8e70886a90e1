"""Columns that never fall (rising.py): rises in their own resolution, and back, exactly."""

import datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from augment.codecs.frames import read_table, write_table
from augment.codecs.rising import Rising, filled, never_falls, with_gaps


def rising_of(times, starts=(0,)):
    (column,), _ = read_table(pd.DataFrame({"when": times}))
    rising = Rising().fit(column)
    numbers = rising.numbers(column)
    return rising.learn_rises(numbers, np.array([*starts, len(numbers)])), column, numbers


def rebuilt(rising, numbers):
    """Times from the first one and the tokens of the gaps."""
    now = [numbers[:1]]
    for token in rising.rise_tokens(rising.rises(numbers))[1:]:
        now.append(rising.later(now[-1], token[None], np.full(1, 0.5)))
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
    rising, column, numbers = rising_of(TIMES[kind])
    back = rising.column_of(rebuilt(rising, numbers))
    assert np.array_equal(back.values, column.values) or np.allclose(back.values, column.values, rtol=0, atol=1e-12)
    assert kind == "floats" or np.array_equal(back.values, column.values)
    again = Rising.from_dict("when", rising.to_dict())
    assert np.array_equal(again.rise_tokens(rising.rises(numbers)), rising.rise_tokens(rising.rises(numbers)))


def test_dates_written_as_text_are_times():
    days = pd.date_range("2020-01-30", periods=30).strftime("%d.%m.%Y")
    rising, column, numbers = rising_of(days)
    back = rising.column_of(numbers)
    assert [back.labels[code] for code in back.values] == days.tolist()
    assert set(np.diff(numbers)) == {86400}


def test_gaps_between_entities_do_not_count():
    rising, _, numbers = rising_of([5, 6, 900, 903], starts=(0, 2))
    assert (rising.rise.grid.low_, rising.rise.grid.high_) == (1, 3)
    assert rising_of([5, 900], starts=(0, 1))[0].rise is None
    assert np.array_equal(rising.later(numbers, np.array([[1, 0]] * 4), np.zeros(4)), numbers + 3)


def test_a_time_beyond_all_others_goes_on():
    rising, _, _ = rising_of(np.array([1968, 1970, 1971]))
    assert rising.later(np.array([2500]), np.array([[1, 0]]), np.zeros(1)).tolist() == [2502]


LAST = {
    "int8": (np.array([20, 120, 120, 121], "int8"), 127),
    "uint8": (np.array([20, 220, 220, 240], "uint8"), 255),
    "int64": (np.array([-90, -50, -50, -10]) + (2**63 - 1), 2**63 - 1),
    "uint64": (np.uint64(2**64 - 90) + np.array([0, 10, 40], "uint64"), 2**64 - 1),
    "nanoseconds": (pd.to_datetime(["2000-01-01", "2262-01-01", "2262-01-02"]), pd.Timestamp("2262-04-11")),
    "a zone": (
        pd.to_datetime(["2000-01-01", "2262-01-01", "2262-01-02"]).tz_localize("Asia/Tokyo"),
        pd.Timestamp("2262-04-11", tz="UTC"),
    ),
    "dates of Python": ([datetime.date(1, 1, 1), datetime.date(9998, 1, 1)], datetime.date(9999, 12, 31)),
    "times of day": ([datetime.time(1), datetime.time(20), datetime.time(23)], datetime.time.max),
    "single precision": (np.array([0, 3e38, 3.1e38], "float32"), np.finfo("float32").max),
}


@pytest.mark.parametrize(("times", "last"), LAST.values(), ids=list(LAST))
def test_what_rises_stays_at_the_last_value_of_its_type(times, last):
    frame = pd.DataFrame({"when": times})
    (column,), form = read_table(frame)
    rising = Rising().fit(column)
    rising.learn_rises(rising.numbers(column), np.array([0, len(frame)]))
    longest = rising.rise_tokens(rising.rises(rising.numbers(column))).max(axis=0)
    now = rising.numbers(column)
    for _ in range(5):
        before, now = now, rising.later(now, np.tile(longest, (len(now), 1)), np.full(len(now), 0.99))
        assert (now >= before).all()
    end = write_table([rising.column_of(now)], form)["when"].iloc[-1]
    assert max(times) < end <= last  # and it can be written


@pytest.mark.parametrize(
    ("times", "held"),
    [
        (["a", "b"], "category"),
        ([True, False], "boolean"),
        ([Decimal(1), Decimal(2)], "decimals, which are to be"),
        ([0, 1, 2**60], "whole numbers too far apart"),
    ],
)
def test_what_is_no_time_is_refused(times, held):
    message = f"The time column 'when' must hold dates, datetimes or numbers; it holds {held}"
    with pytest.raises(ValueError, match=message):
        rising_of(times)


def test_columns_that_never_fall_are_found():
    starts = np.arange(0, 301, 3)
    rng = np.random.default_rng(0)
    total = rng.random((100, 3)).cumsum(axis=1).ravel()
    assert found(total, starts) and found(np.floor(total * 1000).astype(int), starts)
    assert not found(np.where(np.arange(300) == 7, 0, total), starts)  # falls once
    assert not found(np.floor(total * 3), starts)  # few values
    assert not found(np.repeat(rng.random(100), 3), starts)  # never rises
    assert not found(total[:30], starts[:11])  # too few rows to be sure


def found(values, starts):
    (column,), _ = read_table(pd.DataFrame({"x": values}))
    return bool(never_falls(column, starts))


def test_gaps_are_filled_from_the_same_entity_and_come_back():
    (column,), _ = read_table(pd.DataFrame({"x": [np.nan, 3, np.nan, 5, np.nan, np.nan, 7]}))
    whole, marks = filled(column, np.array([0, 4, 6, 7]))
    assert whole.values.tolist() == [3, 3, 3, 5, 5, 5, 7] and whole.present.all()
    back = with_gaps(whole, marks)
    assert np.array_equal(back.missing, column.missing) and back.kinds == column.kinds

"""Durations, dates and datetimes as tokens: numbers that count a unit."""

import datetime
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pandas as pd

from augment.codecs.quantities import Number

UNITS = {  # nanoseconds in each unit, and what it is called
    "D": (86_400_000_000_000, "days"),
    "s": (1_000_000_000, "seconds"),
    "ms": (1_000_000, "milliseconds"),
    "us": (1_000, "microseconds"),
    "ns": (1, "nanoseconds"),
}


LAST_DAY = int(np.datetime64("9999-12-30").astype("int64"))  # the day before the last of Python's dates


class Counted(Number):
    """What durations and moments share: both count a unit."""

    def numbers(self, column):
        return in_unit(column.values, column.unit, self.form["unit"])

    @property
    def counted(self):
        """What is counted, in words."""
        return UNITS[self.form["unit"]][1]


class Duration(Counted):
    """Timedeltas and times of the day."""

    kind = "duration"
    family = "duration"

    def parse(self, value):
        try:
            if isinstance(value, int | float | np.number):
                raise ValueError("a number has no unit")
            span = pd.Timedelta(str(value) if isinstance(value, datetime.time) else value)
        except (ValueError, TypeError):
            raise ValueError(f"Condition on column {self.name!r}: expected a duration, got {value!r}.") from None
        return _count(span, self.form["unit"])

    def show(self, value):
        return str(pd.Timedelta(np.timedelta64(int(value), self.form["unit"])))


class Moment(Counted):
    """Dates and datetimes: what is counted has passed since 1970.

    In a column with a time zone whose values are all midnights there, the days are counted by the wall clock, so that
    midnights come back in summer and winter.
    """

    kind = "datetime"
    family = "moment"
    expected = "a date"  # from a condition

    def _fit(self, column):
        self.wall = False
        if column.family == self.family and column.zone is not None and len(column):
            local = to_wall(column.values, column.unit, column.zone)
            self.wall = bool((local % (UNITS["D"][0] // UNITS[column.unit][0]) == 0).all())
        super()._fit(column)
        self.kind = "date" if column.unit == "D" else "datetime"

    @property
    def scale(self):
        return (*super().scale, self.wall)

    def alike(self, column):
        """`column` as one of the fitted family; moments without a time zone are read by the clock of the fitted one."""
        column, zone = super().alike(column), self.form["zone"]
        if zone is None or column.zone is not None:
            return column
        unit = "s" if column.unit == "D" else column.unit
        values, present = in_unit(column.values, column.unit, unit), column.present
        moments = pd.DatetimeIndex(values[present].view(f"M8[{unit}]"))
        utc = _at_clock(moments, zone).tz_convert(None)
        if utc.hasnans:
            self._refuse_unclear(f"Column {self.name!r}", str(moments[utc.isna()][0]))
        values[present] = utc.to_numpy().view("int64")
        return replace(column, values=values, unit=unit, zone=zone)

    def numbers(self, column):
        values = super().numbers(column)
        return to_wall(values, self.form["unit"], self.form["zone"]) if self.wall else values

    def column_of(self, values):
        if self.wall:
            values = from_wall(values, self.form["unit"], self.form["zone"])
        return super().column_of(values)

    def parse(self, value):
        try:
            moment = self._local(self.read(value))
        except (ValueError, TypeError, OverflowError):
            raise ValueError(f"Condition on column {self.name!r}: expected {self.expected}, got {value!r}.") from None
        if moment is pd.NaT:
            self._refuse_unclear(f"Condition on column {self.name!r}", str(value))
        return _count(moment, self.form["unit"])

    def read(self, value):
        """The Timestamp that a value of a condition names."""
        if isinstance(value, int | float | np.number):
            raise ValueError("a number is no date")
        moment = pd.Timestamp(value)
        if moment is pd.NaT:
            raise ValueError("it is missing")
        return moment

    def _local(self, moment):
        """A Timestamp without a time zone, of the clock that the fitted numbers go by; NaT where that is not clear."""
        zone = self.form["zone"]
        if zone is None or (self.wall and moment.tz is None):
            return moment.tz_convert(None) if moment.tz else moment
        if moment.tz is None:  # pandas knows the clocks of no year before 1678
            moment = _at_clock(moment, zone if moment.year >= 1678 else "UTC")
        moment = moment.tz_convert(zone)
        return moment.tz_localize(None) if self.wall else moment.tz_convert(None)

    def _refuse_unclear(self, where, moment):
        raise ValueError(
            f"{where}: the clocks of {self.form['zone']} show {moment!r} twice or never; add an offset from UTC, as in "
            "'2023-10-29 02:30+01:00'."
        )

    def show(self, value):
        unit = self.form["unit"] if abs(value) < 2**63 else "s"
        return str(np.datetime64(int(value * UNITS[self.form["unit"]][0] // UNITS[unit][0]), unit)).replace("T", " ")

    def _state(self):
        return super()._state() | {"wall": self.wall}

    def _restore(self, state):
        super()._restore(state)
        self.wall, self.kind = state["wall"], state["kind"]


def in_unit(values, unit, target):
    """New array of counts of `unit` as counts of `target`: rounded down, and kept within 64 bits."""
    nanoseconds, wanted = UNITS[unit][0], UNITS[target][0]
    if nanoseconds <= wanted:
        return values // (wanted // nanoseconds)
    factor = nanoseconds // wanted
    most = np.iinfo("int64").max // factor
    return np.clip(values, -most, most) * factor


def last_moment(unit):
    """The last moment of a unit since 1970 that every library can show in every time zone.

    Examples
    --------
    >>> [str(np.datetime64(last_moment(unit), unit))[:10] for unit in ("D", "us", "ns")]
    ['9999-12-30', '9999-12-30', '2262-04-10']
    """
    a_day = UNITS["D"][0] // UNITS[unit][0]
    return min(LAST_DAY * a_day, np.iinfo("int64").max - a_day)


def _count(value, unit):
    """A Timestamp or Timedelta as a number of `unit`: a Fraction where it is no whole one."""
    number = Fraction(value.asm8.view("int64").item() * UNITS[value.unit][0], UNITS[unit][0])
    return int(number) if number.denominator == 1 else number


def _at_clock(moments, zone):
    """Moments of the clock of a time zone; NaT where the clock shows them twice or never."""
    return moments.tz_localize(zone, ambiguous="NaT", nonexistent="NaT")


def to_wall(values, unit, zone):
    """Counts of `unit` since 1970 (UTC) as counts by the clock of a time zone."""
    moments = pd.DatetimeIndex(values.view(f"M8[{unit}]")).tz_localize("UTC").tz_convert(zone)
    return moments.tz_localize(None).to_numpy().view("int64")


def from_wall(values, unit, zone):
    """The reverse of `to_wall`; moments that a clock skips are the first after."""
    moments = pd.DatetimeIndex(values.view(f"M8[{unit}]"))
    moments = moments.tz_localize(zone, ambiguous=np.ones(len(moments), bool), nonexistent="shift_forward")
    return moments.tz_convert(None).to_numpy().view("int64")

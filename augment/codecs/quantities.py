"""Numbers, durations, dates and datetimes as tokens: all are numbers on a grid, cut into cells."""

import datetime
from decimal import Decimal

import numpy as np
import pandas as pd

from augment.codecs.cells import Cells
from augment.codecs.column import Column
from augment.codecs.columns import ColumnCodec, RejectColumn, Within
from augment.codecs.grid import EXACT, Grid


class Number(ColumnCodec):
    """Numbers of every type: cells of a line, on a grid where the values stand on one.

    Attributes
    ----------
    grid : Grid
        The steps between the values.
    cells : Cells
        The tokens.
    """

    kind = "number"
    family = "number"

    def _fit(self, column):
        if column.family != self.family:
            raise RejectColumn(f"its values are not of the family {self.family}")
        values = self.numbers(column)
        self.grid = Grid().fit(values)
        if self.grid.step_ and self.grid.last >= EXACT and len(np.unique(values)) <= Cells().max_distinct:
            raise RejectColumn("a float does not tell its values apart")
        self.cells = Cells(whole=bool(self.grid.step_)).fit(self.grid.to_steps(values))
        self._set_sizes()

    def _set_sizes(self):
        self.size, self.levels = self.cells.size, self.cells.levels_

    def numbers(self, column):
        """The values of a Column as numbers of the fitted scale."""
        return column.values

    def column_of(self, values):
        """Column of numbers of the fitted scale."""
        return Column(self.name, values=values, **self.form)

    def _encode(self, column, rng):
        return self.cells.encode(self.grid.to_steps(self.numbers(column)), rng)

    def _decode(self, tokens, place, rng, within):
        low, high = (-np.inf, np.inf) if within is None else self.steps_of(within.low, within.high)
        values = self.grid.to_values(self.cells.decode(tokens, place, low, high))
        if within is not None and within.values is not None:
            values = _nearest_of(np.sort(within.values), values)
        return self.column_of(values)

    def values_of(self, tokens, place):
        """Float values of tokens of shape (n, 2)."""
        return self.grid.to_values(self.cells.decode(tokens, place)).astype("float64")

    def tokens_of(self, values):
        """Tokens of shape (n, 2) of float values."""
        return self.cells.encode(self.grid.to_steps(values))

    def snap(self, values, within=None):
        """The nearest values that the column can hold, inside a Within."""
        steps = self.grid.to_steps(values)
        if within is not None and within.values is None:
            steps = np.clip(steps, *self.steps_of(within.low, within.high))
        values = self.grid.to_values(steps)
        return values if within is None or within.values is None else _nearest_of(np.sort(within.values), values)

    @property
    def scale(self):
        """What the numbers count: those of two columns can be compared where it is the same."""
        return (type(self).__name__, self.form["unit"], self.form["zone"])

    def steps_of(self, low, high):
        """First and last place on the grid between `low` and `high`, both included."""
        if not self.grid.step_:
            return low * self.grid._unit, high * self.grid._unit
        return -self._floor(-low, -self.grid.offset), self._floor(high, self.grid.offset)

    def _floor(self, value, offset):
        if isinstance(value, int) and not self.grid.decimals_:
            return float((value - offset) // self.grid.step_)
        return np.floor((value * 10.0**self.grid.decimals_ - offset) / self.grid.step_ + 1e-9)

    def allowed(self, within):
        """Which tokens a Within allows: a boolean array of shape (size, max(levels, 1))."""
        if within.values is not None:
            allowed = np.zeros((self.size, max(self.levels, 1)), bool)
            tokens = self.cells.encode(self.grid.to_steps(within.values))
            allowed[tokens[:, 0], tokens[:, 1]] = True
            return allowed
        return self.cells.allowed(*self.steps_of(within.low, within.high))

    def within(self, low=None, high=None, values=None):
        """The Within of a range, None standing for an open end, or of a list of values."""
        if values is not None:
            return Within(values=np.array([self.exact(value) for value in values], self.grid.dtype_))
        low = -np.inf if low is None else self.parse(low)
        high = np.inf if high is None else self.parse(high)
        within = Within(low, high)
        if not self.allowed(within).any():
            raise ValueError(
                f"Condition on column {self.name!r}: the training data have no value between {self.show_end(low)} and "
                f"{self.show_end(high)}; they range from {self.observed}."
            )
        return within

    def exact(self, value):
        """A value of a condition as a number of the fitted scale, in the observed range and of the column's type."""
        number = self.parse(value)
        dtype = np.dtype(self.grid.dtype_)
        if dtype.kind == "f":
            number = dtype.type(number).item()
        elif number != int(number):
            raise ValueError(f"Condition on column {self.name!r}: it holds whole numbers, got {value!r}.")
        if not self.grid.low_ <= number <= self.grid.high_:
            raise ValueError(
                f"Condition on column {self.name!r}: {value!r} is outside the observed range, {self.observed}."
            )
        return number if dtype.kind == "f" else int(number)

    def given(self, value, n):
        """Column of n times one value of a condition."""
        return self.column_of(np.full(n, self.exact(value), self.grid.dtype_))

    def show_end(self, value):
        """An end of a range in words."""
        return "any" if np.isinf(value) else self.show(value)

    def _has_levels(self):
        return self.cells.has_levels

    def _ranks(self):
        return self.cells.ranks

    def parse(self, value):
        """A value of a condition as a number of the fitted scale."""
        value = float(value) if isinstance(value, Decimal) else value.item() if isinstance(value, np.generic) else value
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"Condition on column {self.name!r}: expected a number, got {value!r}.")
        return value

    def show(self, value):
        """A number of the fitted scale in words."""
        return f"{value:g}" if isinstance(value, float) else str(value)

    @property
    def observed(self):
        """The observed range in words."""
        return f"{self.show(self.grid.low_)} to {self.show(self.grid.high_)}"

    def _state(self):
        return {"grid": self.grid.to_dict(), "cells": self.cells.to_dict()}

    def _restore(self, state):
        self.grid, self.cells = Grid.from_dict(state["grid"]), Cells.from_dict(state["cells"])
        self._set_sizes()


class Duration(Number):
    """Timedeltas and times of the day: numbers that count a unit."""

    kind = "duration"
    family = "duration"

    def numbers(self, column):
        return in_unit(column.values, column.unit, self.form["unit"])

    def parse(self, value):
        try:
            span = pd.Timedelta(str(value) if isinstance(value, datetime.time) else value)
            if isinstance(value, int | float):
                raise ValueError("a number has no unit")
        except (ValueError, TypeError):
            raise ValueError(f"Condition on column {self.name!r}: expected a duration, got {value!r}.") from None
        return int(span // pd.Timedelta(1, self.form["unit"]))

    def show(self, value):
        return str(pd.Timedelta(value, self.form["unit"]))


class Moment(Number):
    """Dates and datetimes: numbers that count a unit since 1970.

    In a column with a time zone whose values are all midnights there, the days are counted by the wall clock, so that
    midnights come back in summer and winter.
    """

    kind = "datetime"
    family = "moment"

    def _fit(self, column):
        self.wall = False
        if column.family == self.family and column.zone is not None and len(column):
            local = _to_wall(column.values, column.unit, column.zone)
            day = int(pd.Timedelta(1, "D") // pd.Timedelta(1, column.unit))
            self.wall = bool((local % day == 0).all())
        super()._fit(column)
        self.kind = "date" if column.unit == "D" else "datetime"

    @property
    def scale(self):
        return (*super().scale, self.wall)

    def numbers(self, column):
        values = in_unit(column.values, column.unit, self.form["unit"])
        return _to_wall(values, self.form["unit"], self.form["zone"]) if self.wall else values

    def column_of(self, values):
        if self.wall:
            values = _from_wall(values, self.form["unit"], self.form["zone"])
        return super().column_of(values)

    def parse(self, value):
        days = self.form["unit"] == "D"
        try:
            if isinstance(value, int | float):
                raise ValueError("a number is no date")
            moment = self._local(pd.Timestamp(value)).as_unit("s" if days else self.form["unit"])
        except (ValueError, TypeError):
            raise ValueError(f"Condition on column {self.name!r}: expected a date, got {value!r}.") from None
        count = moment.asm8.view("int64").item()
        return count // 86400 if days else count

    def _local(self, moment):
        """A Timestamp without a time zone, of the clock that the fitted numbers go by."""
        zone = self.form["zone"]
        if zone is None:
            return moment.tz_convert(None) if moment.tz else moment
        moment = moment.tz_localize(zone) if moment.tz is None else moment.tz_convert(zone)
        return moment.tz_localize(None) if self.wall else moment.tz_convert(None)

    def show(self, value):
        return str(np.datetime64(int(value), self.form["unit"])).replace("T", " ")

    def _state(self):
        return super()._state() | {"wall": self.wall}

    def _restore(self, state):
        super()._restore(state)
        self.wall, self.kind = state["wall"], state["kind"]


def _nearest_of(known, values):
    right = np.clip(np.searchsorted(known, values), 0, len(known) - 1)
    left = np.maximum(right - 1, 0)
    closer = np.abs(values - known[left]) < np.abs(values - known[right])
    return np.where(closer, known[left], known[right]).astype(values.dtype)


def in_unit(values, unit, target):
    """Counts of `unit` as counts of `target`."""
    if unit == target:
        return values
    return values.view(f"m8[{unit}]").astype(f"m8[{target}]").view("int64")


def _to_wall(values, unit, zone):
    moments = pd.DatetimeIndex(values.view(f"M8[{unit}]")).tz_localize("UTC").tz_convert(zone)
    return moments.tz_localize(None).to_numpy().view("int64")


def _from_wall(values, unit, zone):
    moments = pd.DatetimeIndex(values.view(f"M8[{unit}]"))
    moments = moments.tz_localize(zone, ambiguous=np.ones(len(moments), bool), nonexistent="shift_forward")
    return moments.tz_convert(None).to_numpy().view("int64")

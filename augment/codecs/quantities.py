"""Numbers as tokens: places on a grid, cut into cells."""

import math
import sys
from decimal import Decimal

import numpy as np

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
    counted = "numbers"  # what whole numbers of the fitted scale are

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
        low, high = (-np.inf, np.inf) if within is None else map(float, self.steps_of(within.low, within.high))
        return self.column_of(self._inside(self.grid.to_values(self.cells.decode(tokens, place, low, high)), within))

    def values_of(self, tokens, place):
        """Float values of tokens of shape (n, 2)."""
        return self.grid.to_values(self.cells.decode(tokens, place)).astype("float64")

    def tokens_of(self, values):
        """Tokens of shape (n, 2) of float values."""
        return self.cells.encode(self.grid.to_steps(values))

    def snap(self, values, within=None):
        """The nearest values that the column can hold, inside a Within."""
        return self._inside(self.grid.to_values(self.grid.to_steps(values)), within)

    def hold(self, values, within=None):
        """Each value itself where the column's type can hold it, else the nearest that it can, inside a Within."""
        least, largest = Column(self.name, values=np.zeros(0, self.grid.dtype_), **self.form).ends
        with np.errstate(invalid="ignore", over="ignore"):
            own = values.astype(self.grid.dtype_)
        own = np.where((own == values) & (values >= least) & (values <= largest), own, self.snap(values))
        return self._inside(own, within)

    def _inside(self, values, within):
        """`values` moved into a Within, in their own type: of a large number the place on the grid is not exact."""
        if within is None:
            return values
        if within.values is not None:
            return _nearest_of(np.sort(within.values), values)
        low, high = within.low, within.high
        if self.grid.step_:
            low, high = (self._at(place) for place in self.steps_of(low, high))
        return np.clip(values, low, high)

    @property
    def scale(self):
        """What the numbers count: those of two columns can be compared where it is the same."""
        return (type(self).__name__, self.form["unit"], self.form["zone"])

    def steps_of(self, low, high):
        """First and last place on the grid between `low` and `high`, both included; the first is larger for none."""
        if not self.grid.step_:
            return low * self.grid._unit, high * self.grid._unit
        if low > self.grid.high_ or high < self.grid.low_:
            return 1, 0
        first = -self._floor(-low, -1) if low > self.grid.low_ else 0
        return first, self._floor(high, 1) if high < self.grid.high_ else self.grid.last

    def _floor(self, end, sign):
        """The last place on the grid, counted in the direction `sign`, whose value is not beyond `end`."""
        offset, step = sign * self.grid.offset, self.grid.step_
        if not self.grid.decimals_:
            return (math.floor(end) - offset) // step
        place = round((end * 10.0**self.grid.decimals_ - offset) / step)
        return place - (sign * self._at(sign * place) > end)

    def _at(self, place):
        """The value at a place on the grid, in the column's own type; at both ends the observed one."""
        if place in (0, self.grid.last):
            return self.grid.high_ if place else self.grid.low_
        whole, dtype = self.grid.offset + self.grid.step_ * place, np.dtype(self.grid.dtype_)
        return dtype.type(whole / 10.0**self.grid.decimals_).item() if dtype.kind == "f" else whole

    def allowed(self, within):
        """Which tokens a Within allows: a boolean array of shape (size, max(levels, 1))."""
        if within.values is not None:
            allowed = np.zeros((self.size, max(self.levels, 1)), bool)
            tokens = self.cells.encode(self.grid.to_steps(within.values))
            allowed[tokens[:, 0], tokens[:, 1]] = True
            return allowed
        return self.cells.allowed(*map(float, self.steps_of(within.low, within.high)))

    def within(self, low=None, high=None, values=None):
        """The Within of a range, None standing for an open end, or of a list of values."""
        if values is not None:
            return Within(values=np.array([self.exact(value) for value in values], self.grid.dtype_))
        low = -math.inf if low is None else self._typed(self.parse(low))
        high = math.inf if high is None else self._typed(self.parse(high))
        within, (first, last) = Within(low, high), self.steps_of(low, high)
        if first > last or not self.allowed(within).any():
            ends = f"{self._shown(low, -math.inf)} and {self._shown(high, math.inf)}"
            raise ValueError(
                f"Condition on column {self.name!r}: the training data have no value between {ends}; they range from "
                f"{self.observed}."
            )
        return within

    def exact(self, value):
        """A value of a condition as a number of the fitted scale, in the observed range and of the column's type."""
        parsed = self.parse(value)
        number = self._typed(parsed)
        if not self.grid.low_ <= number <= self.grid.high_:
            shown = value if math.isfinite(parsed) else parsed
            raise ValueError(
                f"Condition on column {self.name!r}: {shown!r} is outside the observed range, {self.observed}."
            )
        if np.dtype(self.grid.dtype_).kind == "f":
            return number
        if number != int(number):
            raise ValueError(f"Condition on column {self.name!r}: it holds whole {self.counted}, got {value!r}.")
        return int(number)

    def _typed(self, number):
        """A number as the nearest float of the column's type, where that is one of floats."""
        dtype = np.dtype(self.grid.dtype_)
        with np.errstate(over="ignore"):
            return dtype.type(number).item() if dtype.kind == "f" else number

    def given(self, value, n):
        """Column of n times one value of a condition."""
        return self.column_of(np.full(n, self.exact(value), self.grid.dtype_))

    def _shown(self, value, none):
        """An end of a range in words; `none` is what stands for an open one."""
        return "any" if value == none else f"{value:g}" if math.isinf(value) else self.show(value)

    def _has_levels(self):
        return self.cells.has_levels

    def _ranks(self):
        return self.cells.ranks

    def parse(self, value):
        """A value of a condition as a number of the fitted scale."""
        value = float(value) if isinstance(value, Decimal) else value.item() if isinstance(value, np.generic) else value
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"Condition on column {self.name!r}: expected a number, got {value!r}.")
        if isinstance(value, int) and abs(value) > sys.float_info.max:
            return math.inf if value > 0 else -math.inf
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


def _nearest_of(known, values):
    """The nearest of the sorted `known` numbers, without differences below zero: unsigned ones have none."""
    values = np.clip(values, known[0], known[-1])
    right = np.searchsorted(known, values)
    left = np.maximum(right - 1, 0)
    closer = values - known[left] < known[right] - values
    return np.where(closer, known[left], known[right]).astype(values.dtype)

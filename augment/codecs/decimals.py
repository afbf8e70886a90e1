"""Decimals as numbers and back, so that digits which a float does not hold are not lost."""

from decimal import Decimal

import numpy as np

from augment.codecs.column import Column
from augment.codecs.columns import RejectColumn
from augment.codecs.digits import CONTEXT, as_decimal, objects_of, places_of, with_places
from augment.codecs.quantities import Number

EXACT_DIGITS = 15  # decimals of so many digits are floats and back


class DecimalNumber(Number):
    """Decimals: floats that are counted from zero, or from the smallest value where there are too many digits for that.

    Attributes
    ----------
    places : int
        Number of decimal places.
    low, high : Decimal
        The observed range.
    origin : Decimal
        What the floats count from.
    single : dict of float to Decimal
        The values that have a token of their own; None where floats hold all digits.
    """

    family = "decimal"

    def _fit(self, column):
        if column.family != self.family:
            raise RejectColumn("its values are no decimals")
        self.places = places_of(column.values)
        self.low, self.high = min(column.values), max(column.values)
        digits = max(self.low.copy_abs(), self.high.copy_abs()).adjusted() + 1 + self.places
        self.origin, self.single = (Decimal(0), None) if digits <= EXACT_DIGITS else (self.low, {})
        super()._fit(column)
        if self.single is not None:
            steps = self.grid.to_steps(self.numbers(column))
            rows = np.isin(steps, self.cells.centers_)
            self.single = dict(zip(self.grid.to_values(steps[rows]).tolist(), column.values[rows], strict=True))

    def numbers(self, column):
        if self.single is None:
            return column.values.astype("float64")
        return np.array([float(CONTEXT.subtract(value, self.origin)) for value in column.values])

    def column_of(self, values):
        distinct, codes = np.unique(values, return_inverse=True)
        decimals = objects_of([self._decimal(value) for value in distinct.tolist()])
        return Column(self.name, values=decimals[codes], **self.form)

    def _decimal(self, number):
        if self.single and number in self.single:
            return self.single[number]
        return min(max(self._rounded(number), self.low), self.high)

    def _rounded(self, number):
        return with_places(CONTEXT.add(self.origin, Decimal(repr(number))), self.places, rounded=True)

    @property
    def scale(self):
        return ("Number", None, None) if self.single is None else (*super().scale, str(self.origin))

    def hold(self, values, within=None):
        return self.snap(values, within)

    def parse(self, value):
        if not isinstance(value, Decimal):
            value = super().parse(value)
        return float(CONTEXT.subtract(as_decimal(value), self.origin))

    def given(self, value, n):
        self.exact(value)
        return Column(self.name, values=objects_of([as_decimal(value)] * n), **self.form)

    def show(self, value):
        return str(self._rounded(value))

    def _state(self):
        single = self.single and [[number, str(value)] for number, value in self.single.items()]
        ends = {"low": str(self.low), "high": str(self.high), "origin": str(self.origin)}
        return super()._state() | ends | {"places": self.places, "single": single}

    def _restore(self, state):
        self.low, self.high, self.origin = (Decimal(state[name]) for name in ("low", "high", "origin"))
        self.places, self.single = state["places"], state["single"]
        if self.single is not None:
            self.single = {number: Decimal(value) for number, value in self.single}
        super()._restore(state)

"""Columns that never fall within an entity, time above all: their rises as tokens, and where their values lie."""

from dataclasses import replace

import numpy as np

from augment.codecs.column import Column
from augment.codecs.decimals import DecimalNumber
from augment.codecs.kinds import column_from_dict, fit_column
from augment.codecs.moments import last_moment
from augment.codecs.quantities import Number

RISE = "rise"  # what messages call the difference from the row before
FEW = 10  # different values are states, whose order is learned
SURE = 100  # rows with a row before them show that a column never falls


class Rising:
    """Turns a column that never falls into numbers of its own resolution, and their rises into tokens and back.

    Attributes
    ----------
    level : Number
        The codec of all values; a date is a number that counts.
    rise : Number or None
        The codec of the differences from the rows before; None where no entity has a second row.

    Examples
    --------
    >>> days = np.array([1, 4, 4, 9])
    >>> rising = Rising().fit(Column("day", "number", days)).learn_rises(days, np.array([0, 3, 4]))
    >>> rising.rise_tokens(np.array([3, 0])).tolist()
    [[1, 0], [0, 0]]
    >>> rising.later(np.array([100, 100]), np.array([[1, 0], [0, 0]]), np.zeros(2))
    array([103, 100])
    """

    def fit(self, column):
        """Learn the values of a Column."""
        self.level, self.rise = fitted_level(column), None
        return self

    def learn_rises(self, values, starts):
        """Learn the rises of values that are sorted within entities, whose first rows are `starts` (n + 1,)."""
        rises = self.rises(values)[_later(len(values), starts)]
        if len(rises):
            self.rise, _ = fit_column(Column(RISE, "number", rises), fresh=False)
        return self

    @property
    def width(self):
        """Number of tokens of a rise."""
        return 0 if self.rise is None else self.rise.width

    def numbers(self, column):
        """The values of a Column as numbers."""
        return self.level.numbers(self.level.alike(column))

    def column_of(self, values):
        """The Column of values as numbers."""
        return self.level.column_of(values)

    def rises(self, values):
        """How far each of the values (n,) is above the one before; 0 for the first."""
        return self.rounded(np.diff(values, prepend=values[:1]))

    def rise_tokens(self, rises, rng=None):
        """Tokens (n, 2) of rises; one that the fitted values do not have is the nearest that they have."""
        return self.rise.cells.encode(self.rise.grid.to_steps(rises), rng)

    def level_tokens(self, values):
        """Tokens (n, 2) of where values lie among all."""
        return self.level.tokens_of(values)

    def later(self, values, tokens, place):
        """Values (n,) after rises of these tokens (n, 2); `place` in [0, 1) says where inside the cell of a rise."""
        if self.rise is None:
            return values
        rises = self.rise.values_of(tokens, place)
        beyond = rises > self.end - values.astype("float64")
        later = values + np.where(beyond, 0, rises).astype(values.dtype)
        beyond |= later < values  # a float does not tell the last numbers of 64 bits apart
        return np.where(beyond, np.maximum(values, self.end), self.rounded(later))

    @property
    def end(self):
        """The largest value that the column can hold; those that would rise beyond it stay there."""
        form, dtype = self.level.form, self.level.grid.dtype_
        if form["family"] == "moment":
            return last_moment(form["unit"])
        return np.dtype(dtype).type(Column(self.level.name, values=np.zeros(0, dtype), **form).ends[1])

    def rounded(self, numbers):
        """Numbers with the decimals of the fitted ones."""
        grid = self.level.grid
        return np.round(numbers, grid.decimals_) if numbers.dtype.kind == "f" and grid.step_ else numbers

    def to_dict(self):
        """The learned state as JSON-ready values."""
        return {"level": self.level.to_dict(), "rise": None if self.rise is None else self.rise.to_dict()}

    @classmethod
    def from_dict(cls, name, state):
        """What `to_dict` gave, of the column called `name`."""
        rising = cls()
        rising.level = column_from_dict(name, state["level"])
        rising.rise = state["rise"] and column_from_dict(RISE, state["rise"])
        return rising


def fitted_level(column):
    """The codec of a Column of times or other numbers; a ValueError where it holds none."""
    codec, _ = fit_column(column, fresh=False)
    if not isinstance(codec, Number) or isinstance(codec, DecimalNumber):
        raise ValueError(
            f"The time column {column.name!r} must hold dates, datetimes or numbers; it holds {_held(column, codec)}: "
            "turn it into one of these, text by pandas.to_datetime or polars' str.to_datetime."
        )
    return codec


def _held(column, codec):
    """What a column holds that cannot be a time, in words."""
    if isinstance(codec, DecimalNumber):
        return "decimals, which are to be floats"
    if column.family == "number":
        return "whole numbers too far apart for their steps, which are to count a larger unit"
    return codec.label


def never_falls(column, starts):
    """Whether the values of a sorted Column are many numbers, none below the one before in the rows of an entity."""
    if column.family not in ("number", "moment", "duration"):
        return False
    later = _later(len(column), starts)
    rises = column.values[1:] > column.values[:-1]
    falls = column.values[1:] < column.values[:-1]
    if later.sum() < SURE or falls[later[1:]].any() or not rises[later[1:]].any():
        return False
    return len(np.unique(column.values)) > FEW


def filled(column, starts):
    """A sorted Column without gaps, and a Column of labels that tells where they were and of which kind.

    A missing value becomes the last one before it in the rows of its entity, else the first one after it, and in an
    entity without any the median of the column.
    """
    n, owners = len(column), np.repeat(np.arange(len(starts) - 1), np.diff(starts))
    places = np.where(column.present, np.arange(n), -1)
    before = np.maximum.accumulate(places)
    after = n - 1 - np.maximum.accumulate(np.where(column.present[::-1], np.arange(n), -1))[::-1]
    before = np.where((before >= 0) & (owners[before] == owners), before, -1)
    after = np.where((after < n) & (owners[np.minimum(after, n - 1)] == owners), after, -1)
    present = np.flatnonzero(column.present)
    median = present[np.argsort(column.values[present], kind="stable")[len(present) // 2]]
    source = np.where(before >= 0, before, np.where(after >= 0, after, median))
    marks = Column(mark_of(column.name), "label", column.missing.astype("int64"), labels=["", *column.kinds])
    return replace(column, values=column.values[source], missing=np.zeros(n, "int8"), kinds=()), marks


def with_gaps(column, marks):
    """The Column that `filled` made these two of."""
    kinds = tuple(sorted(set(marks.labels) - {""}))
    number = np.array([kinds.index(label) + 1 if label else 0 for label in marks.labels], "int8")
    return replace(column, missing=number[marks.values], kinds=kinds)


def mark_of(name):
    """What the column is called that tells where the one called `name` is missing."""
    return ("missing", name)


def _later(n, starts):
    """Which of n sorted rows have a row of the same entity before them."""
    return ~np.isin(np.arange(n), starts)

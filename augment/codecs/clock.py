"""The times of events as numbers: the gaps between them as tokens, and where in all of time an event lies."""

import numpy as np

from augment.codecs.column import Column
from augment.codecs.decimals import DecimalNumber
from augment.codecs.kinds import column_from_dict, fit_column
from augment.codecs.quantities import Number

GAP = "gap"  # what messages call the time since the event before


class Clock:
    """Turns times into numbers of their own resolution, and gaps between them into tokens and back.

    Attributes
    ----------
    when : Number
        The codec of the times of all events; a date is a number that counts.
    gap : Number or None
        The codec of the gaps; None where no entity has a second event.

    Examples
    --------
    >>> clock = Clock().fit(Column("day", "number", np.array([1, 4, 4, 9])))
    >>> clock.learn_gaps(np.array([1, 4, 4, 9]), np.array([0, 3, 4])).gap_tokens(np.array([3, 0])).tolist()
    [[1, 0], [0, 0]]
    >>> clock.later(np.array([100, 100]), np.array([[1, 0], [0, 0]]), np.zeros(2))
    array([103, 100])
    """

    def fit(self, column):
        """Learn a Column of times."""
        self.when, self.gap = fitted_times(column), None
        return self

    def learn_gaps(self, times, starts):
        """Learn the gaps between times that are sorted within entities, whose first rows are `starts` (n + 1,)."""
        gaps = self.gaps(times)[~np.isin(np.arange(len(times)), starts)]
        if len(gaps):
            self.gap, _ = fit_column(Column(GAP, "number", gaps), fresh=False)
        return self

    def gaps(self, times):
        """How long each of the times (n,) is after the one before; 0 for the first."""
        return self._rounded(np.diff(times, prepend=times[:1]))

    def numbers(self, column):
        """The times of a Column as numbers."""
        return self.when.numbers(self.when.alike(column))

    def column_of(self, times):
        """The Column of times as numbers."""
        return self.when.column_of(times)

    def gap_tokens(self, gaps, rng=None):
        """Tokens (n, 2) of gaps; one that the fitted times do not have is the nearest that they have."""
        return self.gap.cells.encode(self.gap.grid.to_steps(gaps), rng)

    def tokens(self, times):
        """Tokens (n, 2) of where in all of time they lie."""
        return self.when.tokens_of(times)

    def later(self, times, tokens, place):
        """Times (n,) after gaps of these tokens (n, 2); `place` in [0, 1) says where inside the cell of a gap."""
        if self.gap is None:
            return times
        return self._rounded(times + self.gap.values_of(tokens, place).astype(times.dtype))

    def _rounded(self, numbers):
        grid = self.when.grid
        return np.round(numbers, grid.decimals_) if numbers.dtype.kind == "f" and grid.step_ else numbers

    def to_dict(self):
        """The clock as JSON-ready values."""
        return {"when": self.when.to_dict(), "gap": None if self.gap is None else self.gap.to_dict()}

    @classmethod
    def from_dict(cls, name, state):
        """The clock, of the column called `name`, that `to_dict` gave."""
        clock = cls()
        clock.when = column_from_dict(name, state["when"])
        clock.gap = state["gap"] and column_from_dict(GAP, state["gap"])
        return clock


def fitted_times(column):
    """The codec of a Column of times; a ValueError where it holds none."""
    codec, _ = fit_column(column, fresh=False)
    if not isinstance(codec, Number) or isinstance(codec, DecimalNumber):
        raise ValueError(
            f"The time column {column.name!r} must hold dates, datetimes or numbers; it holds {codec.label}: turn it "
            "into one of these, text by pandas.to_datetime or polars' str.to_datetime."
        )
    return codec

"""The times of long frames of series: where rows stand on the grid of a calendar, or how far each is from the last."""

import numpy as np

from augment.codecs.calendars import Calendar
from augment.codecs.names import name_from_json, name_to_json
from augment.codecs.rising import Rising


class PanelTimes:
    """Tells when the rows of series are: by the calendar that they follow, or by the gaps between them.

    Where all entities end at one time and do not begin at one, the last time of each counts as known of it as a whole,
    else the first.

    Attributes
    ----------
    name : hashable
        The column.
    rising : Rising
        The times as numbers, and back.
    calendar : Calendar or None
        Their frequency; None where they follow none, and the gap to the step before is a further feature.
    gappy : bool
        Whether some places of the calendar lack a row, and a further feature tells which.
    at_end : bool
        Whether the last times count.
    share : float
        Of the places of the calendar those that lack a row.

    Examples
    --------
    >>> from augment.codecs.column import Column
    >>> days, starts = np.array([3, 4, 5, 9, 10]), np.array([0, 3, 5])
    >>> times = PanelTimes().fit(Column("day", "number", days)).learn(days, starts)
    >>> str(times.calendar), times.offsets(days, starts).tolist()
    ('every 1', [0, 1, 2, 0, 1])
    >>> times.after(np.array([20]), np.arange(3), None).tolist()
    [20, 21, 22]
    """

    def fit(self, column):
        """Learn to read the values of a Column."""
        self.name, self.rising = column.name, Rising().fit(column)
        return self

    def learn(self, numbers, starts):
        """Learn how times go on that are sorted within entities, whose first rows are `starts` (n + 1,)."""
        level = self.rising.level
        zone = None if getattr(level, "wall", True) else level.form["zone"]
        decimals = level.grid.decimals_ if level.grid.step_ else None
        self.calendar = Calendar.of(numbers, starts, level.form["unit"], zone, decimals)
        first, last = numbers[starts[:-1]], numbers[starts[1:] - 1]
        self.at_end = bool((last == last[0]).all() and (first != first[0]).any())
        sizes = self.offsets(numbers, starts)[starts[1:] - 1] + 1
        self.share = 1 - len(numbers) / sizes.sum()
        self.gappy = bool(self.share > 0)
        return self

    def numbers(self, column):
        """The values of a Column as numbers."""
        return self.rising.numbers(column)

    def offsets(self, numbers, starts):
        """How many steps each row is behind the first of its entity; a ValueError where times leave the calendar."""
        if self.calendar is None:
            return np.arange(len(numbers)) - np.repeat(starts[:-1], np.diff(starts))
        places = self.calendar.places(numbers)
        if places is not None:
            steps, rest = np.divmod(places - np.repeat(places[starts[:-1]], np.diff(starts)), self.calendar.step)
            if not rest.any():
                return steps
        raise ValueError(
            f"The times in column {self.name!r} are not those of the fitted frequency, {self.calendar}: shift them to "
            "it, or leave such rows out."
        )

    def gaps(self, numbers, starts):
        """How far each row is behind the one before; of the first of an entity as far as of the second."""
        gaps = self.rising.rises(numbers).astype("float64")
        several = np.diff(starts) > 1
        firsts = starts[:-1]
        gaps[firsts] = np.nan
        gaps[firsts[several]] = gaps[firsts[several] + 1]
        return np.where(np.isnan(gaps), np.nanmedian(gaps) if several.any() else 0.0, gaps)

    def after(self, given, steps, gaps, at_end=False):
        """Times of an entity's rows, as numbers.

        Parameters
        ----------
        given : ndarray of shape (k,)
            When the first rows are, at least one; with `at_end` when the last one is.
        steps : ndarray of int of shape (m,)
            Which steps its rows are.
        gaps : ndarray of shape (m,) or None
            Without a calendar the gap before each step.
        at_end : bool, default=False
            See `given`.
        """
        if self.calendar is not None:
            places = self.calendar.near(given[:1]) + self.calendar.step * (steps - steps[-1] * at_end)
            return self.calendar.times(places).astype(given.dtype)
        since = np.cumsum(gaps) - gaps[0]
        since -= since[-1] * at_end
        if given.dtype.kind == "f":
            times = self.rising.rounded(given[0] + since)
        else:
            times = given[0] + np.rint(since).astype(given.dtype)
        times[: len(given)] = times[: len(given)] if at_end else given
        return times

    def to_dict(self):
        """The learned state as JSON-ready values."""
        calendar = None if self.calendar is None else self.calendar.to_dict()
        state = {"name": name_to_json(self.name), "rising": self.rising.to_dict(), "calendar": calendar}
        return state | {"gappy": self.gappy, "at_end": self.at_end, "share": self.share}

    @classmethod
    def from_dict(cls, state):
        """What `to_dict` gave."""
        times = cls()
        times.name = name_from_json(state["name"])
        times.rising = Rising.from_dict(times.name, state["rising"])
        times.calendar = state["calendar"] and Calendar(**state["calendar"])
        times.gappy, times.at_end, times.share = state["gappy"], state["at_end"], state["share"]
        return times

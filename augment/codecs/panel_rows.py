"""The rows of a long frame as series on the steps of their calendar, and series as rows."""

import numpy as np

from augment.codecs.event_rows import shown
from augment.codecs.measures import Measure
from augment.codecs.panel_times import PanelTimes


class PanelRows:
    """Turns the sorted rows of entities into arrays (steps, features) of floats, and such arrays into columns.

    Features are the columns that vary, in their order. Where a place of the calendar lacks a row its values lie on the
    line between its neighbours, and a further feature tells which places have one; without a calendar a further feature
    is the gap to the step before.

    Attributes
    ----------
    measures : list of Measure
        The columns that vary.
    times : PanelTimes or None
        Their times; None where rows stand in order.
    """

    def fit(self, columns, names, starts, times, numbers):
        """Learn the sorted columns called `names`, and how the times go on, as numbers."""
        self.measures = [Measure.of(columns[name]) for name in names]
        self.times = None if times is None else times.learn(numbers, starts)
        return self

    @property
    def names(self):
        """Names of the columns that vary."""
        return [measure.name for measure in self.measures]

    @property
    def gappy(self):
        """Whether a feature tells which places have a row."""
        return self.times is not None and self.times.gappy

    @property
    def irregular(self):
        """Whether a feature is the gap to the step before."""
        return self.times is not None and self.times.calendar is None

    def series(self, columns, starts, numbers):
        """Series of sorted columns, a list of arrays, and which steps their rows are (n_rows,).

        A column that is not there is missing throughout.
        """
        n = starts[-1]
        steps = np.arange(n) - np.repeat(starts[:-1], np.diff(starts))
        if self.times is not None:
            steps = self.times.offsets(numbers, starts)
        values = [
            measure.numbers(columns[measure.name]) if measure.name in columns else np.full(n, np.nan)
            for measure in self.measures
        ]
        if self.gappy:
            values.append(np.ones(n))
        if self.irregular:
            values.append(self.times.gaps(numbers, starts))
        rows = np.stack(values, axis=1)
        pairs = zip(starts[:-1], starts[1:], strict=True)
        return [_on_steps(rows[first:last], steps[first:last], self.gappy) for first, last in pairs], steps

    def there(self, series):
        """Which steps of new series have a row: a list of arrays of int, none of them empty."""
        if not self.gappy:
            return [np.arange(len(part)) for part in series]
        place = len(self.measures)
        steps = [np.flatnonzero(part[:, place] > 0.5) for part in series]
        return [own if len(own) else np.zeros(1, int) for own in steps]

    def columns(self, series, steps, times, at_end=False, panel=None):
        """The columns of entities, a dict by name.

        Parameters
        ----------
        series : list of ndarray of shape (n_steps, n_features)
            Their values.
        steps : list of ndarray of int
            Which of their steps are rows.
        times : sequence of ndarray or None
            When the first rows of each are, as numbers, at least of one; with `at_end` when the last one is.
        panel : Panel, default=None
            What is given of the first rows of each.
        """
        rows = [part[own] for part, own in zip(series, steps, strict=True)]
        values = np.concatenate(rows) if rows else np.zeros((0, len(self.measures)))
        made = {measure.name: measure.column_of(values[:, i]) for i, measure in enumerate(self.measures)}
        if panel is not None:
            places = panel.places(np.array([len(own) for own in steps]))
            for measure in self.measures:
                if measure.name in panel.columns:
                    name = measure.name
                    made[name] = measure.with_given(made[name], panel.columns[name], places)
        if self.times is not None:
            gaps = [part[own, -1] for part, own in zip(series, steps, strict=True)] if self.irregular else series
            parts = [self.times.after(*each, at_end) for each in zip(times, steps, gaps, strict=True)]
            made[self.times.name] = self.times.rising.column_of(np.concatenate(parts) if parts else times[:, 0])
        return made

    def to_dict(self):
        """The learned state as JSON-ready values."""
        times = None if self.times is None else self.times.to_dict()
        return {"measures": [measure.to_dict() for measure in self.measures], "times": times}

    @classmethod
    def from_dict(cls, state):
        """What `to_dict` gave."""
        rows = cls()
        rows.measures = [Measure.from_dict(measure) for measure in state["measures"]]
        rows.times = state["times"] and PanelTimes.from_dict(state["times"])
        return rows


class Panel:
    """Series of a long frame, and what tells of each as a whole.

    Parameters
    ----------
    series : list of ndarray of shape (steps, features)
        Floats, NaN where a value is missing.
    firsts : list of Column
        Of entities as a whole.
    steps : ndarray of int of shape (n_rows,)
        Which step each row is.
    starts : ndarray of int of shape (n + 1,)
        The first rows.
    numbers : ndarray of shape (n_rows,) or None
        Their times.
    columns : dict of Column
        By name all columns of the rows.
    """

    def __init__(self, series, firsts, steps, starts, numbers, columns):
        self.series, self.firsts, self.steps, self.starts, self.numbers = series, firsts, steps, starts, numbers
        self.columns = columns

    def __len__(self):
        return len(self.series)

    @property
    def steps_of_each(self):
        """Which steps the rows of each are, a list of arrays."""
        return np.split(self.steps, self.starts[1:-1])

    @property
    def times_of_each(self):
        """The times of the rows of each, a list of arrays; None where there are no times."""
        return None if self.numbers is None else np.split(self.numbers, self.starts[1:-1])

    def places(self, lengths):
        """Where the rows stand (n_rows,) among those of entities of so many rows (n,), which begin with them."""
        own = np.diff(self.starts)
        return np.arange(self.starts[-1]) + np.repeat(np.cumsum(lengths - own) - (lengths - own), own)


def sorted_rows(table, times):
    """Sorted columns of an EventTable, the first rows of entities, and the sorted times as numbers."""
    numbers = None if times is None else times.numbers(table.columns[times.name])
    columns, starts = table.in_order(numbers)
    if times is not None:
        numbers = times.numbers(columns[times.name])
        _refuse_same_times(columns, table.entity, times.name, numbers, starts)
    return columns, starts, numbers


def series_names(table, columns, starts):
    """Names of the sorted columns that are series: those that vary, or where no entity has a second row all numbers."""
    names = table.varying(columns, starts)
    if table.static is None and np.diff(starts).max(initial=0) < 2:
        names = [name for name in names if columns[name].family in ("number", "decimal")]
    if not names:
        raise ValueError(
            "No column varies within the entities, so that there are no series: a row for each entity is a table, see "
            "TabularSynthesizer."
        )
    return names


def _refuse_same_times(columns, entity, time, numbers, starts):
    """A ValueError where an entity has two rows of one time."""
    same = np.flatnonzero(np.diff(numbers) == 0) + 1
    same = same[~np.isin(same, starts)]
    if len(same):
        raise ValueError(
            f"The entity {shown(columns[entity], same[0])} has several rows of the same time in column {time!r}, and "
            "series have one a time. Drop or merge such rows, or take kind='events'."
        )


def _on_steps(rows, steps, gappy):
    """Rows (m, features) on all steps to the last; those that lack one are on the line between their neighbours."""
    if not gappy or steps[-1] == len(steps) - 1:
        return rows
    places = np.arange(steps[-1] + 1)
    made = np.full((len(places), rows.shape[1]), np.nan)
    lacks = ~np.isin(places, steps)
    made[steps] = rows
    for i in range(rows.shape[1]):
        present = ~np.isnan(rows[:, i])
        if present.any():
            made[lacks, i] = np.interp(places[lacks], steps[present], rows[present, i])
    made[:, -1] = ~lacks
    return made

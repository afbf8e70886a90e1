"""Rows by the group they belong to and the label they hold: what a fairness criterion counts."""

import numpy as np

from augment.codecs.column import as_family
from augment.codecs.identifiers import Fresh
from augment.codecs.quantities import Number

FEW = 10  # distinct numbers up to which each is a level of its own
QUARTERS = (0.25, 0.5, 0.75)


class Levels:
    """The values of one column as few levels: each label, each of few numbers, or ranges; missing is one more.

    Parameters
    ----------
    codec : ColumnCodec
        The column's codec.
    column : Column
        The values to learn the levels from.
    edges : sequence, default=None
        Where the ranges of a column of numbers or dates end, each included in the range below. By default its quarters
        where it has more than ten values, else each value is a level.

    Attributes
    ----------
    names : list of str
        The levels in words; "missing" is the last where there are missing values.
    """

    def __init__(self, codec, column, edges=None):
        if isinstance(codec, Fresh):
            raise ValueError(f"Column {codec.name!r} holds keys or free text that are made afresh: it has no groups.")
        self.codec, self.edges = codec, None
        self.is_number = isinstance(codec, Number)
        if edges is not None and not self.is_number:
            raise ValueError(f"bins of column {codec.name!r}: it holds no numbers or dates, so that edges say nothing.")
        values = self._values(column)[column.present]
        if self.is_number and (edges is not None or len(np.unique(values)) > FEW):
            self.edges = np.unique(np.quantile(values, QUARTERS, method="nearest"))
            if edges is not None:
                self.edges = np.unique([codec.parse(edge) for edge in edges])
            shown = [codec.show(edge) for edge in self.edges.tolist()]
            middle = [f"over {low} to {high}" for low, high in zip(shown, shown[1:], strict=False)]
            self.names = [f"up to {shown[0]}", *middle, f"over {shown[-1]}"]
        else:
            self.known = sorted(set(values.tolist()), key=None if self.is_number else str)
            self.names = [codec.show(value) if self.is_number else str(value) for value in self.known]
        self.n_present = len(self.names)
        self.names.append("missing")

    def codes(self, column):
        """The level of each row, an int array; -1 for a value that is of none."""
        values, codes = self._values(column), np.full(len(column), self.n_present)
        there = values[column.present]
        if self.edges is not None:
            codes[column.present] = np.searchsorted(self.edges, there)
        else:
            place = {value: code for code, value in enumerate(self.known)}
            codes[column.present] = [place.get(value, -1) for value in there.tolist()]
        return codes

    def _values(self, column):
        column = self.codec.alike(column)
        if self.is_number:
            return self.codec.numbers(column)
        column = as_family(column, "label")
        labels = np.empty(len(column.labels) + 1, object)
        labels[:-1] = column.labels
        return labels[column.values]


class Groups:
    """The groups of rows by one column or by the crossings of several; those that occur in the rows given here.

    Parameters
    ----------
    codec : TableCodec
        Knows the columns.
    places : list of int
        The columns.
    columns : list of Column
        The rows, all columns of them.
    bins : dict of int to sequence
        Edges by place.

    Attributes
    ----------
    names : list of str
        The groups in words.
    missing : ndarray of bool of shape (n_groups,)
        Which have a missing value in them.
    """

    def __init__(self, codec, places, columns, bins):
        self.places = places
        self.levels = [Levels(codec.columns[place], columns[place], bins.get(place)) for place in places]
        self.crossings = np.unique(self._levels_of(columns), axis=0)
        self.names = [
            ", ".join(level.names[code] for level, code in zip(self.levels, codes, strict=True))
            for codes in self.crossings
        ]
        self.missing = (self.crossings == [level.n_present for level in self.levels]).any(axis=1)

    def codes(self, columns):
        """The group of each row, an int array; -1 for a row of none."""
        place = {tuple(codes): group for group, codes in enumerate(self.crossings.tolist())}
        crossings, rows = np.unique(self._levels_of(columns), axis=0, return_inverse=True)
        return np.array([place.get(tuple(codes), -1) for codes in crossings.tolist()], int)[rows.ravel()]

    def _levels_of(self, columns):
        return np.stack([level.codes(columns[k]) for level, k in zip(self.levels, self.places, strict=True)], axis=1)


def largest_remainder(shares, n):
    """Whole numbers that sum to n and each differ from n times a share by less than one (Hamilton's method).

    Parameters
    ----------
    shares : array-like of shape (k,)
        Shares that sum to one.
    n : int
        The sum.

    Returns
    -------
    ndarray of int of shape (k,)

    Examples
    --------
    >>> largest_remainder([0.4, 0.35, 0.25], 10).tolist()
    [4, 4, 2]
    """
    exact = np.asarray(shares, float) * n
    counts = np.floor(exact + 1e-9).astype(int)
    order = np.argsort(counts - exact, kind="stable")
    counts[order[: n - counts.sum()]] += 1
    return counts

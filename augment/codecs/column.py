"""One column of a table in a plain form that is the same for every library: what the column codecs see."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from augment.codecs.digits import as_decimal, objects_of

INFINITE = "Column {!r} contains infinity: replace infinite values by finite ones or by missing values."


@dataclass
class Column:
    """The values of one column, with what is missing told apart from what is there.

    Parameters
    ----------
    name : hashable
        The column's name in its table.
    family : {"number", "decimal", "moment", "duration", "label"}
        How to read `values`: as numbers, as Decimals, as counts of `unit` since 1970 (UTC), as counts of `unit`, or as
        indices into `labels`.
    values : ndarray of shape (n,)
        int64, uint64 or a float type for numbers, objects for Decimals, int64 otherwise. Where a value is missing the
        entry has no meaning.
    missing : ndarray of int8 of shape (n,)
        0 where a value is there, else one more than the index of its kind in `kinds`.
    kinds : tuple of str
        The kinds of missing values that occur: "nan", "None", "NA", "NaT", "null".
    labels : list, default=None
        The values that labels stand for: strings, booleans or numbers.
    closed : bool, default=False
        Whether the labels are the list of a categorical type, which no new value may join.
    ordered : bool, default=False
        Whether the labels have an order: that of the list.
    unit : {"D", "s", "ms", "us", "ns"}, default=None
        What moments and durations count.
    zone : str, default=None
        Name of the time zone in which moments are shown.
    least, limit : int, default=None
        The smallest and the largest number that the column's type holds, where it is narrower than a 64-bit integer.
    """

    name: object
    family: str
    values: np.ndarray
    missing: np.ndarray = None
    kinds: tuple = ()
    labels: list | None = None
    closed: bool = False
    ordered: bool = False
    unit: str | None = None
    zone: str | None = None
    least: int | None = None
    limit: int | None = None

    def __post_init__(self):
        if self.missing is None:
            self.missing = np.zeros(len(self.values), "int8")

    def __len__(self):
        return len(self.values)

    def take(self, rows):
        """The same column with only `rows`, a mask or indices."""
        return replace(self, values=self.values[rows], missing=self.missing[rows])

    @property
    def present(self):
        """Which rows hold a value."""
        return self.missing == 0

    @property
    def ends(self):
        """The smallest and the largest number that the column's type holds."""
        kind = self.values.dtype
        widest = np.finfo(kind) if kind.kind == "f" else np.iinfo(kind)
        ends = (widest.min, widest.max) if self.limit is None else (self.least, self.limit)
        return tuple(end.item() if isinstance(end, np.generic) else end for end in ends)


def with_missing(column, masks):
    """`column` with its missing values set from `masks`, a dict of kind to boolean array; later kinds win."""
    kinds = tuple(kind for kind, mask in masks.items() if mask.any())
    for number, kind in enumerate(kinds, start=1):
        column.missing[masks[kind]] = number
    column.kinds = kinds
    return column


def as_family(column, family):
    """The column read as another family where that is the same thing: 1 as True, True as 1, 3 as the label 3."""
    if column.family == family:
        return column
    if not column.present.any():
        return replace(column, family=family, values=np.zeros(len(column), "int64"), labels=[], unit="s")
    if column.family == "number" and family == "label":
        codes, labels = pd.factorize(column.values)
        return replace(column, family=family, values=codes.astype("int64"), labels=labels.tolist())
    if column.family == "number" and family == "decimal":
        return replace(column, family=family, values=objects_of(list(map(as_decimal, column.values.tolist()))))
    if column.family == "decimal" and family in ("number", "label"):
        return as_family(replace(column, family="number", values=column.values.astype("float64")), family)
    if column.family == "label" and family == "number":
        if column.labels == [False, True]:
            return replace(column, family=family, labels=None)
        if all(isinstance(label, int | float) and not isinstance(label, bool) for label in column.labels):
            values = np.array(column.labels)[column.values]
            return replace(column, family=family, values=values, labels=None, closed=False, ordered=False)
    return column


def refuse_infinite(column):
    """Raise a ValueError when a number column holds an infinite value."""
    if column.family == "number" and column.values.dtype.kind == "f" and np.isinf(column.values[column.present]).any():
        raise ValueError(INFINITE.format(column.name))
    return column


def concatenate(columns):
    """One column of the rows of several, which are of one family and have the same kinds of missing values."""
    first = columns[0]
    missing = np.concatenate([column.missing for column in columns])
    if first.labels is None:
        return replace(first, values=np.concatenate([column.values for column in columns]), missing=missing)
    place = {}
    for column in columns:
        for label in column.labels:
            place.setdefault(label, len(place))
    codes = [np.array([*map(place.get, column.labels), 0])[column.values] for column in columns]
    return replace(first, values=np.concatenate(codes), missing=missing, labels=list(place))

"""The target as outcomes whose rates can be compared: the rarer of two classes, several against the rest, or halves."""

from dataclasses import dataclass

import numpy as np

from augment.auditing.check import NotAssessed
from augment.auditing.groups import MIN_GROUP

MAX_OUTCOMES = 20
MIN_ROWS = 20  # rows with an outcome that each table needs


@dataclass(frozen=True)
class Outcome:
    """Classes of the target.

    Attributes
    ----------
    target : str
    classes : list of str
        What each class is called. A number has two: up to the training median, and above it.
    codes : dict of str to ndarray
        Class of each row, by table; -1 where the target is missing.
    judged : ndarray of int
        Classes whose rates are compared: the rarer of two, else the commonest, each against all the rest.
    values : dict of str to ndarray, or None
        The numbers themselves, where the target is one.
    """

    target: str
    classes: list
    codes: dict
    judged: np.ndarray
    values: dict | None = None

    def name(self, k):
        """A class in words, such as "income = >50K"."""
        return f"{self.target} = {self.classes[k]}" if self.values is None else f"{self.target} {self.classes[k]}"

    def counts(self, table, codes, size):
        """Rows by group and class, of shape (size, classes); rows without an outcome are left out."""
        known = self.codes[table] >= 0
        flat = codes[known] * len(self.classes) + self.codes[table][known]
        return np.bincount(flat, minlength=size * len(self.classes)).reshape(size, len(self.classes))

    @property
    def left_out(self):
        """A sentence about rows without an outcome; empty when there are none."""
        missing = {t: int((codes < 0).sum()) for t, codes in self.codes.items()}
        n = ", ".join(f"{count:,} of {t}" for t, count in missing.items() if count)
        return f" Rows without {self.target!r} are left out ({n})." if n else ""


def outcome_of(data):
    """The outcomes of the target; NotAssessed when it has a single value, or hardly any."""
    column = data.columns[data.target]
    values = {name: table[:, data.target] for name, table in data.tables.items()}
    present = values["train"][~np.isnan(values["train"])]
    distinct, counts = np.unique(present, return_counts=True)
    if len(distinct) < 2:
        held = "one value" if len(distinct) else "no value"
        raise NotAssessed(f"The target {column.name!r} has {held} in train: there are no outcomes to compare.")
    few = [t for t, v in values.items() if t != "holdout" and (~np.isnan(v)).sum() < MIN_ROWS]
    if few:
        raise NotAssessed(f"Needs {MIN_ROWS} rows with a value of {column.name!r} in {' and '.join(few)}.")
    if column.is_category or (len(distinct) <= 10 and (distinct == np.floor(distinct)).all()):
        return _classes(column, values, distinct, counts)
    middle = np.median(present)
    middle = middle if (present > middle).any() else distinct[-2]
    codes = {t: np.where(np.isnan(v), -1, v > middle).astype(int) for t, v in values.items()}
    shown = column.show(middle)
    return Outcome(column.name, [f"up to {shown}", f"over {shown}"], codes, np.array([1]), values)


def _classes(column, values, distinct, counts):
    """The classes of the training rows, and one for all that train lacks."""
    codes = {}
    for table, v in values.items():
        place = np.minimum(np.searchsorted(distinct, v), len(distinct) - 1)
        known = distinct[place] == v
        codes[table] = np.where(np.isnan(v), -1, np.where(known, place, len(distinct))).astype(int)
    names = [column.show(v) for v in distinct]
    if any((c == len(distinct)).any() for c in codes.values()):
        names.append("a class that train lacks")
    if len(distinct) == 2:
        judged = np.array([int(np.argmin(counts))])
    else:
        common = np.argsort(-counts, kind="stable")[:MAX_OUTCOMES]
        judged = np.sort(common[counts[common] >= MIN_GROUP])
        if not len(judged):
            raise NotAssessed(f"No class of {column.name!r} has {MIN_GROUP} training rows.")
    return Outcome(column.name, names, codes, judged)


def rates(counts):
    """Rate of each class in each group: counts over their sum along the last axis; the whole table's for empty groups.

    Examples
    --------
    >>> rates(np.array([[1, 3], [0, 0]])).tolist()
    [[0.25, 0.75], [0.25, 0.75]]
    """
    n = counts.sum(axis=-1, keepdims=True)
    whole = counts.sum(axis=-2, keepdims=True)
    overall = whole / np.maximum(whole.sum(axis=-1, keepdims=True), 1)
    return np.where(n > 0, counts / np.maximum(n, 1), overall)


def shrunk(counts, strength=MIN_GROUP):
    """The same, with as many rows as a group needs to be judged added from the whole table: for groups with fewer.

    Examples
    --------
    >>> shrunk(np.array([[0, 1], [60, 39]])).round(3).tolist()
    [[0.581, 0.419], [0.605, 0.395]]
    """
    n = counts.sum(axis=-1, keepdims=True)
    whole = counts.sum(axis=-2, keepdims=True)
    return (counts + strength * whole / np.maximum(whole.sum(), 1)) / (n + strength)

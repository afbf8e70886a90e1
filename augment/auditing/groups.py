"""The groups of a protected column, or of two columns crossed: who is compared, and which groups have rows enough."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np

MIN_GROUP = 30  # training rows that a group needs to be judged


def groups(data, j, quarters=4, at_most=10):
    """Group of each row by column j, in each table, and the groups' names.

    Groups of numbers are the quarters of the training values; missing values are a group, the last one.
    """
    column, train = data.columns[j], data.train[:, j]
    present = train[~np.isnan(train)]
    tables = {name: table[:, j] for name, table in data.tables.items()}
    if column.is_category:
        names, codes = list(column.labels), tables
    elif len(np.unique(present)) <= at_most:
        values = np.unique(np.concatenate(list(tables.values())))
        values = values[~np.isnan(values)]
        names, codes = [column.show(v) for v in values], {t: np.searchsorted(values, v) for t, v in tables.items()}
    else:
        edges = np.unique(np.quantile(present, np.linspace(0, 1, quarters + 1)[1:-1], method="nearest"))
        bounds = [column.show(edge) for edge in edges]
        names = [f"up to {bounds[0]}", *(f"{a} to {b}" for a, b in zip(bounds[:-1], bounds[1:], strict=True))]
        names.append(f"over {bounds[-1]}")
        codes = {t: np.searchsorted(edges, v) for t, v in tables.items()}
    codes = {t: np.where(np.isnan(v), len(names), codes[t]).astype(int) for t, v in tables.items()}
    return codes, [*names, "missing"]


@dataclass(frozen=True)
class Groups:
    """The groups of one or two protected columns.

    Attributes
    ----------
    columns : tuple of int
        Places of the columns.
    title : str
        Their names, joined by "×".
    names : list of str
        What each group is called.
    codes : dict of str to ndarray
        Group of each row, by table.
    """

    columns: tuple
    title: str
    names: list
    codes: dict

    @classmethod
    def of(cls, data, j):
        """The groups of column j."""
        codes, names = groups(data, j)
        return cls((j,), data.columns[j].name, names, codes)

    def cross(self, other):
        """The groups of both columns crossed: those that have a row in some table."""
        pairs = {t: codes * len(other.names) + other.codes[t] for t, codes in self.codes.items()}
        found, places = np.unique(np.concatenate(list(pairs.values())), return_inverse=True)
        stops = np.cumsum([len(codes) for codes in pairs.values()])[:-1]
        names = [f"{self.names[k // len(other.names)]}, {other.names[k % len(other.names)]}" for k in found]
        codes = dict(zip(pairs, np.split(places, stops), strict=True))
        return Groups(self.columns + other.columns, f"{self.title} × {other.title}", names, codes)

    def counts(self, table):
        """Rows of each group in one table."""
        return np.bincount(self.codes[table], minlength=len(self.names))

    @property
    def judged(self):
        """Places of the groups with enough training rows, in their order."""
        return np.flatnonzero(self.counts("train") >= MIN_GROUP)

    @property
    def seen(self):
        """Places of the groups that have a row in train or synthetic."""
        return np.flatnonzero(self.counts("train") + self.counts("synthetic"))


def protected_groups(data, depth=1):
    """The groups of each protected column but the target and, at depth 2, of each two of them crossed."""
    singles = [Groups.of(data, j) for j in data.protected if j != data.target]
    crossed = [a.cross(b) for a, b in combinations(singles, 2)] if depth == 2 else []
    return singles + crossed


def why_not(groups):
    """The sentence for protected columns none of whose groups is large enough."""
    return f"No group of {groups.title!r} has {MIN_GROUP} training rows."


def listed_rows(groups, row, width, places=None, at_most=100):
    """A table row for each group that has rows, `row(g)`; beyond the largest ones, one that counts the others.

    Parameters
    ----------
    row : callable (int) -> list
        Begins with the group's name, its training and its synthetic rows.
    width : int
        Cells in a row.
    places : sequence of int, optional
        The groups to list; by default those that have rows.
    """
    train, synthetic = groups.counts("train"), groups.counts("synthetic")
    seen = groups.seen if places is None else np.asarray(places)
    order = np.argsort(-(train + synthetic)[seen], kind="stable")
    shown, rest = np.sort(seen[order[:at_most]]), seen[order[at_most:]]
    rows = [row(g) for g in shown]
    if len(rest):
        last = [f"{len(rest):,} smaller groups together", int(train[rest].sum()), int(synthetic[rest].sum())]
        rows.append(last + [""] * (width - len(last)))
    return rows


def standing(count):
    """Whether a group with `count` training rows is judged, in words."""
    return "yes" if count >= MIN_GROUP else f"no: under {MIN_GROUP} training rows"

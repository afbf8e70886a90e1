"""The groups of the holdout rows that models are compared on: the commonest are judged, every one is listed."""

from dataclasses import dataclass

import numpy as np

from augment.auditing.group_rates import MIN_COUNT, MIN_ROWS
from augment.auditing.groups import groups

MAX_GROUPS = 20


@dataclass(frozen=True)
class HoldoutGroups:
    """Groups of one protected column, or cells of two.

    Attributes
    ----------
    column : str
        What the groups are of.
    codes : ndarray of int, shape (holdout rows that take part,)
    names : list of str
    rows : ndarray of int, shape (groups,)
    common : ndarray of bool, shape (groups,)
        Large enough to be judged, and among the commonest `MAX_GROUPS`.
    """

    column: str
    codes: np.ndarray
    names: list
    rows: np.ndarray
    common: np.ndarray

    def why_not(self, g, count):
        """Why group g is not judged: empty when it is; `count` is the least it has in a denominator."""
        if self.rows[g] < MIN_ROWS:
            return f"no: under {MIN_ROWS} rows"
        if not self.common[g]:
            return f"no: not among the {MAX_GROUPS} commonest"
        return "" if count >= MIN_COUNT else f"no: under {MIN_COUNT} rows in the denominator"


def holdout_groups(data, j, rows):
    """The groups of column j among these rows of the holdout."""
    codes, names = groups(data, j)
    return grouped(data.columns[j].name, codes["holdout"][rows], names)


def grouped(column, codes, names, at_most=MAX_GROUPS):
    """Groups by the codes of the rows.

    Examples
    --------
    >>> grouped("g", np.repeat([0, 1], [40, 5]), ["a", "b"]).common.tolist()
    [True, False]
    """
    rows = np.bincount(codes, minlength=len(names))
    common = np.zeros(len(names), bool)
    common[np.argsort(-rows, kind="stable")[:at_most]] = True
    return HoldoutGroups(column, codes, list(names), rows, common & (rows >= MIN_ROWS))

"""Is the holdout a holdout? Rows that the generator learned from make every comparison with it worthless.

Rows of another population make those of privacy worthless: what tells them from training rows need not be memory.
"""

import numpy as np
from scipy import stats

from augment.auditing.copies import rare_repeated, rounded
from augment.auditing.encoding import row_choices, row_keys

TOO_MANY = 0.01  # share of holdout rows: fewer than this change no verdict
CHANCE = 0.001  # how seldom a true holdout may be refused
UNLIKE = 0.1  # difference of a share of rows from which a column counts as another


def training_rows(data):
    """A sentence about training rows in the holdout when there are more than chance explains; empty otherwise."""
    if data.holdout is None:
        return ""
    for columns in row_choices(data):
        keys = row_keys(data, columns)
        if beyond_chance(keys["train"], keys["holdout"]):
            n = int(np.isin(keys["holdout"], keys["train"]).sum())
            return (
                f"{n:,} of {len(data.holdout):,} holdout rows equal training rows, more than repeated rows explain, so "
                "the holdout is set aside. Hold out rows that the training part does not hold."
            )
    return ""


def copied_rows(data):
    """A sentence where synthetic rows repeat rare rows of the holdout rather than of train; empty otherwise."""
    if data.holdout is None:
        return ""
    same = rounded(data)
    for columns in row_choices(data):
        if n := copied(row_keys(same, columns)):
            return (
                f"{n:,} rare holdout rows are repeated by synthetic rows, far more than training rows are: the "
                "generator has seen the holdout, which is set aside. Look whether train and holdout were swapped."
            )
    return ""


def copied(keys):
    """How many rare things of the holdout are repeated, where that is more than those of train explain; 0 otherwise.

    Parameters
    ----------
    keys : dict of str to ndarray of int
        By table; equal things have equal keys.

    Examples
    --------
    >>> keys = {"train": np.arange(50), "holdout": np.arange(50, 100), "synthetic": np.arange(40, 90)}
    >>> copied(keys), copied({**keys, "synthetic": np.arange(25, 75)})
    (40, 0)
    """
    found = rare_repeated(keys)
    rare, seen = ({name: int(pair[k].sum()) for name, pair in found.items()} for k in (0, 1))
    expected = rare["holdout"] / max(sum(rare.values()), 1)
    if not sum(seen.values()) or seen["holdout"] - seen["train"] <= TOO_MANY * len(keys["holdout"]):
        return 0
    p_value = stats.binomtest(seen["holdout"], sum(seen.values()), expected, "greater").pvalue
    return seen["holdout"] if p_value < CHANCE else 0


def beyond_chance(train, holdout):
    """Whether train and holdout share more rows than a random split of their union would.

    A row that the union holds k times is in both parts of a random split unless all k fall into one. Rows that occur
    once cannot be shared, and common ones always are, so neither counts for or against.
    """
    rows, places, counts = np.unique(np.concatenate([train, holdout]), return_inverse=True, return_counts=True)
    in_train = np.bincount(places[: len(train)], minlength=len(rows))
    repeated = counts > 1
    if not repeated.any():
        return False
    shared = int(((in_train > 0) & (in_train < counts))[repeated].sum())
    part = len(train) / len(places)
    expected = 1 - part ** counts[repeated] - (1 - part) ** counts[repeated]
    p_value = stats.binomtest(shared, len(expected), expected.mean(), "greater").pvalue
    return bool(p_value < CHANCE and shared - expected.sum() > TOO_MANY * len(holdout))


def unlike(data):
    """A sentence about a column that is another one in the holdout than in train; empty where there is none.

    What is compared are the share of each category, and the share below each number; missing values are a category, or
    below all numbers. By Hoeffding's inequality, and that of Massart (1990) for numbers, a difference d of shares of n
    and m rows has a chance of at most 2 exp(-2 d^2 n m / (n + m)), for each category.
    """
    if data.holdout is None:
        return ""
    found = [(*_difference(data, j), data.columns[j].name) for j in data.compared]
    n, m = len(data.train), len(data.holdout)
    found = [f for f in found if 2 * f[1] * len(found) * np.exp(-2 * f[0] ** 2 * n * m / (n + m)) < CHANCE]
    far, _, name = max(found, default=(0.0, 1, ""))
    if far <= UNLIKE:
        return ""
    return (
        f"The holdout is of another population than the training rows: shares of {name!r} differ by up to "
        f"{100 * far:.0f} %. What tells its rows from training rows is then no sign of memory, so that privacy is not "
        "assessed. Hold out rows at random."
    )


def _difference(data, j):
    """The largest difference of shares in column j, and how many were looked at."""
    train, holdout = data.train[:, j], data.holdout[:, j]
    train, holdout = (np.where(np.isnan(values), -np.inf, values) for values in (train, holdout))
    values = np.unique(np.concatenate([train, holdout]))
    if data.columns[j].is_category:
        places = [np.searchsorted(values, v) for v in (train, holdout)]
        first, second = (np.bincount(p, minlength=len(values)) / len(p) for p in places)
        return float(np.abs(first - second).max()), len(values)
    first, second = (np.searchsorted(np.sort(v), values, side="right") / len(v) for v in (train, holdout))
    return float(np.abs(first - second).max()), 1

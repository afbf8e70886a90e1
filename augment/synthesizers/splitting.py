"""Encoded rows in two: a part to learn from, and a part to validate on that has nothing in common with it."""

import math

import numpy as np


def split(arrays, fraction, rng, overlap=0):
    """Part of the rows to learn from, part to validate on; with too few rows for both, None for the second.

    Where each row overlaps with so many of those that follow, the second part are runs of rows, and rows that overlap
    with them are in neither.
    """
    n_check = math.ceil(fraction * len(arrays))
    if n_check < 2 or len(arrays) - n_check < 2:
        return arrays, None
    if overlap:
        return _runs(arrays, n_check, rng, overlap)
    order = rng.permutation(len(arrays))
    return arrays[order[n_check:]], arrays[order[:n_check]]


def split_groups(arrays, groups, fraction, rng):
    """The same, where rows of a group (n,) stay together: groups are drawn."""
    numbers = np.unique(groups)
    learn, check = split(numbers, fraction, rng)
    return (arrays, None) if check is None else (arrays[np.isin(groups, learn)], arrays[np.isin(groups, check)])


def _runs(arrays, n_check, rng, overlap):
    """Rows apart from a number of runs, evenly spread, and these."""
    n_runs = max(1, n_check // (2 * overlap))
    check, near = np.zeros(len(arrays), bool), np.zeros(len(arrays), bool)
    for part in np.array_split(np.arange(len(arrays)), n_runs):
        size = min(-(-n_check // n_runs), len(part))
        start = part[0] + rng.integers(len(part) - size + 1)
        check[start : start + size] = near[max(start - overlap, 0) : start + size + overlap] = True
    if len(arrays) - near.sum() < 2:
        return arrays, None
    return arrays[~near], arrays[check]

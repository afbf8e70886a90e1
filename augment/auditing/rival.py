"""The cheap rival of a generator: new rows on the line between a training row and one of its nearest neighbours.

Chawla et al. (2002), "SMOTE", carried to tables of any kind: a number lies between the two parents, a category or a
missing value comes from one of them. What synthetic rows add to real ones should be more than this does.
"""

import numpy as np

NEIGHBOURS = 5
POOL = 500  # rows among which neighbours are looked for: linear time, and near enough for a rival


def interpolated(rows, points, strata, category, rng, parents=None):
    """New rows between rows and random ones of their nearest neighbours of the same stratum.

    Parameters
    ----------
    rows : ndarray of shape (n, columns)
        NaN is missing.
    points : ndarray of shape (n, features)
        The same rows as features without missing values, in which distances are measured.
    strata : ndarray of shape (n,)
        Neighbours are of the same stratum (a class); a row that is alone in it is repeated.
    category : ndarray of bool, shape (columns,)
        Columns whose values are not interpolated but taken from either parent.
    rng : numpy.random.Generator
    parents : ndarray of int, shape (n_new,), default=None
        The row that each new one starts from; by default every row once.

    Returns
    -------
    ndarray of shape (n_new, columns)

    Examples
    --------
    >>> rows = np.array([[0.0, 0.0], [1.0, 1.0], [9.0, np.nan]])
    >>> new = interpolated(rows, rows[:, :1], np.zeros(3), np.array([False, True]), np.random.default_rng(0))
    >>> bool((new[:, 0] >= 0).all() and (new[:, 0] <= 9).all()), set(new[:2, 1]) <= {0.0, 1.0}
    (True, True)
    """
    parents = np.arange(len(rows)) if parents is None else parents
    start, mate = rows[parents], rows[_neighbours(points, strata, parents, rng)]
    step = rng.random((len(start), 1))
    between = start + step * (mate - start)
    either = np.where(rng.random(start.shape) < step, mate, start)
    return np.where(category | np.isnan(between), either, between)


def _neighbours(points, strata, parents, rng):
    """For each parent, one of the nearest others within a random pool of its stratum; itself where it has none."""
    mates, place = parents.copy(), np.empty(len(points), int)
    for stratum in np.unique(strata):
        members = rng.permutation(np.flatnonzero(strata == stratum))
        for pool in np.array_split(members, -(-len(members) // POOL)):
            k = min(NEIGHBOURS, len(pool) - 1)
            if k:
                place[pool] = np.arange(len(pool))
                born = np.flatnonzero(np.isin(parents, pool))
                nearest = _nearest(points[pool], k)[place[parents[born]]]
                mates[born] = pool[nearest[np.arange(len(born)), rng.integers(k, size=len(born))]]
    return mates


def _nearest(points, k):
    """Places of the k nearest other points, for each point, in any order."""
    norms = (points**2).sum(axis=1)
    squared = norms[:, None] + norms - 2 * (points @ points.T)
    np.fill_diagonal(squared, np.inf)
    return np.argpartition(squared, k - 1, axis=1)[:, :k]

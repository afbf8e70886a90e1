"""The nearest rows of one table to the rows of another, all on one scale, at a cost that is bounded."""

import numpy as np

from augment.auditing.encoding import for_distances

MAX_PRODUCTS = 50_000_000_000  # multiplications that one look-up may take: a few seconds
MAX_WIDTH = 600  # numbers that make up a point, where categories allow it
CHUNK = 6_000_000  # distances held at once
EQUAL = 1e-9  # squared distances closer than this are equal: they come out of a matrix product


def points(data, columns, rows):
    """`for_distances` with fewer labels for each category where there are many categories.

    Parameters
    ----------
    data : Data
    columns : list of int
    rows : dict of str to ndarray of int
        Rows to take from each table; the real ones among them make the scale.

    Returns
    -------
    dict of str to ndarray of shape (rows, width)
    """
    n_categories = sum(data.columns[j].is_category for j in columns)
    return for_distances(data, columns, rows, _labels_kept(n_categories))


def affordable(data, columns, queries):
    """How many rows `queries` rows can be compared with at the cost allowed.

    Examples
    --------
    >>> from augment.auditing.frames import prepare
    >>> table = np.random.default_rng(0).normal(size=(50, 5))
    >>> affordable(prepare(table, table), [0, 1, 2, 3, 4], 2500)
    2000000
    """
    categories = [len(data.columns[j].labels) for j in columns if data.columns[j].is_category]
    kept = _labels_kept(len(categories))
    width = 2 * (len(columns) - len(categories)) + sum(min(n, kept) + 2 for n in categories)
    return max(int(MAX_PRODUCTS / queries / width), 500)


def _labels_kept(n_categories):
    return int(np.clip(MAX_WIDTH // max(n_categories, 1), 5, 50))


def squared_distances(queries, references):
    """Squared distances of a few queries at a time: pairs of a slice and an array of shape (queries, references)."""
    norms = (references**2).sum(axis=1)
    step = max(1, CHUNK // len(references))
    for start in range(0, len(queries), step):
        part = queries[start : start + step]
        squared = part @ references.T
        squared *= -2
        squared += norms
        squared += (part**2).sum(axis=1)[:, None]
        yield slice(start, start + step), np.maximum(squared, 0.0, out=squared)


def nearest(queries, references, k=1):
    """Squared distances to the k nearest references, nearest first; to fewer where there are fewer.

    Parameters
    ----------
    queries : ndarray of shape (n, width)
    references : ndarray of shape (m, width)
    k : int, default=1

    Returns
    -------
    ndarray of shape (n, min(k, m))

    Examples
    --------
    >>> nearest(np.array([[0.0], [3.0]]), np.array([[1.0], [5.0], [2.5]]), 2).round(6).tolist()
    [[1.0, 6.25], [0.25, 4.0]]
    """
    k = min(k, len(references))
    found = np.empty((len(queries), k))
    for rows, squared in squared_distances(queries, references):
        found[rows] = smallest(squared, k)
    return found


def drawn(data, n):
    """A sentence where only some rows of a table were looked at; empty where all were.

    Examples
    --------
    >>> from augment.auditing.frames import prepare
    >>> table = np.random.default_rng(0).normal(size=(2000, 2))
    >>> drawn(prepare(table, table), {"train": 500, "synthetic": 2000})
    ' Rows were drawn at random: 500 of 2,000 train.'
    """
    some = [f"{n[name]:,} of {size:,} {name}" for name, size in data.sizes.items() if n.get(name, size) < size]
    return f" Rows were drawn at random: {', '.join(some)}." if some else ""


def smallest(squared, k):
    """The k smallest numbers of each row, in order."""
    if k == 1:
        return squared.min(axis=1, keepdims=True)
    return np.sort(np.partition(squared, k - 1, axis=1)[:, :k], axis=1)

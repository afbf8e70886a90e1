"""Which particles go on: systematic resampling by their weights."""

import numpy as np


def resampled(weights, offsets):
    """Places (n, count) among the particles of each of n samples of those that go on, by log weights (n, count).

    Where the effective number of particles is at most one half of them, they are drawn by their weights, evenly spread
    (Doucet, de Freitas and Gordon, "Sequential Monte Carlo methods in practice", Springer 2001, chapter 1), and the
    weights become equal, in place; elsewhere all go on.

    Parameters
    ----------
    weights : ndarray of shape (n, count)
        Logarithms.
    offsets : ndarray of shape (n,)
        Uniform in [0, 1).

    Examples
    --------
    >>> weights = np.log([[0.97, 0.01, 0.01, 0.01], [0.25, 0.25, 0.25, 0.25]])
    >>> resampled(weights, np.array([0.5, 0.5])).tolist()
    [[0, 0, 0, 0], [0, 1, 2, 3]]
    """
    count = weights.shape[1]
    shares = np.exp(weights - weights.max(axis=1, keepdims=True))
    shares /= shares.sum(axis=1, keepdims=True)
    kept = np.tile(np.arange(count), (len(weights), 1))
    for row in np.flatnonzero(1 / np.square(shares).sum(axis=1) <= count / 2):  # the effective number
        points = (np.arange(count) + offsets[row]) / count
        kept[row] = np.minimum(np.searchsorted(shares[row].cumsum(), points), count - 1)
        weights[row] = 0
    return kept


def flat(places):
    """Places (n, count) within each sample as places (n * count,) among all particles."""
    n, count = places.shape
    return (places + count * np.arange(n)[:, None]).ravel()

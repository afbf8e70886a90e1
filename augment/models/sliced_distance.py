"""How far two samples of many numbers each are from each other, by their projections on random directions."""

import numpy as np

DIRECTIONS = 500


def sliced_distance(first, second, seed=0):
    """Squared sliced Wasserstein distance of two samples of vectors.

    Bonneel et al., "Sliced and Radon Wasserstein barycenters of measures", Journal of Mathematical Imaging and Vision
    51 (2015): the mean over directions of the squared differences between the sorted projections, times the length of
    the vectors. It needs no covariances, and so fewer images than pixels will do.

    Parameters
    ----------
    first, second : ndarray of shape (n, d) and (m, d)
        The samples; quantiles of the larger are compared.
    seed : int, default=0
        Of the directions.

    Returns
    -------
    float

    Examples
    --------
    >>> x = np.zeros((10, 4))
    >>> 3.5 < sliced_distance(x, x + 1) < 4.5  # every coordinate moved by 1: the squared length of the move, about
    True
    """
    directions = np.random.default_rng(seed).standard_normal((first.shape[1], DIRECTIONS)).astype("float32")
    directions /= np.linalg.norm(directions, axis=0)
    places = (np.arange(max(len(first), len(second))) + 0.5) / max(len(first), len(second))
    sides = [_quantiles(np.sort(np.asarray(x, "float32") @ directions, axis=0), places) for x in (first, second)]
    return float(first.shape[1] * np.mean((sides[0] - sides[1]) ** 2))


def _quantiles(ordered, places):
    """Quantiles of ordered columns; `numpy.quantile` takes ten times as long for so many of both."""
    above = places * (len(ordered) - 1)
    low = np.floor(above).astype(int)
    share = (above - low).astype("float32")[:, None]
    return (1 - share) * ordered[low] + share * ordered[np.minimum(low + 1, len(ordered) - 1)]

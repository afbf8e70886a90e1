"""Covariances of numbers and their roots, of all rows together, of each class or of stationary rows."""

import numpy as np
from scipy.linalg import toeplitz

SMALLEST = 1e-3  # standard deviation, of a direction in which rows hardly differ, that it is scaled by


def roots(values):
    """The symmetric root (k, k) of the covariances of values (n, k), and its inverse."""
    return roots_of(covariances(values))


def roots_of_classes(values, classes):
    """Roots (n_classes, k, k) of the covariances in each class, and their inverses.

    Parameters
    ----------
    values : ndarray of shape (n, k)
        Numbers whose means are alike in all classes.
    classes : ndarray of shape (n, n_classes)
        One-hots.
    """
    return tuple(np.stack(each) for each in zip(*map(roots_of, covariances_of_classes(values, classes)), strict=True))


def covariances(values):
    """Covariances (k, k) of values (n, k)."""
    values = np.asarray(values, "float64")
    return np.cov(values, rowvar=False, bias=True).reshape(2 * (values.shape[1],))


def covariances_of_classes(values, classes):
    """Covariances (k, k) in each class, drawn towards those of all rows by as much as they are uncertain.

    The share of all is the variance of the class's own covariances over their squared distance from those of all, at
    most 1: where classes do not differ, or have few rows, little is their own (Schäfer and Strimmer, Statistical
    Applications in Genetics and Molecular Biology 4:32, 2005, with another target).

    Parameters
    ----------
    values, classes
        As in `roots_of_classes`.

    Returns
    -------
    list of ndarray
        For each class.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> classes, values = np.eye(2)[np.arange(2000) % 2], rng.normal(size=(2000, 2))
    >>> values[::2, 1] = values[::2, 0]
    >>> [bool(covariance[0, 1] > 0.5) for covariance in covariances_of_classes(values, classes)]
    [True, False]
    """
    whole, values = covariances(values), np.asarray(values, "float64")
    values = values - values.mean(axis=0)
    return [drawn(values[own], whole)[0] for own in classes.T == 1]


def drawn(values, target):
    """Covariances (k, k) of values (n, k) of mean zero, drawn towards others by as much as they are uncertain.

    Returns
    -------
    covariances : ndarray of shape (k, k)
    share : float
        That of the others, as in `covariances_of_classes`.
    """
    n = len(values)
    if n < 2:
        return target, 1.0
    own, squares = values.T @ values / n, values**2
    uncertain = np.sum(squares.T @ squares / n - own**2) / (n - 1)
    distance = np.sum((own - target) ** 2)
    share = min(uncertain / distance, 1.0) if distance else 1.0
    return share * target + (1 - share) * own, share


def stationary(values):
    """Covariances (k, k) of values (n, k) of mean zero that depend on how far numbers are apart alone.

    Those at a distance are the mean of all products so far apart, so that numbers of rows which are constant all have
    the same covariance. Directions to which these means give a negative variance get none, and numbers the same one.

    Examples
    --------
    >>> stationary(np.array([[1.0, 1, 1], [-1, -1, -1]]))
    array([[1., 1., 1.],
           [1., 1., 1.],
           [1., 1., 1.]])
    """
    n, k = values.shape
    spectrum = np.abs(np.fft.rfft(values, 2 * k, axis=1)) ** 2  # of a row and as many zeros: nothing goes round
    products = np.fft.irfft(spectrum.sum(axis=0))[:k] / (n * np.arange(k, 0, -1))
    return products[0] * _without_negative(toeplitz(products / max(products[0], np.finfo(float).tiny)))


def mixing(channels, alike):
    """Correlations (c, c) of white noise of several channels with which these go together as in the sample.

    Each is drawn towards none by the square of its error over its own: those that chance explains are none. Errors are
    those of a correlation, by how it changes with each row.

    Parameters
    ----------
    channels : ndarray of shape (c, n, k)
        Rows of mean zero of each.
    alike : ndarray of shape (c, c)
        Covariances of channels at the same place if their white noise were the same, summed over all places.
    """
    rows = np.moveaxis(channels, 0, 1)
    products = rows @ np.swapaxes(rows, 1, 2) / np.maximum(np.abs(alike), np.finfo(float).tiny)
    own, sizes = products.mean(axis=0), np.einsum("ncc->nc", products)
    changes = products - own * (sizes[:, :, None] + sizes[:, None, :]) / 2
    error = changes.var(axis=0) / max(len(products) - 1, 1)
    own = own * (1 - np.minimum(error / np.maximum(own**2, np.finfo(float).tiny), 1))
    np.fill_diagonal(own, 1.0)
    return _without_negative(own)


def _without_negative(correlations):
    """Correlations without directions of negative variance."""
    size, vectors = np.linalg.eigh(correlations)
    whole = (vectors * np.maximum(size, 0)) @ vectors.T
    spread = np.sqrt(np.maximum(np.diag(whole), np.finfo(float).tiny))
    return whole / np.outer(spread, spread)


def roots_of(covariance):
    """The symmetric root of covariances (k, k), and its inverse."""
    size, vectors = np.linalg.eigh(covariance)
    spread = np.sqrt(np.maximum(size, 0))
    return (vectors * spread) @ vectors.T, (vectors / np.maximum(spread, SMALLEST)) @ vectors.T

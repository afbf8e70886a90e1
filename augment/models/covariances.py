"""Covariances of numbers and their roots, of all rows together or of each class."""

import numpy as np

SMALLEST = 1e-3  # standard deviation, of a direction in which rows hardly differ, that it is scaled by


def roots(values):
    """The symmetric root (k, k) of the covariances of values (n, k), and its inverse."""
    return _roots(covariances(values))


def roots_of_classes(values, classes):
    """Roots (n_classes, k, k) of the covariances in each class, and their inverses.

    Parameters
    ----------
    values : ndarray of shape (n, k)
        Numbers whose means are alike in all classes.
    classes : ndarray of shape (n, n_classes)
        One-hots.
    """
    return tuple(np.stack(each) for each in zip(*map(_roots, covariances_of_classes(values, classes)), strict=True))


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
    return [_drawn(values[own], whole) for own in classes.T == 1]


def _drawn(values, whole):
    n = len(values)
    if n < 2:
        return whole
    own, squares = values.T @ values / n, values**2
    uncertain = np.sum(squares.T @ squares / n - own**2) / (n - 1)
    distance = np.sum((own - whole) ** 2)
    share = min(uncertain / distance, 1) if distance else 1
    return share * whole + (1 - share) * own


def _roots(covariance):
    size, vectors = np.linalg.eigh(covariance)
    spread = np.sqrt(np.maximum(size, 0))
    return (vectors * spread) @ vectors.T, (vectors / np.maximum(spread, SMALLEST)) @ vectors.T

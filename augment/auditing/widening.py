"""Has the gap between any two groups widened from one model to another?

For two groups the signed gaps of the two models are s and r, and what is asked for is |s| - |r|. It is a simple
function of s - r and s + r, both of which have plain paired intervals over the rows of the holdout, whatever the signs
are. With those intervals holding for all pairs of groups at once, the largest widening has one too. No largest or
smallest group has to be picked first, so no gap is found where there is only noise.
"""

import numpy as np

from augment.auditing.group_rates import variances


def bounds(first, second, error_of_difference, error_of_sum, z):
    """Low and high end of |first| - |second|, from intervals of their difference and of their sum.

    It equals max(min(d, t), min(-d, -t)) with d = first - second and t = first + second.

    Parameters
    ----------
    first, second : ndarray
        The estimates.
    error_of_difference, error_of_sum : ndarray
        Standard errors of first - second and of first + second.
    z : float
        Half the width of their intervals, in errors.

    Examples
    --------
    >>> low, high = bounds(np.array([0.3]), np.array([0.1]), np.array([0.01]), np.array([0.03]), 2.0)
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.18], [0.22])
    >>> low, high = bounds(np.array([-0.3]), np.array([0.1]), np.array([0.03]), np.array([0.01]), 2.0)
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.18], [0.22])
    """
    d, t = first - second, first + second
    d_low, d_high = d - z * error_of_difference, d + z * error_of_difference
    t_low, t_high = t - z * error_of_sum, t + z * error_of_sum
    low = np.maximum(np.minimum(d_low, t_low), np.minimum(-d_high, -t_high))
    high = np.maximum(np.minimum(d_high, t_high), np.minimum(-d_low, -t_low))
    return low, high


def pairs_of(groups):
    """All pairs of the places in `groups`: two arrays."""
    i, j = np.triu_indices(len(groups), 1)
    return np.asarray(groups)[i], np.asarray(groups)[j]


def pair_errors(new, old, codes, binary, a, b):
    """Standard errors, from the rows of the holdout, of the difference and of the sum of the gaps of two models.

    Parameters
    ----------
    new, old : Means
        The groups' means by both models, of the same rows.
    codes : ndarray of int, shape (n,)
    binary : bool
    a, b : ndarray of int, shape (pairs,)
    """
    smaller = old if old.count.sum() < new.count.sum() else new
    errors = []
    for sign in (-1, 1):
        variance = variances(new.influence + sign * old.influence, codes, smaller, binary)
        errors.append(np.sqrt(variance[a] + variance[b]))
    return errors


def drift_of(values, scale):
    """Error of each member from refits: its own, or the mean of all members where that is larger.

    Parameters
    ----------
    values : ndarray of shape (refits, members)
        NaN where a refit gives none.
    scale : float
        From `Learners.scale`.
    """
    known = np.isfinite(values)
    count = np.maximum(known.sum(axis=0), 1)
    centre = np.where(known, values, 0).sum(axis=0) / count
    squares = np.where(known, values - centre, 0) ** 2
    own = squares.sum(axis=0) / np.maximum(count - 1, 1)
    return scale * np.sqrt(np.maximum(own, own.mean()) if own.size else own)

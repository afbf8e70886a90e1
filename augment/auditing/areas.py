"""How well several scores tell members from non-members: areas under their ROC curves at once, and the surest calls."""

import numpy as np
from scipy import stats

from augment.auditing.check import LEVEL
from augment.auditing.intervals import z_value

DRAWS = 20_000
FALSE_POSITIVES = 0.01


def worst_area(values, members, rng, level=LEVEL):
    """Areas under the ROC curves of several scores, with intervals that hold for all of them at once.

    The variances and covariances are those of DeLong, DeLong and Clarke-Pearson (1988); the width of the intervals is
    the quantile of the largest of as many correlated normal deviations, and never more than Bonferroni's.

    Parameters
    ----------
    values : ndarray of shape (scores, rows)
    members : ndarray of bool, shape (rows,)
    rng : numpy.random.Generator
    level : float, default=0.95

    Returns
    -------
    dict
        "areas", "lows", "highs" of all scores, and "worst", the place of the one whose interval lies highest.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> members = np.arange(200) < 100
    >>> found = worst_area(np.stack([rng.normal(size=200), rng.normal(size=200) + 2 * members]), members, rng)
    >>> found["worst"], bool(found["lows"][0] < 0.5), bool(found["lows"][1] > 0.8)
    (1, True, True)
    """
    positive, negative = values[:, members], values[:, ~members]
    m, n = positive.shape[1], negative.shape[1]
    ranks = stats.rankdata(np.concatenate([positive, negative], axis=1), axis=1)
    above = (ranks[:, :m] - stats.rankdata(positive, axis=1)) / n
    below = 1 - (ranks[:, m:] - stats.rankdata(negative, axis=1)) / m
    covariance = np.atleast_2d(np.cov(above)) / m + np.atleast_2d(np.cov(below)) / n
    deviation = np.sqrt(np.diag(covariance))
    half = np.maximum(_simultaneous(covariance, rng, level) * deviation, 3 / min(m, n))  # the rule of three
    areas = above.mean(axis=1)
    lows, highs = np.maximum(areas - half, 0.0), np.minimum(areas + half, 1.0)
    return {"areas": areas, "lows": lows, "highs": highs, "worst": int(lows.argmax())}


def _simultaneous(covariance, rng, level):
    """Normal quantile for deviations with this covariance, all at once."""
    deviation = np.sqrt(np.diag(covariance))
    size, vectors = np.linalg.eigh(covariance / np.maximum(np.outer(deviation, deviation), 1e-300))
    draws = rng.normal(size=(DRAWS, len(size))) @ (vectors * np.sqrt(np.maximum(size, 0))).T
    quantile = np.quantile(np.abs(draws).max(axis=1), level)
    return float(np.clip(quantile, z_value(level), z_value(level, len(size))))


def called(values, members, rate=FALSE_POSITIVES):
    """Which rows reach a score that at most `rate` of the non-members reach.

    Parameters
    ----------
    values : ndarray of shape (rows,)
    members : ndarray of bool, shape (rows,)
    rate : float, default=0.01

    Returns
    -------
    ndarray of bool, shape (rows,)

    Examples
    --------
    >>> members = np.arange(200) < 100
    >>> above = called(np.where(members, 1.0, 0.0) + np.arange(200) / 1000, members)
    >>> int(above[members].sum()), int(above[~members].sum())
    (100, 1)
    """
    outside, at_most = np.sort(values[~members])[::-1], int(rate * (~members).sum())
    cut = outside[max(at_most - 1, 0)]
    return values >= cut if (outside >= cut).sum() <= at_most else values > cut


def roc(values, members, points=41):
    """The ROC curve at equal steps of the false positive rate, as a line of a chart."""
    steps = np.sort(values[~members])[::-1]
    rate = np.linspace(0, 1, points)
    cut = steps[np.minimum((rate * len(steps)).astype(int), len(steps) - 1)]
    recognised = (values[members][None, :] > cut[:, None]).mean(axis=1)
    return {"x": rate.round(4).tolist(), "y": [*recognised[:-1].round(4).tolist(), 1.0]}

"""What to think of a cell with few rows: its own mean, drawn towards what its larger groups let expect.

Empirical Bayes: how far, is learned from how far all cells lie from what was expected of them. A cell of three rows is
then neither dropped nor taken at its word.
"""

import numpy as np
from scipy import special, stats

from augment.auditing.check import LEVEL

CONCENTRATIONS = np.geomspace(1, 10_000, 41)


def shrunken_rates(successes, trials, expected, level=LEVEL):
    """Posterior means of rates and their intervals, under a beta prior around `expected` (beta-binomial model).

    Parameters
    ----------
    successes, trials : ndarray of shape (cells,)
    expected : ndarray of shape (cells,)
        Prior mean of each cell, between 0 and 1.

    Returns
    -------
    mean, low, high : ndarray of shape (cells,)

    Examples
    --------
    >>> successes, trials = np.array([300, 290, 3]), np.array([1000, 1000, 3])
    >>> mean, low, high = shrunken_rates(successes, trials, np.full(3, 0.3))
    >>> bool(0.3 < mean[2] < 0.4), bool(low[2] < 0.3 < high[2])
    (True, True)
    """
    expected = np.clip(expected, 1e-3, 1 - 1e-3)
    fit = [_log_likelihood(successes, trials, expected, c).sum() for c in CONCENTRATIONS]
    concentration = CONCENTRATIONS[int(np.argmax(fit))]
    alpha = concentration * expected + successes
    beta = concentration * (1 - expected) + trials - successes
    tail = (1 - level) / 2
    return alpha / (alpha + beta), stats.beta.ppf(tail, alpha, beta), stats.beta.isf(tail, alpha, beta)


def _log_likelihood(successes, trials, expected, concentration):
    """Of the beta-binomial distribution, but for what does not depend on the concentration."""
    a, b = concentration * expected, concentration * (1 - expected)
    return special.betaln(a + successes, b + trials - successes) - special.betaln(a, b)


def shrunken_means(value, rows, expected, variance, level=LEVEL):
    """The same for means of numbers, under a normal prior; `variance` is that of one row.

    Examples
    --------
    >>> mean, low, high = shrunken_means(np.array([0.0, 0.1, 4.0]), np.array([500, 500, 1]), np.zeros(3), 4.0)
    >>> bool(0 <= mean[2] < 1)
    True
    """
    own = variance / np.maximum(rows, 1)
    value = np.where(rows > 0, value, expected)
    weight = rows / max(rows.sum(), 1)
    between = max(float((weight * ((value - expected) ** 2 - own)).sum()), 1e-12)
    trust = np.where(rows > 0, between / (between + own), 0.0)
    half = stats.norm.isf((1 - level) / 2) * np.sqrt(between * (1 - trust))
    mean = expected + trust * (value - expected)
    return mean, mean - half, mean + half


def main_effects(first, second, overall, logit):
    """What two groups let expect of the cell where they meet: their effects added, on the logit scale for rates.

    Examples
    --------
    >>> main_effects(np.array([0.2]), np.array([0.3]), 0.2, True).round(6).tolist()
    [0.3]
    >>> main_effects(np.array([1.0]), np.array([2.0]), 0.5, False).tolist()
    [2.5]
    """
    if not logit:
        return first + second - overall
    first, second, overall = (special.logit(np.clip(rate, 1e-3, 1 - 1e-3)) for rate in (first, second, overall))
    return special.expit(first + second - overall)


def false_discovery(p_values):
    """Adjusted p-values of Benjamini and Hochberg (1995): those below 0.05 hold at most 5 % false ones, on average.

    Examples
    --------
    >>> false_discovery(np.array([0.01, 0.04, 0.03, 0.5])).round(4).tolist()
    [0.04, 0.0533, 0.0533, 0.5]
    """
    p_values = np.asarray(p_values, float)
    return stats.false_discovery_control(p_values) if len(p_values) else p_values

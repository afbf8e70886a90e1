"""What to think of a cell with few rows: its own mean, drawn towards what its larger groups let expect.

How far, is learned from how far all cells lie from what was expected of them. A cell of three rows is
then neither dropped nor taken at its word.
"""

import numpy as np
from scipy import special, stats

from augment.auditing.check import LEVEL

CONCENTRATIONS = np.geomspace(1, 300, 31)  # at the last, cells deviate by 0.03: hardly at all


def shrunken_rates(successes, trials, expected, behind, level=LEVEL):
    """Posterior means of rates and their intervals, under a beta prior around `expected` (beta-binomial model).

    How far cells lie from what is expected of them is one unknown number, and all values of it count by how likely they
    make the cells. What is expected is uncertain as well, as a rate of `behind` rows is. Intervals that took either for
    known would be far too short. They are those of beta distributions of the posterior's mean and variance.

    Parameters
    ----------
    successes, trials : ndarray of shape (cells,)
    expected : ndarray of shape (cells,)
        Prior mean of each cell, between 0 and 1.
    behind : ndarray of shape (cells,)
        Rows that tell what is expected of each cell.

    Returns
    -------
    mean, low, high : ndarray of shape (cells,)

    Examples
    --------
    >>> successes, trials = np.array([300, 290, 3]), np.array([1000, 1000, 3])
    >>> mean, low, high = shrunken_rates(successes, trials, np.full(3, 0.3), np.full(3, 2003))
    >>> bool(0.3 < mean[2] < 0.4), bool(low[2] < 0.3 < high[2])
    (True, True)
    """
    expected = np.clip(expected, 1e-3, 1 - 1e-3)
    concentration = 1 / (1 / CONCENTRATIONS[:, None] + 1 / np.maximum(behind, 1))  # (concentrations, cells)
    fit = _log_likelihood(successes, trials, expected, concentration).sum(axis=1)
    weight = np.exp(fit - fit.max())[:, None] / np.exp(fit - fit.max()).sum()
    alpha, total = concentration * expected + successes, concentration + trials
    means = alpha / total
    mean = (weight * means).sum(axis=0)
    variance = (weight * (means * (1 - means) / (total + 1) + (means - mean) ** 2)).sum(axis=0)
    size = np.maximum(mean * (1 - mean) / variance - 1, 1e-6)
    tail, alpha, beta = (1 - level) / 2, mean * size, (1 - mean) * size
    return mean, stats.beta.ppf(tail, alpha, beta), stats.beta.isf(tail, alpha, beta)


def _log_likelihood(successes, trials, expected, concentration):
    """Of the beta-binomial distribution, but for what does not depend on the concentration."""
    a, b = concentration * expected, concentration * (1 - expected)
    return special.betaln(a + successes, b + trials - successes) - special.betaln(a, b)


def shrunken_means(value, rows, expected, behind, variance, level=LEVEL):
    """The same for means of numbers, under a normal prior; `variance` is that of one row.

    The variance between cells is that seen beyond the rows' own, and no less than the error with which it is seen.

    Examples
    --------
    >>> cells = np.array([0.0, 0.1, 4.0]), np.array([500, 500, 1])
    >>> mean, low, high = shrunken_means(*cells, np.zeros(3), np.full(3, 1001), 4.0)
    >>> bool(0 <= mean[2] < 2)
    True
    """
    own = variance / np.maximum(rows, 1)
    value = np.where(rows > 0, value, expected)
    weight = rows / max(rows.sum(), 1)
    seen = float((weight * ((value - expected) ** 2 - own)).sum())
    error = float(np.sqrt(2 * (weight**2 * own**2).sum()))
    between = np.maximum(max(seen, error) + variance / np.maximum(behind, 1), 1e-12)
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

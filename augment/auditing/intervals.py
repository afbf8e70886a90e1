"""Intervals in closed form: of a rate, of a difference and a ratio of rates, of an area under the ROC curve."""

import numpy as np
from scipy import stats

from augment.auditing.check import LEVEL


def z_value(level=LEVEL, comparisons=1):
    """Normal quantile of a two-sided interval that holds for `comparisons` intervals at once (Bonferroni).

    Examples
    --------
    >>> round(z_value(0.95), 3), round(z_value(0.95, 10), 3)
    (1.96, 2.807)
    """
    return float(stats.norm.isf((1 - level) / 2 / max(comparisons, 1)))


def rate_interval(successes, trials, level=LEVEL):
    """Exact interval of a binomial rate (Clopper and Pearson 1934).

    Examples
    --------
    >>> [round(bound, 4) for bound in rate_interval(0, 100)]
    [0.0, 0.0362]
    """
    if trials == 0:
        return 0.0, 1.0
    tail = (1 - level) / 2
    low = stats.beta.ppf(tail, successes, trials - successes + 1) if successes else 0.0
    high = stats.beta.isf(tail, successes + 1, trials - successes) if successes < trials else 1.0
    return float(low), float(high)


def wilson_interval(rate, trials, level=LEVEL):
    """Interval of a rate observed in `trials`, which need not be a whole number (Wilson 1927).

    Examples
    --------
    >>> [round(bound, 3) for bound in wilson_interval(0.5, 100)]
    [0.404, 0.596]
    """
    z = z_value(level)
    centre = (rate + z**2 / (2 * trials)) / (1 + z**2 / trials)
    half = z / (1 + z**2 / trials) * np.sqrt(rate * (1 - rate) / trials + (z / (2 * trials)) ** 2)
    return float(max(centre - half, 0.0)), float(min(centre + half, 1.0))


def rate_difference_interval(first, second, level=LEVEL):
    """Interval of p1 - p2 from `first` and `second`, each (successes, trials).

    The square-and-add rule of Newcombe (1998, method 10) on exact intervals of the two rates.

    Examples
    --------
    >>> low, high = rate_difference_interval((20, 2000), (1, 2000))
    >>> round(low, 4), round(high, 4)
    (0.005, 0.0149)
    """
    (s1, n1), (s2, n2) = first, second
    p1, p2 = s1 / max(n1, 1), s2 / max(n2, 1)
    (low1, high1), (low2, high2) = rate_interval(s1, n1, level), rate_interval(s2, n2, level)
    low = p1 - p2 - np.hypot(p1 - low1, high2 - p2)
    high = p1 - p2 + np.hypot(high1 - p1, p2 - low2)
    return float(max(low, -1.0)), float(min(high, 1.0))


def ratio_interval(counts, trials, level=LEVEL):
    """Interval of the ratio of two rates, from how the rows of both are divided between the two.

    Of two Poisson counts with a known sum, the first is binomial, and its exact interval (Clopper and Pearson 1934) is
    one of the ratio. A binomial count of rate p varies less than a Poisson count, as one of 1 / (1 - p) times as many
    rows does; the lower of the two rates is taken for p, so that the interval is exact where a group has vanished and
    never narrower than both rates allow.

    Parameters
    ----------
    counts, trials : (int, int)
        Rows of the group and rows in all, in the first and in the second table; the second count is not 0.

    Examples
    --------
    >>> low, high = ratio_interval((0, 53), (2000, 2000))
    >>> low, round(high, 3), round(0.025 ** (-1 / 53) - 1, 3)
    (0.0, 0.072, 0.072)
    """
    (first, second), (n, m) = counts, trials
    alike = 1 - min(first / (n + 1), second / (m + 1))
    share = rate_interval(first / alike, (first + second) / alike, level)
    low, high = (bound / (1 - bound) * m / n for bound in share)
    return low, high


def auc(labels, scores):
    """Area under the ROC curve and its variance (DeLong, DeLong and Clarke-Pearson 1988, by midranks).

    Parameters
    ----------
    labels : ndarray of bool, shape (n,)
    scores : ndarray of shape (n,)

    Returns
    -------
    (float, float)

    Examples
    --------
    >>> auc(np.array([False, False, True, True]), np.array([0.1, 0.4, 0.35, 0.8]))
    (0.75, 0.125)
    """
    positive, negative = scores[labels], scores[~labels]
    m, n = len(positive), len(negative)
    ranks = stats.rankdata(np.concatenate([positive, negative]))
    above = (ranks[:m] - stats.rankdata(positive)) / n
    below = 1 - (ranks[m:] - stats.rankdata(negative)) / m
    variance = (above.var(ddof=1) / m if m > 1 else 0.25) + (below.var(ddof=1) / n if n > 1 else 0.25)
    return float(above.mean()), float(variance)

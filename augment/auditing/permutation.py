"""How large a gap between groups would be if groups did not matter: their labels permuted, inside strata.

The gap of largest and smallest mean is never 0, even of groups that are alike: it is held against what it is when the
labels of the groups are shuffled among the rows that the criterion compares. True positive rates are compared among the
rows of the class, precision among those given it, calibration among rows of like probability.

A model also has gaps because it was trained on few rows of each group. What refits show of that is added to the
shuffled means as noise, or twelve groups that are alike in the population would be told apart far too often.
"""

from dataclasses import dataclass

import numpy as np

RATE_DRAWS = 999
MEAN_DRAWS = 199
BINS = 10


@dataclass(frozen=True)
class Null:
    """The result of a permutation test.

    Attributes
    ----------
    p_value : float
        Of the sum over groups of squared distances from what permutation expects, weighted by rows.
    expected_gap, high_gap : float
        Mean of the gap under permutation, and what it stays below in 95 % of the draws.
    """

    p_value: float
    expected_gap: float
    high_gap: float


def permuted_rates(successes, trials, rng, noise=0.0, draws=RATE_DRAWS):
    """The test for rates: with all successes fixed, how many each group has is multivariate hypergeometric.

    Parameters
    ----------
    successes, trials : ndarray of int, shape (groups,)
    noise : float or ndarray of shape (groups,)
        Standard deviation of each group's rate from which rows a model was trained on.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> permuted_rates(np.array([50, 10]), np.array([100, 100]), rng).p_value
    0.001
    >>> permuted_rates(np.array([30, 31]), np.array([100, 100]), rng).p_value > 0.5
    True
    """
    successes, trials = np.asarray(successes).astype(int), np.asarray(trials).astype(int)
    drawn = rng.multivariate_hypergeometric(trials, successes.sum(), size=draws, method="marginals")
    return _judged(np.vstack([successes, drawn]) / trials, trials, noise, rng)


def permuted_means(values, codes, n_groups, strata, rng, noise=0.0, draws=MEAN_DRAWS):
    """The test for means of numbers: values are shuffled among the rows of each stratum.

    Parameters
    ----------
    values : ndarray of shape (n,)
    codes, strata : ndarray of int, shape (n,)
        Group and stratum of each row; every group has rows.
    noise : float or ndarray of shape (groups,)
        As in `permuted_rates`.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> codes = np.repeat([0, 1], 100)
    >>> permuted_means(rng.normal(size=200) + codes, codes, 2, np.zeros(200, int), rng).p_value
    0.005
    """
    order = np.argsort(strata, kind="stable")
    values, codes = values[order], codes[order]
    blocks = np.split(values, np.flatnonzero(np.diff(strata[order])) + 1)
    rows = np.bincount(codes, minlength=n_groups)
    shuffled = [np.concatenate([rng.permutation(block) for block in blocks]) for _ in range(draws)]
    sums = np.array([np.bincount(codes, v, n_groups) for v in (values, *shuffled)])
    return _judged(sums / rows, rows, noise, rng)


def strata_of(probability, bins=BINS):
    """Strata of like probability: of equally many rows where values differ.

    Examples
    --------
    >>> strata_of(np.array([0.1, 0.1, 0.5, 0.9]), bins=2).tolist()
    [0, 0, 1, 1]
    """
    edges = np.unique(np.quantile(probability, np.linspace(0, 1, bins + 1)[1:-1]))
    return np.searchsorted(edges, probability, side="left")


def _judged(rates, weights, noise, rng):
    """The observed rates, in the first row, among the permuted ones; the observed one is one of the permutations."""
    rates[1:] += noise * rng.standard_normal(rates[1:].shape)
    statistic = ((rates - rates.mean(axis=0)) ** 2 * weights).sum(axis=1)
    gaps = np.ptp(rates, axis=1)
    p_value = float(np.mean(statistic >= statistic[0] * (1 - 1e-9) - 1e-15))
    return Null(p_value, float(gaps[1:].mean()), float(np.quantile(gaps[1:], 0.95)))

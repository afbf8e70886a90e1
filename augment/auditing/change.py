"""How far a number that depends on counts of rows moved from the real to the synthetic table, with its interval.

A disparity is a largest difference less a smallest, so it is above zero by chance alone, and the more so the fewer the
rows. Percentiles of a bootstrap repeat that chance and call it an effect. Here chance is measured: if both tables
came from one population, which rows stand in which table would be random, so the rows are dealt out again many times,
and the change observed is held against the changes so made (a permutation null). Its quantiles, set off from the value
observed, are the interval; where redrawing each table by itself (a bootstrap) spreads the change further, that spread
counts.
"""

from dataclasses import dataclass

import numpy as np

from augment.auditing.check import LEVEL
from augment.auditing.intervals import z_value

REDRAWS = 400
METHOD = f"quantiles of {REDRAWS} permutations of the rows between the tables, or bootstrap spread where wider"


@dataclass(frozen=True)
class Change:
    """A change: its value, interval and permutation p-value, each a float or an array of one shape."""

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    p: np.ndarray


def change(train, synthetic, statistic, rng, comparisons=1):
    """The change of a statistic of counts, with its interval.

    Parameters
    ----------
    train, synthetic : ndarray of int, of the same shape
        Rows in each cell of each table, such as (groups, classes).
    statistic : callable (train, synthetic) -> ndarray
        The change, from counts with one more axis in front, kept in the result.
    comparisons : int
        Intervals that shall hold at once.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> def gap(counts):
    ...     return np.ptp(counts[..., 1] / counts.sum(axis=-1), axis=-1)
    >>> real, new = np.array([[500, 500], [500, 500]]), np.array([[500, 500], [700, 300]])
    >>> found = change(real, new, lambda t, s: gap(s) - gap(t), rng)
    >>> round(float(found.value), 3), bool(0.1 < found.low < found.high < 0.3), bool(found.p < 0.01)
    (0.2, True, True)
    """
    shape, sizes = train.shape, (int(train.sum()), int(synthetic.sum()))
    flat = {"train": train.ravel(), "synthetic": synthetic.ravel()}
    pooled = flat["train"] + flat["synthetic"]
    permuted, redrawn = [], []
    step = max(1, min(REDRAWS, 1_000_000 // max(len(pooled), 1)))
    for start in range(0, REDRAWS, step):
        size = min(step, REDRAWS - start)
        dealt = rng.multivariate_hypergeometric(pooled, sizes[0], size=size, method="marginals")
        permuted.append(statistic(dealt.reshape(size, *shape), (pooled - dealt).reshape(size, *shape)))
        drawn = [rng.multinomial(counts.sum(), counts / counts.sum(), size=size) for counts in flat.values()]
        redrawn.append(statistic(*(counts.reshape(size, *shape) for counts in drawn)))
    null, spread = np.concatenate(permuted), np.concatenate(redrawn).std(axis=0)
    value = statistic(train[None], synthetic[None])[0]
    return Change(value, *_interval(value, null, spread, comparisons), _p_value(value, null))


def _interval(value, null, spread, comparisons):
    """The value less the null's quantiles, or less as many standard deviations where those reach further."""
    z, centre = z_value(comparisons=comparisons), null.mean(axis=0)
    low, high = np.quantile(null, [(1 - LEVEL) / 2, (1 + LEVEL) / 2], axis=0)
    reach = z * np.maximum(null.std(axis=0), spread)
    return value - np.maximum(high, centre + reach), value - np.minimum(low, centre - reach)


def _p_value(value, null):
    """Share of permutations that lie as far from their mean as the value, the value itself among them."""
    centre = null.mean(axis=0)
    beyond = np.abs(null - centre) >= np.abs(value - centre) - 1e-12
    return (1 + beyond.sum(axis=0)) / (1 + len(null))

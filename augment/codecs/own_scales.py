"""Whether series have scales of their own: which scale foretells better how far their later values are from each other.

What is held out decides, so that it does not matter why scales of a few steps differ, by chance, in heavy tails or as
walks do: series of one law have one scale, whatever that law is.
"""

import numpy as np

PARTS = 20  # of series that follow one another; means of these tell how sure a gain is where windows overlap, too
SURE = 2.0  # standard errors
ROUNDS = 100  # of finding the best multiple of a scale, by far enough


def foretell(scales, counts, later):
    """Whether scales of the beginnings of series foretell what follows better than one scale for all does.

    Both code what follows, around its mean, by Student's t distribution around a scale, the best for all or the best
    multiple of each one's own, with as many degrees of freedom as the beginning has: that of normal values whose scale
    was estimated there. Own scales are better where they save code in more than two standard errors (a prequential
    comparison; Dawid, Journal of the Royal Statistical Society A 147:278, 1984).

    Parameters
    ----------
    scales : ndarray of shape (n,)
        Standard deviations of the beginnings; what is not above 0, or NaN, does not count.
    counts : ndarray of int of shape (n,)
        Of how many values each is.
    later : list of ndarray of shape (steps,)
        What follows; NaN is missing. Series with fewer than two different values there do not count.

    Returns
    -------
    bool

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> series = rng.normal(size=(100, 20))
    >>> sizes = 10 ** rng.uniform(0, 3, (100, 1))
    >>> [foretell(x[:, :10].std(axis=1), np.full(100, 10), x[:, 10:]) for x in (series, sizes * series)]
    [False, True]
    """
    later = [part[~np.isnan(part)] for part in later]
    freedom = np.array([len(part) - 1 for part in later])
    squares = np.array([np.sum((part - part.mean()) ** 2) if len(part) > 1 else 0.0 for part in later])
    kept = (scales > 0) & (counts > 1) & (squares > 0)  # NaN is not
    if kept.sum() < 2:
        return False
    scales, before, freedom, squares = scales[kept], counts[kept] - 1, freedom[kept], squares[kept]
    own = _log_density(squares / scales**2, freedom, before) - freedom * np.log(scales)
    gains = own - _log_density(squares, freedom, before)
    means = np.array([part.mean() for part in np.array_split(gains, min(PARTS, len(gains)))])
    return bool(means.mean() > SURE * means.std(ddof=1) / np.sqrt(len(means)))


def _log_density(squares, freedom, before):
    """Log-density (n,), but for a constant, of values with these sums of squares around the best scale for all."""
    variance = np.median(squares / freedom)
    for _ in range(ROUNDS):  # expectation and maximization
        weights = (before + freedom) / (before + squares / variance)
        variance = np.sum(weights * squares) / np.sum(freedom)
    return -0.5 * (freedom * np.log(variance) + (before + freedom) * np.log1p(squares / (before * variance)))

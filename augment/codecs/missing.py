"""How long values of series stay missing or there, and scores that stay as long inside what tells so."""

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr, ndtri, owens_t


def lasting(absent):
    """The correlation of what lies under whether values are missing, at one step and the next; 0 where it falls.

    The tetrachoric correlation (Pearson, Philosophical Transactions A 195:1, 1900), by Owen's T (Annals of Mathematical
    Statistics 27:1075, 1956).

    Parameters
    ----------
    absent : list of ndarray of bool of shape (steps,)
        Where values of each series are missing.

    Examples
    --------
    >>> lasting([np.repeat([True, False, True], 50)]) > 0.9, lasting([np.arange(50) % 2 == 0])
    (True, 0.0)
    """
    one, following = (np.concatenate([part[side] for part in absent]) for side in (slice(-1), slice(1, None)))
    if not one.size:
        return 0.0
    share, both = np.mean([one, following]), np.mean(one & following)
    if not 0 < share < 1 or both <= share**2:
        return 0.0
    below = ndtri(share)

    def excess(correlation):
        return ndtr(below) - 2 * owens_t(below, np.sqrt((1 - correlation) / (1 + correlation))) - both

    return float(brentq(excess, 0.0, 1.0)) if excess(1.0) > 0 else 1.0


def places(n, steps, correlation, rng):
    """Uniform numbers (n, steps) that follow one another in each row as a Gaussian walk of this correlation does."""
    scores = rng.normal(size=(n, steps))
    for step in range(1, steps):
        scores[:, step] = correlation * scores[:, step - 1] + np.sqrt(1 - correlation**2) * scores[:, step]
    return ndtr(scores)

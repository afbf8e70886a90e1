"""Whether an alternative is better than what there is: one verdict over many alternatives, scored on the same rows."""

import numpy as np
from scipy import stats

LEVEL = 0.05  # how often, at most, any alternative is found better where none is


def p_values(differences, n_disjoint):
    """One-sided p-values for a mean gain above 0, corrected for the number of alternatives.

    Parameters
    ----------
    differences : ndarray of shape (n_tests, n_alternatives)
        Score of each alternative less that of what it is compared with, on each test set.
    n_disjoint : float
        How many of these test sets hold rows of their own: the number of distinct test rows over the mean size of a
        test set, at most `n_tests`. Repeated splits steady the mean and its deviation, and bring no new rows.

    Returns
    -------
    ndarray of shape (n_alternatives,)
        Bonferroni's over all alternatives, of a t statistic with `n_tests - 1` degrees of freedom,

            t = mean / (deviation / sqrt(n_disjoint)).

        With disjoint test sets this is the paired t test of cross-validation (Dietterich 1998, "Approximate statistical
        tests for comparing supervised classification learning algorithms"). With overlapping ones the deviation of the
        mean has a floor that more repetitions do not lower, as in the corrected resampled t test (Nadeau and Bengio
        2003, "Inference for the generalization error"), whose variance is larger still, also where test sets are
        disjoint: it allows for the shared training rows, and so asks whether an alternative is better on average over
        all training sets; here the question is this one. No p-value is below 2 ** -n_tests, the chance that all signs
        agree: few tests whose scores are few values may have no deviation. An alternative without a score has 1.

    Examples
    --------
    >>> gains = np.array([[0.03, 0.01], [0.05, -0.02], [0.04, 0.02], [0.02, 0.00], [0.03, -0.01]])
    >>> p_values(gains, 5).round(3)
    array([0.031, 1.   ])
    """
    n_tests, n_alternatives = differences.shape
    if n_tests < 2:
        return np.ones(n_alternatives)
    mean, deviation = differences.mean(axis=0), differences.std(axis=0, ddof=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = mean / (deviation / np.sqrt(min(n_disjoint, n_tests)))
    p = n_alternatives * stats.t.sf(t, n_tests - 1)
    return np.where(np.isnan(p), 1.0, np.clip(p, 2.0**-n_tests, 1.0))


def best(gains, p):
    """Place of the alternative with the largest mean gain among those that are better; None where none is."""
    better = np.flatnonzero(p <= LEVEL)
    return None if not len(better) else int(better[np.argmax(gains[better])])

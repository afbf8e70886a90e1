"""The disparities between groups, as functions of counts of rows by group and class, over any number of tables."""

import numpy as np

from augment.auditing.outcome import rates

CONCENTRATION = 1.0  # pseudo-rows added to a group by smoothing, divided evenly among the classes


def disparate_impact(counts):
    """Smallest over largest rate of each class among groups; 1 for a class that no group has.

    Parameters
    ----------
    counts : ndarray of shape (..., groups, classes)

    Returns
    -------
    ndarray of shape (..., classes)

    Examples
    --------
    >>> disparate_impact(np.array([[90, 10], [80, 20]])).tolist()
    [0.888888888888889, 0.5]
    """
    rate = rates(counts)
    largest = rate.max(axis=-2)
    return np.where(largest > 0, rate.min(axis=-2) / np.maximum(largest, 1e-300), 1.0)


def differential_fairness(counts, concentration=CONCENTRATION):
    """Smoothed empirical differential fairness: the largest log ratio of a class's rate between groups.

    epsilon = max over classes y and groups i, j of ln p(y | i) - ln p(y | j), where p(y | i) is
    (N_yi + a) / (N_i + concentration) and a is the concentration over the number of classes (Foulds, Islam, Keya and
    Pan 2020, equation 7).

    Parameters
    ----------
    counts : ndarray of shape (..., groups, classes)

    Examples
    --------
    >>> round(float(differential_fairness(np.array([[90, 10], [80, 20]]))), 6) == round(float(np.log(20.5 / 10.5)), 6)
    True
    """
    n_classes = counts.shape[-1]
    n = counts.sum(axis=-1, keepdims=True)
    logs = np.log((counts + concentration / n_classes) / (n + concentration))
    return np.ptp(logs, axis=-2).max(axis=-1)


def conditional_disparity(counts):
    """Conditional demographic disparity of each group and outcome.

    Within a stratum, a group's disparity is its share of the rows without the outcome less its share of those with it;
    strata count by their rows (Wachter, Mittelstadt and Russell 2021). A stratum where either kind is absent has none.

    Parameters
    ----------
    counts : ndarray of shape (..., strata, groups, 2)
        Rows without and with the outcome.

    Returns
    -------
    ndarray of shape (..., groups)

    Examples
    --------
    >>> conditional_disparity(np.array([[[40, 10], [10, 40]], [[25, 25], [25, 25]]])).round(3).tolist()
    [0.3, -0.3]
    """
    both = counts.sum(axis=-2, keepdims=True)
    shares = counts / np.maximum(both, 1)
    there = (both > 0).all(axis=-1)
    disparity = np.where(there, shares[..., 0] - shares[..., 1], 0.0)
    weights = both.sum(axis=-1)
    return (disparity * weights).sum(axis=-2) / np.maximum(weights.sum(axis=-2), 1)


def directional_amplification(train, synthetic):
    """Directional bias amplification from groups to classes, BiasAmp A -> T (Wang and Russakovsky 2021).

    The mean over groups a and classes t of the change of P(t | a) from train to synthetic, its sign turned where a and
    t are no more frequent together in train than they would be independently. Above 0, associations grew.

    Parameters
    ----------
    train, synthetic : ndarray of shape (..., groups, classes)

    Examples
    --------
    >>> train, synthetic = np.array([[60, 40], [40, 60]]), np.array([[70, 30], [40, 60]])
    >>> round(float(directional_amplification(train, synthetic)), 3)
    0.05
    """
    n = train.sum(axis=(-2, -1), keepdims=True)
    groups, classes = train.sum(axis=-1, keepdims=True), train.sum(axis=-2, keepdims=True)
    together = train * n > groups * classes
    moved = rates(synthetic) - rates(train)
    return np.where(together, moved, -moved).mean(axis=(-2, -1))

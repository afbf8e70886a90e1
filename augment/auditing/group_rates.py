"""What equal treatment of groups could mean: each criterion is a mean per group, with the error it has from few rows.

A mean is a sum over the rows of a group of a numerator, divided by the sum of a denominator. The selection rate, the
true and false positive rates and the predictive value are those of Hardt, Price and Srebro (2016) and of Barocas, Hardt
and Narayanan, "Fairness and machine learning", chapter 3.
"""

from dataclasses import dataclass

import numpy as np

MIN_ROWS = 30  # rows that a group needs for any rate
MIN_COUNT = 10  # rows that it needs in the denominator of one
PSEUDO = 2.0  # changed predictions added to each group, so that none seen is not none possible: the rule of three


@dataclass(frozen=True)
class Criterion:
    """One meaning of equal treatment.

    Attributes
    ----------
    name : str
        The end of its threshold's name.
    title : str
        The criterion and what its groups are compared by.
    rate : str
        What is compared, in a few words.
    binary : bool
        Whether it is a rate of yes and no.
    """

    name: str
    title: str
    rate: str
    binary: bool = True


CLASSES = (
    Criterion("parity", "Demographic parity (selection rates)", "rows given this class"),
    Criterion("true_positives", "Equal opportunity (true positive rates)", "rows of this class that are given it"),
    Criterion("false_positives", "Equalised odds (false positive rates)", "rows of other classes that are given it"),
    Criterion("precision", "Predictive parity (precision)", "rows given this class that are of it"),
    Criterion("calibration", "Calibration in the large", "mean probability less share of this class", binary=False),
)
NUMBERS = (
    Criterion("prediction", "Demographic parity (mean predictions)", "mean prediction, in deviations", binary=False),
    Criterion("error", "Mean errors", "mean of prediction less truth, in deviations", binary=False),
    Criterion("absolute_error", "Mean absolute errors", "mean size of the error, in deviations", binary=False),
)


def parts(criterion, guess, truth, classes, k):
    """Numerator and denominator of each row.

    Parameters
    ----------
    criterion : Criterion
    guess : ndarray of shape (n, classes) or (n, 1)
    truth : ndarray of shape (n,)
    classes : ndarray or None
    k : int or None
        Place of the class that is looked at against the rest.

    Returns
    -------
    (ndarray, ndarray) of shape (n,)

    Examples
    --------
    >>> guess = np.array([[0.2, 0.8], [0.4, 0.6], [0.9, 0.1]])
    >>> for criterion in CLASSES[1:3]:
    ...     numerator, denominator = parts(criterion, guess, np.array([1.0, 0.0, 0.0]), np.array([0.0, 1.0]), 1)
    ...     print(criterion.name, numerator.sum() / denominator.sum())
    true_positives 1.0
    false_positives 0.5
    """
    every = np.ones(len(truth))
    if classes is None:
        unit = truth.std() or 1.0
        error = (guess[:, 0] - truth) / unit
        level = (guess[:, 0] - truth.mean()) / unit
        return {"prediction": level, "error": error, "absolute_error": np.abs(error)}[criterion.name], every
    of_class, chosen = (truth == classes[k]) * 1.0, (guess.argmax(axis=1) == k) * 1.0
    return {
        "parity": lambda: (chosen, every),
        "true_positives": lambda: (chosen * of_class, of_class),
        "false_positives": lambda: (chosen * (1 - of_class), 1 - of_class),
        "precision": lambda: (chosen * of_class, chosen),
        "calibration": lambda: (guess[:, k] - of_class, every),
    }[criterion.name]()


@dataclass(frozen=True)
class Means:
    """The mean of every group, and each row's share in its error.

    Attributes
    ----------
    value : ndarray of shape (groups,)
        NaN for a group whose denominator is empty.
    rows, count : ndarray of shape (groups,)
        Rows of the group, and the sum of its denominator.
    influence : ndarray of shape (n,)
        How much each row moves the mean of its group: the sum of squares is the mean's variance.
    """

    value: np.ndarray
    rows: np.ndarray
    count: np.ndarray
    influence: np.ndarray

    @property
    def enough(self):
        """Groups with the rows that a rate needs."""
        return (self.rows >= MIN_ROWS) & (self.count >= MIN_COUNT)


def means(numerator, denominator, codes, n_groups):
    """Means of groups by the codes of the rows.

    Examples
    --------
    >>> found = means(np.array([1.0, 0, 1, 1]), np.ones(4), np.array([0, 0, 1, 1]), 3)
    >>> found.value.tolist(), found.rows.tolist()
    ([0.5, 1.0, nan], [2, 2, 0])
    """
    count = np.bincount(codes, denominator, n_groups)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = np.bincount(codes, numerator, n_groups) / count
    influence = (numerator - np.nan_to_num(value)[codes] * denominator) / np.maximum(count, 1)[codes]
    return Means(value, np.bincount(codes, minlength=n_groups), count, influence)


def variances(influence, codes, found, binary):
    """Variance of a group's mean, or of a sum of means, from the influences of its rows.

    Never 0 for a rate: see `PSEUDO`.
    """
    n = found.rows
    own = np.bincount(codes, influence**2, len(n)) * n / np.maximum(n - 1, 1)
    return own + (PSEUDO / np.maximum(found.count, 1) ** 2 if binary else 0.0)


def gap(value):
    """Largest less smallest, and smallest over largest: nan for fewer than two groups.

    Examples
    --------
    >>> gap(np.array([0.25, 0.5, np.nan]))
    (0.25, 0.5)
    """
    value = value[~np.isnan(value)]
    if len(value) < 2:
        return float("nan"), float("nan")
    low, high = float(value.min()), float(value.max())
    return high - low, (low / high if low >= 0 and high > 0 else float("nan"))


def expected_calibration_error(probability, of_class, bins=10):
    """Mean distance of probability and share of the class over bins of equally many rows (Naeini et al. 2015).

    Examples
    --------
    >>> expected_calibration_error(np.repeat([0.1, 0.9], 50), np.repeat([0.0, 1.0], 50), bins=2)
    0.1
    """
    order = np.array_split(np.argsort(probability, kind="stable"), bins)
    distances = [abs(probability[part].mean() - of_class[part].mean()) * len(part) for part in order if len(part)]
    return round(float(sum(distances) / len(probability)), 12)

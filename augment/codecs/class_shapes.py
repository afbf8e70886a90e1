"""How numbers are distributed in each class: rising maps that make those of every class normal, and back."""

import numpy as np
from scipy.special import ndtr

SCORES = np.linspace(-3, 3, 31)  # normal scores whose quantiles are kept
PRIOR = 10.0  # series that the quantiles of all are worth beside a class's own
LEAST = 1e-3  # slope from scores to numbers


class ClassShapes:
    """For each class and channel a rising, piecewise linear map from numbers to normal scores.

    Of few series a class hardly has quantiles of its own. Beyond the outermost ones a map goes on with slope 1.

    Parameters
    ----------
    quantiles : ndarray of shape (n_classes, n_channels, k)
        Numbers, rising, whose normal scores are evenly spaced between -3 and 3.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> classes = np.eye(2)[rng.integers(2, size=2000)]
    >>> numbers = np.where(classes[:, :1, None] == 1, 1, -1) * rng.exponential(size=(2000, 3, 1))
    >>> scores = ClassShapes.of(numbers, classes).without(numbers, classes)
    >>> np.quantile(scores, [0.25, 0.5, 0.75]).round(1).tolist()
    [-0.7, 0.0, 0.7]
    """

    def __init__(self, quantiles):
        self.quantiles = quantiles

    @classmethod
    def of(cls, numbers, classes):
        """The maps of numbers (n, n_steps, n_channels) of series with these one-hots (n, n_classes)."""
        whole, shapes = _quantiles(numbers), []
        for own in classes.T == 1:
            share = own.sum() / (own.sum() + PRIOR)
            shapes.append(share * _quantiles(numbers[own]) + (1 - share) * whole if share else whole)
        rise = LEAST * SCORES
        return cls(np.maximum.accumulate(np.array(shapes) - rise, axis=-1) + rise)

    def without(self, numbers, classes):
        """Normal scores (n, n_steps, n_channels) of numbers in these classes."""
        return self._mapped(numbers, classes, lambda x, own: _line(x, own, SCORES))

    def around(self, scores, classes):
        """The reverse of `without`."""
        return self._mapped(scores, classes, lambda x, own: _line(x, SCORES, own))

    def log_slopes(self, numbers, classes):
        """Logarithms (n,) of how much `without` stretches numbers, of all of each series together."""
        return self._mapped(numbers, classes, _log_slope).sum(axis=(1, 2))

    def _mapped(self, values, classes, function):
        mapped, places = np.empty(values.shape), classes.argmax(axis=1)
        for place in np.unique(places):
            rows = places == place
            for channel, own in enumerate(self.quantiles[place]):
                mapped[rows, :, channel] = function(values[rows, :, channel], own)
        return mapped


def _quantiles(numbers):
    """Quantiles (n_channels, k) of numbers (n, n_steps, n_channels)."""
    return np.quantile(numbers, ndtr(SCORES), axis=(0, 1)).T


def _line(x, before, after):
    """What a piecewise linear map makes of x; beyond its ends it goes on with slope 1."""
    return np.interp(x, before, after) + x - np.clip(x, before[0], before[-1])


def _log_slope(x, own):
    slopes = np.concatenate([[0.0], np.log(np.diff(SCORES) / np.diff(own)), [0.0]])
    return slopes[np.searchsorted(own, x)]

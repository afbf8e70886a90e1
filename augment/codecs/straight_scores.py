"""Numbers as scores by a straight line, of them or of their logarithms, and back."""

import numpy as np


class StraightScores:
    """Values, or their logarithms, less their mean over their standard deviation, and back, inside the fitted range.

    Parameters
    ----------
    low, high : float
        The range of the values.
    mean, scale : float
        Of the values or of their logarithms.
    log : bool
        Whether logarithms are taken.

    Examples
    --------
    >>> scores = StraightScores.of(np.array([1.0, 2.0, 3.0]), log=False)
    >>> scores.encode(np.array([2.0, 3.0, 9.0])).round(2).tolist(), scores.decode(np.array([0.0, 9.0])).tolist()
    ([0.0, 1.22, 1.22], [2.0, 3.0])
    """

    def __init__(self, low, high, mean, scale, log):
        self.low, self.high, self.mean, self.scale, self.log = low, high, mean, scale, log

    @classmethod
    def of(cls, values, log):
        """The line of values of shape (n,), not all the same; with `log` all above 0."""
        values = np.asarray(values, "float64")
        lined = np.log(values) if log else values
        return cls(*map(float, (values.min(), values.max(), lined.mean(), lined.std())), bool(log))

    def encode(self, values, inside=None):
        """Scores of values; those beyond the fitted ones have the scores of the nearest. `inside` is not used."""
        values = np.clip(np.asarray(values, "float64"), self.low, self.high)
        return ((np.log(values) if self.log else values) - self.mean) / self.scale

    def decode(self, scores):
        """Values of scores, inside the fitted range."""
        values = self.mean + self.scale * scores
        if self.log:
            values = np.exp(np.clip(values, np.log(self.low), np.log(self.high)))  # exponentials must not overflow
        return np.clip(values, self.low, self.high)

    def reach(self, low, high):
        """Take these values into the fitted range."""
        self.low, self.high = min(self.low, low), max(self.high, high)

    def to_dict(self):
        """The line as JSON-ready values."""
        return vars(self)

    @classmethod
    def from_dict(cls, state):
        """The line that `to_dict` gave."""
        return cls(**state)

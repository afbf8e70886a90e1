"""Numbers of any distribution as standard normal scores and back: a rising map between quantiles."""

import numpy as np
from scipy.special import ndtr, ndtri

KNOTS = 801  # at most, evenly spaced among the scores
FARTHEST = 4.0  # score


class NormalScores:
    """A rising, piecewise linear map from values to scores that are standard normal where values are as fitted.

    A value that many share, as zeros often are, covers an interval of scores; all of them come back as that value.
    Values beyond the fitted ones have the scores of the nearest.

    Parameters
    ----------
    farthest : float
        The last knot's score; the first's is minus that.
    values : ndarray of shape (k,)
        The value at each knot, rising.

    Examples
    --------
    >>> scores = NormalScores.of(np.array([0.0, 0.0, 0.0, 0.0, 1.0, 2.0, 4.0, 8.0]))
    >>> encoded = scores.encode(np.array([0.0, 1.0, 8.0]))
    >>> encoded.round(2).tolist(), scores.decode(encoded).round(2).tolist()
    ([-0.69, 0.18, 1.53], [0.0, 1.0, 8.0])
    """

    def __init__(self, farthest, values):
        self.farthest, self.values = farthest, values
        self.knots = np.linspace(-farthest, farthest, len(values))

    @classmethod
    def of(cls, values):
        """The map of values of shape (n,), n >= 1, all finite."""
        values = np.asarray(values, "float64")
        farthest = float(min(FARTHEST, max(-ndtri(0.5 / len(values)), 1.0)))
        levels = ndtr(np.linspace(-farthest, farthest, KNOTS))
        levels[[0, -1]] = 0, 1
        return cls(farthest, np.maximum.accumulate(np.quantile(values, levels)))

    def encode(self, values, inside=0.5):
        """Scores of values; of a value that covers an interval the place `inside` it, a share that broadcasts."""
        values = np.clip(values, self.values[0], self.values[-1])
        first = np.searchsorted(self.values, values, side="left")
        last = np.searchsorted(self.values, values, side="right") - 1
        at_knot = last >= first
        below = np.maximum(first - 1, 0)
        gap = np.where(at_knot, 1.0, self.values[first] - self.values[below])
        between = self.knots[below] + (values - self.values[below]) / gap * (self.knots[1] - self.knots[0])
        low, high = ndtr(self.knots[first]), ndtr(self.knots[np.maximum(last, first)])
        return np.where(at_knot, ndtri(low + inside * (high - low)), between)

    def decode(self, scores):
        """Values of scores, inside the fitted range."""
        return np.interp(scores, self.knots, self.values)

    def reach(self, low, high):
        """Take these values into the fitted range; the others keep their scores."""
        self.values[[0, -1]] = min(self.values[0], low), max(self.values[-1], high)

    def to_dict(self):
        """The map as JSON-ready values."""
        return {"farthest": self.farthest, "values": self.values.tolist()}

    @classmethod
    def from_dict(cls, state):
        """The map that `to_dict` gave."""
        return cls(state["farthest"], np.array(state["values"]))

"""One channel of series as scores and back: its values, and beside them whether they are missing."""

import numpy as np

from augment.codecs.grid import Grid
from augment.codecs.normal_scores import NormalScores
from augment.codecs.straight_scores import StraightScores


class Channel:
    """Turns the values of one channel into one or two channels of scores, and such scores into values.

    Values come back inside the observed range and on the grid of the fitted ones: whole numbers, so many decimals.
    Where some are missing, a second channel of scores tells so.

    Parameters
    ----------
    grid : Grid or None
        The steps between the values; None where all are missing.
    scores : NormalScores, StraightScores or None
        Scores of the values; None where these are constant.
    missing : NormalScores or None
        Scores of whether they are missing; None where that never changes.

    Examples
    --------
    >>> channel = Channel.of(np.array([1.0, 2.0, np.nan, 4.0]))
    >>> channel.width
    2
    >>> channel.decode(channel.encode(np.array([[4.0, np.nan, 1.0]]))).tolist()
    [[4.0, nan, 1.0]]
    """

    def __init__(self, grid, scores, missing):
        self.grid, self.scores, self.missing = grid, scores, missing

    @classmethod
    def of(cls, values, absent=None, scores_of=NormalScores.of):
        """The channel of these values (n,) by a map; NaN is missing, unless `absent` tells which are."""
        unknown = np.isnan(values) if values.dtype.kind == "f" else np.zeros(len(values), bool)
        there, absent = values[~unknown], unknown if absent is None else absent
        if not len(there):
            return cls(None, None, None)
        scores = scores_of(there) if there.min() < there.max() else None
        return cls(Grid().fit(there), scores, NormalScores.of(absent) if absent.any() else None)

    def reaching(self, values):
        """The channel, whose range takes in these values (n,), too; how the fitted ones are distributed stays."""
        if self.scores is not None:
            low, high = values.min().item(), values.max().item()
            self.grid.low_, self.grid.high_ = min(self.grid.low_, low), max(self.grid.high_, high)
            self.scores.reach(low, high)
        return self

    @property
    def width(self):
        """Number of channels of scores: 0 to 2."""
        return (self.scores is not None) + (self.missing is not None)

    def encode(self, values, inside=0.5, absent=None):
        """Scores (n, steps, width) of values (n, steps); NaN has the score between its neighbours'.

        Parameters
        ----------
        values : ndarray of shape (n, steps)
            Values of the channel.
        inside : pair of ndarray of shape (n, 1) or (n, steps), default=0.5
            Places inside the intervals of scores that shared values cover, and inside those of being missing and not:
            of values one for all steps of a series, so that what stays the same keeps its score.
        absent : ndarray of bool of shape (n, steps), default=None
            Which are missing; by default those that are NaN.
        """
        inside = (inside, inside) if np.isscalar(inside) else inside
        unknown = np.isnan(values) if values.dtype.kind == "f" else np.zeros(values.shape, bool)
        absent = unknown if absent is None else absent
        parts = []
        if self.scores is not None:
            known = np.where(unknown, self.grid.low_, values)
            scores = self.scores.encode(known, inside[0])
            for row in np.flatnonzero(unknown.any(axis=1)):
                scores[row] = _bridged(scores[row], unknown[row])
            parts.append(scores)
        if self.missing is not None:
            parts.append(self.missing.encode(absent, inside[1]))
        return np.stack(parts, axis=-1) if parts else np.zeros((*values.shape, 0))

    def decode(self, scores):
        """Values (n, steps) of scores (n, steps, width), of the type of the grid; NaN where they are missing."""
        values = self.values(scores)
        return values if self.missing is None else np.where(self.absent(scores), np.nan, values)

    def values(self, scores):
        """Values (n, steps) of scores (n, steps, width), those that are missing too."""
        if self.grid is None:
            return np.full(scores.shape[:2], np.nan)
        if self.scores is None:
            return np.full(scores.shape[:2], self.grid.low_, self.grid.dtype_)
        return self.grid.to_values(self.grid.to_steps(self.scores.decode(scores[..., 0])))

    def absent(self, scores):
        """Which (n, steps) are missing."""
        if self.missing is None:
            return np.zeros(scores.shape[:2], bool)
        return self.missing.decode(scores[..., -1]) > 0.5

    def to_dict(self):
        """The channel as JSON-ready values."""
        return {name: None if part is None else part.to_dict() for name, part in vars(self).items()}

    @classmethod
    def from_dict(cls, state):
        """The channel that `to_dict` gave."""
        straight = state["scores"] is not None and "log" in state["scores"]
        kinds = {"grid": Grid, "scores": StraightScores if straight else NormalScores, "missing": NormalScores}
        return cls(*(None if state[name] is None else kind.from_dict(state[name]) for name, kind in kinds.items()))


def _bridged(scores, absent):
    """Scores of a series, absent ones on the line between their neighbours; zeros where all are absent."""
    if absent.all():
        return np.zeros_like(scores)
    places = np.arange(len(scores))
    return np.interp(places, places[~absent], scores[~absent])

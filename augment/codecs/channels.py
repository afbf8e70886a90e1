"""One channel of series as normal scores and back: its values, and beside them whether they are missing."""

import numpy as np

from augment.codecs.grid import Grid
from augment.codecs.normal_scores import NormalScores


class Channel:
    """Turns the values of one channel into one or two channels of scores, and such scores into values.

    Values come back inside the observed range and on the grid of the fitted ones: whole numbers, so many decimals.
    Where some are missing, a second channel of scores tells so.

    Parameters
    ----------
    grid : Grid or None
        The steps between the values; None where all are missing.
    scores, missing : NormalScores or None
        Scores of the values, None where these are constant; scores of whether they are missing, None where that never
        changes.

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
    def of(cls, values):
        """The channel of these values (n,)."""
        absent = np.isnan(values) if values.dtype.kind == "f" else np.zeros(len(values), bool)
        there = values[~absent]
        if not len(there):
            return cls(None, None, None)
        scores = NormalScores.of(there) if there.min() < there.max() else None
        return cls(Grid().fit(there), scores, NormalScores.of(absent) if absent.any() else None)

    @property
    def width(self):
        """Number of channels of scores: 0 to 2."""
        return (self.scores is not None) + (self.missing is not None)

    def encode(self, values, inside=0.5):
        """Scores (n, steps, width) of values (n, steps); a missing value has the score between its neighbours'.

        Parameters
        ----------
        values : ndarray of shape (n, steps)
            Values of the channel.
        inside : ndarray of shape (n, 2), default=0.5
            Places inside the intervals of scores that shared values cover: one for all steps of a series, so that what
            stays the same keeps its score.
        """
        inside = np.broadcast_to(inside, (len(values), 2))
        absent = np.isnan(values) if values.dtype.kind == "f" else np.zeros(values.shape, bool)
        parts = []
        if self.scores is not None:
            known = np.where(absent, self.scores.values[0], values)
            scores = self.scores.encode(known, inside[:, :1])
            for row in np.flatnonzero(absent.any(axis=1)):
                scores[row] = _bridged(scores[row], absent[row])
            parts.append(scores)
        if self.missing is not None:
            parts.append(self.missing.encode(absent, inside[:, 1:]))
        return np.stack(parts, axis=-1) if parts else np.zeros((*values.shape, 0))

    def decode(self, scores):
        """Values (n, steps) of scores (n, steps, width), of the type of the grid."""
        if self.grid is None:
            return np.full(scores.shape[:2], np.nan)
        if self.scores is None:
            values = np.full(scores.shape[:2], self.grid.low_, self.grid.dtype_)
        else:
            values = self.grid.to_values(self.grid.to_steps(self.scores.decode(scores[..., 0])))
        if self.missing is not None:
            values = np.where(self.missing.decode(scores[..., -1]) > 0.5, np.nan, values)
        return values

    def to_dict(self):
        """The channel as JSON-ready values."""
        return {name: None if part is None else part.to_dict() for name, part in vars(self).items()}

    @classmethod
    def from_dict(cls, state):
        """The channel that `to_dict` gave."""
        kinds = {"grid": Grid, "scores": NormalScores, "missing": NormalScores}
        return cls(*(None if state[name] is None else kind.from_dict(state[name]) for name, kind in kinds.items()))


def _bridged(scores, absent):
    """Scores of a series, absent ones on the line between their neighbours; zeros where all are absent."""
    if absent.all():
        return np.zeros_like(scores)
    places = np.arange(len(scores))
    return np.interp(places, places[~absent], scores[~absent])

"""Kernel density: real rows, each moved, with nothing to train; what tables of few rows are best served by."""

from numbers import Real

import numpy as np

from augment.models.base import GenerativeModel, Recipe
from augment.models.latents import has_order
from augment.models.nearness import Nearness
from augment.models.smoothing import smoothed_rows

ROWS, CELLS = 20_000, 1_000_000  # that a model holds at most
DISTANCES = 2_000_000  # between held rows and conditions that are held at a time


class Kernel(Recipe):
    """Kernel density of a table of few rows, without a network.

    Each row is a real one, moved: its labels, but for a class to predict, are drawn anew from logistic regressions, its
    numbers, as normal scores, move by a normal kernel of their class's shrunken covariance, and a number to predict
    follows a Gaussian process (see `augment.models.smoothing.smoothed_rows`). What comes back is what pairs of columns
    show: an exclusive or, or a ring around a class, is lost, and classes that lie apart come to overlap a little. It is
    fitted in seconds, and `epochs`, `time_limit` and `validation_fraction` of a synthesizer have no part in it.

    The model holds 20,000 such rows, fewer of many columns, and with classes to predict half of them are shared equally
    by these: more generated rows than a class has repeat each other. Real rows are among them by chance alone, where a
    table has few different ones, and where `smoothing` is near 0, which makes a saved model a file of real rows. Rows
    under a condition are held ones that have its labels, the likelier the nearer they are in the known numbers (see
    `augment.models.nearness.Nearness`); where none has all of the labels, of those that have the most.

    Parameters
    ----------
    smoothing : float, default=2.0
        How far rows move, from 0 on, which leaves labels and ranks as they are. From about 2 on little of a row is left
        but what all rows have in common.

    Examples
    --------
    >>> Kernel()
    Kernel()
    """

    encoding = "tokens"

    def __init__(self, smoothing=2.0):
        self.smoothing = smoothing

    def build(self, layout):
        self._check_numbers(smoothing=(Real, 0))
        model = KernelModel(layout, float(self.smoothing))
        model.build((None, layout.width))
        return model


class KernelModel(GenerativeModel):
    """The rows of `Kernel`, and how they are chosen.

    Parameters
    ----------
    layout : Layout
        The form of encoded rows.
    smoothing : float
        As in `Kernel`.
    """

    takes_known = True

    def __init__(self, layout, smoothing):
        super().__init__()
        self.layout, self.smoothing = layout, smoothing

    def build(self, input_shape):
        n = min(ROWS, max(1, CELLS // self.layout.width))
        self.rows = self.add_weight(
            shape=(n, self.layout.width), dtype="int32", initializer="zeros", trainable=False, name="rows"
        )
        self.built = True

    def conclude(self, x, rng):
        """Draw the rows that the model holds, near the real ones `x`."""
        self.rows.assign(smoothed_rows(self.layout, x, self.rows.shape[0], self.smoothing, rng, for_itself=True))

    def noise(self, n, rng):
        """Uniform noise (n, 1) that is spread evenly, so that no row is taken twice while there are others."""
        return ((rng.permutation(n) + rng.random()) / max(n, 1))[:, None]

    def transport(self, noise, condition=None):
        """Choose held rows; see the base class."""
        rows, uniform = self.rows.numpy(), noise[:, 0]
        occurs = self._occurs(rows)
        if condition is None:
            return rows[_drawn(occurs, uniform)]
        near, chosen = Nearness(self.layout, rows), np.empty(len(uniform), int)
        told = np.where(condition.known[:, :, None], condition.tokens, -1).reshape(len(uniform), -1)
        _, first, which, counts = np.unique(told, axis=0, return_index=True, return_inverse=True, return_counts=True)
        wanting = np.split(which.reshape(-1).argsort(kind="stable"), counts.cumsum()[:-1])
        size = max(1, DISTANCES // len(rows))
        for start in range(0, len(first), size):
            here = first[start : start + size]
            weights = near.weights(condition.tokens[here], condition.known[here])
            for weight, places in zip(weights, wanting[start : start + size], strict=True):
                chosen[places] = _drawn(occurs * weight, uniform[places])
        return self._completed(rows[chosen], condition)

    def _occurs(self, rows):
        """How often each held row is to occur, (n_rows,): rare classes are held more often than they occur."""
        target = self.layout.target
        if target is None or has_order(self.layout.blocks[target]):
            return np.ones(len(rows))
        block = self.layout.blocks[target]
        classes = rows[:, block.start]
        return (block.proportions * len(rows) / np.maximum(np.bincount(classes, minlength=block.size), 1))[classes]

    def _completed(self, rows, condition):
        """`rows` with what is known in them, ties and rules kept by what is not, in place."""
        known = condition.known
        for i, block in enumerate(self.layout.blocks):
            places = slice(block.start, block.start + block.width)
            rows[:, places] = np.where(known[:, [i]], condition.tokens[:, i, : block.width], rows[:, places])
        for rule in self.layout.rules:
            self._obey(rule.first, rule.second, rule.allowed, rows, known)
            self._obey(rule.second, rule.first, rule.allowed.T, rows, known)
        for copy in self.layout.copies:
            first, second = known[:, copy.first], known[:, copy.second]
            rows[:, copy.flag] *= np.where(first & second, 0, np.where(second, 2, 1))
        return rows

    def _obey(self, first, second, allowed, rows, known):
        """Put right, in place, what the first block forbids in the second, where the second is not known."""
        start, changed = self.layout.blocks[first].start, self.layout.blocks[second]
        wrong = ~allowed[rows[:, start], rows[:, changed.start]] & ~known[:, second]
        likely = np.where(allowed, changed.proportions, -1.0).argmax(axis=1)
        rows[wrong, changed.start] = likely[rows[wrong, start]]


def _drawn(weights, uniform):
    """Places (n,) among `weights` that uniform numbers (n,) choose."""
    upper = weights.cumsum()
    return np.searchsorted(upper, np.minimum(uniform * upper[-1], np.nextafter(upper[-1], 0)), side="right")

"""Kernel density: real rows, each moved, with nothing to train; what tables of few rows are best served by."""

from numbers import Real

import numpy as np
from keras import ops
from scipy.special import ndtri

from augment.models.base import GenerativeModel, Recipe
from augment.models.latents import has_order
from augment.models.smoothing import smoothed_rows

ROWS, CELLS = 20_000, 1_000_000  # that a model holds at most
NEAR = 0.1  # normal scores within which a number of a held row counts as the one that is known
OTHER = 8.0  # by how much, on the scale of logarithms, another label is less welcome than the one that is known


class Kernel(Recipe):
    """Kernel density of a table of few rows, without a network.

    Each row is a real one, moved: its labels, but for a class to predict, are drawn anew from logistic regressions, its
    numbers, as normal scores, move by a normal kernel of their class's shrunken covariance, and a number to predict
    follows a Gaussian process (see `augment.models.smoothing.smoothed_rows`). It is fitted in a second or two and needs
    no validation rows. The model holds 20,000 such rows, fewer of many columns: more generated rows than that repeat
    each other. Real rows are among them by chance alone, where a table has few different ones, and where `smoothing` is
    near 0, which makes a saved model a file of real rows. Rows under a condition are those held that agree with it, a
    known number about; where hardly any does, the nearest.

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
        return ((rng.permutation(n) + rng.random(n)) / max(n, 1))[:, None]

    def transport(self, noise, condition=None):
        """Choose held rows; see the base class."""
        rows, uniform = ops.convert_to_numpy(self.rows), noise[:, 0]
        if condition is None:
            return rows[(uniform * len(rows)).astype(int)]
        chosen = np.empty(len(uniform), int)
        told = np.where(condition.known[:, :, None], condition.tokens, -1).reshape(len(uniform), -1)
        conditions, first, which = np.unique(told, axis=0, return_index=True, return_inverse=True)
        scores = [_scores(block, rows[:, block.start : block.start + 2]) for block in self.layout.blocks]
        for k, row in enumerate(first):
            wanting = np.flatnonzero(which.reshape(-1) == k)
            shares = np.cumsum(self._agreement(rows, scores, condition.tokens[row], condition.known[row]))
            chosen[wanting] = np.searchsorted(shares, uniform[wanting] * shares[-1], side="right")
        return self._completed(rows[np.minimum(chosen, len(rows) - 1)], condition)

    def _agreement(self, rows, scores, tokens, known):
        """How much each held row speaks for what is known of one row, (n_rows,); the most is 1."""
        log = np.zeros(len(rows))
        for i in np.flatnonzero(known):
            block, differs = self.layout.blocks[i], rows[:, self.layout.blocks[i].start] != tokens[i, 0]
            far = OTHER * differs
            if scores[i] is not None:
                away = (scores[i] - _scores(block, tokens[i][None])[0]) / NEAR
                far = np.where(np.isnan(away), far, away**2 / 2)
            log -= far
        return np.exp(log - log.max())

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


def _scores(block, tokens):
    """Normal scores of the middles of cells (n, 2) of an ordered block, NaN where that is no number; None of others."""
    if not has_order(block):
        return None
    low, high = block.ranks[tokens[:, 0]].T
    inside = np.full(len(tokens), 0.5)
    if block.levels:
        inside = np.where(block.has_levels[tokens[:, 0]], (tokens[:, 1] + 0.5) / block.levels, inside)
    return ndtri(np.clip(low + inside * (high - low), 1e-4, 1 - 1e-4))

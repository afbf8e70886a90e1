"""How near rows are to what is known of others: the same labels first, then numbers about the same."""

import numpy as np
from scipy.special import ndtri

from augment.models.latents import has_order

NEAR = 0.1  # normal scores within which a number counts as the one that is known
ENOUGH = 30  # rows that are to be near: where many numbers are known, those further away are
FAR = 2.0  # minus the logarithm of what the last of so many weighs


class Nearness:
    """What rows say of others of which some cells are known.

    Only rows that have the most of the known labels say anything; a number that is missing is a label, too. Among these
    a normal kernel of normal scores weighs how far their numbers are from the known ones. Its width is `NEAR`, or as
    much more as it takes to have `ENOUGH` rows near: of many numbers no row is as near as of one.

    Parameters
    ----------
    layout : Layout
        The form of encoded rows.
    rows : ndarray of int of shape (n_rows, layout.width)
        Encoded rows.
    """

    def __init__(self, layout, rows):
        self.rows, self.blocks = rows, layout.blocks
        self.ordered = np.array([has_order(block) for block in layout.blocks])
        scores = self._scores(rows[:, [[block.start, block.start + block.width - 1] for block in layout.blocks]])
        self.there, self.scores = 1.0 - np.isnan(scores), np.nan_to_num(scores)

    def weights(self, tokens, known):
        """How much each row says of each of m others, (m, n_rows); the most is 1.

        Parameters
        ----------
        tokens : ndarray of int of shape (m, n_blocks, 2)
            Coarse and fine tokens.
        known : ndarray of bool of shape (m, n_blocks)
            Which of them are known.
        """
        scores = self._scores(tokens)
        numbers = known[:, self.ordered] & ~np.isnan(scores)
        missed = numbers @ (1 - self.there).T
        labels = known.copy()
        labels[:, self.ordered] &= ~numbers
        for i in np.flatnonzero(labels.any(axis=0)):
            missed += labels[:, [i]] & (tokens[:, [i], 0] != self.rows[:, self.blocks[i].start])
        scores = np.where(numbers, scores, 0)
        away = numbers @ (self.scores**2).T - 2 * scores @ self.scores.T + scores**2 @ self.there.T
        return _kernel(np.where(missed == missed.min(axis=1, keepdims=True), np.maximum(away, 0), np.inf))

    def _scores(self, tokens):
        """Normal scores (m, number of ordered blocks) of tokens (m, n_blocks, 2); NaN where there is no number."""
        scores = [_scores(self.blocks[i], tokens[:, i]) for i in np.flatnonzero(self.ordered)]
        return np.stack(scores, axis=1) if scores else np.zeros((len(tokens), 0))


def _kernel(away):
    """Weights of squared distances (m, n_rows), infinite where a row weighs nothing."""
    nearest = np.partition(away, min(ENOUGH, away.shape[1]) - 1, axis=1)[:, :ENOUGH]
    last = np.where(np.isfinite(nearest), nearest, 0).max(axis=1, keepdims=True)
    least = nearest.min(axis=1, keepdims=True)
    width = np.maximum(2 * NEAR**2, (last - least) / FAR)
    return np.exp((least - away) / width)


def _scores(block, tokens):
    """Normal scores of the middles of cells (n, 2) of an ordered block, NaN where that is no number."""
    low, high = block.ranks[tokens[:, 0]].T
    inside = np.full(len(tokens), 0.5)
    if block.levels:
        inside = np.where(block.has_levels[tokens[:, 0]], (tokens[:, 1] + 0.5) / block.levels, inside)
    return ndtri(np.clip(low + inside * (high - low), 1e-4, 1 - 1e-4))

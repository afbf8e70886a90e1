"""The cells of encoded rows as labels and normal scores, and back: the form in which small tables are smoothed."""

import numpy as np
from scipy.sparse import csr_array
from scipy.special import ndtri

FEW = 10  # a number of so many values at most is a label: its values may be codes


def has_order(block):
    """Whether the values of a block are taken as places on a line."""
    return block.ranks is not None and (block.levels > 0 or block.size > FEW)


class Label:
    """Some tokens of a block, each a category of its own; one more category for all its other tokens.

    Parameters
    ----------
    start : int
        Where the block's coarse token stands.
    tokens : ndarray of int
        The tokens, in order.
    others : bool, default=False
        Whether there are other tokens.
    """

    def __init__(self, start, tokens, others=False):
        self.start, self.tokens, self.size = start, tokens, len(tokens) + others

    def codes(self, x):
        """The category of each encoded row, from 0 on."""
        code = np.full(self.tokens.max(initial=0) + 2, len(self.tokens))
        code[self.tokens] = np.arange(len(self.tokens))
        return code[np.minimum(x[:, self.start], len(code) - 1)]

    def write(self, rows, codes):
        """Write the tokens of the categories into encoded rows; "all others" stands for none and leaves them."""
        known = codes < len(self.tokens)
        rows[known, self.start] = self.tokens[codes[known]]


class Line:
    """A block of numbers as normal scores; "missing" and values of a share above `heavy` are a label's affair.

    Parameters
    ----------
    block : Block
        One whose values have an order.
    heavy : float
        Share of the number from which on a value is a category of `label`, not a place on the line.
    """

    def __init__(self, block, heavy):
        self.block = block
        single = np.ones(block.size, bool) if block.has_levels is None else ~block.has_levels
        apart = single & (np.isnan(block.ranks[:, 0]) | (block.proportions > heavy))
        self.label = Label(block.start, np.flatnonzero(apart), others=True)
        shares = np.where(apart, 0, block.proportions)
        self.shares = shares / max(shares.sum(), 1e-12)
        self.upper = np.cumsum(self.shares)

    def scores(self, x, rng):
        """Scores of a random place in each token's share of the ranks; NaN where there is none."""
        coarse, inside = x[:, self.block.start], rng.random(len(x))
        if self.block.levels:
            fine = (x[:, self.block.start + 1] + inside) / self.block.levels
            inside = np.where(self.block.has_levels[coarse], fine, inside)
        place = self.upper[coarse] - (1 - inside) * self.shares[coarse]
        return np.where(self.shares[coarse] > 0, ndtri(np.clip(place, 1e-3, 1 - 1e-3)), np.nan)

    def write(self, rows, latent, codes=None, weights=None):
        """Write the tokens that stand where the scores `latent` rank among those of all rows that have one.

        `codes` are the categories of `label`, None where all rows have a place on the line; `weights` is what each row
        counts for in the ranks, 1 by default.
        """
        there = np.arange(len(rows)) if codes is None else np.flatnonzero(codes == len(self.label.tokens))
        rank = ranks(latent[there], 1.0 if weights is None else weights[there])
        coarse = np.searchsorted(self.upper, rank, side="right")
        coarse = np.minimum(coarse, np.flatnonzero(self.shares).max(initial=0))
        rows[there, self.block.start] = coarse
        if self.block.levels:
            inside = 1 - (self.upper[coarse] - rank) / np.maximum(self.shares[coarse], 1e-12)
            fine = np.clip(inside * self.block.levels, 0, self.block.levels - 1).astype("int32")
            rows[there, self.block.start + 1] = fine * self.block.has_levels[coarse]


def ranks(values, weights=1.0):
    """Ranks of values (n,) between 0 and 1, of which each takes up a share as large as its weight."""
    order, weights = values.argsort(), np.broadcast_to(weights, len(values))
    rank = np.empty(len(values))
    rank[order] = weights[order].cumsum() - weights[order] / 2
    return rank / max(weights.sum(), 1e-12)


def one_hot(sizes, codes, n):
    """Indicators of all categories of labels of these sizes, a sparse array of shape (n, number of categories)."""
    ends = np.cumsum([0, *sizes])
    columns = (np.reshape(codes, (len(sizes), n)) + ends[:-1, None]).T.ravel().astype("int32")
    rows = (np.arange(n + 1) * len(sizes)).astype("int32")
    return csr_array((np.ones(len(columns)), columns, rows), shape=(n, int(ends[-1])))

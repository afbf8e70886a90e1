"""Encoded rows as floats and back: numbers as normal scores, categories as one-hots; made from the tokens."""

import numpy as np
from scipy.special import ndtr, ndtri

from augment.codecs.layout import VectorBlock, VectorLayout

FEW = 20  # ordered values of so many kinds at most are categories
SPIKE = 0.05  # a value of a number that so many rows share is a category of its own
LEAST = 1e-5  # ranks nearer to 0 or 1 than this are not told apart


class Vectors:
    """Turns rows of tokens into rows of floats that obey a VectorLayout, and such rows into tokens.

    A column of few values or of no order is a one-hot. Any other is a number: the normal score of a random place in
    its cell's share of the ranks, so that it is a standard normal however skewed, rounded or heavy-tailed the column
    is; its spikes and kinds of "missing" stand in a one-hot beside it, whose first place means none of them. A pair of
    columns that often coincide has a one-hot that says whether they do.

    Parameters
    ----------
    tokens : Layout
        The form of the rows of tokens.

    Attributes
    ----------
    layout : VectorLayout
        The form of the rows of floats.
    """

    def __init__(self, tokens):
        self.tokens = tokens
        blocks, start = [], 0
        self.columns, self.flags = [], []
        for i, block in enumerate(tokens.blocks):
            small = block.ranks is None or (not block.levels and block.size <= FEW)
            column = (_Category if small else _Number)(block, i, start)
            self.columns.append(column)
            blocks += column.blocks
            start += sum(part.width for part in column.blocks)
        for copy in tokens.copies:
            name = f"{tokens.blocks[copy.first].name} = {tokens.blocks[copy.second].name}"
            self.flags.append((copy.flag, VectorBlock(name, start, 2, "one_hot", len(tokens.blocks))))
            blocks.append(self.flags[-1][1])
            start += 2
        self.layout = VectorLayout(tuple(blocks), len(tokens.blocks), n_samples=tokens.n_samples)

    def encode(self, rows, rng=None):
        """Rows of floats (n, layout.width) of rows of tokens; `rng` chooses places inside cells, their middles without.

        Parameters
        ----------
        rows : ndarray of int32 of shape (n, tokens.width)
            Rows of tokens.
        rng : numpy.random.Generator, default=None
            Source of randomness.
        """
        out = np.zeros((len(rows), self.layout.width), "float32")
        for column in self.columns:
            column.encode(rows, out, rng)
        for flag, block in self.flags:
            out[np.arange(len(rows)), block.start + (rows[:, flag] > 0)] = 1
        return out

    def decode(self, x, condition=None):
        """Rows of tokens (n, tokens.width) of rows of floats: the largest place of each one-hot, the cell of a number.

        A cell that a rule of the layout forbids beside the others changes to the likeliest that it allows.

        Parameters
        ----------
        x : ndarray of float of shape (n, layout.width)
            Rows of floats.
        condition : Condition, default=None
            What is known of the rows: such cells do not change.
        """
        x = np.nan_to_num(np.asarray(x, "float64"))
        out = np.zeros((len(x), self.tokens.width), "int32")
        for column in self.columns:
            column.decode(x, out)
        for rule in self.tokens.rules:
            self._obey(rule, x, out, condition)
        for flag, block in self.flags:
            out[:, flag] = x[:, block.start + 1] > x[:, block.start]
        return out

    def _obey(self, rule, x, out, condition):
        """Change, where the cells of two columns exclude each other, the second, or the first if only that is free."""
        starts = [self.tokens.blocks[block].start for block in (rule.first, rule.second)]
        wrong = ~rule.allowed[out[:, starts[0]], out[:, starts[1]]]
        fixed = np.zeros(len(out), bool) if condition is None else condition.known[:, rule.second]
        for change, keep, allowed, rows in (
            (rule.second, starts[0], rule.allowed, wrong & ~fixed),
            (rule.first, starts[1], rule.allowed.T, wrong & fixed),
        ):
            rows = np.flatnonzero(rows)
            possible = allowed[out[rows, keep]]
            rows, possible = rows[possible.any(axis=1)], possible[possible.any(axis=1)]
            likely = self.columns[change].likeliness(x[rows])
            out[rows, self.tokens.blocks[change].start] = np.where(possible, likely, -np.inf).argmax(axis=1)


class _Category:
    """A column as one one-hot."""

    def __init__(self, block, column, start):
        self.block = block
        self.blocks = [VectorBlock(block.name, start, block.size, "one_hot", column)]

    def encode(self, rows, out, rng):
        out[np.arange(len(rows)), self.blocks[0].start + rows[:, self.block.start]] = 1

    def decode(self, x, out):
        out[:, self.block.start] = x[:, self.blocks[0].places].argmax(axis=1)

    def likeliness(self, x):
        """How much speaks for each token (n, size): what stands in the row, then how frequent it is."""
        return x[:, self.blocks[0].places] + 1e-3 * self.block.proportions


class _Number:
    """A column as a normal score, and beside it a one-hot of its spikes and kinds of "missing", if it has any."""

    def __init__(self, block, column, start):
        self.block = block
        undivided = ~block.has_levels if block.levels else np.ones(block.size, bool)
        nowhere = np.isnan(block.ranks[:, 0])
        apart = nowhere | (undivided & (block.proportions > SPIKE))
        self.single = np.flatnonzero(apart)
        self.place = np.zeros(block.size, int)  # of each token in the one-hot
        self.place[self.single] = 1 + np.arange(len(self.single))
        self.plain = np.flatnonzero(~apart)
        self.plain = self.plain[np.argsort(block.ranks[self.plain, 0], kind="stable")]
        shares = block.proportions[self.plain]
        self.upper = np.cumsum(shares) / max(shares.sum(), 1e-300) if shares.sum() else np.ones(len(self.plain))
        self.lower = np.concatenate([[0.0], self.upper[:-1]])
        self.middle = self._middles(nowhere)
        self.blocks = [VectorBlock(block.name, start, 1, "number", column)]
        if len(self.single):
            self.blocks.append(VectorBlock(block.name, start + 1, 1 + len(self.single), "one_hot", column))

    def _middles(self, nowhere):
        """For each single token its place among the ranks of the plain ones; that of "missing" is the middle."""
        block = self.block
        starts = block.ranks[self.plain, 0]
        before = np.searchsorted(starts, np.nan_to_num(block.ranks[:, 0]))
        middle = np.concatenate([self.lower, [1.0]])[before]
        return np.where(nowhere, 0.5, middle)

    def encode(self, rows, out, rng):
        n, coarse = len(rows), rows[:, self.block.start]
        inside = np.full(n, 0.5) if rng is None else rng.random(n)
        if self.block.levels:
            fine = (rows[:, self.block.start + 1] + inside) / self.block.levels
            inside = np.where(self.block.has_levels[coarse], fine, inside)
        order = np.zeros(self.block.size, int)
        order[self.plain] = np.arange(len(self.plain))
        rank = self.middle[coarse]
        if len(self.plain):
            lower, upper = self.lower[order[coarse]], self.upper[order[coarse]]
            rank = np.where(self.place[coarse] == 0, lower + inside * (upper - lower), rank)
        out[:, self.blocks[0].start] = ndtri(np.clip(rank, LEAST, 1 - LEAST))
        if len(self.single):
            out[np.arange(n), self.blocks[1].start + self.place[coarse]] = 1

    def decode(self, x, out):
        start, rank = self.block.start, ndtr(x[:, self.blocks[0].start])
        place = np.zeros(len(x), int)
        if len(self.single):
            scores = x[:, self.blocks[1].places]
            place = scores.argmax(axis=1) if len(self.plain) else 1 + scores[:, 1:].argmax(axis=1)
        if len(self.plain):
            order = np.minimum(np.searchsorted(self.upper, rank, side="right"), len(self.plain) - 1)
            out[:, start] = self.plain[order]
            if self.block.levels:
                share = np.maximum(self.upper[order] - self.lower[order], 1e-300)
                fine = np.clip((rank - self.lower[order]) / share * self.block.levels, 0, self.block.levels - 1)
                out[:, start + 1] = np.where(self.block.has_levels[out[:, start]], fine, 0)
        alone = place > 0
        out[alone, start] = self.single[place[alone] - 1]
        if self.block.levels:
            out[alone, start + 1] = 0

    def likeliness(self, x):
        """How much speaks for each token (n, size): nearness of its place to the number, and its spike's score."""
        out = np.zeros((len(x), self.block.size))
        middles = (self.lower + self.upper) / 2
        out[:, self.plain] = -np.abs(ndtr(x[:, [self.blocks[0].start]]) - middles)
        if len(self.single):
            out[:, self.single] = x[:, self.blocks[1].start + 1 : self.blocks[1].start + self.blocks[1].width]
        return out

"""Columns that take another column's value: which copies are possible, and what they make of a block's logits."""

import numpy as np
from keras import ops

IMPOSSIBLE = -30.0  # logit of a token that cannot be: leaves it e^-30 of a chance


class Copying:
    """Which copies are possible in a row, which of them is the token to guess, and the logits of the others.

    Every block has as many places for copies as the block with most of them; those of no copy are never possible.

    Parameters
    ----------
    blocks : sequence of Block
        The layout's blocks.
    copies : list of list of tuple
        For each block its copies: their source, their flag's array column and more.
    """

    def __init__(self, blocks, copies):
        shape = len(blocks), max(map(len, copies), default=0)
        self.sources, self.flags, self.there = (np.zeros(shape, kind) for kind in ("int32", "int32", bool))
        self.sizes = np.array([block.size for block in blocks], "int32")
        for i, of_block in enumerate(copies):
            self.there[i, : len(of_block)] = True
            for number, (source, flag, *_) in enumerate(of_block):
                self.sources[i, number], self.flags[i, number] = source, flag

    def possible(self, known, divided):
        """Whether each copy's source is known and its value no spike: (n, n_blocks, copies)."""
        source = ops.take(ops.logical_and(known, divided), self.sources, axis=1)
        return ops.logical_and(source, self.there)

    def target(self, x, coarse, possible):
        """The token to guess in each block (n, n_blocks): its first copy that holds, else the coarse one."""
        n_copies = self.there.shape[1]
        if not n_copies:
            return coarse
        holds = ops.logical_and(possible, ops.take(x, self.flags, axis=1) > 0)
        first = ops.min(ops.where(holds, np.arange(n_copies, dtype="int32"), n_copies), axis=-1)
        return ops.where(first < n_copies, ops.add(first, self.sizes), coarse)

    def penalty(self, possible, members, size):
        """What bars the impossible copies of `members`, to be added to their logits: (members, n, size) or 0.

        `possible` tells of the members alone: it is of shape (n, members, copies).
        """
        n_copies = int(self.there[members].sum(axis=1).max(initial=0))
        if not n_copies:
            return 0.0
        place = np.arange(size) == (self.sizes[members, None] + np.arange(n_copies))[:, :, None]
        place = np.where(self.there[members, :n_copies, None] & place, IMPOSSIBLE, 0).astype("float32")
        barred = 1.0 - ops.cast(ops.transpose(possible[:, :, :n_copies], (1, 0, 2)), "float32")
        return ops.matmul(barred, place)

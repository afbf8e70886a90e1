"""A layout's blocks as guesses: from one vector the logits of every token, and their loss."""

import keras
import numpy as np
from keras import ops

from augment.models.copying import IMPOSSIBLE, Copying

COARSE_WAVES = 3 / 8  # cosines for each bin of a column: neighbouring bins share strength
FINE_UNITS = 32
FINE_WAVES = 1 / 4  # cosines for each level of a bin, likewise


class TokenHeads(keras.layers.Layer):
    """A guess of every block from a hidden vector.

    The coarse token of a block is a softmax over its vocabulary and over its copies: "the value of column k", possible
    where k is known and its value is no spike. The fine token follows from the hidden vector and the coarse token
    together, so that one pass of the network gives both. Blocks of like size share one matrix product.

    Parameters
    ----------
    layout : Layout
        The form of encoded rows.
    """

    def __init__(self, layout):
        super().__init__()
        self.layout = layout
        self.copies = [[] for _ in layout.blocks]
        for copy in layout.copies:
            self.copies[copy.second].append((copy.first, copy.flag, copy.to_second, 1))
            self.copies[copy.first].append((copy.second, copy.flag, copy.to_first, 2))
        self.slots = [block.size + len(copies) for block, copies in zip(layout.blocks, self.copies, strict=True)]
        self.starts = np.array([block.start for block in layout.blocks], "int32")
        self.coarse = _classes(self.slots)
        self.fine = _classes([block.levels for block in layout.blocks], exactly=True)
        self.fine.pop(0, None)
        self.divided = _Divided(layout.blocks)
        self.copying = Copying(layout.blocks, self.copies)

    def build(self, input_shape):
        width = input_shape[-1]
        small = keras.initializers.VarianceScaling(0.05)
        normal = keras.initializers.RandomNormal
        self.kernels, self.biases, self.fines, self.bases = {}, {}, {}, {}
        for size, members in self.coarse.items():
            self.bases[size] = self._bases(members, size)
            terms = size if self.bases[size] is None else self.bases[size].shape[1]
            self.kernels[size] = self.add_weight(
                shape=(width, len(members) * terms), initializer=small, name=f"kernel_{size}"
            )
            self.biases[size] = self.add_weight(
                shape=(len(members) * size,),
                initializer=_Given(self._log_proportions(members, size)),
                name=f"bias_{size}",
            )
        for levels, members in self.fine.items():
            n_tokens = sum(self.layout.blocks[i].size for i in members)
            shapes = {
                "down": ((width, len(members) * FINE_UNITS), keras.initializers.VarianceScaling()),
                "gate_embeddings": ((n_tokens, FINE_UNITS), normal(stddev=0.3)),
                "shift_embeddings": ((n_tokens, FINE_UNITS), normal(stddev=0.3)),
                "up": ((len(members), FINE_UNITS, _n_waves(levels, FINE_WAVES)), normal(stddev=0.01)),
            }
            self.fines[levels] = [
                self.add_weight(shape=shape, initializer=start, name=f"fine_{levels}_{name}")
                for name, (shape, start) in shapes.items()
            ]
        self.built = True

    def _bases(self, members, size):
        """How the terms of each member make its logits: (members, terms, size), or None where they are the logits.

        A category's logits are free. Neighbouring bins of a number share strength: their logits are sums of cosines
        over the bins, to which each spike, "missing" and each copy adds a term of its own.
        """
        if not any(self.layout.blocks[i].levels for i in members):
            return None
        bases = [self._basis(i) for i in members]
        wide = np.zeros((len(members), max(len(basis) for basis in bases), size), "float32")
        for basis, into in zip(bases, wide, strict=True):
            into[: basis.shape[0], : basis.shape[1]] = basis
        return wide

    def _basis(self, i):
        block, free = self.layout.blocks[i], np.eye(self.slots[i], dtype="float32")
        if not block.levels:
            return free
        single = np.append(~block.has_levels, np.ones(len(self.copies[i]), bool))
        place = np.where(block.has_levels, block.ranks.mean(axis=1), 0)
        frequencies = np.arange(_n_waves(block.has_levels.sum(), COARSE_WAVES))[:, None]
        cosines = np.cos(np.pi * frequencies * place) * block.has_levels
        return np.concatenate([np.pad(cosines, ((0, 0), (0, len(self.copies[i])))), free[single]]).astype("float32")

    def _log_proportions(self, members, size):
        """Starting biases: the log shares of the tokens; little for copies, nothing for what pads the size class."""
        bias = np.full((len(members), size), IMPOSSIBLE, "float32")
        for row, i in enumerate(members):
            block = self.layout.blocks[i]
            bias[row, : block.size] = np.log(np.maximum(block.proportions, 0.3 / self.layout.n_samples))
            bias[row, block.size : self.slots[i]] = -4.0
        return bias.reshape(-1)

    def call(self, hidden, x, known, fine_weight=1.0):
        """Negative log-likelihood of every block's cell, known ones too: (n, n_blocks).

        `fine_weight` multiplies the part of the fine tokens.
        """
        coarse = ops.take(x, self.starts, axis=1)
        divided = self.divided(coarse)
        possible = self.copying.possible(known, divided)
        target = self.copying.target(x, coarse, possible)
        told = ops.logical_and(divided, target == coarse)  # a copy needs no fine token
        losses = [
            cross_entropy(self._logits(hidden, size, possible), ops.take(target, members, axis=1))
            for size, members in self.coarse.items()
        ]
        loss = _in_order(losses, self.coarse.values(), len(self.starts))
        if self.fine:
            losses = [self._fine_loss(hidden, x, coarse, levels) for levels in self.fine]
            fine = _in_order(losses, self.fine.values(), len(self.starts))
            loss = loss + fine * ops.cast(told, "float32") * fine_weight
        return loss

    def _logits(self, hidden, size, possible):
        """Logits (n, members, size) of the coarse tokens and copies of a size class."""
        n, members, basis = ops.shape(hidden)[0], self.coarse[size], self.bases[size]
        terms = ops.reshape(
            ops.matmul(hidden, self.kernels[size]), (n, len(members), self.kernels[size].shape[1] // len(members))
        )
        logits = terms if basis is None else ops.einsum("nmt,mts->nms", terms, basis)
        logits = logits + ops.reshape(self.biases[size], (len(members), size))
        return logits + self.copying.penalty(possible, members, size)

    def _fine_loss(self, hidden, x, coarse, levels):
        members = self.fine[levels]
        logits = self._fine_logits(hidden, ops.take(coarse, members, axis=1), levels)
        return cross_entropy(logits, ops.take(x, self.starts[members] + 1, axis=1))

    def fine_offsets(self, levels):
        """Where the tokens of each block of `levels` begin in the embeddings of its fine head."""
        return np.cumsum([0] + [self.layout.blocks[i].size for i in self.fine[levels][:-1]]).astype("int32")

    def _fine_logits(self, hidden, coarse, levels):
        """Logits of the fine tokens (n, members, levels) given the coarse ones (n, members)."""
        down, gate, shift, up = self.fines[levels]
        offsets = self.fine_offsets(levels)
        n = ops.shape(hidden)[0]
        guess = ops.reshape(ops.matmul(hidden, down), (n, len(offsets), FINE_UNITS))
        token = coarse + offsets
        guess = ops.silu(guess * (1 + ops.take(gate, token, axis=0)) + ops.take(shift, token, axis=0))
        return ops.matmul(ops.einsum("nmu,muw->nmw", guess, up), waves(levels))


def cross_entropy(logits, target):
    """Negative log of the softmax of `logits` (..., k) at the integer `target` (...)."""
    logits = logits - ops.stop_gradient(ops.max(logits, axis=-1, keepdims=True))
    picked = ops.sum(ops.where(ops.arange(logits.shape[-1]) == target[..., None], logits, 0.0), axis=-1)
    return ops.log(ops.sum(ops.exp(logits), axis=-1)) - picked


class _Given(keras.initializers.Initializer):
    """Starts a weight at given values."""

    def __init__(self, values):
        self.values = values

    def __call__(self, shape, dtype=None):
        return ops.cast(ops.reshape(ops.array(self.values), shape), dtype)


def _n_waves(n, share):
    return max(min(n, 8), round(n * share))


def waves(levels):
    """Cosines (waves, levels) over the middles of the levels, the first one of half a period."""
    middle = (np.arange(levels) + 0.5) / levels
    return np.cos(np.pi * np.arange(1, _n_waves(levels, FINE_WAVES) + 1)[:, None] * middle).astype("float32")


def _classes(sizes, exactly=False):
    """Indices of blocks by size class: those within half of each other share the size of their largest."""
    groups = {}
    for i, size in enumerate(sizes):
        key = size if exactly else int(np.ceil(np.log(max(size, 2)) / np.log(1.5)))
        groups.setdefault(key, []).append(i)
    return {max(sizes[i] for i in members): np.array(members, "int32") for members in groups.values()}


def _in_order(parts, classes, n_blocks):
    """The columns of `parts`, one part for each class of blocks, in the order of the blocks; 0 for those in none."""
    members = [i for blocks in classes for i in blocks]
    place = np.full(n_blocks, len(members), "int32")
    place[members] = np.arange(len(members))
    joined = ops.concatenate(parts, axis=1)
    if len(members) < n_blocks:
        joined = ops.pad(joined, ((0, 0), (0, 1)))
    return ops.take(joined, place, axis=1)


class _Divided:
    """Whether a coarse token is a bin that a fine token divides: coarse tokens (n, n_blocks) -> bool (n, n_blocks)."""

    def __init__(self, blocks):
        tables = [block.has_levels if block.levels else np.zeros(block.size, bool) for block in blocks]
        self.table = np.concatenate(tables)
        self.offsets = np.cumsum([0] + [len(table) for table in tables[:-1]]).astype("int32")

    def __call__(self, coarse):
        return ops.take(self.table, coarse + self.offsets, axis=0)

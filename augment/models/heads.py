"""A layout's blocks as guesses: from one vector the logits of every token, and their loss."""

import keras
import numpy as np
from keras import ops

from augment.models.copying import IMPOSSIBLE, Copying

COARSE_WAVES = 3 / 8  # cosines for each bin of a column: neighbouring bins share strength
FINE_UNITS = 32
FINE_WAVES = 1 / 4  # cosines for each level of a bin, likewise
SMALL = 0.05  # variance of the logits at the start


class TokenHeads(keras.layers.Layer):
    """A guess of every block from a hidden vector.

    The coarse token of a block is a softmax over its vocabulary and over its copies: "the value of column k", possible
    where k is known and its value is no spike. The fine token follows from the hidden vector and the coarse token
    together, so that one pass of the network gives both. Blocks of like size share one batch of matrix products.

    Parameters
    ----------
    layout : Layout
        The form of encoded rows.
    """

    def __init__(self, layout):
        super().__init__(dtype="float32")
        self.layout = layout
        self.copies = [[] for _ in layout.blocks]
        for copy in layout.copies:
            self.copies[copy.second].append((copy.first, copy.flag, copy.to_second, 1))
            self.copies[copy.first].append((copy.second, copy.flag, copy.to_first, 2))
        self.slots = [block.size + len(copies) for block, copies in zip(layout.blocks, self.copies, strict=True)]
        self.starts = np.array([block.start for block in layout.blocks], "int32")
        self.fine_starts = np.array([block.start + block.width - 1 for block in layout.blocks], "int32")
        self.divided = Divided(layout.blocks)
        self.copying = Copying(layout.blocks, self.copies)
        classes = _classes(layout.blocks, self.slots)
        self.place = np.argsort(np.concatenate(classes)).astype("int32")
        self.classes = [_ClassHeads(self, members) for members in classes]

    def build(self, input_shape):
        for heads in self.classes:
            heads.build(input_shape)
        self.built = True

    def call(self, hidden, x, known, fine_weight=1.0):
        """Negative log-likelihood of every block's cell in that row of each pair that does not know it.

        Parameters
        ----------
        hidden : tensor of shape (2 * n, width)
            What the network made of the cells that each row knows. Rows i and n + i are a pair.
        x : tensor of int32 of shape (2 * n, layout.width)
            Encoded rows.
        known : tensor of bool of shape (n, n_blocks)
            Which blocks the first row of each pair knows; the second knows the others.
        fine_weight : float, default=1
            Multiplies the part of the fine tokens.

        Returns
        -------
        tensor of shape (n, n_blocks)
        """
        n = ops.shape(known)[0]
        coarse = ops.take(x, self.starts, axis=1)
        divided = self.divided(coarse)
        possible = self.copying.possible(ops.concatenate([known, ops.logical_not(known)]), divided)
        target = self.copying.target(x, coarse, possible)
        told = ops.logical_and(divided, target == coarse)  # a copy needs no fine token
        fine = ops.take(x, self.fine_starts, axis=1)
        coarse, target, told, fine = (ops.where(known, y[n:], y[:n]) for y in (coarse, target, told, fine))
        possible = ops.where(known[:, :, None], possible[n:], possible[:n])
        first, second = hidden[:n], hidden[n:]
        losses = []
        for heads in self.classes:
            unknowing = ops.where(ops.transpose(ops.take(known, heads.members, axis=1))[:, :, None], second, first)
            losses.append(heads.losses(unknowing, possible, target, coarse, fine, told, fine_weight))
        return ops.transpose(ops.take(ops.concatenate(losses, axis=0), self.place, axis=0))


class _ClassHeads(keras.layers.Layer):
    """The heads of the blocks `members`, which are of like size: all of it in the order (members, rows, tokens)."""

    def __init__(self, heads, members):
        super().__init__(dtype="float32")
        self.blocks, self.copies = [heads.layout.blocks[i] for i in members], [heads.copies[i] for i in members]
        self.slots, self.n_samples = [heads.slots[i] for i in members], heads.layout.n_samples
        self.members, self.copying = members, heads.copying
        self.levels, self.size = self.blocks[0].levels, max(self.slots)
        self.offsets = np.cumsum([0] + [block.size for block in self.blocks[:-1]]).astype("int32")
        self.bases = self._bases()

    def build(self, input_shape):
        width, count = input_shape[-1], len(self.members)
        terms = self.size if self.bases is None else self.bases.shape[1]
        normal = keras.initializers.RandomNormal
        self.kernel = self.add_weight((count, width, terms), normal(stddev=(SMALL / width) ** 0.5), name="kernel")
        self.bias = self.add_weight((count, 1, self.size), Given(self._log_proportions()), name="bias")
        if self.levels:
            n_tokens = sum(block.size for block in self.blocks)
            n_waves = _n_waves(self.levels, FINE_WAVES)
            self.down = self.add_weight((count, width, FINE_UNITS), normal(stddev=width**-0.5), name="down")
            self.gate = self.add_weight((n_tokens, FINE_UNITS), normal(stddev=0.3), name="gate_embeddings")
            self.shift = self.add_weight((n_tokens, FINE_UNITS), normal(stddev=0.3), name="shift_embeddings")
            self.up = self.add_weight((count, FINE_UNITS, n_waves), normal(stddev=0.01), name="up")
        self.built = True

    def losses(self, hidden, possible, target, coarse, fine, told, fine_weight):
        """Negative log-likelihood (members, n) of `target` and, where it is `told`, of the fine token.

        `hidden` is of shape (members, n, width); the others hold all blocks, (n, n_blocks) or (n, n_blocks, copies).
        """
        loss = cross_entropy(self.logits(hidden, self._mine(possible)), ops.transpose(self._mine(target)))
        if not self.levels:
            return loss
        inside = cross_entropy(self.fine_logits(hidden, self._mine(coarse)), ops.transpose(self._mine(fine)))
        return loss + inside * ops.cast(ops.transpose(self._mine(told)), "float32") * fine_weight

    def _mine(self, values):
        return ops.take(values, self.members, axis=1)

    def logits(self, hidden, possible):
        """Logits (members, n, size) of the coarse tokens and copies; `possible` is of shape (n, members, copies)."""
        logits = ops.matmul(hidden, self.kernel)
        if self.bases is not None:
            logits = ops.matmul(logits, self.bases)
        return logits + self.bias + self.copying.penalty(possible, self.members, self.size)

    def fine_logits(self, hidden, coarse):
        """Logits of the fine tokens (members, n, levels) given the coarse ones (n, members)."""
        token = ops.transpose(ops.add(coarse, self.offsets))
        guess = ops.matmul(hidden, self.down)
        guess = ops.silu(guess * (1 + ops.take(self.gate, token, axis=0)) + ops.take(self.shift, token, axis=0))
        return ops.matmul(ops.matmul(guess, self.up), waves(self.levels))

    def _bases(self):
        """How the terms of each member make its logits: (members, terms, size), or None where they are the logits.

        A category's logits are free. Neighbouring bins of a number share strength: their logits are sums of cosines
        over the bins, to which each spike, "missing" and each copy adds a term of its own.
        """
        if not self.levels:
            return None
        return stacked([basis(block, len(copies)) for block, copies in zip(self.blocks, self.copies, strict=True)])

    def _log_proportions(self):
        """Starting biases: the log shares of the tokens; little for copies, nothing for what pads the size class."""
        bias = np.full((len(self.members), self.size), IMPOSSIBLE, "float32")
        for block, slots, row in zip(self.blocks, self.slots, bias, strict=True):
            row[: block.size] = np.log(np.maximum(block.proportions, 0.3 / self.n_samples))
            row[block.size : slots] = -4.0
        return bias


def basis(block, n_copies):
    """The terms (terms, slots) of the logits of a block with levels."""
    single = np.append(~block.has_levels, np.ones(n_copies, bool))
    place = np.where(block.has_levels, block.ranks.mean(axis=1), 0)
    frequencies = np.arange(_n_waves(block.has_levels.sum(), COARSE_WAVES))[:, None]
    cosines = np.cos(np.pi * frequencies * place) * block.has_levels
    free = np.eye(block.size + n_copies, dtype="float32")[single]
    return np.concatenate([np.pad(cosines, ((0, 0), (0, n_copies))), free]).astype("float32")


def stacked(matrices):
    """Matrices of like size as one array (matrices, rows, columns), filled up with zeros."""
    shape = np.max([matrix.shape for matrix in matrices], axis=0)
    return np.stack(
        [np.pad(matrix, [(0, a - b) for a, b in zip(shape, matrix.shape, strict=True)]) for matrix in matrices]
    )


def cross_entropy(logits, target):
    """Negative log of the softmax of `logits` (..., k) at the integer `target` (...)."""
    logits = logits - ops.stop_gradient(ops.max(logits, axis=-1, keepdims=True))
    picked = ops.sum(ops.where(ops.arange(logits.shape[-1]) == target[..., None], logits, 0.0), axis=-1)
    return ops.log(ops.sum(ops.exp(logits), axis=-1)) - picked


class Given(keras.initializers.Initializer):
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


def _classes(blocks, slots):
    """Indices of the blocks by class: those of the same levels whose sizes are within half of each other."""
    groups = {}
    for i, (block, size) in enumerate(zip(blocks, slots, strict=True)):
        groups.setdefault((block.levels, int(np.ceil(np.log(max(size, 2)) / np.log(1.5)))), []).append(i)
    return [np.array(members, "int32") for members in groups.values()]


class Divided:
    """Whether a coarse token is a bin that a fine token divides: coarse tokens (n, n_blocks) -> bool (n, n_blocks)."""

    def __init__(self, blocks):
        tables = [block.has_levels if block.levels else np.zeros(block.size, bool) for block in blocks]
        self.table = np.concatenate(tables)
        self.offsets = np.cumsum([0] + [len(table) for table in tables[:-1]]).astype("int32")

    def __call__(self, coarse):
        return ops.take(self.table, ops.add(coarse, self.offsets), axis=0)

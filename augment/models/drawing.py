"""Guesses become cells: draws of a block, and how likely its cells are, in plain arrays."""

import numpy as np

from augment.models.copying import IMPOSSIBLE
from augment.models.heads import waves
from augment.models.plain_trunk import array, silu


class Drawing:
    """The trained heads of a model as arrays, to draw one block at a time.

    Sampling goes from block to block with few rows at once, where compiled tensors cost more to call than to compute.

    Parameters
    ----------
    heads : TokenHeads
        The trained heads.
    """

    def __init__(self, heads):
        self.blocks, self.copies = heads.layout.blocks, heads.copies
        self.coarse, self.fine = {}, {}
        for of_class in heads.classes:
            kernels, biases = array(of_class.kernel), array(of_class.bias)[:, 0]
            kernels = kernels if of_class.bases is None else kernels @ of_class.bases
            for member, i in enumerate(of_class.members):
                self.coarse[i] = kernels[member, :, : heads.slots[i]].copy(), biases[member, : heads.slots[i]]
            if of_class.levels:
                down, gate, shift, up = map(array, (of_class.down, of_class.gate, of_class.shift, of_class.up))
                for member, (i, offset) in enumerate(zip(of_class.members, of_class.offsets, strict=True)):
                    tokens = slice(offset, offset + self.blocks[i].size)
                    self.fine[i] = down[member], 1 + gate[tokens], shift[tokens], up[member] @ waves(of_class.levels)
        self.rules = [[] for _ in self.blocks]
        for rule in heads.layout.rules:
            self.rules[rule.second].append((rule.first, rule.allowed))
            self.rules[rule.first].append((rule.second, rule.allowed.T))

    def draw(self, hidden, i, x, known, noise, allowed=None):
        """Draw block `i` of rows `x`, writing tokens and flags into them.

        Parameters
        ----------
        hidden : ndarray of shape (n, width)
            What the network made of the known cells.
        i : int
            The block.
        x : ndarray of int32 of shape (n, layout.width)
            Rows, changed in place.
        known : ndarray of bool of shape (n, n_blocks)
            Which of their blocks are known.
        noise : ndarray of shape (n, 2)
            Uniform in [0, 1): for the coarse and for the fine token.
        allowed : ndarray of bool of shape (size, max(levels, 1)), default=None
            The tokens to draw from.

        Returns
        -------
        ndarray of shape (n,)
            Log of the probability that what is allowed had: coarse tokens, and copies of a value that is.
        """
        block = self.blocks[i]
        logits, mass = self._logits(hidden, i, x, known), np.zeros(len(x))
        if allowed is not None:
            barred = np.where(self._lead_inside(i, x, allowed), logits, logits + 2 * IMPOSSIBLE)
            mass, logits = log_sum(barred) - log_sum(logits), barred
        coarse = inverse_cumulative(logits, noise[:, 0])
        x[:, block.start] = np.minimum(coarse, block.size - 1)
        if block.levels:
            fine = self._fine_logits(hidden, i, x[:, block.start])
            if allowed is not None:
                fine = np.where(allowed[x[:, block.start]], fine, fine + 2 * IMPOSSIBLE)
            x[:, block.start + 1] = inverse_cumulative(fine, noise[:, 1]) * block.has_levels[x[:, block.start]]
        for number, (source, flag, table, direction) in enumerate(self.copies[i]):
            rows = np.flatnonzero(coarse == block.size + number)
            start = self.blocks[source].start
            x[rows, block.start : block.start + 2] = table[x[rows, start], x[rows, start + 1]]
            x[rows, flag] = direction
        return mass

    def log_likelihood(self, hidden, i, x, known):
        """Log-probability (n,) of the cells of block `i` in rows `x`, given the cells that are known."""
        block, rows = self.blocks[i], np.arange(len(x))
        coarse = x[:, block.start]
        target = coarse.copy()
        for number, (source, flag, _, _) in reversed(list(enumerate(self.copies[i]))):
            target[self._can_copy(source, x, known) & (x[:, flag] > 0)] = block.size + number
        logits = self._logits(hidden, i, x, known)
        total = logits[rows, target] - log_sum(logits)
        if block.levels:
            fine = self._fine_logits(hidden, i, coarse)
            told = block.has_levels[coarse] & (target < block.size)
            total += np.where(told, fine[rows, x[:, block.start + 1]] - log_sum(fine), 0)
        return total

    def log_probabilities(self, hidden, i, x, known):
        """Log-probabilities (n, size) of the coarse tokens of block `i`, given the cells of rows `x` that are known."""
        logits = self._logits(hidden, i, x, known)[:, : self.blocks[i].size]
        return logits - log_sum(logits)[:, None]

    def _logits(self, hidden, i, x, known):
        """Logits (n, slots) of the coarse token and the copies, less what the known cells make impossible."""
        kernel, bias = self.coarse[i]
        logits = hidden @ kernel + bias
        size = self.blocks[i].size
        for number, (source, _, _, _) in enumerate(self.copies[i]):
            logits[~self._can_copy(source, x, known), size + number] += IMPOSSIBLE
        for source, allowed in self.rules[i]:
            possible = allowed[x[:, self.blocks[source].start]]
            binding = known[:, source] & possible.any(axis=1)
            logits[:, :size] += np.where(possible | ~binding[:, None], 0, IMPOSSIBLE)
        return logits

    def _lead_inside(self, i, x, allowed):
        """Which slots (n, slots) of block `i` give an allowed token, copies of a value that is allowed among them."""
        inside = np.tile(np.append(allowed.any(axis=1), np.zeros(len(self.copies[i]), bool)), (len(x), 1))
        for number, (source, _, table, _) in enumerate(self.copies[i]):
            start = self.blocks[source].start
            cell = table[x[:, start], x[:, start + 1]]
            inside[:, self.blocks[i].size + number] = allowed[cell[:, 0], cell[:, 1]]
        return inside

    def _can_copy(self, source, x, known):
        return known[:, source] & self.blocks[source].has_levels[x[:, self.blocks[source].start]]

    def _fine_logits(self, hidden, i, coarse):
        down, gate, shift, up = self.fine[i]
        return silu(hidden @ down * gate[coarse] + shift[coarse]) @ up


def inverse_cumulative(logits, uniform):
    """Index (n,) drawn from the softmax of `logits` (n, k) by `uniform` noise (n,) in [0, 1)."""
    cumulative = np.cumsum(np.exp(logits - logits.max(axis=1, keepdims=True)), axis=1)
    index = (cumulative <= (uniform * cumulative[:, -1])[:, None]).sum(axis=1)
    return np.minimum(index, logits.shape[1] - 1)


def log_sum(logits):
    """Log of the sum of exponentials (n,) of `logits` (n, k)."""
    top = logits.max(axis=1)
    return top + np.log(np.exp(logits - top[:, None]).sum(axis=1))

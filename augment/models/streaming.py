"""New sequences, token by token, in a fixed number of slots: one that has ended makes room for the next at once."""

import numpy as np

from augment.codecs.sequence_layout import BOUND, in_turn
from augment.models.drawing import inverse_cumulative

SLOTS = 128  # sequences at a time; always so many, since rounding follows the shape
GOLDEN, FIRST, SECOND = (np.uint64(number) for number in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB))


def stream(cells, noise, condition, turns=None, sizes=None):
    """Draw sequences one after the other, in the order of `noise`.

    Parameters
    ----------
    cells : PlainCells or what is like them
        Their `step` tells what follows.
    noise : ndarray of uint64 of shape (n,)
        A number for each sequence.
    condition : SequenceCondition
        What is known of the sequences.
    turns : ndarray of bool of shape (period, n_tokens), default=None
        Which tokens may stand where; see `SequenceLayout`.
    sizes : ndarray of int of shape (n_tokens,), default=None
        How long each token is; None where all are of length one.

    Yields
    ------
    ndarray of int32
        The tokens of a sequence, those of its prompt first and without the 0s around it. One that has not ended by
        `max_length` has a token more than that.
    """
    slots, waiting, n_given = _Slots(cells, noise, condition, turns, sizes), {}, 0
    for number, sequence in slots.run():
        waiting[number] = sequence
        while n_given in waiting:
            yield waiting.pop(n_given)
            n_given += 1


class _Slots:
    """The sequences that are being drawn, each in a slot with its own state."""

    def __init__(self, cells, noise, condition, turns, sizes):
        self.cells, self.noise, self.condition, self.turns, self.sizes = cells, noise, condition, turns, sizes
        self.owners = np.full(SLOTS, -1)  # which sequence stands in each slot, -1 for none
        self.lengths = np.zeros(SLOTS, int)
        self.drawn = [[] for _ in range(SLOTS)]
        self.tokens, self.classes = np.zeros(SLOTS, "int32"), np.zeros(SLOTS, "int32")
        self.states, self.next = None, 0

    def run(self):
        """Numbers and tokens of sequences as they end."""
        self._fill()
        while (self.owners >= 0).any():
            logits, self.states = self.cells.step(self.tokens, self.classes, self.states)
            self._draw(logits)
            yield from self._ended()
            self._fill()

    def _fill(self):
        """Let the next sequences into free slots; the token 0 resets the state."""
        for slot in np.flatnonzero(self.owners < 0):
            if self.next == len(self.noise):
                break
            self.owners[slot], self.drawn[slot], self.tokens[slot] = self.next, [], BOUND
            self.lengths[slot] = 0
            self.classes[slot] = self.condition.classes[self.next]
            self.next += 1

    def _draw(self, logits):
        """Draw the next token of each slot, or take it from the prompt."""
        seeds = self.noise[self.owners]
        places = np.array([len(drawn) for drawn in self.drawn], "uint64")
        logits = in_turn(logits.astype("float64") / self.condition.temperature, places.astype(int), self.turns)
        logits = narrowed(logits, self.condition.top_p)
        self.tokens = inverse_cumulative(logits, uniform(seeds, places)).astype("int32")
        for slot in np.flatnonzero(self.owners >= 0):
            prompt, drawn = self.condition.prompts[self.owners[slot]], self.drawn[slot]
            if len(drawn) < len(prompt):
                self.tokens[slot] = prompt[len(drawn)]
            drawn.append(self.tokens[slot])
        self.lengths += 1 if self.sizes is None else self.sizes[self.tokens]

    def _ended(self):
        """Take sequences out that have ended or are as long as they may be."""
        for slot in np.flatnonzero(self.owners >= 0):
            drawn, ends = self.drawn[slot], self.tokens[slot] == BOUND
            if ends or self.lengths[slot] > self.condition.max_length:
                yield self.owners[slot], np.array(drawn[:-1] if ends else drawn, "int32")
                self.owners[slot] = -1


def narrowed(logits, top_p):
    """Logits (n, k) without the unlikeliest tokens, which together have at most 1 - top_p."""
    if top_p == 1:
        return logits
    order = np.argsort(-logits, axis=1)
    sorted_ = np.take_along_axis(logits, order, axis=1)
    shares = np.exp(sorted_ - sorted_[:, :1])
    shares /= shares.sum(axis=1, keepdims=True)
    before = np.cumsum(shares, axis=1) - shares
    kept = np.empty(logits.shape, bool)
    np.put_along_axis(kept, order, before < top_p, axis=1)
    return np.where(kept, logits, -np.inf)


def uniform(seeds, places):
    """Numbers in [0, 1) that follow from seeds and places, both uint64 (n,): the generator SplitMix64.

    Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.

    Examples
    --------
    >>> uniform(np.zeros(1, "uint64"), np.zeros(1, "uint64")).round(6).tolist()
    [0.883311]
    """
    mixed = seeds + GOLDEN * (places + np.uint64(1))
    mixed = (mixed ^ (mixed >> np.uint64(30))) * FIRST
    mixed = (mixed ^ (mixed >> np.uint64(27))) * SECOND
    return ((mixed ^ (mixed >> np.uint64(31))) >> np.uint64(11)).astype("float64") * 2.0**-53

"""Sequences of which some tokens are known, filled by sequential Monte Carlo over a model that draws token by token.

Each sequence is drawn many times at once. Such a particle takes a known token as it is, and its weight is multiplied by
the probability that the model gave to it; where few particles have most of the weight, they are drawn anew by their
weights (systematic resampling). One of them is kept in the end. With more and more particles its distribution becomes
that of the model given all that is known, later tokens and the end included: Doucet, de Freitas and Gordon,
"Sequential Monte Carlo methods in practice", Springer 2001, chapter 1.
"""

import numpy as np

from augment.codecs.sequence_layout import BOUND, in_turn
from augment.models.drawing import inverse_cumulative, log_sum
from augment.models.particles import flat, resampled
from augment.models.streaming import narrowed

PARTICLES = 64  # of each sequence: chorales with one voice kept come out as likely as real ones; 8 are too few
TOGETHER = 2  # sequences; always so many, since rounding follows the shape


def fill(cells, noise, condition, turns=None):
    """Fill sequences one after the other.

    Parameters
    ----------
    cells : PlainCells or what is like them
        Their `step` tells what follows.
    noise : ndarray of uint64 of shape (n,)
        A number for each sequence, which all its draws follow from.
    condition : SequenceCondition
        What is known of the sequences; `given` are those to fill.
    turns : ndarray of bool of shape (period, n_tokens), default=None
        Which tokens may stand where; see `SequenceLayout`.

    Yields
    ------
    ndarray of int32
        The tokens of a sequence, as many as were given.
    """
    n = len(condition.given)
    for start in range(0, n, TOGETHER):
        numbers = np.minimum(np.arange(start, start + TOGETHER), n - 1)
        yield from _Particles(cells, noise, condition, turns, numbers).run()[: n - start]


class _Particles:
    """The particles of several sequences, each in a row with its own state."""

    def __init__(self, cells, noise, condition, turns, numbers):
        self.cells, self.condition, self.turns = cells, condition, turns
        self.rngs = [np.random.default_rng(int(noise[number])) for number in numbers]
        self.choices = [rng.random(1) for rng in self.rngs]  # first of all: how often the others are asked differs
        self.lengths = np.array([len(condition.given[number]) for number in numbers])
        self.given = np.full((len(numbers), self.lengths.max() + 1), BOUND)  # the end is known, too
        for row, number in enumerate(numbers):
            self.given[row, : self.lengths[row]] = condition.given[number]
        self.classes = np.repeat(condition.classes[numbers], PARTICLES).astype("int32")
        self.drawn = np.zeros((len(numbers), PARTICLES, self.given.shape[1]), "int32")
        self.weights, self.states = np.zeros((len(numbers), PARTICLES)), None  # logarithms

    def run(self):
        """The filled sequences."""
        tokens = np.full(self.weights.size, BOUND, "int32")
        for place in range(self.given.shape[1]):
            logits, self.states = self.cells.step(tokens, self.classes, self.states)
            self._draw(logits.astype("float64"), place)
            self._resample()
            tokens = self.drawn[:, :, place].ravel()
        chosen = [inverse_cumulative(*each)[0] for each in zip(self.weights[:, None], self.choices, strict=True)]
        each = zip(self.drawn, chosen, self.lengths, strict=True)
        return [particles[which, :length] for particles, which, length in each]

    def _draw(self, logits, place):
        """The next token of each particle, and what it is worth: that it is as it is known, or that none ends there."""
        logits = in_turn(logits / self.condition.temperature, np.full(len(logits), place), self.turns)
        goes_on = logits.copy()
        goes_on[:, BOUND] = -np.inf
        uniform = np.concatenate([rng.random(PARTICLES) for rng in self.rngs])
        new = inverse_cumulative(narrowed(goes_on, self.condition.top_p), uniform)
        given, within = (np.repeat(each, PARTICLES) for each in (self.given[:, place], place <= self.lengths))
        self.drawn[:, :, place] = np.where(given < BOUND, new, given).reshape(self.weights.shape)
        of_given = logits[np.arange(len(logits)), np.maximum(given, BOUND)]
        worth = np.where(given < BOUND, log_sum(goes_on), of_given) - log_sum(logits)
        self.weights += np.where(within, worth, 0.0).reshape(self.weights.shape)

    def _resample(self):
        """Let particles of much weight take the places of others, where half of the particles or fewer count."""
        kept = resampled(self.weights, np.array([rng.random() for rng in self.rngs]))
        if (kept != np.arange(PARTICLES)).any():
            self.drawn = np.take_along_axis(self.drawn, kept[..., None], axis=1)
            self.states = [[state[flat(kept)] for state in states] for states in self.states]

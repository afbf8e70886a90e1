"""What the numbers in encoded sequences of tokens mean, and what is known of sequences to generate."""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

BOUND = 0  # token that stands before each sequence and after it
NOTHING = -1  # fills up a row


@dataclass(frozen=True)
class SequenceLayout:
    """The form of encoded sequences: `pack` makes of them an int32 array of shape (n, width).

    A row holds `length + 1` tokens: whole sequences end to end with a 0 before, between and after them, or a part of
    one that is longer; -1 fills it up. Where there are classes, as many numbers follow: for each token the class of its
    sequence, for a 0 that of the sequence which it opens.

    Parameters
    ----------
    n_tokens : int
        Size of the vocabulary, the 0 included.
    length : int
        Tokens to guess in a row.
    proportions : tuple of float
        Share of each class; empty without labels.
    n_samples : int
        Number of sequences that the codec was fitted on.
    n_given : int, default=0
        Tokens at the beginning of a sequence that are given and not scored.
    turns : ndarray of bool of shape (period, n_tokens), default=None
        Which tokens may stand at each place of a sequence, over and over; None where any may stand anywhere.
    sums : ndarray of shape (n_tokens, n_sums), default=None
        What each token adds to sums over the sequence so far, which the network is told at each token: nothing for 0.
    n_parities : int, default=0
        Of so many of the sums, the first ones, it is told whether they are odd.
    bonds : Bonds, default=None
        Which tokens of a molecule may follow; None where any may.
    sizes : ndarray of int of shape (n_tokens,), default=None
        How long each token is, where not all are of length one.
    """

    modality = "tokens"
    n_tokens: int
    length: int
    proportions: tuple
    n_samples: int = field(kw_only=True)
    n_given: int = field(default=0, kw_only=True)
    turns: np.ndarray | None = field(default=None, kw_only=True, compare=False)
    sums: np.ndarray | None = field(default=None, kw_only=True, compare=False)
    n_parities: int = field(default=0, kw_only=True)
    bonds: object = field(default=None, kw_only=True, compare=False)
    sizes: np.ndarray | None = field(default=None, kw_only=True, compare=False)

    @property
    def n_sums(self):
        """Number of sums that the network is told."""
        return 0 if self.sums is None else self.sums.shape[1]

    @property
    def n_classes(self):
        """Number of classes, 0 without labels."""
        return len(self.proportions)

    @property
    def width(self):
        """Length of a row."""
        return (self.length + 1) * (2 if self.n_classes else 1)


class Way(NamedTuple):
    """A way in which a sequence may begin: with these tokens and then one of some others, which are none where any may.

    Parameters
    ----------
    tokens, then : ndarray of int
        The tokens, and the others.
    """

    tokens: np.ndarray
    then: np.ndarray


@dataclass(frozen=True)
class SequenceCondition:
    """What is known of sequences to generate.

    Parameters
    ----------
    classes : ndarray of int of shape (n,)
        Their classes, zeros without labels.
    prompts : list of ndarray of int
        For each the tokens that it begins with, maybe none.
    max_length : int
        How long they are at most, their prompt included, counted by the sizes of tokens.
    temperature : float, default=1
        Divides the logits: below 1 likely tokens become likelier.
    top_p : float, default=1
        Only the likeliest tokens that together have this probability are drawn.
    given : list of ndarray of int, default=None
        Sequences to fill, all their tokens, -1 where one is to be drawn; then `prompts` and `max_length` tell nothing.
    ways : list of list of Way, default=None
        For each all ways in which it may begin, of which one takes the place of its prompt.
    """

    classes: np.ndarray
    prompts: list
    max_length: int
    temperature: float = 1.0
    top_p: float = 1.0
    given: list | None = None
    ways: list | None = None


def in_turn(logits, places, turns):
    """Logits (n, n_tokens) of the tokens at these places (n,) of sequences, minus infinity where they may not stand.

    Examples
    --------
    >>> turns = np.array([[True, False], [False, True]])
    >>> in_turn(np.zeros((3, 2)), np.array([0, 1, 2]), turns).tolist()
    [[0.0, -inf], [-inf, 0.0], [0.0, -inf]]
    """
    return logits if turns is None else np.where(turns[places % len(turns)], logits, -np.inf)


def pack(sequences, classes, layout):
    """Rows that hold these sequences end to end, in their order; see `SequenceLayout`.

    Parameters
    ----------
    sequences : list of ndarray of int
        Tokens of each, without the 0s around them.
    classes : ndarray of int of shape (n,)
        The class of each.
    layout : SequenceLayout
        The form of the rows.

    Returns
    -------
    ndarray of int32 of shape (m, layout.width)

    Examples
    --------
    >>> pack([np.array([1, 2]), np.array([3])], np.zeros(2, int), SequenceLayout(4, 6, (), n_samples=2))
    array([[ 0,  1,  2,  0,  3,  0, -1]], dtype=int32)
    """
    rows, row, kinds = [], [BOUND], [0]
    for sequence, kind in zip(sequences, classes, strict=True):
        if len(row) > 1 and len(row) + len(sequence) > layout.length:
            rows.append((row, kinds))
            row, kinds = [BOUND], [0]
        row = [*row, *sequence, BOUND]
        kinds = [*kinds[:-1], *[kind] * (len(sequence) + 2)]
        *whole, row = _parts(row, layout.length)
        *kinds_of_whole, kinds = _parts(kinds, layout.length)
        rows.extend(zip(whole, kinds_of_whole, strict=True))
    if len(row) > 1:
        rows.append((row, kinds))
    packed = np.full((len(rows), 2, layout.length + 1), NOTHING, "int32")
    packed[:, 1] = 0
    for place, (row, kinds) in enumerate(rows):
        packed[place, :, : len(row)] = row, kinds
    return packed.reshape(len(rows), -1)[:, : layout.width]


def unpack(rows, layout):
    """Sequences and their classes (n,) of rows that `pack` made and that cut none of them.

    Examples
    --------
    >>> layout = SequenceLayout(4, 6, (), n_samples=2)
    >>> unpack(pack([np.array([1, 2]), np.array([3])], np.zeros(2, int), layout), layout)
    ([array([1, 2], dtype=int32), array([3], dtype=int32)], array([0, 0], dtype=int32))
    """
    tokens = rows[:, : layout.length + 1]
    kinds = rows[:, layout.length + 1 :] if layout.n_classes else np.zeros_like(tokens)
    sequences, classes = [], []
    for row, kind in zip(tokens, kinds, strict=True):
        (bounds,) = np.nonzero(row == BOUND)
        sequences += [row[start + 1 : end] for start, end in zip(bounds, bounds[1:], strict=False)]
        classes += [kind[bounds[:-1]]]
    return sequences, np.concatenate(classes)


def _parts(row, length):
    """A long row in parts of `length + 1`, each of which begins with the last number of the one before."""
    return [row[start : start + length + 1] for start in range(0, max(len(row) - 1, 1), length)]

"""Pieces of music as a kind of sequences: how they are read, transposed to learn from, asked for and given back."""

import math

import numpy as np

from augment.codecs.music import MusicCodec
from augment.codecs.sequence_layout import BOUND, SequenceCondition
from augment.music.pieces import SILENCE, as_piece
from augment.synthesizers.splitting import split
from augment.synthesizers.token_kind import MOST, Tokens

FORMS = "a list of arrays of MIDI pitches (time, voices) or (time,), or an array (n, time, voices)"


class Music(Tokens):
    """The kind "music": pitches in a list of arrays (time, voices) or (time,) of any lengths, or an array.

    Parameters
    ----------
    container : {"list", "array"}, default="list"
        What held the pieces.
    n_axes : {1, 2}, default=2
        Whether one is (time,), a single line, or (time, voices).
    n_voices : int, default=1
        Voices of each.
    dtype : str, default="int64"
        Type of their pitches.
    transpose : bool, default=True
        Whether they are learned in all keys.
    """

    name, codec_class = "music", MusicCodec
    options = ("transpose",)

    def __init__(self, container="list", n_axes=2, n_voices=1, dtype="int64", transpose=True):
        self.container, self.n_axes, self.n_voices, self.dtype = container, n_axes, n_voices, dtype
        self.transpose = transpose

    @classmethod
    def of(cls, X, transpose=True):
        """The kind, with the form in which the user gave the pieces; an error where there is nothing to learn."""
        if not isinstance(transpose, bool | np.bool_):
            raise TypeError(f"transpose must be True or False. Received: transpose={transpose!r}")
        pieces = _pieces(X, "X")
        if not sum(map(len, pieces)):
            raise ValueError("X holds no step to learn from: it is empty, or all of its pieces are.")
        if not any((piece != SILENCE).any() for piece in pieces):
            raise ValueError("X holds no note to learn from: its pieces are silent throughout.")
        first = next(piece for piece in pieces if len(piece))
        n_voices = first.shape[1] if first.ndim == 2 else 1
        dtype = np.result_type(*(np.asarray(piece) for piece in X if len(piece)))  # that of an empty list is float
        container = "array" if isinstance(X, np.ndarray) else "list"
        return cls(container, first.ndim, n_voices, dtype.str, bool(transpose))

    def read(self, pieces, argument="X", missing=False):
        """Pieces, or a single one, as the codec takes them, a list of arrays (time, voices)."""
        pieces = _pieces([pieces] if self._is_one(pieces) else pieces, argument, missing)
        for number, piece in enumerate(pieces):
            if len(piece) and piece.shape[1:] != (self.n_voices,) * (self.n_axes - 1):
                expected = f"(time, {self.n_voices})" if self.n_axes == 2 else "(time,)"
                raise ValueError(
                    f"The pieces must all have the shape {expected}: the same voices in each. Piece {number} of "
                    f"{argument} has the shape {piece.shape}."
                )
        return [piece.reshape(len(piece), self.n_voices) for piece in pieces]

    def _is_one(self, given):
        return _depth(given) == self.n_axes

    def number(self, condition=None, prompt=None, **others):
        """How many pieces these arguments of `generate` ask for; None where they do not tell."""
        if condition is not None:
            return len(self.read(condition, "condition", missing=True))
        return None if prompt is None or self._is_one(prompt) else len(self.read(prompt, "prompt"))

    def ask(self, codec, places, condition=None, prompt=None, max_length=None, temperature=1.0, top_p=1.0):
        """What is known of pieces of these classes (n,): a SequenceCondition."""
        if condition is None:
            return super().ask(codec, places, prompt, max_length, temperature, top_p)
        if prompt is not None or max_length is not None:
            raise ValueError("Give one of condition, pieces to fill, and prompt with max_length.")
        self._check(temperature, top_p)
        given = codec.tokens(self.read(condition, "condition", missing=True), "condition")
        if not given or 0 < len(places) < len(given):
            raise ValueError(f"condition has {len(given)} pieces, and {len(places)} are asked for.")
        given = [given[number % len(given)] for number in range(len(places))]
        longest = max(map(len, given), default=0)
        return SequenceCondition(places, [], longest, float(temperature), float(top_p), given or None)

    def give(self, sequences, codec, known, verbose):
        """Pieces in the user's form; those of an array that are not of one length as a list."""
        pieces = [piece.astype(self.dtype) for piece in self.whole(sequences, codec, known, verbose)]
        if self.n_axes == 1:
            pieces = [piece[:, 0] for piece in pieces]
        if self.container == "list" or len(set(map(len, pieces))) != 1:
            return pieces
        return np.stack(pieces)

    @staticmethod
    def apart(condition):
        """A condition in two: what it says of labels, and pieces to fill."""
        return (condition, None) if isinstance(condition, dict) else (None, condition)

    def split(self, codec, rows, fraction, rng):
        """Rows to learn from, in all keys, and to validate on, in those that were given, or None for the second.

        The pieces that validate are whole: in another key or verse a piece is nearly itself.
        """
        learn, check = _split_whole(rows, fraction, rng)
        if self.transpose:
            learn = codec.transposed(learn, MOST // codec.layout.length, rng)
        return learn, check


def _depth(pieces):
    """Axes of an array, and how deep lists are nested."""
    if isinstance(pieces, list | tuple):
        return 1 + (_depth(pieces[0]) if pieces else 0)
    if isinstance(pieces, np.ndarray) and pieces.dtype == object:
        return _depth(list(pieces))
    return np.ndim(pieces)


def _pieces(pieces, argument, missing=False):
    """Pieces as a list of arrays."""
    if not isinstance(pieces, list | tuple | np.ndarray) or (
        isinstance(pieces, np.ndarray) and pieces.ndim != 3 and pieces.dtype != object
    ):
        got = f"an array of shape {pieces.shape}" if isinstance(pieces, np.ndarray) else type(pieces).__name__
        raise TypeError(f"{argument} must be {FORMS}; got {got}.")
    return [as_piece(piece, f"Piece {number} of {argument}", missing) for number, piece in enumerate(pieces)]


def _split_whole(rows, fraction, rng):
    """Rows of some pieces and those of all others; rows of the same piece where there are too few pieces."""
    pieces = np.cumsum(rows[:, 0] == BOUND) - 1  # short ones that share a row count as one
    order = rng.permutation(pieces[-1] + 1)
    n_check = math.ceil(fraction * len(rows))
    chosen = order[: np.searchsorted(np.bincount(pieces)[order].cumsum(), n_check) + 1]
    check = np.isin(pieces, chosen)
    if min(n_check, (~check).sum()) < 2:
        return split(rows, fraction, rng)
    return rows[~check], rows[check]

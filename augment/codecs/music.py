"""Pieces of music as sequences of notes and back: the voices of a step one after the other, step by step."""

import numpy as np

from augment.codecs.labels import Classes
from augment.codecs.sequence_layout import BOUND, NOTHING, SequenceLayout
from augment.codecs.tokens import LENGTHS, TokenCodec
from augment.music.pieces import PITCHES, SILENCE


class MusicCodec(TokenCodec):
    """Turns pieces, arrays of pitches (time, voices), into sequences of whole numbers, and such sequences into pieces.

    A token is a pitch of one of the voices, so that it tells which voice comes next. Each voice has the pitches from
    its lowest to its highest fitted one, and silence where it had some.

    Attributes
    ----------
    vocabulary : list of list of int
        Voice and pitch of each token, sorted; the first has the number 1.
    n_voices : int
        Notes in a step.

    Examples
    --------
    >>> codec = MusicCodec().fit(([np.array([[67, 60], [69, 60]])], None))
    >>> codec.vocabulary
    [[0, 67], [0, 68], [0, 69], [1, 60]]
    >>> codec.tokens([np.array([[68, 60], [69, 60]])])
    [array([2, 4, 3, 4], dtype=int32)]
    >>> codec.decode([np.array([1, 4])])[0].tolist()
    [[67, 60]]
    """

    name, what, unit = "music", "pieces", "step"

    @property
    def per_unit(self):
        """Tokens of a step."""
        return self.n_voices

    def fit(self, data, target=None):
        """Learn voices, their pitches and labels of `data`, pieces and labels or None; `target` is not used."""
        pieces, labels = data
        steps = np.concatenate(pieces)
        vocabulary = [[voice, pitch] for voice in range(steps.shape[1]) for pitch in _pitches(steps[:, voice])]
        self._learn(vocabulary, max(piece.size for piece in pieces), Classes.of(labels), len(pieces))
        return self

    def _learn(self, vocabulary, longest, classes, n_samples):
        self.vocabulary, self.longest, self.classes = vocabulary, longest, classes
        voices, pitches = np.array(vocabulary).T
        self.n_voices = int(voices[-1]) + 1
        self._numbers = np.full((self.n_voices, PITCHES + 1), NOTHING, "int32")
        self._numbers[voices, pitches] = np.arange(1, len(vocabulary) + 1)  # that of silence, -1, stands last
        turns = np.arange(self.n_voices)[:, None] == np.array([NOTHING, *voices])
        turns[0, BOUND] = True  # a piece ends after a whole step
        length = int(np.clip(longest + 1, *LENGTHS))
        self.layout = SequenceLayout(len(vocabulary) + 1, length, classes.proportions, n_samples=n_samples, turns=turns)

    def tokens(self, pieces, argument="X"):
        """For each piece its tokens as numbers, -1 for NaN; a ValueError names a pitch that no fitted piece has."""
        return [self._tokens(piece, argument) for piece in pieces]

    def _tokens(self, piece, argument):
        missing = np.isnan(piece) if piece.dtype.kind == "f" else np.zeros(piece.shape, bool)
        pitches = np.where(missing, SILENCE, piece).astype(int)
        numbers = np.where(missing, NOTHING, self._numbers[np.arange(self.n_voices), pitches])
        unknown = np.argwhere((numbers == NOTHING) & ~missing)
        if len(unknown):
            step, voice = unknown[0]
            known = [pitch for of, pitch in self.vocabulary if of == voice and pitch != SILENCE]
            what = "silence" if pitches[step, voice] == SILENCE else f"the pitch {pitches[step, voice]}"
            raise ValueError(
                f"{argument} has {what} in voice {voice} at step {step}, which is none of those that the voice was "
                f"fitted with: {f'pitches from {min(known)} to {max(known)}' if known else 'silence alone'}."
            )
        return numbers.ravel()

    def decode(self, sequences):
        """Pieces (time, voices) of lists of numbers; what is left of a step is cut."""
        pitches = np.array([SILENCE, *(pitch for _, pitch in self.vocabulary)])
        whole = (np.asarray(each, int)[: len(each) // self.n_voices * self.n_voices] for each in sequences)
        return [pitches[each].reshape(-1, self.n_voices) for each in whole]

    def transposed(self, rows, most, rng):
        """Rows in every key that keeps their notes among the pitches of their voices; their own key is one.

        Parameters
        ----------
        rows : ndarray of int32 of shape (n, layout.width)
            What `encode` gave.
        most : int
            Rows to give at most; of more some are drawn.
        rng : numpy.random.Generator
            Draws them.

        Returns
        -------
        ndarray of int32 of shape (m, layout.width)
        """
        n_tokens = self.layout.length + 1
        tokens, rest, keys = rows[:, :n_tokens], rows[:, n_tokens:], self._keys()
        pairs = np.concatenate([_pairs(key, table, tokens) for key, table in enumerate(keys)])
        if len(pairs) > most:
            pairs = pairs[np.sort(rng.permutation(len(pairs))[:most])]
        key, row = pairs.T
        return np.concatenate([keys[key[:, None], tokens[row]], rest[row]], axis=1)

    def _keys(self):
        """Which token each token becomes in each key (n_keys, n_tokens + 1), the one that fills up rows last."""
        voices, pitches = np.array(self.vocabulary).T
        shifts = np.arange(1 - PITCHES, PITCHES)[:, None]
        moved = np.where(pitches == SILENCE, SILENCE, pitches + shifts)
        there = (moved >= SILENCE) & (moved < PITCHES) & ((moved >= 0) | (pitches == SILENCE))
        numbers = np.where(there, self._numbers[voices, np.where(there, moved, SILENCE)], NOTHING)
        keys = numbers[(numbers[:, pitches != SILENCE] != NOTHING).any(axis=1)]
        ends = np.full((len(keys), 1), BOUND), np.full((len(keys), 1), NOTHING)
        return np.concatenate([ends[0], keys, ends[1]], axis=1).astype("int32")


def _pitches(voice):
    """All from the lowest to the highest pitch of a voice, and silence where it has some."""
    notes = voice[voice != SILENCE]
    between = list(range(int(notes.min()), int(notes.max()) + 1)) if len(notes) else []
    return [SILENCE] * bool((voice == SILENCE).any()) + between


def _pairs(key, table, tokens):
    """Pairs (m, 2) of this key and each of the rows that can be moved into it."""
    rows = np.flatnonzero(((table[tokens] != NOTHING) | (tokens == NOTHING)).all(axis=1))
    return np.stack([np.full(len(rows), key), rows], axis=1)

"""Sequences of tokens: what the codecs of texts, molecules and music have in common."""

import numpy as np

from augment.codecs.labels import Classes
from augment.codecs.sequence_layout import SequenceLayout, pack

LENGTHS = 64, 128  # tokens in a row at least and at most


class TokenCodec:
    """Turns sequences into lists of whole numbers, one for each token, and such lists into sequences.

    A subclass says what the tokens are: `_split` takes a sequence apart into strings and `_join` puts them together.

    Parameters
    ----------
    encoding : {"tokens"}, default="tokens"
        Sequences are whole numbers to a model.

    Attributes
    ----------
    layout : SequenceLayout
        The form of encoded sequences.
    vocabulary : list of str
        The tokens, sorted; the first has the number 1.
    longest : int
        Tokens of the longest sequence.
    classes : Classes
        The labels.
    """

    encodings = ("tokens",)
    dtype = np.dtype("int32")
    name = what = unit = None  # the kind; what messages call its sequences, and what their length is counted in
    per_unit = 1  # tokens of a unit

    def __init__(self, encoding="tokens"):
        if encoding not in self.encodings:
            raise ValueError(
                f"{self.what.capitalize()} are encoded as 'tokens', which Recurrent takes. Received: "
                f"encoding={encoding!r}, that of another family."
            )
        self.encoding = encoding

    @staticmethod
    def _split(sequence):
        """The tokens of a sequence, strings."""
        raise NotImplementedError

    @staticmethod
    def _join(tokens):
        """The sequence of these tokens."""
        raise NotImplementedError

    def fit(self, data, target=None):
        """Learn tokens, lengths and labels of `data`, a pair of sequences and labels or None; `target` is not used."""
        sequences, labels = data
        split = [self._split(sequence) for sequence in sequences]
        longest = max(map(len, split))
        self._learn(sorted(set().union(*split)), longest, Classes.of(labels), len(sequences))
        return self

    def _learn(self, vocabulary, longest, classes, n_samples):
        self.vocabulary, self.longest, self.classes = vocabulary, longest, classes
        self._numbers = {token: number for number, token in enumerate(vocabulary, start=1)}
        length = int(np.clip(longest + 1, *LENGTHS))
        self.layout = SequenceLayout(len(vocabulary) + 1, length, classes.proportions, n_samples=n_samples)

    def encode(self, data, rng=None):
        """Rows (m, layout.width) of a pair of sequences and labels, in an order that `rng` decides."""
        sequences, labels = data
        order = np.arange(len(sequences)) if rng is None else rng.permutation(len(sequences))
        tokens, classes = self.tokens(sequences), self.places(labels, len(sequences))
        return pack([tokens[number] for number in order], classes[order], self.layout)

    def tokens(self, sequences, argument="X"):
        """For each sequence its tokens as numbers; a ValueError names one that no fitted sequence has."""
        try:
            return [
                np.array([self._numbers[token] for token in self._split(sequence)], "int32") for sequence in sequences
            ]
        except KeyError as error:
            raise ValueError(
                f"{argument} has the {self.unit} {error.args[0]!r}, which none of the fitted {self.what} has: leave it "
                f"out, or fit on {self.what} that have it."
            ) from None

    @staticmethod
    def length(sequence):
        """How long a sequence of tokens is, counted as `SequenceCondition.max_length` is."""
        return len(sequence)

    @staticmethod
    def cut(sequence, most):
        """The first tokens of a sequence, which together are so long."""
        return sequence[:most]

    def places(self, labels, n):
        """Places (n,) of labels among the classes, zeros for None."""
        if labels is None or not self.layout.n_classes:
            return np.zeros(n, "int32")
        return self.classes.places(labels).astype("int32")

    def decode(self, sequences):
        """Sequences of lists of numbers."""
        return [self._join([self.vocabulary[token - 1] for token in sequence]) for sequence in sequences]

    def to_dict(self):
        """The codec as JSON-ready values."""
        return {
            "kind": self.name,
            "vocabulary": self.vocabulary,
            "longest": self.longest,
            "classes": self.classes.to_dict(),
            "n_samples": self.layout.n_samples,
        }

    @classmethod
    def from_dict(cls, state):
        """The codec that `to_dict` gave."""
        codec = cls()
        codec._learn(state["vocabulary"], state["longest"], Classes.from_dict(state["classes"]), state["n_samples"])
        return codec

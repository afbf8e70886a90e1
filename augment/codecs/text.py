"""Texts as sequences of tokens and back."""

import numpy as np

from augment.codecs.labels import Classes
from augment.codecs.sequence_layout import SequenceLayout, pack

LENGTHS = 64, 128  # tokens in a row at least and at most


class TextCodec:
    """Turns texts into sequences of whole numbers, one for each character, and such sequences into texts.

    Parameters
    ----------
    encoding : {"tokens"}, default="tokens"
        Texts are whole numbers to a model.

    Attributes
    ----------
    layout : SequenceLayout
        The form of encoded texts.
    characters : list of str
        The characters, sorted; the first has the number 1.
    longest : int
        Characters of the longest text.
    classes : Classes
        The labels.

    Examples
    --------
    >>> codec = TextCodec().fit((["abba", "cab"], None))
    >>> codec.tokens(["cab"])
    [array([3, 1, 2], dtype=int32)]
    >>> codec.decode([np.array([2, 1, 3])])
    ['bac']
    """

    encodings = ("tokens",)
    dtype = np.dtype("int32")

    def __init__(self, encoding="tokens"):
        if encoding not in self.encodings:
            raise ValueError(
                f"Texts are encoded as 'tokens', which Recurrent takes. Received: encoding={encoding!r}, that of "
                "another family."
            )
        self.encoding = encoding

    def fit(self, data, target=None):
        """Learn characters, lengths and labels of `data`, a pair of texts and labels or None; `target` is not used."""
        texts, labels = data
        self.characters = sorted(set().union(*texts))
        self._numbers = {character: number for number, character in enumerate(self.characters, start=1)}
        self.longest = max(map(len, texts))
        self.classes = Classes.of(labels)
        length = int(np.clip(self.longest + 1, *LENGTHS))
        proportions = self.classes.proportions
        self.layout = SequenceLayout(len(self.characters) + 1, length, proportions, n_samples=len(texts))
        return self

    def encode(self, data, rng=None):
        """Rows (m, layout.width) of a pair of texts and labels, in an order that `rng` decides."""
        texts, labels = data
        order = np.arange(len(texts)) if rng is None else rng.permutation(len(texts))
        sequences, classes = self.tokens(texts), self.places(labels, len(texts))
        return pack([sequences[number] for number in order], classes[order], self.layout)

    def tokens(self, texts, argument="X"):
        """For each text its tokens; a ValueError names a character that no fitted text has."""
        try:
            return [np.array([self._numbers[character] for character in text], "int32") for text in texts]
        except KeyError as error:
            raise ValueError(
                f"{argument} has the character {error.args[0]!r}, which none of the fitted texts has: the model knows "
                f"{len(self.characters)} characters."
            ) from None

    def places(self, labels, n):
        """Places (n,) of labels among the classes, zeros for None."""
        if labels is None or not self.layout.n_classes:
            return np.zeros(n, "int32")
        return self.classes.places(labels).astype("int32")

    def decode(self, sequences):
        """Texts of sequences of tokens."""
        return ["".join(self.characters[token - 1] for token in sequence) for sequence in sequences]

    def to_dict(self):
        """The codec as JSON-ready values."""
        return {
            "kind": "text",
            "characters": self.characters,
            "longest": self.longest,
            "classes": self.classes.to_dict(),
            "length": self.layout.length,
            "n_samples": self.layout.n_samples,
        }

    @classmethod
    def from_dict(cls, state):
        """The codec that `to_dict` gave."""
        codec = cls()
        codec.characters, codec.longest = state["characters"], state["longest"]
        codec._numbers = {character: number for number, character in enumerate(codec.characters, start=1)}
        codec.classes = Classes.from_dict(state["classes"])
        codec.layout = SequenceLayout(
            len(codec.characters) + 1, state["length"], codec.classes.proportions, n_samples=state["n_samples"]
        )
        return codec

"""Texts as sequences of characters or word pieces and back."""

import warnings
from dataclasses import replace

import numpy as np

from augment.codecs.labels import Classes
from augment.codecs.pieces import WORD, Pieces, characters, learned
from augment.codecs.sequence_layout import Way
from augment.codecs.tokens import TokenCodec

TOKENS = "characters", "pieces"
# Pieces at most where their number is not given, and times that each occurs at least: what Gowda and May find to serve
# translation best (Findings of EMNLP 2020, arXiv 2004.02334).
MOST, FEWEST = 512, 100


class TextCodec(TokenCodec):
    """Turns texts into sequences of whole numbers, one for each character or piece, and such sequences into texts.

    Parameters
    ----------
    encoding : {"tokens"}, default="tokens"
        Texts are whole numbers to a model.
    tokens : {"characters", "pieces"} or int, default="characters"
        What the numbers stand for; as an int how many pieces there are at most.

    Attributes
    ----------
    longest : int
        Characters of the longest text.

    Examples
    --------
    >>> import numpy as np
    >>> codec = TextCodec().fit((["abba", "cab"], None))
    >>> codec.tokens(["cab"])
    [array([3, 1, 2], dtype=int32)]
    >>> codec.decode([np.array([2, 1, 3])])
    ['bac']

    >>> codec = TextCodec(tokens=10).fit((["the cat", "the hat"] * 5, None))
    >>> codec.vocabulary
    [' ', 'a', 'c', 'e', 'h', 't', 'at', 'he', 'the', ' c']
    >>> codec.tokens(["the tea"])
    [array([9, 1, 6, 4, 2], dtype=int32)]
    """

    name, what, unit = "text", "texts", "character"
    _join = staticmethod("".join)

    def __init__(self, encoding="tokens", tokens="characters"):
        super().__init__(encoding)
        self._of = tokens

    def fit(self, data, target=None):
        """Learn tokens, lengths and labels of `data`, a pair of texts and labels or None; `target` is not used."""
        texts, labels = data
        self._learn(self._vocabulary(texts), max(map(len, texts)), Classes.of(labels), len(texts))
        return self

    def _vocabulary(self, texts):
        if self._of == "characters":
            return characters(texts)
        if self._of != "pieces":
            return learned(texts, self._of)
        vocabulary = learned(texts, MOST, FEWEST)
        if len(vocabulary[-1]) == 1:
            warnings.warn(
                f"X has no word pieces that occur {FEWEST} times, and is learned as characters; tokens= takes the "
                "number of pieces, too, which then occur more rarely.",
                stacklevel=6,
            )
        return vocabulary

    def _learn(self, vocabulary, longest, classes, n_samples):
        super()._learn(vocabulary, longest, classes, n_samples)
        sizes = np.array([0, *map(len, vocabulary)])
        if sizes.max() > 1:
            self.layout, self._pieces = replace(self.layout, sizes=sizes), Pieces(vocabulary)

    def _split(self, text):
        return list(text) if self.layout.sizes is None else self._pieces.split(text)

    def length(self, sequence):
        """Characters of a sequence of tokens."""
        return len(sequence) if self.layout.sizes is None else int(self.layout.sizes[sequence].sum())

    def cut(self, sequence, most):
        """The tokens of the first `most` characters of a sequence."""
        if self.length(sequence) <= most:
            return sequence
        return self.tokens([text[:most] for text in self.decode([sequence])])[0]

    def ways(self, text):
        """In how many ways a text may be split that begins with these characters: just one of them holds for each.

        Its last word may go on, and is then split in another way than alone: a piece of it reaches further.

        Parameters
        ----------
        text : str
            The beginning.

        Returns
        -------
        list of Way
        """
        *begun, word = WORD.findall(text) or [""]
        ways = [Way(self.tokens([text], "prompt")[0], np.zeros(0, "int32"))]
        for place in range(len(word)):
            if reaching := self._reaching(word, place):
                (tokens,) = self.tokens(["".join(begun) + word[:place]])
                ways.append(Way(tokens, np.array([self._numbers[piece] for piece in reaching], "int32")))
        return ways

    def _reaching(self, word, place):
        """The pieces that begin at that place of a word and reach over its end, where a word may be split so."""
        before, left = self._pieces.split(word[:place]), word[place:]
        over = [piece for piece in self.vocabulary if piece.startswith(left) and piece != left]
        return [piece for piece in over if self._pieces.split(word[:place] + piece) == [*before, piece]]

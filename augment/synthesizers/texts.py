"""Texts as a kind of sequences: how they are read and how they are given back."""

import numbers
from dataclasses import replace

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from augment.codecs.text import TOKENS, TextCodec
from augment.synthesizers.pairs import Pairing, is_series, to_numpy
from augment.synthesizers.token_kind import Tokens


class Strings(Tokens):
    """What kinds of strings have in common: a list, a 1-D array or a series; a single string counts as a list of one.

    Parameters
    ----------
    container : {"list", "array", "objects", "series"}, default="list"
        What held the strings.
    series : dict, default=None
        Of a series what `Pairing` stores of it.
    """

    def __init__(self, container="list", series=None):
        self.container, self.series = container, series

    @staticmethod
    def form(texts):
        """What held the strings, and of a series what is stored; a ValueError where there is nothing to learn."""
        if not any(read_texts(texts)):
            raise ValueError("X holds no text to learn from: it is empty, or all of its texts are.")
        if is_series(texts):
            series = nw.from_native(texts, series_only=True)
            if series.dtype in (nw.Categorical, nw.Enum):  # a new text is none of the categories
                series = series.cast(nw.String)
            return "series", Pairing.of(np.zeros((len(texts), 1)), series.to_native()).to_dict()
        if isinstance(texts, np.ndarray):
            return "array" if texts.dtype.kind == "U" else "objects", None
        return "list", None

    @staticmethod
    def read(texts, argument="X"):
        """Strings as the codec takes them, a list of str."""
        return read_texts(texts, argument)

    @staticmethod
    def _is_one(prompt):
        return isinstance(prompt, str)

    def as_given(self, texts):
        """Strings in the user's form."""
        if self.container == "series":
            return Pairing.from_dict(self.series).as_given(texts)
        kinds = {"array": str, "objects": object}
        return np.array(texts, dtype=kinds[self.container]) if self.container in kinds else texts


class Texts(Strings):
    """The kind "text": strings.

    Parameters
    ----------
    container, series
        As in `Strings`.
    tokens : {"characters", "pieces"} or int, default="characters"
        What the model writes texts as.
    """

    name, codec_class, options = "text", TextCodec, ("tokens",)

    def __init__(self, container="list", series=None, tokens="characters"):
        super().__init__(container, series)
        self.tokens = tokens

    @staticmethod
    def codec_settings(synthesizer):
        """What the codec takes of the parameters of a SequenceSynthesizer."""
        return {"tokens": synthesizer.tokens}

    @classmethod
    def of(cls, texts, tokens="characters"):
        """The kind, with the form in which the user gave the texts; a ValueError where there is nothing to learn."""
        return cls(*cls.form(texts), read_tokens(tokens))

    def ask(self, codec, places, prompt=None, **given):
        """What is known of texts of these classes (n,): a SequenceCondition."""
        known = super().ask(codec, places, prompt, **given)
        if codec.layout.sizes is None or prompt is None:
            return known
        ways = {text: codec.ways(text) for text in set(read_texts(prompt))}
        return replace(known, ways=[ways[text] for text in codec.decode(known.prompts)])

    def give(self, sequences, codec, known, verbose):
        """Texts of sequences of tokens, in the user's form, those that had not ended cut."""
        return self.as_given(self.whole(sequences, codec, known, verbose))


def read_tokens(tokens):
    """`tokens` as JSON has it; a ValueError where it is none of what a text can be written as."""
    if isinstance(tokens, numbers.Integral) and not isinstance(tokens, bool) and tokens >= 1:
        return int(tokens)
    if isinstance(tokens, str) and tokens in TOKENS:
        return tokens
    names = ", ".join(map(repr, TOKENS))
    raise ValueError(f"tokens must be {names} or a number of pieces of at least 1. Received: tokens={tokens!r}")


def read_texts(texts, argument="X"):
    """Texts as a list of str; an error that says what is wrong with them."""
    if isinstance(texts, str):
        return [texts]
    values = to_numpy(texts).tolist() if is_series(texts) or isinstance(texts, np.ndarray) else texts
    if not isinstance(values, list | tuple):
        raise TypeError(
            f"{argument} must be a string, or a list, a 1-D array or a series of strings; got {type(texts).__name__}."
        )
    for number, value in enumerate(values):
        if not isinstance(value, str):
            what = "missing: drop or fill it" if is_missing(value) else f"of type {type(value).__name__}"
            raise TypeError(f"{argument} must hold strings; number {number} is {what}.")
    return list(values)


def is_missing(value):
    """Whether a cell is None, pandas's NA or NaN."""
    return value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value))

"""Texts as a kind of sequences: how they are read and how they are given back."""

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from augment.codecs.text import TextCodec
from augment.synthesizers.pairs import Pairing, is_series, to_numpy
from augment.synthesizers.token_kind import Tokens


class Texts(Tokens):
    """The kind "text": strings, in a list, a 1-D array or a series; a single string counts as a list of one.

    Parameters
    ----------
    container : {"list", "array", "objects", "series"}, default="list"
        What held the texts.
    series : dict, default=None
        Of a series what `Pairing` stores of it.
    """

    name, codec_class = "text", TextCodec

    def __init__(self, container="list", series=None):
        self.container, self.series = container, series

    @classmethod
    def of(cls, texts):
        """The kind, with the form in which the user gave the texts; a ValueError where there is nothing to learn."""
        if not any(read_texts(texts)):
            raise ValueError("X holds no text to learn from: it is empty, or all of its texts are.")
        if is_series(texts):
            series = nw.from_native(texts, series_only=True)
            if series.dtype in (nw.Categorical, nw.Enum):  # a new text is none of the categories
                series = series.cast(nw.String)
            return cls("series", Pairing.of(np.zeros((len(texts), 1)), series.to_native()).to_dict())
        if isinstance(texts, np.ndarray):
            return cls("array" if texts.dtype.kind == "U" else "objects")
        return cls()

    @staticmethod
    def read(texts, argument="X"):
        """Texts as the codec takes them, a list of str."""
        return read_texts(texts, argument)

    @staticmethod
    def _is_one(prompt):
        return isinstance(prompt, str)

    def give(self, sequences, codec, known, verbose):
        """Texts of sequences of tokens, in the user's form, those that had not ended cut."""
        return self.as_given(self.whole(sequences, codec, known, verbose))

    def as_given(self, texts):
        """Texts in the user's form."""
        if self.container == "series":
            return Pairing.from_dict(self.series).as_given(texts)
        kinds = {"array": str, "objects": object}
        return np.array(texts, dtype=kinds[self.container]) if self.container in kinds else texts


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

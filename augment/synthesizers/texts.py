"""Texts as a kind of sequences: how they are read, what can be asked of them, and how they are given back."""

import numbers
import sys

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from augment.codecs.sequence_layout import SequenceCondition
from augment.codecs.text import TextCodec
from augment.synthesizers.pairs import Pairing, is_series, to_numpy

OFTEN = 40  # times at most that a model sees a token, unless `epochs` is given
MOST = 8_000_000  # tokens at most that it sees
FEWEST = 500  # steps of training
ARITHMETIC = 4e10  # floating-point operations that a core does in a second
LONGEST = 1000  # tokens at most that are generated where no `max_length` is given


class Texts:
    """The kind "text": strings, in a list, a 1-D array or a series; a single string counts as a list of one.

    Parameters
    ----------
    container : {"list", "array", "objects", "series"}, default="list"
        What held the texts.
    series : dict, default=None
        Of a series what `Pairing` stores of it.
    """

    name, codec_class = "text", TextCodec
    families = ("recurrent",)  # the first is what "auto" is
    takes, options = ("prompt", "max_length", "temperature", "top_p"), ()
    overlap = 0

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
    def read(texts):
        """Texts as the codec takes them, a list of str."""
        return read_texts(texts)

    @staticmethod
    def number(prompt=None, **others):
        """How many sequences these arguments of `generate` ask for; None where they do not tell."""
        return None if prompt is None or isinstance(prompt, str) else len(read_texts(prompt, "prompt"))

    @staticmethod
    def ask(codec, places, prompt=None, max_length=None, temperature=1.0, top_p=1.0):
        """What is known of sequences of these classes (n,): a SequenceCondition."""
        prompts = _prompts(codec, prompt, len(places))
        if not (isinstance(temperature, numbers.Real) and 0.01 <= temperature <= 100):
            raise ValueError(f"temperature must be a number from 0.01 to 100. Received: temperature={temperature!r}")
        if not (isinstance(top_p, numbers.Real) and 0 < top_p <= 1):
            raise ValueError(f"top_p must be in (0, 1]. Received: top_p={top_p!r}")
        return SequenceCondition(
            places, prompts, _max_length(codec, max_length, prompts), float(temperature), float(top_p)
        )

    def give(self, sequences, codec, known, verbose):
        """Texts of sequences of tokens, in the user's form, those that had not ended cut."""
        n_cut = sum(len(sequence) > known.max_length for sequence in sequences)
        if verbose and n_cut:
            what = f"{n_cut:,} of {len(sequences):,} texts were cut at max_length={known.max_length}"
            print(f"augment: {what}", file=sys.stderr)
        texts = codec.decode([sequence[: known.max_length] for sequence in sequences])
        if self.container == "series":
            return Pairing.from_dict(self.series).as_given(texts)
        kinds = {"array": str, "objects": object}
        return np.array(texts, dtype=kinds[self.container]) if self.container in kinds else texts

    @staticmethod
    def draw(model, codec, known, rng):
        """New sequences of tokens."""
        return model.transport(model.noise(len(known.classes), rng), known)

    @staticmethod
    def rows_seen(layout, n):
        """How many rows training sees, of n, and in how many steps at least."""
        return min(OFTEN * n, MOST / layout.length), FEWEST

    @staticmethod
    def seconds_of_a_step(layout, model, batch_size):
        """CPU seconds about that a step takes."""
        return 0.005 + 6 * batch_size * layout.length * model.count_params() / ARITHMETIC

    @staticmethod
    def guard(codec, model, learn, check, plan):
        """What ends training where the model begins to learn by heart: nothing, validation does."""

    def to_dict(self):
        """The form as JSON-ready values."""
        return vars(self)


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


def _prompts(codec, prompt, n):
    """Tokens that each of n sequences begins with."""
    if prompt is None:
        return [np.zeros(0, "int32")] * n
    prompts = codec.tokens(read_texts(prompt, "prompt"), "prompt")
    if isinstance(prompt, str):
        return prompts * n
    if len(prompts) != n:
        raise ValueError(f"prompt is a list of {len(prompts)} texts, and {n} are asked for.")
    return prompts


def _max_length(codec, max_length, prompts):
    longest = max(map(len, prompts), default=0)
    if max_length is None:
        most = min(codec.longest, LONGEST)
        return most if longest < most else longest + most
    if not isinstance(max_length, numbers.Integral) or isinstance(max_length, bool) or max_length < 1:
        raise ValueError(f"max_length must be an integer of at least 1. Received: max_length={max_length!r}")
    if longest > max_length:
        raise ValueError(f"A prompt has {longest} characters, more than max_length={max_length}.")
    return int(max_length)

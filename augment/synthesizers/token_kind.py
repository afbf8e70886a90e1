"""What kinds of sequences that are made of tokens have in common: how they are asked for, drawn and trained."""

import numbers
import sys

import numpy as np

from augment.codecs.sequence_layout import SequenceCondition
from augment.synthesizers.splitting import split

OFTEN = 40  # times at most that a model sees a token, unless `epochs` is given
MOST = 8_000_000  # tokens at most that it sees
FEWEST = 500  # steps of training
ARITHMETIC = 4e10  # floating-point operations that a core does in a second
LONGEST = 1000  # units at most that are generated where no `max_length` is given


class Tokens:
    """A kind whose codec is a `TokenCodec`; a subclass says how sequences are read and given back."""

    families = ("recurrent",)  # the first is what "auto" is
    takes, options = ("prompt", "max_length", "temperature", "top_p"), ()
    labelled = True
    seconds_after = 0.0  # about that `conclude` takes

    def to_learn(self, X):
        """Sequences as the codec takes them to learn from, and which of X (n,) they are."""
        sequences = self.read(X)
        return sequences, np.ones(len(sequences), bool)

    @staticmethod
    def codec_settings(synthesizer):
        """What the codec takes of the parameters of a SequenceSynthesizer."""
        return {}

    @classmethod
    def number(cls, prompt=None, **others):
        """How many sequences these arguments of `generate` ask for; None where they do not tell."""
        return None if prompt is None or cls._is_one(prompt) else len(cls.read(prompt, "prompt"))

    @staticmethod
    def apart(condition):
        """A condition in two: what it says of labels, and what of the sequences."""
        return condition, None

    @staticmethod
    def _is_one(prompt):
        """Whether a prompt is a single one, which all sequences begin with."""
        raise NotImplementedError

    def ask(self, codec, places, prompt=None, max_length=None, temperature=1.0, top_p=1.0):
        """What is known of sequences of these classes (n,): a SequenceCondition."""
        prompts = self._prompts(codec, prompt, len(places))
        self._check(temperature, top_p)
        most = _max_length(codec, max_length, prompts)
        return SequenceCondition(places, prompts, most, float(temperature), float(top_p))

    @staticmethod
    def _check(temperature, top_p):
        """A ValueError where the numbers that change how tokens are drawn are none."""
        if not (isinstance(temperature, numbers.Real) and 0.01 <= temperature <= 100):
            raise ValueError(f"temperature must be a number from 0.01 to 100. Received: temperature={temperature!r}")
        if not (isinstance(top_p, numbers.Real) and 0 < top_p <= 1):
            raise ValueError(f"top_p must be in (0, 1]. Received: top_p={top_p!r}")

    def _prompts(self, codec, prompt, n):
        """Tokens that each of n sequences begins with."""
        if prompt is None:
            return [np.zeros(0, "int32")] * n
        prompts = self._begun(codec, prompt)
        if self._is_one(prompt):
            return prompts * n
        if len(prompts) != n:
            raise ValueError(f"prompt is a list of {len(prompts)} {codec.what}, and {n} are asked for.")
        return prompts

    def _begun(self, codec, prompt):
        """Tokens of each prompt."""
        return codec.tokens(self.read(prompt, "prompt"), "prompt")

    @staticmethod
    def draw(model, codec, known, rng):
        """New sequences of tokens."""
        return model.transport(model.noise(len(known.classes), rng), known)

    @staticmethod
    def log_likelihood(model, codec, sequences, classes):
        """Log-probability of each sequence and its end, with that of its class where it is given."""
        return model.log_likelihood(codec.tokens(sequences), classes)

    @staticmethod
    def whole(sequences, codec, known, verbose):
        """Sequences, those that had not ended cut, which is said."""
        n_cut = sum(codec.length(sequence) > known.max_length for sequence in sequences)
        if verbose and n_cut:
            most = known.max_length // codec.per_unit
            print(
                f"augment: {n_cut:,} of {len(sequences):,} {codec.what} were cut at max_length={most}", file=sys.stderr
            )
        return codec.decode([codec.cut(sequence, known.max_length) for sequence in sequences])

    def split(self, codec, rows, fraction, rng):
        """Rows to learn from and to validate on, or None for the second."""
        return split(rows, fraction, rng)

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

    @staticmethod
    def conclude(model, codec, rng, seconds):
        """Learn what is left to learn of a trained model: nothing."""

    def to_dict(self):
        """The form as JSON-ready values."""
        return vars(self)


def _max_length(codec, max_length, prompts):
    """How long a sequence is at most, as its codec counts; `max_length` and what is by default are in units."""
    longest = max(map(codec.length, prompts), default=0) // codec.per_unit
    if max_length is None:
        most = min(codec.longest // codec.per_unit, LONGEST)
        return (most if longest < most else longest + most) * codec.per_unit
    if not isinstance(max_length, numbers.Integral) or isinstance(max_length, bool) or max_length < 1:
        raise ValueError(f"max_length must be an integer of at least 1. Received: max_length={max_length!r}")
    if longest > max_length:
        raise ValueError(f"A prompt has {longest} {codec.unit}s, more than max_length={max_length}.")
    return int(max_length) * codec.per_unit

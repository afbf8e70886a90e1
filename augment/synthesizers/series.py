"""Series of numbers as a kind of sequences: how they are read, what can be asked of them, how they are given back."""

import numbers
from dataclasses import dataclass

import numpy as np

from augment.codecs.series import SeriesCodec
from augment.codecs.series_layout import SeriesCondition
from augment.synthesizers.series_reading import check_features, check_lengths, read_series, windows
from augment.synthesizers.splitting import split

OFTEN = 100  # times at most that a model sees a series, unless `epochs` is given
FEWEST = 500  # steps of training
SCORED = 1000  # series that `score` compares
ARITHMETIC = 2e10  # floating-point operations that a core does in a second


@dataclass(frozen=True)
class Question:
    """What is known of series to generate.

    Parameters
    ----------
    classes : ndarray of int of shape (n,)
        Their classes, zeros without labels.
    given : list of ndarray of shape (steps, features), default=None
        What each begins with, or, to be filled, each with its missing values.
    horizon : int or None, default=None
        Steps that follow; None to fill.
    """

    classes: np.ndarray
    given: list | None = None
    horizon: int | None = None


class Series:
    """The kind "series": numbers in an array (n, time, features) or (n, time), or a list of arrays of any lengths.

    Parameters
    ----------
    container : {"list", "array", "objects"}, default="array"
        What held the series.
    n_axes : {1, 2}, default=2
        Whether one is (time,) or (time, features).
    window, stride : int, default=None
        Steps of a window, and from the beginning of one to that of the next; None where series are whole.
    alone : bool, default=False
        Whether the windows are all of one series.
    """

    name, codec_class = "series", SeriesCodec
    families = ("flow", "gan", "recurrent", "vae")  # the first is what "auto" is
    takes, options = ("history", "horizon"), ("window", "stride")
    labelled = True
    seconds_after = 0.0  # about that `conclude` takes

    def __init__(self, container="array", n_axes=2, window=None, stride=None, alone=False):
        self.container, self.n_axes, self.window, self.stride = container, n_axes, window, stride
        self.alone = alone

    @property
    def overlap(self):
        """How many of the windows that follow one share steps with it; 0 where series are whole."""
        return (self.window - 1) // self.stride if self.window else 0

    @classmethod
    def of(cls, X, window=None, stride=1):
        """The kind, with the form in which the user gave the series; an error where there is nothing to learn."""
        if window is None:
            if isinstance(X, np.ndarray) and X.ndim == 1 and X.dtype.kind != "O":
                raise ValueError("X is one series: give window=, the steps of the parts to learn it in.")
            series, n_axes = read_series(X)
            objects = isinstance(X, np.ndarray) and X.dtype.kind == "O" and X.ndim == 1
            kind = cls("objects" if objects else "array" if isinstance(X, np.ndarray) else "list", n_axes)
        else:
            one = isinstance(X, np.ndarray) and X.ndim < 3
            whole, n_axes = read_series([X] if one else X)
            series = windows(whole, window, stride)
            kind = cls("array", n_axes, window, stride, alone=len(whole) == 1)
        if len(series) < 2:
            advice = "" if window else "; one long series needs window=, the steps of the parts to learn it in"
            raise ValueError(f"X has {len(series)} series while a minimum of 2 is required to learn from{advice}.")
        return kind

    def codec_settings(self, synthesizer):
        """What the codec takes of the parameters of a SequenceSynthesizer: one series has one scale, unless asked."""
        return {"scaling": False if self.alone and synthesizer.scaling == "auto" else synthesizer.scaling}

    def read(self, X):
        """Series as the codec takes them, a list of arrays (steps, features)."""
        if self.window is None:
            return read_series(X, self.n_axes)[0]
        one = isinstance(X, np.ndarray) and X.ndim == self.n_axes
        return windows(read_series([X] if one else X, self.n_axes)[0], self.window, self.stride)

    def to_learn(self, X):
        """Series as the codec takes them to learn from, and which of X (n,) they are."""
        series = self.read(X)
        return series, np.ones(len(series), bool)

    @staticmethod
    def apart(condition):
        """A condition in two: what it says of labels, and what of the series."""
        return (condition, None) if isinstance(condition, dict) else (None, condition)

    def number(self, condition=None, history=None, horizon=None):
        """How many series these arguments of `generate` ask for; None where they do not tell."""
        given = history if condition is None else condition
        return None if given is None else len(self._given(given, "history" if condition is None else "condition"))

    def ask(self, codec, places, condition=None, history=None, horizon=None):
        """What is known of series of these classes (n,): a Question."""
        if condition is not None and (history is not None or horizon is not None):
            raise ValueError("Give one of condition, series to fill, and history with horizon.")
        check_horizon(history, horizon)
        if condition is None and history is None:
            return Question(places)
        name = "history" if condition is None else "condition"
        given = self._given(history if condition is None else condition, name)
        check_features(given, codec, name)
        if 0 < len(places) < len(given):
            raise ValueError(f"{name} has {len(given)} series, and {len(places)} are asked for.")
        given = [given[number % len(given)] for number in range(len(places))]
        if given and condition is not None:
            check_lengths(given, codec, name)
        return Question(places, given, None if condition is not None else int(horizon))

    def _given(self, given, argument):
        one = isinstance(given, np.ndarray) and given.ndim == self.n_axes
        series, _ = read_series(given[None] if one else given, self.n_axes, argument)
        if not series:
            raise ValueError(f"{argument} has no series.")
        return series

    def draw(self, model, codec, question, rng):
        """New series, a list of arrays (steps, features)."""
        if not question.given:  # none is known, or none is asked for
            return self._made(model, codec, SeriesCondition(question.classes), rng)
        if question.horizon is None:
            lengths = list(map(len, question.given))
            known = self._condition(codec, question, question.given, lengths, True)
            made = self._made(model, codec, known, rng, lengths, question.given)
            return [merged(*pair) for pair in zip(question.given, made, strict=True)]
        return self._continued(model, codec, question, rng)

    def _continued(self, model, codec, question, rng):
        """Histories and what follows them: a window at a time, of which at least half is new if so much is needed."""
        longest, series, left = codec.layout.length, question.given, question.horizon
        series = [part.astype(np.result_type(part, codec.dtype_in)) for part in series]
        while left:
            known = [
                part[-max(longest - min(left, -(-longest // 2)), 0) :] if longest > 1 else part[:0] for part in series
            ]
            lengths = [min(len(part) + left, longest) for part in known]
            condition = self._condition(codec, question, known, lengths, False)
            made = self._made(model, codec, condition, rng, lengths, known)
            new = min(length - len(part) for length, part in zip(lengths, known, strict=True))
            series = [
                np.concatenate([part, more[len(before) : len(before) + new].astype(part.dtype)])
                for part, more, before in zip(series, made, known, strict=True)
            ]
            left -= new
        return series

    @staticmethod
    def _condition(codec, question, series, lengths, to_fill):
        told = codec.one_hots(question.classes) if codec.layout.n_classes else None
        return SeriesCondition(question.classes, *codec.known(series, lengths, to_fill, told))

    @staticmethod
    def _made(model, codec, condition, rng, lengths=None, given=None):
        """Series that a model makes, of these lengths, from what is given of them; without a model all is constant."""
        n = len(condition.classes)
        if model is None:
            return codec.decode(np.zeros((n, 0), "float32"), lengths, given)
        return codec.decode(model.transport(model.noise(n, rng), condition), lengths, given)

    def give(self, series, codec, known, verbose):
        """Series in the user's form; those of an array that are not of one length as a list."""
        if self.n_axes == 1:
            series = [part[:, 0] for part in series]
        if self.container == "objects":
            objects = np.empty(len(series), object)
            objects[:] = series
            return objects
        if self.container == "list" or len(set(map(len, series))) > 1:
            return series
        shape = (codec.layout.length, codec.n_features)[: self.n_axes]
        return np.stack(series) if series else np.zeros((0, *shape), codec.dtype_in)

    def split(self, codec, rows, fraction, rng):
        """Series to learn from and to validate on, or None for the second; windows that share steps are on one side."""
        return split(rows, fraction, rng, self.overlap)

    @staticmethod
    def log_likelihood(model, codec, series, classes):
        """Log-density of the scores of each series, with the probability of its class where it is given."""
        if not series:
            return np.zeros(0)
        scores, n_classes = _scored(series, codec)[:, : codec.layout.n_values], codec.layout.n_classes
        if model is None:  # all is constant: there are only the classes
            return np.zeros(len(series)) if classes is None else np.log(codec.layout.proportions)[classes]
        if not n_classes:
            return model.log_likelihood(scores)
        if classes is not None:
            return _joint(model, codec, scores, classes)
        each = [_joint(model, codec, scores, np.full(len(scores), place)) for place in range(n_classes)]
        return np.logaddexp.reduce(each)

    @staticmethod
    def rows_seen(layout, n):
        """How many series training sees, of n, and in how many steps at least."""
        return OFTEN * n, FEWEST

    @staticmethod
    def seconds_of_a_step(layout, model, batch_size):
        """CPU seconds about that a step takes."""
        n_weights = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
        return 0.01 + 6 * batch_size * model.passes * n_weights / ARITHMETIC

    def score(self, model, codec, series, classes):
        """Minus the squared sliced Wasserstein distance of series from as many generated ones, 1,000 at most.

        Of scores, those of all steps and channels of a series as one vector.
        """
        from augment.models.sliced_distance import sliced_distance

        chosen, rng = np.random.default_rng(0).permutation(len(series))[:SCORED], np.random.default_rng(1)
        scores = _scored([series[number] for number in chosen], codec)[:, : codec.layout.n_values]
        places = rng.choice(max(codec.layout.n_classes, 1), len(chosen), p=codec.layout.proportions or None)
        known = SeriesCondition(places if classes is None else classes[chosen])
        made = np.asarray(model.transport(model.noise(len(chosen), rng), known))
        made = codec.around(made, made[:, codec.layout.n_values :])
        return -sliced_distance(scores, made[:, : codec.layout.n_values])

    def guard(self, codec, model, learn, check, plan):
        """What ends training where the model begins to learn its series by heart; see `StopAtCopies`."""
        from augment.models.nearer import FEWEST as FEWEST_ROWS
        from augment.models.nearer import StopAtCopies

        if check is None or len(check) < FEWEST_ROWS:
            return None
        n_values = self._n_values(codec)

        def make(n):
            return self._rows(model, codec, n, np.random.default_rng(0))[:, :n_values]

        return StopAtCopies(learn[:, :n_values], check[:, :n_values], make, plan.epochs, self.overlap + 1)

    @staticmethod
    def conclude(model, codec, rng, seconds):
        """Learn what is left to learn of a trained model: nothing."""

    @staticmethod
    def _n_values(codec):
        """How many numbers the steps of an encoded series are."""
        return codec.layout.n_values

    @staticmethod
    def _rows(model, codec, n, rng):
        """Encoded series of which nothing is known."""
        places = rng.choice(max(codec.layout.n_classes, 1), n, p=codec.layout.proportions or None)
        return np.asarray(model.transport(model.noise(n, rng), SeriesCondition(places)))

    def to_dict(self):
        """The form as JSON-ready values."""
        return vars(self)


def _scored(series, codec):
    """Scores of series of X, which must be of the form of the fitted ones, whatever their classes."""
    check_features(series, codec, "X")
    check_lengths(series, codec, "X")
    return codec.encode((series, None))


def _joint(model, codec, scores, places):
    """Log-density (n,) of scores (n, n_values) and classes at these places (n,)."""
    told = codec.one_hots(places)
    logs = model.log_likelihood(codec.without(scores, told), told) + codec.log_slopes(scores, told)
    return logs + np.log(codec.layout.proportions)[places]


def check_horizon(history, horizon):
    """A ValueError where one of the two is there alone, or the second is no number of steps."""
    if (history is None) != (horizon is None):
        raise ValueError("history and horizon go together: the first steps, and how many are to follow.")
    whole = isinstance(horizon, numbers.Integral) and not isinstance(horizon, bool)
    if horizon is not None and not (whole and horizon >= 1):
        raise ValueError(f"horizon must be an integer of at least 1. Received: horizon={horizon!r}")


def merged(given, made):
    """What is given of a series, its missing values taken from another, whose type it has if that changes nothing."""
    missing = np.isnan(given.astype("float64"))
    filled = np.where(missing, made, given)
    with np.errstate(invalid="ignore"):
        typed = filled.astype(made.dtype)
    return typed if np.array_equal(typed, filled, equal_nan=True) else filled

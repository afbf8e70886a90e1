"""Event tables as a kind of sequences: how they are read, what can be asked of them, how they are given back."""

import numbers
import sys
from dataclasses import dataclass

import numpy as np

from augment.codecs.conditions import TableCondition
from augment.codecs.event_rows import EventTable
from augment.codecs.events import EventsCodec
from augment.codecs.events_layout import Entities, EventsCondition, groups
from augment.codecs.frames import read_table
from augment.synthesizers.conditioning import draw
from augment.synthesizers.events_reading import check_names, refuse_named_twice, with_plain_entity
from augment.synthesizers.pairs import is_frame
from augment.synthesizers.splitting import split_groups

OFTEN = 20  # times at most that a model sees an entity, unless `epochs` is given
FEWEST = 500  # steps of training
ARITHMETIC = 2e10  # floating-point operations that a core does in a second


@dataclass(frozen=True)
class Question:
    """What is known of entities to generate.

    Parameters
    ----------
    n : int
        Their number.
    condition : TableCondition or None
        What is known of them as a whole.
    begun : tuple or None
        Entities with the rows that come first, and the columns of these rows, a dict by name.
    most : ndarray of int of shape (n,)
        Rows of each at most, the first ones included.
    temperature : float
        Divides the logits.
    says_cuts : bool
        Whether it is to be said how many were cut.
    """

    n: int
    condition: TableCondition | None
    begun: tuple | None
    most: np.ndarray
    temperature: float
    says_cuts: bool


class Events:
    """The kind "events": a frame with one or several rows for each entity.

    Parameters
    ----------
    entity : hashable
        Name of the column that tells whose a row is.
    time : hashable, default=None
        Name of the column that tells when.
    static : list of hashable, default=None
        Names of the columns that tell of an entity as a whole; None finds them.
    """

    name, codec_class = "events", EventsCodec
    families = ("recurrent",)
    takes, options = ("history", "horizon", "max_length", "temperature"), ("entity", "time", "static")
    labelled = False
    seconds_after = 0.0  # about that `conclude` takes

    def __init__(self, entity, time=None, static=None):
        self.entity, self.time, self.static = entity, time, static

    @staticmethod
    def codec_settings(synthesizer):
        """What the codec takes of the parameters of a SequenceSynthesizer."""
        return {}

    @classmethod
    def of(cls, X, entity=None, time=None, static=None):
        """The kind, with the names of the columns; an error where there is nothing to learn."""
        if entity is None:
            raise ValueError(
                "Event tables need entity=, the name of the column that tells whose a row is. Rows that are each of "
                "their own are a table: see TabularSynthesizer."
            )
        check_names(entity, time, static)
        kind = cls(entity, time, None if static is None else list(static))
        n = len(kind.read(X))
        if n < 2:
            raise ValueError(
                f"X has rows of {n} entity, and a minimum of 2 is required to learn from: entity={entity!r} must name "
                "the column that tells whose a row is. One long series is for kind='series' and window=."
            )
        return kind

    def read(self, X, argument="X"):
        """An event table as the codec takes it."""
        if not is_frame(X):
            raise TypeError(
                f"{argument} must be a pandas or polars frame or a pyarrow table, with a row for each event; got "
                f"{type(X).__name__}."
            )
        columns, form = read_table(with_plain_entity(X, self.entity))
        return EventTable(columns, form, self.entity, self.time, self.static)

    def to_learn(self, X):
        """The event table to learn from, and which of its entities (n,) are learned: all."""
        table = self.read(X)
        return table, np.ones(len(table), bool)

    @staticmethod
    def apart(condition):
        """A condition in two: what it says of labels, and what of the entities."""
        return None, condition

    def number(self, condition=None, history=None, **others):
        """How many entities these arguments of `generate` ask for; None where they do not tell."""
        if history is not None:
            return len(self.read(history, "history"))
        return None if condition is None or isinstance(condition, dict) else len(condition)

    def ask(self, codec, places, condition=None, history=None, horizon=None, max_length=None, temperature=1.0):
        """What is known of so many entities, those of `places`: a Question."""
        _check_numbers(temperature, horizon=horizon, max_length=max_length)
        if horizon is not None and (history is None or max_length is not None):
            raise ValueError("horizon says how many rows follow those of history, in place of max_length.")
        if history is not None and condition is not None:
            raise ValueError("Give one of condition, of new entities, and history, the first rows of given ones.")
        n = len(places)
        begun, lengths = None, np.zeros(n, int)
        if history is not None and n:
            begun, condition = self._begun(codec, history, n)
            lengths = begun[0].lengths
        elif condition is not None:
            condition = self._condition(codec, condition, n)
        most = _most(codec.layout.longest, lengths, horizon, max_length)
        return Question(n, condition, begun, most, float(temperature), horizon is None)

    def _begun(self, codec, history, n):
        """Entities with the rows that are given, and what they say of the entities as a whole."""
        table = self.read(history, "history")
        if len(table) != n:
            raise ValueError(f"history has {len(table)} entities, and {n} are asked for: leave n_samples out.")
        entities, columns = codec.entities(table)
        first = [columns[name].take(entities.starts[:-1]) for name in codec.whole_names]
        return (entities, columns), codec.static.condition(first)

    def _condition(self, codec, condition, n):
        """What a condition, a dict or a frame, says of the entities as a whole."""
        frame = not isinstance(condition, dict)
        if frame and not is_frame(condition):
            raise TypeError(f"condition must be a dict or a frame; got {type(condition).__name__}.")
        columns = read_table(with_plain_entity(condition, self.entity))[0] if frame else []
        for name in [column.name for column in columns] if frame else condition:
            if name not in codec.whole_names:
                known = ", ".join(map(repr, codec.whole_names))
                raise ValueError(
                    f"A condition is on what tells of an entity as a whole: {known}. Received: {name!r}. Events are "
                    "given by history=."
                )
        for column in columns:
            if column.name == self.entity:
                refuse_named_twice(column)
        if frame and not columns:
            return None
        return codec.static.condition(columns if frame else condition, n)

    def draw(self, model, codec, question, rng):
        """A table of new rows, and how many of the entities were cut."""
        of_static, of_rows, of_places = (np.random.default_rng(seed) for seed in rng.integers(2**63, size=3))
        entities, given = (None, None) if question.begun is None else question.begun
        if entities is not None:
            static = entities.static
        elif model.static is None:
            static = np.zeros((question.n, codec.static.tokens.width), "int32")
        else:
            static = draw(model.static, codec.static, question.n, question.condition, of_static)
        whole, first = codec.whole(static, of_places, question.condition)
        if entities is None:
            entities = _without_rows(codec, static)
        known = EventsCondition(entities, first, question.most, question.temperature)
        made, cut = model.transport(model.noise(question.n, of_rows), known)
        begun = None if given is None else (given, _places(entities.lengths, made.starts))
        return codec.decode(made, whole, of_places, begun), int(cut.sum())

    def give(self, made, codec, question, verbose):
        """The table, and a word on entities that were cut."""
        table, n_cut = made
        if verbose and n_cut and question.says_cuts:
            most = question.most.max()
            print(f"augment: {n_cut:,} of {question.n:,} entities were cut at max_length={most} rows", file=sys.stderr)
        return table

    @staticmethod
    def log_likelihood(model, codec, table, classes):
        """Log-probability of each entity with all of its rows."""
        return model.log_likelihood(codec.tokens(table))

    @staticmethod
    def rows_seen(layout, n):
        """How many encoded rows training sees, of n, and in how many steps at least."""
        return OFTEN * n, FEWEST

    @staticmethod
    def seconds_of_a_step(layout, model, batch_size):
        """CPU seconds about that a step takes."""
        tokens = batch_size * layout.length * (layout.row.width + 3)
        return 0.02 + 6 * tokens * 5 * model.units**2 / ARITHMETIC

    @staticmethod
    def guard(codec, model, learn, check, plan):
        """What ends training where the model begins to learn by heart: nothing, validation does."""

    @staticmethod
    def conclude(model, codec, rng, seconds):
        """Learn what is left to learn of a trained model: nothing."""

    @staticmethod
    def split(codec, arrays, fraction, rng):
        """Encoded rows to learn from and to validate on: entities are in one of both, with all of their rows."""
        return split_groups(arrays, groups(arrays), fraction, rng)

    def to_dict(self):
        """The form as JSON-ready values."""
        return vars(self)


def _check_numbers(temperature, **counts):
    """A ValueError where a temperature, or what counts rows, is no number of its kind."""
    if not (isinstance(temperature, numbers.Real) and 0.01 <= temperature <= 100):
        raise ValueError(f"temperature must be a number from 0.01 to 100. Received: temperature={temperature!r}")
    for name, value in counts.items():
        whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
        if value is not None and not (whole and value >= 1):
            raise ValueError(f"{name} must be an integer of at least 1. Received: {name}={value!r}")


def _most(longest, lengths, horizon, max_length):
    """Rows at most (n,) of entities that have these first rows, where the longest fitted one has `longest`."""
    if horizon is not None:
        return lengths + horizon
    if max_length is not None:
        if (lengths > max_length).any():
            raise ValueError(f"An entity of history has {lengths.max()} rows, more than max_length={max_length}.")
        return np.full(len(lengths), max_length)
    most = longest + max(longest // 4, 1)
    return np.where(lengths < most, most, most + lengths)


def _without_rows(codec, static):
    """Entities without a row yet."""
    none = np.zeros((0, codec.layout.told.width), "int32")
    return Entities(static, none, np.zeros(len(static) + 1, int), (np.zeros(0),) * len(codec.rising))


def _places(lengths, starts):
    """Where among the rows of entities, which begin at `starts`, the first `lengths` of each stand."""
    return np.repeat(starts[:-1] - np.append(0, np.cumsum(lengths)[:-1]), lengths) + np.arange(lengths.sum())

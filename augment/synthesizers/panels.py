"""Long frames of series as a kind of sequences: how they are read, what can be asked of them, how they are made."""

import numpy as np

from augment.codecs.event_rows import EventTable
from augment.codecs.frames import names_of, read_table
from augment.codecs.panel import PanelCodec
from augment.codecs.panel_rows import series_names
from augment.codecs.series_layout import SeriesCondition
from augment.synthesizers.events_reading import refuse_named_twice, with_plain_entity
from augment.synthesizers.pairs import is_frame
from augment.synthesizers.panel_draws import Question, Told, tokens_of
from augment.synthesizers.series import SCORED, Series, check_horizon, merged
from augment.synthesizers.series_reading import check_lengths
from augment.synthesizers.splitting import split


class Panels(Series):
    """The kind "series" of frames: numbers over time, in one or several rows for each entity.

    Parameters
    ----------
    entity : hashable
        Name of the column that tells whose a row is.
    time : hashable, default=None
        Name of the column that tells when.
    static : list of hashable, default=None
        Names of the columns that tell of an entity as a whole; None finds them.
    names : list of hashable
        Names of the columns that are series.
    """

    codec_class = PanelCodec
    options = ("entity", "time", "static", "window")
    labelled, overlap, alone = False, 0, False

    def __init__(self, entity, time=None, static=None, names=()):
        self.entity, self.time, self.static, self.names = entity, time, static, list(names)

    @classmethod
    def of(cls, X, entity=None, time=None, static=None, window=None):
        """The kind, with the names of the columns; an error where there is nothing to learn."""
        if entity is None:
            raise ValueError("A frame of series needs entity=, the name of the column that tells whose a row is.")
        if window is not None:
            raise ValueError("window= is for arrays: in a frame each entity is one series.")
        if isinstance(static, str) or not isinstance(static, list | tuple | type(None)):
            raise TypeError(f"static must be None or a list of names of columns. Received: static={static!r}")
        kind = cls(entity, time, None if static is None else list(static))
        table = kind.read(X)
        if len(table) < 2:
            raise ValueError(
                f"X has rows of {len(table)} entity, and a minimum of 2 is required to learn from: entity={entity!r} "
                "must name the column that tells whose a row is. One long series is for an array and window=."
            )
        kind.names = series_names(table, *table.in_order(None))
        return kind

    def read(self, X, argument="X"):
        """A long frame as the codec takes it."""
        if not is_frame(X):
            raise TypeError(
                f"{argument} must be a pandas or polars frame or a pyarrow table, as fitted; got {type(X).__name__}."
            )
        columns, form = read_table(with_plain_entity(X, self.entity))
        known = names_of(form)
        if argument != "X" and columns and not len(columns[0]):
            raise ValueError(f"{argument} has no rows: give those of at least one entity, or leave it out.")
        static = None if self.static is None else [n for n in self.static if n in known or argument != "condition"]
        return EventTable(columns, form, self.entity, self.time, static)

    def to_learn(self, X):
        """The frame to learn from, and which of its entities (n,) are learned: all."""
        table = self.read(X)
        return table, np.ones(len(table), bool)

    @staticmethod
    def apart(condition):
        """A condition in two: what it says of labels, and what of the entities."""
        return None, condition

    def number(self, condition=None, history=None, horizon=None):
        """How many entities these arguments of `generate` ask for; None where they do not tell."""
        if history is not None:
            return len(self.read(history, "history"))
        if condition is None or isinstance(condition, dict):
            return None
        return len(self.read(condition, "condition")) if self._has_series(condition) else len(condition)

    def _has_series(self, condition):
        """Whether a condition is a frame with columns of series."""
        if not is_frame(condition):
            raise TypeError(f"condition must be a dict or a frame; got {type(condition).__name__}.")
        return bool({column.name for column in read_table(condition)[0]} & set(self.names))

    def ask(self, codec, places, condition=None, history=None, horizon=None):
        """What is known of so many entities, those of `places`: a Question."""
        if condition is not None and (history is not None or horizon is not None):
            raise ValueError("Give one of condition, what is known of entities, and history with horizon.")
        check_horizon(history, horizon)
        n = len(places)
        if history is not None and n:
            return self._begun(codec, history, int(horizon), n)
        if condition is None:
            return Question(n)
        if not isinstance(condition, dict) and self._has_series(condition):
            return self._to_fill(codec, condition, n)
        return Question(n, self._of_whole(codec, condition, n))

    def _begun(self, codec, history, horizon, n):
        panel = codec.read(self.read(history, "history"))
        if codec.series.layout.length == 1 and self.time is not None:
            raise ValueError(
                "The fitted entities have one row each, which do not tell when another follows: history= needs "
                "training data with several."
            )
        for i, name in enumerate(self.names):
            if any(np.isnan(part[:, i]).any() for part in panel.series) and codec.rows.measures[i].gap is None:
                raise ValueError(f"Column {name!r} of history has missing values; in the training data it had none.")
        _check_number("history", panel, n)
        return Question(n, codec.static.condition(panel.firsts), panel, horizon)

    def _to_fill(self, codec, condition, n):
        table = self.read(condition, "condition")
        unknown = [name for name in table.columns if name not in names_of(codec.form)]
        if unknown:
            raise ValueError(f"The condition has a column {unknown[0]!r} that the training data do not have.")
        panel = codec.read_some(table)
        _check_number("condition", panel, n)
        check_lengths(panel.series, codec.series, "condition")
        return Question(n, codec.static.condition(panel.firsts), panel)

    def _of_whole(self, codec, condition, n):
        """What a condition, a dict or a frame, says of the entities as a whole."""
        columns = condition
        if not isinstance(condition, dict):
            columns = read_table(with_plain_entity(condition, self.entity))[0]
        for name in condition if columns is condition else [column.name for column in columns]:
            if name not in codec.whole_names:
                known = ", ".join(map(repr, codec.whole_names))
                raise ValueError(
                    f"A condition is on what tells of an entity as a whole: {known}. Received: {name!r}. Series are "
                    "given by a frame with their entities and times, or by history=."
                )
        if columns is not condition:
            for column in columns:
                if column.name == self.entity:
                    refuse_named_twice(column)
        return codec.static.condition(columns, n) if len(columns) else None

    # generation -----------------------------------------------------------------------------------------------------

    def draw(self, model, codec, question, rng):
        """A frame of new rows."""
        of_whole, of_series, of_places = (np.random.default_rng(seed) for seed in rng.integers(2**63, size=3))
        panel, condition = question.panel, question.condition
        tokens = tokens_of(model, codec, question, of_whole)
        columns = codec.static.decode_columns(tokens, of_places, condition)
        whole = dict(zip(codec.whole_names, columns, strict=True))
        known = Told(None if panel is None else panel.series, question.horizon, codec.attributes(tokens))
        if panel is None:
            series = self._made(model, codec, SeriesCondition(None, attributes=known.attributes), of_series)
            return codec.decode(series, codec.rows.there(series), whole)
        if question.horizon is None:
            lengths = list(map(len, known.given))
            made = self._made(
                model, codec, self._condition(codec, known, known.given, lengths, True), of_series, lengths, known.given
            )
            series, steps = [merged(*pair) for pair in zip(known.given, made, strict=True)], panel.steps_of_each
            return codec.decode(series, steps, whole, panel)
        series = self._continued(model, codec, known, of_series)
        pairs = zip(panel.steps_of_each, series, strict=True)
        steps = [np.append(own, np.arange(own[-1] + 1, len(part))) for own, part in pairs]
        return codec.decode(series, steps, whole, panel)

    @staticmethod
    def _condition(codec, question, series, lengths, to_fill):
        known = codec.series.known(series, lengths, to_fill, question.attributes)
        return SeriesCondition(None, *known, question.attributes)

    @staticmethod
    def _made(model, codec, condition, rng, lengths=None, given=None):
        """Series that a model makes, of these attributes, from what is given of them."""
        n = len(condition.attributes)
        left = np.zeros((n, 0), "float32")
        if model is not None and model.series is not None and n:
            left = model.series.transport(model.series.noise(n, rng), condition)
        return codec.series.decode(codec.series.around(left, condition.attributes), lengths, given)

    def give(self, table, codec, question, verbose):
        """The frame."""
        return table

    # training and scores --------------------------------------------------------------------------------------------

    def split(self, codec, rows, fraction, rng):
        """Entities to learn from and to validate on, or None for the second."""
        return split(rows, fraction, rng)

    def guard(self, codec, model, learn, check, plan):
        """What ends training where the model begins to learn its series by heart; see `StopAtCopies`."""
        return super().guard(codec, model, learn, check, plan) if self._n_values(codec) else None

    @staticmethod
    def _n_values(codec):
        return codec.layout.series.n_values

    @staticmethod
    def _rows(model, codec, n, rng):
        return model.transport(model.noise(n, rng))

    @staticmethod
    def log_likelihood(model, codec, table, classes):
        """Log-density of the scores of each series, with the log-probability of what tells of it as a whole."""
        rows = codec.encode((_checked(codec, table), None))
        if model is None or not len(rows):
            return np.zeros(len(rows))
        attributes = rows[:, codec.layout.series.n_values : codec.layout.series.width]
        return model.log_likelihood(rows) + codec.series.log_slopes(rows, attributes)

    def score(self, model, codec, table, classes):
        """Minus the squared sliced Wasserstein distance of series from as many generated ones, 1,000 at most.

        Of scores, those of all steps and channels of a series as one vector, with what tells of it as a whole.
        """
        from augment.models.sliced_distance import sliced_distance

        rows = codec.encode((_checked(codec, table), None))
        rows = rows[np.random.default_rng(0).permutation(len(rows))[:SCORED]]
        made = self._rows(model, codec, len(rows), np.random.default_rng(1))
        return -sliced_distance(*(_scores(codec, each) for each in (rows, made)))


def _checked(codec, table):
    """The table, whose series must not be longer than the fitted ones."""
    check_lengths(codec.read(table).series, codec.series, "X")
    return table


def _scores(codec, rows):
    """Normal scores of encoded panels, and what tells of them as a whole as floats."""
    attributes = codec.attributes(rows[:, codec.layout.series.width :].astype("int32"))
    return np.concatenate([codec.series.around(rows, attributes), attributes], axis=1)


def _check_number(argument, panel, n):
    if len(panel) != n:
        raise ValueError(f"{argument} has {len(panel)} entities, and {n} are asked for: leave n_samples out.")

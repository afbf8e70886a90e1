"""Event tables as arrays and back: entities with static columns, and rows with columns of their own and times."""

from dataclasses import replace

import numpy as np

from augment.codecs.event_rows import refuse_repeated
from augment.codecs.events_layout import GOES_ON, NOTHING, Entities, EventsLayout, in_a_row, pack, sizes
from augment.codecs.frames import names_of, write_table
from augment.codecs.labels import Classes
from augment.codecs.layout import Block, Layout
from augment.codecs.names import name_from_json, name_to_json
from augment.codecs.rising import Rising, filled, mark_of, never_falls, with_gaps
from augment.codecs.table import TableCodec


class EventsCodec:
    """Turns event tables into arrays that obey an `EventsLayout`, and entities as tokens into such tables.

    The key of the entity, the static columns and the time of the first row are one table, with a row for each entity;
    the other columns are a second one, with a row for each event. Of the times the gap from the row before is encoded,
    in the time's own resolution; so are the rises of other columns that never fall, of which the first value counts as
    static. New entities have new keys.

    Parameters
    ----------
    encoding : {"tokens"}, default="tokens"
        Events are whole numbers to a model.

    Attributes
    ----------
    layout : EventsLayout
        The form of encoded tables.
    static, varying : TableCodec
        The two tables; `varying` is None where no column tells of single events.
    rising : dict of str to Rising
        The time, where there is one, and other columns that never fall within an entity.
    gappy : list of str
        Those of them with missing values, which are filled and told by a further column.
    report : list of dict
        What each column was taken for, as of a `TableCodec`.

    Examples
    --------
    >>> import pandas as pd
    >>> from augment.codecs.event_rows import EventTable
    >>> from augment.codecs.frames import read_table
    >>> frame = pd.DataFrame({"who": [1, 1, 2], "day": [3, 5, 4], "sex": ["f", "f", "m"], "what": ["a", "b", "a"]})
    >>> codec = EventsCodec().fit((EventTable(*read_table(frame), "who", "day"), None))
    >>> [entry["column"] for entry in codec.static.report], codec.layout.row.width
    (['who', 'day', 'sex'], 2)
    """

    encodings = ("tokens",)
    dtype = np.dtype("int32")

    def __init__(self, encoding="tokens"):
        if encoding not in self.encodings:
            raise ValueError(
                f"Event tables are encoded as 'tokens', which Recurrent takes. Received: encoding={encoding!r}, that "
                "of another family."
            )
        self.encoding, self.classes = encoding, Classes()

    def fit(self, data, target=None):
        """Learn the columns of `data`, a pair of an EventTable and None; `target` is not used."""
        table, _ = data
        self.form, self.entity, self.time = table.form, table.entity, table.time
        self.rising = {} if self.time is None else {self.time: Rising().fit(table.columns[self.time])}
        columns, starts = self._sorted(table)
        names = table.varying(columns, starts)
        self.gappy = self._find_rising(columns, starts, names)
        for name, rising in self.rising.items():
            rising.learn_rises(rising.numbers(columns[name]), starts)
        names = [*(name for name in names if name not in self.rising), *map(mark_of, self.gappy)]
        firsts = [column.take(starts[:-1]) for name, column in columns.items() if name not in names]
        self.static = TableCodec().fit(firsts, entity=self.entity, measured=self.rising)
        self.varying = TableCodec().fit([columns[name] for name in names]) if names else None
        self._set_layout(*sizes(np.diff(starts)), int(np.diff(starts).max()), int(starts[-1]))
        return self

    def _find_rising(self, columns, starts, names):
        """Take those of the columns called `names` that never fall for rising; which were gappy, and are filled."""
        gappy = []
        for name in [name for name in names if columns[name].present.any()]:
            whole, marks = filled(columns[name], starts)
            if never_falls(whole, starts):
                self.rising[name] = Rising().fit(whole)
                if not columns[name].present.all():
                    gappy.append(name)
                    columns[name], columns[marks.name] = whole, marks
        return gappy

    def _sorted(self, table):
        """Columns of a table, a dict by name, and the first rows of its entities, all sorted."""
        times = None
        if self.time is not None:
            times = self.rising[self.time].numbers(table.columns[self.time])
        return table.in_order(times)

    def _set_layout(self, length, n_entities, longest, n_rows):
        n = self.static.tokens.n_samples
        blocks = [Block("end", 0, 2, np.array([n_rows - n, n]) / n_rows)]
        blocks += [rising.rise.block(0) for rising in self.rising.values() if rising.width]
        n_rises = sum(rising.width for rising in self.rising.values())
        blocks = in_a_row([*blocks, *(self.varying.tokens.blocks if self.varying else ())])
        row = Layout(blocks, n_samples=n_rows)
        levels = [rising.level.block(0) for rising in self.rising.values() if rising.level.width]
        levels = in_a_row(levels, row.width)
        static = self.static.tokens if self.static.tokens.width else None
        self.layout = EventsLayout(
            static, row, levels, n_rises, tuple(self.rising.values()), length, n_entities, longest, n_samples=n
        )

    # encoding -------------------------------------------------------------------------------------------------------

    def encode(self, data, rng=None):
        """Rows (m, layout.width) of a pair of an EventTable and None, in an order that `rng` decides."""
        entities, _ = self.entities(data[0], rng)
        order = np.arange(len(entities)) if rng is None else rng.permutation(len(entities))
        return pack(entities, order, self.layout)

    def tokens(self, table):
        """The Entities of a table, as a model scores them."""
        return self.entities(table)[0]

    def entities(self, table, rng=None):
        """The Entities of a table, and its columns with the rows sorted as theirs, a dict by name."""
        table.check_names(names_of(self.form))
        columns, starts = self._sorted(table)
        for name in self.whole_names:
            if name in self.gappy:
                columns[name], columns[mark_of(name)] = filled(columns[name], starts)
            elif name in self.rising:
                self._refuse_gaps(columns[name])
            elif name != self.entity:
                table.refuse_change(name, columns, starts)
        static = self.static.encode([columns[name].take(starts[:-1]) for name in self.whole_names], rng)
        values = {name: rising.numbers(columns[name]) for name, rising in self.rising.items()}
        head = [np.full((starts[-1], 1), GOES_ON, "int32"), *self._rise_tokens(values, starts, rng)]
        head = np.concatenate(head, axis=1)
        head[starts[:-1]] = NOTHING  # nothing comes before a first row
        pairs = zip(self.rising.values(), values.values(), strict=True)
        levels = [rising.level_tokens(value)[:, : rising.level.width] for rising, value in pairs]
        rows = np.concatenate([head, *self._varying_tokens(columns, rng), *levels], axis=1).astype("int32")
        return Entities(static, rows, starts, tuple(values.values())), columns

    def _refuse_gaps(self, column):
        """A ValueError where a column that never fell and never was missing has missing values."""
        if not column.present.all():
            self.rising[column.name].level.missing_token()

    def _rise_tokens(self, values, starts, rng):
        """Tokens of the rises of each of these columns; what falls, all the same, is nearest to what stays."""
        for name, rising in self.rising.items():
            if rising.width:
                rises = rising.rises(values[name])
                rises[starts[:-1]] = 0
                yield rising.rise_tokens(rises, rng)[:, : rising.width]

    def _varying_tokens(self, columns, rng):
        if self.varying is None:
            return []
        tokens = self.varying.encode([columns[name] for name in names_of(self.varying.form)], rng)
        return [tokens[:, : tokens.shape[1] - len(self.varying.tokens.copies)]]

    @property
    def whole_names(self):
        """Names of the columns of entities as a whole: key, static ones, and those of which the first value counts."""
        return names_of(self.static.form)

    @property
    def report(self):
        """What each column was taken for."""
        report = self.static.report + (self.varying.report if self.varying else [])
        marks = [mark_of(name) for name in self.gappy]
        return [entry for entry in report if entry["column"] not in marks]

    # decoding -------------------------------------------------------------------------------------------------------

    def whole(self, tokens, rng, condition=None):
        """The columns of entities as a whole, a dict by name, and the first values of `rising`, of static tokens."""
        columns = self.static.decode_columns(tokens, rng, condition)
        columns = dict(zip(self.whole_names, columns, strict=True))
        refuse_repeated(columns[self.entity])
        return columns, tuple(rising.numbers(columns[name]) for name, rising in self.rising.items())

    def decode(self, entities, whole, rng, begun=None):
        """The table of entities whose columns as a whole are `whole`.

        Parameters
        ----------
        entities : Entities
            Their rows as tokens.
        whole : dict
            What `whole` gave.
        rng : numpy.random.Generator
            Draws the places inside cells, and fresh values.
        begun : tuple of dict and ndarray of int, default=None
            Columns of rows that are given, and where these stand among the rows: they are there as they are.
        """
        owners = np.repeat(np.arange(len(entities)), entities.lengths)
        columns = {name: column.take(owners) for name, column in whole.items()}
        for (name, rising), values in zip(self.rising.items(), entities.values, strict=True):
            columns[name] = rising.column_of(values)
        if self.varying is not None:
            columns |= self._decode_varying(entities.rows, rng, begun)
        for name in self.gappy:
            columns[name] = with_gaps(columns[name], columns[mark_of(name)])
        return write_table([columns[name] for name in names_of(self.form)], self.form)

    def _decode_varying(self, rows, rng, begun):
        start, names = 1 + self.layout.n_rises, names_of(self.varying.form)
        arrays = np.zeros((len(rows), self.varying.tokens.width), "int32")
        width = self.layout.row.width - start
        arrays[:, :width] = rows[:, start : start + width]
        condition = None
        if begun is not None:
            given, places = begun
            condition = self.varying.condition([spread(given[name], places, len(rows)) for name in names])
        return dict(zip(names, self.varying.decode_columns(arrays, rng, condition), strict=True))

    # saving ---------------------------------------------------------------------------------------------------------

    def to_dict(self):
        """The codec as JSON-ready values."""
        layout = self.layout
        return {
            "kind": "events",
            "form": self.form,
            "entity": name_to_json(self.entity),
            "time": name_to_json(self.time),
            "gappy": [name_to_json(name) for name in self.gappy],
            "rising": [[name_to_json(name), rising.to_dict()] for name, rising in self.rising.items()],
            "static": self.static.to_dict(),
            "varying": self.varying and self.varying.to_dict(),
            "sizes": [layout.length, layout.n_entities, layout.longest, layout.row.n_samples],
        }

    @classmethod
    def from_dict(cls, state):
        """The codec that `to_dict` gave."""
        codec = cls()
        codec.form = state["form"]
        codec.entity, codec.time = name_from_json(state["entity"]), name_from_json(state["time"])
        codec.gappy = [name_from_json(name) for name in state["gappy"]]
        pairs = [(name_from_json(name), rising) for name, rising in state["rising"]]
        codec.rising = {name: Rising.from_dict(name, rising) for name, rising in pairs}
        codec.static = TableCodec.from_dict(state["static"])
        codec.varying = state["varying"] and TableCodec.from_dict(state["varying"])
        codec._set_layout(*state["sizes"])
        return codec


def spread(column, places, n):
    """The Column of n rows that has the values of `column` at these places, and none elsewhere."""
    values, missing = np.zeros(n, column.values.dtype), np.ones(n, "int8")
    values[places], missing[places] = column.values, column.missing
    return replace(column, values=values, missing=missing)

"""Long frames of series as arrays and back: what tells of a series as a whole, and what is left of its numbers."""

import numpy as np

from augment.codecs.event_rows import refuse_repeated
from augment.codecs.expected import Expected
from augment.codecs.frames import names_of, write_table
from augment.codecs.labels import Classes
from augment.codecs.names import name_from_json, name_to_json
from augment.codecs.panel_layout import PanelLayout, attributes_of
from augment.codecs.panel_rows import Panel, PanelRows, series_names, sorted_rows
from augment.codecs.panel_times import PanelTimes
from augment.codecs.series import SeriesCodec
from augment.codecs.table import TableCodec


class PanelCodec:
    """Turns long frames of series into arrays that obey a `PanelLayout`, and such arrays into series and attributes.

    The key of the entity, the static columns and the first time are one table, with a row for each entity. The others
    are series, which a `SeriesCodec` makes numbers of. From these is taken what the attributes let expect of them, so
    that what is left is alike for all. New entities have new keys.

    Parameters
    ----------
    encoding : {"vectors"}, default="vectors"
        Series are floats to a model.
    scaling : {"auto", True, False}, default=False
        As in `SeriesCodec`.

    Attributes
    ----------
    layout : PanelLayout
        The form of encoded panels.
    static : TableCodec
        The table of entities.
    series : SeriesCodec
        The series.
    rows : PanelRows
        Takes rows for series.
    report : list of dict
        What each column was taken for, as of a `TableCodec`.

    Examples
    --------
    >>> import pandas as pd
    >>> from augment.codecs.event_rows import EventTable
    >>> from augment.codecs.frames import read_table
    >>> frame = pd.DataFrame({"shop": list("aabb"), "day": [1, 2, 1, 2], "size": [3, 3, 4, 4], "sold": [5, 6, 7, 9]})
    >>> codec = PanelCodec().fit((EventTable(*read_table(frame), "shop", "day"), None))
    >>> [(entry["column"], entry["kind"]) for entry in codec.report]
    [('shop', 'identifier'), ('day', 'time, every 1'), ('size', 'number'), ('sold', 'series')]
    """

    encodings = SeriesCodec.encodings
    dtype = np.dtype("float32")

    def __init__(self, encoding="vectors", scaling=False):
        self.series, self.classes = SeriesCodec(encoding, scaling), Classes()
        self.encoding = encoding

    def fit(self, data, target=None):
        """Learn the columns of `data`, a pair of an EventTable and None; `target` is not used."""
        table, _ = data
        self.form, self.entity, self.time = table.form, table.entity, table.time
        times = None if self.time is None else PanelTimes().fit(table.columns[self.time])
        columns, starts, numbers = sorted_rows(table, times)
        names = series_names(table, columns, starts)
        self.rows = PanelRows().fit(columns, names, starts, times, numbers)
        firsts = self._wholes(columns, starts)
        self.static = TableCodec().fit(firsts, entity=self.entity, measured=[] if times is None else [self.time])
        series, _ = self.rows.series(columns, starts, numbers)
        self.series.fit((series, None), n_scaled=len(names))
        rng = np.random.default_rng(0)
        scores = self.series.encode((series, None), rng)
        attributes = self.attributes(self._tokens(firsts, rng))
        self.series.expected = Expected.of(attributes, scores.reshape(len(scores), *self.series.layout.shape))
        self._set_layout(attributes.shape[1])
        return self

    def _wholes(self, columns, starts, names=None):
        """The columns of entities as a whole: key, static ones, and their first or last time."""
        ends = starts[1:] - 1
        at_end = self.rows.times is not None and self.rows.times.at_end
        names = [name for name in columns if name not in self.rows.names] if names is None else names
        return [columns[name].take(ends if name == self.time and at_end else starts[:-1]) for name in names]

    def _tokens(self, firsts, rng=None):
        """Tokens (n, static width) of columns of entities as a whole."""
        return self.static.encode(firsts, rng)

    def attributes(self, tokens):
        """What tells of entities as a whole as floats (n, n_attributes), of their tokens."""
        return attributes_of(self.static_layout, tokens)

    @property
    def static_layout(self):
        """The form of the tokens of entities as a whole; None where there are none."""
        return self.static.tokens if self.static.tokens.width else None

    def _set_layout(self, n_attributes):
        series = self.series.layout
        if series.width:
            series = type(series)(*series.shape, (), n_attributes, n_samples=series.n_samples)
        self.layout = PanelLayout(series, self.static_layout)

    @property
    def dtype_in(self):
        """The type of series."""
        return self.series.dtype_in

    @property
    def whole_names(self):
        """Names of the columns of entities as a whole."""
        return names_of(self.static.form)

    @property
    def report(self):
        """What each column was taken for."""
        report = {entry["column"]: entry for entry in self.static.report}
        report |= {name: {"column": name, "kind": "series", "note": ""} for name in self.rows.names}
        for place, note in self.series.notes(self.rows.names).items():
            report[self.rows.names[place]]["note"] = note
        if self.rows.times is not None:
            times, entry = self.rows.times, report[self.time]
            known = "no frequency: the gaps are learned" if times.calendar is None else str(times.calendar)
            note = f"{times.share:.1%} of the rows are not there" if times.gappy else ""
            report[self.time] = entry | {"kind": f"time, {known}", "note": note}
        return [report[name] for name in names_of(self.form)]

    # encoding -------------------------------------------------------------------------------------------------------

    def encode(self, data, rng=None):
        """Rows (n, layout.width) of a pair of an EventTable and None."""
        panel = self.read(data[0])
        tokens = self._tokens(panel.firsts, rng)
        scores = self.series.encode((panel.series, None), rng)
        attributes = self.attributes(tokens)
        if not self.layout.series.width:
            return tokens.astype("float32")
        return np.concatenate([self.series.without(scores, attributes), attributes, tokens], axis=1, dtype="float32")

    def read(self, table):
        """The Panel of an EventTable, whose columns are the fitted ones."""
        table.check_names(names_of(self.form))
        return self.read_some(table)

    def read_some(self, table):
        """The Panel of an EventTable that may lack some of the fitted columns."""
        columns, starts, numbers = sorted_rows(table, self.rows.times)
        names = [name for name in self.whole_names if name in columns]
        for name in names:
            if name not in (self.entity, self.time):
                table.refuse_change(name, columns, starts)
        series, steps = self.rows.series(columns, starts, numbers)
        return Panel(series, self._wholes(columns, starts, names), steps, starts, numbers, columns)

    # decoding -------------------------------------------------------------------------------------------------------

    def decode(self, series, steps, whole, panel=None):
        """The frame of series, of which these steps are rows.

        Parameters
        ----------
        series : list of ndarray of shape (n_steps, n_features)
            Their values.
        steps : list of ndarray of int
            Which of their steps are rows.
        whole : dict of Column
            By name the columns of entities as a whole.
        panel : Panel, default=None
            The first rows of each, which come back as they are where a value is there; by default `whole` tells when
            each begins.
        """
        owners = np.repeat(np.arange(len(series)), np.array([len(own) for own in steps], int))
        refuse_repeated(whole[self.entity])
        columns = {name: column.take(owners) for name, column in whole.items()}
        times, at_end = None if panel is None else panel.times_of_each, False
        if panel is None and self.time is not None:
            times, at_end = self.rows.times.numbers(whole[self.time])[:, None], self.rows.times.at_end
        columns |= self.rows.columns(series, steps, times, at_end, panel)
        return write_table([columns[name] for name in names_of(self.form)], self.form)

    # saving ---------------------------------------------------------------------------------------------------------

    def to_dict(self):
        """The codec as JSON-ready values."""
        return {
            "kind": "panel",
            "form": self.form,
            "entity": name_to_json(self.entity),
            "time": name_to_json(self.time),
            "rows": self.rows.to_dict(),
            "static": self.static.to_dict(),
            "series": self.series.to_dict(),
        }

    @classmethod
    def from_dict(cls, state):
        """The codec that `to_dict` gave."""
        codec = cls()
        codec.form = state["form"]
        codec.entity, codec.time = name_from_json(state["entity"]), name_from_json(state["time"])
        codec.rows = PanelRows.from_dict(state["rows"])
        codec.static = TableCodec.from_dict(state["static"])
        codec.series = SeriesCodec.from_dict(state["series"])
        codec._set_layout(len(codec.series.expected.sizes) - 1)
        return codec

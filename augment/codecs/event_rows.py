"""A long frame as entities with their rows: which rows are whose, and which columns tell of an entity as a whole."""

import numpy as np
import pandas as pd

from augment.codecs.frames import names_of
from augment.codecs.names import near_names

SHOWN = 5  # so many rows are listed in a message


class EventTable:
    """The columns of a long frame, in which an entity has one or several rows.

    Parameters
    ----------
    columns : list of Column
        What `read_table` gave.
    form : dict
        The form of the frame.
    entity : hashable
        Name of the column that tells whose a row is.
    time : hashable, default=None
        Name of the column that tells when; None where the order of the rows does.
    static : list of hashable, default=None
        Names of the columns that tell of an entity as a whole; None finds them.

    Attributes
    ----------
    owners : ndarray of int of shape (n_rows,)
        The number of each row's entity, in the order in which they first occur.

    Raises
    ------
    ValueError
        If there is no such column, or the entity or the time of a row is missing.
    """

    def __init__(self, columns, form, entity, time=None, static=None):
        self.form, self.entity, self.time, self.static = form, entity, time, static
        self.columns = {column.name: column for column in columns}
        for argument, name in (("entity", entity), ("time", time), *(("static", name) for name in static or ())):
            if name not in self.columns and not (argument == "time" and name is None):
                near = near_names(name, names_of(form))
                raise ValueError(f"{argument}={name!r}: there is no such column; near it: {near}.")
        for name in (entity, *([time] if time is not None else [])):
            refuse_missing(self.columns[name])
        self.owners, first = pd.factorize(self.columns[entity].values)
        self.n_entities = len(first)

    def __len__(self):
        return self.n_entities

    def check_names(self, names):
        """A ValueError where the columns are not those called `names`, the fitted ones."""
        missing = [name for name in names if name not in self.columns]
        extra = [name for name in self.columns if name not in names]
        if missing or extra:
            parts = [f"missing are {', '.join(map(repr, missing[:8]))}"] if missing else []
            parts += [f"not known are {', '.join(map(repr, extra[:8]))}"] if extra else []
            raise ValueError(f"The columns are not those of the training data: {'; '.join(parts)}.")

    def in_order(self, times):
        """The columns with the rows of each entity together, and the first row of each (n_entities + 1,).

        They stand in the order of `times` (n_rows,), those of the same time, or all where it is None, in their own.
        """
        order = np.lexsort((self.owners,) if times is None else (times, self.owners))
        starts = np.searchsorted(self.owners[order], np.arange(self.n_entities + 1))
        return {name: column.take(order) for name, column in self.columns.items()}, starts

    def varying(self, columns, starts):
        """Names of the columns that tell of single rows, given the sorted ones; static ones must not differ inside."""
        fixed = (self.entity, self.time)
        rest = [name for name in self.columns if name not in fixed]
        if self.static is None:
            some = np.diff(starts).max(initial=0) > 1
            return [name for name in rest if not some or _first_change(columns[name], starts) is not None]
        for name in self.static:
            if name in fixed:
                raise ValueError(f"static has {name!r}, which is the entity or the time: leave it out there.")
            self.refuse_change(name, columns, starts)
        return [name for name in rest if name not in self.static]

    def refuse_change(self, name, columns, starts):
        """A ValueError where a static one of the sorted columns differs between rows of an entity."""
        row = _first_change(columns[name], starts)
        if row is not None:
            raise ValueError(
                f"Column {name!r} is static, but differs between rows of the entity "
                f"{shown(columns[self.entity], row)}: repair these rows, or, in fit, leave the column out of static=."
            )


def refuse_missing(column):
    """A ValueError that names the rows in which a column, which must have none, has missing values."""
    gone = np.flatnonzero(~column.present)
    if len(gone):
        rows = ", ".join(map(str, gone[:SHOWN].tolist())) + (", ..." if len(gone) > SHOWN else "")
        raise ValueError(
            f"Column {column.name!r} has missing values in {len(gone):,} rows (counted from 0: {rows}): each row "
            "needs its entity and its time. Drop these rows or fill them in."
        )


def refuse_repeated(column):
    """A ValueError where entities would share a key: their rows would be those of one."""
    keys = np.unique(column.values)
    n_keys = len(keys) if column.labels is None else len({column.labels[key] for key in keys})
    if n_keys < len(column):
        raise ValueError(
            f"Column {column.name!r}: {len(column):,} entities need as many keys, and there are {n_keys:,}: the type "
            "of the column has no room for more (fit a wider one), or a condition gives one key to several."
        )


def _first_change(column, starts):
    """The first sorted row that differs from the one before of the same entity; None for none."""
    codes = np.where(column.present, pd.factorize(column.values)[0], -1 - column.missing.astype("int64"))
    changed = np.flatnonzero(np.diff(codes) != 0) + 1
    changed = changed[~np.isin(changed, starts)]
    return int(changed[0]) if len(changed) else None


def shown(column, row):
    """The value of a Column in a row, in words."""
    value = column.values[row]
    return repr(column.labels[value] if column.labels is not None else getattr(value, "item", lambda: value)())

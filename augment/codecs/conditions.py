"""What a condition says of the rows to generate: known tokens, allowed tokens, and the exact values to write in."""

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from augment.codecs.frames import read_table
from augment.codecs.layout import Condition
from augment.codecs.moments import UNITS, in_unit


@dataclass(frozen=True)
class TableCondition(Condition):
    """A Condition that also remembers what tokens cannot tell.

    Parameters
    ----------
    given : dict of int to Column
        By the column's index its given values; missing where the condition leaves the row open.
    within : dict of int to Within
        By the column's index the range or the list that its values must stay in.
    index : pandas.Index, default=None
        The index of a pandas frame of conditions.
    """

    given: dict = field(default_factory=dict)
    within: dict = field(default_factory=dict)
    index: object = None


def build_condition(codec, spec, n):
    """TableCondition of a dict or a table for a fitted TableCodec."""
    if isinstance(spec, dict):
        return _from_dict(codec, spec, n)
    columns, form = read_table(spec)
    rows = len(columns[0]) if columns else len(spec)
    if n is not None and n != rows:
        raise ValueError(f"The condition has {rows} rows and {n} were asked for: ask for as many, or for no number.")
    condition = _empty(codec, rows)
    if form["library"] == "numpy" and len(columns) != len(codec.columns):
        raise ValueError(
            f"Expected a condition of {len(codec.columns)} columns, as in the training data; got {len(columns)}."
        )
    for order, column in enumerate(columns):
        place = order if form["library"] == "numpy" else codec.place_of(column.name)
        if column.present.any():
            _know(codec, condition, place, column, column.present)
    index = spec.index if form["library"] == "pandas" else None
    return replace(condition, index=index)


def _empty(codec, n):
    blocks = len(codec.tokens.blocks)
    return TableCondition(np.zeros((n, blocks, 2), "int32"), np.zeros((n, blocks), bool))


def _from_dict(codec, spec, n):
    if n is None:
        raise ValueError("A condition given as a dict needs the number of rows to generate.")
    condition = _empty(codec, n)
    for name, value in spec.items():
        place = codec.place_of(name)
        column = codec.columns[place]
        if _is_missing(value):
            _restrict(codec, condition, place, np.zeros((column.size, max(column.levels, 1)), bool), missing=True)
        elif isinstance(value, pd.Series):
            _know_each(codec, condition, place, value)
        elif isinstance(value, tuple):
            _within_range(codec, condition, place, value)
        elif isinstance(value, list | set | frozenset | np.ndarray):
            _within_list(codec, condition, place, list(value))
        else:
            _know(codec, condition, place, column.given(value, n), np.ones(n, bool))
    return condition


def _know_each(codec, condition, place, values):
    """Note the values of a pandas Series, one a row."""
    name, n = codec.columns[place].name, len(condition.known)
    if len(values) != n:
        raise ValueError(f"Condition on column {name!r}: {len(values)} values are given for {n} rows.")
    column = replace(read_table(values.to_frame("values"))[0][0], name=name)
    if column.present.any():
        _know(codec, condition, place, column, column.present)


def _is_missing(value):
    return value is None or (np.isscalar(value) and value != value) or type(value).__name__ in ("NAType", "NaTType")


def _within_range(codec, condition, place, ends):
    column = codec.columns[place]
    if len(ends) != 2:
        raise ValueError(f"Condition on column {column.name!r}: a range is a tuple (low, high), got {ends!r}.")
    within = column.within(*(None if _is_missing(end) else end for end in ends))
    condition.within[place] = within
    _restrict(codec, condition, place, column.allowed(within))


def _within_list(codec, condition, place, values):
    column = codec.columns[place]
    if not values:
        raise ValueError(f"Condition on column {column.name!r}: the list of alternatives is empty.")
    known = [value for value in values if not _is_missing(value)]
    allowed = np.zeros((column.size, max(column.levels, 1)), bool)
    if known:
        within = column.within(values=known)
        condition.within[place] = within
        allowed = column.allowed(within)
    _restrict(codec, condition, place, allowed, missing=len(known) < len(values))


def _restrict(codec, condition, place, allowed, missing=False):
    """Allow these tokens of a column, and the missing ones where `missing`."""
    column = codec.columns[place]
    if missing:
        column.missing_token()
    if column.width:
        rest = np.zeros((len(column.kinds), allowed.shape[1]), bool)
        rest[:, 0] = missing
        condition.allowed[codec.places.index(place)] = np.concatenate([allowed, rest])


def _know(codec, condition, place, column, rows):
    """Note the values of a Column as given in `rows`."""
    own = codec.columns[place]
    tokens = own.encode(column.take(rows))
    condition.given[place] = own.alike(column)
    rest = own.besides(column.take(rows))
    if rest is not None:
        condition.within[place] = rest
    if own.width:
        block = codec.places.index(place)
        condition.known[rows, block] = True
        condition.tokens[rows, block, : own.width] = tokens


def know_missing(codec, condition, table):
    """Take the missing cells of `table`, which made the `condition`, as known to be missing, in place."""
    columns, form = read_table(table)
    for order, column in enumerate(columns):
        place = order if form["library"] == "numpy" else codec.place_of(column.name)
        _know_gaps(codec, condition, place, column)


def know_columns(codec, condition, columns, n):
    """A condition of n rows that knows `columns`, a dict of place to Column, whole, besides what `condition` says.

    Their missing cells are known to be missing; what `condition` (a TableCondition or None) said of them is dropped.
    """
    condition = _empty(codec, n) if condition is None else condition
    known, tokens = condition.known.copy(), condition.tokens.copy()
    parts = {
        name: {place: value for place, value in getattr(condition, name).items() if place not in columns}
        for name in ("given", "within")
    }
    blocks = {block for block, place in enumerate(codec.places) if place in columns}
    allowed = {block: value for block, value in condition.allowed.items() if block not in blocks}
    condition = replace(condition, known=known, tokens=tokens, allowed=allowed, **parts)
    for place, column in columns.items():
        if column.present.any():
            _know(codec, condition, place, column, column.present)
        _know_gaps(codec, condition, place, column)
    return condition


def _know_gaps(codec, condition, place, column):
    """Note the missing cells of a Column as known to be missing."""
    own, missing = codec.columns[place], ~column.present
    if own.width and own.kinds and missing.any():
        block = codec.places.index(place)
        condition.known[missing, block] = True
        condition.tokens[missing, block, : own.width] = own.encode(column.take(missing))


def vary(condition, rows, redraw, places, fresh):
    """`condition` for the rows at `rows`, with some of the cells unknown.

    Parameters
    ----------
    condition : TableCondition
        What is known of some rows; made from a table, so that it has no ranges.
    rows : ndarray of int of shape (n,)
        Which of them to take.
    redraw : ndarray of bool of shape (n, n_columns)
        The cells that become unknown.
    places : list of int
        The column of each block.
    fresh : list of int
        The columns whose values are made afresh: of them only what is missing stays known.

    Returns
    -------
    TableCondition
    """
    known = condition.known[rows] & ~redraw[:, places]
    given = {}
    for place in condition.given.keys() - set(fresh):
        column = condition.given[place].take(rows)
        given[place] = replace(column, missing=np.where(redraw[:, place], 1, column.missing).astype("int8"))
    index = None if condition.index is None else condition.index[rows]
    tokens = condition.tokens[rows] * known[:, :, None]
    return replace(condition, tokens=tokens, known=known, given=given, index=index)


def override(condition, above, places):
    """`condition` for the same rows, but with all that `above` says in place of what it says itself.

    Parameters
    ----------
    condition, above : TableCondition
        Of equally many rows. `condition` has no ranges.
    places : list of int
        The column of each block.

    Returns
    -------
    TableCondition
    """
    restricted = {places[block] for block in above.allowed} | set(above.within)
    free = above.known | np.isin(places, list(restricted))
    tokens = np.where(above.known[:, :, None], above.tokens, condition.tokens * ~free[:, :, None])
    given = {place: column for place, column in condition.given.items() if place not in restricted}
    for place, column in above.given.items():
        given[place] = overlay_columns([given[place]], {0: column})[0] if place in given else column
    within = condition.within | above.within
    known = above.known | (condition.known & ~free)
    return replace(condition, tokens=tokens, known=known, allowed=above.allowed, given=given, within=within)


def overlay_columns(columns, given):
    """`columns` with the values of `given`, a dict of place to Column, in place of the drawn ones."""
    columns = list(columns)
    for place, column in given.items():
        write = _with_labels if columns[place].family == "label" else _with_numbers
        columns[place] = write(columns[place], column)
    return columns


def _with_labels(column, given):
    rows, labels = given.present, list(column.labels)
    place = {label: index for index, label in enumerate(labels)}
    used, codes = np.unique(given.values[rows], return_inverse=True)
    new = [place.setdefault(given.labels[code], len(place)) for code in used]
    values, missing = column.values.copy(), np.where(rows, 0, column.missing).astype("int8")
    values[rows] = np.array(new, "int64")[codes]
    return replace(column, values=values, missing=missing, labels=list(place))


def _with_numbers(column, given):
    rows = given.present
    values, missing = column.values.copy(), np.where(rows, 0, column.missing).astype("int8")
    values[rows] = _in_type(column, given, given.values[rows])
    return replace(column, values=values, missing=missing)


def _in_type(column, given, new):
    """The given values `new` in the type of `column`; a ValueError names one that it cannot hold."""
    if given.unit != column.unit:
        return _in_unit(column, given, new)
    if column.family == "decimal":
        return new
    least, largest = column.ends
    with np.errstate(invalid="ignore", over="ignore"):
        own = new.astype(column.values.dtype)
    whole = own.dtype.kind != "f"
    if whole and (new != np.rint(new)).any():
        raise ValueError(
            f"Column {column.name!r} holds whole numbers; the condition gives {new[new != np.rint(new)][0]}."
        )
    beyond = (own != new) | (new < least) | (new > largest) if whole else np.isinf(own)
    if beyond.any():
        raise ValueError(
            f"Column {column.name!r} cannot hold {new[beyond][0]}, which the condition gives: its type goes from "
            f"{least} to {largest}."
        )
    return own


def _in_unit(column, given, new):
    own = in_unit(new, given.unit, column.unit)
    lost = new[in_unit(own, column.unit, given.unit) != new]
    if len(lost):
        first = lost.view(f"{'M' if column.family == 'moment' else 'm'}8[{given.unit}]")[0]
        raise ValueError(
            f"Column {column.name!r} cannot hold {first}, which the condition gives: its type counts "
            f"{UNITS[column.unit][1]} in 64 bits."
        )
    return own

"""What a condition says of the rows to generate: known tokens, allowed tokens, and the exact values to write in."""

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from augment.codecs.column import as_family
from augment.codecs.frames import read_table
from augment.codecs.layout import Condition
from augment.codecs.quantities import in_unit


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
    blocks = len(codec.layout.blocks)
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
    within = column.within(*ends)
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
    condition.given[place] = as_family(column, own.form["family"])
    tokens = own.encode(column.take(rows))
    if own.width:
        block = codec.places.index(place)
        condition.known[rows, block] = True
        condition.tokens[rows, block, : own.width] = tokens


def vary(condition, rows, redraw, places):
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

    Returns
    -------
    TableCondition
    """
    known = condition.known[rows] & ~redraw[:, places]
    given = {}
    for place, column in condition.given.items():
        column = column.take(rows)
        given[place] = replace(column, missing=np.where(redraw[:, place], 1, column.missing).astype("int8"))
    index = None if condition.index is None else condition.index[rows]
    tokens = condition.tokens[rows] * known[:, :, None]
    return replace(condition, tokens=tokens, known=known, given=given, index=index)


def overlay_columns(columns, condition):
    """`columns` with the given values of a TableCondition in place of the drawn ones."""
    columns = list(columns)
    for place, given in condition.given.items():
        columns[place] = _replaced(columns[place], given)
    return columns


def _replaced(column, given):
    rows = given.present
    values, missing = column.values.copy(), column.missing.copy()
    missing[rows] = 0
    if column.family != "label":
        new = given.values[rows]
        if given.unit != column.unit:
            new = in_unit(new, given.unit, column.unit)
        if values.dtype.kind != "f" and new.dtype.kind == "f" and (new != np.rint(new)).any():
            raise ValueError(
                f"Column {column.name!r} holds whole numbers; the condition gives {new[new != np.rint(new)][0]}."
            )
        values[rows] = new.astype(values.dtype)
        return replace(column, values=values, missing=missing)
    labels = list(column.labels)
    place = {label: index for index, label in enumerate(labels)}
    new = [label for label in given.labels if label not in place]
    place |= {label: len(labels) + index for index, label in enumerate(new)}
    values[rows] = np.array([place[label] for label in given.labels], "int64")[given.values[rows]]
    return replace(column, values=values, missing=missing, labels=labels + new)

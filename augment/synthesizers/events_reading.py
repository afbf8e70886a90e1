"""Frames of events before they are read: which columns are named, and keys that are categories."""

from collections.abc import Hashable

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd


def check_names(entity, time, static):
    """An error where what should name columns does not, or names one twice."""
    if isinstance(static, str) or not isinstance(static, list | tuple | type(None)):
        raise TypeError(f"static must be None or a list of names of columns. Received: static={static!r}")
    for argument, name in (("entity", entity), ("time", time), *(("static", name) for name in static or ())):
        if not isinstance(name, Hashable):
            raise TypeError(f"{argument} takes names of columns, such as 'day'. Received: {argument}={name!r}")
    if entity == time:
        raise ValueError(f"entity and time are both {entity!r}: one column tells whose a row is, another one when.")


def with_plain_entity(X, entity):
    """The frame with its entity column as no list of categories, since new entities are none of them."""
    if isinstance(X, pd.DataFrame):
        return _with_plain_series(X, entity)
    frame = nw.from_native(X, eager_only=True)
    if entity not in frame.columns or frame.schema[entity] not in (nw.Categorical, nw.Enum):
        return X
    return frame.with_columns(nw.col(entity).cast(nw.String)).to_native()


def _with_plain_series(X, entity):
    """`with_plain_entity` of a pandas frame, whose names may be of any kind, or no good."""
    names = list(X.columns)
    if names.count(entity) != 1:
        return X
    series = X.iloc[:, names.index(entity)]
    if not isinstance(series.dtype, pd.CategoricalDtype) or series.isna().any():
        return X
    X = X.copy(deep=False)
    X.isetitem(names.index(entity), series.astype(series.cat.categories.dtype))
    return X


def refuse_named_twice(column):
    """A ValueError where a column of entities names one twice."""
    present = column.take(column.present)
    if len(np.unique(present.values)) < len(present):
        raise ValueError(f"The condition has a row for each entity, and some of column {column.name!r} occur twice.")

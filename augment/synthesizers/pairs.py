"""How X and y stand in one table, so that generated tables come apart the same way."""

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from sklearn.utils.validation import column_or_1d

from augment.codecs.names import name_from_json, name_to_json


class Pairing:
    """Joins X and y into one table and takes such tables apart into what the user gave.

    Parameters
    ----------
    target : hashable, default=None
        Name of y's column; None when there was no y.
    name : hashable, default=None
        Name of y when it was a series.
    array : str, default=None
        dtype of X when it was an array.
    series : list, default=None
        Library of y when it was a series; its dtype in pandas, with the categories and their order where it has some.
    labels : str, default=None
        dtype of y when it was an array or a list.
    """

    def __init__(self, target=None, name=None, array=None, series=None, labels=None):
        self.target, self.name, self.array, self.series, self.labels = target, name, array, series, labels

    @classmethod
    def of(cls, X, y):
        """The form of the data as the user gave them."""
        array = None if is_frame(X) else str(X.dtype)
        if y is None:
            return cls(array=array)
        if not is_series(y):
            return cls(_free_name("target", X), array=array, labels=str(column_or_1d(y).dtype))
        series = nw.from_native(y, series_only=True)
        name = series.name if series.name != "" else None
        library = series.implementation.value
        target = _free_name("target" if name is None else name, X)
        return cls(target, name, array, [library, *(_dtype_to_list(y.dtype) if library == "pandas" else ())])

    def join(self, X, y):
        """One table of X and y."""
        table = as_frame(X)
        if isinstance(table, pd.DataFrame):
            table = table.copy(deep=False)
            table[self.target] = pandas_values(y)
            return table
        frame = nw.from_native(table, eager_only=True)
        return frame.with_columns(_series_in(frame.implementation, self.target, y)).to_native()

    def split(self, table):
        """X and y of a decoded table, or the table itself where there was no y."""
        if self.target is None:
            return table
        if isinstance(table, pd.DataFrame):
            X, y = table.drop(columns=[self.target]), table[self.target]
            if X.columns.nlevels == 1:  # the target's name may have made objects of numbers
                X.columns = X.columns.infer_objects()
        else:
            frame = nw.from_native(table, eager_only=True)
            X, y = frame.drop(self.target).to_native(), frame[self.target].to_native()
        if self.array is not None:
            X = _as_dtype(X.to_numpy(), self.array)
        return X, self._labels(y)

    def as_given(self, labels):
        """An array of labels as what the user gave: a series of their library or an array."""
        if self.series is None:
            return _as_dtype(labels, self.labels)
        library, *dtype = self.series
        if library == "pandas":
            return pd.Series(labels, dtype=_dtype_from_list(dtype), name=self.name)
        return nw.new_series(self.name or "", labels, backend=library).to_native()

    def _labels(self, y):
        if self.series is None:
            return _as_dtype(to_numpy(y), self.labels)
        library, *dtype = self.series
        if library == "pandas":
            if not isinstance(y, pd.Series):
                y = pd.Series(nw.from_native(y, series_only=True).to_list(), dtype=_dtype_from_list(dtype))
            return y.rename(self.name)
        own = nw.from_native(y, series_only=True)
        if own.implementation.value == library:
            return own.alias(self.name or "").to_native()
        arrow = y.array.__arrow_array__() if isinstance(y, pd.Series) else own.to_arrow()
        return nw.new_series(self.name or "", arrow, backend=library).to_native()

    def to_dict(self):
        """The form as JSON-ready values."""
        return vars(self) | {"target": name_to_json(self.target), "name": name_to_json(self.name)}

    @classmethod
    def from_dict(cls, state):
        """The form that `to_dict` gave."""
        names = {key: name_from_json(state[key]) for key in ("target", "name")}
        return cls(**state | names)


def is_frame(data):
    """Whether `data` is a frame or a table of a library that is known here."""
    return nw.dependencies.is_into_dataframe(data)


def names_in(frame):
    """The column names of a frame, unlike narwhals' even where two are the same."""
    return list(frame.column_names if nw.dependencies.is_pyarrow_table(frame) else frame.columns)


def is_series(data):
    """Whether `data` is a series of a library that is known here."""
    return nw.dependencies.is_into_series(data) and not isinstance(data, np.ndarray)


def as_frame(X):
    """X itself when it is a frame, else a pandas frame with columns 0, 1, ..."""
    return X if is_frame(X) else pd.DataFrame(np.asarray(X))


def as_array(X):
    """What is no frame so that no cell changes: objects for lists with strings, missing values for masked cells."""
    if nw.dependencies.is_polars_lazyframe(X):
        raise TypeError("Expected a table whose rows are at hand, got a LazyFrame: give frame.collect().")
    if np.ma.is_masked(X):
        numeric = X.dtype.kind in "biuf"
        return np.where(np.ma.getmaskarray(X), np.nan if numeric else None, X.data)
    if isinstance(X, list | tuple) and np.asarray(X).dtype.kind == "U":
        return np.asarray(X, dtype=object)
    return X


def to_numpy(values):
    """A series of any library, a list or an array as an array."""
    return nw.from_native(values, series_only=True).to_numpy() if is_series(values) else np.asarray(values)


def one_column(y):
    """y as a series where it is a frame of one column, as a 1-D array where it is such an array, else y itself."""
    if is_frame(y):
        if len(names_in(y)) != 1:
            raise ValueError(f"y must be one column. Received a frame with the columns {names_in(y)}.")
        return y.iloc[:, 0] if isinstance(y, pd.DataFrame) else nw.from_native(y, eager_only=True)[:, 0].to_native()
    return y[:, 0] if isinstance(y, np.ndarray) and y.ndim == 2 and y.shape[1] == 1 else y


def shaped_like(y, column):
    """What `one_column` gives, as a frame or a 2-D array where y is one."""
    if isinstance(y, pd.DataFrame):
        return column.to_frame()
    if is_frame(y):
        return nw.from_native(column, series_only=True).alias(names_in(y)[0]).to_frame().to_native()
    return column[:, None] if isinstance(y, np.ndarray) and y.ndim == 2 else column


def stack(first, second):
    """Rows of `first`, then rows of `second`, of the same kind."""
    if isinstance(first, pd.DataFrame | pd.Series):
        return pd.concat([first, second], ignore_index=True)
    if is_frame(first):
        return nw.concat([nw.from_native(first), nw.from_native(second)]).to_native()
    if is_series(first):
        return nw.concat([nw.from_native(s, series_only=True).to_frame() for s in (first, second)])[:, 0].to_native()
    if isinstance(first, list):
        return first + to_numpy(second).tolist()
    return np.concatenate([np.asarray(first), np.asarray(second)])


def _free_name(name, X):
    """`name`, or one like it that no column of X has."""
    X = as_frame(X)
    if not isinstance(X, pd.DataFrame):
        columns, name = nw.from_native(X, eager_only=True).columns, str(name)
    elif X.columns.nlevels > 1:
        return (name, *[""] * (X.columns.nlevels - 1))
    else:
        columns = X.columns
    taken = set(columns)
    while name in taken:
        name = f"{name}_"
    return name


def pandas_values(y):
    """y as what a column of a pandas frame can hold."""
    if isinstance(y, pd.Series):
        return y.array
    if is_series(y):
        return pd.arrays.ArrowExtensionArray(nw.from_native(y, series_only=True).to_arrow())
    return column_or_1d(y)


def _dtype_to_list(dtype):
    if isinstance(dtype, pd.CategoricalDtype):
        return ["category", dtype.categories.tolist(), bool(dtype.ordered)]
    return [str(dtype)]


def _dtype_from_list(state):
    return pd.CategoricalDtype(*state[1:]) if state[0] == "category" else state[0]


def _series_in(backend, name, y):
    """y as a narwhals series of the library `backend`."""
    if not is_series(y):
        return nw.new_series(name, column_or_1d(y), backend=backend)
    series = nw.from_native(y, series_only=True)
    if series.implementation == backend:
        return series.alias(name)
    return nw.new_series(name, series.to_arrow(), backend=backend)


def _as_dtype(values, dtype):
    return values.astype(str if np.dtype(dtype).kind == "U" else dtype)

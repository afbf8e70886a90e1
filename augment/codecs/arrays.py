"""NumPy arrays as plain columns and back."""

import narwhals.stable.v2 as nw
import numpy as np

from augment.codecs.column import Column, with_missing
from augment.codecs.digits import places_of
from augment.codecs.objects import label_codes, read_objects, write_objects


def read_array(data):
    """Columns and form of a 2-D array, or of lists that make one."""
    if nw.dependencies.is_into_series(data) or nw.dependencies.is_polars_lazyframe(data) or hasattr(data, "toarray"):
        raise TypeError(
            f"Expected a pandas or polars DataFrame, a pyarrow Table or a 2-D array; got {type(data).__name__}. "
            "Turn a series or a sparse matrix into a frame or a dense array first; collect a lazy frame."
        )
    values = np.asarray(data)
    if values.ndim != 2:
        raise ValueError(
            f"Expected a 2D array (rows, columns), got {values.ndim}D of shape {values.shape}. "
            "Reshape your data: array.reshape(-1, 1) makes one column, array.reshape(1, -1) one row."
        )
    columns, pythons, decimals = [], [], []
    for place in range(values.shape[1]):
        column, python, places = read_vector(place, values[:, place])
        columns.append(column)
        pythons.append(python)
        decimals.append(places)
    form = {"library": "numpy", "names": list(range(values.shape[1])), "dtype": values.dtype.str}
    return columns, form | {"pythons": pythons, "decimals": decimals}


def read_vector(name, values):
    """Column, name of the Python type (of objects) and number of decimals (of Decimal objects) of a 1-D array."""
    kind = values.dtype.kind
    if kind == "c":
        raise ValueError(f"Column {name!r}: Complex data not supported; split it into real and imaginary parts.")
    if kind not in "biufOUMm":
        raise TypeError(f"Column {name!r}: expected numbers, booleans, strings, dates or objects, got {values.dtype}.")
    if kind == "O":
        column, python = read_objects(name, values)
        return column, python, places_of(values[column.present]) if python == "Decimal" else 0
    if kind == "U":
        codes, labels = label_codes(values.tolist(), np.zeros(len(values), bool))
        return Column(name, "label", codes, labels=labels), "str", 0
    if kind == "b":
        return Column(name, "label", values.astype("int64"), labels=[False, True]), "bool", 0
    if kind in "mM":
        unit = np.datetime_data(values.dtype)[0]
        unit = unit if unit in ("D", "s", "ms", "us", "ns") else "s"
        gone, counts = np.isnat(values), values.astype(f"{kind}8[{unit}]").view("int64")
        column = Column(name, "moment" if kind == "M" else "duration", counts, unit=unit)
        return with_missing(column, {"NaT": gone}), None, 0
    if kind == "f":
        values = values.astype("float64") if values.dtype.itemsize > 8 else values
        return with_missing(Column(name, "number", values), {"nan": np.isnan(values)}), None, 0
    return integer_column(name, values), None, 0


def integer_column(name, values):
    """Column of an integer array of any width."""
    kind = np.iinfo(values.dtype)
    ends = {"least": int(kind.min), "limit": int(kind.max)} if kind.bits < 64 else {}
    return Column(name, "number", values.astype("uint64" if kind.kind == "u" and kind.bits == 64 else "int64"), **ends)


def write_array(columns, form):
    """2-D array of the fitted dtype."""
    dtype = np.dtype(form["dtype"])
    out = np.empty((len(columns[0]), len(columns)), object if dtype.kind == "U" else dtype)
    for place, column in enumerate(columns):
        if out.dtype == object:
            out[:, place] = write_objects(column, form["pythons"][place], form["decimals"][place])
        else:
            out[:, place] = write_vector(column, dtype)
    return out.astype(str) if dtype.kind == "U" else out


def write_vector(column, dtype):
    """1-D array of a NumPy dtype that is not object."""
    gone = column.missing > 0
    if dtype.kind == "b":
        return np.array(column.labels, bool)[column.values]
    if dtype.kind in "mM":
        values = column.values.view(f"{dtype.kind}8[{column.unit}]").astype(dtype)
        return np.where(gone, np.array("NaT", dtype), values)
    return np.where(gone, np.nan, column.values).astype(dtype) if gone.any() else column.values.astype(dtype)

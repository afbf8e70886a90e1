"""Pandas frames as plain columns and back."""

import numpy as np
import pandas as pd

from augment.codecs.arrays import read_vector, write_vector
from augment.codecs.arrow import read_arrow, type_from_text, type_to_text, write_arrow
from augment.codecs.column import Column, with_missing
from augment.codecs.names import name_from_json, name_to_json, refuse_duplicates
from augment.codecs.objects import label_codes, write_objects
from augment.codecs.zones import zone_from_dict, zone_to_dict, zone_to_text


def read_pandas(data):
    """Columns and form of a pandas frame."""
    names = [name_from_json(name_to_json(name)) for name in data.columns]
    refuse_duplicates(names)
    read = [_read_series(name, data.iloc[:, place]) for place, name in enumerate(names)]
    form = {
        "library": "pandas",
        "names": [name_to_json(name) for name in names],
        "header": [name_to_json(name) for name in data.columns.names],
        "nested": data.columns.nlevels > 1,
        "labels": _labels_dtype(data.columns),
        "dtypes": [form for _, form in read],
        "index": {"names": [name_to_json(name) for name in data.index.names], "dtype": _index_dtype(data.index)},
    }
    return [column for column, _ in read], form


def _index_dtype(index):
    """The dtype of an index of plain integers; None for a RangeIndex and for those that cannot be continued."""
    return None if isinstance(index, pd.RangeIndex) or index.dtype.kind not in "iu" else str(index.dtype)


def _labels_dtype(labels):
    """JSON-ready description of the dtype of the column labels; None where they have several levels."""
    if labels.nlevels > 1:
        return None
    if isinstance(labels.dtype, pd.CategoricalDtype):
        return {"categories": [name_to_json(label) for label in labels.categories], "ordered": bool(labels.ordered)}
    return _plain_dtype(labels.dtype)


def _dtype_of_labels(form):
    if "categories" in form:
        return pd.CategoricalDtype([name_from_json(label) for label in form["categories"]], form["ordered"])
    return _string_dtype(form) if "storage" in form else form["dtype"]


def _read_series(name, series):
    """Column and JSON-ready description of the dtype of a pandas Series."""
    dtype = series.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return _read_categories(name, series)
    if isinstance(dtype, pd.ArrowDtype):
        array = series.array.__arrow_array__()
        column = read_arrow(name, array)
        labels = column.labels if column.closed else None
        return column, {"kind": "arrow", "type": type_to_text(dtype.pyarrow_dtype), "labels": labels}
    if isinstance(dtype, pd.SparseDtype):
        column, form = _read_series(name, series.sparse.to_dense())
        fill = dtype.fill_value
        return column, {"kind": "sparse", "dense": form, "fill": None if pd.isna(fill) else np.asarray(fill).item()}
    if isinstance(dtype, pd.StringDtype):
        gone = series.isna().to_numpy()
        codes, labels = label_codes(series.tolist(), gone)
        column = Column(name, "label", codes, labels=labels)
        return with_missing(column, {"NA": gone}), {"kind": "string"} | _plain_dtype(dtype)
    if isinstance(dtype, pd.DatetimeTZDtype):
        column = read_vector(name, series.dt.tz_convert(None).to_numpy())[0]
        column.zone = zone_to_text(dtype.tz)
        return column, {"kind": "zoned", "unit": dtype.unit, "zone": zone_to_dict(dtype.tz)}
    if isinstance(series.dtype, np.dtype):
        column, python, decimals = read_vector(name, series.to_numpy())
        kind = "object" if series.dtype == object else "numpy"
        return column, {"kind": kind, "dtype": str(dtype), "python": python, "decimals": decimals}
    if dtype.kind in "biuf" and hasattr(dtype, "numpy_dtype"):
        return _read_masked(name, series), {"kind": "masked"} | _plain_dtype(dtype)
    raise TypeError(
        f"Column {name!r} has the dtype {dtype}: expected numbers, booleans, strings, categories, dates or durations; "
        "drop the column or turn it into one of these."
    )


def _plain_dtype(dtype):
    """Description of a dtype that its text gives back; a string dtype also needs what it holds for a missing value."""
    if isinstance(dtype, pd.StringDtype):
        return {"dtype": str(dtype), "storage": dtype.storage, "nan": dtype.na_value is not pd.NA}
    return {"dtype": str(dtype)}


def _string_dtype(form):
    # pandas 2.2 knows no argument na_value, and its "pyarrow_numpy" has NaN by itself
    missing = {"na_value": np.nan} if form["nan"] and form["storage"] != "pyarrow_numpy" else {}
    return pd.StringDtype(form["storage"], **missing)


def _read_masked(name, series):
    gone = series.isna().to_numpy()
    values = series.to_numpy(dtype=series.dtype.numpy_dtype, na_value=0)
    column = read_vector(name, values)[0]
    masks = {"nan": column.missing > 0, "NA": gone & (column.missing == 0)}
    column.missing[:] = 0
    return with_missing(column, masks)


def _read_categories(name, series):
    dtype, codes = series.dtype, series.cat.codes.to_numpy().astype("int64")
    form = {"kind": "categories", "ordered": bool(dtype.ordered), "categories": _index_to_dict(name, dtype.categories)}
    labels = [_plain(name, label) for label in dtype.categories]
    column = Column(name, "label", np.maximum(codes, 0), labels=labels, closed=True, ordered=bool(dtype.ordered))
    return with_missing(column, {"nan": codes < 0}), form


def _plain(name, label):
    """A category as a JSON-ready value."""
    if isinstance(label, np.generic):
        label = label.item()
    if isinstance(label, str | int | float | bool):
        return label
    if isinstance(label, pd.Timestamp | pd.Timedelta | pd.Interval):
        return str(label)
    raise TypeError(
        f"Column {name!r} has a category {label!r}: expected strings, numbers, booleans, dates or intervals."
    )


def _index_to_dict(name, index):
    if isinstance(index.dtype, pd.IntervalDtype):
        sides = {"left": _index_to_dict(name, index.left), "right": _index_to_dict(name, index.right)}
        return {"closed": index.closed, **sides}
    return {"dtype": str(index.dtype), "values": [_plain(name, label) for label in index]}


def _index_from_dict(form):
    if "closed" in form:
        return pd.IntervalIndex.from_arrays(
            _index_from_dict(form["left"]), _index_from_dict(form["right"]), closed=form["closed"]
        )
    return pd.Index(form["values"], dtype=form["dtype"])


def write_pandas(columns, form):
    """Pandas frame of the fitted dtypes, with a fresh index."""
    n = len(columns[0])
    arrays = [_series(column, dtype) for column, dtype in zip(columns, form["dtypes"], strict=True)]
    data = pd.DataFrame(dict(enumerate(arrays)), index=pd.RangeIndex(n))
    header = [name_from_json(name) for name in form["header"]]
    names = [name_from_json(name) for name in form["names"]]
    if form["nested"]:
        data.columns = pd.MultiIndex.from_tuples(names, names=header)
    elif names == list(range(len(names))) and form["labels"] == {"dtype": "int64"}:
        data.columns = pd.RangeIndex(len(names), name=header[0])
    else:
        data.columns = pd.Index(names, dtype=_dtype_of_labels(form["labels"]), name=header[0], tupleize_cols=False)
    data.index = fresh_index(form, n)
    return data


def fresh_index(form, n):
    """Index of `n` new rows: numbered from zero, under the old name."""
    index = form["index"]
    names = [name_from_json(name) for name in index["names"]]
    name = names[0] if len(names) == 1 else None
    if index["dtype"] is None:
        return pd.RangeIndex(n, name=name)
    dtype = pd.api.types.pandas_dtype(index["dtype"])
    return pd.Index(np.arange(n), dtype=dtype if n <= np.iinfo(dtype.type).max else None, name=name)


def _series(column, form):
    """Array of the pandas dtype that `form` describes."""
    gone, kind = column.missing > 0, form["kind"]
    if kind == "object":
        # a bare object array would be taken for dates or strings again
        return pd.Series(write_objects(column, form["python"], form["decimals"]), dtype=object)
    if kind == "arrow":
        return pd.arrays.ArrowExtensionArray(write_arrow(column, type_from_text(form["type"]), form["labels"]))
    if kind == "categories":
        dtype = pd.CategoricalDtype(_index_from_dict(form["categories"]), form["ordered"])
        place = {label: code for code, label in enumerate(_plain("", label) for label in dtype.categories)}
        codes = np.array([*(place[label] for label in column.labels), -1])
        return pd.Categorical.from_codes(codes[np.where(gone, -1, column.values)], dtype=dtype)
    if kind == "string":
        strings = np.array([*column.labels, None], object)[np.where(gone, -1, column.values)]
        return pd.array(strings, dtype=_string_dtype(form))
    if kind == "zoned":
        moments = pd.DatetimeIndex(write_vector(column, np.dtype(f"M8[{form['unit']}]")))
        return moments.tz_localize("UTC").tz_convert(zone_from_dict(form["zone"]))
    if kind == "masked":
        return _masked(column, pd.api.types.pandas_dtype(form["dtype"]))
    if kind == "sparse":
        fill = np.nan if form["fill"] is None else form["fill"]
        return pd.arrays.SparseArray(_series(column, form["dense"]), fill_value=fill)
    return write_vector(column, np.dtype(form["dtype"]))


def _masked(column, dtype):
    """Nullable array that tells NaN from NA."""
    nan = column.missing == column.kinds.index("nan") + 1 if "nan" in column.kinds else np.zeros(len(column), bool)
    mask = (column.missing > 0) & ~nan
    if dtype.kind == "b":
        return pd.arrays.BooleanArray(np.array(column.labels or [False], bool)[np.where(mask, 0, column.values)], mask)
    values = np.where(column.missing > 0, 0, column.values).astype(dtype.numpy_dtype)
    if dtype.kind != "f":
        return pd.arrays.IntegerArray(values, mask)
    return pd.arrays.FloatingArray(np.where(nan, np.nan, values).astype(dtype.numpy_dtype), mask)

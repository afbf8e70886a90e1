"""Arrow arrays as plain columns and back: pyarrow tables, polars frames and Arrow-backed pandas columns share it."""

import base64
from decimal import Decimal

import numpy as np

from augment.codecs.arrays import integer_column
from augment.codecs.column import Column, with_missing
from augment.codecs.digits import objects_of


def read_arrow(name, array):
    """Column from a pyarrow Array or ChunkedArray; a TypeError names the column when its type is not supported."""
    import pyarrow as pa

    array = _in_one_piece(array)
    null = array.is_null().to_numpy(zero_copy_only=False)
    types, kind = pa.types, array.type
    if types.is_null(kind):
        return with_missing(Column(name, "number", np.zeros(len(array))), {"null": null})
    if types.is_dictionary(kind):
        column = _from_dictionary(name, array)
        column.closed, column.ordered = True, bool(kind.ordered)
    elif types.is_boolean(kind):
        values = array.fill_null(False).to_numpy(zero_copy_only=False).astype("int64")
        column = Column(name, "label", values, labels=[False, True])
    elif types.is_integer(kind) or types.is_floating(kind):
        column = _from_number(name, array)
    elif types.is_decimal(kind):
        column = _from_decimal(name, array)
    elif types.is_temporal(kind) and not types.is_interval(kind):
        column = _from_time(name, array)
    elif types.is_string(kind) or types.is_large_string(kind):
        column = _from_dictionary(name, array.dictionary_encode())
    else:
        raise TypeError(
            f"Column {name!r} has the type {kind}: expected numbers, booleans, strings, categories, dates or "
            "durations; drop the column or turn it into one of these."
        )
    nan = np.isnan(column.values) & ~null if column.values.dtype.kind == "f" else np.zeros(len(array), bool)
    return with_missing(column, {"nan": nan, "null": null})


def write_arrow(column, kind, labels=None):
    """Pyarrow Array of type `kind` from a Column; `labels` is the list of a dictionary type."""
    import pyarrow as pa

    types, gone = pa.types, column.missing > 0
    if column.family == "label" and not types.is_null(kind):
        return _write_labels(column, kind, labels)
    values, null = column.values, gone
    if types.is_floating(kind):
        nan = column.missing == column.kinds.index("nan") + 1 if "nan" in column.kinds else np.zeros(len(gone), bool)
        values, null = np.where(nan, np.nan, np.where(gone, 0, values)), gone & ~nan
        return pa.array(values.astype(kind.to_pandas_dtype()), mask=null)
    if types.is_null(kind):
        return pa.nulls(len(column))
    values = np.where(gone, 0, values)
    if types.is_decimal(kind):
        return _write_decimals(column.name, [None if g else v for v, g in zip(values, gone, strict=True)], kind)
    if types.is_date64(kind):
        values = values * 86_400_000
    if types.is_date32(kind) or types.is_time32(kind):
        values = values.astype("int32")
    return pa.array(values, mask=null).cast(kind)


def type_to_text(kind):
    """An Arrow type as text that `type_from_text` reads."""
    import pyarrow as pa

    return base64.b64encode(pa.schema([pa.field("", kind)]).serialize()).decode()


def type_from_text(text):
    """The Arrow type that `type_to_text` described."""
    import pyarrow as pa

    return pa.ipc.read_schema(pa.py_buffer(base64.b64decode(text))).field(0).type


def _in_one_piece(array):
    """One array, of the plain string type where it is one of strings, without nulls among its categories."""
    import pyarrow as pa

    if isinstance(array, pa.ChunkedArray):
        if pa.types.is_dictionary(array.type):
            array = pa.chunked_array(map(_without_null_labels, array.chunks), array.type).unify_dictionaries()
        array = array.combine_chunks()
    if pa.types.is_string_view(array.type):
        array = pa.array(array.to_pylist(), pa.large_string())  # Arrow casts them since its version 18
    return _without_null_labels(array) if pa.types.is_dictionary(array.type) else array


def _without_null_labels(array):
    """A dictionary array whose nulls are all among the indices."""
    import pyarrow as pa

    labels = array.dictionary
    if not labels.null_count:
        return array
    gone = labels.is_null().to_numpy(zero_copy_only=False)
    place = pa.array(np.cumsum(~gone) - 1, array.type.index_type, mask=gone)
    return pa.DictionaryArray.from_arrays(place.take(array.indices), labels.drop_null(), ordered=array.type.ordered)


def _from_number(name, array):
    import pyarrow as pa

    if pa.types.is_floating(array.type):
        return Column(name, "number", array.to_numpy(zero_copy_only=False))
    return integer_column(name, array.fill_null(0).to_numpy(zero_copy_only=False))


def _from_decimal(name, array):
    """Column of Decimals, and the whole numbers between which its type holds all."""
    values = objects_of([Decimal(0) if value is None else value for value in array.to_pylist()])
    limit = 10 ** (array.type.precision - array.type.scale) - 1
    return Column(name, "decimal", values, least=-limit, limit=limit)


def _from_dictionary(name, array):
    codes = array.indices.fill_null(0).to_numpy(zero_copy_only=False).astype("int64")
    labels = array.dictionary.to_pylist()
    if not all(isinstance(label, str | int | float) for label in labels):
        raise TypeError(
            f"Column {name!r} has categories of the type {array.type.value_type}: expected strings or numbers."
        )
    return Column(name, "label", codes, labels=labels)


def _from_time(name, array):
    import pyarrow as pa

    types, kind = pa.types, array.type
    if types.is_date(kind):
        values = array.cast(pa.date32()).cast(pa.int32())
        unit, family, zone = "D", "moment", None
    else:
        values = array.cast(pa.int32() if types.is_time32(kind) else pa.int64())
        unit, zone = kind.unit, getattr(kind, "tz", None)
        family = "moment" if types.is_timestamp(kind) else "duration"
    values = values.fill_null(0).to_numpy(zero_copy_only=False).astype("int64")
    a_day = {"least": 0, "limit": int(np.timedelta64(1, "D") // np.timedelta64(1, unit)) - 1}
    return Column(name, family, values, unit=unit, zone=zone, **(a_day if types.is_time(kind) else {}))


def _write_labels(column, kind, labels):
    import pyarrow as pa

    gone = column.missing > 0
    if pa.types.is_dictionary(kind):
        place = {label: index for index, label in enumerate(labels)}
        codes = np.array([place[label] for label in column.labels] or [0], "int64")[np.where(gone, 0, column.values)]
        codes = pa.array(codes, mask=gone).cast(kind.index_type)
        return pa.DictionaryArray.from_arrays(codes, pa.array(labels, kind.value_type), ordered=kind.ordered)
    if pa.types.is_boolean(kind):
        return pa.array(np.array(column.labels or [False], bool)[np.where(gone, 0, column.values)], mask=gone)
    if pa.types.is_string_view(kind):  # which Arrow cannot take from
        return pa.array(objects_of([*column.labels, None])[np.where(gone, -1, column.values)], kind)
    return pa.array(column.labels, kind).take(pa.array(column.values, mask=gone))


def _write_decimals(name, values, kind):
    import pyarrow as pa

    try:
        return pa.array(values, kind)
    except pa.ArrowInvalid:
        for value in values:
            try:
                pa.scalar(value, kind)
            except pa.ArrowInvalid:
                raise ValueError(f"Column {name!r} has the type {kind}, which cannot hold {value}.") from None
        raise

"""Polars frames and pyarrow tables as plain columns and back, by way of Arrow arrays."""

import base64

from augment.codecs.arrow import read_arrow, type_from_text, type_to_text, write_arrow
from augment.codecs.names import refuse_duplicates

POLARS_ARGUMENTS = {
    "Datetime": ("time_unit", "time_zone"),
    "Duration": ("time_unit",),
    "Decimal": ("precision", "scale"),
}

UNKNOWN_TO_ARROW = {
    "Object": "cast it to a polars type first",
    "Int128": "cast it to Int64, or to Decimal where that is too narrow",
    "UInt128": "cast it to UInt64, or to Decimal where that is too narrow",
}


def read_polars(data):
    """Columns and form of a polars frame."""
    columns, types, dtypes = [], [], []
    for name in data.columns:
        dtype = data.schema[name]
        if _type_name(dtype) in UNKNOWN_TO_ARROW:
            raise TypeError(f"Column {name!r} has the type {_type_name(dtype)}: {UNKNOWN_TO_ARROW[_type_name(dtype)]}.")
        array = data[name].to_arrow()
        column = read_arrow(name, array)
        column.closed = column.ordered = _type_name(dtype) == "Enum"
        columns.append(column)
        types.append(type_to_text(_storage(array.type)))
        dtypes.append(_polars_to_dict(dtype))
    return columns, {"library": "polars", "names": list(data.columns), "types": types, "dtypes": dtypes}


def _storage(kind):
    """The Arrow type through which a polars column goes back: categories travel as strings."""
    import pyarrow as pa

    textual = pa.types.is_dictionary(kind) or pa.types.is_string_view(kind)
    return pa.large_string() if textual else kind


def _type_name(dtype):
    return dtype.base_type().__name__


def _polars_to_dict(dtype):
    name = _type_name(dtype)
    arguments = {key: getattr(dtype, key) for key in POLARS_ARGUMENTS.get(name, ())}
    if name == "Enum":
        arguments["categories"] = list(dtype.categories)
    own = getattr(dtype, "categories", None) if name == "Categorical" else None  # older versions know no lists of these
    if own is not None and not own.is_global():
        lists = {"name": own.name(), "namespace": own.namespace(), "physical": str(own.physical())}
        return {"name": name, "arguments": {}, "lists": lists}
    return {"name": name, "arguments": arguments}


def _polars_from_dict(form):
    import polars as pl

    if "lists" in form:
        lists = form["lists"] | {"physical": getattr(pl, form["lists"]["physical"])}
        return pl.Categorical(pl.Categories(**lists))
    target = getattr(pl, form["name"])
    return target(**form["arguments"]) if form["arguments"] else target


def write_polars(columns, form):
    """Polars frame of the fitted schema."""
    import polars as pl

    series = []
    for name, column, kind, dtype in zip(form["names"], columns, form["types"], form["dtypes"], strict=True):
        array = write_arrow(column, type_from_text(kind))
        series.append(pl.from_arrow(array).cast(_polars_from_dict(dtype)).alias(name))
    return pl.DataFrame(series)


def read_pyarrow(data):
    """Columns and form of a pyarrow Table."""
    refuse_duplicates(data.column_names)
    columns = [read_arrow(name, data.column(name)) for name in data.column_names]
    schema = base64.b64encode(data.schema.serialize()).decode()
    lists = [column.labels if column.closed else None for column in columns]
    return columns, {"library": "pyarrow", "names": list(data.column_names), "schema": schema, "labels": lists}


def write_pyarrow(columns, form):
    """Pyarrow Table of the fitted schema."""
    import pyarrow as pa

    schema = pa.ipc.read_schema(pa.py_buffer(base64.b64decode(form["schema"])))
    arrays = [
        write_arrow(column, field.type, labels)
        for column, field, labels in zip(columns, schema, form["labels"], strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=schema)

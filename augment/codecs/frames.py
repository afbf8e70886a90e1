"""Tables of any library as plain columns, and back."""

import narwhals.stable.v2 as nw

from augment.codecs.arrays import read_array, write_array
from augment.codecs.arrow_frames import read_polars, read_pyarrow, write_polars, write_pyarrow
from augment.codecs.column import Column, refuse_infinite
from augment.codecs.names import name_from_json, name_to_json
from augment.codecs.pandas_frames import read_pandas, write_pandas


def read_table(data):
    """The columns of a table and a JSON-ready description of its form, from which `write_table` makes such a table.

    Parameters
    ----------
    data : pandas.DataFrame, polars.DataFrame, pyarrow.Table, array-like of shape (n, n_columns) or list of Column
        The table; it is not changed.

    Returns
    -------
    columns : list of Column
    form : dict
        The library, the names, the types and, for pandas, the kind of index.
    """
    if isinstance(data, list) and data and isinstance(data[0], Column):
        columns, form = data, {"library": "columns", "names": [name_to_json(column.name) for column in data]}
    elif nw.dependencies.is_pandas_dataframe(data):
        columns, form = read_pandas(data)
    elif nw.dependencies.is_polars_dataframe(data):
        columns, form = read_polars(data)
    elif nw.dependencies.is_pyarrow_table(data):
        columns, form = read_pyarrow(data)
    else:
        columns, form = read_array(data)
    return [refuse_infinite(column) for column in columns], form


def write_table(columns, form):
    """A table of the form that `read_table` described, from columns in its order."""
    return _WRITERS[form["library"]](columns, form)


def names_of(form):
    """The column names of a form, as the table has them."""
    return [name_from_json(name) for name in form["names"]]


def _write_columns(columns, form):
    return columns


_WRITERS = {
    "columns": _write_columns,
    "numpy": write_array,
    "pandas": write_pandas,
    "polars": write_polars,
    "pyarrow": write_pyarrow,
}

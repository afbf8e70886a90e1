"""Parquet and Arrow files as pandas frames and back."""

import contextlib

import narwhals.stable.v2 as nw
import pandas as pd
import pyarrow as pa
from pyarrow import parquet

INTEGERS = ("Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64")
NULLABLE = {getattr(pa, name.lower())(): pd.api.types.pandas_dtype(name) for name in INTEGERS}
NULLABLE[pa.bool_()] = pd.BooleanDtype()


def read_parquet(path):
    """A pandas frame from a Parquet file; a ValueError in one sentence when it is none."""
    return _read(path, "Parquet", lambda file: parquet.ParquetFile(file, page_checksum_verification=True).read())


def write_parquet(frame, path):
    """Write a table of any library as a Parquet file."""
    with _storing():
        parquet.write_table(as_arrow(frame), path, write_page_checksum=True)


def read_arrow(path):
    """A pandas frame from an Arrow file or stream; a ValueError in one sentence when it is none."""
    return _read(path, "Arrow", _arrow_table)


def write_arrow(frame, path):
    """Write a table of any library as an Arrow file."""
    with _storing(), pa.OSFile(str(path), "wb") as file:
        table = as_arrow(frame)
        with pa.ipc.new_file(file, table.schema) as writer:
            writer.write_table(table)


def as_arrow(frame):
    """A pyarrow table from a table of any library; the index of a pandas frame is left out."""
    if isinstance(frame, pd.DataFrame):
        return pa.Table.from_pandas(frame, preserve_index=False)
    return nw.from_native(frame, eager_only=True).to_arrow()


def as_pandas(table):
    """A pandas frame whose integers and booleans stay such beside missing cells, and no column lost in the index."""
    frame = table.to_pandas(date_as_object=False)
    index = [name for name in (table.schema.pandas_metadata or {}).get("index_columns", []) if isinstance(name, str)]
    columns = [column for name, column in zip(table.column_names, table.columns, strict=True) if name not in index]
    for place, column in enumerate(columns):
        if column.type in NULLABLE and column.null_count and frame.dtypes.iloc[place].kind in "fO":
            frame.isetitem(place, column.to_pandas(types_mapper=NULLABLE.get).array)
    if frame.index.names != [None]:
        frame = frame.reset_index(allow_duplicates=True)
    return frame.reset_index(drop=True)


def _read(path, kind, read):
    try:
        # not Python's own file: its readers ask for Python's lock at exit, after a damaged file, and end the process
        with pa.OSFile(str(path), "rb") as file:
            table = read(file)
        table.validate(full=True)  # bytes that changed may point anywhere: to use them unseen can end the process
        return as_pandas(table)
    except Exception as error:  # the libraries fail in many ways on damaged bytes
        reason = (str(error).splitlines() or ["no reason given"])[0].rstrip(".")
        raise ValueError(f"{path} is not a whole {kind} file: {reason}.") from error


def _arrow_table(file):
    is_file = file.read(6) == b"ARROW1"  # else a stream, which has no index at its end
    file.seek(0)
    reader = pa.ipc.open_file(file) if is_file else pa.ipc.open_stream(file)
    return reader.read_all()


@contextlib.contextmanager
def _storing():
    try:
        yield
    except (pa.ArrowException, TypeError, ValueError) as error:
        reason = "; ".join(map(str, error.args)).rstrip(".")
        raise ValueError(f"The table cannot be stored in this kind of file: {reason}.") from error

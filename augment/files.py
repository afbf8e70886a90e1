"""Tables from files and back: CSV whose types are found without loss, Parquet and Arrow, written whole or not at all.

A CSV file has no types, so `read` finds one for each column, and only where the text can be had back: ``007`` stays
text, a number of twenty digits too, a column is a date when every cell of it is an ISO date, and integers stay integers
where cells are empty. `write` never leaves half a file: it writes beside the old one and moves the new one into place.
"""

import contextlib
import os
import secrets
from pathlib import Path

INTEGERS = ("Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64")


def read(path):
    """Read a table from a file; the ending of its name says which kind it is.

    Parameters
    ----------
    path : str or path-like
        A file ending in ``.csv``, ``.parquet``, ``.feather`` or ``.arrow``. A CSV file is text in UTF-8 (or UTF-16 with
        its mark) with a header; its cells may be separated by commas, semicolons (numbers may then have a decimal
        comma), tabs or bars. Empty cells and ``NA``, ``NaN``, ``NULL`` and the like are missing.

    Returns
    -------
    pandas.DataFrame
        Integers with missing cells come as ``Int64``, booleans with missing cells as ``boolean``, dates as
        ``datetime64``; a named index of a stored pandas frame comes as a column.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    ValueError
        The file is not of its kind, is empty or damaged, or its ending is not known.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from augment import files
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "people.csv"
    >>> _ = path.write_text("zip,born,children\\n00184,1975-03-01,2\\n20121,1988-11-30,\\n")
    >>> frame = files.read(path)
    >>> frame["zip"].tolist(), frame["born"].dt.year.tolist(), str(frame["children"].dtype)
    (['00184', '20121'], [1975, 1988], 'Int64')
    """
    path = Path(path)
    reader = _format(path)[0]
    if path.is_dir():
        raise ValueError(f"{path} is a folder: give the file in it.")
    if not path.exists():
        raise FileNotFoundError(f"There is no file {path}.")
    try:
        with path.open("rb") as file:
            empty = not file.read(1)
    except OSError as error:
        raise _told(error, f"Cannot read {path}") from error
    if empty:
        raise ValueError(f"{path} is empty: it has not even a header.")
    return reader(path)


def write(frame, path):
    """Write a table to a file; the ending of its name says which kind. The old file stays until the new one is whole.

    In a CSV file dates are written as `read` found them, or as ISO dates with a space before the time, as fine as the
    values need; missing cells are empty, and text that would be read as missing stands in quotes.

    Parameters
    ----------
    frame : pandas, polars or pyarrow table
        The table. The index of a pandas frame is not written.
    path : str or path-like
        Where to: a name ending in ``.csv``, ``.parquet``, ``.feather`` or ``.arrow``, in a folder that exists.

    Raises
    ------
    OSError
        The folder is not there or may not be written to, or the disk is full; an old file is then as it was.
    ValueError
        The ending is not known, or the table cannot be stored in this kind of file.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import pandas as pd
    >>> from augment import files
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "people.csv"
    >>> files.write(pd.DataFrame({"zip": ["00184", "NA"], "born": pd.to_datetime(["1975-03-01", None])}), path)
    >>> print(path.read_text(), end="")
    zip,born
    00184,1975-03-01
    "NA",
    """
    path = Path(path)
    writer = _format(path)[1]
    with atomic(path) as temporary:
        writer(frame, temporary)


def to_pandas(frame):
    """Turn a table of any library into a pandas frame, with integers and booleans that stay such beside missing cells.

    Parameters
    ----------
    frame : pandas, polars or pyarrow table
        The table; a pandas frame is given back as it is.

    Returns
    -------
    pandas.DataFrame
        The same columns and cells.

    Examples
    --------
    >>> import polars as pl
    >>> from augment import files
    >>> str(files.to_pandas(pl.DataFrame({"n": [1, None]}))["n"].dtype)
    'Int64'
    """
    import pandas as pd

    return frame if isinstance(frame, pd.DataFrame) else _as_pandas(_as_arrow(frame))


def check_place(path, table=True):
    """Raise now what writing to `path` would raise later, before work is spent on what is to be written.

    Parameters
    ----------
    path : str or path-like
        The file to be written.
    table : bool, default=True
        Whether a table is meant, so that the ending has to name a kind of table.

    Raises
    ------
    OSError
        The folder is not there or may not be written to.
    ValueError
        The ending is not known.

    Examples
    --------
    >>> from augment import files
    >>> files.check_place("no/such/folder/new.csv")
    Traceback (most recent call last):
        ...
    FileNotFoundError: Cannot write no/such/folder/new.csv: there is no such folder.
    """
    path = Path(path)
    if table:
        _format(path)
    folder = Path(os.path.realpath(path)).parent
    if not folder.is_dir():
        raise _told(FileNotFoundError(), f"Cannot write {path}")
    if not os.access(folder, os.W_OK):
        raise _told(PermissionError(), f"Cannot write {path}")


@contextlib.contextmanager
def atomic(path):
    """Give a temporary path beside `path`; what is written there takes the place of `path` when the block ends well.

    When the block fails, the temporary file is removed and the old file is as it was. A process killed inside the block
    leaves the old file too.

    Parameters
    ----------
    path : str or path-like
        The file to make or replace.

    Yields
    ------
    pathlib.Path
        An empty file in the same folder, of the same ending.

    Raises
    ------
    OSError
        Of the same class as the failure, told in one sentence.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from augment.files import atomic
    >>> path = pathlib.Path(tempfile.mkdtemp()) / "note.txt"
    >>> with atomic(path) as temporary:
    ...     _ = temporary.write_text("whole")
    >>> path.read_text()
    'whole'
    """
    path = Path(os.path.realpath(path))  # a link stays a link: the file it points to is replaced
    temporary = path.with_name(f".{secrets.token_hex(6)}.part{path.suffix}")
    try:
        if path.is_dir():
            raise IsADirectoryError(None, "it is a folder")
        temporary.touch(exist_ok=False)
        yield temporary
        _flush(temporary)
        os.replace(temporary, path)
    except OSError as error:
        raise _told(error, f"Cannot write {path}") from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # some file systems have no flushing of folders
        _flush(path.parent)


def _flush(path):
    """Ask the disk to keep what was written: without it a power cut may leave an empty file under the final name."""
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _told(error, what):
    """The same class of error with one sentence as its text."""
    reasons = {
        FileNotFoundError: "there is no such folder",
        PermissionError: "you may not do so here; choose another place or change its permissions",
    }
    reason = reasons.get(type(error)) or error.strerror or str(error)
    told = type(error)(f"{what}: {reason[0].lower() + reason[1:]}.")
    told.errno = error.errno
    return told


def _format(path):
    known = {
        ".csv": (_read_csv, _write_csv),
        ".parquet": (_read_parquet, _write_parquet),
        ".feather": (_read_arrow, _write_arrow),
        ".arrow": (_read_arrow, _write_arrow),
    }
    if path.suffix.lower() not in known:
        ending = f"ends in {path.suffix!r}" if path.suffix else "has no ending"
        raise ValueError(f"{path} {ending}, which names no kind of table; known are {', '.join(known)}.")
    return known[path.suffix.lower()]


def _read_csv(path):
    from augment import _csv

    return _csv.read_csv(path)


def _write_csv(frame, path):
    from augment import _csv

    _csv.write_csv(to_pandas(frame), path)


def _read_parquet(path):
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with path.open("rb") as file:
            return _as_pandas(parquet.ParquetFile(file).read())
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, "Parquet", error) from error


def _write_parquet(frame, path):
    from pyarrow import parquet

    parquet.write_table(_as_arrow(frame), path)


def _read_arrow(path):
    import pyarrow as pa

    try:
        with path.open("rb") as file:
            is_file = file.read(6) == b"ARROW1"  # else a stream, which has no index at its end
            file.seek(0)
            reader = pa.ipc.open_file(file) if is_file else pa.ipc.open_stream(file)
            return _as_pandas(reader.read_all())
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path, "Arrow", error) from error


def _write_arrow(frame, path):
    import pyarrow as pa

    table = _as_arrow(frame)
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)


def _damaged(path, kind, error):
    reason = (str(error).splitlines() or ["no reason given"])[0].rstrip(".")
    return ValueError(f"{path} is not a whole {kind} file: {reason}.")


def _as_arrow(frame):
    import narwhals.stable.v2 as nw
    import pandas as pd
    import pyarrow as pa

    if not isinstance(frame, pd.DataFrame):
        return nw.from_native(frame, eager_only=True).to_arrow()
    try:
        return pa.Table.from_pandas(frame, preserve_index=False)
    except (pa.ArrowException, ValueError) as error:
        reason = "; ".join(map(str, error.args))
        raise ValueError(f"The table cannot be stored in this kind of file: {reason}.") from error


def _as_pandas(table):
    """A pandas frame whose integers and booleans stay such beside missing cells, and no column lost in the index."""
    import pandas as pd
    import pyarrow as pa

    nullable = {getattr(pa, name.lower())(): pd.api.types.pandas_dtype(name) for name in INTEGERS}
    nullable[pa.bool_()] = pd.BooleanDtype()
    frame = table.to_pandas(date_as_object=False)
    if frame.index.names != [None]:
        frame = frame.reset_index()
    for place, field in enumerate(table.schema):
        column = table.column(place)
        if field.type in nullable and column.null_count and frame[field.name].dtype.kind in "fO":
            frame[field.name] = column.to_pandas(types_mapper=nullable.get).array
    return frame.reset_index(drop=True)

"""Tables from files and back: CSV whose types are found without loss, Parquet and Arrow, written whole or not at all.

A CSV file has no types, so `read` finds one for each column, and only where no digit and no word of it is lost: ``007``
stays text, a whole number beyond 64 bits too, a column is a date when every cell of it is an ISO date, and integers
stay integers where cells are empty. Only how a value is written may change: ``1e5`` comes back as ``100000.0``, and
``1.10`` beside ``1.1`` as ``1.1``. `write` never leaves half a file: it writes beside the old one and moves the new one
into place.
"""

import contextlib
import os
import secrets
import shutil
from collections import Counter
from pathlib import Path

ENDINGS = (".csv", ".parquet", ".feather", ".arrow")


def read(path):
    """Read a table from a file; the ending of its name says which kind it is.

    Parameters
    ----------
    path : str or path-like
        A file ending in ``.csv``, ``.parquet``, ``.feather`` or ``.arrow``. A CSV file is text in UTF-8 (or UTF-16 with
        its mark) with a header; its cells may be separated by commas, semicolons (numbers may then have a decimal
        comma, and ``1.234`` beside such numbers stays text), tabs or bars. Empty cells and ``NA``, ``NaN``, ``NULL``
        and the like are missing.

    Returns
    -------
    pandas.DataFrame
        Integers with missing cells come as ``Int64``, booleans with missing cells as ``boolean``, dates as
        ``datetime64``, decimals of more digits than a float keeps as `decimal.Decimal`; a named index of a stored
        pandas frame comes as a column.

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
    reader = _kind(path)[0]
    check_source(path)
    if not path.stat().st_size:
        raise ValueError(f"{path} is empty: it has not even a header.")
    frame = reader(path)
    _refuse_twice(path, frame.columns)
    return frame


def write(frame, path):
    """Write a table to a file; the ending of its name says which kind. The old file stays until the new one is whole.

    In a CSV file dates, decimals and booleans are written as `read` found them; else dates as ISO dates with a space
    before the time, as fine as the values need. Missing cells are empty, and text that would be read as missing stands
    in quotes.

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
    writer = _kind(Path(path))[1]
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

    Raises
    ------
    TypeError
        If it is no such table.

    Examples
    --------
    >>> import polars as pl
    >>> from augment import files
    >>> str(files.to_pandas(pl.DataFrame({"n": [1, None]}))["n"].dtype)
    'Int64'
    """
    import pandas as pd

    from augment import _arrow

    return frame if isinstance(frame, pd.DataFrame) else _arrow.as_pandas(_arrow.as_arrow(frame))


def check_source(path):
    """Raise now what reading the file `path` would raise later, before work is spent on what it is read for.

    Parameters
    ----------
    path : str or path-like
        The file to be read.

    Raises
    ------
    OSError
        There is no such file, or it may not be read.
    ValueError
        It is a folder.

    Examples
    --------
    >>> from augment import files
    >>> files.check_source("no-such.augment")
    Traceback (most recent call last):
        ...
    FileNotFoundError: There is no file no-such.augment.
    """
    path = Path(path)
    if path.is_dir():
        raise ValueError(f"{path} is a folder: give the file in it.")
    if not path.exists():
        raise FileNotFoundError(f"There is no file {path}.")
    try:
        path.open("rb").close()
    except OSError as error:
        raise _told(error, f"Cannot read {path}") from error


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
        The folder is not there or may not be written to, or `path` is itself a folder.
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
        _ending(path)
    try:
        _begin(Path(os.path.realpath(path))).unlink()
    except OSError as error:
        raise _told(error, f"Cannot write {path}") from error


@contextlib.contextmanager
def atomic(path):
    """Give a temporary path beside `path`; what is written there takes the place of `path` when the block ends well.

    When the block fails, the temporary file is removed and the old file is as it was. A process killed inside the block
    leaves the old file too. A file that is replaced hands its permissions on; a new one gets the usual ones.

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
    try:
        temporary = _begin(path)
        try:
            yield temporary
            _flush(temporary)
            if path.exists():
                shutil.copymode(path, temporary)
            os.replace(temporary, path)
        finally:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
    except OSError as error:
        raise _told(error, f"Cannot write {path}") from error
    with contextlib.suppress(OSError):  # some file systems have no flushing of folders
        _flush(path.parent)


def _begin(path):
    """An empty file beside `path`, which nobody else may read where `path` is there and may be private."""
    if path.is_dir():
        raise IsADirectoryError(None, "it is a folder")
    if path.exists() and not path.is_file():
        raise OSError(None, "it is no plain file")
    temporary = path.with_name(f".{secrets.token_hex(6)}.part{path.suffix}")
    temporary.touch(mode=0o600 if path.exists() else 0o666, exist_ok=False)
    return temporary


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


def _ending(path):
    if path.suffix.lower() not in ENDINGS:
        ending = f"ends in {path.suffix!r}" if path.suffix else "has no ending"
        raise ValueError(f"{path} {ending}, which names no kind of table; known are {', '.join(ENDINGS)}.")
    return path.suffix.lower()


def _kind(path):
    """What reads and what writes the kind of table that the name of a file says."""
    from augment import _arrow, _csv

    return {
        ".csv": (_csv.read_csv, lambda frame, path: _csv.write_csv(to_pandas(frame), path)),
        ".parquet": (_arrow.read_parquet, _arrow.write_parquet),
        ".feather": (_arrow.read_arrow, _arrow.write_arrow),
        ".arrow": (_arrow.read_arrow, _arrow.write_arrow),
    }[_ending(path)]


def _refuse_twice(path, names):
    if twice := [name for name, count in Counter(names).items() if count > 1]:
        raise ValueError(f"{path} names the column {twice[0]!r} twice: give each column a name of its own.")

"""CSV cells to typed columns and back: a type is found for a column only where its text can be had back."""

import csv
import datetime
import re

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv as arrow_csv

MISSING = ("", "NA", "N/A", "#N/A", "<NA>", "NaN", "nan", "NaT", "NULL", "null")  # cells that say: no value here
SEPARATORS = (",", ";", "\t", "|")
BOOLEANS = ({"True", "False"}, {"true", "false"}, {"TRUE", "FALSE"})
INTEGER = re.compile(r"0|-?[1-9]\d*", re.ASCII)  # neither 007 nor +39: what is written so is no number
NUMBER = re.compile(r"-?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|-?inf", re.ASCII)
DATE = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)(?:(?P<separator>[T ])(?P<time>\d\d:\d\d"
    r"(?P<seconds>:\d\d(?:\.(?P<fraction>\d{1,9}))?)?)(?P<zone>Z|[+-]\d\d:\d\d)?)?",
    re.ASCII,
)
UNITS = ("D", "m", "s", "ms", "us", "ns")  # what a date may be rounded to, from coarse to fine
FORMS = "augment_date_forms"  # the key of `frame.attrs` under which `read_csv` keeps how dates were written
FOREIGN = {  # first bytes of files that are often handed in as CSV, and what to say of them
    b"PAR1": "a Parquet file: give it the ending .parquet",
    b"ARROW1": "an Arrow file: give it the ending .arrow",
    b"PK\x03\x04": "a zip archive or an Excel workbook: save the sheet as CSV first",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook: save the sheet as CSV first",
    b"\x1f\x8b": "compressed with gzip: unpack it first",
    b"%PDF": "a PDF document",
    b'{"': "JSON",
    b"{\n": "JSON",
    b"[{": "JSON",
    b"<!": "HTML",
    b"<html": "HTML",
    b"<?xml": "XML",
}


def read_csv(path):
    """A pandas frame from a CSV file; a ValueError in one sentence when it is none."""
    style = _look(path)
    table = _cells(path, style)
    columns, forms = [], {}
    for name, texts in zip(style["names"], table.columns, strict=True):
        values, form = _typed(texts, style)
        columns.append(pd.Series(values, name=name))
        if form:
            forms[name] = form
    frame = pd.concat(columns, axis=1)
    if forms:
        frame.attrs[FORMS] = forms
    return frame


def write_csv(frame, path):
    """Write a pandas frame as CSV: commas, UTF-8, missing cells empty, text in quotes only where it must be."""
    forms = frame.attrs.get(FORMS, {})
    columns = [_written(frame.iloc[:, place], forms.get(name)) for place, name in enumerate(frame.columns)]
    if len(columns) == 1:  # a lone empty cell would be an empty line, which many readers skip
        columns = [[cell or "NA" for cell in columns[0]]]
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(",".join(_quoted(str(name)) for name in frame.columns) + "\n")
        file.writelines(",".join(row) + "\n" for row in zip(*columns, strict=True))


def _refuse(path, what):
    raise ValueError(f"{path} {what}")


def _look(path):
    """How a CSV file is written, from its beginning: encoding, separator, column names; refuses what is no CSV file."""
    with open(path, "rb") as file:
        start = file.read(65536)
    for magic, kind in FOREIGN.items():
        if start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(magic):
            _refuse(path, f"is not a CSV file but {kind}.")
    wide = start[:2] in (b"\xff\xfe", b"\xfe\xff")
    if not wide and b"\0" in start:
        _refuse(path, "is not a CSV file: it holds binary data.")
    head, blank = _header(path, "utf-16" if wide else "utf-8-sig")
    unquoted = re.sub(r'"[^"]*"', "", head)
    separator = max(SEPARATORS, key=unquoted.count)
    spaced = 0 < unquoted.count(separator) == unquoted.count(separator + " ")  # "a, b, c": the space is no part of b
    names = next(csv.reader([head], delimiter=separator, skipinitialspace=spaced))
    names = [name if name.strip() else f"column {position}" for position, name in enumerate(names, 1)]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        _refuse(path, f"names the column {twice[0]!r} twice: give each column a name of its own.")
    encoding = "utf-16" if wide else "utf-8"
    return {"encoding": encoding, "separator": separator, "spaced": spaced, "names": names, "blank": blank}


def _header(path, encoding):
    """The line of the column names, which may go on over quoted line ends, and how many blank lines stand before it."""
    blank = 0
    with open(path, encoding=encoding, newline="") as file:
        try:
            while not (head := file.readline()).strip():
                if not head:
                    _refuse(path, "is empty: it has not even a header.")
                blank += 1
            while head.count('"') % 2 and (more := file.readline()):
                head += more
        except UnicodeDecodeError:
            _refuse(path, "is not text in UTF-8: save it as «CSV UTF-8».")
    return head.rstrip("\r\n"), blank


def _cells(path, style):
    """All cells of a CSV file as text, in a pyarrow table."""
    wrong = []

    def note(row):
        wrong.append(row)
        return "skip"

    names = style["names"]
    lines_count = len(names) == 1  # in a table of one column an empty line is a missing cell
    # One thread: only then does pyarrow know the number of a row that is not like the header.
    reading = arrow_csv.ReadOptions(
        use_threads=False,
        encoding=style["encoding"],
        autogenerate_column_names=True,
        block_size=1 << 26,
        skip_rows=style["blank"] if lines_count else 0,
    )
    parsing = arrow_csv.ParseOptions(
        delimiter=style["separator"],
        newlines_in_values=True,
        ignore_empty_lines=not lines_count,
        invalid_row_handler=note,
    )
    converting = arrow_csv.ConvertOptions(
        column_types={f"f{place}": pa.string() for place in range(len(names))},
        null_values=MISSING,
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
    )
    try:
        table = arrow_csv.read_csv(path, reading, parsing, converting)
    except UnicodeDecodeError:
        _refuse(path, "is not text in UTF-8: save it as «CSV UTF-8».")
    except pa.ArrowInvalid as error:
        hint = "save it as «CSV UTF-8»" if "UTF8" in str(error) else "check its quotes and separators"
        _refuse(path, f"cannot be read as CSV ({str(error).splitlines()[0].rstrip('.')}): {hint}.")
    if wrong:
        row = wrong[0]
        where = f"row {row.number} has {row.actual_columns} cells where the header has {row.expected_columns}"
        _refuse(path, f"is not a regular table: {where} ({row.text[:60]!r}).")
    return table.slice(1)


def _typed(texts, style):
    """The values of a column of text cells in the narrowest type that keeps them, and the form of its dates if any.

    Only the distinct cells are looked at, each once.
    """
    encoded = texts.dictionary_encode().unify_dictionaries().combine_chunks()
    cells = encoded.dictionary.to_pylist()
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    if style["spaced"]:
        cells = [cell.strip() for cell in cells]
    absent = np.array([cell in MISSING for cell in cells], dtype=bool)  # in quotes: missing only if the rest is no text
    present = [cell for cell in cells if cell not in MISSING]
    if not cells:
        return np.full(len(codes), np.nan), None
    values, form = _converted(present, style["separator"] == ";") if present else (None, None)
    if values is None:
        return _text(cells, codes, absent & style["spaced"]), None
    places = np.append(np.where(absent, -1, np.cumsum(~absent) - 1), -1)[codes]
    some_missing = bool((places < 0).any())
    nullable = {"i": "Int64", "u": "UInt64", "b": "boolean"}.get(getattr(values.dtype, "kind", ""))
    if nullable and some_missing:
        values = pd.array(values, dtype=nullable)
    return pd.api.extensions.take(values, places, allow_fill=some_missing), form


def _text(cells, codes, absent):
    distinct = np.append(np.where(absent, np.nan, np.array(cells, dtype=object)), np.nan)
    values = distinct[codes]  # a missing cell has the code -1: the last place
    return pd.Series(values, dtype=pd.Series(["text"]).dtype).array


def _converted(cells, decimal_comma):
    """Booleans, numbers or dates for distinct non-missing cells, and the form of the dates; (None, None) for text."""
    if any(set(cells) <= pair for pair in BOOLEANS):
        return np.array([cell.lower() == "true" for cell in cells]), None
    if all(map(INTEGER.fullmatch, cells)):
        return _integers([int(cell) for cell in cells]), None
    if decimal_comma and not any("." in cell for cell in cells):
        cells = [cell.replace(",", ".") for cell in cells]
    if all(map(NUMBER.fullmatch, cells)):
        return np.array(cells, dtype="float64"), None
    matches = list(map(DATE.fullmatch, cells))
    return _dates(matches) if all(matches) else (None, None)


def _integers(numbers):
    low, high = min(numbers), max(numbers)
    if low >= -(2**63) and high < 2**63:
        return np.array(numbers, dtype="int64")
    return np.array(numbers, dtype="uint64") if low >= 0 and high < 2**64 else None


def _dates(matches):
    """Moments for matches of `DATE`, if all have one form: the same separator, and a zone in all or in none."""
    separators = {match["separator"] for match in matches}
    zones = {match["zone"] for match in matches}
    if len(separators) > 1 or (None in zones and len(zones) > 1):
        return None, None
    unit = max(map(_unit, matches), key=UNITS.index)
    try:
        moments = np.array([f"{match['day']}T{match['time'] or '00:00'}" for match in matches])
        moments = moments.astype("datetime64[ns]" if unit == "ns" else "datetime64[us]")
    except ValueError:  # the 30th of February: text after all
        return None, None
    form = {"separator": separators.pop() or " ", "unit": unit, "zone": "Z" if zones == {"Z"} else ""}
    if zones == {None}:
        return pd.array(moments), form
    offsets = np.array([_minutes(match["zone"]) for match in matches], dtype="timedelta64[m]")
    stamps = pd.Series(moments - offsets).dt.tz_localize("UTC")
    if len(zones) == 1:  # several offsets: all in UTC
        stamps = stamps.dt.tz_convert("UTC" if zones == {"Z"} else datetime.timezone(offsets[0].item()))
    return stamps.array, form


def _unit(match):
    if match["fraction"]:
        return UNITS[2 + -(-len(match["fraction"]) // 3)]
    return "s" if match["seconds"] else "m" if match["time"] else "D"


def _minutes(zone):
    return 0 if zone == "Z" else int(zone[0] + "1") * (60 * int(zone[1:3]) + int(zone[4:6]))


def _written(series, form):
    """The cells of a column as they stand in a CSV file."""
    if isinstance(series.dtype, pd.DatetimeTZDtype) or series.dtype.kind == "M":
        return _dates_written(series, form or {})
    absent = series.isna().to_numpy()
    if series.dtype.kind == "f":
        numbers = series.to_numpy(dtype=f"float{8 * series.dtype.itemsize}", na_value=np.nan)
        return np.where(absent, "", numbers.astype(str)).tolist()
    if series.dtype == object and pd.api.types.infer_dtype(series, skipna=True) != "string":
        return ["" if gone else _quoted(str(value)) for value, gone in zip(series, absent, strict=True)]
    codes, distinct = pd.factorize(series)
    cells = np.array([_quoted(str(value)) for value in distinct] + [""], dtype=object)
    return cells[codes].tolist()


def _dates_written(series, form):
    zoned = isinstance(series.dtype, pd.DatetimeTZDtype)
    local = (series.dt.tz_localize(None) if zoned else series).to_numpy()
    known = ~np.isnat(local)
    needed = next(unit for unit in UNITS if (local[known].astype(f"datetime64[{unit}]") == local[known]).all())
    unit = max(needed, form.get("unit", "s" if zoned else "D"), key=UNITS.index)
    texts = np.char.replace(np.datetime_as_string(local, unit=unit), "T", form.get("separator", " ")).astype(object)
    if zoned:
        texts = texts + (form.get("zone") or _offsets(series, local))
    return np.where(known, texts, "").tolist()


def _offsets(series, local):
    """The offset from UTC of each moment, as ``+01:00``."""
    offsets = local - series.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy()
    places, distinct = pd.factorize(offsets.astype("timedelta64[m]").astype("int64"))
    hours = [(*divmod(abs(minutes), 60), "-" if minutes < 0 else "+") for minutes in distinct]
    return np.array([f"{sign}{hour:02d}:{minute:02d}" for hour, minute, sign in hours], dtype=object)[places]


def _quoted(text):
    if text in MISSING or text != text.strip() or any(mark in text for mark in '",\r\n;\t|'):
        return '"' + text.replace('"', '""') + '"'
    return text

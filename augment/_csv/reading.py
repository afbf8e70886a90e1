"""A CSV file as a pandas frame: its cells as text, and each column in the narrowest type that keeps them."""

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv as arrow_csv

from augment._csv.dialect import bare, find_dialect, refuse, text_of
from augment._csv.kinds import FORMS, MISSING, convert, decimal_mark


def read_csv(path):
    """A pandas frame from a CSV file; a ValueError in one sentence when it is none."""
    data = text_of(path)
    dialect = find_dialect(path, data)
    table = _cells(path, data, dialect)
    decimal = decimal_mark(table.columns) if dialect.separator == ";" else "."
    columns, forms = [], {}
    for name, texts in zip(dialect.names, table.columns, strict=True):
        values, form = _typed(texts, dialect.spaced, decimal)
        columns.append(pd.Series(values, name=name))
        if form:
            forms[name] = form
    frame = pd.concat(columns, axis=1)
    if forms:
        frame.attrs[FORMS] = forms
    return frame


def _cells(path, data, dialect):
    """All cells of a CSV text as text, in a pyarrow table."""
    wrong = []

    def note(row):
        wrong.append(row)
        return "skip"

    # One thread: only then does pyarrow know the number of a row that is not like the header.
    reading = arrow_csv.ReadOptions(
        use_threads=False, autogenerate_column_names=True, block_size=1 << 26, skip_rows=dialect.skipped
    )
    parsing = arrow_csv.ParseOptions(
        delimiter=dialect.separator,
        newlines_in_values=True,
        ignore_empty_lines=len(dialect.names) > 1,  # in a table of one column an empty line is a missing cell
        invalid_row_handler=note,
    )
    converting = arrow_csv.ConvertOptions(
        column_types={f"f{place}": pa.string() for place in range(len(dialect.names))},
        null_values=MISSING,
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
    )
    try:
        table = arrow_csv.read_csv(pa.BufferReader(data), reading, parsing, converting)
    except pa.ArrowInvalid as error:
        reason = str(error).splitlines()[0].rstrip(".")
        refuse(path, f"cannot be read as CSV ({reason}): check its quotes and separators.")
    if wrong:
        row = wrong[0]
        where = f"row {row.number} has {row.actual_columns} cells where the header has {row.expected_columns}"
        refuse(path, f"is not a regular table: {where} ({row.text[:60]!r}).")
    return table.slice(1)


def _typed(texts, spaced, decimal):
    """The values of a column of text cells in the narrowest type that keeps them, and how they were written.

    Only the distinct cells are looked at, each once.
    """
    encoded = texts.dictionary_encode().unify_dictionaries().combine_chunks()
    cells = encoded.dictionary.to_pylist()
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
    if spaced:
        cells = [bare(cell) for cell in cells]
    absent = np.array([cell in MISSING for cell in cells], dtype=bool)  # in quotes: missing only if the rest is no text
    present = [cell for cell in cells if cell not in MISSING]
    if not cells:
        return np.full(len(codes), np.nan), {}
    values, form = convert(present, decimal) if present else (None, {})
    if values is None:
        return _text(cells, codes, absent & spaced), {}
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

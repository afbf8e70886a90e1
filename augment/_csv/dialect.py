"""How a CSV file is written: encoding, separator, names of the columns; and what is handed in as CSV but is none."""

import re
from dataclasses import dataclass

import pyarrow as pa
from pyarrow import csv as arrow_csv

SEPARATORS = ("\t", "|", ";", ",")  # the mark that a name is least likely to hold comes first
BLANK = re.compile(rb"(?: *(?:\r\n|\r|\n))*")
DECLARED = re.compile(rb"sep=([,;\t|])(?:\r\n|\r|\n)", re.IGNORECASE)  # what Excel reads and writes as a first line
SAMPLE = 1 << 16  # bytes that show how a file is written
FOREIGN = {  # how files begin that are often handed in as CSV, and what to say of them
    rb"PAR1\x15": "a Parquet file: give it the ending .parquet",
    rb"ARROW1\0": "an Arrow file: give it the ending .arrow",
    rb"PK\x03\x04": "a zip archive or an Excel workbook: save the sheet as CSV first",
    rb"\xd0\xcf\x11\xe0": "an old Excel workbook: save the sheet as CSV first",
    rb"\x1f\x8b": "compressed with gzip: unpack it first",
    rb"%PDF": "a PDF document",
    rb'\{\s*["}]': "JSON",
    rb'\[\s*[\[{"]': "JSON",
    rb"(?i:<!|<html)": "HTML",
    rb"<\?xml": "XML",
}


@dataclass(frozen=True)
class Dialect:
    """How a CSV file is written.

    Parameters
    ----------
    separator : str
        The mark between its cells.
    names : list of str
        The names of its columns.
    skipped : int
        Number of lines before the header.
    spaced : bool
        Whether a space follows each separator: ``a, b``.
    """

    separator: str
    names: list
    skipped: int
    spaced: bool


def refuse(path, what):
    """Raise a ValueError that begins with the name of the file."""
    raise ValueError(f"{path} {what}")


def text_of(path):
    """The text of a CSV file as bytes in UTF-8 without a mark; refuses what is no text."""
    with open(path, "rb") as file:
        data = file.read()
    start = data[:SAMPLE].removeprefix(b"\xef\xbb\xbf").lstrip()
    for opening, kind in FOREIGN.items():
        if re.match(opening, start):
            refuse(path, f"is not a CSV file but {kind}.")
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        refuse(path, "is not text in UTF-8: save it as «CSV UTF-8».")
    if "\0" in text:
        refuse(path, "is not a CSV file: it holds binary data.")
    return (text if text.endswith(("\n", "\r")) else text + "\n").encode()


def find_dialect(path, data):
    """The Dialect of a CSV file's text; refuses a file without a header."""
    begin = BLANK.match(data).end()
    if declared := DECLARED.match(data, begin):
        begin = BLANK.match(data, declared.end()).end()
    if begin == len(data):
        refuse(path, "is empty: it has not even a header.")
    sample = data[begin : data.find(b"\n", begin + SAMPLE) + 1 or None]
    candidates = [mark for mark in SEPARATORS if mark.encode() in sample] or [","]
    separator, names = _split(path, sample, [declared[1].decode()] if declared else candidates)
    spaced = _spaced(sample.splitlines()[0].decode(), separator)
    names = [bare(name) for name in names] if spaced else names
    names = [name if name.strip() else f"column {position}" for position, name in enumerate(names, 1)]
    return Dialect(separator, names, len(data[:begin].splitlines()), spaced)


def bare(cell):
    """A cell without the spaces around it, and without its quotes, which the reader saw as text behind a space."""
    cell = cell.strip()
    return cell[1:-1].replace('""', '"') if len(cell) > 1 and cell[0] == cell[-1] == '"' else cell


def _split(path, sample, separators):
    """The separator under which most rows are as long as the header, and the names; of equals the one of more names."""
    splits = [(separator, *_header(sample, separator)) for separator in separators]
    separator, names, _ = max(splits, key=lambda split: (len(split[1]) > 1, -split[2], len(split[1])))
    if not names:
        refuse(path, "cannot be read as CSV: a quote in its header is never closed.")
    return separator, names


def _header(sample, separator):
    """The names in the header of a text, and how many of its rows are not as long as the header."""
    wrong = []

    def note(row):
        wrong.append(row)
        return "skip"

    reading = arrow_csv.ReadOptions(use_threads=False, block_size=1 << 26)
    parsing = arrow_csv.ParseOptions(delimiter=separator, newlines_in_values=True, invalid_row_handler=note)
    try:
        return arrow_csv.read_csv(pa.BufferReader(sample), reading, parsing).column_names, len(wrong)
    except pa.ArrowInvalid:
        return [], len(wrong)


def _spaced(line, separator):
    """Whether a space follows each separator of a line; in quotes it would be part of the cell."""
    unquoted = re.sub(r'"[^"]*"', "", line)
    return 0 < unquoted.count(separator) == unquoted.count(separator + " ")

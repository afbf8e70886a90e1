"""Text cells as booleans, numbers or dates: a type is found only where each cell keeps all that it says."""

import datetime
import math
import re
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal
from itertools import starmap

import numpy as np
import pandas as pd
import pyarrow.compute as pc

MISSING = ("", "NA", "N/A", "#N/A", "<NA>", "NaN", "nan", "NaT", "NULL", "null")  # cells that say: no value here
BOOLEANS = (("False", "True"), ("false", "true"), ("FALSE", "TRUE"))
INTEGER = re.compile(r"0|-?[1-9]\d*", re.ASCII)  # neither 007 nor +39: what is written so is no number
NUMBER = re.compile(r"-?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|-?inf", re.ASCII)
SWAPPED = str.maketrans(".,", ",.")
GROUPED = re.compile(r"-?[1-9]\d{0,2}[.,]\d{3}", re.ASCII)  # a mark that may as well stand between thousands
DATE = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)(?:(?P<separator>[T ])(?P<time>\d\d:\d\d"
    r"(?P<seconds>:\d\d(?:\.(?P<fraction>\d{1,9}))?)?)(?P<zone>Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)?)?",
    re.ASCII,
)
FORMS = "augment_csv_forms"  # the key of `frame.attrs` under which is kept how the cells were written
UNITS = ("D", "m", "s", "ms", "us", "ns")  # what a date may be rounded to, from coarse to fine
SURE_DIGITS = 15  # that a float64 keeps of any number without an exponent
EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)


def decimal_mark(columns):
    """The mark before the decimals in columns of text: the comma where some hold numbers that only it explains.

    Three digits after a mark may be a group of thousands: such a comma is taken for a decimal one only where no other
    number shows a decimal point.
    """
    commas = [cell for column in columns for cell in _marked(column, ",")]
    points = (cell for column in columns for cell in _marked(column, "."))
    doubtful = all(map(GROUPED.fullmatch, commas))
    return "." if not commas or (doubtful and not all(map(GROUPED.fullmatch, points))) else ","


def _marked(column, mark):
    """The distinct cells of a column that hold `mark`, if all of its cells are numbers with it as decimal mark."""
    if not pc.any(pc.match_substring(column, mark)).as_py():
        return []
    cells = [cell for cell in column.unique().to_pylist() if cell not in (None, *MISSING)]
    numbers = all(NUMBER.fullmatch(cell if mark == "." else cell.translate(SWAPPED)) for cell in cells)
    return [cell for cell in cells if mark in cell] if numbers else []


def convert(cells, decimal):
    """The values of distinct text cells, none of them missing, and how they were written.

    Parameters
    ----------
    cells : list of str
        The cells.
    decimal : str
        The decimal mark, a point or a comma.

    Returns
    -------
    values : array or None
        Booleans, numbers or moments; None where the cells are text.
    form : dict
        What `write_csv` needs to write such values as the cells were written.
    """
    for words in BOOLEANS:
        if len(cells) <= 2 and set(cells) <= set(words):
            return np.array([cell == words[1] for cell in cells]), {"words": words}
    if all(map(INTEGER.fullmatch, cells)):
        return _integers(cells), {}
    numbers = cells if decimal == "." else [cell.translate(SWAPPED) for cell in cells]
    if all(map(NUMBER.fullmatch, numbers)):
        return _numbers(numbers)
    matches = list(map(DATE.fullmatch, cells))
    return _dates(matches) if all(matches) else (None, {})


def _integers(cells):
    if max(map(len, cells)) > 20:  # no 64 bits hold so many digits
        return None
    numbers = list(map(int, cells))
    low, high = min(numbers), max(numbers)
    if low >= -(2**63) and high < 2**63:
        return np.array(numbers, dtype="int64")
    return np.array(numbers, dtype="uint64") if low >= 0 and high < 2**64 else None


def _numbers(cells):
    """Floats where they keep every digit, else Decimals, else, for exponents that no float reaches, text."""
    values = list(map(float, cells))
    unusual = [pair for pair in zip(cells, values, strict=True) if pair[0] != repr(pair[1])]
    plain = not any("e" in cell.lower() for cell, _ in unusual)
    if all(starmap(_keeps, unusual)):
        return np.array(values), {"decimals": min(map(_decimals, cells))} if unusual and plain else {}
    if plain and all(map(math.isfinite, values)):
        return np.array(list(map(Decimal, cells)), dtype=object), {}
    return None, {}


def _keeps(cell, value):
    """Whether a float keeps a written number: rounded to as many places as are written, it is that number."""
    if len(cell) <= SURE_DIGITS and "e" not in cell.lower():
        return True
    if not math.isfinite(value):
        return cell in ("inf", "-inf")
    if not value:
        return not re.match("[-.0]*[1-9]", cell)
    written = Decimal(cell)
    return Decimal(value).quantize(written, context=EXACT) == written


def _decimals(cell):
    return len(cell.partition(".")[2])


def _dates(matches):
    """Moments for matches of `DATE`, if all have one form: the same separator, and a zone in all or in none."""
    separators = {match["separator"] for match in matches}
    zones = {match["zone"] for match in matches}
    if len(separators) > 1 or (None in zones and len(zones) > 1):
        return None, {}
    moments = _moments(matches)
    if moments is None:
        return None, {}
    unit = max(map(_unit, matches), key=UNITS.index)
    form = {"separator": separators.pop() or " ", "unit": unit, "zone": "Z" if zones == {"Z"} else ""}
    if zones == {None}:
        return pd.array(moments), form
    offsets = np.array([_minutes(match["zone"]) for match in matches], dtype="timedelta64[m]")
    stamps = pd.Series(moments - offsets).dt.tz_localize("UTC")
    if len(zones) == 1:  # several offsets: all in UTC
        stamps = stamps.dt.tz_convert("UTC" if zones == {"Z"} else datetime.timezone(offsets[0].item()))
    return stamps.array, form


def _moments(matches):
    """The moments without their zones; None for the 30th of February, and where nanoseconds do not reach the year."""
    texts = [f"{match['day']}T{match['time'] or '00:00'}" for match in matches]
    fine = any((match["fraction"] or "")[6:].strip("0") for match in matches)
    if fine and not all("1678" <= text < "2262" for text in texts):
        return None
    try:
        return np.array(texts).astype("datetime64[ns]" if fine else "datetime64[us]")
    except ValueError:
        return None


def _unit(match):
    if match["fraction"]:
        return UNITS[2 + -(-len(match["fraction"]) // 3)]
    return "s" if match["seconds"] else "m" if match["time"] else "D"


def _minutes(zone):
    return 0 if zone == "Z" else int(zone[0] + "1") * (60 * int(zone[1:3]) + int(zone[4:6]))

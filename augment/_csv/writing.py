"""A pandas frame as a CSV file: commas, UTF-8, missing cells empty, text in quotes only where it must be."""

import numpy as np
import pandas as pd
import pyarrow as pa

from augment._arrow import as_pandas
from augment._csv.kinds import FORMS, MISSING, UNITS

LONGEST_PLAIN = 1e16  # from here on Python writes numbers with an exponent


def write_csv(frame, path):
    """Write a pandas frame as a CSV file, in the forms that `read_csv` found if it comes from there."""
    forms = frame.attrs.get(FORMS, {})
    columns = [_written(frame.iloc[:, place], forms.get(name, {})) for place, name in enumerate(frame.columns)]
    if len(columns) == 1:  # a lone empty cell would be an empty line, which many readers skip
        columns = [[cell or "NA" for cell in columns[0]]]
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(",".join(_quoted(str(name)) for name in frame.columns) + "\n")
        file.writelines(",".join(row) + "\n" for row in zip(*columns, strict=True))


def _written(series, form):
    """The cells of a column as they stand in a CSV file."""
    if isinstance(series.dtype, pd.ArrowDtype):
        series = as_pandas(pa.table({"values": series.array}))["values"]
    if isinstance(series.dtype, pd.DatetimeTZDtype) or series.dtype.kind == "M":
        return _dates_written(series, form)
    absent = series.isna().to_numpy()
    if series.dtype.kind == "f":
        numbers = series.to_numpy(dtype=f"float{8 * series.dtype.itemsize}", na_value=np.nan)
        return np.where(absent, "", _numbers_written(numbers, form)).tolist()
    if series.dtype == object and pd.api.types.infer_dtype(series, skipna=True) != "string":
        return ["" if gone else _quoted(str(value)) for value, gone in zip(series, absent, strict=True)]
    words = form.get("words", ("False", "True")) if series.dtype.kind == "b" else None
    codes, distinct = pd.factorize(series)
    texts = [words[int(value)] if words else _quoted(str(value)) for value in distinct]
    return np.array([*texts, ""], dtype=object)[codes].tolist()


def _numbers_written(numbers, form):
    """Floats as short as can be, but with as many decimals as all numbers that were read had at least."""
    short = numbers.astype(str)
    if "decimals" not in form:
        return short
    pairs = zip(numbers.tolist(), short.tolist(), strict=True)
    return np.array([_padded(number, text, form["decimals"]) for number, text in pairs], dtype=object)


def _padded(number, short, decimals):
    padded = f"{number:.{decimals}f}" if abs(number) < LONGEST_PLAIN else short
    return padded if float(padded) == number else short


def _dates_written(series, form):
    cells = np.full(len(series), "", dtype=object)
    known = series.notna().to_numpy()
    if known.any():
        cells[known] = _moments_written(series[known], form)
    return cells.tolist()


def _moments_written(series, form):
    zoned = isinstance(series.dtype, pd.DatetimeTZDtype)
    local = (series.dt.tz_localize(None) if zoned else series).to_numpy()
    needed = next(unit for unit in UNITS if (local.astype(f"datetime64[{unit}]") == local).all())
    unit = max(needed, form.get("unit", "s" if zoned else "D"), key=UNITS.index)
    texts = np.char.replace(np.datetime_as_string(local, unit=unit), "T", form.get("separator", " ")).astype(object)
    return texts + (form.get("zone") or _offsets(series, local)) if zoned else texts


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

"""One table of any library as columns of floats or of text, each with the kind that its values are of."""

import math
import numbers
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import narwhals as nw
import numpy as np
import pandas as pd

MIN_ROWS = 10


@dataclass
class Raw:
    """One column of one table: its kind, and floats (NaN is missing) or labels (None is missing)."""

    kind: str  # "number", "date", "duration", "boolean", "text" or "empty"
    values: np.ndarray
    single: bool = False  # float32 or less: compared at that precision
    declared: bool = False  # a categorical column: text whatever its values are

    @property
    def is_text(self):
        return self.kind in ("text", "boolean")


def read(table, argument):
    """The columns of any table as a dict of `Raw`; `argument` names the table in errors."""
    if isinstance(table, np.ndarray):
        if table.ndim != 2 or table.dtype.names:
            raise ValueError(f"{argument} must be a table or a 2-D array, got an array of shape {table.shape}.")
        series = [(f"x{j}", table[:, j]) for j in range(table.shape[1])]
    else:
        series = _series(table, argument)
    n_rows = len(series[0][1]) if series else 0
    if not series or n_rows < MIN_ROWS:
        raise ValueError(
            f"{argument} has {n_rows} rows and {len(series)} columns: the audit needs at least {MIN_ROWS} rows and one "
            "column, since fewer rows tell nothing about where they came from."
        )
    names = [str(name) for name, _ in series]
    repeated = sorted({name for name in names if names.count(name) > 1}) if len(set(names)) < len(names) else []
    if repeated:
        raise ValueError(f"{argument} has more than one column called {listed(repeated)}: rename them.")
    return {name: _raw(values) for name, (_, values) in zip(names, series, strict=True)}


def _series(table, argument):
    if isinstance(table, pd.DataFrame):
        return [(name, nw.from_native(table.iloc[:, j], series_only=True)) for j, name in enumerate(table.columns)]
    try:
        frame = nw.from_native(table, eager_only=True)
    except (TypeError, ValueError) as error:
        raise TypeError(
            f"{argument} must be a pandas, polars or pyarrow table or a 2-D numpy array, got {type(table).__name__}."
        ) from error
    return [(name, frame.get_column(name)) for name in frame.columns]


def _raw(series):
    """One column, whatever it is, as `Raw`."""
    if isinstance(series, np.ndarray):
        if series.dtype.kind in "iuf":
            return _number(series.astype("float64"), "number", series.dtype in ("float32", "float16"))
        if series.dtype.kind == "b":
            return _objects(series.tolist())
        return _objects(list(series) if series.dtype.kind == "O" else series.tolist())
    dtype = series.dtype
    if dtype.is_numeric():
        return _number(series.cast(nw.Float64).to_numpy(), "number", dtype == nw.Float32)
    if dtype == nw.Date:
        return _number(series.cast(nw.Datetime("us")).dt.timestamp("us").cast(nw.Float64).to_numpy(), "date")
    if dtype == nw.Datetime:
        return _number(series.dt.timestamp("us").cast(nw.Float64).to_numpy(), "date")
    if dtype == nw.Duration:
        return _number(series.dt.total_microseconds().cast(nw.Float64).to_numpy(), "duration")
    return _objects(series.to_list(), text=dtype in (nw.Categorical, nw.Enum))


def _number(values, kind, single=False):
    values = np.array(values, "float64") + 0.0  # -0.0 is 0.0
    return Raw("empty" if np.isnan(values).all() else kind, values, single)


def _objects(objects, text=False):
    """A list of Python objects: of one kind where they all are, else text."""
    values = np.empty(len(objects), object)
    for i, item in enumerate(objects):
        values[i] = item
    missing = pd.isna(values)
    types = set(map(type, values[~missing]))
    if not types:
        return Raw("empty", np.full(len(values), np.nan))
    if all(issubclass(t, (bool, np.bool_)) for t in types) and not text:
        return Raw("boolean", _labels(values, missing, lambda v: str(bool(v))))
    for kind, classes, convert in () if text else _CONVERTERS:
        if all(issubclass(t, classes) and not issubclass(t, (bool, np.bool_)) for t in types):
            floats = np.full(len(values), np.nan)
            floats[~missing] = [convert(v) for v in values[~missing]]
            return _number(floats, kind)
    return Raw("text", _labels(values, missing, label_of), declared=text)


def _labels(values, missing, label):
    result = np.empty(len(values), object)
    result[~missing] = [label(v) for v in values[~missing]]
    return result


def label_of(value):
    """A value as text: numbers that are whole have no decimals, so that 1, 1.0 and "1" are one category."""
    if not isinstance(value, numbers.Real) or isinstance(value, (bool, np.bool_)):
        return str(value)
    number = _float(value)
    return f"{number:.0f}" if number.is_integer() else str(value if math.isfinite(number) else number)


def _float(value):
    """A number as a float, which is infinite where no float is large enough; a complex number counts by its size."""
    if isinstance(value, complex):
        return math.hypot(value.real, value.imag)
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def _microseconds(value):
    if isinstance(value, datetime):
        value = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    return float(np.datetime64(value, "us").astype("int64"))


def date_label(value):
    """A moment in microseconds as text, without a time of day that says nothing."""
    text = str(np.datetime64(int(value), "us")).replace("T", " ")
    return text.removesuffix(".000000").removesuffix(" 00:00:00")


_CONVERTERS = (
    ("number", (numbers.Number,), _float),
    ("date", (date, np.datetime64), _microseconds),
    ("duration", (timedelta, np.timedelta64), lambda v: pd.Timedelta(v).total_seconds() * 1e6),
)


def parse(raw, kind):
    """A text column as numbers, dates or durations, and what keeps it text: "" where every value is such a one.

    Examples
    --------
    >>> parse(Raw("text", np.array(["1.50", "2"], object)), "number")[0].values.tolist()
    [1.5, 2.0]
    >>> parse(Raw("text", np.array(["007", "2"], object)), "number")[1]
    "'007', which is no number"
    """
    if not raw.is_text:
        return raw, ""
    if raw.declared:
        return raw, "declared categories"
    present = np.array([v is not None for v in raw.values])
    text = pd.Series(raw.values[present], dtype=object)
    parsed = _PARSERS[kind](text)
    if np.isnan(parsed).any():
        return raw, f"{text[np.isnan(parsed)].iloc[0]!r}, which is no {kind}"
    values = np.full(len(present), np.nan)
    values[present] = parsed
    return _number(values, kind), ""


def _numbers(text):
    """Text as numbers, true and false as 1 and 0; what begins with further zeros is a code, whose zeros count."""
    words = text.str.lower().map({"true": 1.0, "false": 0.0})
    parsed = pd.to_numeric(text, errors="coerce").astype("float64").fillna(words.astype("float64"))
    return parsed.mask(text.str.match(r"\s*[+-]?0\d")).to_numpy()


def _dates(text):
    stamps = pd.to_datetime(text, errors="coerce", format="ISO8601", utc=True)
    return np.where(stamps.isna(), np.nan, stamps.dt.as_unit("us").astype("int64").to_numpy("float64"))


def _durations(text):
    return (pd.to_timedelta(text, errors="coerce").dt.total_seconds() * 1e6).to_numpy("float64")


_PARSERS = {"number": _numbers, "date": _dates, "duration": _durations}


def listed(names, at_most=20):
    """Names for a sentence, as many as a reader takes in."""
    shown = ", ".join(repr(name) for name in names[:at_most])
    return shown + (f" and {len(names) - at_most} more" if len(names) > at_most else "")

"""Tables of any library as matrices of numbers that mean the same in each table."""

import hashlib
import numbers
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import narwhals as nw
import numpy as np
import pandas as pd

MIN_ROWS = 10
IDENTIFIER_SHARE = 0.95  # a text column with more distinct values than this share of its rows names rows


@dataclass(frozen=True)
class Column:
    """What the numbers of one column mean.

    A number is itself, a date microseconds since 1970, a duration microseconds, a category the place of its label in
    `labels`, which are in the order of their frequency in the training table. NaN is missing, in every kind.
    """

    name: str
    kind: str  # "number", "date", "duration" or "category"
    labels: tuple = ()
    identifier: bool = False

    @property
    def is_category(self):
        """Whether the numbers are places in `labels`."""
        return self.kind == "category"

    def show(self, value):
        """One value as the text a reader expects."""
        if not np.isfinite(value):
            return "missing"
        if self.is_category:
            return self.labels[int(value)]
        if self.kind == "duration":
            return str(timedelta(microseconds=float(value)))
        return _date_label(value) if self.kind == "date" else f"{value:.6g}"


@dataclass(frozen=True)
class Data:
    """The prepared tables, as every check receives them.

    Attributes
    ----------
    columns : tuple of Column
    train, synthetic : ndarray of shape (rows, columns)
    holdout : ndarray of shape (rows, columns) or None
    target : int or None
        Place of the target among the columns.
    protected : tuple of int
        Places of the protected columns.
    thresholds : dict of str to float
    notes : tuple of str
        What the reader should know about how the tables were read.
    """

    columns: tuple
    train: np.ndarray
    synthetic: np.ndarray
    holdout: np.ndarray | None = None
    target: int | None = None
    protected: tuple = ()
    thresholds: dict | None = None
    notes: tuple = ()

    def has(self, need):
        """Whether the user gave `need`: "holdout", "target" or "protected"."""
        value = getattr(self, need)
        return value is not None and not (isinstance(value, tuple) and not value)

    @property
    def tables(self):
        """The tables that are there, by name."""
        tables = {"train": self.train, "synthetic": self.synthetic, "holdout": self.holdout}
        return {name: table for name, table in tables.items() if table is not None}

    @property
    def compared(self):
        """Places of the columns that can be compared: all but identifiers."""
        return [j for j, column in enumerate(self.columns) if not column.identifier]

    @property
    def sizes(self):
        """Rows of each table, by name."""
        return {name: len(table) for name, table in self.tables.items()}

    def fingerprint(self, name):
        """SHA-256 of a table's contents, the same whatever library held it."""
        digest = hashlib.sha256()
        for j, column in enumerate(self.columns):
            values = self.tables[name][:, j]
            digest.update(column.name.encode("utf-8", "surrogatepass") + b"\0")
            if column.is_category:
                text = "\0".join("" if np.isnan(v) else "=" + column.labels[int(v)] for v in values)
                digest.update(text.encode("utf-8", "surrogatepass"))
            else:
                digest.update(np.ascontiguousarray(values).tobytes())
        return digest.hexdigest()


def prepare(train, synthetic, holdout=None, target=None, protected=(), thresholds=None):
    """Read two or three tables into one `Data`.

    Parameters
    ----------
    train, synthetic, holdout : pandas, polars or pyarrow table, or ndarray of shape (rows, columns)
        Tables with the same columns, in any order. Columns of an array are named x0, x1, ...
    target : str, optional
    protected : str or sequence of str
    thresholds : dict of str to float, optional

    Raises
    ------
    TypeError, ValueError
        When something is no table, has too few rows, or when the columns of the tables differ.

    Examples
    --------
    >>> frame = pd.DataFrame({"age": np.arange(20.0), "city": ["Rome", None] * 10})
    >>> data = prepare(frame, frame)
    >>> [(column.name, column.kind, column.labels) for column in data.columns]
    [('age', 'number', ()), ('city', 'category', ('Rome',))]
    """
    given = {"train": train, "synthetic": synthetic, "holdout": holdout}
    raws = {name: read(table, name) for name, table in given.items() if table is not None or name != "holdout"}
    _same_columns(raws)
    names = list(raws["train"])
    protected = [protected] if isinstance(protected, (str, int)) else list(protected)
    wanted = [_place(name, names, "protected") for name in dict.fromkeys(protected)]
    target = None if target is None else _place(target, names, "target")
    columns, matrices, notes = [], {name: [] for name in raws}, []
    for j, name in enumerate(names):
        column, values, note = _agree(name, {table: raws[table][name] for table in raws}, j == target or j in wanted)
        columns.append(column)
        notes += note
        for table in raws:
            matrices[table].append(values[table])
    matrices = {table: np.asfortranarray(np.stack(columns_, axis=1)) for table, columns_ in matrices.items()}
    return Data(
        tuple(columns),
        matrices["train"],
        matrices["synthetic"],
        matrices.get("holdout"),
        target,
        tuple(wanted),
        dict(thresholds or {}),
        tuple(notes),
    )


@dataclass
class Raw:
    """One column of one table: its kind, and floats (NaN is missing) or labels (None is missing)."""

    kind: str  # "number", "date", "duration", "boolean", "text" or "empty"
    values: np.ndarray
    single: bool = False  # float32 or less: compared at that precision
    infinite: int = 0

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
        raise ValueError(f"{argument} has more than one column called {_listed(repeated)}: rename them.")
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
    infinite = np.isinf(values)
    values[infinite] = np.nan
    if np.isnan(values).all():
        kind = "empty"
    return Raw(kind, values, single, int(infinite.sum()))


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
    return Raw("text", _labels(values, missing, _label))


def _labels(values, missing, label):
    result = np.empty(len(values), object)
    result[~missing] = [label(v) for v in values[~missing]]
    return result


def _label(value):
    """A value as text: numbers that are whole have no decimals, so that 1, 1.0 and "1" are one category."""
    if isinstance(value, numbers.Real) and not isinstance(value, (bool, np.bool_)) and float(value).is_integer():
        return f"{float(value):.0f}"
    return str(value)


def _microseconds(value):
    if isinstance(value, datetime):
        value = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    return float(np.datetime64(value, "us").astype("int64"))


def _date_label(value):
    text = str(np.datetime64(int(value), "us")).replace("T", " ")
    return text.removesuffix(".000000").removesuffix(" 00:00:00")


_CONVERTERS = (
    ("number", (numbers.Number,), lambda v: float(v) if not isinstance(v, complex) else abs(v)),
    ("date", (date, np.datetime64), _microseconds),
    ("duration", (timedelta, np.timedelta64), lambda v: pd.Timedelta(v).total_seconds() * 1e6),
)


def _same_columns(raws):
    """Complain about columns that not every table has, table by table."""
    names = list(raws["train"])
    faults = []
    for table in [t for t in raws if t != "train"]:
        absent, extra = [c for c in names if c not in raws[table]], [c for c in raws[table] if c not in raws["train"]]
        faults += [f"{table} lacks {_listed(absent)}"] * bool(absent) + [f"{table} also has {_listed(extra)}"] * bool(
            extra
        )
    if faults:
        raise ValueError(f"The tables must have the same columns as train. But {'; '.join(faults)}.")


def _listed(names, at_most=20):
    shown = ", ".join(repr(name) for name in names[:at_most])
    return shown + (f" and {len(names) - at_most} more" if len(names) > at_most else "")


def _place(name, names, argument):
    if str(name) not in names:
        raise ValueError(f"{argument}={name!r} is not a column of train: its columns are {_listed(names)}.")
    return names.index(str(name))


def _agree(name, raws, keep):
    """One meaning for a column in all tables: the column, its values in each table, and notes for the reader."""
    notes = []
    infinite = {table: raw.infinite for table, raw in raws.items() if raw.infinite}
    if infinite:
        counts = ", ".join(f"{n} in {table}" for table, n in infinite.items())
        notes.append(f"Column {name!r} holds infinite values ({counts}); they count as missing.")
    kind, raws = _common_kind(raws)
    if kind == "category":
        given = {table: raw.kind for table, raw in raws.items() if raw.kind != "empty"}
        if given and next(iter(given.values())) not in ("text", "boolean") and len(set(given.values())) > 1:
            shown = ", ".join(f"{k} in {table}" for table, k in given.items())
            notes.append(f"Column {name!r} holds different kinds of values ({shown}); it is compared as text.")
        labels, values = _encode(raws)
    else:
        labels, values = (), {table: raw.values for table, raw in raws.items()}
        if any(raw.single for raw in raws.values()):
            values = {table: v.astype("float32").astype("float64") for table, v in values.items()}
    identifier = not keep and _is_identifier(kind, values["train"], labels)
    if identifier:
        notes.append(f"Column {name!r} names rows (nearly every value is its own); it is left out of the comparisons.")
    return Column(name, kind, labels, identifier), values, notes


def _common_kind(raws):
    """The kind that all tables share, and their columns in that kind; text where they share none."""
    reference = next((raw.kind for raw in raws.values() if raw.kind != "empty"), "empty")
    if {raw.kind for raw in raws.values()} - {"empty"} == {"boolean", "number"}:
        raws = {table: _parse(raw, "number") for table, raw in raws.items()}
    elif reference not in ("text", "boolean", "empty"):
        raws = {table: _parse(raw, reference) for table, raw in raws.items()}
    kinds = {raw.kind for raw in raws.values()} - {"empty"}
    single_kind = kinds.pop() if len(kinds) == 1 else "text"
    return ("category" if single_kind in ("text", "boolean") else single_kind), raws


def _parse(raw, kind):
    """A text column as numbers or dates, if every one of its values is one; else as it was."""
    if not raw.is_text:
        return raw
    present = np.array([v is not None for v in raw.values])
    text = pd.Series(raw.values[present], dtype=object)
    if raw.kind == "boolean":
        parsed = (text == "True").to_numpy("float64")
    elif kind == "date":
        stamps = pd.to_datetime(text, errors="coerce", format="ISO8601", utc=True)
        parsed = np.where(stamps.isna(), np.nan, stamps.dt.as_unit("us").astype("int64").to_numpy("float64"))
    elif kind == "duration":
        spans = pd.to_timedelta(text, errors="coerce")
        parsed = (spans.dt.total_seconds() * 1e6).to_numpy("float64")
    else:
        parsed = pd.to_numeric(text, errors="coerce").to_numpy("float64")
    if np.isnan(parsed).any():
        return raw
    values = np.full(len(present), np.nan)
    values[present] = parsed
    return _number(values, kind)


def _encode(raws):
    """Labels in the order of their frequency in train (then in the others), and codes in each table."""
    texts = {table: _as_text(raw) for table, raw in raws.items()}
    counts = {}
    for weight, text in zip((1.0, 1e-9, 1e-9), texts.values(), strict=False):
        for label, count in pd.Series(text, dtype=object).value_counts().items():
            counts[label] = counts.get(label, 0.0) + weight * count
    labels = tuple(sorted(counts, key=lambda label: (-counts[label], label)))
    place = {label: float(i) for i, label in enumerate(labels)}
    return labels, {t: np.array([np.nan if v is None else place[v] for v in text]) for t, text in texts.items()}


def _as_text(raw):
    if raw.is_text:
        return raw.values
    show = _date_label if raw.kind == "date" else _label
    return np.array([None if np.isnan(v) else show(v) for v in raw.values], object)


def _is_identifier(kind, values, labels):
    """Text that is nearly always new, or whole numbers that are all different and leave few gaps."""
    present = values[~np.isnan(values)]
    if len(present) < 2 * MIN_ROWS:
        return False
    distinct = len(np.unique(present))
    if kind == "category":
        return distinct > IDENTIFIER_SHARE * len(present)
    whole = kind == "number" and distinct == len(values) >= 100 and (present == np.floor(present)).all()
    return bool(whole and np.ptp(present) < 2 * len(present))

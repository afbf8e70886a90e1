"""Tables of any library become matrices of numbers that mean the same in each table."""

import numpy as np
import pandas as pd

from augment.auditing.data import Column, Data
from augment.auditing.reading import MIN_ROWS, date_label, label_of, listed, parse, read

IDENTIFIER_SHARE = 0.95  # a text column with more distinct values than this share of its rows names rows
LARGEST = 1e38  # what single precision holds, in which trees read numbers


def prepare(train, synthetic, holdout=None, target=None, protected=(), thresholds=None):
    """Read two or three tables into one `Data`.

    Parameters
    ----------
    train, synthetic, holdout : pandas, polars or pyarrow table, or ndarray of shape (rows, columns)
        Tables with the same columns, in any order. Columns of an array are named x0, x1, ...
    target : str, optional
    protected : str or sequence of str, optional
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
    names, raws = read_alike(train, synthetic, holdout)
    wanted = [place(name, names, "protected") for name in dict.fromkeys(as_names(protected, "protected"))]
    target = None if target is None else place(target, names, "target")
    columns, matrices, notes = joined(raws, {*wanted, target})
    return Data(
        columns,
        matrices["train"],
        matrices["synthetic"],
        matrices.get("holdout"),
        target,
        tuple(wanted),
        dict(thresholds or {}),
        notes,
    )


def read_alike(train, synthetic, holdout=None):
    """Names of the columns that the tables share, and their columns as they were given, by table."""
    given = {"train": train, "synthetic": synthetic, "holdout": holdout}
    raws = {name: read(table, name) for name, table in given.items() if table is not None or name != "holdout"}
    _same_columns(raws)
    return list(raws["train"]), raws


def joined(raws, kept):
    """Columns of one meaning in all tables, their matrices by table, and notes.

    Parameters
    ----------
    raws : dict of str to dict of str to Raw
        Columns by name, by table.
    kept : set of int
        Places of columns that are compared even where they name rows.
    """
    columns, matrices, notes = [], {name: [] for name in raws}, []
    for j, name in enumerate(raws["train"]):
        column, values, note = _agree(name, {table: raws[table][name] for table in raws}, j in kept)
        columns.append(column)
        notes += note
        for table in raws:
            matrices[table].append(values[table])
    matrices = {table: np.asfortranarray(np.stack(columns_, axis=1)) for table, columns_ in matrices.items()}
    return tuple(columns), matrices, tuple(notes)


def _same_columns(raws):
    """Complain about columns that not every table has, table by table."""
    names = list(raws["train"])
    faults = []
    for table in [t for t in raws if t != "train"]:
        absent, extra = [c for c in names if c not in raws[table]], [c for c in raws[table] if c not in raws["train"]]
        faults += [f"{table} lacks {listed(absent)}"] * bool(absent) + [f"{table} also has {listed(extra)}"] * bool(
            extra
        )
    if faults:
        raise ValueError(f"The tables must have the same columns as train. But {'; '.join(faults)}.")


def as_names(given, argument):
    """One name, several or None as a list; `argument` is what the error calls them."""
    if given is None or isinstance(given, (str, int)):
        return [] if given is None else [given]
    try:
        return list(given)
    except TypeError:
        raise TypeError(f"{argument} must be the name of a column or a list of names, got {given!r}.") from None


def place(name, names, argument):
    """Where a column stands among those of train; a ValueError where it is not there."""
    if str(name) not in names:
        raise ValueError(f"{argument}={name!r} is not a column of train: its columns are {listed(names)}.")
    return names.index(str(name))


def _agree(name, raws, keep):
    """One meaning for a column in all tables: the column, its values in each table, and notes for the reader."""
    kind, raws, notes = _common_kind(name, raws)
    if kind == "category":
        labels, values = _encode(raws)
    else:
        labels, (values, large) = (), _floats(name, raws)
        notes += large
    identifier = not keep and is_identifier(kind, values["train"])
    if identifier:
        notes.append(f"Column {name!r} names rows (nearly every value is its own); it is left out of the comparisons.")
    return Column(name, kind, labels, identifier), values, notes


def _common_kind(name, raws):
    """The kind that all tables share, their columns in that kind, and a note where they were given in several."""
    given = {table: raw.kind for table, raw in raws.items() if raw.kind != "empty"}
    kinds = set(given.values())
    if len(kinds) < 2:
        return ("category" if kinds <= {"text", "boolean"} else kinds.pop()), raws, []
    exact, why = kinds - {"text"}, ""
    goal = "number" if exact <= {"boolean", "number"} else exact.pop() if len(exact) == 1 else "category"
    if goal != "category":
        parsed = {table: parse(raw, goal) for table, raw in raws.items()}
        raws = {table: raw for table, (raw, _) in parsed.items()}
        why = next((f", since {table} has {obstacle}" for table, (_, obstacle) in parsed.items() if obstacle), "")
    reading = f"it is compared as text{why}" if why or goal == "category" else f"all are read as {goal}s"
    shown = ", ".join(f"{kind} in {table}" for table, kind in given.items())
    note = f"Column {name!r} holds different kinds of values ({shown}); {reading}."
    return ("category" if why else goal), raws, [note]


def _floats(name, raws):
    """The values of a column, as precise as the least precise table, and a note where some are too large to compare."""
    values = {table: raw.values for table, raw in raws.items()}
    if any(raw.single for raw in raws.values()):
        with np.errstate(over="ignore"):
            values = {table: v.astype("float32").astype("float64") for table, v in values.items()}
    large = {table: np.abs(v) > LARGEST for table, v in values.items()}
    counts = ", ".join(f"{cells.sum()} in {table}" for table, cells in large.items() if cells.any())
    note = f"Column {name!r} holds infinite values or numbers beyond {LARGEST:g} ({counts}); they count as missing."
    return {table: np.where(large[table], np.nan, v) for table, v in values.items()}, [note] if counts else []


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
    show = date_label if raw.kind == "date" else label_of
    return np.array([None if np.isnan(v) else show(v) for v in raw.values], object)


def is_identifier(kind, values):
    """Text that is nearly always new, or whole numbers that are all different and leave few gaps."""
    present = values[~np.isnan(values)]
    if len(present) < 2 * MIN_ROWS:
        return False
    distinct = len(np.unique(present))
    if kind == "category":
        return distinct > IDENTIFIER_SHARE * len(present)
    whole = kind == "number" and distinct == len(values) >= 100 and (present == np.floor(present)).all()
    return bool(whole and np.ptp(present) < 2 * len(present))

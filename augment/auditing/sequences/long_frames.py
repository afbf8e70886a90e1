"""Long frames, with several rows for each entity, become sequences in the order of their times and static columns."""

from dataclasses import dataclass, field

import numpy as np

from augment.auditing.data import Column
from augment.auditing.frames import as_names, is_identifier, joined, place, read_alike
from augment.auditing.reading import MIN_ROWS, listed, parse
from augment.auditing.sequences.data import Sequences


@dataclass(frozen=True)
class Long:
    """What long frames hold.

    Attributes
    ----------
    channels, static : tuple of Column
        What varies within an entity, and what does not.
    time : Column or None
    parts : dict of str to Sequences
    fixed : dict of str to ndarray of shape (n, static columns)
        By table, a row for each sequence.
    notes : list of str
    n_given : dict of str to int
        By table, how many sequences were given, those among them that could not be read; empty where all could.
    """

    channels: tuple
    static: tuple
    time: Column | None
    parts: dict
    fixed: dict
    notes: list
    n_given: dict = field(default_factory=dict)


def read_frames(given, entity, time=None, static=(), kept=()):
    """Read two or three long frames.

    Parameters
    ----------
    given : dict of str to table
        "train", "synthetic" and, if there is one, "holdout".
    entity : str
        The column that says whose row it is. Its values name, and are not compared.
    time : str, optional
        The column of times, by which the rows of an entity are put in order; without it they stand in order.
    static : str or sequence of str
        Columns that do not vary within an entity; what varies in none of train is static, too.
    kept : sequence of str
        Protected columns and the target: static, and never taken for names.

    Returns
    -------
    Long

    Raises
    ------
    TypeError, ValueError
        If a column is not there, an entity or a time is missing, or a static column varies.
    """
    names, raws = read_alike(**given)
    whose = place(entity, names, "entity")
    when = None if time is None else place(time, names, "time")
    if whose == when:
        raise ValueError(f"entity= and time= are both {names[whose]!r}: they must be two columns.")
    asked = {place(name, names, "static") for name in as_names(static, "static")}
    asked |= {names.index(str(name)) for name in kept if str(name) in names}
    if asked & {whose, when}:
        raise ValueError("static and protected columns and the target must be others than entity= and time=.")
    if when is not None:
        raws = {
            table: {**own, names[when]: _moments(own[names[when]], table, names[when])} for table, own in raws.items()
        }
    columns, matrices, notes = joined(raws, set(range(len(names))))
    if when is not None and columns[when].is_category:
        raise ValueError(f"time={time!r} holds different kinds of values: give dates, or numbers, in all tables.")
    ordered = {table: _ordered(matrix, whose, when, table, names) for table, matrix in matrices.items()}
    fixed = [j for j in range(len(names)) if j not in (whose, when)]
    fixed = [j for j in fixed if j in asked or not _varying(*ordered["train"], j).any()]
    notes = [*notes, *_moved(matrices, ordered, whose, when, names), *_shared(matrices, whose, names)]
    notes += _checked(ordered, fixed, columns)
    varying = [j for j in range(len(names)) if j not in (whose, when, *fixed)]
    parts = {
        table: Sequences(steps[:, varying], starts, None if when is None else steps[:, when])
        for table, (steps, starts) in ordered.items()
    }
    rows = {table: steps[starts[:-1]][:, fixed] for table, (steps, starts) in ordered.items()}
    static = tuple(
        Column(c.name, c.kind, c.labels, c.name not in map(str, kept) and is_identifier(c.kind, rows["train"][:, k]))
        for k, c in enumerate(columns[j] for j in fixed)
    )
    time = None if when is None else columns[when]
    return Long(tuple(columns[j] for j in varying), static, time, parts, rows, notes)


def _moments(raw, table, name):
    """The column of times, text read as dates; a ValueError where that cannot be."""
    moments, obstacle = parse(raw, "date")
    if obstacle:
        raise ValueError(f"time={name!r} must be dates or numbers, but {table} holds {obstacle}: convert it first.")
    return moments


def _ordered(matrix, whose, when, table, names):
    """The rows by entity and, within one, by time; and where each entity begins."""
    for j, what in ((whose, "entity"), (when, "time")):
        missing = 0 if j is None else int(np.isnan(matrix[:, j]).sum())
        if missing:
            raise ValueError(
                f"{what}={names[j]!r} is missing in {missing:,} rows of {table}: each row must tell it. Fill them, or "
                "leave them out."
            )
    keys = (matrix[:, whose],) if when is None else (matrix[:, when], matrix[:, whose])
    steps = matrix[np.lexsort(keys)]  # stable: rows of one time stay in their order
    starts = np.flatnonzero(np.diff(steps[:, whose], prepend=np.nan, append=np.nan) != 0)
    if len(starts) - 1 < MIN_ROWS:
        raise ValueError(
            f"{table} has {len(starts) - 1} entities in {names[whose]!r}: the audit needs at least {MIN_ROWS}, since "
            "fewer tell nothing about where they came from."
        )
    return steps, starts


def _varying(steps, starts, j):
    """Whether column j varies within each entity."""
    first = np.repeat(steps[starts[:-1], j], np.diff(starts))
    same = (steps[:, j] == first) | (np.isnan(steps[:, j]) & np.isnan(first))
    return np.logical_or.reduceat(~same, starts[:-1])


def _checked(ordered, fixed, columns):
    """Complain about static columns that vary in real tables; notes where they do in synthetic rows."""
    for table, (steps, starts) in ordered.items():
        for j in fixed:
            entities = int(_varying(steps, starts, j).sum())
            if entities and table != "synthetic":
                raise ValueError(
                    f"Column {columns[j].name!r} is static, protected or the target, but varies within {entities:,} of "
                    f"{len(starts) - 1:,} entities of {table}. Leave it out of them, or give one value an entity."
                )
            if entities:
                yield (
                    f"Column {columns[j].name!r} varies within {entities:,} of {len(starts) - 1:,} synthetic entities, "
                    "and within no training one: the first value of each counts."
                )


def _moved(matrices, ordered, whose, when, names):
    """Notes on tables whose rows were not in order."""
    tables = []
    for table, matrix in matrices.items():
        if when is not None:
            by_entity = matrix[np.argsort(matrix[:, whose], kind="stable")]
            if (by_entity[:, when] != ordered[table][0][:, when]).any():
                tables.append(table)
    if tables:
        yield f"Rows of {listed(tables)} were not in the order of {names[when]!r} within entities: they were sorted."


def _shared(matrices, whose, names):
    """A note where train and holdout name entities alike."""
    if "holdout" in matrices:
        both = len(np.intersect1d(matrices["train"][:, whose], matrices["holdout"][:, whose]))
        if both:
            yield (
                f"{both:,} values of {names[whose]!r} are both in train and in holdout. If they are the same entities, "
                "this is no holdout: hold out whole entities."
            )

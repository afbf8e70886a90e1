"""Which kind of data an audit is of, and sequences of any kind as one `SequenceData`."""

import numpy as np

from augment.auditing.data import Column
from augment.auditing.frames import as_names, place
from augment.auditing.images.reading import are_images
from augment.auditing.sequences.data import SequenceData
from augment.auditing.sequences.long_frames import read_frames
from augment.auditing.sequences.reading import are_texts, read_series, read_texts, with_labels
from augment.auditing.sequences.summaries import summarise

KINDS = ("auto", "table", "images", "series", "text", "events")
LABEL = "label"


def kind_of(train, kind="auto", entity=None, time=None, static=()):
    """What an audit is of: "table", "images", "series", "text" or "events".

    "auto" looks at train: an `entity` makes a long frame of events, strings are texts, an array of three axes is
    images; all else is a table. Series of numbers have the form of images, and have to be named.

    Examples
    --------
    >>> kind_of(["a", "b"]), kind_of(np.zeros((20, 8, 8))), kind_of(np.zeros((20, 8, 8)), "series")
    ('text', 'images', 'series')
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(map(repr, KINDS))}, got {kind!r}.")
    if entity is None and (time is not None or as_names(static, "static")):
        raise ValueError(
            "time= and static= describe long frames, which need entity=: the column that tells whose row it is."
        )
    if entity is not None and kind not in ("auto", "events"):
        raise ValueError(f"entity= names a column of a long frame, but kind={kind!r}: leave one of them out.")
    if kind == "events" and entity is None:
        raise ValueError("kind='events' needs entity=: the column that tells whose row it is.")
    if kind != "auto":
        return kind
    if entity is not None:
        return "events"
    return "text" if are_texts(train) else "images" if are_images(train) else "table"


def prepare(
    train,
    synthetic,
    holdout=None,
    kind="series",
    *,
    entity=None,
    time=None,
    static=(),
    target=None,
    protected=(),
    thresholds=None,
):
    """Read two or three parts of sequences into one `SequenceData`.

    Parameters
    ----------
    train, synthetic, holdout : long frames, series or texts
        As `audit` takes them.
    kind : {"events", "series", "text"}
    entity, time, static : str, str and sequence of str
        Columns of long frames.
    target : str, optional
        A static column or a summary; by default the labels of series and texts.
    protected : str or sequence of str
        Static columns.
    thresholds : dict of str to float, optional

    Raises
    ------
    TypeError, ValueError
        When something is no sequence of this kind, or a column is not there.

    Examples
    --------
    >>> data = prepare(["ab", "ba"] * 10, ["ab"] * 10, kind="text")
    >>> [column.name for column in data.columns][:3], data.train.shape
    (['character: first', 'character: last', 'characters: ab'], (20, 4))
    """
    given = {"train": train, "synthetic": synthetic, "holdout": holdout}
    given = {name: part for name, part in given.items() if part is not None or name != "holdout"}
    wanted = as_names(protected, "protected")
    clock = None
    if kind == "events":
        kept = [*wanted, *([] if target is None else [target])]
        long = read_frames(given, entity, time, static, kept)
        channels, parts, fixed, columns, notes = long.channels, long.parts, long.fixed, long.static, long.notes
        clock = long.time
    else:
        given, labels = with_labels(given, "texts" if kind == "text" else "series")
        channels, parts, notes = (read_texts if kind == "text" else read_series)(given)
        columns, fixed = _label_column(labels)
        target = LABEL if labels is not None and target is None else target
    summaries, values = summarise(channels, parts, clock)
    columns = [*columns, *_renamed(summaries, columns)]
    tables = {
        name: np.asfortranarray(np.column_stack([*([fixed[name]] if fixed else []), own]))
        for name, own in values.items()
    }
    names = [column.name for column in columns]
    return SequenceData(
        tuple(columns),
        tables["train"],
        tables["synthetic"],
        tables.get("holdout"),
        None if target is None else _column(target, names, "target"),
        tuple(_column(name, names, "protected") for name in dict.fromkeys(wanted)),
        dict(thresholds or {}),
        (*notes, NOTE),
        kind=kind,
        channels=channels,
        parts=parts,
    )


NOTE = (
    "In findings on rows and columns a row is a whole sequence, and its columns are what is the same in all of it and "
    "summaries of its steps."
)


def _column(name, names, argument):
    """Where a static column or a summary stands."""
    try:
        return place(name, names, argument)
    except ValueError as error:
        raise ValueError(
            f"{error} Among them are the summaries of each sequence.".replace(
                "of train: its", "that a sequence has: its"
            )
        ) from None


def _renamed(summaries, columns):
    """The summaries; those that are called as a static column is, with a mark."""
    taken = {column.name for column in columns}
    for column in summaries:
        name = column.name
        while name in taken:
            name += " of the sequence"
        taken.add(name)
        yield column if name == column.name else Column(name, column.kind, column.labels)


def _label_column(labels):
    """A column of the labels of texts or series, and its values by part; none where there are no labels."""
    if labels is None:
        return [], {}
    known = [label for own in labels.values() for label in own if label is not None]
    train = [label for label in labels["train"] if label is not None]
    order = sorted(set(known), key=lambda label: (-train.count(label), label))
    codes = {label: float(k) for k, label in enumerate(order)}
    fixed = {
        name: np.array([np.nan if label is None else codes[label] for label in own])[:, None]
        for name, own in labels.items()
    }
    return [Column(LABEL, "category", tuple(order))], fixed

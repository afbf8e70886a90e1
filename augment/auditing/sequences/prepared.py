"""Sequences of any kind become one `SequenceData`: a row of summaries for each, and its steps."""

import numpy as np

from augment.auditing.data import Column
from augment.auditing.frames import as_names
from augment.auditing.reading import listed
from augment.auditing.sequences.data import SequenceData
from augment.auditing.sequences.long_frames import Long, read_frames
from augment.auditing.sequences.music import read_pieces
from augment.auditing.sequences.reading import read_series, read_texts, with_labels
from augment.auditing.sequences.summaries import summarise

LABEL = "label"


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
    kind : {"events", "series", "text", "molecules", "music"}
    entity, time, static : str, str and sequence of str
        Columns of long frames.
    target : str, optional
        A static column, a summary, or "channel = category": whether a sequence ever has it. By default the labels of
        series and texts.
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
    if kind == "events":
        kept = wanted if target is None else [*wanted, target]
        read = read_frames(given, entity, time, static, kept)
    else:
        read = _unframed(given, kind)
        target = LABEL if LABEL in [column.name for column in read.static] and target is None else target
    columns, tables = _table(read, target)
    names = [column.name for column in columns]
    return SequenceData(
        tuple(columns),
        tables["train"],
        tables["synthetic"],
        tables.get("holdout"),
        None if target is None else _column(target, names, "target"),
        tuple(_column(name, names, "protected") for name in dict.fromkeys(wanted)),
        dict(thresholds or {}),
        (*read.notes, NOTE, *[EVENT] * (" = " in str(target) and names[-1] == str(target))),
        kind=kind,
        channels=read.channels,
        parts=read.parts,
        n_given=read.n_given,
    )


NOTE = (
    "In findings on rows and columns a row is a whole sequence, and its columns are what is the same in all of it and "
    "summaries of its steps."
)
EVENT = (
    "The target is an event, which other summaries of a sequence all but tell: models predict it too easily to say "
    "much about usefulness. Rates of groups are not touched by that."
)


def _unframed(given, kind):
    """Sequences that are no frames, read as these are; labels, and properties of molecules, are static columns."""
    given, labels = with_labels(given, {"text": "texts", "music": "pieces"}.get(kind, kind))
    if kind == "molecules":
        return _molecules(given, labels)
    channels, parts, notes = {"text": read_texts, "series": read_series, "music": read_pieces}[kind](given)
    static, fixed = _label_column(labels)
    return Long(channels, static, None, parts, fixed, notes)


def _molecules(given, labels):
    """Molecules; reading them needs the extra [molecules]."""
    from augment.auditing.sequences.molecules import read_smiles

    channels, parts, notes, columns, values, valid = read_smiles(given)
    if labels is not None:
        labels = {n: [label for label, own in zip(labels[n], valid[n], strict=True) if own] for n in labels}
    static, fixed = _label_column(labels)
    fixed = {name: np.column_stack([*([fixed[name]] if static else []), own]) for name, own in values.items()}
    return Long(channels, (*static, *columns), None, parts, fixed, notes, {n: len(own) for n, own in valid.items()})


def _table(read, target):
    """Columns of what is static, of summaries and, where it is the target, of an event; and their values by part."""
    summaries, values = summarise(read.channels, read.parts, read.time)
    columns = [*read.static, *_renamed(summaries, read.static)]
    blocks = {name: [*([read.fixed[name]] if read.static else []), own] for name, own in values.items()}
    if target is not None and str(target) not in [column.name for column in columns]:
        for column, own in _event(str(target), read):
            columns.append(column)
            blocks = {name: [*block, own[name][:, None]] for name, block in blocks.items()}
    return columns, {name: np.asfortranarray(np.column_stack(block)) for name, block in blocks.items()}


def _event(target, read):
    """A column of whether a sequence ever has a category, where that is what the target names: "channel = category"."""
    for j, channel in enumerate(read.channels):
        places = {f"{channel.name} = {label}": place for place, label in enumerate(channel.labels)}
        if target in places:
            there = {
                name: np.bincount(part.owners, part.values[:, j] == places[target], len(part)) > 0
                for name, part in read.parts.items()
            }
            order = [False, True] if there["train"].mean() <= 0.5 else [True, False]
            labels = tuple("yes" if answer else "no" for answer in order)
            yield Column(target, "category", labels), {n: (own != order[0]).astype(float) for n, own in there.items()}
            return


def _column(name, names, argument):
    """Where a static column or a summary stands."""
    if str(name) not in names:
        raise ValueError(
            f"{argument}={name!r} is not a column that a sequence has: its columns are {listed(names)}, static "
            "ones and summaries. An event is named as 'channel = category', as target only."
        )
    return names.index(str(name))


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
        return (), {}
    known = [label for own in labels.values() for label in own if label is not None]
    train = [label for label in labels["train"] if label is not None]
    order = sorted(set(known), key=lambda label: (-train.count(label), label))
    codes = {label: float(k) for k, label in enumerate(order)}
    fixed = {
        name: np.array([np.nan if label is None else codes[label] for label in own])[:, None]
        for name, own in labels.items()
    }
    return (Column(LABEL, "category", tuple(order)),), fixed

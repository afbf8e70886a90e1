"""Labels of pictures: the subfolders in which they lie, or a table with a column of files and one of labels."""

from pathlib import Path

import numpy as np

LABELS = ("label", "class", "target", "y")


def from_folders(names, folder):
    """One label for each of the pictures' names relative to `folder`, or None where all lie in the folder itself.

    The label is the first subfolder; where all of them are whole numbers as Python prints them, it is an integer.

    Examples
    --------
    >>> from_folders(["3/a.png", "10/b.png"], "digits")
    array([ 3, 10])
    """
    parts = [name.split("/") for name in names]
    loose = [name for name, part in zip(names, parts, strict=True) if len(part) == 1]
    if len(loose) == len(names):
        return None
    if loose:
        inside = next(name for name, part in zip(names, parts, strict=True) if len(part) > 1)
        raise ValueError(
            f"{folder} holds pictures both in subfolders ({inside}) and beside them ({loose[0]}): subfolders are "
            "labels, so put every picture into one, or give a table as labels=."
        )
    labels = [part[0] for part in parts]
    if all(label.removeprefix("-").isdecimal() and str(int(label)) == label for label in set(labels)):
        return np.array([int(label) for label in labels])
    return np.array(labels)


def from_table(table, names, folder):
    """The pictures that a table names, in its order, and their labels.

    Parameters
    ----------
    table : str, path-like or table
        A file that `augment.files.read` takes, or a frame.
    names : list of str
        The pictures there are, relative to `folder`.
    folder : path-like
        Where they are.

    Returns
    -------
    names, labels : list of str, ndarray
    """
    from augment import files

    source = "labels" if hasattr(table, "columns") else str(table)
    frame = files.to_pandas(table) if hasattr(table, "columns") else files.read(table)
    known = _by_every_name(names)
    column = _file_column(frame, known, source, folder)
    label = _label_column(frame, column, source)
    texts = [Path(text).as_posix() for text in frame[column].astype(str)]
    missing = [text for text in texts if known.get(text) is None]
    if missing:
        raise ValueError(
            f"{source} names {missing[0]} in column {column!r}, but {folder} has no or several such files."
        )
    chosen = [known[text] for text in texts]
    if len(set(chosen)) < len(chosen):
        twice = next(name for name in chosen if chosen.count(name) > 1)
        raise ValueError(f"{source} names {twice} twice: give one label for each picture.")
    if frame[label].isna().any():
        name = chosen[int(np.flatnonzero(frame[label].isna())[0])]
        raise ValueError(f"{source} has no {label!r} for {name}: fill it or leave the row out.")
    values = frame[label].to_numpy()
    return chosen, values.astype(str) if values.dtype.kind not in "biuf" else values


def rows_of(table, names, source):
    """A table's rows in the order of pictures, without its column of files: what else is known of each of them.

    Parameters
    ----------
    table : str, path-like or table
        A file that `augment.files.read` takes, or a frame. It has a row for each picture, and may have others. Of a
        `.npz` file it has no column of files, and its rows stand in the order of the array.
    names : list of str
        The pictures, as `read_images` gives them.
    source : path-like
        Where they are.

    Returns
    -------
    pandas.DataFrame

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"file": ["b.png", "a.png"], "sex": ["f", "m"]})
    >>> rows_of(table, ["a.png", "b.png"], "faces")["sex"].tolist()
    ['m', 'f']
    """
    from augment import files

    said = "attributes" if hasattr(table, "columns") else str(table)
    frame = files.to_pandas(table) if hasattr(table, "columns") else files.read(table)
    if names and names[0].endswith("[0]"):
        if len(frame) != len(names):
            raise ValueError(f"{said} has {len(frame):,} rows, {source} {len(names):,} pictures: give one for each.")
        return frame
    known = _by_every_name(names)
    column = _file_column(frame, known, said, source)
    places = {}
    for row, text in enumerate(Path(text).as_posix() for text in frame[column].astype(str)):
        name = known.get(text)
        if name in places:
            raise ValueError(f"{said} names {name} twice: give one row for each picture.")
        places |= {} if name is None else {name: row}
    absent = [name for name in names if name not in places]
    if absent:
        raise ValueError(f"{said} has no row for {len(absent):,} of {len(names):,} pictures of {source}: {absent[0]}.")
    return frame.drop(columns=[column]).iloc[[places[name] for name in names]].reset_index(drop=True)


def _by_every_name(names):
    """Each picture by its name relative to the folder, that without its ending, and both without subfolders.

    A name that means several pictures means None; that relative to the folder always means its own.
    """
    known = {}
    for name in names:
        path = Path(name)
        for text in {path.name, path.stem, path.with_suffix("").as_posix()}:
            known[text] = None if text in known else name
    return known | {name: name for name in names}


def _file_column(frame, known, source, folder):
    """The column that names most pictures, each counted once: labels such as 3 may be names of files, too."""
    hits = {column: len(set(frame[column].astype(str)) & set(known)) for column in frame.columns}
    best = max(hits, key=hits.get)
    if not hits[best]:
        raise ValueError(
            f"No column of {source} ({', '.join(map(str, frame.columns))}) names pictures of {folder}, such as "
            f"{next(iter(known.values()))}."
        )
    return best


def _label_column(frame, file_column, source):
    others = [column for column in frame.columns if column != file_column]
    if len(others) == 1:
        return others[0]
    named = [column for column in others if str(column).lower() in LABELS]
    if len(named) == 1:
        return named[0]
    raise ValueError(
        f"{source} has to have one column of labels beside {file_column!r}, or one named {', '.join(LABELS[:-1])} or "
        f"{LABELS[-1]}; it has {', '.join(map(str, others)) or 'no other'}."
    )

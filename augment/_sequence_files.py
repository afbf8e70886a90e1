"""Sequences from files and back: lines of text, columns and long frames of tables, arrays, folders of MIDI files."""

from pathlib import Path

from augment import files
from augment.provenance import origin, write_note_of

LINES = {"text": ".txt", "molecules": ".smi"}  # a sequence a line
ARRAYS = (".npz", ".npy")
MIDI = (".mid", ".midi")
SMILES = "smiles"  # what the column of molecules is called where none is named


def kind_of(path):
    """The kind of sequences that a file of this name holds; None where the name alone does not tell.

    Examples
    --------
    >>> kind_of("names.txt"), kind_of("drugs.smi"), kind_of("walks.npy"), kind_of("tune.mid"), kind_of("table.csv")
    ('text', 'molecules', 'series', 'music', None)
    """
    endings = {ending: kind for kind, ending in LINES.items()} | dict.fromkeys(MIDI, "music") | {".npy": "series"}
    return endings.get(Path(path).suffix.lower())


def has_no_columns(path, kind):
    """Whether a file of sequences of a kind is no table: lines or arrays.

    Examples
    --------
    >>> has_no_columns("names.txt", "text"), has_no_columns("names.csv", "text")
    (True, False)
    """
    ending = Path(path).suffix.lower()
    return ending == LINES.get(kind) or (kind == "series" and ending in ARRAYS)


def read(path, kind, column=None, target=None, step="16th", on_error="raise"):
    """Sequences of a kind from a file or, of music, a folder, and their labels or None.

    Parameters
    ----------
    path : str or path-like
        Texts in a ``.txt`` and SMILES in a ``.smi`` file stand one in a line, of SMILES before the first space; empty
        lines are passed over. Series are the array ``X`` of a ``.npz`` file, with labels ``y``, or a ``.npy`` file; of
        different lengths they stand end to end in ``X``, with their ``lengths``. All else is a table.
    kind : {"text", "molecules", "music", "series", "events"}
        What the sequences are.
    column : str, default=None
        Of a table the column of texts or SMILES.
    target : str, default=None
        Of a table with such a column, that of labels.
    step, on_error : str
        Of music as in `augment.read_music`.

    Returns
    -------
    X : list of str, pandas.Series, pandas.DataFrame, ndarray or list of ndarray
    y : pandas.Series, ndarray or None
    """
    if kind == "music":
        from augment import read_music

        return read_music(path, step, on_error=on_error), None
    ending = Path(path).suffix.lower()
    if kind == "series" and ending in ARRAYS:
        return _read_arrays(path)
    if ending == LINES.get(kind):
        if target is not None:
            raise ValueError(f"--target names a column of labels, and {path} has only lines: give a table.")
        return _read_lines(path, kind), None
    frame = files.read(path)
    if kind in LINES:
        return _strings(path, frame, kind, column), None if target is None else _column(path, frame, target)
    return frame, None


def check_place(path, kind, framed=False, labelled=False):
    """Raise before the work where sequences of a kind, in a frame or with labels, are not written to such a file."""
    ending = Path(path).suffix.lower()
    if framed:
        expected, known = "a table", files.ENDINGS
    elif kind == "music":
        expected, known = "a folder, or one piece to a .mid file", ("", ".mid")
    elif kind == "series":
        expected, known = "a .npz or .npy file", ARRAYS
    else:
        expected, known = f"a {LINES[kind]} file or a table", (LINES[kind], *files.ENDINGS)
    if ending not in known:
        tables = f" ({', '.join(files.ENDINGS)})" if files.ENDINGS[0] in known else ""
        raise ValueError(f"Sequences of the kind {kind!r} are written to {expected}{tables}. Received: {path}")
    if labelled and ending not in (".npz", *files.ENDINGS):
        raise ValueError(
            f"{path} has no place for labels, which these sequences have: write a table, of series a .npz."
        )


def write(path, kind, X, y=None, seed=None, step="16th"):
    """Write generated sequences in the form that the file's name says, and a note on how they were made."""
    check_place(path, kind, hasattr(X, "columns"), y is not None)
    if kind == "music":
        from augment import write_music

        write_music(X, path, step=step, seed=seed)
        return
    ending = Path(path).suffix.lower()
    if hasattr(X, "columns"):
        files.write(X, path)
    elif kind == "series":
        _write_arrays(path, X, y)
    elif ending == LINES[kind]:
        _write_lines(path, X)
    else:
        files.write(_as_frame(X, y, SMILES if kind == "molecules" else kind), path)
    write_note_of(path, origin("generated", seed))


def _read_lines(path, kind):
    files.check_source(path)
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not text in UTF-8: byte {error.start} belongs to another encoding.") from error
    lines = [line for line in text.split("\n") if line.strip()]
    return lines if kind == "text" else [line.split()[0] for line in lines]


def _strings(path, frame, kind, column):
    """The column of texts or SMILES of a table."""
    if column is None:
        found = [name for name in frame.columns if kind == "molecules" and str(name).lower() == SMILES]
        if len(found) != 1:
            raise ValueError(f"--text names the column of {path} that is learned; it has {_listed(frame)}.")
        column = found[0]
    values = _column(path, frame, column)
    if values.dtype.kind in "biufmM":
        raise ValueError(f"The column {column!r} of {path} holds {values.dtype}, no text.")
    return values


def _column(path, frame, name):
    if name not in frame.columns:
        raise ValueError(f"{path} has no column {name!r}; it has {_listed(frame)}.")
    return frame[name]


def _listed(frame):
    return ", ".join(map(str, frame.columns))


def _read_arrays(path):
    import numpy as np

    files.check_source(path)
    try:
        loaded = np.load(path, allow_pickle=False)
        arrays = {"X": loaded} if isinstance(loaded, np.ndarray) else {name: loaded[name] for name in loaded.files}
    except Exception as error:  # damaged files raise a dozen kinds
        raise ValueError(f"{path} is no whole file of arrays of numbers: make it again with numpy.savez.") from error
    if "X" not in arrays:
        raise ValueError(f"{path} has to have an array X, series (n, time, features); it has {', '.join(arrays)}.")
    X, lengths = arrays["X"], arrays.get("lengths")
    if lengths is not None:
        if lengths.ndim != 1 or lengths.dtype.kind not in "iu" or lengths.sum() != len(X) or (lengths < 0).any():
            raise ValueError(f"{path} has {len(X):,} steps in X, which are not the sum of its lengths.")
        X = np.split(X, np.cumsum(lengths)[:-1])
    return X, arrays.get("y")


def _write_arrays(path, X, y):
    import numpy as np

    arrays = {"X": X} if isinstance(X, np.ndarray) and X.dtype != object else _end_to_end(X)
    if Path(path).suffix.lower() == ".npy":
        if "lengths" in arrays:
            raise ValueError(f"{path} can hold one array, and these series differ in length: write a .npz file.")
        with files.atomic(path) as temporary:
            np.save(temporary, arrays["X"])
        return
    with files.atomic(path) as temporary:
        np.savez_compressed(temporary, **arrays, **({} if y is None else {"y": np.asarray(y)}))


def _end_to_end(series):
    """Series of different lengths as one array, and their lengths."""
    import numpy as np

    return {"X": np.concatenate(list(series)), "lengths": np.array(list(map(len, series)))}


def _write_lines(path, X):
    if any("\n" in text or "\r" in text for text in X):
        raise ValueError(f"{path} can hold a text a line, and some have several lines: write a table.")
    with files.atomic(path) as temporary:
        temporary.write_text("".join(f"{text}\n" for text in X), encoding="utf-8", newline="\n")


def _as_frame(X, y, name):
    """A frame of strings, and of their labels where there are any, under the names that they were learned by."""
    import pandas as pd

    columns = {getattr(X, "name", None) or name: list(X)}
    return pd.DataFrame(columns if y is None else columns | {getattr(y, "name", None) or "label": list(y)})

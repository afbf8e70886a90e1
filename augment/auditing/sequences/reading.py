"""Texts and series of numbers, with or without labels, become sequences of steps, or an error says what is wrong."""

import narwhals as nw
import numpy as np
import pandas as pd

from augment.auditing.data import Column
from augment.auditing.frames import LARGEST
from augment.auditing.reading import MIN_ROWS, label_of, listed
from augment.auditing.sequences.data import Sequences

TOKEN = "character"
FORMS = "an array (n, time, features) or (n, time), or a list of arrays (time, features) or (time,)"


def are_texts(part):
    """Whether what was given as train is texts: strings in a list, a 1-D array or a series, or a pair with labels.

    Examples
    --------
    >>> are_texts(["ab", "c"]), are_texts((["ab", "c"], [0, 1])), are_texts([1.0, 2.0]), are_texts(np.zeros((20, 3)))
    (True, True, False, False)
    """
    if isinstance(part, tuple) and len(part) == 2 and not isinstance(part[0], str):
        part = part[0]
    if isinstance(part, str) or (hasattr(part, "ndim") and part.ndim != 1) or not hasattr(part, "__len__"):
        return False
    if isinstance(part, (list, tuple, np.ndarray)) or _is_series(part):
        items = part if isinstance(part, (list, tuple)) else part[:1000]
        first = next((item for item in items if not _is_missing(item)), None)
        return isinstance(first, str)
    return False


def _is_series(part):
    return isinstance(nw.from_native(part, series_only=True, pass_through=True), nw.Series)


def _is_missing(item):
    return item is None or item is pd.NA or (isinstance(item, float) and item != item)


def with_labels(given, what):
    """The parts without their labels, and the labels as text by part; None where no part has any.

    Parameters
    ----------
    given : dict of str to object
        By part, pairs with labels, or none with.
    what : str
        "texts" or "series".
    """
    pairs = {name: isinstance(part, tuple) and len(part) == 2 for name, part in given.items()}
    if not any(pairs.values()):
        return given, None
    bare = [name for name, pair in pairs.items() if not pair]
    if bare:
        raise ValueError(
            f"Some parts have labels, but {listed(bare)} not: give all as pairs ({what}, labels), or none of them."
        )
    labels = {}
    for name, (part, own) in given.items():
        labels[name] = [None if _is_missing(label) else label_of(label) for label in np.asarray(own, object).ravel()]
        if len(labels[name]) != len(part):
            raise ValueError(
                f"{name} has {len(part):,} {what} and {len(labels[name]):,} labels: it needs one for each."
            )
    return {name: part for name, (part, _) in given.items()}, labels


def read_texts(given):
    """The channel and the sequences of texts, whose steps are characters.

    Parameters
    ----------
    given : dict of str to list, array or series of str
        By part.

    Returns
    -------
    (tuple of Column, dict of str to Sequences, list of str)
        Channels, sequences by part, and notes.

    Examples
    --------
    >>> channels, parts, _ = read_texts({"train": ["aab", ""] * 5})
    >>> channels[0].labels, parts["train"].values[:3, 0].tolist(), parts["train"].lengths[:2].tolist()
    (('a', 'b'), [0.0, 0.0, 1.0], [3, 0])
    """
    texts = {name: texts_of(part, name) for name, part in given.items()}
    points = {name: _code_points("".join(part)) for name, part in texts.items()}
    known = np.unique(np.concatenate(list(points.values())))
    counts = [np.bincount(np.searchsorted(known, own), minlength=len(known)) for own in points.values()]
    weights = [1.0, 1e-9, 1e-9]
    order = np.argsort(-sum(w * c for w, c in zip(weights, counts, strict=False)), kind="stable")
    rank = np.empty(len(known))
    rank[order] = np.arange(len(known))
    channel = Column(TOKEN, "category", tuple(chr(point) for point in known[order]))
    parts = {
        name: Sequences(rank[np.searchsorted(known, points[name])][:, None], _starts([len(text) for text in part]))
        for name, part in texts.items()
    }
    return (channel,), parts, ["Texts are sequences of characters."]


def texts_of(part, name, what="texts"):
    """Texts of a part as a list of str."""
    items = part.to_list() if hasattr(part, "to_list") else part.tolist() if hasattr(part, "tolist") else list(part)
    enough(items, name, what)
    wrong = next((k for k, item in enumerate(items) if not isinstance(item, str)), None)
    if wrong is not None:
        raise TypeError(
            f"{name} must hold {what}, as train does, but its item {wrong} is {items[wrong]!r}. Leave missing ones out."
        )
    return items


def _code_points(text):
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "uint32")


def _starts(lengths):
    return np.concatenate([[0], np.cumsum(lengths)]).astype(int)


def enough(items, name, what):
    """A ValueError where a part has so few that they tell nothing."""
    if len(items) < MIN_ROWS:
        raise ValueError(
            f"{name} has {len(items)} {what}: the audit needs at least {MIN_ROWS}, since fewer tell nothing about "
            "where they came from."
        )


def read_series(given):
    """The channels, named x0, x1, ..., and the sequences of series of numbers.

    Parameters
    ----------
    given : dict of str to array or list of arrays
        By part; NaN is a missing value, and so is a masked one.

    Returns
    -------
    (tuple of Column, dict of str to Sequences, list of str)
        Channels, sequences by part, and notes.

    Examples
    --------
    >>> channels, parts, _ = read_series({"train": [np.zeros((k, 2)) for k in range(1, 11)]})
    >>> [channel.name for channel in channels], parts["train"].values.shape
    (['x0', 'x1'], (55, 2))
    """
    parts, notes = {name: _series(part, name) for name, part in given.items()}, []
    wanted = parts["train"][0].shape[1]
    for name, part in parts.items():
        other = next((k for k, one in enumerate(part) if one.shape[1] != wanted), None)
        if other is not None:
            raise ValueError(
                f"Series {other} of {name} has {part[other].shape[1]} features, and the first of train has {wanted}: "
                "all must have the same."
            )
    single = any(one.dtype in ("float32", "float16") for part in parts.values() for one in part)
    sequences = {}
    for name, part in parts.items():
        steps = np.concatenate(part)
        with np.errstate(over="ignore"):
            values = steps.astype("float32" if single else "float64").astype("float64")
        large = np.abs(values) > LARGEST
        if large.any():
            notes.append(f"{large.sum():,} values of {name} are infinite or beyond {LARGEST:g}; they count as missing.")
        sequences[name] = Sequences(np.where(large, np.nan, values), _starts([len(one) for one in part]))
    return tuple(Column(f"x{j}", "number") for j in range(wanted)), sequences, notes


def _series(part, name):
    """The series of a part as a list of arrays (time, features)."""
    if not isinstance(part, (np.ndarray, list, tuple)):
        raise TypeError(f"{name} must be series, {FORMS}, got {type(part).__name__}: give what its to_numpy() gives.")
    axes = {np.ndim(one) if isinstance(one, np.ndarray) else 1 for one in part}
    if not axes <= {1, 2} or (isinstance(part, np.ndarray) and part.ndim == 1 and part.dtype.kind != "O"):
        shape = f"an array of shape {part.shape}" if isinstance(part, np.ndarray) else "something else"
        raise ValueError(
            f"{name} must be series, {FORMS}, got {shape}. Cut one long series into windows first, with "
            "np.lib.stride_tricks.sliding_window_view."
        )
    enough(part, name, "series")
    return [_numbers(one, k, name) for k, one in enumerate(part)]


def _numbers(one, k, name):
    try:
        one = np.ma.filled(one.astype("float64"), np.nan) if np.ma.is_masked(one) else np.asarray(one)
        one = one.astype("float64") if one.dtype.kind == "O" else one
    except (TypeError, ValueError):
        one = None
    if one is None or one.dtype.kind not in "biuf":
        raise TypeError(f"Series {k} of {name} must hold numbers, in rows of one length; NaN is a missing one.")
    return one if one.ndim == 2 else one.reshape(-1, 1)

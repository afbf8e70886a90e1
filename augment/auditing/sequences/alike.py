"""When are two steps the same? By their categories, by all their values, or, in music, by how voices move."""

import numpy as np

from augment.auditing.copies import unit_of
from augment.auditing.sequences.music import moves

WORDS = {
    "categories": "Steps with the same categories are the same.",
    "values": "Steps with the same values, numbers but for their last digits, are the same.",
    "moves": "Steps to which all voices move alike are the same, in whatever key.",
    "melody": "Steps to which the first voice moves alike are the same, in whatever key and whatever other voices do.",
}


def tokens(data, parts):
    """By way of being the same, a whole number for each step of some parts, one behind the other.

    Categories alone tell events that were copied with other amounts or times; all values tell copies where categories
    are few or absent. Missing is a value.

    Parameters
    ----------
    data : SequenceData
    parts : list of Sequences

    Returns
    -------
    dict of str to ndarray of int, shape (steps,)

    Examples
    --------
    >>> from augment.auditing.sequences.prepared import prepare
    >>> series = np.arange(40.0).reshape(20, 2) % 3
    >>> data = prepare(series, series, kind="series")
    >>> tokens(data, [data.parts["train"]])["values"][:4].tolist()
    [0, 1, 2, 0]
    """
    if data.kind == "music":
        moved = np.concatenate([moves(data, part) for part in parts])
        found = {"moves": moved, "melody": moved[:, :1]}
        return {name: keys(own) for name, own in found.items() if name == "moves" or moved.shape[1] > 1}
    steps = np.concatenate([part.values for part in parts])
    found = {"categories": steps[:, data.categorical]} if data.categorical else {}
    if data.numeric:
        known = zip(steps.T, data.channels, strict=True)
        found["values"] = np.stack([coarse(own) if c.kind == "number" else own for own, c in known], axis=1)
    return {name: keys(own) for name, own in found.items()}


def coarse(numbers):
    """Numbers without their last digits, in units of these; whole numbers as they are."""
    unit = unit_of(numbers)
    return np.round(numbers / unit) if unit > 0 else numbers


def keys(columns):
    """One whole number for each combination of values in a row; NaN is one value.

    Examples
    --------
    >>> keys(np.array([[1.0, 2.0], [np.nan, 2.0], [1.0, 2.0]])).tolist()
    [0, 1, 0]
    """
    found = np.zeros(len(columns), "int64")
    for column in columns.T:
        codes = np.unique(column, return_inverse=True)[1]
        found = np.unique(found * (codes.max(initial=0) + 1) + codes, return_inverse=True)[1]
    return found

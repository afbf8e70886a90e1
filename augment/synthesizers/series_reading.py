"""Series as a user has them, read as a list of arrays (steps, features); errors say what is wrong with them."""

import numbers

import numpy as np

from augment.synthesizers.pairs import as_array

FORMS = (
    "an array (n, time, features) or (n, time), or a list of arrays (time, features) or (time,); one long series "
    "(time, features) needs window="
)


def read_series(series, n_axes=None, argument="X"):
    """Series as a list of arrays (steps, features) of one type, and how many axes each had, 1 or 2.

    Parameters
    ----------
    series : array or list of arrays
        Numbers; NaN is a missing one, and so is a masked one.
    n_axes : {1, 2}, default=None
        Axes that each has to have.
    argument : str, default="X"
        What messages call them.
    """
    if not isinstance(series, np.ndarray | list | tuple):
        got = type(series).__name__
        raise TypeError(f"{argument} must be {FORMS}; got {got}: give what its to_numpy() gives.")
    if isinstance(series, np.ndarray) and series.dtype.kind == "O" and series.ndim == 1:
        series = list(series)
    parts = [_numbers(part, number, argument) for number, part in enumerate(series)]
    n_axes = n_axes or (parts[0].ndim if parts else 2)
    if n_axes not in (1, 2) or any(part.ndim != n_axes for part in parts):
        found = sorted({part.ndim for part in parts})
        what, wanted = " or ".join(map(str, found)), n_axes if n_axes in (1, 2) else "1 or 2"
        raise ValueError(f"{argument} must be {FORMS}; each of its series has {what} axes, expected {wanted}.")
    for number, part in enumerate(parts):
        if not part.size:
            raise ValueError(f"Series {number} of {argument} has no values: leave it out.")
    parts = [part.reshape(len(part), -1) for part in parts]
    if len({part.shape[1] for part in parts}) > 1:
        found = sorted({part.shape[1] for part in parts})
        raise ValueError(f"The series of {argument} must have the same features; they have {found}.")
    for number, part in enumerate(parts):
        if part.dtype.kind == "f" and np.isinf(part).any():
            raise ValueError(f"Series {number} of {argument} has infinite values: drop them, or make them NaN.")
    dtype = np.result_type(*parts) if parts else np.dtype("float64")
    return [part.astype(dtype, copy=False) for part in parts], n_axes


def _numbers(part, number, argument):
    try:
        part = np.asarray(as_array(part) if np.ma.is_masked(part) else part)
        if part.dtype.kind == "O":
            part = part.astype("float64")
    except (TypeError, ValueError):
        raise TypeError(
            f"Series {number} of {argument} holds what is no number, or rows of different lengths."
        ) from None
    if part.dtype.kind not in "biuf" or part.dtype.itemsize > 8:
        raise TypeError(f"Series {number} of {argument} must hold numbers; it holds {part.dtype}.")
    return part


def windows(series, window, stride):
    """Parts of `window` steps, the first of each series, then one every `stride` steps."""
    for name, value in (("window", window), ("stride", stride)):
        if not isinstance(value, numbers.Integral) or isinstance(value, bool) or value < 1:
            raise ValueError(f"{name} must be an integer of at least 1. Received: {name}={value!r}")
    for number, part in enumerate(series):
        if len(part) < window:
            raise ValueError(f"Series {number} of X has {len(part)} steps, fewer than window={window}.")
    return [part[at : at + window] for part in series for at in range(0, len(part) - window + 1, stride)]


def check_features(series, codec, argument):
    """Refuse series that have other features than the fitted ones."""
    if codec.n_features != series[0].shape[1]:
        raise ValueError(f"{argument} has {series[0].shape[1]} features; {codec.n_features} were fitted.")


def check_lengths(series, codec, argument):
    """Refuse series that are longer than the fitted ones, or of other lengths than theirs where these are all alike."""
    longest = max(map(len, series))
    if longest > codec.layout.length:
        raise ValueError(f"A series of {argument} has {longest} steps; {codec.layout.length} at most were fitted.")
    if codec.length_scores is None and min(map(len, series)) < codec.layout.length:
        raise ValueError(f"The series of {argument} must have {codec.layout.length} steps each, as the fitted ones.")

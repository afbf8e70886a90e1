"""Texts, and series of different lengths: carried as arrays of objects, one for each."""

import numpy as np

from augment.synthesizers.pairs import is_series, to_numpy
from augment.synthesizers.texts import is_missing


def are_sequences(X):
    """Whether X is a list, a 1-D array or a series of texts, or of arrays of different lengths.

    Examples
    --------
    >>> are_sequences(["one", "two"]), are_sequences([np.zeros(3), np.zeros(2)])
    (True, True)
    >>> are_sequences([[1, 2], [3, 4]]), are_sequences(np.zeros((2, 3)))
    (False, False)
    """
    if is_series(X) or isinstance(X, np.ndarray):
        values = to_numpy(X)
        return values.ndim == 1 and values.dtype.kind in "OUT" and len(values) > 0
    if not isinstance(X, list | tuple) or not len(X):
        return False
    if isinstance(X[0], np.ndarray) and X[0].ndim:
        return len({np.shape(part) for part in X}) > 1
    return isinstance(next((x for x in X if not is_missing(x)), None), str)


def as_objects(X):
    """Sequences as an array of objects (n,)."""
    objects = np.empty(len(X), object)
    objects[:] = X if isinstance(X, list | tuple) else list(to_numpy(X))
    return objects

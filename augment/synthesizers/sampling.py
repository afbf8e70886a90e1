"""How many rows of which labels over-sampling adds: the words of imbalanced-learn for classes, ranges for numbers."""

import numpy as np
import pandas as pd

FEW_VALUES = 10  # whole numbers up to which they are classes, and rows for each that make classes of more
NUMBERS = ("integer", "floating", "mixed-integer-float", "decimal")  # what pandas calls objects that all are


def holds_classes(y):
    """Whether labels are classes, not numbers that are measured.

    Strings, booleans and other objects are classes, numbers with fractions are not. Whole numbers are classes where
    there are at most ten different ones, or ten rows for each on average.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)
        Labels, none missing.

    Examples
    --------
    >>> [bool(holds_classes(np.array(y))) for y in (["a", "b"], [0, 1, 1], [0.0, 0.5], range(40))]
    [True, True, False, False]
    """
    if y.dtype == object and pd.api.types.infer_dtype(y) in NUMBERS:
        y = y.astype("float64")
    if y.dtype.kind not in "iuf":
        return True
    if (y != np.floor(y)).any():
        return False
    distinct = len(np.unique(y))
    return distinct <= max(FEW_VALUES, len(y) / FEW_VALUES)

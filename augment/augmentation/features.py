"""Real and generated rows as numbers for a model: scaled numbers, one-hot labels, flags of what is missing."""

import numpy as np

from augment.auditing.encoding import for_linear
from augment.auditing.frames import IDENTIFIER_SHARE, Column, Data
from augment.codecs.frames import read_table

NAMED_ROWS = 20  # from so many rows on, text that is nearly always new counts as a name of the row
PER_SECOND = {"D": 1 / 86_400, "s": 1, "ms": 1e3, "us": 1e6, "ns": 1e9}


def features(X, X_new):
    """The rows of two tables as matrices of the same columns, without missing values.

    Numbers, dates and durations are standardised by the real rows, missing ones stand at the mean with a flag; labels
    are one-hot, rare ones together. Text that names its row is left out.

    Parameters
    ----------
    X, X_new : table of shape (n, n_columns) and (n_new, n_columns)
        The real and the generated rows, of one library and with the same columns, in any order where they have names.

    Returns
    -------
    tuple of ndarray of float32, of shape (n, n_features) and (n_new, n_features)

    Raises
    ------
    ValueError
        If the columns differ.

    Examples
    --------
    >>> import pandas as pd
    >>> X = pd.DataFrame({"size": [1.0, 3.0], "kind": ["a", "b"]})
    >>> for rows in features(X, X.iloc[:1]):
    ...     print(rows.tolist())
    [[-1.0, 0.0, 1.0, 0.0, 0.0, 0.0], [1.0, 0.0, 0.0, 1.0, 0.0, 0.0]]
    [[-1.0, 0.0, 1.0, 0.0, 0.0, 0.0]]
    """
    read = [_as_numbers(own, other) for own, other in _paired(X, X_new)]
    columns = tuple(column for column, _, _ in read)
    real, new = (np.stack([part[i] for part in read], axis=1) for i in (1, 2))
    encoded = for_linear(Data(columns, real, new), [j for j, c in enumerate(columns) if not c.identifier])
    return encoded["train"], encoded["synthetic"]


def _paired(X, X_new):
    """The columns of both tables, each beside its fellow."""
    (real, _), (new, _) = read_table(X), read_table(X_new)
    by_name = {column.name: column for column in new}
    if len(new) != len(real) or any(column.name not in by_name for column in real):
        raise ValueError(
            f"X and X_new must have the same columns. X has {[c.name for c in real]}, X_new {[c.name for c in new]}."
        )
    return [(column, by_name[column.name]) for column in real]


def _as_numbers(real, new):
    """A column as the audit's encoders take it, and its values in both tables, NaN where missing."""
    if "label" in (real.family, new.family):
        texts = [_texts(real), _texts(new)]
        labels, counts = np.unique(texts[0][real.present], return_counts=True)
        labels = tuple(labels[np.argsort(-counts, kind="stable")])
        named = len(real) >= NAMED_ROWS and len(labels) > IDENTIFIER_SHARE * real.present.sum() > 0
        place = {label: float(code) for code, label in enumerate(labels)}
        codes = [np.array([place.get(text, len(labels)) for text in own]) for own in texts]
        column = Column(str(real.name), "category", labels, identifier=bool(named))
    else:
        column, codes = Column(str(real.name), "number"), [_floats(real), _floats(new)]
    return column, *(np.where(c.present, own, np.nan) for c, own in zip((real, new), codes, strict=True))


def _texts(column):
    """The values as text, so that 1 and "1" are one label."""
    if column.labels is None:
        return np.array([str(value) for value in column.values], object)
    return np.array([*map(str, column.labels), ""], object)[np.where(column.present, column.values, -1)]


def _floats(column):
    values = column.values.astype("float64")
    return values if column.unit is None else values / PER_SECOND[column.unit]

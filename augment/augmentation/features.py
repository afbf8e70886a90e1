"""Real and generated rows as numbers for a model: scaled numbers, one-hot labels, flags of what is missing.

Images are what a fixed random network sees in them.
"""

import numpy as np

from augment.auditing.data import Column, Data
from augment.auditing.encoding import for_linear
from augment.auditing.frames import IDENTIFIER_SHARE, LARGEST
from augment.auditing.images.data import averaged
from augment.auditing.images.features import MOST, random_features
from augment.codecs.frames import read_table

NAMED_ROWS = 20  # from so many rows on, text that is nearly always new counts as a name of the row
PER_SECOND = {"D": 1 / 86_400, "s": 1, "ms": 1e3, "us": 1e6, "ns": 1e9}


def features(X, X_new):
    """The rows of two tables as matrices of the same columns, without missing values.

    Numbers, dates and durations are standardised by the real rows, missing ones stand at the mean with a flag; labels
    are one-hot, rare ones together. Text that names its row is left out; where nothing else is there, all rows are
    alike. Of images come the standardised features of `augment.auditing.images.features`.

    Parameters
    ----------
    X, X_new : table of shape (n, n_columns) and (n_new, n_columns)
        The real and the generated rows, of one library and with the same columns, in any order where they have names;
        or two arrays of images of one shape.

    Returns
    -------
    tuple of ndarray of float32, of shape (n, n_features) and (n_new, n_features)

    Raises
    ------
    ValueError
        If the columns or the shapes of images differ.

    Examples
    --------
    >>> import pandas as pd
    >>> X = pd.DataFrame({"size": [1.0, 3.0], "kind": ["a", "b"]})
    >>> for rows in features(X, X.iloc[:1]):
    ...     print(rows.tolist())
    [[-1.0, 0.0, 1.0, 0.0, 0.0, 0.0], [1.0, 0.0, 0.0, 1.0, 0.0, 0.0]]
    [[-1.0, 0.0, 1.0, 0.0, 0.0, 0.0]]
    """
    if len(getattr(X, "shape", ())) == 1:
        raise TypeError("Sequences have no features to tell plausible ones by: leave filter=None.")
    if len(getattr(X, "shape", ())) > 2:
        return _of_images(X, X_new)
    read = [_as_numbers(own, other) for own, other in _paired(X, X_new)]
    read = [part for part in read if not part[0].identifier]
    if not read:
        return np.zeros((len(X), 1), "float32"), np.zeros((len(X_new), 1), "float32")
    real, new = (np.stack([part[i] for part in read], axis=1) for i in (1, 2))
    encoded = for_linear(Data(tuple(part[0] for part in read), real, new), range(len(read)))
    return encoded["train"], encoded["synthetic"]


def _of_images(X, X_new):
    """Features of two arrays of images; of one channel where they have but three axes."""
    if X.shape[1:] != X_new.shape[1:]:
        raise ValueError(f"X and X_new must have images of one shape. X has {X.shape[1:]}, X_new {X_new.shape[1:]}.")
    seen, (mean, spread) = [], (X.mean(dtype="float64"), X.std(dtype="float64") or 1)
    for images in (X, X_new):
        images = images if images.ndim > 3 else images[..., None]
        seen.append(random_features((averaged(images.astype("float32"), MOST) - mean) / spread))
    mean, spread = seen[0].mean(axis=0), seen[0].std(axis=0)
    real, new = ((part - mean) / np.where(spread > 0, spread, 1) for part in seen)
    return real, new


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
    """The values as numbers, NaN where they are too large to be compared."""
    values = column.values.astype("float64") / PER_SECOND.get(column.unit, 1)
    return np.where(np.abs(values) > LARGEST, np.nan, values)

"""How many rows over-sampling adds, and of which labels: classes as in imbalanced-learn, or ranges of numbers.

Ranges of a number play the part of classes. A rare range is one with few rows for its width: over-sampling for
regression looks for such "rare values" (Torgo et al. 2013, "SMOTE for regression"; Branco, Torgo and Ribeiro 2017,
"SMOGN") with a relevance function that has to be chosen; the histogram of the rows themselves needs none, as in Yang et
al. (2021), "Delving into deep imbalanced regression".
"""

import numbers

import numpy as np
import pandas as pd
from sklearn.utils.validation import column_or_1d

from augment.synthesizers.pairs import to_numpy

FEW_VALUES = 10  # whole numbers up to which they are classes, and rows for each that make classes of more
NUMBERS = ("integer", "floating", "mixed-integer-float", "decimal")  # what pandas calls objects that all are
WORDS = {
    "auto": lambda counts: counts.argmax() != np.arange(len(counts)),
    "not majority": lambda counts: counts.argmax() != np.arange(len(counts)),
    "not minority": lambda counts: counts.argmin() != np.arange(len(counts)),
    "minority": lambda counts: counts.argmin() == np.arange(len(counts)),
    "all": lambda counts: np.ones(len(counts), bool),
}


def without_missing(y):
    """Labels as an array; a ValueError where one is missing."""
    labels = column_or_1d(to_numpy(y))
    if pd.isna(labels).any():
        raise ValueError("fit_resample needs a label in every row. y has missing ones: drop these rows first.")
    return labels


def rows_to_add(sampling_strategy, y, as_classes=False):
    """Number of rows that each class or range lacks.

    Parameters
    ----------
    sampling_strategy : str, float, dict or callable
        "auto" and "not majority" bring every class up to the largest, "minority" the smallest class only, "not
        minority" all but it, "all" every one; of equal classes the first counts. A float of two classes is the size of
        the rarer as a share of the other's. A dict tells how many rows a class is to have, those it has included; a
        callable makes such a dict of `y`. The same words, floats and dicts hold for ranges, where a float is what every
        range is brought up to as a share of the fullest, and the keys of a dict are pairs (low, high), both ends
        included, None where it is open.
    y : ndarray of shape (n_samples,)
        Labels, none missing.
    as_classes : bool, default=False
        Whether whole numbers are classes however many there are.

    Returns
    -------
    dict of label or (low, high) to int
        None of them 0.

    Raises
    ------
    ValueError, TypeError
        If the strategy is none of these, asks for fewer rows than there are, or does not go with `y`.

    Notes
    -----
    As `imblearn.utils.check_sampling_strategy` has it for over-sampling, but that a float which adds no row is allowed.

    Examples
    --------
    >>> y = np.array(["a"] * 5 + ["b"] * 3 + ["c"])
    >>> {str(label): n for label, n in rows_to_add("auto", y).items()}
    {'b': 2, 'c': 4}
    >>> rows_to_add({"c": 2}, y)
    {'c': 1}
    >>> rows_to_add({(4, None): 5}, np.array([1.5, 3.0, 4.0, 9.0]))
    {(4, None): 3}
    """
    if y.dtype.kind in "mMc":
        raise TypeError(f"fit_resample needs classes or numbers in y, got {y.dtype}.")
    strategy = sampling_strategy(y) if callable(sampling_strategy) else sampling_strategy
    as_ranges = not as_classes and _asks_for_ranges(strategy, y)
    names, counts = _ranges(strategy, y) if as_ranges else _classes(y)
    if isinstance(strategy, dict):
        lacking = _of_dict(strategy, names, counts)
    elif isinstance(strategy, str):
        lacking = _of_word(strategy, counts)
    elif isinstance(strategy, numbers.Real) and not isinstance(strategy, bool):
        lacking = _of_share(strategy, counts, as_ranges)
    else:
        raise TypeError(
            f"sampling_strategy must be a word, a float, a dict or a callable. Received: {sampling_strategy!r}"
        )
    return {name: int(n) for name, n in zip(names, lacking, strict=True) if n}


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
    y = _plain(y)
    if y.dtype.kind not in "iuf":
        return True
    if (y != np.floor(y)).any():
        return False
    return len(np.unique(y)) <= max(FEW_VALUES, len(y) / FEW_VALUES)


def _plain(y):
    """Labels that are numbers in an array of objects as an array of numbers."""
    are_numbers = y.dtype == object and pd.api.types.infer_dtype(y) in NUMBERS
    return y.astype("float64") if are_numbers else y


def _asks_for_ranges(strategy, y):
    """Whether ranges of y are meant: by the keys of a dict where there is one, else by y."""
    if not isinstance(strategy, dict):
        return not holds_classes(y)
    pairs = {isinstance(key, tuple) for key in strategy}
    plain = _plain(y)
    if len(pairs) == 2 or (True in pairs and plain.dtype.kind not in "iuf"):
        raise ValueError(
            "The keys of sampling_strategy must all be classes of y or, where y holds numbers, all be ranges "
            f"(low, high). Received: {list(strategy)}"
        )
    if False in pairs and plain.dtype.kind == "f" and (plain != np.floor(plain)).any():
        raise ValueError(
            f"y holds numbers, so the keys of sampling_strategy must be ranges (low, high). Received: {list(strategy)}"
        )
    return True in pairs


def _classes(y):
    classes, counts = np.unique(y, return_counts=True)
    if len(classes) < 2:
        raise ValueError(f"fit_resample needs at least two classes in y. Received only {classes.tolist()[0]!r}.")
    return classes.tolist(), counts


def _ranges(strategy, y):
    """Ranges (low, high) and how many rows are in each: those of a dict, or equally wide ones that hold rows.

    As many as Sturges' rule has, 1 + log2 of the number of rows. A range without any row is left out: there is nothing
    to tell what its rows are like.
    """
    y = _plain(y)
    if isinstance(strategy, dict):
        ranges = list(strategy)
        _refuse_overlaps(ranges)
        lows, highs = (
            np.array([_end(pair[side], inf) for pair in ranges]) for side, inf in ((0, -np.inf), (1, np.inf))
        )
        return ranges, np.array([((low <= y) & (y <= high)).sum() for low, high in zip(lows, highs, strict=True)])
    if y.min() == y.max():
        raise ValueError(f"fit_resample needs numbers that differ in y. Received only {y[0]}.")
    counts, edges = np.histogram(y.astype("float64"), "sturges")
    highs = [*np.nextafter(edges[1:-1], -np.inf), edges[-1]]  # an inner edge belongs to the range above it
    ranges = [(low, high) for low, high in zip(edges[:-1].tolist(), map(float, highs), strict=True)]
    held = np.flatnonzero(counts)
    return [ranges[k] for k in held], counts[held]


def _end(value, infinite):
    return infinite if value is None else value


def _refuse_overlaps(ranges):
    for pair in ranges:
        plain = len(pair) == 2 and all(end is None or isinstance(end, numbers.Real) for end in pair)
        if not plain or not _end(pair[0], -np.inf) < _end(pair[1], np.inf):
            raise ValueError(
                f"A range in sampling_strategy is a pair of numbers (low, high) with low < high. Received: {pair!r}"
            )
    ordered = sorted(ranges, key=lambda pair: _end(pair[0], -np.inf))
    for first, second in zip(ordered, ordered[1:], strict=False):
        if _end(second[0], -np.inf) < _end(first[1], np.inf):
            raise ValueError(f"The ranges {first} and {second} in sampling_strategy overlap: give separate ones.")


def _of_dict(strategy, names, counts):
    """What each class or range lacks of the rows that the dict wants."""
    unknown = [name for name in strategy if name not in names]
    if unknown:
        shown = ", ".join(map(repr, names[:10]))
        raise ValueError(f"sampling_strategy names the class {unknown[0]!r}, which y lacks. Classes of y: {shown}.")
    wanted = [strategy.get(name, int(count)) for name, count in zip(names, counts, strict=True)]
    for name, n, count in zip(names, wanted, counts, strict=True):
        if isinstance(n, bool) or not isinstance(n, numbers.Integral) or n < count:
            raise ValueError(
                f"sampling_strategy[{name!r}] must be an integer of at least {count}, the rows that are there: "
                f"over-sampling takes none away. Received: {n!r}"
            )
    return np.array(wanted, int) - counts


def _of_word(word, counts):
    if word not in WORDS:
        takes_away = " 'majority' goes with under-sampling only." if word == "majority" else ""
        words = ", ".join(map(repr, WORDS))
        raise ValueError(f"sampling_strategy must be one of {words}. Received: {word!r}.{takes_away}")
    return np.where(WORDS[word](counts), counts.max() - counts, 0)


def _of_share(share, counts, as_ranges):
    """What brings the rarer class, or each range, up to this share of the largest; the fraction of a row is dropped."""
    if not 0 < share <= 1:
        raise ValueError(f"sampling_strategy must be in (0, 1] where it is a float. Received: {share!r}")
    if not as_ranges and len(counts) > 2:
        raise ValueError(f"sampling_strategy may be a float for two classes, y has {len(counts)}: give a dict.")
    wanted = int(share * counts.max())
    if not as_ranges and wanted < counts.min():
        raise ValueError(
            f"sampling_strategy={share!r} wants {wanted} rows of the rarer class, which has {counts.min()} already: "
            "over-sampling takes none away. Give a larger share."
        )
    return np.maximum(wanted - counts, 0)

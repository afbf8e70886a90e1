"""Which real rows train and which test: data that are checked first, folds, and training sets of several sizes."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.model_selection import RepeatedKFold, RepeatedStratifiedKFold, check_cv, train_test_split
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_consistent_length

from augment.augmentation.base import as_table
from augment.synthesizers.pairs import one_column, to_numpy

N_REPEATS = 4


@dataclass(frozen=True)
class Fold:
    """Places of rows that train and that test, with the seed of all that is random with these rows.

    Attributes
    ----------
    number, size : int
        Which fold, from 0, and which of the training sizes, from 0.
    train, test : ndarray of int
    seed : int
    """

    number: int
    size: int
    train: np.ndarray
    test: np.ndarray
    seed: int


def check_data(X, y, classes):
    """X as a frame or an array of rows or images, and y as a 1-D array.

    Parameters
    ----------
    X, y
        As the user gave them.
    classes : bool
        Whether y is to hold classes, not numbers.

    Raises
    ------
    TypeError, ValueError
        If X is sparse or no table, if y has several columns, gaps or no fitting values, or their lengths differ.
    """
    X = as_table(X)
    y = to_numpy(one_column(y))
    if y.ndim != 1:
        raise ValueError(
            f"Expected one target a row, got y of shape {y.shape}: several outputs are not supported; give one column, "
            "or one curve for each."
        )
    check_consistent_length(X, y)
    gaps = int(pd.isna(y).sum())
    if gaps:
        raise ValueError(f"y has {gaps} missing values: drop these rows from X and y first.")
    if classes:
        check_classification_targets(y)
    elif y.dtype.kind not in "biuf":
        raise ValueError(f"A regressor needs numbers in y. Received values such as {y.tolist()[0]!r}.")
    return X, y


def make_folds(X, y, *, cv, groups, train_sizes, classes, rng):
    """All folds, the training sizes, and what the folds share.

    Parameters
    ----------
    X, y
        As `check_data` gave them.
    cv, groups, train_sizes
        As in `augmentation_curve`.
    classes : bool
    rng : RandomState

    Returns
    -------
    folds : list of Fold
        A fold for each split and size.
    sizes : list of int
    test_share : float
        Test rows for each training row of a whole fold.

    Raises
    ------
    ValueError
        If a class has too few rows, a fold lacks one, or there are fewer than two folds.
    """
    splits = [
        (_places(train, len(y)), _places(test, len(y)))
        for train, test in _splitter(cv, y, classes, rng).split(X, y, groups)
    ]
    if len(splits) < 2:
        raise ValueError(f"An interval needs at least 2 folds, cv gave {len(splits)}: take cv=5, say.")
    n_max = min(len(train) for train, _ in splits)
    sizes = [n_max] if train_sizes is None else _check_sizes(train_sizes, n_max)
    folds = []
    for number, (train, test) in enumerate(splits):
        for place, size in enumerate(sizes):
            seed = int(rng.randint(2**31 - 1))
            part = train if train_sizes is None else _part(train, y, size, classes, seed)
            if classes:
                _check_classes(y, part, number)
            folds.append(Fold(number, place, part, test, seed))
    share = sum(len(test) for _, test in splits) / sum(len(train) for train, _ in splits)
    return folds, sizes, share


def _splitter(cv, y, classes, rng):
    if cv is not None and (isinstance(cv, bool) or not isinstance(cv, int | np.integer)):
        return check_cv(cv, y, classifier=classes)
    n_folds = 5 if cv is None else int(cv)
    if n_folds < 2:
        raise ValueError(f"cv must be at least 2. Received: cv={cv!r}")
    if classes:
        labels, counts = np.unique(y, return_counts=True)
        if counts.min() < n_folds:
            fewest = counts.min()
            raise ValueError(
                f"The class {labels.tolist()[counts.argmin()]!r} has {_rows(fewest)}, fewer than the {n_folds} folds, "
                "each of which needs one to test on: drop the class, join it to another one"
                + (f", or take cv={fewest}." if fewest > 1 else ".")
            )
    elif len(y) < n_folds:
        raise ValueError(f"There are {len(y)} rows, fewer than the {n_folds} folds: give more rows, or fewer folds.")
    repeated = RepeatedStratifiedKFold if classes else RepeatedKFold
    return repeated(n_splits=n_folds, n_repeats=N_REPEATS, random_state=rng)


def _rows(count):
    return "1 row" if count == 1 else f"{count} rows"


def _places(rows, n):
    """Rows as places: `cv` may give masks."""
    rows = np.asarray(rows)
    return np.flatnonzero(rows) if rows.dtype == bool and len(rows) == n else rows


def _check_sizes(train_sizes, n_max):
    """Numbers of training rows: shares of `n_max` or numbers themselves, sorted."""
    sizes = np.unique(np.asarray(train_sizes))
    if sizes.dtype.kind == "f" and len(sizes) and sizes.min() > 0 and sizes.max() <= 1:
        sizes = np.unique(np.round(sizes * n_max).astype(int))
    if sizes.ndim != 1 or not len(sizes) or sizes.dtype.kind not in "iu" or sizes.min() < 2 or sizes.max() > n_max:
        raise ValueError(
            "train_sizes must be numbers of rows between 2 and those of the smallest training fold, here "
            f"{n_max}, or shares of them in (0, 1]. Received: train_sizes={train_sizes!r}"
        )
    return sizes.tolist()


def _part(train, y, size, classes, seed):
    """So many of the training rows, in the proportions of the classes."""
    if size == len(train):
        return train
    strata = y[train] if classes else None
    if classes and size < len(np.unique(strata)):
        raise ValueError(f"{size} training rows cannot hold {len(np.unique(strata))} classes: take larger train_sizes.")
    try:
        return train_test_split(train, train_size=size, stratify=strata, random_state=seed)[0]
    except ValueError:  # so few rows are left out that they cannot hold every class
        return np.random.RandomState(seed).permutation(train)[:size]


def _check_classes(y, train, number):
    """Refuse a training set without two rows of every class."""
    classes = np.unique(y)
    counts = (y[train] == classes[:, None]).sum(axis=1)
    if counts.min() < 2:
        few = "no row" if counts.min() == 0 else "a single row"
        raise ValueError(
            f"The {len(train)} training rows of fold {number + 1} have {few} of the class "
            f"{classes.tolist()[counts.argmin()]!r}, and a generator needs two to learn from: take stratified folds, "
            "fewer of them or larger train_sizes, or drop the class."
        )

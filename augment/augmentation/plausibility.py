"""How plausible the labels of generated rows are to models that never saw the real rows they are compared with."""

import warnings

import numpy as np
import pandas as pd
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_consistent_length, column_or_1d

from augment.augmentation.features import features
from augment.synthesizers.oversampling import holds_classes
from augment.synthesizers.pairs import one_column, to_numpy

FOLDS = 5
FEW = 3  # rows of a class up to which they are no evidence
MAX_ROWS = 10_000  # real rows to learn from and to compare with, equally many of each class where it has them
MIN_ROWS = 100  # of each class, if there are many classes
TREES = 100


def label_plausibility(X, y, X_new, y_new, *, classes=None, random_state=None):
    """How plausible the label of each generated row is, in the light of the real rows: its conformal p-value.

    Models are cross-fitted, extra trees and a linear model whose guesses are averaged: they learn from the real rows of
    all folds but one, and tell the probability of its label for every real row of that fold and for every generated
    row. The plausibility of a generated row is the share of real rows of its class whose label their models find at
    most as probable, itself counted among them. It is a p-value: of real rows, a level such as 0.05 drops about 5 % in
    every class whatever the models are worth, and never more than about 10 % [1]_. So a useless model does no harm, and
    a good one drops flipped labels first, as confident learning does with the probabilities themselves [2]_. For
    numbers the absolute residual stands in the place of the probability, and all real rows are compared.

    It tells whether the label fits its row, not whether there are such rows, and copies of real rows are plausible.

    Parameters
    ----------
    X : table of shape (n_samples, n_features)
        The real rows: a pandas or polars frame, a pyarrow table or a 2-D array, with columns of any kind and missing
        values. Of more than 10,000 rows a random sample is taken, with equal limits for all classes.
    y : array-like of shape (n_samples,)
        Their classes or numbers, none missing.
    X_new : table of shape (n_new, n_features)
        The generated rows, of the same columns.
    y_new : array-like of shape (n_new,)
        Their labels.
    classes : bool, default=None
        Whether y holds classes. By default strings, booleans and categories are classes, numbers with fractions are
        not, and whole numbers are where there are at most ten of them or ten rows for each on average.
    random_state : int, RandomState instance or None, default=None
        Decides the folds and the models.

    Returns
    -------
    ndarray of shape (n_new,)
        In (0, 1]. No less than 1 / (n + 1) in a class of n real rows, so that a class of few rows loses none; 1 in a
        class of at most three, for lack of evidence.

    Raises
    ------
    ValueError
        If labels are missing, if `y_new` has a class that y lacks, or if the columns of the tables differ.

    References
    ----------
    .. [1] V. Vovk (2015), "Cross-conformal predictors", Annals of Mathematics and Artificial Intelligence 74; here
       within each class, as label-conditional conformal predictors. It is an average of p-values over the folds, and
       twice such an average is a p-value: V. Vovk and R. Wang (2020), "Combining p-values via averaging",
       Biometrika 107.
    .. [2] C. Northcutt, L. Jiang and I. Chuang (2021), "Confident learning: estimating uncertainty in dataset labels",
       Journal of Artificial Intelligence Research 70.

    Examples
    --------
    >>> from augment.augmentation.plausibility import label_plausibility
    >>> X = np.linspace(0, 1, 200)[:, None]
    >>> y = np.where(X[:, 0] > 0.5, "high", "low")
    >>> (label_plausibility(X, y, [[0.9], [0.9]], ["high", "low"], random_state=0) > 0.05).tolist()
    [True, False]
    """
    y, y_new = (_complete(values, name) for values, name in ((y, "y"), (y_new, "y_new")))
    check_consistent_length(X, y)
    check_consistent_length(X_new, y_new)
    rng = check_random_state(random_state)
    classes = holds_classes(y) if classes is None else classes
    if classes:
        y, labels = pd.factorize(y)
        y_new = _codes(y_new, labels)
    else:
        y, y_new = y.astype("float64"), y_new.astype("float64")
    x, x_new = features(X, X_new)
    strata, strata_new = (v if classes else np.zeros(len(v), int) for v in (y, y_new))
    agreement = _probabilities if classes else _residuals
    chosen = _sample(strata, rng)
    return _p_values(agreement, (x[chosen], y[chosen], strata[chosen]), (x_new, y_new, strata_new), rng)


def _p_values(agreement, real, new, rng):
    """Share of real rows of the same stratum that agree at most as much with their model as the new row does with it.

    `agreement(x, y, other_x, other_y, rng)` of each kind of target learns from the first two.
    """
    (x, y, strata), (x_new, y_new, strata_new) = real, new
    sizes = np.bincount(strata, minlength=strata_new.max(initial=0) + 1)
    at_most = np.zeros(len(y_new))
    fold = _folds(strata, rng)
    for k in np.unique(fold) if (sizes > FEW).any() and len(y_new) else ():
        held = fold == k
        learn, judge = (x[~held], y[~held]), (np.concatenate([x[held], x_new]), np.concatenate([y[held], y_new]))
        own, theirs = np.split(agreement(*learn, *judge, rng), [held.sum()])
        for stratum in np.unique(strata_new):
            rows, known = strata_new == stratum, np.sort(own[strata[held] == stratum])
            at_most[rows] += np.searchsorted(known, theirs[rows], side="right")
    return np.where(sizes[strata_new] > FEW, (at_most + 1) / (sizes[strata_new] + 1), 1.0)


def _sample(strata, rng):
    """Places of the rows to use: all, or as many of each stratum as its share of MAX_ROWS."""
    if len(strata) <= MAX_ROWS:
        return np.arange(len(strata))
    order = rng.permutation(len(strata))
    rank = pd.Series(order).groupby(strata[order]).cumcount().to_numpy()
    return order[rank < max(MAX_ROWS // (strata.max() + 1), MIN_ROWS)]


def _folds(strata, rng):
    """A random fold for each row, the rows of each stratum spread evenly."""
    fold = np.empty(len(strata), int)
    for stratum in np.unique(strata):
        rows = rng.permutation(np.flatnonzero(strata == stratum))
        fold[rows] = (np.arange(len(rows)) + rng.randint(FOLDS)) % FOLDS
    return fold


def _probabilities(x, y, other_x, other_y, rng):
    """Probability of the label of each of the other rows."""
    seen = np.unique(y)
    if len(seen) == 1:
        return (other_y == seen[0]).astype("float64")
    trees = ExtraTreesClassifier(TREES, random_state=rng.randint(2**31 - 1))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        guesses = [model.fit(x, y).predict_proba(other_x) for model in (trees, LogisticRegression(max_iter=200))]
    place = np.searchsorted(seen, other_y).clip(max=len(seen) - 1)
    return np.mean(guesses, axis=0)[np.arange(len(place)), place] * (seen[place] == other_y)


def _residuals(x, y, other_x, other_y, rng):
    """Minus the absolute residual of each of the other rows."""
    trees = ExtraTreesRegressor(TREES, random_state=rng.randint(2**31 - 1))
    guesses = [model.fit(x, y).predict(other_x) for model in (trees, Ridge())]
    return -np.abs(other_y - np.mean(guesses, axis=0))


def _complete(y, name):
    y = column_or_1d(to_numpy(one_column(y)))
    if pd.isna(y).any():
        raise ValueError(f"{name} has missing labels: leave these rows out first.")
    return y


def _codes(y, labels):
    """Places of labels in `labels`."""
    codes = pd.Index(labels).get_indexer(y)
    if (codes < 0).any():
        shown = ", ".join(map(str, labels[:10]))
        raise ValueError(f"y_new holds the class {y[codes < 0][0]}, which y lacks. Classes of y: {shown}.")
    return codes

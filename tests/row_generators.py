"""Cheap generators of rows with the synthesizers' verbs, for tests of augmentation."""

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from augment.augmentation.rows import take
from augment.synthesizers.pairs import as_array, is_frame, to_numpy

SEEN = []  # pairs (X, y) that `Redrawn(record=True)` was fitted on


class Redrawn(BaseEstimator):
    """Draws the rows it was fitted on once more, at random."""

    def __init__(self, record=False, random_state=None):
        self.record = record
        self.random_state = random_state

    def fit(self, X, y):
        self.X_, self.y_ = X if is_frame(X) else np.asarray(as_array(X)), to_numpy(y)
        if self.record:
            SEEN.append((X, y))
        return self

    def generate(self, n_samples=None, *, y=None, random_state=None):
        check_is_fitted(self)
        rng = np.random.default_rng(self.random_state if random_state is None else random_state)
        if y is None:
            places = rng.integers(len(self.y_), size=n_samples)
        else:
            places = np.array([rng.choice(np.flatnonzero(self.y_ == label)) for label in y], int)
        return take(self.X_, places), self.y_[places]


class Lawful(BaseEstimator):
    """Draws from the law of `law_rows` whatever it was fitted on; with other labels where `wrong`."""

    def __init__(self, wrong=False):
        self.wrong = wrong

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def generate(self, n_samples=None, *, y=None, random_state=None):
        rng = np.random.default_rng(random_state)
        if y is None:
            return law_numbers(n_samples, rng)
        return law_rows(1 - y if self.wrong else y, rng), y


def law_rows(y, rng):
    """Rows of 100 columns, of which four depend on a label 0 or 1: a hard table for a model without shrinkage."""
    X = rng.normal(size=(len(y), 100))
    X[:, :4] += np.asarray(y)[:, None]
    return X


def law_numbers(n, rng):
    """Rows of 40 columns and a number that two of them decide."""
    X = rng.normal(size=(n, 40))
    return X, X[:, 0] - X[:, 1] + rng.normal(size=n)

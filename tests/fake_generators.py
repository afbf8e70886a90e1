"""Generators of rows with known worth, cheap, for tests: the truth, wrong labels, and one that remembers its fits."""

import numpy as np
from sklearn.base import BaseEstimator


def linear_rows(n, rng, n_columns=12):
    """Normal columns, a target that three of them make up, and noise."""
    X = rng.normal(size=(n, n_columns))
    return X, X[:, :3] @ [2.0, -1.0, 1.0] + 2 * rng.normal(size=n)


class Truth(BaseEstimator):
    """Fresh rows of the law itself."""

    def fit(self, X, y):
        self.n_columns_ = X.shape[1]
        return self

    def generate(self, n_samples=None, *, y=None, random_state=None):
        return linear_rows(n_samples, np.random.default_rng(random_state), self.n_columns_)


class Rows(BaseEstimator):
    """Real rows drawn at random, with labels that are theirs, or anybody's."""

    fits = []

    def __init__(self, right=True, verbose=1, random_state=None):
        self.right = right
        self.verbose = verbose
        self.random_state = random_state

    def fit(self, X, y):
        self.X_, self.y_ = X, np.asarray(y)
        Rows.fits.append((np.asarray(X)[:, 0], self.verbose, self.random_state))
        return self

    def generate(self, n_samples=None, *, y=None, random_state=None):
        rng = np.random.default_rng(random_state)
        if y is None:
            places = rng.integers(len(self.y_), size=n_samples)
            labels = self.y_[places]
        else:
            labels = np.asarray(y)
            places = np.zeros(len(labels), int)
            for label in np.unique(labels):
                asked = labels == label
                places[asked] = rng.choice(np.flatnonzero(self.y_ == label), asked.sum())
        if not self.right:
            labels = rng.permutation(labels) if y is None else labels
            places = rng.permutation(places)
        X_new = self.X_.iloc[places] if hasattr(self.X_, "iloc") else self.X_[places]
        return X_new, labels

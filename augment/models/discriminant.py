"""Labels of very many categories, drawn anew: by Bayes' rule from how the rest of the row lies in each category."""

import numpy as np
from sklearn.covariance import LedoitWolf

from augment.models.base import in_chunks

PRIOR = 10.0  # rows that the mean of all is worth beside a category's own
CHANCES = 2_000_000  # that are held at a time


class Discriminant:
    """Linear discriminant analysis (Fisher, Annals of Eugenics 7, 1936) whose means are shrunk.

    A category is as likely as it is frequent, and the likelier the nearer a row is to its mean, in units of the
    covariance in the categories (shrunk as Ledoit and Wolf do). A category of few rows has hardly a mean of its own,
    so that a row does not find the one that it had.

    Parameters
    ----------
    features : ndarray of shape (n_samples, d)
        All else in the rows; d may be 0.
    codes : ndarray of int of shape (n_samples,)
        Their categories.
    """

    def __init__(self, features, codes):
        self.classes, code, counts = np.unique(codes, return_inverse=True, return_counts=True)
        self.slopes, self.intercepts = np.zeros((len(self.classes), features.shape[1])), np.log(counts / len(codes))
        if features.shape[1]:
            center = features.mean(axis=0)
            sums = np.zeros_like(self.slopes)
            np.add.at(sums, code, features - center)
            means = sums / (counts + PRIOR)[:, None]
            inverse = np.linalg.pinv(LedoitWolf().fit(features - center - means[code]).covariance_, hermitian=True)
            self.slopes = means @ inverse
            self.intercepts -= (self.slopes * (means / 2 + center)).sum(axis=1)

    def draw(self, features, rng):
        """A category for each row of features."""
        size = max(1, CHANCES // len(self.classes))
        return in_chunks(self._drawn, features, rng.random((len(features), 1)), size=size)

    def _drawn(self, features, uniform):
        log = features @ self.slopes.T + self.intercepts
        upper = np.exp(log - log.max(axis=1, keepdims=True)).cumsum(axis=1)
        return self.classes[(upper < uniform * upper[:, -1:]).sum(axis=1)]

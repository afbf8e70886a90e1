"""Real rows, and estimators that are trained on some of them with synthetic rows behind."""

from typing import NamedTuple

import numpy as np
from sklearn.base import clone

from augment.augmentation.fit_params import seeded
from augment.augmentation.rows import (
    added_labels,
    append_rows,
    counts_to_add,
    first_of,
    n_added,
    rows_drawn,
    rows_labelled,
    take,
)
from augment.synthesizers.pairs import to_numpy

FILTERS = ("drop", "weight")
IMPLAUSIBLE = 0.05  # plausibility of a label up to which "drop" leaves a row out: of real rows 5 % have it
DOUBTFUL = 0.2  # ... below which "weight" makes a row lighter, in proportion
MOST_CELLS = 10**8  # in the synthetic rows: they are held in memory, with copies in what the estimator makes of them


class Choice(NamedTuple):
    """Which synthetic rows to add and what one of them weighs beside a real row."""

    ratio: float
    strategy: str = "all"
    sample_weight: float = 1.0

    def __str__(self):
        weight = "" if self.sample_weight == 1 else f", weight {self.sample_weight:g}"
        return f"ratio {self.ratio:g}, {self.strategy}{weight}" if self.ratio else "none"


NONE = Choice(0.0)


class Training:
    """Trains an estimator on real rows and what a synthesizer learned from these same rows.

    Parameters
    ----------
    X, y : table of shape (n_samples, n_features) or array of images, and ndarray of shape (n_samples,)
        The real rows.
    synthesizer : generator of rows
        Not fitted.
    fit_params : FitParams
        Of the estimator, for the real rows.
    classes : bool
        Whether y holds classes.
    filter : {None, "drop", "weight"}, default=None
        What becomes of synthetic rows whose label is implausible.
    """

    def __init__(self, X, y, synthesizer, fit_params, classes, filter=None):
        self.X, self.y, self.synthesizer, self.fit_params = X, y, synthesizer, fit_params
        self.classes, self.filter = classes, filter

    def wanted(self, choice, rows):
        """Classes of the rows that a choice adds to these real ones; zeros for a target that has no classes."""
        if not self.fits_in_memory(choice, rows):
            raise ValueError(
                f"ratio={choice.ratio:g} asks for {self.amount(choice, rows):,} synthetic rows of {self.n_columns} "
                f"{'columns' if len(self.X.shape) == 2 else 'values'}, more than the {MOST_CELLS:,} cells that are "
                "made at most. Take a smaller ratio."
            )
        if self.classes:
            return added_labels(self._shown(rows)[1], choice.ratio, choice.strategy)
        return np.zeros(self.amount(choice, rows), int)

    def amount(self, choice, rows):
        """Number of rows that a choice adds to these real ones."""
        y = self._shown(rows)[1]
        if self.classes:
            return int(counts_to_add(y, choice.ratio, choice.strategy)[1].sum())
        return n_added(len(y), choice.ratio)

    def fits_in_memory(self, choice, rows):
        """Whether these rows would have no more than `MOST_CELLS` cells."""
        return self.amount(choice, rows) * self.n_columns <= MOST_CELLS

    @property
    def n_columns(self):
        """Cells in a row."""
        return int(np.prod(self.X.shape[1:]))

    def learn(self, rows, rng):
        """The synthesizer, fitted on these real rows; rows of weight 0 are left out."""
        return seeded(self.synthesizer, rng).fit(*self._shown(rows))

    def draw(self, generator, wanted, rows, rng):
        """Rows of these classes in a random order, as a `Pool`, by a generator that was fitted on these real rows."""
        if self.classes:
            X_new, y_new = rows_labelled(generator, wanted, rng)
            y_new = to_numpy(y_new).astype(self.y.dtype)
        else:
            X_new, y_new = rows_drawn(generator, len(wanted), rng)
            y_new = to_numpy(y_new)
        return Pool(X_new, y_new, self._trust(rows, X_new, y_new, rng), self.classes, generator)

    def fit(self, estimator, rows, pool=None, weight=1.0):
        """A clone of `estimator`, fitted on these real rows and the rows of the pool that are worth something."""
        X, y = take(self.X, rows), self.y[rows]
        pool = None if pool is None else pool.at(np.flatnonzero(pool.trust > 0))
        if pool is None or not len(pool.y):
            return clone(estimator).fit(X, y, **self.fit_params.of(rows))
        params = self.fit_params.with_synthetic(rows, y, pool.y if self.classes else None, weight * pool.trust)
        X = append_rows(X, pool.X, pool.generator)
        return clone(estimator).fit(X, np.concatenate([y, pool.y]), **params)

    def _trust(self, rows, X_new, y_new, rng):
        """What each synthetic row weighs before `sample_weight`: 1, or what the filter makes of it."""
        if self.filter is None:
            return np.ones(len(y_new))
        from augment.augmentation.plausibility import label_plausibility

        plausibility = label_plausibility(
            *self._shown(rows), X_new, y_new, classes=self.classes, random_state=rng.randint(2**31 - 1)
        )
        return 1.0 * (plausibility > IMPLAUSIBLE) if self.filter == "drop" else np.minimum(1, plausibility / DOUBTFUL)

    def _shown(self, rows):
        shown = rows[self.fit_params.shown(rows)]
        return take(self.X, shown), self.y[shown]


class Pool:
    """Synthetic rows in a random order, from which the first ones serve a smaller choice."""

    def __init__(self, X, y, trust, classes, generator):
        self.X, self.y, self.trust, self.classes, self.generator = X, y, trust, classes, generator

    def first(self, wanted):
        """As many rows of each class as `wanted` has."""
        return self.at(first_of(self.y, wanted) if self.classes else np.arange(len(wanted)))

    def at(self, places):
        """The rows at these places."""
        return Pool(take(self.X, places), self.y[places], self.trust[places], self.classes, self.generator)

"""One trial of a curve: the estimator trained on a fold's real rows beside rows of one generator, and scored."""

import numpy as np
from sklearn.base import clone

from augment.augmentation.fit_params import FitParams, seeded
from augment.augmentation.rows import labels_for_all, take
from augment.augmentation.training import Training


class Trial:
    """Scores an estimator on the test rows of a fold, for each choice of rows of a generator.

    Parameters
    ----------
    estimator : estimator
        Not fitted.
    X, y : table of shape (n_samples, n_features) and ndarray of shape (n_samples,)
        All real rows.
    choices : list of Choice
        Which rows to add.
    scorer : callable (estimator, X, y) -> float
    classes : bool
        Whether y holds classes.
    """

    def __init__(self, estimator, X, y, choices, scorer, classes):
        self.estimator, self.X, self.y, self.choices = estimator, X, y, choices
        self.scorer, self.classes = scorer, classes

    def __call__(self, fold, name, generator):
        """A list of scores, one for each choice; a single one where generator is None."""
        try:
            scores = [float(score) for score in self._scores(fold, generator)]
        except Exception as error:
            error.add_note(f"augmentation_curve: {name}, fold {fold.number + 1}, {len(fold.train)} training rows")
            raise
        if not np.isfinite(scores).all():
            raise ValueError(
                f"The scores of fold {fold.number + 1} with {name!r} are {scores}, not all finite numbers. Its "
                f"{len(fold.test)} test rows may be too few for this score: take fewer folds or another scoring."
            )
        return scores

    def _scores(self, fold, generator):
        rng = np.random.RandomState(fold.seed)  # one for all generators, which meet on equal terms
        estimator = seeded(self.estimator, rng)
        training = Training(self.X, self.y, _silent(generator), FitParams(estimator, {}, len(self.y)), self.classes)
        X_test, y_test = take(self.X, fold.test), self.y[fold.test]
        if generator is None:
            yield self.scorer(training.fit(estimator, fold.train), X_test, y_test)
            return
        wanted = [self._wanted(training, choice, fold.train) for choice in self.choices]
        pool = training.draw(training.learn(fold.train, rng), labels_for_all(wanted), fold.train, rng)
        for labels in wanted:
            yield self.scorer(training.fit(estimator, fold.train, pool.first(labels)), X_test, y_test)

    def _wanted(self, training, choice, rows):
        wanted = training.wanted(choice, rows)
        if not len(wanted):
            raise ValueError(
                f"Strategy {choice.strategy!r} at ratio {choice.ratio:g} adds no row to {len(rows)} training rows: "
                "take a larger ratio, or strategy='all' where all classes are equally large."
            )
        return wanted


def _silent(generator):
    """The generator without its own lines of progress."""
    if generator is None or "verbose" not in generator.get_params():
        return generator
    return clone(generator).set_params(verbose=0)

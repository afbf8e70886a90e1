"""One trial of a curve: the estimators trained on a fold's real rows beside rows of one generator, and scored."""

import numpy as np
from sklearn.base import clone

from augment.augmentation.fit_params import FitParams, seeded
from augment.augmentation.rows import labels_for_all, take
from augment.augmentation.training import Training


class Trial:
    """Scores estimators on the test rows of a fold, for each choice of rows of a generator.

    Parameters
    ----------
    estimators : dict of str to estimator
        Not fitted; they differ in their augmentation layers, and all get the same rows.
    X, y : table of shape (n_samples, n_features) and ndarray of shape (n_samples,)
        All real rows.
    choices : list of Choice
        Which rows to add.
    scorer : callable (estimator, X, y) -> float
    classes : bool
        Whether y holds classes.
    """

    def __init__(self, estimators, X, y, choices, scorer, classes):
        self.estimators, self.X, self.y, self.choices = estimators, X, y, choices
        self.scorer, self.classes = scorer, classes

    def __call__(self, fold, name, generator, among):
        """For each of the estimators named in `among` a list of scores by choice, a single one without a generator."""
        try:
            scores = {each: [] for each in among}
            for each, score in self._scores(fold, generator, among):
                scores[each].append(float(score))
        except Exception as error:
            error.add_note(f"augmentation_curve: {name}, fold {fold.number + 1}, {len(fold.train)} training rows")
            raise
        if not np.isfinite(list(scores.values())).all():
            raise ValueError(
                f"The scores of fold {fold.number + 1} with {name!r} are {scores}, not all finite numbers. Its "
                f"{len(fold.test)} test rows may be too few for this score: take fewer folds or another scoring."
            )
        return scores

    def _scores(self, fold, generator, among):
        rng = np.random.RandomState(fold.seed)  # one for all generators, which meet on equal terms
        estimators = self._seeded(rng, among)
        fit_params = FitParams(next(iter(estimators.values())), {}, len(self.y))
        training = Training(self.X, self.y, _silent(generator), fit_params, self.classes)
        X_test, y_test = take(self.X, fold.test), self.y[fold.test]
        if generator is None:
            for each, estimator in estimators.items():
                yield each, self.scorer(training.fit(estimator, fold.train), X_test, y_test)
            return
        wanted = [self._wanted(training, choice, fold.train) for choice in self.choices]
        pool = training.draw(training.learn(fold.train, rng), labels_for_all(wanted), fold.train, rng)
        for each, estimator in estimators.items():
            for labels in wanted:
                yield each, self.scorer(training.fit(estimator, fold.train, pool.first(labels)), X_test, y_test)

    def _seeded(self, rng, among):
        """The estimators by name, each as it would be seeded by itself."""
        state = rng.get_state()
        found = {}
        for each in among:
            rng.set_state(state)
            found[each] = seeded(self.estimators[each], rng)
        return found

    def _wanted(self, training, choice, rows):
        wanted = training.wanted(choice, rows)
        if not len(wanted):
            raise ValueError(
                f"Strategy {choice.strategy!r} at ratio {choice.ratio:g} adds no row to {len(rows)} training rows: "
                "take a larger ratio, or strategy='all' where all classes are equally large."
            )
        return wanted


def _silent(generator):
    """The generator without its own lines of progress, or those of one inside it."""
    if generator is None:
        return None
    copy = clone(generator)
    return copy.set_params(**{name: 0 for name in copy.get_params() if name.split("__")[-1] == "verbose"})

"""`ratio="auto"`: which synthetic rows to add, if any, by cross-validation inside the training rows."""

import sys
import time
import warnings
from functools import partial

import numpy as np
from sklearn.metrics import check_scoring
from sklearn.model_selection import KFold, StratifiedKFold, check_cv

from augment.augmentation.fit_params import seeded
from augment.augmentation.rows import STRATEGIES, labels_for_all, take
from augment.augmentation.selection import best, p_values
from augment.augmentation.training import NONE, Choice

RATIOS = (1.0, 4.0)  # of "all"; few candidates, since with each that is tried all need more evidence
IMAGE_RATIOS = (0.25, 1.0)  # of few images a generator learns less than of few rows: many of its own do harm
WEIGHTS = (1.0, 0.25)  # of "all"; four light rows weigh what a real one does
DRAWS = 2  # of rows and of the estimator's seed in each split, whose scores are averaged: less noise, no more training
WORTH = 0.05  # a strategy that adds less than this share of the rows is not tried
TEST_ROWS = 4  # in a test set of numbers at least


def choose(augmented, training, groups, rng):
    """The choice that gains for certain over no synthetic rows, else none.

    Each inner split trains the synthesizer once, on its training part; all candidates take the first of the rows that
    it then makes, and all estimators of a split have the same seeds. Scores are compared test set by test set.

    Parameters
    ----------
    augmented : AugmentedClassifier or AugmentedRegressor
        Says estimator, cv, scoring, verbose, and what of the choice is fixed.
    training : Training
        The training rows.
    groups : array-like of shape (n_samples,) or None
        For a `cv` that takes them.
    rng : RandomState

    Returns
    -------
    Choice, dict
        What was chosen, and the scores of all that was tried.
    """
    splits = _splits(augmented.cv, training, groups, rng)
    candidates = _candidates(augmented, training)
    if len(splits) < 2 or not candidates:
        what = "too few rows for two inner splits" if candidates else "no rows that a strategy would add"
        return _nothing_tried(what)
    scorer = _scorer(augmented)
    started, scores = time.monotonic(), []
    for done, (train, tests) in enumerate(splits):
        if augmented.verbose:
            _show_progress(done, len(splits), len(candidates), started)
        scores.append(_scores_of(train, tests, candidates, training, augmented.estimator, scorer, rng))
    scores, tests = np.concatenate(scores), [test for _, tests in splits for test in tests]
    scored = np.isfinite(scores[:, 0])
    if scored.sum() < 2:
        return _nothing_tried("no two inner splits that the estimator alone could be trained and scored on")
    results = _results(candidates, scores[scored], [test for test, kept in zip(tests, scored, strict=True) if kept])
    place = best(results["mean_gain"], results["p_value"])
    if augmented.verbose:
        _show_choice(results, place, [NONE, *candidates])
    return NONE if place is None else candidates[place - 1], results


def _splits(cv, training, groups, rng):
    """A training part and its test sets for each inner split; no split where there are too few rows."""
    if hasattr(cv, "split") or not isinstance(cv, int | np.integer):
        splitter = check_cv(cv, training.y, classifier=training.classes)
        return [(train, [test]) for train, test in splitter.split(training.X, training.y, groups)]
    if isinstance(cv, bool) or cv < 2:
        raise ValueError(
            f"cv must be an integer of at least 2, a splitter or an iterable of splits. Received: cv={cv!r}"
        )
    if groups is not None:
        raise ValueError("groups need a cv that keeps them together, such as GroupKFold(5). Received: an integer cv.")
    return _classes_split(training.y, cv, rng) if training.classes else _numbers_split(training.y, cv, rng)


def _classes_split(y, n_splits, rng):
    """Stratified; a class with a single row stays in every training part.

    Each split has two test sets where every class has rows for it: twice the evidence on how scores vary, at the cost
    of no more training.
    """
    _, place, counts = np.unique(y, return_inverse=True, return_counts=True)
    rows = np.flatnonzero(counts[place] > 1)
    n_splits = min(n_splits, int(counts.max()))
    if n_splits < 2 or (counts > 1).sum() < 2:
        return []
    n_tests = 2 if counts[counts > 1].min() >= 2 * n_splits else 1
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The least populated class")
        folds = StratifiedKFold(n_tests * n_splits, shuffle=True, random_state=_seed(rng)).split(rows, y[rows])
        return _merged([rows[test] for _, test in folds], n_splits, len(y))


def _numbers_split(y, n_splits, rng):
    n_splits = min(n_splits, len(y) // 2)
    if n_splits < 2:
        return []
    n_tests = 2 if len(y) >= 2 * TEST_ROWS * n_splits else 1
    folds = KFold(n_tests * n_splits, shuffle=True, random_state=_seed(rng)).split(y)
    return _merged([test for _, test in folds], n_splits, len(y))


def _merged(folds, n_splits, n_rows):
    """Splits whose test sets are every n-th of the folds: neighbours, which share a rare class, stay apart."""
    parts = [folds[start::n_splits] for start in range(n_splits)]
    return [(np.setdiff1d(np.arange(n_rows), np.concatenate(tests)), tests) for tests in parts]


def _candidates(augmented, training):
    """All choices to try that differ from each other on these rows."""
    fixed = augmented._strategy()
    strategies = (STRATEGIES if training.classes else ("all",)) if fixed == "auto" else (fixed,)
    if fixed == "auto" and training.classes and len(np.unique(training.y)) == 2:
        strategies = ("all", "balance")  # "minority" is the same
    if augmented.sample_weight != "auto":
        weights = (float(augmented.sample_weight),)
    else:
        weights = WEIGHTS if training.fit_params.can_weigh else (1.0,)
    rows, found = np.arange(len(training.y)), []
    tried = RATIOS if len(training.X.shape) == 2 else IMAGE_RATIOS
    for strategy in strategies:
        ratios, by_weight = (tried, weights) if strategy == "all" else ((1.0,), weights[:1])
        for ratio in ratios:
            worth = WORTH * len(rows) <= training.amount(Choice(ratio, strategy), rows)
            if worth and training.fits_in_memory(Choice(ratio, strategy), rows):
                found += [Choice(ratio, strategy, weight) for weight in by_weight]
    return found


def _scorer(augmented):
    if isinstance(augmented.scoring, list | tuple | set | dict):
        raise ValueError(f"scoring must be one score, by name or callable. Received: scoring={augmented.scoring!r}")
    return check_scoring(augmented.estimator, scoring=augmented.scoring)


def _scores_of(train, tests, candidates, training, estimator, scorer, rng):
    """Scores of shape (tests, 1 + candidates) of one split, first without synthetic rows; NaN where there is none."""
    scores = np.full((DRAWS, 1 + len(candidates), len(tests)), np.nan)
    drawn = [seeded(estimator, rng) for _ in range(DRAWS)]
    scores[:, 0] = [_try(partial(training.fit, each, train), tests, training, scorer) for each in drawn]
    if np.isnan(scores[:, 0]).all():
        return scores.mean(axis=0).T
    wanted = [training.wanted(choice, train) for choice in candidates]
    generator = training.learn(train, rng)
    for draw, each in enumerate(drawn):
        pool = training.draw(generator, labels_for_all(wanted), train, rng)
        for column, (choice, labels) in enumerate(zip(candidates, wanted, strict=True), start=1):
            fit = partial(training.fit, each, train, pool.first(labels), choice.sample_weight)
            scores[draw, column] = _try(fit, tests, training, scorer)
    return scores.mean(axis=0).T


def _try(fit, tests, training, scorer):
    """Scores of what `fit` gives on each test set; NaN where a class is missing that it cannot do without."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of scores without a class, of optimizers that did not converge
        try:
            fitted = fit()
            return [scorer(fitted, take(training.X, test), training.y[test]) for test in tests]
        except ValueError:
            return [np.nan] * len(tests)


def _results(candidates, scores, tests):
    """What was tried, as arrays in a dict like `cv_results_`; no synthetic rows come first."""
    choices = [NONE, *candidates]
    n_disjoint = len(np.unique(np.concatenate(tests))) / np.mean([len(test) for test in tests])
    results = {name: np.array([getattr(choice, name) for choice in choices]) for name in Choice._fields}
    results["params"] = [choice._asdict() for choice in choices]
    results |= {f"split{place}_test_score": row for place, row in enumerate(scores)}
    gains = scores - scores[:, :1]
    results["mean_test_score"], results["std_test_score"] = scores.mean(axis=0), scores.std(axis=0)
    results["mean_gain"] = gains.mean(axis=0)
    results["p_value"] = np.append(1.0, p_values(gains[:, 1:], n_disjoint))
    return results


def _nothing_tried(what):
    warnings.warn(f"ratio='auto' found {what}: the estimator is trained on the real rows alone.", stacklevel=4)
    return NONE, {}


def _show_progress(done, n_splits, n_candidates, started):
    left = "" if not done else f", about {(time.monotonic() - started) * (n_splits - done) / done:.0f} s left"
    print(f"augment: inner split {done + 1} of {n_splits}, {n_candidates} candidates{left}", file=sys.stderr)


def _show_choice(results, place, choices):
    tried = place if place is not None else 1 + int(np.argmax(results["mean_gain"][1:]))
    what = f"{choices[tried]}: {results['mean_gain'][tried]:+.3g} (p = {results['p_value'][tried]:.2g})"
    verdict = what if place is not None else f"no synthetic rows; the best of {len(choices) - 1} candidates was {what}"
    print(f"augment: {verdict}", file=sys.stderr)


def _seed(rng):
    return int(rng.randint(2**31 - 1))

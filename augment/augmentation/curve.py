"""Does it help? The score of an estimator against the number of synthetic rows, with a verdict that has an interval."""

import numbers

import numpy as np
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.metrics import check_scoring
from sklearn.pipeline import Pipeline
from sklearn.utils import check_random_state
from sklearn.utils.parallel import Parallel, delayed

from augment.augmentation.base import check_is_estimator
from augment.augmentation.controls import Duplicates, Interpolation, Noise
from augment.augmentation.default import default_synthesizer
from augment.augmentation.findings import NONE, AugmentationCurve, followed, gather
from augment.augmentation.folds import check_data, make_folds
from augment.augmentation.rows import check_strategy
from augment.augmentation.training import Choice
from augment.augmentation.trial import Trial

CONTROLS = {"duplicates": Duplicates(), "interpolation": Interpolation(), "noise": Noise()}
OTHER_CONTROLS = ("duplicates",)  # for images and sequences: the mean of two shows neither
CLASSICAL = "classical"
MOST = 100  # times as many synthetic rows as real ones: more is a slip of the pen


def augmentation_curve(
    estimator,
    X,
    y,
    *,
    synthesizers=None,
    ratios=(0.5, 1, 2),
    train_sizes=None,
    strategy="all",
    augmentation=None,
    cv=None,
    groups=None,
    scoring=None,
    n_jobs=None,
    verbose=0,
    random_state=None,
):
    """Score an estimator trained on real rows and on growing numbers of synthetic rows beside them.

    In every fold each generator is fitted once, on the training rows alone; the first of its rows serve the smaller
    ratios. The gain is the difference from the same estimator on the same training rows without synthetic ones, and
    both are tested on the same real rows. Three controls that cost nothing are always there: real rows repeated,
    interpolated (SMOTE) and shaken by noise. What a synthesizer adds should be more than that. For images the control
    is the first, and the rivals of a synthesizer, and its partners, are the layers of `augmentation`.

    Parameters
    ----------
    estimator : classifier or regressor
        A pipeline where X needs encoding, an `ImageClassifier` where it holds images. It is cloned, never fitted.
    X : table of shape (n_samples, n_features), array of images or series, or list of sequences
        Real rows: a pandas or polars frame or a 2-D array; missing values if the estimator takes them. Images are an
        array of more dimensions.
    y : array-like of shape (n_samples,)
        Classes or numbers, none missing.
    synthesizers : generator, list or dict of str to generator, default=None
        What is to help: a `TabularSynthesizer`, or any object that `clone` takes with `fit(X, y)` and
        `generate(n_samples, y=..., random_state=...)`. A dict names them; an empty one leaves the controls. None is
        the synthesizer that `AugmentedClassifier` takes by default. Where they have a parameter `verbose`, it is 0.
    ratios : sequence of float, default=(0.5, 1, 2)
        Synthetic rows for each real one, above 0 and at most 100; for other strategies what `strategy` says. No
        synthetic rows (ratio 0) are always among the things compared.
    train_sizes : sequence of int or float, default=None
        Numbers of real rows to train on, or shares of those in a fold; drawn in the proportions of the classes.
        By default all.
    strategy : {"all", "minority", "balance"}, default="all"
        Which classes get rows: all in their proportions; the smallest, or all smaller ones, until they are `ratio` of
        the way to the size of the largest. Numbers know "all" only.
    augmentation : list of keras.layers.Layer or dict of str to such lists, default=None
        For an estimator with a parameter `augmentation`, as `ImageClassifier` has: layers that change its training
        images. The estimator with them is compared with the estimator as it is, and every synthesizer is tried with
        both: what its rows add to the layers is a gain of its own. A dict names several; a list is "classical".
    cv : int, cross-validation splitter or iterable, default=None
        An int is a number of folds, stratified where y holds classes, and all of it done four times. None is 5.
    groups : array-like of shape (n_samples,), default=None
        For splitters that keep the rows of a group together.
    scoring : str or callable, default=None
        A score that is better when higher. None is "balanced_accuracy" for classifiers and "r2" for regressors.
    n_jobs : int, default=None
        Fits at the same time (joblib); None is one.
    verbose : int, default=0
        1 shows a line of progress on standard error.
    random_state : int, RandomState instance or None, default=None
        Decides folds, rows and whatever parameter `random_state` is None in the estimator and the generators.

    Returns
    -------
    AugmentationCurve
        `results`, a plain dict; `to_frame()`; prints gains and verdicts.

    Raises
    ------
    TypeError, ValueError
        If X is sparse or y has gaps or several columns; a class or a fold has too few rows; a ratio, a size or the
        strategy is wrong, or adds no row; something lacks `fit` or `generate`; a score is no finite number.

    Notes
    -----
    Intervals are corrected for the training rows that folds share (see `gains.paired_gain`) and hold at 95 % for all
    ratios, sizes and synthesizers at once; for the controls likewise, and for the augmentations. So the best of many is
    not favoured: where no synthesizer helps, one of them is said to help in at most one of twenty curves, and in
    simulations in far fewer, since gains vary less from data to data than the correction allows for. More repeats
    (`cv=RepeatedStratifiedKFold(n_repeats=10)`) show smaller gains.

    An `ImageClassifier` takes as many optimizer steps however many rows it is given, so that all are trained alike. By
    default each generator of images is fitted 20 times, and the classifier 20 times for each thing that is compared;
    `cv=StratifiedShuffleSplit(5)` does with 5.

    Examples
    --------
    >>> from sklearn.datasets import load_breast_cancer
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from augment import augmentation_curve
    >>> X, y = load_breast_cancer(return_X_y=True)
    >>> curve = augmentation_curve(KNeighborsClassifier(), X[:80], y[:80], synthesizers={}, ratios=[1], random_state=0)
    >>> [verdict["generator"] for verdict in curve.results["verdicts"]]
    ['duplicates', 'interpolation', 'noise']
    """
    check_is_estimator(estimator)
    classes = is_classifier(estimator)
    if not classes and not is_regressor(estimator):
        raise TypeError(f"estimator must be a classifier or a regressor. Received: estimator={estimator!r}")
    ratios = _check_ratios(ratios)
    check_strategy(strategy)
    if not classes and strategy != "all":
        raise ValueError(f"Numbers have no classes: strategy must be 'all'. Received: strategy={strategy!r}")
    X, y = check_data(X, y, classes)
    generators, controls = _named(synthesizers, X, estimator)
    estimators = _augmented(estimator, augmentation, generators)
    scoring = ("balanced_accuracy" if classes else "r2") if scoring is None else scoring
    scorer = _scorer(estimator, scoring)
    rng = check_random_state(random_state)
    folds, sizes, share = make_folds(X, y, cv=cv, groups=groups, train_sizes=train_sizes, classes=classes, rng=rng)
    trial = Trial(estimators, X, y, [Choice(ratio, strategy) for ratio in ratios], scorer, classes)
    scores = _run(trial, folds, sizes, generators, controls, n_jobs, verbose)
    settings = {
        "scoring": scoring if isinstance(scoring, str) else repr(scoring),
        "score_name": _in_words(scoring),
        "estimator": type(estimator[-1] if isinstance(estimator, Pipeline) else estimator).__name__,
        "strategy": strategy,
        "test_share": share,
        "ratios": ratios,
        "train_sizes": sizes,
    }
    return AugmentationCurve(gather(settings, scores, controls))


def _scorer(estimator, scoring):
    if not isinstance(scoring, str) and not callable(scoring):
        raise TypeError(f"scoring must be one score, by its name or as a callable. Received: scoring={scoring!r}")
    return check_scoring(estimator, scoring=scoring)


def _run(trial, folds, sizes, generators, controls, n_jobs, verbose):
    """For each augmentation, generator and training size, NONE included, scores by ratio for each fold."""
    tasks = [(fold, name) for fold in folds for name in (NONE, *generators)]
    work = Parallel(n_jobs=n_jobs, return_as="generator")(
        delayed(trial)(fold, name, generators.get(name), [NONE] if name in controls else list(trial.estimators))
        for fold, name in tasks
    )
    scores = {}
    for (fold, name), found in zip(tasks, followed(work, len(tasks), verbose), strict=True):
        for augmentation, by_ratio in found.items():
            scores.setdefault((augmentation, name, sizes[fold.size]), []).append(by_ratio)
    return scores


def _in_words(scoring):
    """What to call a score."""
    if not isinstance(scoring, str):
        return "score"
    return "R2" if scoring == "r2" else scoring.replace("_", " ")


def _check_ratios(ratios):
    """The ratios, sorted."""
    ratios = list(np.atleast_1d(np.asarray(ratios, dtype=object)))
    for ratio in ratios:
        if isinstance(ratio, bool) or not isinstance(ratio, numbers.Real) or not 0 < ratio <= MOST:
            raise ValueError(
                f"ratios are numbers of synthetic rows for each real one, above 0 and at most {MOST}; no synthetic "
                f"rows are always compared with. Received: {ratio!r}"
            )
    if not ratios:
        raise ValueError("ratios needs at least one number above 0, such as ratios=[1].")
    return sorted({float(ratio) for ratio in ratios})


def _augmented(estimator, augmentation, generators):
    """The estimator as it is, under the name NONE, and with each augmentation, by its name."""
    if augmentation is None:
        return {NONE: estimator}
    if "augmentation" not in estimator.get_params():
        raise TypeError(
            "augmentation= needs an estimator with a parameter of this name, such as ImageClassifier(). Received: "
            f"estimator={estimator!r}"
        )
    named = augmentation if isinstance(augmentation, dict) else {CLASSICAL: augmentation}
    for name, layers in named.items():
        if not isinstance(name, str) or name in (NONE, *generators):
            raise ValueError(f"Names of augmentations are text, and none of a generator. Received: {name!r}")
        if not isinstance(layers, list | tuple) or not layers:
            raise TypeError(f"An augmentation is a list of Keras layers, one at least. Received: {name}={layers!r}")
    return {NONE: estimator} | {name: clone(estimator).set_params(augmentation=own) for name, own in named.items()}


def _named(synthesizers, X, estimator):
    """All generators by name, the controls last, and the controls."""
    controls = CONTROLS if len(X.shape) == 2 else {name: CONTROLS[name] for name in OTHER_CONTROLS if name in CONTROLS}
    if synthesizers is None:
        synthesizers = default_synthesizer(X, estimator)
    if not isinstance(synthesizers, dict):
        given = synthesizers if isinstance(synthesizers, list | tuple) else [synthesizers]
        synthesizers = {}
        for generator in given:
            name = type(generator).__name__
            alike = sum(other.split(" ")[0] == name for other in synthesizers)
            synthesizers[f"{name} {alike + 1}" if alike else name] = generator
    for name, generator in synthesizers.items():
        if not isinstance(name, str) or name in (NONE, *CONTROLS):
            raise ValueError(
                f"Names of synthesizers are text other than {', '.join((NONE, *CONTROLS))}. Received: {name!r}"
            )
        if isinstance(generator, type) or not all(
            hasattr(generator, verb) for verb in ("fit", "generate", "get_params")
        ):
            raise TypeError(
                "A synthesizer is an object with fit, generate and get_params, such as TabularSynthesizer(). "
                f"Received: {name}={generator!r}"
            )
    return synthesizers | controls, controls

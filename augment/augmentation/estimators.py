"""Classifiers and regressors that train on synthetic rows beside the real ones: scikit-learn meta-estimators."""

from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.multiclass import check_classification_targets

from augment.augmentation.base import Augmented, one_target


class AugmentedClassifier(Augmented, ClassifierMixin, BaseEstimator):
    """A classifier trained on the real rows and on synthetic ones like them, or on none where none are shown to help.

    `fit` trains a synthesizer on the training rows, appends what it generates, and trains the estimator on both, real
    rows first; all else is the estimator's own. Inside cross-validation the synthesizer so never sees a test row.

    Parameters
    ----------
    estimator : classifier
        What is trained. It is cloned; the fitted one is `estimator_`.
    synthesizer : generator of rows, default=None
        Has scikit-learn's `clone`, `fit(X, y)` and `generate(n_samples=None, *, y=None, random_state=None)`, which
        gives `(X_new, y_new)`: a `TabularSynthesizer`, an `ImageSynthesizer`, `Variations` of either, or a class of
        one's own. It is cloned, and sees training rows alone. None is `TabularSynthesizer(model="kernel")` for up to
        2,000 rows, a second's work, with more `TabularSynthesizer(epochs=20)`; for images `ImageSynthesizer("vae")`.
    ratio : float or "auto", default=1.0
        Rows to add for each real one; 0 is the plain estimator. "auto" chooses ratio, strategy and weight, and no rows
        unless their gain is shown.
    strategy : {"auto", "all", "minority", "balance"}, default="auto"
        Which classes get rows: "all" in their proportions, "balance" each what it lacks to be as large as the largest,
        times `ratio`, "minority" so the smallest alone; `added_labels` tells the details. "auto" is "all" where the
        ratio is a number.
    sample_weight : float or "auto", default="auto"
        What a synthetic row weighs beside a real one, for estimators whose `fit` takes `sample_weight`, and pipelines
        whose last step does. "auto" is 1 where the ratio is a number.
    filter : {None, "drop", "weight"}, default=None
        What becomes of synthetic rows whose label fits them less than that of most real rows, by
        `augment.augmentation.plausibility.label_plausibility`: "drop" leaves out what 5 % of real rows would not
        undercut, "weight" makes lighter, in proportion, what lies among the 20 % of the least plausible. Costs a second
        or two for each training of the synthesizer; whether it pays, cross-validation or `augmentation_curve` tells.
    cv : int, splitter or iterable of splits, default=5
        Inner splits of `ratio="auto"`. The synthesizer is trained once in each. An int shuffles and stratifies, takes
        fewer where there are fewer rows, and tests each split on two sets of rows where there are enough.
    scoring : str or callable, default=None
        Score that "auto" goes by; None is the estimator's own `score`. Sample weights take no part in it.
    verbose : int, default=1
        0 is silent, 1 shows the inner splits of "auto", the time they take and the choice on standard error.
    random_state : int, RandomState instance or None, default=None
        Decides splits and rows, and every `random_state` in estimator and synthesizer that is None.

    Attributes
    ----------
    estimator_ : classifier
        Fitted on real and synthetic rows.
    synthesizer_ : generator of rows or None
        Fitted on the real rows; None where no row was added.
    ratio_, strategy_, sample_weight_ : float, str, float
        What was used; `ratio_` is 0 where none were added.
    auto_results_ : dict
        Only with `ratio="auto"`: like `cv_results_` of `GridSearchCV`, with "ratio", "strategy", "sample_weight",
        "params", "split0_test_score" and so on, "mean_test_score", "std_test_score", "mean_gain" over no synthetic
        rows, which come first, and "p_value". Empty where nothing could be tried.
    n_synthetic_ : int
        Number of rows that were added, without those that the filter dropped.
    classes_, n_features_in_, feature_names_in_
        As of `estimator_`.

    See Also
    --------
    AugmentedRegressor : The same for numbers.
    ImageClassifier : A Keras network for images, with classical augmentation.

    Notes
    -----
    "auto" tries 1 and 4 rows for each real one, 0.25 and 1 images, at weight 1 and at 0.25 where the estimator takes
    weights, and filling up the classes where they differ in size. In every inner split all of these take the first of
    the same generated rows, and are scored on the same test rows as the estimator without any, with the same seeds,
    twice. Of those whose gain is above 0 by a paired t test at level .05, corrected for all that were tried
    (`augment.augmentation.selection`), the one with the largest gain is taken; where there is none, no rows are added.

    Few rows show little: of gains of ten points of accuracy about half are found at 80 rows. The others are missed,
    which is the price of not being fooled: rows are added for nothing in about one table of twenty, and hardly ever
    where they do harm. A class with a single row is never tested. Where there are too few rows for two inner splits, a
    warning says so, and none are added. A number as `ratio` is not checked: where classes are an exclusive or of two
    columns, say, rows of the default synthesizer cost a forest ten points of accuracy and more.

    X may be an array of images, (n_samples, height, width[, channels]), with an estimator that takes such, as
    `ImageClassifier` does: its steps are as many with synthetic images as without. "auto" is then dear: it trains a
    generator in each inner split, and two networks for each candidate and for none; `cv=3, sample_weight=1` does with
    a third.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from augment import AugmentedClassifier, TabularSynthesizer
    >>> X, y = load_iris(return_X_y=True)
    >>> synthesizer = TabularSynthesizer(epochs=1, verbose=0)
    >>> classifier = AugmentedClassifier(KNeighborsClassifier(), synthesizer, ratio=0.5, random_state=0).fit(X, y)
    >>> classifier.n_synthetic_, classifier.predict(X).shape
    (75, (150,))
    """

    _classes = True

    def __init__(
        self,
        estimator,
        synthesizer=None,
        *,
        ratio=1.0,
        strategy="auto",
        sample_weight="auto",
        filter=None,
        cv=5,
        scoring=None,
        verbose=1,
        random_state=None,
    ):
        self.estimator = estimator
        self.synthesizer = synthesizer
        self.ratio = ratio
        self.strategy = strategy
        self.sample_weight = sample_weight
        self.filter = filter
        self.cv = cv
        self.scoring = scoring
        self.verbose = verbose
        self.random_state = random_state

    def _strategy(self):
        return self.strategy

    def _target(self, y):
        y = one_target(self, y)
        check_classification_targets(y)
        return y


class AugmentedRegressor(Augmented, RegressorMixin, BaseEstimator):
    """A regressor trained on the real rows and on synthetic ones like them, or on none where none are shown to help.

    `fit` trains a synthesizer on the training rows and their targets, appends what it generates, rows and targets drawn
    together, and trains the estimator on both, real rows first; all else is the estimator's own.

    Parameters
    ----------
    estimator : regressor
        What is trained. It is cloned; the fitted one is `estimator_`.
    synthesizer : generator of rows, default=None
        Has scikit-learn's `clone`, `fit(X, y)` and `generate(n_samples=None, *, y=None, random_state=None)`, which
        gives `(X_new, y_new)`: a `TabularSynthesizer` or a class of one's own. It is cloned, and sees training rows
        alone. None is `TabularSynthesizer(model="kernel")` for up to 2,000 rows, a second's work, and with more
        `TabularSynthesizer(epochs=20)`.
    ratio : float or "auto", default=1.0
        Rows to add for each real one; 0 is the plain estimator. "auto" chooses ratio and weight, and no rows unless
        their gain is shown, as `AugmentedClassifier` tells in its notes.
    sample_weight : float or "auto", default="auto"
        What a synthetic row weighs beside a real one, for estimators whose `fit` takes `sample_weight`, and pipelines
        whose last step does. "auto" is 1 where the ratio is a number.
    filter : {None, "drop", "weight"}, default=None
        What becomes of synthetic rows whose label fits them less than that of most real rows, by
        `augment.augmentation.plausibility.label_plausibility`: "drop" leaves out what 5 % of real rows would not
        undercut, "weight" makes lighter, in proportion, what lies among the 20 % of the least plausible. Costs a second
        or two for each training of the synthesizer; whether it pays, cross-validation or `augmentation_curve` tells.
    cv : int, splitter or iterable of splits, default=5
        Inner splits of `ratio="auto"`. The synthesizer is trained once in each. An int shuffles, takes fewer where
        there are fewer rows, and tests each split on two sets of rows where there are enough.
    scoring : str or callable, default=None
        Score that "auto" goes by; None is the estimator's own `score`. Sample weights take no part in it.
    verbose : int, default=1
        0 is silent, 1 shows the inner splits of "auto", the time they take and the choice on standard error.
    random_state : int, RandomState instance or None, default=None
        Decides splits and rows, and every `random_state` in estimator and synthesizer that is None.

    Attributes
    ----------
    estimator_ : regressor
        Fitted on real and synthetic rows.
    synthesizer_ : generator of rows or None
        Fitted on the real rows; None where no row was added.
    ratio_, sample_weight_ : float, float
        What was used; `ratio_` is 0 where none were added.
    auto_results_ : dict
        Only with `ratio="auto"`: like `cv_results_` of `GridSearchCV`, with "ratio", "strategy", "sample_weight",
        "params", "split0_test_score" and so on, "mean_test_score", "std_test_score", "mean_gain" over no synthetic
        rows, which come first, and "p_value". Empty where nothing could be tried.
    n_synthetic_ : int
        Number of rows that were added, without those that the filter dropped.
    n_features_in_, feature_names_in_
        As of `estimator_`.
    strategy_ : str
        Always "all".

    See Also
    --------
    AugmentedClassifier : The same for classes.

    Examples
    --------
    >>> from sklearn.datasets import load_diabetes
    >>> from sklearn.linear_model import Ridge
    >>> from augment import AugmentedRegressor
    >>> from augment.augmentation.controls import Interpolation
    >>> X, y = load_diabetes(return_X_y=True)
    >>> regressor = AugmentedRegressor(Ridge(), Interpolation(), ratio=0.5, sample_weight=0.25, random_state=0)
    >>> regressor = regressor.fit(X, y)
    >>> regressor.n_synthetic_, regressor.predict(X).shape
    (221, (442,))
    """

    _classes = False

    def __init__(
        self,
        estimator,
        synthesizer=None,
        *,
        ratio=1.0,
        sample_weight="auto",
        filter=None,
        cv=5,
        scoring=None,
        verbose=1,
        random_state=None,
    ):
        self.estimator = estimator
        self.synthesizer = synthesizer
        self.ratio = ratio
        self.sample_weight = sample_weight
        self.filter = filter
        self.cv = cv
        self.scoring = scoring
        self.verbose = verbose
        self.random_state = random_state

    def _strategy(self):
        return "all"

    def _target(self, y):
        y = one_target(self, y)
        if y.dtype.kind not in "biuf":
            try:
                return y.astype(float)
            except (TypeError, ValueError) as error:
                raise ValueError(
                    f"AugmentedRegressor needs numbers in y. Received: {y[:3].tolist()!r}... For classes take "
                    "AugmentedClassifier."
                ) from error
        return y

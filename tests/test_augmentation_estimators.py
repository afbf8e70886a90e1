"""Augmented estimators: scikit-learn's contract, no leak, and the wrapped estimator's own behaviour."""

import pickle

import numpy as np
import pandas as pd
import pytest
import row_generators
import sklearn
from row_generators import Redrawn
from sklearn.base import BaseEstimator, ClassifierMixin, clone, is_classifier, is_regressor
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import make_column_transformer
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, StratifiedKFold, cross_validate
from sklearn.multioutput import MultiOutputClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.estimator_checks import estimator_checks_generator, parametrize_with_checks

from augment import AugmentedClassifier, AugmentedRegressor, TabularSynthesizer

CATEGORY = "city"


class Recorder(ClassifierMixin, BaseEstimator):
    """Remembers what it was fitted on."""

    def fit(self, X, y, sample_weight=None, flag=None):
        self.X_, self.y_, self.sample_weight_, self.flag_ = X, y, sample_weight, flag
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])


@pytest.fixture
def seen():
    row_generators.SEEN.clear()
    return row_generators.SEEN


def rows(n=60, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 3))
    return X, np.where(X[:, 0] + 0.5 * rng.normal(size=n) > 0, "yes", "no")


def frame(n=60):
    X, y = rows(n)
    return pd.DataFrame(X, columns=["a", "b", "c"]).assign(city=np.where(X[:, 1] > 0, "Rome", "Oslo")), y


def mixed(classifier):
    encode = make_column_transformer((OneHotEncoder(handle_unknown="ignore"), [CATEGORY]), remainder=StandardScaler())
    return make_pipeline(encode, classifier)


@parametrize_with_checks(
    [
        AugmentedClassifier(LogisticRegression(), Redrawn()),
        AugmentedRegressor(Ridge(), Redrawn()),
        AugmentedClassifier(DecisionTreeClassifier(), Redrawn(), ratio="auto", cv=2, verbose=0),
        AugmentedRegressor(Ridge(), Redrawn(), ratio="auto", cv=2, verbose=0),
    ]
)
@pytest.mark.filterwarnings("ignore:ratio='auto' found")
def test_scikit_learn_checks(estimator, check):
    check(estimator)


def tiny():
    from augment.models import Autoregressive

    return TabularSynthesizer(Autoregressive(width=32, depth=1), epochs=1, validation_fraction=0, verbose=0)


HARD = [  # the checks in which what the synthesizer makes of odd rows decides
    "check_classifiers_one_label",
    "check_dataframe_column_names_consistency",
    "check_dtype_object",
    "check_estimators_nan_inf",
    "check_estimators_pickle",
    "check_f_contiguous_array_estimator",
    "check_fit2d_1feature",
    "check_fit2d_1sample",
    "check_fit_idempotent",
    "check_regressors_int",
]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("estimator", "check"),
    [
        pytest.param(estimator, check, id=f"{type(estimator).__name__}-{check.func.__name__}")
        for wrapped in (
            AugmentedClassifier(LogisticRegression(), tiny(), ratio=0.2),
            AugmentedRegressor(Ridge(), tiny(), ratio=0.2),
        )
        for estimator, check in estimator_checks_generator(wrapped)
        if check.func.__name__ in HARD
    ],
)
def test_scikit_learn_checks_with_the_real_synthesizer(estimator, check, one_step):
    check(estimator)


def test_real_rows_come_first_and_the_synthesizer_sees_training_rows_alone(seen):
    X, y = rows()
    augmented = AugmentedClassifier(Recorder(), Redrawn(record=True), ratio=0.5, random_state=0).fit(X, y)
    fitted = augmented.estimator_
    assert np.array_equal(fitted.X_[:60], X)
    assert np.array_equal(fitted.y_[:60], y)
    assert len(fitted.X_) == len(fitted.y_) == 90
    assert augmented.n_synthetic_ == 30
    assert fitted.sample_weight_ is None
    assert (augmented.ratio_, augmented.strategy_, augmented.sample_weight_) == (0.5, "all", 1)
    seen.clear()
    folds = StratifiedKFold(3)
    cross_validate(augmented, X, y, cv=folds)
    for (train, _), (shown, labels) in zip(folds.split(X, y), seen, strict=True):
        assert np.array_equal(shown, X[train])
        assert np.array_equal(labels, y[train])


def test_a_ratio_of_0_is_the_plain_estimator():
    X, y = rows()
    plain = DecisionTreeClassifier(random_state=3).fit(X, y)
    augmented = AugmentedClassifier(DecisionTreeClassifier(random_state=3), Redrawn(), ratio=0).fit(X, y)
    assert np.array_equal(augmented.estimator_.tree_.threshold, plain.tree_.threshold)
    assert augmented.synthesizer_ is None
    assert augmented.n_synthetic_ == 0
    even = AugmentedClassifier(Recorder(), Redrawn(), strategy="balance").fit(X, np.repeat(["no", "yes"], 30))
    assert len(even.estimator_.X_) == 60


def test_all_else_is_the_wrapped_estimators():
    X, y = frame()
    wrapped = mixed(LogisticRegression())
    augmented = AugmentedClassifier(wrapped, Redrawn(), random_state=0).fit(X, y)
    for name in ("predict", "predict_proba", "predict_log_proba", "decision_function"):
        assert np.array_equal(getattr(augmented, name)(X), getattr(augmented.estimator_, name)(X))
    assert augmented.score(X, y) == augmented.estimator_.score(X, y)
    assert augmented.classes_.tolist() == ["no", "yes"]
    assert augmented.n_features_in_ == 4
    assert augmented.feature_names_in_.tolist() == ["a", "b", "c", "city"]
    linear = AugmentedClassifier(LinearSVC(), Redrawn())
    assert hasattr(linear, "decision_function")
    assert not hasattr(linear, "predict_proba")
    with pytest.raises(NotFittedError):
        linear.predict(X)
    assert is_classifier(linear)
    assert is_regressor(AugmentedRegressor(Ridge()))
    assert not hasattr(linear, "classes_")


def test_the_same_seed_gives_the_same_and_pickles_and_clones_work():
    X, y = rows()
    make = lambda seed: AugmentedClassifier(DecisionTreeClassifier(max_features=1), Redrawn(), random_state=seed)  # noqa: E731
    first, second = make(0).fit(X, y), make(0).fit(X, y)
    grid = np.random.default_rng(0).normal(size=(200, 3))
    assert np.array_equal(first.predict(grid), second.predict(grid))
    assert not np.array_equal(first.predict(grid), make(1).fit(X, y).predict(grid))
    again = pickle.loads(pickle.dumps(first))
    assert np.array_equal(again.predict(grid), first.predict(grid))
    assert clone(first).get_params()["synthesizer"] is not first.synthesizer
    assert first.estimator.random_state is None


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_frames_of_mixed_columns(library):
    X, y = frame()
    if library == "polars":
        pl = pytest.importorskip("polars")
        X, y = pl.from_pandas(X), pl.Series("target", y)
    else:
        y = pd.Series(y, dtype="category", index=np.arange(60) + 7)
    record = AugmentedClassifier(Recorder(), Redrawn(), ratio=0.5, random_state=0).fit(X, y)
    assert type(record.estimator_.X_) is type(X)
    assert len(record.estimator_.X_) == 90
    scores = cross_validate(AugmentedClassifier(mixed(LogisticRegression()), Redrawn()), X, y, cv=3)["test_score"]
    assert scores.mean() > 0.7


@pytest.mark.slow
def test_the_real_synthesizer_on_frames_strings_and_numbers(one_step):
    X, y = frame()
    X.loc[3, "a"] = np.nan
    synthesizer = tiny()
    record = AugmentedClassifier(Recorder(), synthesizer, strategy="balance", random_state=0)
    record.fit(X, np.repeat(["no", "yes"], [45, 15]))
    assert record.estimator_.X_.dtypes.equals(X.dtypes)
    assert (record.estimator_.y_[60:] == "yes").all()
    numbers = AugmentedRegressor(Ridge(), synthesizer, ratio=0.5, random_state=0).fit(*_numeric())
    assert numbers.n_synthetic_ == 30
    pl = pytest.importorskip("polars")
    record.fit(pl.from_pandas(X), y)
    assert record.estimator_.X_.columns == X.columns.tolist()


def _numeric(n=60):
    X, _ = rows(n)
    return X, X[:, 0] + X[:, 1]


def test_inside_pipelines_searches_and_calibration():
    X, y = rows(90)
    augmented = AugmentedClassifier(KNeighborsClassifier(), Redrawn(), random_state=0)
    search = GridSearchCV(
        make_pipeline(StandardScaler(), augmented),
        {
            "augmentedclassifier__ratio": [0, 1],
            "augmentedclassifier__estimator__n_neighbors": [1, 9],
            "augmentedclassifier__synthesizer__record": [False],
        },
        cv=2,
    ).fit(X, y)
    assert search.best_params_["augmentedclassifier__estimator__n_neighbors"] == 9
    assert len(search.cv_results_["params"]) == 4
    calibrated = CalibratedClassifierCV(augmented, cv=2).fit(X, y)
    assert calibrated.predict_proba(X).shape == (90, 2)
    two = MultiOutputClassifier(augmented).fit(X, np.column_stack([y, y]))
    assert two.predict(X).shape == (90, 2)


def test_synthetic_rows_weigh_what_the_real_rows_of_their_class_do():
    X, y = rows()
    weights = np.where(y == "yes", 4.0, 1.0)
    weights[:10] *= 2
    augmented = AugmentedClassifier(Recorder(), Redrawn(), sample_weight=0.5, random_state=0)
    got = augmented.fit(X, y, sample_weight=weights).estimator_
    assert np.array_equal(got.sample_weight_[:60], weights)
    for label in ("yes", "no"):
        assert np.allclose(got.sample_weight_[60:][got.y_[60:] == label], 0.5 * weights[y == label].mean())
    without = augmented.fit(X, y, flag=3).estimator_
    assert without.flag_ == 3
    assert without.sample_weight_.tolist() == [1.0] * 60 + [0.5] * 60
    number = AugmentedRegressor(Ridge(), Redrawn(), sample_weight=0.5, random_state=0)
    assert number.fit(*_numeric(), sample_weight=weights).n_synthetic_ == 60


def test_rows_of_weight_0_are_not_shown_to_the_synthesizer(seen):
    X, y = rows()
    weights = np.repeat([1.0, 0.0], [40, 20])
    augmented = AugmentedClassifier(Recorder(), Redrawn(record=True)).fit(X, y, sample_weight=weights)
    assert np.array_equal(seen[0][0], X[:40])
    assert augmented.n_synthetic_ == 40
    assert augmented.estimator_.sample_weight_.tolist() == [1.0] * 40 + [0.0] * 20 + [1.0] * 40


def test_weights_reach_the_last_step_of_a_pipeline():
    X, y = frame()
    light = AugmentedClassifier(mixed(GaussianNB()), Redrawn(), sample_weight=1e-12, random_state=0).fit(X, y)
    plain = mixed(GaussianNB()).fit(X, y)
    assert np.allclose(light.predict_proba(X), plain.predict_proba(X))
    weights = np.linspace(0.1, 1, 60)
    real = AugmentedClassifier(mixed(GaussianNB()), Redrawn(), ratio=0)
    real.fit(X, y, gaussiannb__sample_weight=weights)
    assert np.allclose(real.predict_proba(X), plain.fit(X, y, gaussiannb__sample_weight=weights).predict_proba(X))


def test_metadata_is_routed():
    X, y = rows()
    weights = np.linspace(1, 2, 60)
    with sklearn.config_context(enable_metadata_routing=True):
        recorder = Recorder().set_fit_request(sample_weight=True, flag=False).set_score_request(sample_weight=True)
        asked = AugmentedClassifier(recorder, Redrawn())
        assert np.array_equal(asked.fit(X, y, sample_weight=weights).estimator_.sample_weight_[:60], weights)
        with pytest.raises(TypeError, match="flag"):
            asked.fit(X, y, flag=1)
        with pytest.raises(sklearn.exceptions.UnsetMetadataPassedError):
            AugmentedClassifier(Recorder(), Redrawn()).fit(X, y, sample_weight=weights)
        scores = cross_validate(asked, X, y, params={"sample_weight": weights}, cv=2)["test_score"]
        assert len(scores) == 2
        step = GaussianNB().set_fit_request(sample_weight=True)
        scaler = StandardScaler().set_fit_request(sample_weight=False)
        light = AugmentedClassifier(make_pipeline(scaler, step), Redrawn(), sample_weight=0.1).fit(X, y)
        assert light.sample_weight_ == 0.1
        with pytest.raises(ValueError, match="set_fit_request"):
            AugmentedClassifier(make_pipeline(GaussianNB()), Redrawn(), sample_weight=0.1).fit(X, y)
        assert AugmentedClassifier(Recorder(), Redrawn(), sample_weight=0.1).fit(X, y).sample_weight_ == 0.1


def test_what_has_a_value_for_each_row_cannot_be_continued():
    X, y = rows()
    with pytest.raises(ValueError, match="'flag' with a value for each row"):
        AugmentedClassifier(Recorder(), Redrawn()).fit(X, y, flag=np.arange(60))
    plain = AugmentedClassifier(Recorder(), Redrawn(), ratio=0).fit(X, y, flag=np.arange(60))
    assert plain.estimator_.flag_.tolist() == list(range(60))
    for wrong in ([1.0], -np.ones(60), np.full(60, np.nan)):
        with pytest.raises(ValueError, match="sample_weight|inconsistent"):
            AugmentedClassifier(Recorder(), Redrawn()).fit(X, y, sample_weight=wrong)


def test_a_large_ratio_works_and_one_that_fits_in_no_memory_is_refused():
    X, y = rows()
    assert AugmentedClassifier(GaussianNB(), Redrawn(), ratio=1000).fit(X, y).n_synthetic_ == 60_000
    with pytest.raises(ValueError, match="asks for 60,000,000,000 synthetic rows of 3 columns.*smaller ratio"):
        AugmentedClassifier(GaussianNB(), Redrawn(), ratio=1e9).fit(X, y)
    with pytest.raises(ValueError, match="smaller ratio"):
        AugmentedRegressor(Ridge(), Redrawn(), ratio=1e9).fit(*_numeric())


X, Y = rows()


@pytest.mark.parametrize(
    ("estimator", "X", "y", "error", "message"),
    [
        (AugmentedClassifier(GaussianNB(), ratio=-1), X, Y, ValueError, "ratio must be a number of at least 0"),
        (AugmentedClassifier(GaussianNB(), ratio="all"), X, Y, ValueError, "ratio must be"),
        (AugmentedClassifier(GaussianNB(), strategy="most"), X, Y, ValueError, "strategy must be one of"),
        (AugmentedClassifier(GaussianNB(), sample_weight=0), X, Y, ValueError, "sample_weight must be 'auto' or"),
        (AugmentedClassifier(KNeighborsClassifier(), sample_weight=2), X, Y, ValueError, "fit takes sample_weight"),
        (AugmentedClassifier(GaussianNB(), filter="all"), X, Y, ValueError, "filter must be None, 'drop' or 'weight'"),
        (
            AugmentedClassifier(KNeighborsClassifier(), filter="weight"),
            X,
            Y,
            ValueError,
            "fit takes sample_w.*drop",
        ),
        (AugmentedClassifier(GaussianNB(), "smote"), X, Y, TypeError, "synthesizer must have fit"),
        (AugmentedClassifier(Ridge()), X, Y, TypeError, "needs a classifier.*AugmentedRegressor"),
        (AugmentedRegressor(GaussianNB()), X, X[:, 0], TypeError, "needs a regressor.*AugmentedClassifier"),
        (AugmentedClassifier(GaussianNB()), X, X[:, 0], ValueError, "Unknown label type"),
        (AugmentedRegressor(Ridge()), X, Y, ValueError, "needs numbers in y.*AugmentedClassifier"),
        (AugmentedClassifier(GaussianNB()), X, np.column_stack([Y, Y]), ValueError, "one target.*MultiOutputClass"),
        (AugmentedRegressor(Ridge()), X, X[:, :2], ValueError, "one target.*MultiOutputRegressor"),
        (AugmentedClassifier(GaussianNB()), X, [np.nan] * 60, ValueError, "y contains NaN"),
        (AugmentedRegressor(Ridge()), X, [np.nan] * 60, ValueError, "y contains NaN"),
        (AugmentedClassifier(GaussianNB()), X, [None, *Y[1:]], ValueError, "NaN or None"),
        (AugmentedClassifier(GaussianNB()), X, [np.nan, *Y[1:]], ValueError, "NaN or None"),
        (AugmentedClassifier(GaussianNB()), X, None, ValueError, "requires y"),
        (AugmentedClassifier(GaussianNB()), X, Y[1:], ValueError, "inconsistent numbers"),
        (AugmentedClassifier(GaussianNB(), ratio="auto", cv=1), X, Y, ValueError, "cv must be an integer of at least"),
        (
            AugmentedClassifier(GaussianNB(), ratio="auto", scoring=["accuracy"]),
            X,
            Y,
            ValueError,
            "scoring must be one",
        ),
    ],
)
def test_errors_say_what_was_expected(estimator, X, y, error, message):
    if estimator.synthesizer is None:
        estimator.set_params(synthesizer=Redrawn())
    with pytest.raises(error, match=message):
        estimator.fit(X, y)


def test_sparse_rows_are_refused_with_what_to_do():
    sparse = pytest.importorskip("scipy.sparse")
    with pytest.raises(TypeError, match=r"sparse.*toarray\(\).*OneHotEncoder\(sparse_output=False\)"):
        AugmentedClassifier(GaussianNB(), Redrawn()).fit(sparse.csr_array(X), Y)


def test_a_class_with_one_row_gets_rows_like_it():
    y = Y.copy()
    y = y.astype(object)
    y[0] = "rare"
    augmented = AugmentedClassifier(Recorder(), Redrawn(), strategy="minority", random_state=0).fit(X, y)
    assert (augmented.estimator_.y_[60:] == "rare").all()
    assert np.array_equal(augmented.estimator_.X_[60:], np.repeat(X[:1], augmented.n_synthetic_, axis=0))


class Mislabelled(Redrawn):
    """Gives every fifth row the features of the other class."""

    def generate(self, n_samples=None, *, y=None, random_state=None):
        wrong = np.arange(len(y)) % 5 == 0
        swapped = np.where(wrong, np.where(y == "yes", "no", "yes"), y)
        return super().generate(y=swapped, random_state=random_state)[0], y


@pytest.mark.slow
def test_implausible_rows_are_dropped_or_made_lighter():
    X, _ = rows(120)
    X[:, 0] += np.where(X[:, 0] > 0, 1, -1)
    y = np.where(X[:, 0] > 0, "yes", "no")
    wrong = lambda fitted: (fitted.X_[120:, 0] > 0) != (fitted.y_[120:] == "yes")  # noqa: E731
    make = lambda kind: AugmentedClassifier(Recorder(), Mislabelled(), filter=kind, random_state=0).fit(X, y)  # noqa: E731
    assert wrong(make(None).estimator_).sum() == 24
    dropped = make("drop")
    assert wrong(dropped.estimator_).sum() == 0
    assert dropped.n_synthetic_ == len(dropped.estimator_.y_) - 120
    assert 80 < dropped.n_synthetic_ <= 96
    lighter = make("weight").estimator_
    assert len(lighter.y_) == 240
    assert lighter.sample_weight_[120:][wrong(lighter)].max() < 0.1
    assert np.mean(lighter.sample_weight_[120:][~wrong(lighter)]) > 0.8
    numbers = AugmentedRegressor(Ridge(), Redrawn(), filter="drop", random_state=0).fit(*_numeric())
    assert 40 < numbers.n_synthetic_ <= 60


def test_what_is_chosen_does_not_outlive_the_fit():
    augmented = AugmentedClassifier(LinearDiscriminantAnalysis(), Redrawn(), ratio="auto", verbose=0, random_state=0)
    assert "p_value" in augmented.fit(X, Y).auto_results_
    assert not hasattr(augmented.set_params(ratio=1).fit(X, Y), "auto_results_")


def pictures(n=60):
    """Images of two classes that differ in their brightness, with the marks of uint8."""
    rng = np.random.default_rng(0)
    y = np.where(np.arange(n) % 3 > 0, "dark", "light")
    return (rng.integers(0, 150, (n, 6, 5)) + 100 * (y == "light")[:, None, None]).astype("uint8"), y


class Brightness(ClassifierMixin, BaseEstimator):
    """Tells images by the mean of their pixels."""

    def fit(self, X, y, sample_weight=None):
        self.X_, self.y_ = X, y
        self.inner_ = GaussianNB().fit(X.mean(axis=(1, 2))[:, None], y, sample_weight)
        self.classes_ = self.inner_.classes_
        return self

    def predict(self, X):
        return self.inner_.predict(X.mean(axis=(1, 2))[:, None])


@pytest.mark.filterwarnings("ignore:ratio='auto' found")
@pytest.mark.parametrize("options", [{}, {"filter": "drop"}, {"filter": "weight"}, {"ratio": "auto"}])
def test_images_stay_images(options):
    images, y = pictures()
    augmented = AugmentedClassifier(Brightness(), Redrawn(), verbose=0, random_state=0, **options).fit(images, y)
    fitted = augmented.estimator_
    assert fitted.X_.dtype == np.uint8 and fitted.X_.shape == (60 + augmented.n_synthetic_, 6, 5)
    assert np.array_equal(fitted.X_[:60], images)
    assert augmented.score(images, y) == 1
    if options.get("ratio") == "auto":
        assert set(augmented.auto_results_["ratio"]) == {0, 0.25, 1}
    else:
        assert augmented.n_synthetic_ >= 50


def test_images_of_another_length_and_bare_keras_models_are_told():
    images, y = pictures()
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        AugmentedClassifier(Brightness(), Redrawn()).fit(images, y[1:])
    with pytest.raises(TypeError, match=r"ImageClassifier\(model\) makes one of a Keras model. Received: .*object"):
        AugmentedClassifier(object(), Redrawn()).fit(images, y)
    with pytest.raises(ValueError, match="synthetic rows of 30 values"):
        AugmentedClassifier(Brightness(), Redrawn(), ratio=1e9).fit(images, y)


def test_tables_are_no_images_to_a_synthesizer_of_images():
    from augment import ImageSynthesizer

    with pytest.raises(ValueError, match=r"Expected images as an array.*got float64 of shape \(60, 3\)"):
        AugmentedClassifier(GaussianNB(), ImageSynthesizer("vae")).fit(X, Y)

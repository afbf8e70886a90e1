"""The curve tells planted help from planted harm and from nothing, on folds that no generator saw the test rows of."""

import json

import numpy as np
import pandas as pd
import pytest
from fake_generators import Rows, Truth, linear_rows
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.compose import make_column_transformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import make_scorer, mean_absolute_error, r2_score
from sklearn.model_selection import KFold, RepeatedKFold, ShuffleSplit, StratifiedKFold
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from augment import augmentation_curve
from augment.augmentation import curve as curve_module
from augment.augmentation import findings
from augment.datasets import make_table

PAIR = RepeatedKFold(n_splits=5, n_repeats=2, random_state=0)


@pytest.fixture
def without_controls(monkeypatch):
    monkeypatch.setattr(curve_module, "CONTROLS", {})


def two_classes(n=60, seed=0):
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 3 == 0
    return np.column_stack([np.arange(n), rng.normal(size=(n, 2)) + y[:, None]]), np.where(y, "rare", "often")


def verdicts(curve):
    return {found["generator"]: found for found in curve.results["verdicts"]}


def test_controls_are_always_there_and_planted_nothing_is_nothing():
    X, y = linear_rows(60, np.random.default_rng(0))
    curve = augmentation_curve(LinearRegression(), X, y, synthesizers={}, ratios=[1], random_state=0)
    found = verdicts(curve)
    assert found["duplicates"]["line"] == "no gain shown (every fold scored the same as without)"  # the same fit
    assert list(found) == ["duplicates", "interpolation", "noise"] and all(v["control"] for v in found.values())
    assert "duplicates (control)" in str(curve)


@pytest.mark.parametrize(
    "n_columns, generator, begins", [(120, Truth(), "helps: +."), (4, Rows(right=False), "hurts: -.")]
)
def test_planted_help_and_harm(n_columns, generator, begins, without_controls):
    X, y = linear_rows(240, np.random.default_rng(0), n_columns)
    curve = augmentation_curve(LinearRegression(), X, y, synthesizers=generator, ratios=[4], random_state=0)
    (found,) = curve.results["verdicts"]
    assert found["line"].startswith(begins) and " R2 [" in found["line"] and found["line"].endswith("at ratio 4")
    assert found["line"] in str(curve) and not found["control"]


def expected_gain(n_train, n_added, draws=300):
    """By the law: what fresh rows add to R2 of test sets of 12 rows, for training sets of `n_train`."""
    rng, gains = np.random.default_rng(1), []
    for _ in range(draws):
        X, y = linear_rows(n_train + n_added + 12, rng)
        test, few = slice(n_train + n_added, None), slice(n_train)
        many = LinearRegression().fit(X[: n_train + n_added], y[: n_train + n_added])
        alone = LinearRegression().fit(X[few], y[few])
        gains.append(r2_score(y[test], many.predict(X[test])) - r2_score(y[test], alone.predict(X[test])))
    return np.mean(gains)


@pytest.mark.slow
def test_intervals_cover_the_true_gain(without_controls):
    """In simulations of many kinds they cover it in 98 to 100 of 100 data sets, for a claim of 95."""
    truth, covered = expected_gain(48, 96), 0
    for seed in range(10):
        X, y = linear_rows(60, np.random.default_rng(100 + seed))
        curve = augmentation_curve(
            LinearRegression(), X, y, synthesizers=Truth(), ratios=[2], cv=PAIR, random_state=seed
        )
        (row,) = curve.results["rows"]
        covered += row["low"] <= truth <= row["high"]
    assert covered >= 9


class Guess(ClassifierMixin, BaseEstimator):
    """Learns nothing: guesses by a seed that depends on how many rows there were."""

    def fit(self, X, y):
        self.classes_, self.n_ = np.unique(y), len(y)
        return self

    def predict(self, X):
        return np.random.default_rng([self.n_, int(X[:, 0].sum())]).choice(self.classes_, len(X))


@pytest.mark.slow
def test_the_best_of_many_useless_generators_is_not_praised(without_controls):
    synthesizers = {name: Rows() for name in "abcd"}
    praised = 0
    for seed in range(6):
        X, y = two_classes(40, seed)
        curve = augmentation_curve(
            Guess(), X, y, synthesizers=synthesizers, ratios=[0.5, 1, 2], cv=PAIR, random_state=seed
        )
        scores = {tuple(row["scores"]) for row in curve.results["rows"]}
        assert len(scores) > 2
        praised += any(found["verdict"] == "helps" for found in curve.results["verdicts"])
    assert praised <= 1


def test_generators_see_training_rows_alone_and_are_fitted_once_a_fold(without_controls):
    X, y = two_classes()
    folds = list(KFold(4, shuffle=True, random_state=0).split(X))
    Rows.fits.clear()
    augmentation_curve(GaussianNB(), X, y, synthesizers=Rows(), cv=folds, random_state=0)
    assert len(Rows.fits) == 4
    for (seen, verbose, seed), (train, _) in zip(Rows.fits, folds, strict=True):
        assert set(seen) == set(X[train, 0])
        assert verbose == 0 and seed is not None


class Counted(ClassifierMixin, BaseEstimator):
    """Remembers what it was trained on."""

    fits = []

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        Counted.fits.append((np.asarray(X), np.asarray(y)))
        return self

    def predict(self, X):
        return np.repeat(self.classes_[0], len(X))


@pytest.mark.parametrize("strategy, added", [("all", [0, 24, 48]), ("balance", [0, 8, 16])])
def test_the_estimator_is_trained_on_real_rows_first(strategy, added, without_controls):
    X, y = two_classes()
    Counted.fits.clear()
    augmentation_curve(
        Counted(), X, y, synthesizers=Rows(), ratios=[1, 0.5], strategy=strategy, cv=KFold(5), random_state=0
    )
    for place, (_, test) in enumerate(KFold(5).split(X)):
        real = np.delete(X, test, axis=0)
        for (X_fit, y_fit), more in zip(Counted.fits[3 * place : 3 * place + 3], added, strict=True):
            np.testing.assert_array_equal(X_fit[:48], real)
            assert len(y_fit) == 48 + more
            if strategy == "balance":
                assert (y_fit[48:] == "rare").all()


def test_nothing_depends_on_what_else_is_compared_or_on_jobs(without_controls):
    from joblib import parallel_config

    X, y = two_classes()
    forest = RandomForestClassifier(3)
    options = {"ratios": [1], "cv": 2, "random_state": 3}
    alone = augmentation_curve(forest, X, y, synthesizers={"a": Rows()}, **options).results["rows"]
    with parallel_config("threading", n_jobs=2):
        both = augmentation_curve(forest, X, y, synthesizers={"b": Rows(right=False), "a": Rows()}, **options)
    (same,) = [row for row in both.results["rows"] if row["generator"] == "a"]
    assert same["scores"] == alone[0]["scores"]
    assert forest.random_state is None and not hasattr(forest, "estimators_")


def test_results_are_plain_and_complete():
    X, y = two_classes()
    curve = augmentation_curve(
        make_pipeline(GaussianNB()), X, y, synthesizers=[Rows(), Rows(False)], ratios=[0.5, 1], cv=2, random_state=0
    )
    results = json.loads(json.dumps(curve.results, allow_nan=False))
    assert results["scoring"] == "balanced_accuracy" and results["score_name"] == "balanced accuracy"
    assert results["estimator"] == "GaussianNB" and results["n_folds"] == 8
    assert results["test_share"] == pytest.approx(1)
    names = ["Rows", "Rows 2", "duplicates", "interpolation", "noise"]
    assert [found["generator"] for found in results["verdicts"]] == names
    for row in results["rows"]:
        gains = np.array(row["scores"]) - results["without"][0]["scores"]
        assert row["gain"] == pytest.approx(gains.mean(), abs=1e-12)
        assert row["score"] == pytest.approx(np.mean(row["scores"]))
    frame = curve.to_frame()
    assert len(frame) == 1 + 2 * len(names)
    assert frame["generator"].iloc[0] == "none" and frame["gain"].isna().iloc[0]
    assert "balanced accuracy of GaussianNB, means over 8 folds" in str(curve) == repr(curve)


def test_controls_and_synthesizers_each_share_one_level(without_controls, monkeypatch):
    X, y = two_classes()
    options = {"ratios": [1], "cv": StratifiedKFold(4), "random_state": 0}

    def width(synthesizers, **more):
        rows = augmentation_curve(GaussianNB(), X, y, synthesizers=synthesizers, **options | more).results["rows"]
        return {row["generator"]: row["high"] - row["low"] for row in rows if row["ratio"] == 1}

    one, two = width({"a": Rows()}), width({"a": Rows(), "b": Rows()})
    assert two["a"] > one["a"]
    monkeypatch.setattr(curve_module, "CONTROLS", {"control": Rows()})
    beside = width({"a": Rows()})
    assert beside["a"] == pytest.approx(one["a"]) and beside["control"] == pytest.approx(one["a"])


def test_training_sizes(without_controls):
    X, y = two_classes(90)
    Counted.fits.clear()
    curve = augmentation_curve(
        Counted(), X, y, synthesizers=Rows(), ratios=[1], train_sizes=[1.0, 0.25], cv=KFold(3), random_state=0
    )
    assert curve.results["train_sizes"] == [15, 60]
    sizes = [len(y_fit) for _, y_fit in Counted.fits]
    assert sizes == [15, 30, 60, 120] * 3
    assert all((y_fit == "rare").sum() * 3 == len(y_fit) for _, y_fit in Counted.fits)
    assert [row["train_size"] for row in curve.results["without"]] == [15, 60]
    assert "15 real rows: .500" in str(curve) and "60 real rows: .500" in str(curve)


@pytest.mark.slow
def test_tables_with_categories_and_text_labels(df_module):
    table = make_table(60, random_state=0)[["city", "age", "member", "bought"]]
    X, y = table.drop(columns="bought"), table["bought"]
    if df_module is not pd:
        X, y = df_module.from_pandas(X), df_module.from_pandas(y)
    encode = make_column_transformer((OneHotEncoder(), ["city"]), (StandardScaler(), ["age", "member"]))
    model = make_pipeline(encode, LogisticRegression(max_iter=500))
    curve = augmentation_curve(
        model, X, y, synthesizers={}, ratios=[1], cv=StratifiedKFold(3), scoring="accuracy", random_state=0
    )
    as_pandas = augmentation_curve(
        model,
        table.drop(columns="bought"),
        table[["bought"]],
        synthesizers={},
        ratios=[1],
        cv=StratifiedKFold(3),
        scoring="accuracy",
        random_state=0,
    )
    assert str(curve) == str(as_pandas)


def test_other_scores_and_splitters(without_controls):
    X, y = linear_rows(40, np.random.default_rng(0))
    for scoring, name in [
        ("neg_mean_absolute_error", "neg mean absolute error"),
        (make_scorer(mean_absolute_error, greater_is_better=False), "score"),
    ]:
        for cv in (ShuffleSplit(5, random_state=0), RepeatedKFold(n_splits=4, n_repeats=1, random_state=0)):
            curve = augmentation_curve(LinearRegression(), X, y, synthesizers=Truth(), ratios=3, cv=cv, scoring=scoring)
            assert curve.results["score_name"] == name
            assert curve.results["without"][0]["score"] < 0 < curve.results["rows"][0]["gain"]


def test_progress_is_shown_on_standard_error_when_asked_for(capsys, without_controls):
    X, y = two_classes()
    for verbose in (0, 1):
        augmentation_curve(GaussianNB(), X, y, synthesizers=Rows(), ratios=[1], cv=2, verbose=verbose, random_state=0)
        told = capsys.readouterr()
        assert not told.out and ("16 of 16 fits scored in" in told.err) == bool(verbose)


class Broken(Rows):
    """Cannot generate."""

    def generate(self, n_samples=None, *, y=None, random_state=None):
        raise RuntimeError("out of paper")


def test_an_error_says_whose_it_is(without_controls):
    X, y = two_classes()
    with pytest.raises(RuntimeError, match="out of paper") as caught:
        augmentation_curve(GaussianNB(), X, y, synthesizers={"mine": Broken()}, random_state=0)
    assert caught.value.__notes__ == ["augmentation_curve: mine, fold 1, 48 training rows"]


def no_score(estimator, X, y):
    return np.nan


@pytest.mark.parametrize(
    "change, error, words",
    [
        ({"ratios": [0, 1]}, ValueError, "above 0 and at most 100; no synthetic rows are always compared"),
        ({"ratios": [1000]}, ValueError, "Received: 1000"),
        ({"ratios": [-1]}, ValueError, "Received: -1"),
        ({"ratios": [np.nan]}, ValueError, "Received: nan"),
        ({"ratios": []}, ValueError, "at least one number"),
        ({"ratios": [0.001]}, ValueError, "adds no row to 48 training rows"),
        ({"strategy": "most"}, ValueError, "strategy must be one of"),
        ({"synthesizers": [Rows]}, TypeError, "object with fit, generate"),
        ({"synthesizers": {"noise": Rows()}}, ValueError, "text other than none, duplicates"),
        ({"synthesizers": GaussianNB()}, TypeError, "Received: GaussianNB=GaussianNB()"),
        ({"scoring": ["accuracy", "f1"]}, TypeError, "one score"),
        ({"scoring": no_score}, ValueError, "not all finite numbers"),
        ({"estimator": OneHotEncoder()}, TypeError, "a classifier or a regressor"),
        ({"estimator": LinearRegression()}, ValueError, "A regressor needs numbers in y"),
    ],
)
def test_bad_input(change, error, words):
    X, y = two_classes()
    options = {"estimator": GaussianNB(), "X": X, "y": y, "synthesizers": Rows(), "random_state": 0} | change
    with pytest.raises(error) as caught:
        augmentation_curve(**options)
    assert words in str(caught.value)


def test_strategies_need_classes_that_differ():
    X, y = linear_rows(30, np.random.default_rng(0))
    with pytest.raises(ValueError, match="Numbers have no classes"):
        augmentation_curve(LinearRegression(), X, y, synthesizers=Truth(), strategy="balance")
    X, _ = two_classes(40)
    with pytest.raises(ValueError, match="strategy='all' where all classes are equally large"):
        augmentation_curve(GaussianNB(), X, np.arange(40) % 2, synthesizers=Rows(), strategy="balance")


def test_by_default_the_synthesizer_is_ours():
    generators, controls = curve_module._named(None, np.zeros((50, 2)), GaussianNB())
    assert list(generators) == ["TabularSynthesizer", *controls]
    assert list(controls) == ["duplicates", "interpolation", "noise"]


class Layered(ClassifierMixin, BaseEstimator):
    """Guesses rightly as often as it has layers and rows: with `n` layers and `r` rows a real one .5 + .1 n + .05 r."""

    def __init__(self, augmentation=None, random_state=None):
        self.augmentation = augmentation
        self.random_state = random_state

    def fit(self, X, y):
        self.classes_, self.seen_ = np.unique(y), X.dtype
        n_real = len(np.unique(X[:, 0, 0]))
        self.right_ = 0.5 + 0.1 * len(self.augmentation or ()) + 0.05 * (len(y) / n_real - 1)
        return self

    def predict(self, X):
        codes = (X[:, 0, 1] > 0).astype(int)
        wrong = np.arange(len(codes)) % 20 >= round(20 * self.right_)
        return self.classes_[np.where(wrong, 1 - codes, codes)]


def marked(n=80):
    """Images whose first pixel is their place and whose second is their class."""
    codes = np.arange(n) // 2 % 2
    X = np.zeros((n, 3, 3), "uint8")
    X[:, 0, 0], X[:, 0, 1] = np.arange(n), codes
    return X, np.where(codes == 1, "yes", "no")


class Images(Rows):
    """Real images once more."""

    def fit(self, X, y):
        Rows.fits.append((X[:, 0, 0], self.verbose, self.random_state))
        self.X_, self.y_ = X, np.asarray(y)
        return self


def test_classical_augmentation_is_a_rival_and_a_partner(without_controls):
    X, y = marked()
    Rows.fits.clear()
    augmentation = {"flip": [object()], "all": [object(), object()]}
    options = {"ratios": [1, 2], "cv": StratifiedKFold(2), "scoring": "accuracy", "random_state": 0}
    curve = augmentation_curve(Layered(), X, y, synthesizers={"own": Images()}, augmentation=augmentation, **options)
    results = json.loads(json.dumps(curve.results, allow_nan=False))
    assert len(Rows.fits) == 2  # of each fold all arms share one
    assert [(row["augmentation"], row["score"]) for row in results["without"]] == [
        ("none", pytest.approx(0.5)),
        ("flip", pytest.approx(0.6)),
        ("all", pytest.approx(0.7)),
    ]
    assert [row.get("gain") for row in results["without"]] == [None, pytest.approx(0.1), pytest.approx(0.2)]
    assert [(row["augmentation"], row["ratio"]) for row in results["rows"]] == [
        (name, ratio) for name in ("none", "flip", "all") for ratio in (1, 2)
    ]
    for row in results["rows"]:  # over the same layers without rows
        assert row["gain"] == pytest.approx(0.05 * row["ratio"])
    frame = curve.to_frame()
    assert frame["augmentation"].tolist() == ["none", "flip", "all"] + 2 * ["none"] + 2 * ["flip"] + 2 * ["all"]
    named = ["own", "flip", "flip + own", "all", "all + own"]
    assert [findings.named_arm(found) for found in results["verdicts"]] == named
    text = str(curve)
    assert "40 real rows: .500" in text and "40 real rows, flip: .600 (+.100 [" in text
    assert "at ratio 0" not in text


def test_the_gain_of_rows_is_the_same_whatever_is_tried_beside(without_controls):
    X, y = marked()
    options = {"synthesizers": {"own": Images()}, "ratios": [1], "cv": StratifiedKFold(2), "random_state": 0}
    alone = augmentation_curve(Layered(), X, y, **options).results["rows"]
    layers = [object()]
    beside = augmentation_curve(Layered(), X, y, augmentation=layers, **options).results["rows"]
    own = augmentation_curve(Layered(layers), X, y, **options).results["rows"]
    assert beside[0]["scores"] == alone[0]["scores"] and beside[1]["scores"] == own[0]["scores"]
    assert beside[1]["augmentation"] == "classical"
    assert beside[0]["high"] - beside[0]["low"] > alone[0]["high"] - alone[0]["low"]  # two comparisons at one level


def test_images_have_copies_as_their_control():
    X, y = marked()
    curve = augmentation_curve(Layered(), X, y, synthesizers={}, ratios=[1], augmentation=[object()], cv=2)
    assert list(verdicts(curve)) == ["duplicates", "none"]
    assert [row["augmentation"] for row in curve.results["rows"]] == ["none"]


@pytest.mark.parametrize(
    "change, error, words",
    [
        ({"estimator": GaussianNB()}, TypeError, "such as ImageClassifier(). Received: estimator=GaussianNB()"),
        ({"estimator": object()}, TypeError, "ImageClassifier(model) makes one of a Keras model"),
        ({"augmentation": {"own": [object()]}}, ValueError, "none of a generator. Received: 'own'"),
        ({"augmentation": {"none": [object()]}}, ValueError, "Received: 'none'"),
        ({"augmentation": object()}, TypeError, "a list of Keras layers, one at least. Received: classical="),
        ({"augmentation": []}, TypeError, "one at least"),
    ],
)
def test_bad_augmentation(change, error, words):
    X, y = marked()
    options = {"estimator": Layered(), "synthesizers": {"own": Images()}, "augmentation": [object()]} | change
    with pytest.raises(error) as caught:
        augmentation_curve(X=X, y=y, **options)
    assert words in str(caught.value)

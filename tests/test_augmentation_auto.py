"""The choice by evidence: planted gains are taken, harm and luck are not, and test rows are never seen."""

import numpy as np
import pytest
import row_generators
from row_generators import Lawful, Redrawn, law_numbers, law_rows
from scipy import stats
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LinearRegression
from sklearn.metrics import get_scorer
from sklearn.model_selection import GroupKFold, RepeatedStratifiedKFold, StratifiedKFold
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier

from augment import AugmentedClassifier, AugmentedRegressor
from augment.augmentation.auto import RATIOS, WEIGHTS


def auto(estimator, synthesizer, **options):
    kind = AugmentedRegressor if isinstance(estimator, LinearRegression) else AugmentedClassifier
    return kind(estimator, synthesizer, **{"ratio": "auto", "verbose": 0, "random_state": 0} | options)


def labelled(n, seed=0, minority=0.5):
    rng = np.random.default_rng(seed)
    y = rng.permutation((np.arange(n) < minority * n).astype(int))
    return law_rows(y, rng), y


class Lucky(ClassifierMixin, BaseEstimator):
    """A random tree on the distinct rows: duplicates change nothing but its luck."""

    def fit(self, X, y):
        rows, first = np.unique(X, axis=0, return_index=True)
        seed = (int(1e6 * abs(X[:, 0].sum())) + len(X)) % 2**31
        self.tree_ = DecisionTreeClassifier(max_features=1, random_state=seed).fit(rows, y[first])
        self.classes_ = self.tree_.classes_
        return self

    def predict(self, X):
        return self.tree_.predict(X)


@pytest.mark.slow
def test_weak_samples_are_augmented_and_the_test_score_rises():
    X_test, y_test = labelled(2000, seed=99)
    found, gains = 0, []
    for seed in range(5):
        X, y = labelled(140, seed)
        chosen = auto(LinearDiscriminantAnalysis(), Lawful(), random_state=seed).fit(X, y)
        assert chosen.n_synthetic_ == round(chosen.ratio_ * 140)
        found += chosen.ratio_ > 0
        gains.append(chosen.score(X_test, y_test) - LinearDiscriminantAnalysis().fit(X, y).score(X_test, y_test))
    assert found >= 3
    assert min(gains) >= 0
    assert np.mean(gains) > 0.05


def test_regressors_are_augmented_where_that_helps():
    X_test, y_test = law_numbers(2000, np.random.default_rng(99))
    found = 0
    for seed in range(4):
        X, y = law_numbers(120, np.random.default_rng(seed))
        chosen = auto(LinearRegression(), Lawful(), random_state=seed).fit(X, y)
        assert chosen.strategy_ == "all"
        if chosen.ratio_:
            found += 1
            assert chosen.score(X_test, y_test) > LinearRegression().fit(X, y).score(X_test, y_test)
    assert found >= 2


def test_rows_with_wrong_labels_are_not_added():
    X, y = labelled(200)
    chosen = auto(GaussianNB(), Lawful(wrong=True)).fit(X, y)
    assert (chosen.ratio_, chosen.strategy_, chosen.sample_weight_, chosen.n_synthetic_) == (0, "all", 1, 0)
    assert np.array_equal(chosen.predict_proba(X), GaussianNB().fit(X, y).predict_proba(X))
    assert np.all(chosen.auto_results_["mean_gain"][1:] < 0)


def test_duplicates_that_change_nothing_are_never_added():
    for seed in range(5):
        X, y = labelled(60, seed)
        nearest = auto(KNeighborsClassifier(1), Redrawn(), random_state=seed).fit(X, y)
        assert nearest.ratio_ == 0
        assert np.all(nearest.auto_results_["mean_gain"] == 0)


@pytest.mark.slow
def test_luck_is_taken_for_a_gain_in_no_more_than_the_runs_of_the_level():
    runs, found, gains = 50, 0, set()
    for seed in range(runs):
        X = np.random.default_rng(seed).normal(size=(40, 5))
        chosen = auto(Lucky(), Redrawn(), cv=4, random_state=seed).fit(X, X[:, 0] > 0)
        found += chosen.ratio_ > 0
        gains |= set(chosen.auto_results_["mean_gain"].round(4))
    assert len(gains) > 20  # there is luck
    assert found <= stats.binom.ppf(0.99, runs, 0.05)


def test_the_inner_splits_show_no_test_row_to_the_synthesizer():
    row_generators.SEEN.clear()
    X, y = labelled(60)
    folds = StratifiedKFold(3)
    auto(GaussianNB(), Redrawn(record=True), cv=folds).fit(X, y)
    assert len(row_generators.SEEN) == 3  # one fit serves all candidates; none was needed in the end
    for (train, _), (shown, labels) in zip(folds.split(X, y), row_generators.SEEN, strict=True):
        assert np.array_equal(shown, X[train])
        assert np.array_equal(labels, y[train])
    row_generators.SEEN.clear()
    auto(GaussianNB(), Redrawn(record=True)).fit(X, y)
    left_out = np.concatenate([[x for x in X[:, 0] if x not in shown[:, 0]] for shown, _ in row_generators.SEEN])
    assert sorted(left_out) == sorted(X[:, 0])  # each row is in the test part of one split


def test_scores_are_those_of_the_split_and_the_same_rows_serve_all_ratios():
    X, y = labelled(90, minority=0.2)
    folds = list(StratifiedKFold(3).split(X, y))
    chosen = auto(GaussianNB(), Redrawn(), cv=folds, scoring="balanced_accuracy").fit(X, y)
    results = chosen.auto_results_
    for place, (train, test) in enumerate(folds):
        expected = get_scorer("balanced_accuracy")(GaussianNB().fit(X[train], y[train]), X[test], y[test])
        assert results[f"split{place}_test_score"][0] == expected
    scores = np.array([results[f"split{place}_test_score"] for place in range(3)])
    assert np.allclose(results["mean_test_score"], scores.mean(axis=0))
    assert np.allclose(results["mean_gain"], (scores - scores[:, :1]).mean(axis=0))
    tried = {(p["strategy"], p["ratio"], p["sample_weight"]) for p in results["params"][1:]}
    assert tried == {("all", r, w) for r in RATIOS for w in WEIGHTS} | {("balance", 1.0, 1.0)}
    assert results["params"][0]["ratio"] == results["ratio"][0] == 0


def test_what_is_given_is_not_chosen():
    X, y = labelled(60, minority=0.3)
    fixed = auto(GaussianNB(), Redrawn(), strategy="balance", sample_weight=0.5).fit(X, y).auto_results_
    assert set(fixed["strategy"][1:]) == {"balance"}
    assert set(fixed["sample_weight"][1:]) == {0.5}
    unweighted = auto(KNeighborsClassifier(), Redrawn()).fit(X, y).auto_results_
    assert set(unweighted["sample_weight"]) == {1.0}
    three = auto(KNeighborsClassifier(), Redrawn()).fit(X, np.repeat([0, 1, 2], [30, 20, 10])).auto_results_
    assert set(three["strategy"]) == {"all", "balance", "minority"}


def test_the_same_seed_gives_the_same_choice():
    X, y = labelled(60)
    first, second = (auto(GaussianNB(), Redrawn(), random_state=4).fit(X, y).auto_results_ for _ in range(2))
    assert np.array_equal(first["p_value"], second["p_value"])
    assert np.array_equal(first["mean_gain"], second["mean_gain"])


def test_weights_of_real_rows_are_used_in_the_inner_splits():
    X, y = labelled(60)
    weights = (X[:, 2] > 0).astype(float) + 1e-6
    folds = list(StratifiedKFold(2).split(X, y))
    results = auto(GaussianNB(), Redrawn(), cv=folds).fit(X, y, sample_weight=weights).auto_results_
    train, test = folds[0]
    assert results["split0_test_score"][0] == GaussianNB().fit(X[train], y[train], weights[train]).score(
        X[test], y[test]
    )


def test_repeated_splits_and_groups():
    X, y = labelled(60)
    repeated = auto(GaussianNB(), Redrawn(), cv=RepeatedStratifiedKFold(n_splits=2, n_repeats=3)).fit(X, y)
    assert "split5_test_score" in repeated.auto_results_
    groups = np.repeat(np.arange(20), 3)
    grouped = auto(GaussianNB(), Redrawn(), cv=GroupKFold(2)).fit(X, y, groups=groups)
    assert "split1_test_score" in grouped.auto_results_
    with pytest.raises(ValueError, match="GroupKFold"):
        auto(GaussianNB(), Redrawn()).fit(X, y, groups=groups)


def test_a_class_with_one_row_stays_in_training_and_rare_ones_in_one_test_part():
    X, y = labelled(40)
    y[0], y[1:3] = 7, 8
    row_generators.SEEN.clear()
    results = auto(GaussianNB(), Redrawn(record=True), scoring="balanced_accuracy").fit(X, y).auto_results_
    assert len(row_generators.SEEN) >= 5
    assert all({7, 8} <= set(labels) for _, labels in row_generators.SEEN)
    assert np.isfinite(results["mean_test_score"]).all()


def test_fewer_rows_than_folds_make_fewer_folds():
    X, y = labelled(6)
    results = auto(KNeighborsClassifier(1), Redrawn(), cv=5).fit(X, y).auto_results_
    assert len([name for name in results if name.startswith("split")]) == 3
    X, y = law_numbers(5, np.random.default_rng(0))
    results = auto(LinearRegression(), Redrawn(), cv=5).fit(X, y).auto_results_
    assert len([name for name in results if name.startswith("split")]) == 2


@pytest.mark.parametrize("y", [[0] * 10, [0, 1, 2], list("abcdefghij"), [0] * 9 + [1]])
def test_nothing_is_added_where_nothing_can_be_tried(y):
    X = np.arange(2 * len(y), dtype=float).reshape(-1, 2)
    with pytest.warns(UserWarning, match="ratio='auto' found too few rows for two inner splits: the estimator is"):
        chosen = auto(KNeighborsClassifier(1), Redrawn()).fit(X, y)
    assert (chosen.ratio_, chosen.n_synthetic_, chosen.auto_results_) == (0, 0, {})


def test_an_estimator_that_fails_in_all_inner_splits_adds_nothing():
    X, y = labelled(20)
    with pytest.warns(UserWarning, match="no two inner splits that the estimator alone"):
        chosen = auto(KNeighborsClassifier(18), Redrawn(), cv=2).fit(X, y)
    assert chosen.ratio_ == 0


def test_balance_alone_has_nothing_to_try_on_equal_classes():
    X, y = labelled(20)
    with pytest.warns(UserWarning, match="no rows that a strategy would add"):
        assert auto(GaussianNB(), Redrawn(), strategy="balance").fit(X, y).ratio_ == 0


def test_progress_and_choice_are_shown(capsys):
    X, y = labelled(60)
    auto(GaussianNB(), Redrawn(), verbose=1, cv=2).fit(X, y)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "augment: inner split 1 of 2, 4 candidates"
    assert lines[1].startswith("augment: inner split 2 of 2, 4 candidates, about ")
    assert lines[2].startswith("augment: no synthetic rows; the best of 4 candidates was ratio ")
    auto(LinearDiscriminantAnalysis(), Lawful(), verbose=1).fit(*labelled(140))
    assert capsys.readouterr().err.splitlines()[-1].startswith("augment: ratio ")
    auto(GaussianNB(), Redrawn()).fit(X, y)
    assert capsys.readouterr().err == ""

"""Training on synthetic rows: as good for fresh rows, worse for spoilt ones, silent where nothing can be learned."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import r2_score, roc_auc_score

from augment.auditing.frames import prepare
from augment.auditing.utility import USEFULNESS, score


def sample(n, seed, kind="class"):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3))
    signal = 2 * x[:, 0] - x[:, 1] + 0.5 * rng.normal(size=n)
    y = {
        "class": np.where(signal > 0, "yes", "no"),
        "number": signal,
        "many": np.select([signal < -1, signal < 1], ["low", "middle"], "high"),
    }[kind]
    return pd.DataFrame({"a": x[:, 0], "b": x[:, 1], "c": x[:, 2], "y": y})


def run(new, holdout, real):
    data = prepare(real, new, holdout, "y", thresholds=USEFULNESS.thresholds)
    return USEFULNESS.run(data, 0)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["class", "number", "many"])
def test_fresh_rows_are_as_good(kind):
    boosting, linear = run(*(sample(1500, seed, kind) for seed in (1, 2, 0)))
    assert boosting.verdict != "FAIL"
    assert linear.verdict == "PASS"
    assert abs(linear.value) < 0.01


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["class", "number", "many"])
def test_a_shuffled_target_is_useless(kind):
    spoilt = sample(800, 1, kind)
    spoilt["y"] = np.random.default_rng(0).permutation(spoilt["y"])
    boosting, linear = run(spoilt, sample(800, 2, kind), sample(800, 0, kind))
    assert (boosting.verdict, linear.verdict) == ("FAIL", "FAIL")


def test_what_rows_add_stands_beside_what_interpolated_rows_add():
    few = sample(60, 0)
    linear = run(sample(60, 1), sample(800, 2), few)[1]
    names = [row[0] for row in linear.evidence["tables"][0]["rows"]]
    assert names == [
        "synthetic rows less real rows",
        "real and synthetic rows less real rows",
        "real and synthetic rows less real and interpolated rows",
        "real and interpolated rows less real rows",
    ]
    scores = [row["value"] for row in linear.evidence["charts"][0]["rows"]]
    gains = [row[1] for row in linear.evidence["tables"][0]["rows"]]
    differences = [scores[1] - scores[0], scores[2] - scores[0], scores[2] - scores[3], scores[3] - scores[0]]
    assert gains == pytest.approx(differences)
    assert f"synthetic ones give {scores[2]:.3f}" in linear.message
    assert "interpolated ones" in linear.message


def test_more_real_rows_add_more_than_interpolated_ones():
    gains = []
    for seed in range(3):
        tables = [sample(n, 10 * seed + i, "number") for i, n in enumerate((60, 60, 1500))]
        boosting = run(tables[0], tables[2], tables[1])[0]
        gains.append(boosting.evidence["tables"][0]["rows"][2][1])
    assert min(gains) > 0


def test_a_synthetic_table_with_one_class_is_useless():
    boosting, linear = run(sample(500, 1).assign(y="yes"), sample(500, 2), sample(500, 0))
    assert (boosting.verdict, linear.verdict) == ("FAIL", "FAIL")
    assert "AUC 0.500 when trained on synthetic" in boosting.message


def test_rare_and_unseen_classes_are_told():
    real, new, held = sample(400, 0), sample(400, 1), sample(400, 2)
    real.loc[:3, "y"], new.loc[:3, "y"], held.loc[:5, "y"] = "rare", "invented", "unseen"
    linear = run(new, held, real)[1]
    assert linear.verdict in ("PASS", "INCONCLUSIVE")
    assert "6 holdout rows" in linear.message


def test_a_target_that_cannot_be_predicted_decides_nothing():
    tables = [sample(300, seed) for seed in range(3)]
    for seed, table in enumerate(tables):
        table["y"] = np.random.default_rng(seed + 9).choice(["yes", "no"], 300)
    assert {found.verdict for found in run(*tables)} == {"NOT ASSESSED"}


@pytest.mark.parametrize("value", ["yes", None, 1.0])
def test_a_constant_or_missing_target_is_not_assessed(value):
    (found,) = run(sample(60, 1), sample(60, 2), sample(60, 0).assign(y=value))
    assert found.verdict == "NOT ASSESSED"
    assert "in train: there is nothing to predict" in found.missing


def test_scores_are_those_of_scikit_learn_and_of_repeated_rows():
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 3, 80).astype(float)
    guess = rng.random((80, 3)).round(1) + np.eye(3)[truth.astype(int)] * 0.3
    weights = rng.integers(0, 3, (2, 80)).astype(float)
    classes = np.arange(3.0)
    for row, value in zip(weights, score(truth, guess, classes, weights), strict=True):
        repeated = np.repeat(np.arange(80), row.astype(int))
        areas = [roc_auc_score(truth[repeated] == k, guess[repeated, k]) for k in range(3)]
        assert value == pytest.approx(np.mean(areas))
    numbers = guess[:, :1] + truth[:, None]
    for row, value in zip(weights, score(truth, numbers, None, weights), strict=True):
        repeated = np.repeat(np.arange(80), row.astype(int))
        assert value == pytest.approx(r2_score(truth[repeated], numbers[repeated, 0]))


@pytest.mark.slow
@pytest.mark.parametrize("present", [0, 1])
@pytest.mark.parametrize("kind", ["number", "class"])
def test_a_column_that_synthetic_rows_lack_stops_neither_model(present, kind):
    real, new, held = (sample(300, seed, kind) for seed in range(3))
    new.loc[present:, "a"] = np.nan
    boosting, linear = run(new, held, real)
    assert (boosting.verdict, linear.verdict) == ("FAIL", "FAIL")


@pytest.mark.slow
@pytest.mark.parametrize("empty", ["train", "synthetic", "holdout"])
def test_a_column_may_be_empty_in_any_table(empty):
    names = ("synthetic", "holdout", "train")
    tables = {name: sample(200, seed).assign(d=list("uv") * 100) for seed, name in enumerate(names)}
    tables[empty][["c", "d"]] = None
    assert all(np.isfinite(found.interval).all() for found in run(*(tables[name] for name in names)))

"""Column scores equal sdmetrics', count missing values, and see a rescaled column."""

import warnings

import numpy as np
import pandas as pd
import pytest

from augment.auditing.fidelity import SHAPES, ks_complement, tv_complement
from augment.auditing.frames import prepare

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from sdmetrics.single_column import KSComplement, TVComplement


@pytest.mark.parametrize("seed", range(5))
def test_scores_are_those_of_sdmetrics_without_missing_values(seed):
    rng = np.random.default_rng(seed)
    a, b = rng.normal(size=200).round(1), rng.normal(0.3, 1.2, size=150).round(1)
    assert ks_complement(a, b) == pytest.approx(KSComplement.compute(pd.Series(a), pd.Series(b)), abs=1e-9)
    a, b = np.append(rng.integers(0, 9, 200), np.arange(9.0)), rng.integers(2, 9, 120).astype(float)
    expected = TVComplement.compute(pd.Series(a).astype(str), pd.Series(b).astype(str))
    assert tv_complement(a, b) == pytest.approx(expected, abs=1e-9)


def test_categories_that_train_lacks_are_counted_exactly():
    """sdmetrics adds 1e-6 training rows for each such category; with those rows added, the scores are equal again."""
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 6, 200), rng.integers(1, 9, 120)
    real, new = np.bincount(a, minlength=9), np.bincount(b, minlength=9) / 120
    exact = 1 - np.abs(real / 200 - new).sum() / 2
    assert tv_complement(a.astype(float), b.astype(float)) == pytest.approx(exact, abs=1e-12)
    padded = real + 1e-6 * (real == 0) * (new > 0)
    theirs = TVComplement.compute(pd.Series(a).astype(str), pd.Series(b).astype(str))
    assert 1 - np.abs(padded / padded.sum() - new).sum() / 2 == pytest.approx(theirs, abs=1e-12)


@pytest.mark.parametrize("score", [ks_complement, tv_complement])
def test_missing_values_take_part(score):
    whole = np.tile([0.0, 1.0], 50)
    half = np.where(np.arange(100) % 4 < 2, np.nan, whole)
    nothing = np.full(100, np.nan)
    assert score(whole, half) == pytest.approx(0.5)
    assert score(whole, nothing) == 0.0
    assert score(nothing, nothing) == 1.0
    assert score(half, half) == 1.0


def sample(n, seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    return pd.DataFrame({"x": x, "c": rng.choice(list("abc"), n), "m": np.where(rng.random(n) < 0.2, np.nan, x)})


def run(synthetic, holdout=None):
    data = prepare(sample(1500, 0), synthetic, holdout, thresholds=SHAPES.thresholds)
    return SHAPES.run(data, 0)


def test_fresh_rows_pass_and_score_what_their_ceiling_says():
    mean, worst = run(sample(1500, 1), sample(1500, 2))
    assert (mean.verdict, worst.verdict) == ("PASS", "PASS")
    assert mean.value == pytest.approx(mean.ceiling, abs=0.01)
    assert "holdout" in mean.method
    assert "holdout" not in run(sample(1500, 1))[0].method


def test_a_rescaled_column_fails_and_is_named():
    new = sample(1500, 1)
    mean, worst = run(new.assign(x=new["x"] * 1000))
    assert worst.verdict == "FAIL"
    assert worst.worst[0]["name"] == "x"
    assert mean.verdict == "FAIL"


def test_lost_missing_values_fail():
    new = sample(1500, 1)
    _, worst = run(new.assign(m=new["x"]))
    assert (worst.verdict, worst.worst[0]["name"]) == ("FAIL", "m")


def test_few_rows_prove_nothing():
    constant = pd.DataFrame({"c": ["a"] * 15})
    mean, worst = SHAPES.run(prepare(constant, constant, thresholds=SHAPES.thresholds), 0)
    assert mean.value == 1.0
    assert (mean.verdict, worst.verdict) == ("INCONCLUSIVE", "INCONCLUSIVE")


def test_high_cardinality_is_no_fault_of_fresh_rows():
    rng = np.random.default_rng(0)
    tables = [pd.DataFrame({"c": rng.zipf(1.3, 600).clip(max=10**6).astype(str)}) for _ in range(2)]
    mean, _ = SHAPES.run(prepare(*tables, thresholds=SHAPES.thresholds), 0)
    assert mean.value == pytest.approx(mean.ceiling, abs=0.05)
    assert mean.verdict != "FAIL"

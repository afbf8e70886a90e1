"""Associations lost, invented, reversed and not linear are seen; bins come from the training rows alone."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from augment.auditing.frames import prepare
from augment.auditing.pairs import CONTINGENCY, CORRELATIONS, shared_bins

THRESHOLDS = {**CORRELATIONS.thresholds, **CONTINGENCY.thresholds}


def sample(n, seed, rho=0.9, other=0.0):
    rng = np.random.default_rng(seed)
    a, b, c = rng.normal(size=(3, n))
    return pd.DataFrame(
        {
            "a": a,
            "b": rho * a + np.sqrt(1 - rho**2) * b,
            "c": other * a + np.sqrt(1 - other**2) * c,
            "g": np.where(a + rng.normal(size=n) > 0, "high", "low"),
        }
    )


def run(check, synthetic, real=None):
    real = sample(1000, 0) if real is None else real
    return check.run(prepare(real, synthetic, thresholds=THRESHOLDS), 0)


@pytest.mark.parametrize("check", [CORRELATIONS, CONTINGENCY])
def test_fresh_rows_pass(check):
    mean, worst = run(check, sample(1000, 1))
    assert (mean.verdict, worst.verdict) == ("PASS", "PASS")
    assert mean.value == pytest.approx(mean.ceiling, abs=0.015)


@pytest.mark.parametrize("check", [CORRELATIONS, CONTINGENCY])
def test_independent_columns_fail(check):
    rng = np.random.default_rng(0)
    real = sample(1000, 0)
    shuffled = real.apply(lambda column: rng.permutation(column.to_numpy()))
    mean, worst = run(check, shuffled)
    assert (mean.verdict, worst.verdict) == ("FAIL", "FAIL")
    assert worst.worst[0]["name"] == "a × b"


@pytest.mark.parametrize("check", [CORRELATIONS, CONTINGENCY])
def test_an_invented_correlation_counts_as_much_as_a_lost_one(check):
    invented = run(check, sample(1000, 1, other=0.9))
    lost = run(check, sample(1000, 1), sample(1000, 0, other=0.9))
    for mean, worst in (invented, lost):
        assert (mean.verdict, worst.verdict) == ("FAIL", "FAIL")
    assert invented[0].value == pytest.approx(lost[0].value, abs=0.05)
    assert {row["name"] for row in invented[1].worst[:2]} == {"a × c", "b × c"}


def test_invented_and_lost_are_told_apart():
    _, worst = run(CORRELATIONS, sample(1000, 1, rho=0.0, other=0.9))
    changes = {row[0]: row[3] for row in worst.evidence["tables"][0]["rows"]}
    assert (changes["a × b"], changes["a × c"]) == ("lost", "invented")


def test_a_rescaled_column_keeps_its_correlations_but_not_its_table():
    new = sample(1000, 1)
    new["a"] *= 1000
    assert run(CORRELATIONS, new)[1].verdict == "PASS"
    assert run(CONTINGENCY, new)[1].verdict == "FAIL"


def test_a_parabola_is_seen_in_the_table():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, 1000))
    real = pd.DataFrame({"x": x[0], "y": x[0] ** 2})
    new = pd.DataFrame({"x": x[1], "y": rng.permutation(x[1] ** 2)})
    assert run(CONTINGENCY, new, real)[1].verdict == "FAIL"


def test_correlations_are_spearmans_over_complete_pairs():
    real = sample(300, 0)
    real.loc[:60, "a"] = np.nan
    new = sample(300, 1)
    _, worst = run(CORRELATIONS, new, real)
    row = next(row for row in worst.evidence["tables"][0]["rows"] if row[0] == "a × b")
    assert row[1] == pytest.approx(spearmanr(real["a"], real["b"], nan_policy="omit")[0], abs=0.03)
    assert row[2] == pytest.approx(spearmanr(new["a"], new["b"])[0], abs=1e-9)


def test_bins_are_the_training_quantiles():
    real, new = pd.DataFrame({"a": np.arange(100.0)}), pd.DataFrame({"a": np.arange(100.0) + 1000})
    codes, size = shared_bins(prepare(real * 1.5, new), 0, 10, 20)
    assert np.bincount(codes["train"]).tolist() == [10] * 10
    assert set(codes["synthetic"]) == {9}
    assert size == 11  # one more for missing values


def test_one_column_has_no_pairs():
    one = sample(50, 0)[["a"]]
    assert run(CORRELATIONS, one, one)[0].verdict == "NOT ASSESSED"
    assert run(CONTINGENCY, one, one)[0].verdict == "NOT ASSESSED"

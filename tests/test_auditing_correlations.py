"""Correlations lost, invented and reversed are seen, at the size that matters; fresh rows fail none."""

import warnings

import numpy as np
import pandas as pd
import pytest

from augment.auditing.correlations import LINEAR, RANKS
from augment.auditing.frames import prepare

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from sdmetrics.column_pairs import CorrelationSimilarity

BOTH = pytest.mark.parametrize("check", [RANKS, LINEAR])


def sample(n, seed, rho=0.9, other=0.0):
    rng = np.random.default_rng(seed)
    a, b, c = rng.normal(size=(3, n))
    return pd.DataFrame({"a": a, "b": rho * a + np.sqrt(1 - rho**2) * b, "c": other * a + np.sqrt(1 - other**2) * c})


def run(check, synthetic, real=None):
    real = sample(1000, 0) if real is None else real
    return check.run(prepare(real, synthetic, thresholds=check.thresholds), 0)


@BOTH
def test_many_fresh_rows_pass(check):
    mean, worst = run(check, sample(6000, 1), sample(6000, 0))
    assert (mean.verdict, worst.verdict) == ("PASS", "PASS")
    assert mean.value == pytest.approx(mean.ceiling, abs=0.01)


@pytest.mark.slow
@BOTH
def test_fresh_rows_fail_none_and_an_invented_correlation_of_three_tenths_always_fails(check):
    rng = np.random.default_rng(0)
    for seed in range(20):
        wide = [pd.DataFrame(rng.normal(size=(2000, 8)), columns=list("abcdefgh")) for _ in range(2)]
        assert run(check, wide[1], wide[0])[1].verdict != "FAIL"
        wide[1]["b"] = 0.3 * wide[1]["a"] + np.sqrt(1 - 0.09) * wide[1]["b"]
        worst = run(check, wide[1], wide[0])[1]
        assert (worst.verdict, worst.worst[0]["name"]) == ("FAIL", "a × b"), seed


@BOTH
def test_independent_columns_fail(check):
    rng = np.random.default_rng(0)
    shuffled = sample(1000, 0).apply(lambda column: rng.permutation(column.to_numpy()))
    mean, worst = run(check, shuffled)
    assert (mean.verdict, worst.verdict) == ("FAIL", "FAIL")
    assert worst.worst[0]["name"] == "a × b"


@BOTH
def test_an_invented_correlation_counts_as_much_as_a_lost_one(check):
    invented = run(check, sample(1000, 1, other=0.9))
    lost = run(check, sample(1000, 1), sample(1000, 0, other=0.9))
    for mean, worst in (invented, lost):
        assert (mean.verdict, worst.verdict) == ("FAIL", "FAIL")
    assert invented[0].value == pytest.approx(lost[0].value, abs=0.05)
    assert {row["name"] for row in invented[1].worst[:2]} == {"a × c", "b × c"}


def test_invented_and_lost_are_told_apart():
    _, worst = run(RANKS, sample(1000, 1, rho=0.0, other=0.9))
    changes = {row[0]: row[3] for row in worst.evidence["tables"][0]["rows"]}
    assert (changes["a × b"], changes["a × c"]) == ("lost", "invented")


@pytest.mark.parametrize(("check", "name"), [(RANKS, "Spearman"), (LINEAR, "Pearson")])
def test_scores_are_those_of_sdmetrics(check, name):
    real, new = sample(300, 0), sample(200, 1, rho=0.2)
    _, worst = run(check, new, real)
    for row in worst.worst:
        pair = row["name"].split(" × ")
        expected = CorrelationSimilarity.compute(real[pair], new[pair], coefficient=name)
        assert row["value"] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(("check", "method", "within"), [(RANKS, "spearman", 0.03), (LINEAR, "pearson", 1e-9)])
def test_correlations_are_those_of_complete_pairs(check, method, within):
    """Ranks are those in the whole column, so that they differ a little where the other column is missing."""
    real, new = sample(300, 0), sample(300, 1)
    real.loc[:60, "a"] = np.nan
    _, worst = run(check, new, real)
    row = next(row for row in worst.evidence["tables"][0]["rows"] if row[0] == "a × b")
    assert row[1] == pytest.approx(real["a"].corr(real["b"], method=method), abs=within)
    assert row[2] == pytest.approx(new["a"].corr(new["b"], method=method), abs=1e-9)


def test_rescaling_keeps_correlations_and_a_bent_scale_the_ranks_alone():
    real, new = sample(6000, 0, rho=0.99), sample(6000, 1, rho=0.99)
    assert run(LINEAR, new.assign(a=new["a"] * 1000), real)[1].verdict == "PASS"
    bent = new.assign(a=np.exp(3 * new["a"]))
    assert run(RANKS, bent, real)[1].verdict == "PASS"
    assert run(LINEAR, bent, real)[1].verdict == "FAIL"


def test_tails_without_a_variance_are_left_to_the_ranks():
    rng = np.random.default_rng(0)
    for _ in range(15):
        tables = [sample(500, int(rng.integers(9999))).assign(t=rng.standard_t(1, size=500)) for _ in range(2)]
        mean, worst = run(LINEAR, *tables)
        assert "FAIL" not in {mean.verdict, worst.verdict}
        assert mean.message.endswith("since a few rows make up their variance: 't'.")
    alone = [table[["a", "t"]] for table in tables]
    assert run(LINEAR, *alone)[0].verdict == "NOT ASSESSED"
    assert run(RANKS, *alone)[0].verdict != "NOT ASSESSED"


@BOTH
@pytest.mark.parametrize("value", [1.0, 1e38, np.nan])
def test_a_column_without_variance_in_the_synthetic_table_has_lost_its_correlation(check, value):
    _, worst = run(check, sample(1000, 1).assign(a=value))
    assert worst.worst[0]["name"] == "a × b"
    assert worst.verdict == "FAIL"


@BOTH
def test_one_column_has_no_pairs(check):
    one = sample(50, 0)[["a"]]
    assert run(check, one, one)[0].verdict == "NOT ASSESSED"

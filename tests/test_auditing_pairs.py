"""Associations lost, invented and not linear are seen in the tables; bins come from the training rows alone."""

import warnings

import numpy as np
import pandas as pd
import pytest

from augment.auditing.frames import prepare
from augment.auditing.pairs import CONTINGENCY, dependence, shared_bins

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from sdmetrics.column_pairs import ContingencySimilarity


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


def run(synthetic, real=None):
    real = sample(1000, 0) if real is None else real
    return CONTINGENCY.run(prepare(real, synthetic, thresholds=CONTINGENCY.thresholds), 0)


def test_fresh_rows_pass():
    mean, worst = run(sample(1000, 1))
    assert (mean.verdict, worst.verdict) == ("PASS", "PASS")
    assert mean.value == pytest.approx(mean.ceiling, abs=0.015)


def test_independent_columns_fail():
    rng = np.random.default_rng(0)
    real = sample(1000, 0)
    shuffled = real.apply(lambda column: rng.permutation(column.to_numpy()))
    mean, worst = run(shuffled)
    assert (mean.verdict, worst.verdict) == ("FAIL", "FAIL")
    assert worst.worst[0]["name"] == "a × b"


def test_an_invented_association_counts_as_much_as_a_lost_one():
    invented = run(sample(1000, 1, other=0.9))
    lost = run(sample(1000, 1), sample(1000, 0, other=0.9))
    for mean, worst in (invented, lost):
        assert (mean.verdict, worst.verdict) == ("FAIL", "FAIL")
    assert invented[0].value == pytest.approx(lost[0].value, abs=0.05)
    assert {row["name"] for row in invented[1].worst[:2]} == {"a × c", "b × c"}


def test_a_rescaled_column_fails():
    new = sample(1000, 1)
    new["a"] *= 1000
    assert run(new)[1].verdict == "FAIL"


def test_a_parabola_is_seen():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2, 1000))
    real = pd.DataFrame({"x": x[0], "y": x[0] ** 2})
    new = pd.DataFrame({"x": x[1], "y": rng.permutation(x[1] ** 2)})
    assert run(new, real)[1].verdict == "FAIL"


def test_scores_of_categories_are_those_of_sdmetrics():
    rng = np.random.default_rng(0)
    real = pd.DataFrame({"a": rng.choice(list("uvw"), 400), "b": rng.choice(list("xyz"), 400)})
    new = real.assign(b=np.where(real["a"] == "u", "x", real["b"])).sample(300, random_state=0)
    _, worst = run(new, real)
    assert worst.worst[0]["value"] == pytest.approx(ContingencySimilarity.compute(real, new), abs=1e-9)


def test_bins_are_the_training_quantiles():
    real, new = pd.DataFrame({"a": np.arange(100.0)}), pd.DataFrame({"a": np.arange(100.0) + 1000})
    codes, size = shared_bins(prepare(real * 1.5, new), 0, 10, 20)
    assert np.bincount(codes["train"]).tolist() == [10] * 10
    assert set(codes["synthetic"]) == {9}
    assert size == 11  # one more for missing values


def test_one_column_has_no_pairs():
    one = sample(50, 0)[["a"]]
    assert run(one, one)[0].verdict == "NOT ASSESSED"


def test_columns_of_one_value_stand_in_one_cell():
    shares = np.full((1, 1, 1), 1 + 1e-9)
    assert dependence(shares, 100) == pytest.approx(0, abs=1e-8)

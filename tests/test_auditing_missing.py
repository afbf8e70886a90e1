"""Values missing more often, and no longer together, are seen; fresh rows fail nothing."""

import warnings

import numpy as np
import pandas as pd
import pytest

from augment.auditing.frames import prepare
from augment.auditing.missing import RATES, TOGETHER

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from sdmetrics.single_column import MissingValueSimilarity


def sample(n, rng, rate=0.2, together=True):
    table = pd.DataFrame(rng.normal(size=(n, 4)), columns=list("abcd"))
    gone = rng.random(n) < rate
    table.loc[gone, "a"] = np.nan
    table.loc[gone if together else rng.random(n) < rate, "b"] = np.nan
    table["c"] = np.where(rng.random(n) < 0.03, None, "x")
    return table


def run(check, real, new):
    return check.run(prepare(real, new, thresholds=check.thresholds), 0)


def test_missing_together_is_told_from_missing_at_random():
    rng = np.random.default_rng(0)
    for _ in range(25):
        real, fresh, random = (sample(2000, rng, together=together) for together in (True, True, False))
        assert [f.verdict for f in run(TOGETHER, real, fresh)] == ["PASS", "PASS"]
        mean, worst = run(TOGETHER, real, random)
        assert (mean.verdict, worst.verdict, worst.worst[0]["name"]) == ("FAIL", "FAIL", "a × b")
        assert "FAIL" not in {f.verdict for f in run(RATES, real, random)}


def test_values_that_the_generator_makes_missing_together_are_an_invention():
    rng = np.random.default_rng(0)
    _, worst = run(TOGETHER, sample(2000, rng, together=False), sample(2000, rng))
    assert worst.verdict == "FAIL"
    assert worst.evidence["tables"][0]["rows"][0][3] == "invented"


def test_missing_in_turn_is_an_association_too():
    rng = np.random.default_rng(0)

    def turned(n):
        first = rng.random(n) < 0.5
        return pd.DataFrame({"a": np.where(first, np.nan, 1.0), "b": np.where(first, 1.0, np.nan)})

    real = turned(1000)
    assert [f.verdict for f in run(TOGETHER, real, turned(1000))] == ["PASS", "PASS"]
    shuffled = real.assign(b=rng.permutation(real["b"]))
    assert run(TOGETHER, real, shuffled)[1].verdict == "FAIL"


def test_phi_is_the_correlation_of_being_missing():
    rng = np.random.default_rng(0)
    real, new = sample(500, rng), sample(500, rng, together=False)
    _, worst = run(TOGETHER, real, new)
    first = worst.evidence["tables"][0]["rows"][0]
    assert first[:1] == ["a × b"]
    assert first[1:3] == pytest.approx([t["a"].isna().corr(t["b"].isna()) for t in (real, new)], abs=1e-9)


@pytest.mark.parametrize("rate", [0.0, 0.4, 1.0])
def test_another_share_of_missing_values_fails(rate):
    rng = np.random.default_rng(0)
    _, worst = run(RATES, sample(2000, rng), sample(2000, rng, rate=rate))
    assert worst.verdict == "FAIL"
    assert {row["name"] for row in worst.worst[:2]} == {"a", "b"}


def test_shares_are_those_of_sdmetrics():
    rng = np.random.default_rng(0)
    real, new = sample(300, rng), sample(200, rng, rate=0.5)
    _, worst = run(RATES, real, new)
    for row in worst.worst:
        expected = MissingValueSimilarity.compute(real[row["name"]], new[row["name"]])
        assert row["value"] == pytest.approx(expected, abs=1e-12)


def test_without_missing_values_the_shares_pass_and_nothing_can_be_missing_together():
    rng = np.random.default_rng(0)
    real, new = (pd.DataFrame(rng.normal(size=(500, 2)), columns=["a", "b"]) for _ in range(2))
    mean, worst = run(RATES, real, new)
    assert (mean.verdict, worst.verdict) == ("PASS", "PASS")
    assert mean.message.startswith("No value is missing; 2 columns score 1.000")
    assert run(TOGETHER, real, new)[0].verdict == "NOT ASSESSED"


def test_a_few_missing_cells_prove_nothing():
    rng = np.random.default_rng(0)
    real, new = (pd.DataFrame(rng.normal(size=(500, 2)), columns=["a", "b"]) for _ in range(2))
    real.iloc[:3] = np.nan
    assert run(TOGETHER, real, new)[0].verdict == "NOT ASSESSED"
    assert "FAIL" not in {f.verdict for f in run(RATES, real, new)}


def test_columns_that_are_missing_throughout_are_no_obstacle():
    rng = np.random.default_rng(0)
    real, new = (sample(300, rng).assign(e=np.nan, f=None) for _ in range(2))
    assert {f.verdict for f in [*run(RATES, real, new), *run(TOGETHER, real, new)]} == {"PASS", "INCONCLUSIVE"}

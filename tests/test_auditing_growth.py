"""A disparity that grows fails, one that shrinks or stays does not."""

import numpy as np
import pandas as pd
import pytest

from augment.auditing.frames import prepare
from augment.auditing.growth import AMPLIFICATION, CHECKS, DIFFERENTIAL, IMPACT


def sample(n, seed, rates=(0.3, 0.5), shares=(0.5, 0.5)):
    rng = np.random.default_rng(seed)
    g, h = rng.choice(2, n, p=shares), rng.integers(0, 2, n)
    y = rng.random(n) < np.array(rates)[g]
    return pd.DataFrame({"g": np.array(["f", "m"])[g], "h": np.array(["u", "v"])[h], "y": np.where(y, "yes", "no")})


def run(check, real, new, protected="g", target="y"):
    return check.run(prepare(real, new, target=target, protected=protected, thresholds=check.thresholds), 0)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_growth_fails_and_shrinking_passes(check):
    real = sample(4000, 0)
    (found,) = run(check, real, sample(4000, 1, rates=(0.15, 0.65)))
    assert found.verdict == "FAIL"
    assert found.interval[0] <= found.value <= found.interval[1]
    assert run(check, real, sample(4000, 1, rates=(0.4, 0.42)))[0].verdict == "PASS"


@pytest.mark.slow
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
@pytest.mark.parametrize("sizes", [(300, 300), (200, 2000), (2000, 200)])
def test_fresh_rows_do_not_fail(check, sizes):
    for s in range(25):
        real, new = (sample(n, 2 * s + k, shares=(0.2, 0.8)) for k, n in enumerate(sizes))
        assert all(found.verdict != "FAIL" for found in run(check, real, new, ["g", "h"]))


def test_levels_are_told_and_not_judged():
    real, new = sample(4000, 0, rates=(0.05, 0.5)), sample(4000, 1, rates=(0.05, 0.5))
    (found,) = run(IMPACT, real, new)
    rates = [t.groupby("g")["y"].apply(lambda y: (y == "yes").mean()) for t in (real, new)]
    assert found.verdict == "PASS"
    assert (found.worst[0]["train"], found.worst[0]["synthetic"]) == pytest.approx(
        tuple(rate.min() / rate.max() for rate in rates)
    )
    assert "0.8 is a rule of thumb" in found.message


def test_crossed_columns_are_compared_where_neither_alone_shows_anything():
    real = sample(4000, 0, rates=(0.5, 0.5))
    new = sample(4000, 1, rates=(0.5, 0.5))
    same = (new["g"] == "f") == (new["h"] == "u")
    new["y"] = np.where(np.random.default_rng(2).random(4000) < np.where(same, 0.8, 0.2), "yes", "no")
    (found,) = run(DIFFERENTIAL, real, new, ["g", "h"])
    assert found.verdict == "FAIL"
    assert found.worst[0]["name"] == "g × h (4 of 4 groups)"
    assert found.worst[1]["high"] < 0.22 + found.worst[0]["low"]


def test_small_crossed_groups_are_listed_with_shrunk_rates():
    real, new = sample(600, 0), sample(600, 1)
    real.loc[:4, ["g", "h", "y"]] = ["x", "u", "yes"]
    (found,) = run(DIFFERENTIAL, real, new, ["g", "h"])
    (cells,) = (t for t in found.evidence["tables"] if t["caption"].startswith("Groups of g × h"))
    (row,) = (row for row in cells["rows"] if row[0] == "x, u")
    assert row[1:3] == [5, 0]
    assert 0.3 < row[3] < 0.7
    assert row[-1].startswith("no: under 30")


def test_numbers_are_compared_by_the_half_above_the_median():
    rng = np.random.default_rng(0)
    real, new = (pd.DataFrame({"g": rng.choice(["u", "v"], 4000), "y": rng.normal(size=4000)}) for _ in range(2))
    assert run(AMPLIFICATION, real, new)[0].verdict == "PASS"
    real["y"] += 0.2 * (real["g"] == "u")
    new["y"] += 1.5 * (new["g"] == "u")
    (found,) = run(AMPLIFICATION, real, new)
    assert found.verdict == "FAIL"


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_one_group_is_not_assessed(check):
    real = sample(100, 0).assign(g="all")
    (found,) = run(check, real, real)
    assert found.verdict == "NOT ASSESSED"
    assert found.evidence["tables"]

"""The four measures are those of their definitions; errors are true; copies of training rows gain nothing."""

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import cdist

from augment.auditing.coverage import JOINT, MEASURES, neighbourhoods
from augment.auditing.frames import prepare


def by_definition(real, other, k):
    """Naeem et al. 2020, equations 1 to 4."""
    within, across = (cdist(p, p) for p in (real, other)), cdist(real, other)
    real_radius, other_radius = (np.sort(d, axis=1)[:, k] for d in within)
    inside = across <= real_radius[:, None]
    return {
        "precision": inside.any(axis=0).mean(),
        "recall": (across <= other_radius).any(axis=1).mean(),
        "density": inside.sum() / k / len(other),
        "coverage": inside.any(axis=1).mean(),
    }


@pytest.mark.parametrize("k", [1, 5])
def test_measures_are_those_of_the_paper(k):
    rng = np.random.default_rng(0)
    real, other = rng.normal(size=(120, 3)), rng.normal(0.5, 1.2, size=(120, 3))
    found = neighbourhoods(real, other, np.arange(120) % 10, k)
    assert {name: value for name, (value, _) in found.items()} == pytest.approx(by_definition(real, other, k))
    assert list(found) == list(MEASURES)


def test_errors_are_those_of_new_rows_or_a_little_larger():
    rng = np.random.default_rng(0)
    real = rng.normal(size=(300, 3))
    found = [neighbourhoods(real, rng.normal(size=(300, 3)), np.arange(300) % 40) for _ in range(60)]
    for name in MEASURES:
        values, errors = np.array([f[name] for f in found]).T
        assert 0.75 < errors.mean() / values.std() < 2, name


def test_rows_that_are_all_the_same_lie_where_each_other_lies():
    same = np.ones((60, 2)) * 0.3
    found = neighbourhoods(same, same.copy(), np.arange(60) % 5)
    assert {name: value for name, (value, _) in found.items()} == {
        "precision": 1.0,
        "recall": 1.0,
        "density": 12.0,
        "coverage": 1.0,
    }


def sample(n, rng):
    """Two clusters, a third of the rows in the smaller one, in five columns that hang together, and a category."""
    cluster = rng.random(n) < 1 / 3
    z = rng.normal(size=n)
    table = pd.DataFrame({c: z + 0.2 * rng.normal(size=n) + 6 * cluster for c in "abcde"})
    return table.assign(g=rng.choice(["u", "v"], n))


def run(real, new, holdout=None):
    findings = JOINT.run(prepare(real, new, holdout, thresholds=JOINT.thresholds), 0)
    return {f.id.rpartition(".")[2]: f for f in findings}


@pytest.mark.slow
@pytest.mark.parametrize("held", [True, False])
def test_fresh_rows_fail_nothing_and_plants_are_found(held):
    rng = np.random.default_rng(0)
    for _ in range(10):
        real, new = sample(1200, rng), sample(1200, rng)
        holdout = sample(600, rng) if held else None
        assert {f.verdict for f in run(real, new, holdout).values()} <= {"PASS", "INCONCLUSIVE"}
        lost = new[new["a"] < 3]
        found = run(real, lost, holdout)
        assert (found["recall"].verdict, found["coverage"].verdict) == ("FAIL", "FAIL")
        assert found["precision"].verdict == "PASS"
        shuffled = new.apply(lambda column: rng.permutation(column.to_numpy()))
        assert run(real, shuffled, holdout)["precision"].verdict == "FAIL"


def test_copies_of_training_rows_gain_nothing_against_a_holdout():
    rng = np.random.default_rng(0)
    real, holdout = sample(600, rng), sample(600, rng)
    for name, found in run(real, real, holdout).items():
        assert found.value == found.ceiling, name
        assert "Copies" not in found.message
    assert "Copies of training rows raise it." in run(real, real)["precision"].message


def test_scales_and_missing_values_are_no_obstacle():
    rng = np.random.default_rng(0)
    real, new = (sample(400, rng).assign(n=np.nan) for _ in range(2))
    for table in (real, new):
        table["a"] *= 1e9
        table.loc[::3, "b"] = np.nan
        table.loc[::4, "g"] = None
    assert "FAIL" not in {f.verdict for f in run(real, new).values()}


def test_too_few_rows_are_not_assessed():
    rng = np.random.default_rng(0)
    findings = JOINT.run(prepare(sample(80, rng), sample(80, rng), thresholds=JOINT.thresholds), 0)
    assert [f.verdict for f in findings] == ["NOT ASSESSED"]

"""A group whose outcomes changed is named; fresh rows change nothing."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from augment.auditing.frames import prepare
from augment.auditing.intervals import rate_difference_interval
from augment.auditing.outcomes import OUTCOMES, rate_changes


def sample(n, seed, rates=(0.3, 0.3, 0.3), shift=0.0):
    rng = np.random.default_rng(seed)
    g = rng.integers(0, 3, n)
    y = rng.random(n) < np.array(rates)[g]
    number = rng.normal(100, 10, n) + 10 * shift * (g == 2)
    return pd.DataFrame({"g": np.array(list("abc"))[g], "y": np.where(y, "yes", "no"), "number": number})


def run(real, new, target="y", protected="g", holdout=None):
    return OUTCOMES.run(prepare(real, new, holdout, target, protected, OUTCOMES.thresholds), 0)


def test_a_changed_rate_fails_and_its_group_is_named():
    (found,) = run(sample(3000, 0), sample(3000, 1, (0.3, 0.3, 0.5)))
    assert (found.verdict, found.worst[0]["name"]) == ("FAIL", "c")
    assert found.value == pytest.approx(0.2, abs=0.05)
    assert "y = yes holds for" in found.message


def test_point_values_are_the_rates_of_a_cross_table():
    real, new, held = sample(500, 0), sample(500, 1), sample(300, 2)
    (found,) = run(real, new, holdout=held)
    expected = [pd.crosstab(t["g"], t["y"], normalize="index")["yes"] for t in (real, new, held)]
    for row in found.evidence["tables"][0]["rows"]:
        assert row[4:7] == pytest.approx([rate[row[0]] for rate in expected])
    assert found.worst[0]["value"] == pytest.approx((expected[1] - expected[0])[found.worst[0]["name"]])


def test_arrays_of_rates_have_the_intervals_of_single_ones():
    successes, trials = np.array([[0, 3], [10, 50]]), np.array([[7, 30], [10, 400]])
    changes, low, high = rate_changes(successes, successes[::-1], trials, trials[::-1], 0.99)
    for i in np.ndindex(2, 2):
        first, second = (successes[i], trials[i]), (successes[::-1][i], trials[::-1][i])
        assert (low[i], high[i]) == pytest.approx(rate_difference_interval(second, first, 0.99))
        assert low[i] <= changes[i] <= high[i]


def test_fresh_rows_do_not_fail_and_many_of_them_pass():
    verdicts = [run(sample(300, 2 * s), sample(900, 2 * s + 1))[0].verdict for s in range(100)]
    assert "FAIL" not in verdicts
    assert run(sample(20_000, 0), sample(20_000, 1))[0].verdict == "PASS"


def test_what_few_rows_could_have_missed_is_said():
    (found,) = run(sample(300, 0), sample(300, 1))
    assert found.verdict == "INCONCLUSIVE"
    assert found.detectable > 0.05


def test_means_of_numbers_are_judged_in_standard_deviations():
    real, new = sample(2000, 0), sample(2000, 1, shift=1.0)
    (found,) = run(real, new, target="number")
    assert (found.verdict, found.worst[0]["name"]) == ("FAIL", "c")
    gap = new[new["g"] == "c"]["number"].mean() - real[real["g"] == "c"]["number"].mean()
    assert found.value == pytest.approx(gap / real["number"].std(ddof=0))
    (single,) = run(real.assign(g="all"), new.assign(g="all"), target="number")
    welch = stats.ttest_ind(new["number"], real["number"], equal_var=False).confidence_interval()
    assert (single.worst[0]["low"], single.worst[0]["high"]) == pytest.approx(
        tuple(np.array(welch) / real["number"].std(ddof=0))
    )


def test_fresh_numbers_rarely_fail():
    found = [run(sample(200, 2 * s), sample(60, 2 * s + 1), target="number")[0].verdict for s in range(100)]
    assert found.count("FAIL") <= 2


def test_every_class_of_several_is_compared_with_the_rest():
    rng = np.random.default_rng(0)
    real = pd.DataFrame({"g": rng.choice(["u", "v"], 3000), "y": rng.choice(list("klm"), 3000)})
    new = real.copy()
    moved = (new["g"] == "u") & (new["y"] == "k") & (rng.random(3000) < 0.5)
    new.loc[moved, "y"] = "l"
    (found,) = run(real, new)
    assert found.verdict == "FAIL"
    assert {row["name"] for row in found.worst[:2]} == {"u: k", "u: l"}


def test_small_and_vanished_groups_are_listed_and_shrunk():
    real = pd.concat([sample(400, 0), pd.DataFrame({"g": "d", "y": ["yes"] * 10, "number": 0.0})])
    new = sample(400, 1)
    (found,) = run(real, new[new["g"] != "c"])
    rows = {row[0]: row for row in found.evidence["tables"][0]["rows"]}
    assert rows["d"][-1].startswith("no: under 30")
    assert rows["c"][-1] == "no: no synthetic rows"
    assert rows["d"][3] == 1.0
    assert 0.3 < rows["d"][5] < 0.7
    assert {row["name"] for row in found.worst} == {"a", "b"}


def test_only_the_target_protected_is_not_assessed():
    (found,) = run(sample(100, 0), sample(100, 1), protected="y")
    assert found.verdict == "NOT ASSESSED"

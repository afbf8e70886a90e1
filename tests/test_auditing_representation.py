"""A group that shrinks is seen; groups too small to judge are listed, not judged."""

import numpy as np
import pandas as pd
import pytest

from augment.auditing.frames import prepare
from augment.auditing.representation import REPRESENTATION


def sample(n, seed, shares):
    rng = np.random.default_rng(seed)
    return pd.DataFrame({"g": rng.choice(list("abc"), n, p=shares), "age": rng.normal(40, 10, n)})


def run(real, new, protected="g"):
    return REPRESENTATION.run(prepare(real, new, protected=protected, thresholds=REPRESENTATION.thresholds), 0)


def test_equal_shares_pass_and_a_halved_group_fails():
    real = sample(3000, 0, [0.5, 0.3, 0.2])
    assert run(real, sample(3000, 1, [0.5, 0.3, 0.2]))[0].verdict == "PASS"
    (found,) = run(real, sample(3000, 1, [0.6, 0.3, 0.1]))
    assert found.verdict == "FAIL"
    assert found.worst[0]["name"] == "c"
    assert found.value == pytest.approx(0.5, abs=0.1)


def test_a_group_that_vanished_fails():
    (found,) = run(sample(1000, 0, [0.5, 0.3, 0.2]), sample(1000, 1, [0.6, 0.4, 0.0]))
    assert (found.value, found.verdict) == (0.0, "FAIL")


@pytest.mark.parametrize("rows", [30, 53])
def test_a_group_that_vanished_among_many_fails(rows):
    real = pd.DataFrame({"g": np.repeat(np.arange(40), rows).astype(str)})
    (found,) = run(real, real[real["g"] != "7"])
    assert (found.worst[0]["name"], found.verdict) == ("7", "FAIL")
    # without the group, rows of two Poisson counts all fall to train with the tail's probability at the bound
    chance = 0.05 / 2 / 40
    assert found.worst[0]["high"] == pytest.approx((chance ** (-1 / rows) - 1) * 40 / 39, rel=1e-2)


def test_small_groups_are_listed_and_not_judged():
    (found,) = run(sample(500, 0, [0.7, 0.29, 0.01]), sample(500, 1, [0.7, 0.3, 0.0]))
    assert found.verdict != "FAIL"
    rows = {row[0]: row[-1] for row in found.evidence["tables"][0]["rows"]}
    assert rows["a"] == "yes"
    assert rows["c"].startswith("no: under")


def test_equal_shares_rarely_fail():
    shares = [0.6, 0.35, 0.05]
    found = [run(sample(700, 2 * s, shares), sample(700, 2 * s + 1, shares))[0] for s in range(100)]
    assert sum(f.verdict == "FAIL" for f in found) <= 2


def test_log_disparity_stands_beside_the_ratio():
    real, new = sample(3000, 0, [0.5, 0.3, 0.2]), sample(3000, 1, [0.6, 0.3, 0.1])
    (found,) = run(real, new)
    share = [(t["g"] == "c").mean() for t in (real, new)]
    odds = [p / (1 - p) for p in share]
    assert found.worst[0]["log disparity"] == pytest.approx(np.log(odds[1] / odds[0]))
    rows = {row[0]: row for row in found.evidence["tables"][0]["rows"]}
    assert rows["c"][5] == pytest.approx(np.log(odds[1] / odds[0]))


def test_a_group_dropped_to_a_quarter_fails():
    found = []
    for seed in range(50):
        new = sample(2000, 2 * seed + 1, [0.6, 0.3, 0.1])
        gone = np.flatnonzero(new["g"] == "c")
        new = new.drop(gone[: len(gone) * 3 // 4])
        found.append(run(sample(2000, 2 * seed, [0.6, 0.3, 0.1]), new)[0].verdict)
    assert found == ["FAIL"] * 50


def test_the_luckiest_of_many_groups_is_no_fault():
    """Of 80 groups of about 18 rows, the only one judged is the one that chance gave 30 training rows."""
    rng = np.random.default_rng(0)
    judged = []
    for _ in range(80):
        real, fresh = (pd.DataFrame({"g": rng.integers(0, 80, 1500).astype(str)}) for _ in range(2))
        judged.append(run(real, fresh)[0].verdict)
    assert judged.count("FAIL") <= 1
    assert judged.count("INCONCLUSIVE") > 20

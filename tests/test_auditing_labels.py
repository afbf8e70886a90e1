"""Flipped labels are found where rates hardly move, and their share is told."""

import numpy as np
import pandas as pd
import pytest

from augment.auditing.frames import prepare
from augment.auditing.labels import LABELS
from augment.auditing.outcomes import OUTCOMES


def sample(n, seed, shares=(0.5, 0.4, 0.1)):
    rng = np.random.default_rng(seed)
    g, x = rng.choice(list("abc"), n, p=shares), rng.normal(size=(n, 3))
    score = x[:, 0] + 0.5 * x[:, 1] + 0.3 * rng.normal(size=n) + 0.3 * (g == "a")
    return pd.DataFrame({"g": g, "u": x[:, 0], "v": x[:, 1], "w": x[:, 2], "y": np.where(score > 0, "yes", "no")})


def flip(table, group, share, rng):
    rows = rng.permutation(np.flatnonzero(table["g"] == group))
    rows = rows[: round(len(rows) * share)]
    table.loc[rows, "y"] = np.where(table.loc[rows, "y"] == "yes", "no", "yes")
    return table


def run(check, real, new, **arguments):
    arguments = {"target": "y", "protected": "g", **arguments}
    return check.run(prepare(real, new, thresholds=check.thresholds, **arguments), 0)[0]


def test_labels_flipped_for_a_tenth_of_one_group_fail_where_rates_stay():
    rng = np.random.default_rng(0)
    estimates = []
    for seed in range(6):
        real, new = sample(2000, 2 * seed), flip(sample(2000, 2 * seed + 1), "b", 0.1, rng)
        found = run(LABELS, real, new)
        assert (found.verdict, found.worst[0]["name"]) == ("FAIL", "b")
        estimates.append(found.value)
        assert run(OUTCOMES, real, new).verdict != "FAIL"
    assert np.mean(estimates) == pytest.approx(0.1, abs=0.02)


@pytest.mark.slow
@pytest.mark.parametrize("sizes", [(150, 150), (120, 600), (600, 120)])
def test_fresh_rows_do_not_fail(sizes):
    for seed in range(8):
        real, new = (sample(n, 2 * seed + k) for k, n in enumerate(sizes))
        assert run(LABELS, real, new).verdict != "FAIL"


def test_a_copy_of_the_training_rows_does_not_fail():
    real = sample(600, 0)
    assert run(LABELS, real, real).verdict != "FAIL"


def test_labels_that_nothing_foretells_are_not_judged_as_flipped():
    rng = np.random.default_rng(0)
    tables = [
        pd.DataFrame({"g": rng.choice(["u", "v"], 400), "x": 1.0, "y": rng.choice(["n", "p"], 400)}) for _ in "ab"
    ]
    found = run(LABELS, *tables)
    assert found.verdict in ("INCONCLUSIVE", "NOT ASSESSED")


def test_many_classes_and_numbers_work():
    rng = np.random.default_rng(0)
    real, new = sample(500, 0), sample(500, 1)
    for table in (real, new):
        table["k"] = np.digitize(table["u"], np.linspace(-1.5, 1.5, 9)).astype(str)
    assert run(LABELS, real, new, target="k").verdict != "FAIL"
    shuffled = new.assign(k=rng.permutation(new["k"].to_numpy()))
    assert run(LABELS, real, shuffled, target="k").verdict == "FAIL"
    assert run(LABELS, real, new, target="u").verdict != "FAIL"


def test_small_groups_are_listed():
    found = run(LABELS, sample(400, 0, (0.5, 0.48, 0.02)), sample(400, 1, (0.5, 0.48, 0.02)))
    rows = {row[0]: row for row in found.evidence["tables"][0]["rows"]}
    assert rows["c"][-1] == "no: under 30 training rows"
    assert rows["a"][-1] == "yes"

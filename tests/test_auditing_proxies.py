"""A column that newly gives a protected one away fails; one that always did is told, not judged."""

import numpy as np
import pandas as pd
import pytest

from augment.auditing.frames import prepare
from augment.auditing.groups import Groups
from augment.auditing.proxies import PROXIES, Sample


def sample(n, seed, tells=0.0):
    rng = np.random.default_rng(seed)
    g = rng.choice(["f", "m"], n, p=[0.35, 0.65])
    x = rng.normal(size=(n, 3))
    job = np.where(rng.random(n) < tells, np.where(g == "f", "p", "q"), rng.choice(list("pqrs"), n))
    return pd.DataFrame({"g": g, "u": x[:, 0] + (g == "f"), "v": x[:, 1], "w": x[:, 2], "job": job})


def run(real, new, protected="g", target=None):
    return PROXIES.run(prepare(real, new, None, target, protected, PROXIES.thresholds), 0)


@pytest.mark.slow
def test_a_copied_protected_column_fails_by_name():
    for seed in range(5):
        together, alone = run(sample(2000, 2 * seed), sample(2000, 2 * seed + 1, tells=0.6))
        assert alone.verdict == together.verdict == "FAIL"
        assert alone.worst[0]["name"] == "job → f"
        assert alone.id == "bias.proxies.column.g"


def test_a_proxy_of_the_real_rows_is_told_and_not_judged():
    together, alone = run(sample(3000, 0, tells=0.6), sample(3000, 1, tells=0.6))
    assert together.reference > 0.75
    assert "FAIL" not in (together.verdict, alone.verdict)
    assert "Strongest in training rows: job → f" in alone.message


def test_a_lost_proxy_does_not_fail():
    together, alone = run(sample(1000, 0, tells=0.6), sample(1000, 1))
    assert "FAIL" not in (together.verdict, alone.verdict)
    assert together.value < -0.05


@pytest.mark.parametrize("sizes", [(100, 100), (100, 800), (300, 300)])
def test_fresh_rows_do_not_fail(sizes):
    for seed in range(4):
        real, new = (sample(n, 2 * seed + k) for k, n in enumerate(sizes))
        assert "FAIL" not in {f.verdict for f in run(real, new)}


def test_target_and_identifiers_take_no_part():
    real, new = sample(300, 0), sample(300, 1)
    for table in (real, new):
        table["y"] = table["g"]
        table["name"] = [f"{g}{i}" for i, g in enumerate(table["g"])]
    alone = run(real, new, target="y")[1]
    told = {row[0].split(" → ")[0] for row in alone.evidence["tables"][0]["rows"]}
    assert told == {"u", "v", "w", "job"}


def test_groups_in_few_rows_count_as_others():
    real, new = sample(600, 0), sample(600, 1)
    real.loc[:9, "g"] = "x"
    together, alone = run(real, new)
    assert "1 groups with fewer rows count as others" in together.message
    assert {row["name"].split(" → ")[1] for row in alone.worst} == {"f", "m"}


def test_of_two_groups_one_is_told_and_rows_are_as_many():
    data = prepare(sample(500, 0), sample(300, 1), protected="g")
    taken = Sample(Groups.of(data, 0), 5, 1000, np.random.default_rng(0))
    assert len(taken.groups) == 1
    assert {len(rows) for rows in taken.rows.values()} == {300}
    folds = taken.folds("train", 5, np.random.default_rng(0))
    assert np.bincount(folds).tolist() == [60] * 5


def test_where_nothing_can_be_told_the_reason_is():
    real = sample(200, 0).assign(g="all")
    found = run(real, real)
    assert {f.verdict for f in found} == {"NOT ASSESSED"}
    only = real[["g"]]
    assert run(only, only)[0].missing == "Needs a column beside 'g' and the target."


def test_rows_that_stand_twice_are_not_learned_by_heart():
    real = sample(400, 0)
    new = real.sample(400, replace=True, random_state=1)
    together = run(real, new)[0]
    assert together.verdict != "FAIL", together.message

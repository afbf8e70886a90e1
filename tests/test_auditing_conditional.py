"""Disparity within strata: which stratum is taken, and growth that the whole table hides."""

import numpy as np
import pandas as pd
import pytest

from augment.auditing import audit
from augment.auditing.conditional import CONDITIONAL, stratum_place
from augment.auditing.frames import prepare


def sample(n, seed, gap=0.0):
    """Women apply to the harder department; within each, `gap` lies between the sexes' rates."""
    rng = np.random.default_rng(seed)
    woman = rng.random(n) < 0.5
    hard = rng.random(n) < np.where(woman, 0.7, 0.3)
    rate = np.where(hard, 0.25, 0.75) + gap * np.where(woman, 0.5, -0.5)
    return pd.DataFrame(
        {
            "sex": np.where(woman, "f", "m"),
            "department": np.where(hard, "hard", "easy"),
            "noise": rng.choice(list("abc"), n),
            "income": rng.normal(size=n),
            "admitted": np.where(rng.random(n) < rate, "yes", "no"),
        }
    )


def run(real, new, strata=None, **changes):
    data = prepare(real, new, target="admitted", protected="sex", thresholds=CONDITIONAL.thresholds)
    object.__setattr__(data, "strata", stratum_place(data, strata))
    return CONDITIONAL.run(data, 0)[0]


def test_growth_within_strata_fails_although_the_whole_evens_out():
    real, new = sample(4000, 0), sample(4000, 1, gap=0.3)
    rates = new.groupby("sex")["admitted"].apply(lambda y: (y == "yes").mean())
    assert abs(rates["f"] - rates["m"]) < abs(0.4 - 0.6)
    found = run(real, new)
    assert found.verdict == "FAIL"
    assert "'department' (chosen" in found.message


def test_point_value_is_the_closed_form():
    real = sample(3000, 0, gap=0.2)
    found = run(real, sample(3000, 1))
    total = 0.0
    for _, part in real.groupby("department"):
        woman, admitted = part["sex"] == "f", part["admitted"] == "yes"
        total += len(part) / len(real) * (woman[~admitted].mean() - woman[admitted].mean())
    assert found.worst[0]["train"] == pytest.approx(abs(total))


def test_fresh_rows_do_not_fail_and_many_pass():
    assert all(run(sample(300, 2 * s), sample(300, 2 * s + 1)).verdict != "FAIL" for s in range(30))
    assert run(sample(8000, 0), sample(8000, 1)).verdict == "PASS"


def test_a_given_column_is_taken_numbers_by_quarters():
    found = run(sample(3000, 0), sample(3000, 1), strata="income")
    assert "4 strata of 'income' (given by strata=)" in found.message


@pytest.mark.parametrize(("strata", "message"), [("nothing", "is not a column of train"), ("sex", "is the target or")])
def test_a_wrong_column_is_refused(strata, message):
    with pytest.raises(ValueError, match=message):
        audit(sample(50, 0), sample(50, 1), target="admitted", protected="sex", strata=strata)


def test_without_a_category_it_is_not_assessed():
    tables = [sample(100, s)[["sex", "income", "admitted"]] for s in range(2)]
    found = run(*tables)
    assert found.verdict == "NOT ASSESSED"
    assert "strata=" in found.message


def test_many_levels_are_strata_of_the_largest_and_the_rest():
    real, new = sample(3000, 0), sample(3000, 1)
    for table in (real, new):
        table["city"] = np.arange(3000).astype(str)
        table["city"] = (np.arange(3000) % 500).astype(str)
    assert "21 strata of 'city'" in run(real, new, strata="city").message

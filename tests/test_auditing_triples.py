"""Associations that only three columns together show are found, in narrow and in wide tables."""

import numpy as np
import pandas as pd
import pytest

from augment.auditing.frames import prepare
from augment.auditing.pairs import CONTINGENCY
from augment.auditing.resampling import total_variation
from augment.auditing.triples import TRIPLES


def agreement(n, rng, columns=2):
    """Columns a and b, and c: whether they agree, in nine of ten rows; any two of the three are independent."""
    a, b = rng.integers(0, 2, n), rng.normal(size=n)
    c = ((b > 0) == a) ^ (rng.random(n) < 0.1)
    others = {f"x{j}": rng.normal(size=n) for j in range(columns)}
    return pd.DataFrame({"a": np.where(a, "yes", "no"), **others, "b": b, "c": c})


def run(real, new, check=TRIPLES, seed=0):
    return check.run(prepare(real, new, thresholds=check.thresholds), seed)


@pytest.mark.slow
def test_what_no_pair_shows_is_found():
    rng = np.random.default_rng(0)
    for _ in range(25):
        real, new = agreement(2000, rng), agreement(2000, rng)
        assert {f.verdict for f in run(real, new)} == {"PASS"}
        new["c"] = rng.permutation(new["c"])
        assert "FAIL" not in {f.verdict for f in run(real, new, CONTINGENCY)}
        _, worst = run(real, new)
        assert (worst.verdict, worst.worst[0]["name"]) == ("FAIL", "a × b × c")


@pytest.mark.slow
def test_it_is_found_among_many_columns_and_fresh_rows_fail_nothing():
    rng = np.random.default_rng(0)
    for _ in range(3):
        real, new = agreement(2000, rng, columns=40), agreement(2000, rng, columns=40)
        mean, worst = run(real, new)
        assert "FAIL" not in {mean.verdict, worst.verdict}
        assert "500 triples of columns, drawn from 12,341," in mean.message
        new["c"] = rng.permutation(new["c"])
        _, worst = run(real, new)
        assert (worst.verdict, worst.worst[0]["name"]) == ("FAIL", "a × b × c")


def test_an_invented_agreement_counts_as_much_as_a_lost_one():
    rng = np.random.default_rng(0)
    real, new = agreement(2000, rng), agreement(2000, rng)
    shuffled = real.assign(c=rng.permutation(real["c"]))
    lost, invented = run(real, shuffled)[1], run(shuffled, new)[1]
    assert (lost.verdict, invented.verdict) == ("FAIL", "FAIL")
    assert lost.value == pytest.approx(invented.value, abs=0.05)


def test_the_score_is_the_distance_of_the_tables_of_three():
    rng = np.random.default_rng(0)
    real, new = (pd.DataFrame(rng.integers(0, 2, (300, 3)).astype(str), columns=list("abc")) for _ in range(2))
    _, worst = run(real, new)
    shares = [t.value_counts(normalize=True).reindex(pd.MultiIndex.from_product([["0", "1"]] * 3)) for t in (real, new)]
    assert worst.worst[0]["value"] == pytest.approx(1 - total_variation(*(s.fillna(0).to_numpy() for s in shares)))


def test_two_columns_have_no_triple():
    rng = np.random.default_rng(0)
    table = agreement(200, rng)[["a", "b"]].assign(constant=1, empty=np.nan)
    assert run(table, table)[0].verdict == "NOT ASSESSED"

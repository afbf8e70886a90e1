"""Rare categories that vanish or thin out are seen; what is expected of fresh rows is what fresh rows have."""

import numpy as np
import pandas as pd
import pytest

from augment.auditing.frames import prepare
from augment.auditing.rare import RARE_CATEGORIES


def sample(n, rng, exponent=1.4):
    return pd.DataFrame({"c": rng.zipf(exponent, n).clip(max=10**9).astype(str), "x": rng.normal(size=n)})


def run(real, new):
    return RARE_CATEGORIES.run(prepare(real, new, thresholds=RARE_CATEGORIES.thresholds), 0)


def rare_labels(real):
    counts = real["c"].value_counts()
    return counts.index[counts.between(5, 0.02 * len(real))]


@pytest.mark.slow
@pytest.mark.parametrize("sizes", [(2000, 2000), (2000, 700), (800, 4000)])
def test_what_is_expected_of_fresh_rows_is_what_they_have(sizes):
    rng = np.random.default_rng(0)
    found = [run(sample(sizes[0], rng), sample(sizes[1], rng)) for _ in range(60)]
    assert np.mean([f[0].value - f[0].ceiling for f in found]) == pytest.approx(0, abs=0.03)
    assert np.mean([f[1].value for f in found]) == pytest.approx(1, abs=0.05)
    for k in (0, 1):
        assert sum(findings[k].verdict == "FAIL" for findings in found) <= 1


def test_many_categories_of_one_size_are_expected_as_often_as_they_come():
    """Of a thousand with 1.5 rows each, those seen five times were lucky: 78 % of them come again, not 97 %."""
    rng = np.random.default_rng(0)
    tables = [pd.DataFrame({"c": rng.integers(0, 1000, 1500).astype(str)}) for _ in range(24)]
    found = [run(real, fresh)[0] for real, fresh in zip(tables[::2], tables[1::2], strict=True)]
    assert np.mean([f.ceiling for f in found]) == pytest.approx(1 - np.exp(-1.5), abs=0.03)
    assert sum(f.verdict == "FAIL" for f in found) <= 1


@pytest.mark.slow
def test_left_out_rows_are_free_of_the_choice_where_the_plain_share_is_not():
    """Of very many categories, those seen five times or more are seen less often in fresh rows."""
    rng = np.random.default_rng(0)
    plain, ours = [], []
    for _ in range(20):
        real, fresh = (pd.DataFrame({"c": rng.integers(0, 1000, 4000).astype(str)}) for _ in range(2))
        kept = rare_labels(real)
        plain.append(fresh["c"].isin(kept).mean() / real["c"].isin(kept).mean())
        ours.append(run(real, fresh)[1].value)
    assert np.mean(ours) == pytest.approx(1, abs=0.05)
    assert np.mean(plain) < 0.75


def test_rare_categories_that_vanish_fail_and_are_listed():
    rng = np.random.default_rng(0)
    for _ in range(25):
        real, new = sample(2000, rng), sample(2000, rng)
        gone = rare_labels(real)
        there, share = run(real, new[~new["c"].isin(gone)])
        assert (there.value, there.verdict) == (0.0, "FAIL")
        assert (share.value, share.verdict) == (0.0, "FAIL")
        table = there.evidence["tables"][0]
        assert {row[1] for row in table["rows"]} <= set(gone)
        assert len(table["rows"]) == min(len(gone), 40)


@pytest.mark.parametrize("factor", [0.3, 3.0])
def test_rare_categories_that_thin_out_or_multiply_fail(factor):
    rng = np.random.default_rng(0)
    real, new = sample(4000, rng), sample(12_000, rng)
    rare = new["c"].isin(rare_labels(real))
    keep = rng.random(len(new)) < np.where(rare, min(factor, 1), min(1 / factor, 1))
    there, share = run(real, new[keep])
    assert there.verdict == "PASS"
    assert share.verdict == "FAIL"


def test_a_rare_event_written_as_a_number_is_a_category():
    rng = np.random.default_rng(0)
    real = pd.DataFrame({"fraud": (rng.random(4000) < 0.01).astype(int), "x": rng.normal(size=4000)})
    there, share = run(real, real.assign(fraud=0))
    assert there.value == 0
    assert share.verdict == "FAIL"
    assert there.evidence["tables"][0]["rows"][0][:2] == ["fraud", "1"]


@pytest.mark.parametrize("least", [0.0, 5.0])
def test_a_ratio_means_its_range_whichever_end_is_given(least):
    rng = np.random.default_rng(0)
    limits = RARE_CATEGORIES.thresholds | {"fidelity.rare.share": least}
    _, share = RARE_CATEGORIES.run(prepare(sample(800, rng), sample(800, rng), thresholds=limits), 0)
    assert share.verdict == "PASS"


def test_without_rare_categories_nothing_is_assessed():
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"c": rng.choice(list("ab"), 500), "x": rng.normal(size=500), "e": np.nan})
    (found,) = run(table, table)
    assert found.verdict == "NOT ASSESSED"
    assert "5 to 10 of the 500 training rows" in found.missing


def test_missing_values_and_new_labels_are_no_rare_categories():
    rng = np.random.default_rng(0)
    real = sample(2000, rng)
    real.loc[:19, "c"] = None
    there, _ = run(real, real.assign(c=[f"new {i % 50}" for i in range(2000)]))
    assert there.value == 0
    assert all(row[1] != "missing" for row in there.evidence["tables"][0]["rows"])

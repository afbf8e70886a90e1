"""Planted effects are found and fresh rows do not fail, in miniature; the benchmark counts and resumes as it says."""

import doctest
import importlib
import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
if not BENCHMARKS.is_dir():
    pytest.skip("the folder benchmarks/ is not part of an installed package", allow_module_level=True)
sys.path.insert(0, str(BENCHMARKS))
audit_truth, audited, planted = map(importlib.import_module, ("audit_truth", "audited", "planted_effects"))


@pytest.fixture(scope="module")
def rows():
    """Generated rows with Adult's columns that the effects need."""
    rng, n = np.random.default_rng(0), 7000
    skill, sex = rng.normal(size=n), rng.choice(["Male", "Female"], n, p=[0.67, 0.33])
    education = np.array(["none", "school", "college", "doctor"])[np.digitize(skill, [-1.5, 0.3, 1.2])]
    return pd.DataFrame(
        {
            "age": rng.integers(17, 90, n),
            "fnlwgt": rng.lognormal(12, 0.5, n).round().astype(int),
            "education": education,
            "years": 8 + 3 * np.digitize(skill, [-1.5, 0.3, 1.2]),
            "spouse": np.where((sex == "Male") & (rng.random(n) < 0.7), "wife", "none"),
            "hours-per-week": np.clip(40 + 9 * rng.normal(size=n) + 4 * skill, 1, 99).round().astype(int),
            "race": rng.choice(["White", "Black", "Other"], n, p=[0.86, 0.09, 0.05]),
            "sex": sex,
            "income": np.where(3 * skill + (sex == "Male") + rng.logistic(size=n) > 3, ">50K", "<=50K"),
        }
    )


def test_docstring_examples():
    assert doctest.testmod(audited).failed == 0


@pytest.mark.parametrize("name", planted.EFFECTS)
def test_a_planted_effect_is_found_by_the_finding_that_is_named(rows, name):
    wanted = planted.EFFECTS[name][1]
    record = audit_truth.power(rows, 0, name)
    assert record["verdicts"][wanted[0]] == "FAIL"
    assert set(record["verdicts"]) == set(wanted)
    assert record["stopped"] == []


def test_fresh_rows_do_not_fail(rows):
    sample = planted.adult_sample(rows, np.random.default_rng(1))
    cheap = {audited.check_of(wanted[0]) for _, wanted in planted.EFFECTS.values()}
    found = audit_truth._record(audit_truth._audited(sample, cheap, 0))
    assert "FAIL" not in found["verdicts"].values()
    assert len(found["verdicts"]) > 10


def test_equal_groups_are_equal_and_not_told_apart():
    sample = planted.equal_groups(np.random.default_rng(0), n=60_000)
    rates = (sample.train["job"] == "yes").groupby(sample.train["group"]).mean()
    assert len(rates) == 12
    assert rates.between(0.27, 0.33).all()
    record = audit_truth.gaps(None, 0)
    assert "FAIL" not in record["verdicts"].values()
    assert min(record["p_values"].values()) > 0.01


def test_tables_of_a_sample_share_no_row():
    rows = pd.DataFrame({"x": range(300), "income": 0})
    sample = planted.adult_sample(rows, np.random.default_rng(0), n=100)
    assert len({*sample.train["x"], *sample.synthetic["x"], *sample.holdout["x"]}) == 300


def test_effects_leave_everything_else_as_it_was(rows):
    rng = np.random.default_rng(0)
    fresh = planted.adult_sample(rows, rng, n=2000)
    shuffled = planted.shuffled_columns(fresh, rng).synthetic
    bent = planted.invented_correlation(fresh, rng).synthetic
    for name in fresh.synthetic:
        assert sorted(shuffled[name]) == sorted(fresh.synthetic[name]) == sorted(bent[name])
    assert bent["fnlwgt"].corr(bent["hours-per-week"], method="spearman") == pytest.approx(0.3, abs=0.06)
    dropped = planted.dropped_group(fresh, rng).synthetic
    assert (dropped["race"] == "Black").sum() == pytest.approx((fresh.synthetic["race"] == "Black").sum() / 4, abs=20)
    flipped = planted.flipped_labels(fresh, rng).synthetic
    changed = flipped["income"] != fresh.synthetic["income"]
    women = fresh.synthetic["sex"] == "Female"
    assert changed[women].mean() == pytest.approx(0.1, abs=0.04)
    assert not changed[~women].any()


def test_runs_are_kept_and_not_repeated(tmp_path, monkeypatch):
    calls = []
    monkeypatch.setattr(audit_truth, "gaps", lambda rows, seed: calls.append(seed) or {"verdicts": {}, "p_values": {}})
    path = tmp_path / "runs.jsonl"
    audit_truth.measure(["gaps"], 2, None, path)
    records = audit_truth.measure(["gaps"], 3, None, path)
    assert calls == [0, 1, 2]
    assert [json.loads(line)["key"] for line in path.read_text().splitlines()] == [r["key"] for r in records]


def test_shares_are_counted_by_check_and_judged_against_the_goal():
    def record(seed, verdict):
        return {
            "key": ["quick", "", seed],
            "verdicts": {"fidelity.shapes": "PASS", "fidelity.shapes.worst": verdict, "bias.flips.sex": "INFORMATION"},
            "p_values": {},
        }

    good, bad = [record(i, "PASS") for i in range(39)], record(39, "FAIL")
    assert "| fidelity.shapes | 40 | 0.025 | 0.001 to 0.132 | met |" in audit_truth.summary([*good, bad])
    assert "| fidelity.shapes | 39 | 0.026 | 0.001 to 0.135 | MISSED |" in audit_truth.summary([*good[1:], bad])
    assert "bias.flips" not in audit_truth.summary(good)


def test_a_check_that_stopped_is_told():
    record = {"key": ["quick", "", 0], "verdicts": {}, "p_values": {}, "stopped": ["bias.models: The check stopped"]}
    assert "STOPPED: bias.models" in audit_truth.summary([record])


def test_the_wide_table_has_the_columns_asked_for():
    table = audit_truth.wide_table(50, 30, np.random.default_rng(0))
    assert table.shape == (50, 30)


def test_every_judged_check_is_asked_on_fresh_rows_once():
    asked = [name for checks in audit_truth.NULLS.values() for name in checks]
    assert sorted([*asked, *audit_truth.UNJUDGED]) == sorted(check.id for check in audit_truth.CHECKS)

"""What each privacy check sees, on a population of known truth: fresh rows, and five ways to leak training rows."""

import numpy as np
import pandas as pd
import pytest

from augment.auditing.frames import prepare
from augment.auditing.privacy import CHECKS

ROWS = 2000
THRESHOLDS = {name: value for check in CHECKS for name, value in check.thresholds.items()}


def population(n, rng):
    """People with ages, schooling, pay and more: whole, skewed and rounded numbers, wide and narrow categories."""
    age = np.clip(rng.gamma(6, 6.5, n), 17, 90).round()
    school = np.clip(np.round(rng.normal(10, 2.5, n) + (age > 30)), 1, 16)
    sex = rng.choice(["f", "m"], n, p=[0.4, 0.6])
    pay = np.exp(rng.normal(9.2 + 0.08 * school + 0.01 * (age - 40) + 0.15 * (sex == "m"), 0.5)).round(2)
    job = np.array(list("abcdefghijklmn"))[np.clip(0.8 * school + rng.normal(-1, 3, n), 0, 13).astype(int)]
    return pd.DataFrame(
        {
            "age": age,
            "school": school,
            "sex": sex,
            "married": np.where(rng.random(n) < 1 / (1 + np.exp(-(age - 32) / 6)), "yes", "no"),
            "hours": np.clip(np.round(rng.normal(40, 9, n)), 1, 99),
            "pay": pay,
            "weight": rng.lognormal(12, 0.5, n).round(),
            "job": np.where(rng.random(n) < 0.05, None, job),
            "region": np.array([f"r{i:02}" for i in range(40)])[np.minimum(rng.geometric(0.12, n), 40) - 1],
            "gain": np.where(rng.random(n) < 0.08, rng.lognormal(8, 1, n).round(-1), 0.0),
            "rich": np.where(pay + rng.normal(0, 8000, n) > 35_000, "yes", "no"),
        }
    )


def fresh(real, rng):
    return population(len(real), rng)


def one_percent_copied(real, rng):
    return pd.concat([real[: len(real) // 100], fresh(real, rng)[len(real) // 100 :]])


def one_percent_nearly_copied(real, rng):
    """Numbers moved by a hundredth of their deviation, so that no row is equal."""
    near = real[: len(real) // 100].copy()
    for name in near.select_dtypes("number"):
        near[name] += rng.normal(0, 0.01 * real[name].std(), len(near))
    return pd.concat([near, fresh(real, rng)[len(real) // 100 :]])


def cells_replaced(real, rng):
    """Thirty per cent of the cells of each training row are those of another."""
    return real.apply(lambda v: np.where(rng.random(len(v)) < 0.3, v.to_numpy()[rng.permutation(len(v))], v.to_numpy()))


def between_neighbours(real, rng):
    """SMOTE: between a row and one of its five nearest."""
    numbers = real.select_dtypes("number").columns
    place = (real[numbers].rank() / len(real)).to_numpy()
    squared = ((place[:, None] - place[None]) ** 2).sum(axis=2)
    labels = real.drop(columns=numbers).astype(str).to_numpy()
    squared += sum(labels[:, None, j] != labels[None, :, j] for j in range(labels.shape[1]))
    np.fill_diagonal(squared, np.inf)
    other = np.argpartition(squared, 5, axis=1)[:, :5][np.arange(len(real)), rng.integers(5, size=len(real))]
    new, step = real.copy(), rng.random(len(real))
    for name in real:
        first, second = real[name].to_numpy(), real[name].to_numpy()[other]
        between = name in numbers
        new[name] = first + step * (second - first) if between else np.where(step < 0.5, first, second)
    return new


def all_copied(real, rng):
    return real.copy()


def failed(make, seed, rows=ROWS):
    """Ids of the findings that fail, and all that were made."""
    rng = np.random.default_rng([seed, rows])
    real, held = population(rows, rng), population(rows, rng)
    data = prepare(real, make(real, rng), held, "rich", ["sex"], THRESHOLDS)
    findings = [finding for check in CHECKS for finding in check.run(data, seed)]
    assert not [f.message for f in findings if f.missing or "stopped with" in f.message]
    assert {f.verdict for f in findings} <= {"FAIL", "INCONCLUSIVE"}
    return {f.id.removeprefix("privacy.") for f in findings if f.verdict == "FAIL"}, findings


SEEN = {
    one_percent_copied: {"copies", "distances.ratio"},
    one_percent_nearly_copied: {"distances.ratio"},
    cells_replaced: {"copies", "partial", "distances", "distances.ratio", "membership", "membership.rate"},
    between_neighbours: {"distances", "distances.ratio", "membership", "membership.rate", "inference.sex"},
    all_copied: {finding.id.removeprefix("privacy.") for finding in failed(fresh, 0, 400)[1]},
}


@pytest.mark.slow
@pytest.mark.parametrize("make", SEEN, ids=lambda make: make.__name__)
def test_each_leak_fails_where_it_should(make):
    for seed in range(2):
        assert failed(make, seed)[0] >= SEEN[make]


@pytest.mark.slow
def test_fresh_rows_hardly_ever_fail():
    runs = [failed(fresh, seed, 500)[0] for seed in range(8)]
    assert sum(map(bool, runs)) <= 1  # each check may fail in one run of forty
    assert not failed(fresh, 0)[0]


def test_without_a_holdout_nothing_is_assessed_and_the_reason_is_said():
    rng = np.random.default_rng(0)
    tables = population(60, rng), population(60, rng)
    for check in CHECKS:
        (found,) = check.run(prepare(*tables, target="rich", protected=["sex"], thresholds=THRESHOLDS), 0)
        assert found.verdict == "NOT ASSESSED"
        assert "holdout=" in found.missing


@pytest.fixture(scope="module")
def copied():
    """All findings on a copied table, under thresholds that nothing can exceed."""
    rng = np.random.default_rng(0)
    real, held = population(300, rng), population(300, rng)
    data = prepare(real, real, held, "rich", ["sex"], dict.fromkeys(THRESHOLDS, 2.0))
    return [finding for check in CHECKS for finding in check.run(data, 0)]


def test_thresholds_can_be_set_by_their_names(copied):
    assert {found.threshold for found in copied} == {2.0}
    assert {found.verdict for found in copied} == {"INCONCLUSIVE"}


def test_places_of_single_rows_stand_in_marked_tables_only(copied):
    """A report for the public drops what is marked."""
    tables = [table for found in copied for table in found.evidence.get("tables", [])]
    marked = [table for table in tables if table.get("row_level")]
    assert len(marked) == 1
    assert marked[0]["rows"][0][0] == "row 0"
    assert "row 0" not in str([table for table in tables if not table.get("row_level")])


@pytest.mark.parametrize("levels", [1, 60])
def test_a_protected_column_of_missing_values_or_many_levels_is_audited(levels):
    rng = np.random.default_rng(0)
    tables = [
        population(120, rng).assign(p=[None if levels == 1 else f"g{i % levels}" for i in range(120)]) for _ in "abc"
    ]
    data = prepare(tables[0], tables[1], tables[2], None, ["p"], THRESHOLDS)
    findings = [finding for check in CHECKS for finding in check.run(data, 0)]
    assert not [f.message for f in findings if "stopped with" in f.message]
    assert all(f.message for f in findings)

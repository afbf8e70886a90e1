"""A group that the generator learned badly is found; equal groups are not; small groups are listed."""

import numpy as np
import pandas as pd
import pytest

from augment.auditing.frames import prepare
from augment.auditing.subgroups import SUBGROUPS


def sample(n, rng, names=("f", "m"), shares=None):
    x = rng.normal(size=n)
    group = rng.choice(names, n, p=shares)
    return pd.DataFrame(
        {
            "x": x,
            "y": x + 0.5 * rng.normal(size=n),
            "z": rng.normal(size=n) - x,
            "c": np.where(x + rng.normal(size=n) > 0, "high", "low"),
            "sex": group,
            "age": rng.normal(40, 10, n),
        }
    )


def run(real, new, protected=("sex",)):
    findings = SUBGROUPS.run(prepare(real, new, protected=protected, thresholds=SUBGROUPS.thresholds), 0)
    return {f.id.rpartition(".")[2]: f for f in findings}


def within(table, rows, change):
    """The table with `change` made in the columns of some rows."""
    table = table.copy()
    for name in ("x", "y", "z", "c"):
        table.loc[rows, name] = change(table.loc[rows, name])
    return table


@pytest.mark.slow
def test_equal_groups_do_not_fail_and_a_scrambled_one_is_named():
    rng = np.random.default_rng(0)
    for _ in range(20):
        real, new = sample(2000, rng, shares=[0.3, 0.7]), sample(2000, rng, shares=[0.3, 0.7])
        assert "FAIL" not in {f.verdict for f in run(real, new).values()}
        found = run(real, within(new, new["sex"] == "f", lambda column: rng.permutation(column.to_numpy())))
        assert (found["pairs"].verdict, found["pairs"].worst[0]["name"]) == ("FAIL", "sex: f")
        assert found["columns"].verdict != "FAIL"


def test_many_rows_of_equal_groups_pass():
    rng = np.random.default_rng(0)
    assert {f.verdict for f in run(sample(8000, rng), sample(8000, rng)).values()} == {"PASS"}


def test_a_group_with_other_columns_fails():
    rng = np.random.default_rng(0)
    real, new = sample(2000, rng), sample(2000, rng)
    other = within(new, new["sex"] == "m", lambda c: c + 0.6 if c.dtype == float else "low")
    found = run(real, other)["columns"]
    assert (found.verdict, found.worst[0]["name"]) == ("FAIL", "sex: m")


@pytest.mark.parametrize("shares", [[0.1, 0.9], [0.5, 0.5]])
def test_a_table_that_is_as_bad_for_all_groups_does_not_fail(shares):
    rng = np.random.default_rng(0)
    for _ in range(8):
        real, new = sample(2000, rng, shares=shares), sample(2000, rng, shares=shares)
        bad = within(new, new.index, lambda c: 0.5 * c + 1 if c.dtype == float else c)
        assert "FAIL" not in {f.verdict for f in run(real, bad).values()}


@pytest.mark.slow
def test_many_equal_groups_crossed_rarely_fail():
    rng = np.random.default_rng(0)
    for _ in range(12):
        tables = [sample(1500, rng, names=list("abcdefgh")) for _ in range(2)]
        assert "FAIL" not in {f.verdict for f in run(*tables, protected=("sex", "age")).values()}


def test_an_intersection_that_only_both_columns_name_is_found():
    rng = np.random.default_rng(0)
    real, new = sample(4000, rng), sample(4000, rng)
    old = real["age"].quantile(0.75)
    rows = (new["sex"] == "f") & (new["age"] > old)
    found = run(real, within(new, rows, lambda c: c + 2 if c.dtype == float else "low"), ("sex", "age"))["columns"]
    assert found.verdict == "FAIL"
    assert found.worst[0]["name"].startswith("sex: f, age: over")


def test_small_groups_are_listed_and_not_judged():
    rng = np.random.default_rng(0)
    real = sample(1000, rng, names=list("abc"), shares=[0.6, 0.37, 0.03])
    real.loc[0, "sex"] = None
    new = sample(1000, rng, names=list("abd"), shares=[0.6, 0.37, 0.03])
    found = run(real, new)["columns"]
    rows = {row[0]: row for row in found.evidence["tables"][0]["rows"]}
    assert {name: row[-1] for name, row in rows.items()} == {
        "sex: a": "yes",
        "sex: b": "yes",
        "sex: c": "no: under 100 training rows",
        "sex: d": "no: under 100 training rows",
        "sex: missing": "no: under 100 training rows",
    }
    assert rows["sex: c"][1:3] == [(real["sex"] == "c").sum(), 0]
    assert "2 groups are judged at once" in found.message


def test_a_thousand_levels_and_single_rows_are_counted():
    rng = np.random.default_rng(0)
    real, new = (sample(1200, rng).assign(sex=rng.integers(0, 1000, 1200).astype(str)) for _ in range(2))
    found = run(real, new)["columns"]
    assert found.verdict == "NOT ASSESSED"
    rows = found.evidence["tables"][0]["rows"]
    assert sum(row[1] for row in rows) == sum(row[2] for row in rows) == 1200
    assert rows[-1][0].endswith("smaller groups together")


def test_groups_of_the_same_name_are_told_apart():
    rng = np.random.default_rng(0)
    real, new = (sample(1000, rng, names=["missing", "m"]) for _ in range(2))
    for table in (real, new):
        table.loc[:299, "sex"] = None
    rows = run(real, new)["columns"].evidence["tables"][0]["rows"]
    assert [row[0] for row in rows].count("sex: missing") == 2
    assert len({tuple(row) for row in rows}) == 3


def test_long_tables_are_thinned_and_say_so(monkeypatch):
    rng = np.random.default_rng(0)
    monkeypatch.setattr("augment.auditing.subgroups.MAX_ROWS", 600)
    found = run(sample(1000, rng), sample(500, rng))["columns"]
    assert found.n == {"train": 600, "synthetic": 500}
    assert found.evidence["tables"][0]["caption"].endswith("among 600 rows drawn of each table")


def test_a_protected_column_alone_or_constant_is_not_assessed():
    rng = np.random.default_rng(0)
    table = sample(500, rng)
    assert {f.verdict for f in run(table[["sex"]], table[["sex"]]).values()} == {"NOT ASSESSED"}
    one = table.assign(sex="f")
    assert {f.verdict for f in run(one, one).values()} == {"NOT ASSESSED"}

"""The whole audit against planted truths, bad input, and itself run again."""

import sys

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from augment.auditing import CHECKS, Check, Finding, audit
from augment.auditing.check import PILLARS

EVIL = "</script><img onerror=alert(1) src=x>"


def sample(n, seed):
    rng = np.random.default_rng(seed)
    age = rng.normal(40, 10, n)
    income = 1000 * age + rng.normal(0, 6000, n)
    return pd.DataFrame(
        {
            "age": age,
            "income": income,
            "sex": rng.choice(["f", "m"], n),
            "city": np.where(age > 45, "Rome", rng.choice(["Oslo", "Bonn"], n)),
            "visits": np.where(rng.random(n) < 0.1, np.nan, rng.poisson(3, n)),
            "rich": np.where(income + rng.normal(0, 4000, n) > 42_000, "yes", "no"),
        }
    )


def run(synthetic, **changes):
    arguments = {"holdout": sample(700, 2), "target": "rich", "protected": "sex", **changes}
    return audit(sample(700, 0), synthetic, **arguments)


@pytest.fixture(scope="module")
def fresh():
    return run(sample(700, 1))


@pytest.mark.slow
def test_fresh_real_rows_fail_nothing(fresh):
    assert fresh.to_dict()["verdict"]["failed"] == []
    assert fresh.by_pillar["privacy"] == "INCONCLUSIVE"  # alarms that stay silent prove nothing


@pytest.mark.slow
def test_enough_fresh_real_rows_pass_fidelity(monkeypatch):
    checks = [check for check in CHECKS if check.pillar == "fidelity"]
    monkeypatch.setattr(sys.modules["augment.auditing.audit"], "CHECKS", checks)
    report = audit(sample(6000, 0), sample(6000, 1), holdout=sample(3000, 2), protected="sex")
    assert report.by_pillar["fidelity"] == "PASS"


def test_every_check_reports_without_breaking(fresh):
    nothing_there = {"fidelity.together", "fidelity.rare"}  # one column with missing values, and no rare category
    assert {f["id"] for f in fresh.findings if f["missing"]} == nothing_there
    assert not [f["message"] for f in fresh.findings if "stopped with" in f["message"]]
    assert {f["pillar"] for f in fresh.findings} == set(PILLARS)
    assert all(f["message"] for f in fresh.findings)


@pytest.mark.slow
def test_independent_columns_fail_fidelity_and_utility_only():
    rng = np.random.default_rng(0)
    report = run(sample(700, 0).apply(lambda column: rng.permutation(column.to_numpy())))
    assert report.verdict == "FAIL"
    failed = report.to_dict()["verdict"]["failed"]
    expected = {"fidelity.correlations", "fidelity.pairs", "fidelity.detection", "utility.boosting"}
    assert expected <= set(failed)
    assert report.by_pillar["privacy"] == "INCONCLUSIVE"


@pytest.mark.slow
def test_a_copy_of_the_training_table_fails_privacy_only():
    report = run(sample(700, 0))
    failed = report.to_dict()["verdict"]["failed"]
    assert {"privacy.copies", "privacy.distances", "privacy.membership", "privacy.inference.rich"} <= set(failed)
    assert {name.split(".")[0] for name in failed} == {"privacy"}


def test_without_holdout_and_target_what_is_missing_is_said():
    report = audit(sample(100, 0), sample(100, 1))
    assert report.by_pillar["utility"] == report.by_pillar["privacy"] == report.by_pillar["bias"] == "NOT ASSESSED"
    assert "holdout=" in report.to_dict()["findings"][-2]["missing"]


@pytest.mark.parametrize("convert", [pl.from_pandas, pa.Table.from_pandas])
def test_the_library_does_not_matter(convert):
    tables = [sample(150, seed) for seed in range(3)]
    ours = audit(tables[0], tables[1], holdout=tables[2], target="rich").to_dict()
    theirs = [convert(table) for table in tables]
    assert audit(theirs[0], theirs[1], holdout=theirs[2], target="rich").to_dict() == ours


@pytest.mark.slow
def test_the_seed_decides_everything():
    tables = [sample(120, seed) for seed in range(3)]
    first, again, other = (audit(tables[0], tables[1], holdout=tables[2], random_state=s).to_json() for s in (5, 5, 6))
    assert first == again != other


@pytest.mark.slow
def test_no_global_generator_is_touched():
    np.random.seed(1)
    state = np.random.get_state()[1].copy()
    audit(sample(60, 0), sample(60, 1), holdout=sample(60, 2), target="rich")
    assert (np.random.get_state()[1] == state).all()


def test_thresholds_can_be_set_and_are_checked(fresh):
    tables = sample(300, 0), sample(300, 1)
    report = audit(*tables, thresholds={"fidelity.detection": 0.1})
    assert "fidelity.detection" in report.to_dict()["verdict"]["failed"]
    with pytest.raises(ValueError, match="thresholds has no 'detection': did you mean 'fidelity.detection'"):
        audit(*tables, thresholds={"detection": 0.1})
    with pytest.raises(ValueError, match="thresholds has no 'zzz': choose among fidelity.shapes"):
        audit(*tables, thresholds={"zzz": 0.1})
    with pytest.raises(TypeError, match="must be a finite number"):
        audit(*tables, thresholds={"fidelity.detection": "low"})
    with pytest.raises(TypeError, match="random_state"):
        audit(*tables, random_state="now")
    with pytest.raises(ValueError, match="mode must be 'internal' or 'public', got 'secret'"):
        audit(*tables, mode="secret")


def test_each_threshold_tells_its_name_and_who_set_it(tmp_path):
    path = tmp_path / "release.toml"
    path.write_text('"fidelity.detection" = 0.9\n')
    report = audit(sample(200, 0), sample(200, 1), protected="sex", thresholds=[path, {"fidelity.shapes": 0.5}])
    found = {row["id"]: (row["threshold_name"], row["threshold_source"]) for row in report.findings if row["threshold"]}
    assert found["fidelity.detection"] == ("fidelity.detection", str(path))
    assert found["fidelity.shapes"] == ("fidelity.shapes", "given")
    assert found["bias.representation.sex"] == ("bias.representation", "default")
    assert all(name for name, _ in found.values())
    page = report.to_html()
    assert f"fidelity.detection, from {path}" in page
    assert "fidelity.shapes, set by the user" in page
    assert "bias.representation, the default" in page


def test_an_open_verdict_tells_what_could_have_been_shown(fresh):
    open_ = [row for row in fresh.findings if row["verdict"] == "INCONCLUSIVE"]
    assert open_
    for row in open_:
        assert row["smallest_difference"] > 0
        assert "would show (4 times in 5)" in str(fresh)


def test_a_user_check_joins_the_audit(monkeypatch):
    def rows(data, rng):
        return [
            Finding(id="utility.rows", pillar="utility", title="Rows", value=len(data.synthetic), informational=True)
        ]

    monkeypatch.setattr(sys.modules["augment.auditing.audit"], "CHECKS", [Check("utility.rows", "Rows", rows)])
    report = audit(sample(20, 0), sample(30, 1))
    assert [f["value"] for f in report.findings] == [30]


def test_the_page_tells_the_level_that_keys_share():
    def keyed(seed):
        table = sample(60, seed)[["age"]]
        return table.assign(**{name: [f"{name}{seed}{i}" for i in range(60)] for name in "abc"})

    page = audit(keyed(0), keyed(1), holdout=keyed(2)).to_html()
    assert page.count(">98.3% interval<") == 3
    assert page.count("Newcombe") == 5  # three columns, rows copied, and rows singled out


def test_default_thresholds_are_documented():
    for check in CHECKS:
        for name, value in check.thresholds.items():
            line = next(line for line in audit.__doc__.splitlines() if line.split()[:1] == [name])
            assert float(line.split()[1]) == value


@pytest.mark.slow
@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.assign(**{EVIL: EVIL}),
        lambda t: t.assign(empty=None, constant=1, infinite=np.inf),
        lambda t: t.assign(mixed=[1, "a", None, 2.5, (1, 2)] * (len(t) // 5)),
        lambda t: t.assign(age=None),
        lambda t: t[["rich"]],
        lambda t: t.assign(key=[f"{i}{t['age'].iloc[0]}" for i in range(len(t))])[["key"]],
        lambda t: t.assign(rich="yes"),
    ],
)
def test_awkward_tables_are_audited_whole(change):
    train, new, held = (change(sample(100, seed)) for seed in range(3))
    target = "rich" if "rich" in train else None
    report = audit(train, new, holdout=held, target=target, protected=list(train.columns))
    assert not [f["message"] for f in report.findings if "stopped with" in f["message"]]
    assert "FAIL" not in {f["verdict"] for f in report.findings}
    assert "<img" not in report.to_html()

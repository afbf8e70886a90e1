"""All checks of bias in the data on awkward tables: no crash, no silence, no FAIL for fresh rows."""

import numpy as np
import pandas as pd
import pytest

from augment.auditing import audit
from augment.auditing.bias import CHECKS
from augment.auditing.frames import prepare

EVIL = "</script><img onerror=alert(1) src=x>"
DEFAULTS = {name: value for check in CHECKS for name, value in check.thresholds.items()}


def sample(n, seed):
    rng = np.random.default_rng(seed)
    age = rng.normal(40, 10, n)
    return pd.DataFrame(
        {
            "age": age,
            "sex": rng.choice(["f", "m"], n),
            "race": rng.choice(list("abcd"), n, p=[0.6, 0.3, 0.08, 0.02]),
            "city": rng.choice(["Rome", "Oslo", "Bonn"], n),
            "rich": np.where(age + rng.normal(0, 5, n) > 42, "yes", "no"),
        }
    )


def run(real, new, target="rich", protected=("sex", "race")):
    data = prepare(real, new, target=target, protected=list(protected), thresholds=DEFAULTS)
    return [found for check in CHECKS for found in check.run(data, 0)]


def with_missing(table):
    table = table.copy()
    table.loc[table.index % 3 == 0, "sex"] = None
    return table


def with_levels(table):
    return table.assign(race=[f"level {i % 97}" if i % 3 else "common" for i in range(len(table))])


AWKWARD = {
    "missing groups": with_missing,
    "many levels": with_levels,
    "evil name": lambda t: t.assign(sex=EVIL).rename(columns={"race": EVIL}),
    "constant target": lambda t: t.assign(rich="yes"),
    "missing target": lambda t: t.assign(rich=None),
    "number target": lambda t: t.assign(rich=np.where(t["age"] > 60, np.inf, t["age"])),
    "date target": lambda t: t.assign(rich=pd.Timestamp("2024-01-01") + pd.to_timedelta(t["age"], unit="D")),
    "empty group": lambda t: t.assign(sex=None),
    "one row groups": lambda t: t.assign(sex=[f"k{i}" for i in range(len(t))]),
    "all rows the same": lambda t: pd.concat([sample(1, 0)] * len(t), ignore_index=True),
    "dates as groups": lambda t: t.assign(sex=pd.Timestamp("2024-01-01") + pd.to_timedelta(t["age"].round(), unit="D")),
}


@pytest.mark.slow
@pytest.mark.parametrize("change", AWKWARD.values(), ids=AWKWARD.keys())
def test_awkward_tables(change):
    real, new = change(sample(200, 0)), change(sample(200, 1))
    protected = [EVIL if EVIL in real else "race", "sex"]
    found = run(real, new, protected=protected)
    assert not [f.message for f in found if "stopped with" in f.message]
    assert not [f.message for f in found if f.verdict == "FAIL"]
    assert all(f.message for f in found)
    assert len({f.id for f in found}) == len(found)


def test_messages_say_effect_interval_and_what_was_wanted_and_no_forbidden_word():
    for found in run(sample(600, 0), sample(600, 1)):
        text = f"{found.title} {found.message} {found.method}".lower()
        assert not [word for word in ("fair", "anonymous", "safe") if word in text]
        assert found.interval[0] <= found.value <= found.interval[1]
        assert found.threshold is not None


def test_every_default_is_one_that_audit_knows():
    report = audit(sample(100, 0), sample(100, 1), target="rich", protected="sex", thresholds=DEFAULTS)
    ids = {f["id"] for f in report.findings if f["pillar"] == "bias"}
    assert {i.rsplit(".", 1)[0] for i in ids if i.endswith(".sex")} >= {
        "bias.representation",
        "bias.outcomes",
        "bias.impact",
        "bias.amplification",
        "bias.conditional",
        "bias.labels",
        "bias.proxies",
    }
    assert "bias.differential" in ids


def test_the_same_seed_finds_the_same():
    first, second = (run(sample(300, 0), sample(300, 1)) for _ in range(2))
    assert [f.to_dict() for f in first] == [f.to_dict() for f in second]

"""Members are recognised when synthetic rows remember them; equal rows raise no alarm; areas hold at once."""

import numpy as np
import pandas as pd

from augment.auditing.frames import prepare
from augment.auditing.membership import MEMBERSHIP


def sample(n, seed, groups=(0.5, 0.45, 0.05)):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.normal(size=(n, 5)), columns=list("abcde"))
    return frame.assign(g=rng.choice(["x", "y", "z"], n, p=groups))


def run(real, new, held, protected=("g",), seed=0):
    data = prepare(real, new, held, None, protected, MEMBERSHIP.thresholds)
    return {finding.id.removeprefix("privacy.membership").strip("."): finding for finding in MEMBERSHIP.run(data, seed)}


def test_a_copied_table_fails_in_every_respect():
    found = run(sample(500, 0), sample(500, 0), sample(500, 2))
    assert {name: finding.verdict for name, finding in found.items()} == dict.fromkeys(
        ["", "rate", "isolated", "groups.g"], "FAIL"
    )
    assert found[""].value == 1.0
    assert found["rate"].evidence["facts"]["epsilon_at_least"] > 2


def test_noise_around_training_rows_is_remembered_too():
    real, rng = sample(1000, 0), np.random.default_rng(1)
    near = real.assign(**{c: real[c] + rng.normal(0, 0.3, 1000) for c in "abcde"})
    found = run(real, near, sample(1000, 2))
    assert found[""].verdict == "FAIL"
    assert found["rate"].verdict == "FAIL"


def test_one_group_remembered_is_named():
    real, new = sample(1200, 0), sample(1200, 1)
    new = pd.concat([new[new.g != "y"], real[real.g == "y"]])
    found = run(real, new, sample(1200, 2))["groups.g"]
    assert found.verdict == "FAIL"
    assert "y is recognised best" in found.message


def test_small_groups_are_listed_and_not_judged():
    found = run(sample(500, 0), sample(500, 1), sample(500, 2))["groups.g"]
    rows = {row[0]: row for row in found.evidence["tables"][0]["rows"]}
    assert rows["x"][-1] == rows["y"][-1] == "yes"
    assert rows["z"][-1].startswith("no: under 50")
    assert rows["z"][3:8] == [None] * 5
    assert 0 <= rows["x"][6] < 0.1
    assert rows["z"][1] > 0
    found = run(sample(150, 0), sample(150, 1), sample(150, 2))["groups.g"]
    assert found.verdict == "NOT ASSESSED"
    assert len(found.evidence["tables"][0]["rows"]) == 3


def test_the_isolated_are_recognised_where_only_they_are_copied():
    shares = (0.45, 0.45, 0.1)  # a rare label isolates
    real, new = sample(1500, 0, shares), sample(1500, 1, shares)
    new = pd.concat([new[new.g != "z"], real[real.g == "z"]])
    found = run(real, new, sample(1500, 2, shares))
    assert found["isolated"].verdict == "FAIL"
    assert found["isolated"].value > found[""].value + 0.15
    assert found["isolated"].evidence["tables"][0]["rows"][0][1] == found["isolated"].value


def test_fresh_rows_raise_no_alarm():
    found = [run(*(sample(300, 3 * s + i) for i in range(3)), seed=s) for s in range(10)]
    assert sum(f.verdict == "FAIL" for findings in found for f in findings.values()) <= 1
    assert sum(f.interval[0] > 0.5 for findings in found for name, f in findings.items() if name != "rate") <= 3


def test_silence_never_passes():
    findings = run(sample(800, 0), sample(800, 1), sample(800, 2)).values()
    assert {finding.verdict for finding in findings} == {"INCONCLUSIVE"}


def test_identical_and_empty_rows_tell_nothing():
    same = pd.DataFrame({"a": np.ones(100), "g": ["x"] * 100, "m": [None] * 100})
    found = run(same, same, same)
    assert found[""].value == 0.5
    assert "FAIL" not in {finding.verdict for finding in found.values()}


def test_small_tables_say_what_is_missing():
    found = run(sample(100, 0), sample(100, 1), sample(100, 2), protected=())
    assert "200 holdout rows" in found["rate"].missing
    assert "isolated tenth" in found["isolated"].missing or found["isolated"].value is not None
    assert run(sample(50, 0), sample(50, 1), sample(30, 2))[""].verdict == "NOT ASSESSED"
    assert "holdout=" in run(sample(50, 0), sample(50, 1), None)[""].missing

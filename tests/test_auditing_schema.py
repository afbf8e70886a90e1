"""The published schema: real reports keep to it, and it refuses verdicts that no interval carries."""

import copy
import json
from importlib import resources

import numpy as np
import pandas as pd
import pytest

from augment.auditing import AuditReport, audit

jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
SCHEMA = json.loads(resources.files("augment.auditing").joinpath("schema.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)


def faults(content):
    return [f"{error.json_path}: {error.message[:200]}" for error in VALIDATOR.iter_errors(content)]


def table(n, seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    frame = pd.DataFrame({"x": x, "y": np.where(x + rng.normal(size=n) > 0, "a", "b"), "g": rng.choice(["u", "v"], n)})
    return frame.assign(key=[f"{seed} {i}" for i in range(n)], nothing=None, much=np.where(x > 1, np.inf, x))


@pytest.fixture(scope="module")
def report():
    return audit(table(150, 0), table(150, 1), holdout=table(150, 2), target="y", protected=["g", "x"])


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("mode", ["internal", "public"])
def test_reports_keep_to_it(report, mode):
    content = json.loads((report if mode == "internal" else report.public()).to_json())
    assert faults(content) == []
    assert AuditReport.from_dict(content).to_dict() == content


def test_reports_on_little_keep_to_it():
    for arguments in ({}, {"target": "nothing", "protected": ["key", "nothing"]}):
        little = audit(table(12, 0), table(12, 1), **arguments, thresholds={"fidelity.shapes": 0.5})
        assert faults(little.to_dict()) == []
        assert faults(little.public().to_dict()) == []


def judged(report):
    content = copy.deepcopy(report.to_dict())
    return content, next(row for row in content["findings"] if row["verdict"] == "PASS")


@pytest.mark.parametrize("verdict", ["PASS", "FAIL"])
@pytest.mark.parametrize(
    "change",
    [
        {"interval": None},
        {"interval": [0.1, None]},
        {"interval": [0.1]},
        {"threshold": None},
        {"missing": "a holdout"},
        {"informational": True},
    ],
)
def test_a_verdict_needs_an_interval_and_a_threshold(report, verdict, change):
    content, row = judged(report)
    row.update(change, verdict=verdict)
    assert faults(content)


@pytest.mark.parametrize(
    "change",
    [
        {"verdict": "MAYBE"},
        {"verdict": "NOT ASSESSED"},  # without a reason
        {"alarm_only": True},  # and PASS
        {"value": "0.5"},
        {"pillar": "beauty"},
        {"n": {"train": 1.5}},
        {"more": 1},
    ],
)
def test_other_shapes_are_refused(report, change):
    content, row = judged(report)
    row.update(change)
    assert faults(content)


def test_reading_a_report_looks_at_its_shape(report):
    def told(words):
        with pytest.raises(ValueError, match=words):
            AuditReport.from_dict(content)

    content, row = judged(report)
    row["interval"] = None
    told("has the verdict PASS and no interval")
    del row["interval"]
    told("a finding lacks 'interval'")
    content = {**report.to_dict(), "findings": {}}
    told("'findings' must be there and hold a list")
    content = {**report.to_dict(), "mode": None}
    told("'mode' must be there and hold a str")
    content = [1]
    told("expected a dict whose 'schema' is")

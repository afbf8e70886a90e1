"""A table that was made to fulfil a criterion says so in its frame and beside its file, and its audit repeats it."""

import importlib
import json

import numpy as np
import pandas as pd
import pytest

from augment import LabelParity, audit, cli, files
from augment.auditing.words import ASKED_FOR
from augment.provenance import MARK, asked_for, marked, note_path, write_note

EVEN = LabelParity("sex", target="income")


def people(n, seed, gap=0.4):
    rng = np.random.default_rng(seed)
    sex = rng.choice(["f", "m"], n)
    income = np.where(rng.random(n) < 0.2 + gap * (sex == "m"), "high", "low")
    return pd.DataFrame({"sex": sex, "income": income, "x": rng.normal(size=n)})


@pytest.fixture
def quick(monkeypatch):
    """The audit with the checks on outcomes and on copies alone."""
    module = importlib.import_module("augment.auditing.audit")
    kept = [c for c in module.CHECKS if c.id in ("bias.outcomes", "privacy.copies", "fidelity.shapes")]
    monkeypatch.setattr(module, "CHECKS", kept)


def test_what_was_asked_for_is_said_beside_what_fails_and_changes_no_verdict(quick):
    real, even, holdout = people(1000, 0), people(1000, 1, gap=0.0), people(1000, 2)
    even.iloc[:100] = real.iloc[:100]
    asked = even.copy()
    asked.attrs[MARK] = EVEN.describe()
    reports = [audit(real, new, holdout=holdout, target="income", protected="sex") for new in (even, asked)]
    plain, told = ({f["id"]: f for f in report.findings} for report in reports)
    assert {i: f["verdict"] for i, f in plain.items()} == {i: f["verdict"] for i, f in told.items()}
    assert told["bias.outcomes.sex"]["verdict"] == told["privacy.copies"]["verdict"] == "FAIL"
    assert told["bias.outcomes.sex"]["message"] == f"{plain['bias.outcomes.sex']['message']} {ASKED_FOR}"
    assert ASKED_FOR not in told["privacy.copies"]["message"]
    assert "with LabelParity(protected='sex', target='income'): this table" in " ".join(reports[1].to_dict()["notes"])
    assert ASKED_FOR not in str(reports[0])
    shown = reports[1].public()
    assert ASKED_FOR in shown.to_html()
    assert "LabelParity(protected='sex', target='income')" in " ".join(shown.to_dict()["notes"])


@pytest.mark.slow
def test_the_command_reads_the_note_beside_the_table(quick, tmp_path, capsys):
    real, new = tmp_path / "real.csv", tmp_path / "new.csv"
    files.write(people(1000, 0), real)
    files.write(people(1000, 1, gap=0.0), new)
    write_note(new, people(1000, 1), EVEN)
    arguments = ["audit", str(real), str(new), "--target", "income", "--protected", "sex"]
    assert cli.main(arguments) == 0
    assert ASKED_FOR in capsys.readouterr().out
    files.write(people(1000, 3, gap=0.0), new)
    assert cli.main(arguments) == 0
    assert ASKED_FOR not in capsys.readouterr().out


@pytest.mark.parametrize("note", ["", "[]", "{}", "null", '{"sha256": 3, "fairness": {}}', "\x00"])
def test_a_note_that_is_none_tells_nothing(tmp_path, note):
    path = tmp_path / "new.csv"
    path.write_text("a\n1\n")
    note_path(path).write_text(note)
    assert not marked(pd.DataFrame({"a": [1]}), path).attrs


@pytest.mark.parametrize("said", ["", [], {}, {"describes_population": True}, 3])
def test_a_frame_that_says_nothing_of_it_is_no_such_table(said):
    frame = pd.DataFrame({"a": [1]})
    frame.attrs[MARK] = said
    assert asked_for(frame) == asked_for(np.zeros((2, 2))) == ""


def test_a_frame_and_its_note_say_the_same(tmp_path):
    path = tmp_path / "new.csv"
    frame = pd.DataFrame({"a": [1]})
    files.write(frame, path)
    write_note(path, frame, EVEN)
    assert marked(files.read(path), path).attrs[MARK] == json.loads(json.dumps(EVEN.describe()))

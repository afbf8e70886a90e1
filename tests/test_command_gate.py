"""The options by which `augment audit` judges: names and words of the gate, thresholds, exit codes, what is said."""

import importlib
import io
import json
import subprocess
import sys
import tomllib

import numpy as np
import pandas as pd
import pytest

from augment import cli
from augment._command_gate import PILLARS, UNTIL
from augment.auditing import CHECKS, Check, Finding, check, gate
from augment.auditing.thresholds import resolve

audit_module = importlib.import_module("augment.auditing.audit")


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """Real rows, others like them, and others whose one column is doubled."""
    folder = tmp_path_factory.mktemp("tables")
    rng = np.random.default_rng(0)
    for name, factor in (("real", 1), ("like", 1), ("wide", 3)):
        frame = pd.DataFrame({"a": rng.normal(size=300) * factor, "s": rng.choice(["u", "v"], 300)})
        frame.to_csv(folder / f"{name}.csv", index=False)
    return {name: str(folder / f"{name}.csv") for name in ("real", "like", "wide")}


def run(tables, other, *arguments):
    return cli.main(["audit", tables["real"], tables[other], *arguments])


def test_the_words_are_those_of_the_audit():
    assert PILLARS == check.PILLARS
    assert tuple(gate.SHUT_BY) == UNTIL


@pytest.mark.slow
@pytest.mark.parametrize(
    ("gate", "code", "words"),
    [
        ("fidelity.shapes", 1, "augment: fidelity.shapes FAIL: fidelity.shapes, fidelity.shapes.worst"),
        ("fidelity,privacy", 1, "privacy NOT ASSESSED: privacy.copies"),
        ("privacy,fail", 0, ""),
        ("privacy", 1, "privacy NOT ASSESSED"),
        ("fail", 1, "fidelity FAIL"),
        ("bias.representation,inconclusive", 1, "bias.representation INCONCLUSIVE: bias.representation.s"),
        ("bias.representation", 0, ""),
    ],
)
def test_the_gate(tables, capsys, gate, code, words):
    assert run(tables, "wide", "--protected", "s", "--fail-on", gate) == code
    error = capsys.readouterr().err
    assert words in error
    assert bool(error) == bool(code)


def test_without_a_gate_a_failure_is_code_0(tables, capsys):
    assert run(tables, "wide") == 0
    assert "FAIL" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("gate", "words"),
    [
        ("bias.represention", "did you mean 'bias.representation'"),
        ("bias.representation.no_such_column", "did you mean 'bias.representation.s'"),
    ],
)
def test_names_that_are_not_there_are_code_2(tables, capsys, gate, words):
    assert run(tables, "like", "--protected", "s", "--fail-on", gate) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["--fail-on", "looks"],
        ["--fail-on", "privacy,fail,inconclusive"],
        ["--threshold", "fidelity.shapes"],
        ["--threshold", "fidelity.shapes=low"],
        ["--mode", "secret"],
    ],
)
def test_wrong_usage_is_told_in_one_line(capsys, arguments):
    with pytest.raises(SystemExit) as end:
        cli.main(["audit", "a.csv", "b.csv", *arguments])
    assert end.value.code == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_options_go_before_the_file_and_the_file_before_the_defaults(tables, tmp_path, capsys):
    path = tmp_path / "release.toml"
    path.write_text('"fidelity.shapes" = 0.5\n"fidelity.shapes.worst" = 0.6\n')
    arguments = ["--thresholds", str(path), "--threshold", "fidelity.shapes=0.7", "--json", "--mode", "public"]
    assert run(tables, "like", *arguments) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["mode"] == "public"
    assert report["thresholds"]["fidelity.shapes"] == {"value": 0.7, "default": 0.03, "source": "given"}
    assert report["thresholds"]["fidelity.shapes.worst"]["source"] == path.name
    sources = {row["id"]: row["threshold_source"] for row in report["findings"]}
    assert (sources["fidelity.shapes"], sources["fidelity.shapes.worst"]) == ("given", path.name)
    assert sources["fidelity.detection"] == "default"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('"fidelity.shape" = 1', "did you mean 'fidelity.shapes'"),
        ("what", "is no TOML"),
        ('"fidelity.shapes" = "x"', "number"),
    ],
)
def test_a_file_of_thresholds_is_read_before_the_tables(tmp_path, capsys, text, words):
    path = tmp_path / "release.toml"
    path.write_text(text)
    assert cli.main(["audit", "none.csv", "none.csv", "--thresholds", str(path)]) == 2
    error = capsys.readouterr().err
    assert words in error
    assert error.count("\n") == 1


def test_the_list_of_thresholds_is_a_file(capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(["audit", "--list-thresholds"])
    assert end.value.code == 0
    text = capsys.readouterr().out
    assert tomllib.loads(text) == {name: t.value for name, t in resolve(CHECKS).items()}
    assert '# "fidelity.kid" = 0.03' in text and '# "fidelity.lengths" = 0.05' in text


def test_the_help_tells_of_the_gate_and_the_codes(capsys):
    with pytest.raises(SystemExit):
        cli.main(["audit", "--help"])
    text = capsys.readouterr().out
    assert all(word in text for word in [*PILLARS, *UNTIL, "NOT ASSESSED", "INCONCLUSIVE", "exit codes", "130"])


def test_groups_are_judged_by_the_population_that_is_given(tables, capsys):
    judged = "--protected", "s", "--fail-on", "bias.representation,fail", "--quiet"
    assert run(tables, "like", *judged, "--population", "s:u=0.5,v=0.5") == 0
    assert run(tables, "like", *judged, "--population", "s:u=0.9,v=0.1") == 1
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        run(tables, "like", "--population", "s:u")
    assert ended.value.code == 2
    assert "COLUMN:GROUP=SHARE" in capsys.readouterr().err


@pytest.mark.slow
@pytest.mark.parametrize("errors", [subprocess.PIPE, subprocess.STDOUT])
def test_a_reader_that_leaves_is_no_shut_gate(tables, errors):
    command = [sys.executable, "-m", "augment.cli", "audit", tables["real"], tables["like"]]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors) as process:
        process.stdout.close()
        told = process.stderr.read() if process.stderr else b""
    assert process.returncode == 141
    assert b"Traceback" not in told and b"fault" not in told


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_terminal_without_the_signs_is_no_error(tables, encoding, monkeypatch):
    """The marks of verdicts, and the names of columns, in letters that this pipe does not have."""
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding=encoding))
    assert run(tables, "wide", "--protected", "s") == 0
    assert r"\u2717 FAIL" in sys.stdout.buffer.getvalue().decode(encoding)
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding=encoding))
    assert run(tables, "wide", "--protected", "s", "--json") == 0
    assert json.loads(sys.stdout.buffer.getvalue())["protected"] == ["s"]


def test_the_gate_is_that_of_the_internal_form(tables, monkeypatch, capsys):
    """Of a finding on few rows the public form tells no verdict; it shuts the gate all the same."""

    def few(data, rng):
        return [
            Finding(
                id="privacy.copies",
                pillar="privacy",
                title="Few",
                value=0.9,
                interval=(0.8, 1.0),
                goal="lower",
                threshold=0.5,
                n={"train": 5},
            )
        ]

    monkeypatch.setattr(
        audit_module, "CHECKS", [Check("privacy.copies", "Few", few, thresholds={"privacy.copies": 0.5})]
    )
    assert run(tables, "like", "--mode", "public", "--fail-on", "privacy.copies,fail") == 1
    assert "NOT ASSESSED  Few" in capsys.readouterr().out

"""The command: what it asks of the synthesizer and the audit, what it writes and prints, how it ends."""

import json
import subprocess
import sys
import time
import zipfile

import numpy as np
import pandas as pd
import polars as pl
import pytest

import augment
from augment import cli, files
from augment._command_conditions import conditions
from augment.datasets import load_diabetes_table, make_table


class Repeater:
    """Stands in for TabularSynthesizer: gives the rows it was fitted on, in order, and notes what was asked."""

    asked = []

    def __init__(self, **params):
        self.params = params

    def fit(self, frame):
        Repeater.asked.append(("fit", self.params, len(frame)))
        self.frame = frame
        return self

    def generate(self, n_samples=None, *, condition=None, random_state=None):
        Repeater.asked.append(("generate", n_samples, condition, random_state))
        n_samples = len(self.frame) if n_samples is None else n_samples
        return self.frame.iloc[np.arange(n_samples) % len(self.frame)].reset_index(drop=True)

    def save(self, path):
        with files.atomic(path) as temporary:
            self.frame.to_json(temporary, orient="table")

    @classmethod
    def load(cls, path):
        synthesizer = cls()
        synthesizer.frame = pd.read_json(path, orient="table")
        return synthesizer


class Report:
    """Stands in for an AuditReport with one finding a pillar."""

    verdict = "INCONCLUSIVE"

    def __init__(self, **verdicts):
        self.findings = [{"id": f"{pillar}.check", "verdict": verdict} for pillar, verdict in verdicts.items()]

    def refused(self, names, until):
        return []

    def to_dict(self):
        return {"verdict": self.verdict, "findings": self.findings}

    def to_html(self, path):
        with files.atomic(path) as temporary:
            temporary.write_text("<p>page")

    def to_json(self, path):
        with files.atomic(path) as temporary:
            temporary.write_text(json.dumps(self.to_dict()))

    def __str__(self):
        return "Verdict: INCONCLUSIVE\n\nEvidence: long"


@pytest.fixture
def fakes(monkeypatch):
    """The command with stand-ins for what it calls; returns what was asked of the audit."""
    asked = {}

    def audit(real, synthetic, **options):
        asked.update(options, real=real, synthetic=synthetic)
        return Report(fidelity="PASS", utility="INCONCLUSIVE", privacy="FAIL")

    Repeater.asked = []
    monkeypatch.setattr(augment, "TabularSynthesizer", Repeater, raising=False)
    monkeypatch.setattr(augment, "audit", audit, raising=False)
    monkeypatch.setattr(cli, "load_keras", lambda: None)
    return asked


@pytest.fixture
def table_file(tmp_path):
    files.write(make_table(40, random_state=0), tmp_path / "table.csv")
    return tmp_path / "table.csv"


def test_demo_holds_out_a_quarter_and_writes_five_files(fakes, tmp_path, capsys):
    assert cli.main(["demo", "--out", str(tmp_path / "demo"), "--seed", "3"]) == 0
    names = ["audit.html", "audit.json", "model.augment", "synthetic.csv", "synthetic.parquet"]
    assert sorted(path.name for path in (tmp_path / "demo").iterdir()) == names
    assert Repeater.asked[0] == (
        "fit",
        {"model": "autoregressive", "time_limit": None, "verbose": 1, "random_state": 3},
        332,
    )
    assert (fakes["target"], fakes["protected"]) == ("progression", ["sex"])
    both = pd.concat([fakes["real"], fakes["holdout"]])
    columns = list(both)
    pd.testing.assert_frame_equal(
        both.sort_values(columns, ignore_index=True), load_diabetes_table().sort_values(columns, ignore_index=True)
    )
    output = capsys.readouterr().out
    first, *_, last = output.splitlines()
    assert "442 rows and 11 columns" in first
    assert "about 1 minute" in output
    assert "Verdict: INCONCLUSIVE" in output
    assert "Evidence" not in output
    assert "audit.html" in output
    assert last.strip().startswith("augment generate")


def test_demo_takes_a_file(fakes, tmp_path, table_file, capsys):
    arguments = ["demo", "--data", str(table_file), "--target", "bought", "--protected", "city", "member"]
    assert cli.main([*arguments, "--out", str(tmp_path / "demo"), "--json", "--time-limit", "5"]) == 0
    assert (fakes["target"], fakes["protected"]) == ("bought", ["city", "member"])
    assert Repeater.asked[0][1]["time_limit"] == 5
    result = json.loads(capsys.readouterr().out)
    assert (result["verdict"], result["rows"], len(result["files"])) == ("INCONCLUSIVE", 30, 5)
    pd.testing.assert_frame_equal(files.read(tmp_path / "demo" / "synthetic.csv"), fakes["synthetic"])


def test_fit_then_generate(fakes, tmp_path, table_file, capsys):
    model, out = tmp_path / "table.augment", tmp_path / "new.parquet"
    assert cli.main(["fit", str(table_file), "-o", str(model), "--seed", "1", "--json"]) == 0
    fitted = json.loads(capsys.readouterr().out)
    assert (fitted["rows"], fitted["columns"][0], fitted["model"]) == (40, "city", str(model))
    assert cli.main(["generate", str(model), "-n", "7", "-o", str(out), "--seed", "2", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"] == len(files.read(out)) == 7
    assert Repeater.asked[-1] == ("generate", 7, None, 2)
    assert cli.main(["generate", str(model), "-o", str(out)]) == 0
    assert len(files.read(out)) == 40
    assert cli.main(["generate", str(model), "-o", str(out), "--condition", "age=30..40", "--quiet"]) == 0
    assert Repeater.asked[-1][:3] == ("generate", None, {"age": (30, 40)})
    assert "40 rows" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("generated", "columns", "condition"),
    [
        (pl.DataFrame({"a": [1, None]}), ["a"], {"a": 1}),
        (np.zeros((2, 2)), [0, 1], {1: 1.0}),
        ((np.zeros((2, 2)), np.array(["u", "v"])), ["x0", "x1", "target"], {"x1": 1.0}),
        ((pl.DataFrame({"a": [1, 2]}), pl.Series("b", ["u", "v"])), ["a", "b"], {"b": "1"}),
    ],
)
def test_models_of_other_libraries_and_of_pairs(generated, columns, condition):
    frame = cli._as_frame(generated)
    assert list(frame) == columns
    name = list(condition)[0]
    assert conditions([f"{name}=1"], frame) == condition


def test_audit_passes_everything_on(fakes, tmp_path, table_file, capsys):
    places = [str(tmp_path / "page.html"), str(tmp_path / "numbers.json")]
    arguments = [
        "audit",
        *[str(table_file)] * 2,
        "--holdout",
        str(table_file),
        "--target",
        "bought",
        "--protected",
        "city",
    ]
    assert cli.main([*arguments, "--html", places[0], "--json", places[1]]) == 0
    assert (fakes["target"], fakes["protected"], len(fakes["holdout"])) == ("bought", ["city"], 40)
    assert fakes["thresholds"] == []
    assert json.loads((tmp_path / "numbers.json").read_text())["verdict"] == "INCONCLUSIVE"
    assert (tmp_path / "page.html").read_text() == "<p>page"
    assert capsys.readouterr().out == "Verdict: INCONCLUSIVE\n\nEvidence: long\n"
    assert cli.main([*arguments, "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["findings"]) == 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["fit", "none.csv", "-o", "m.augment"], "There is no file none.csv"),
        (["fit", "{table}", "-o", "no/folder/m.augment"], "there is no such folder"),
        (["generate", "none.augment", "-o", "new.csv"], "There is no file none.augment"),
        (["generate", "{table}", "-o", "new.xlsx"], "known are .csv"),
        (["audit", "{table}", "none.csv"], "There is no file none.csv"),
        (["demo", "--data", "{table}", "--target", "price"], "has no column 'price'"),
        (["demo", "--data", "{table}", "--protected", "race"], "has no column 'race'"),
        (["demo", "--target", "age"], "go with --data"),
        (["demo", "--data", "{small}"], "has 19 rows"),
        (["demo", "--out", "{table}"], "Cannot make the folder"),
        (["fit", "{table}", "-o", "."], "it is a folder"),
        (["generate", "{folder}", "-o", "new.csv"], "is a folder"),
        (["audit", "{table}", "{table}", "--html", "one", "--json", "./one"], "both name ./one"),
    ],
)
def test_wrong_input_is_one_sentence_and_code_2(fakes, tmp_path, monkeypatch, table_file, capsys, arguments, words):
    files.write(make_table(19, random_state=0), tmp_path / "small.csv")
    monkeypatch.chdir(tmp_path)
    places = {"table": table_file, "small": tmp_path / "small.csv", "folder": tmp_path}
    assert cli.main([argument.format(**places) for argument in arguments]) == 2
    captured = capsys.readouterr()
    assert words in captured.err
    assert captured.err.count("\n") == 1
    assert not captured.out


@pytest.mark.parametrize(
    "arguments",
    [
        ["fit", "table.csv", "-o", "table.csv"],
        ["fit", "table.csv", "-o", "link.csv"],
        ["fit", "link.csv", "-o", "table.csv"],
        ["generate", "table.csv", "-o", "link.csv"],
        ["audit", "link.csv", "other.csv", "--html", "table.csv"],
        ["audit", "other.csv", "table.csv", "--json", "table.csv"],
        ["audit", "other.csv", "other.csv", "--holdout", "table.csv", "--json", "link.csv"],
        ["demo", "--data", "table.csv", "--out", "demo"],
        ["audit", "other.csv", "other.csv", "--thresholds", "limits.toml", "--json", "limits.toml"],
    ],
)
def test_no_result_takes_the_place_of_a_file_that_is_read(fakes, tmp_path, monkeypatch, table_file, capsys, arguments):
    files.write(make_table(40, random_state=1), tmp_path / "other.csv")
    (tmp_path / "demo").mkdir()
    for link in ("link.csv", "demo/synthetic.csv"):
        (tmp_path / link).symlink_to(table_file)
    (tmp_path / "limits.toml").write_text('"fidelity.shapes" = 0.05')
    monkeypatch.chdir(tmp_path)
    content = table_file.read_bytes()
    assert cli.main(arguments) == 2
    assert "is the file that is read: give the result a name of its own" in capsys.readouterr().err
    assert table_file.read_bytes() == content
    assert not Repeater.asked


def test_no_rows_are_a_table_with_a_header(fakes, tmp_path, table_file):
    model, out = tmp_path / "table.augment", tmp_path / "new.csv"
    assert cli.main(["fit", str(table_file), "-o", str(model), "--quiet"]) == 0
    assert cli.main(["generate", str(model), "-n", "0", "-o", str(out), "--quiet"]) == 0
    assert out.read_text() == table_file.read_text().splitlines(keepends=True)[0]


@pytest.mark.parametrize(
    "arguments",
    [[], ["paint"], ["fit"], ["fit", "a.csv"], ["demo", "--seed", "-1"], ["audit", "a", "b", "--fail-on", "looks"]],
)
def test_wrong_usage_is_code_2(arguments, capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(arguments)
    assert end.value.code == 2
    error = capsys.readouterr().err
    assert error.endswith(" --help tells more.\n")
    assert error.count("\n") == 1


def test_a_traceback_that_is_asked_for_changes_no_code(monkeypatch, capsys):
    monkeypatch.setenv("AUGMENT_TRACEBACK", "1")
    assert cli.main(["fit", "no-such.csv", "-o", "m.augment"]) == 2
    assert "Traceback" in capsys.readouterr().err


def test_rows_are_new_at_every_call_unless_a_seed_is_given(fakes, tmp_path, table_file):
    model, new = str(tmp_path / "table.augment"), str(tmp_path / "new.csv")
    cli.main(["fit", str(table_file), "-o", model, "--seed", "3"])
    for seed in ([], [], ["--seed", "4"]):
        cli.main(["generate", model, "-o", new, *seed])
    one, other, given = (asked[-1] for asked in Repeater.asked if asked[0] == "generate")
    assert one.random() != other.random()
    assert given == 4


def test_an_interruption_is_code_130_and_a_fault_code_70(fakes, table_file, monkeypatch, capsys):
    def stop(*_):
        raise KeyboardInterrupt

    def fail(*_):
        raise ZeroDivisionError("never divide")

    monkeypatch.setattr(Repeater, "fit", stop)
    assert cli.main(["fit", str(table_file), "-o", "m.augment"]) == 130
    assert "interrupted" in capsys.readouterr().err
    monkeypatch.setattr(Repeater, "fit", fail)
    assert cli.main(["fit", str(table_file), "-o", "m.augment"]) == 70
    assert "ZeroDivisionError: never divide" in capsys.readouterr().err


def test_quiet_is_quiet(fakes, tmp_path, table_file, capsys):
    assert cli.main(["fit", str(table_file), "-o", str(tmp_path / "m.augment"), "--quiet"]) == 0
    assert cli.main(["audit", str(table_file), str(table_file), "--quiet"]) == 0
    captured = capsys.readouterr()
    assert captured.out == captured.err == ""
    assert Repeater.asked[0][1]["verbose"] == 0


def test_help_answers_within_a_second_and_names_the_exit_codes():
    command = [sys.executable, "-c", "import sys; from augment.cli import main; sys.exit(main(['--help']))"]
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 1
    assert "130" in done.stdout
    for name in ("demo", "fit", "generate", "audit"):
        assert name in done.stdout


@pytest.mark.parametrize("damage", [{"library": "nope"}, {"dtypes": [{"kind": "numpy", "dtype": "int9"}]}])
def test_a_model_whose_table_cannot_be_made_is_told_on_loading(tmp_path, monkeypatch, capsys, damage):
    monkeypatch.setattr(cli, "load_keras", lambda: None)
    augment.TabularSynthesizer().fit(pd.DataFrame({"key": np.arange(50)})).save(tmp_path / "whole.augment")
    with zipfile.ZipFile(tmp_path / "whole.augment") as archive:
        manifest = json.loads(archive.read("manifest.json"))
    manifest["codec"]["form"].update(damage)
    with zipfile.ZipFile(tmp_path / "damaged.augment", "w") as archive:
        archive.writestr("manifest.json", json.dumps(manifest))
    assert cli.main(["generate", str(tmp_path / "damaged.augment"), "-o", str(tmp_path / "new.csv")]) == 2
    assert "damaged.augment' is not a whole file written by" in capsys.readouterr().err
    assert cli.main(["generate", str(tmp_path / "whole.augment"), "-o", str(tmp_path / "new.csv")]) == 0


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:time_limit=5 s left time")  # on a busy machine
def test_the_real_thing(tmp_path, table_file, capsys):
    """Fit, generate, audit and demo in one process, tiny: what the stand-ins above promise holds."""
    model, new = str(tmp_path / "table.augment"), str(tmp_path / "new.csv")
    assert cli.main(["fit", str(table_file), "-o", model, "--seed", "0", "--time-limit", "5", "--quiet"]) == 0
    conditions = ["--condition", "city=Rome,Oslo", "--condition", "age=30..60", "--condition", "joined=2016-01-01.."]
    assert cli.main(["generate", model, "-n", "50", "-o", new, "--seed", "1", *conditions, "--quiet"]) == 0
    frame, real = files.read(new), files.read(table_file)
    assert frame["city"].isin(["Rome", "Oslo"]).all()
    assert frame["age"].between(30, 60).all()
    assert (frame["joined"] >= pd.Timestamp("2016-01-01")).all()
    pd.testing.assert_series_equal(frame.dtypes, real.dtypes)
    assert cli.main(["audit", str(table_file), new, "--fail-on", "fidelity"]) == 1
    arguments = ["demo", "--data", str(table_file), "--out", str(tmp_path / "demo"), "--time-limit", "5", "--json"]
    assert cli.main(arguments) == 0
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert all((tmp_path / "demo" / name).stat().st_size > 100 for name in result["files"])

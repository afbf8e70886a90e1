"""The command on sequences: files of every kind go in, marked ones of the same form and reports come out."""

import json

import numpy as np
import pandas as pd
import pytest

import augment
from augment import _sequence_files as sequence_files
from augment import cli, files
from augment.synthesizers.sequence import SequenceSynthesizer
from augment.training import plan

pytestmark = pytest.mark.usefixtures("one_step")
NAMES = [f"{first} {last}" for first in ("Ann", "Bob") for last in ("Meyer", "Miller", "Smith")] * 5


@pytest.fixture(autouse=True)
def one_epoch(monkeypatch):
    monkeypatch.setattr(SequenceSynthesizer, "_plan", lambda self, model, n: plan(n, epochs=1, batch_size=8, share=1))


def run(capsys, *arguments):
    """What a command prints as JSON."""
    assert cli.main([*map(str, arguments), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def failed(capsys, *arguments):
    assert cli.main([str(one) for one in arguments]) == 2
    return capsys.readouterr().err


def is_marked(path):
    return cli.main(["verify", str(path), "--quiet"]) == 0


@pytest.mark.slow
def test_lines_become_lines(tmp_path, capsys):
    (tmp_path / "names.txt").write_text("\n".join(NAMES))
    model, out = tmp_path / "names.augment", tmp_path / "new.txt"
    fitted = run(capsys, "fit", tmp_path / "names.txt", "-o", model, "--seed", "1", "--tokens", "30")
    assert (fitted["kind"], fitted["sequences"], fitted["labels"]) == ("text", 30, [])
    wishes = ["--prompt", "Bob Mi", "--max-length", "9", "--temperature", "0.9", "--top-p", "0.9", "--seed", "2"]
    result = run(capsys, "generate", model, "-n", "7", "-o", out, *wishes)
    assert (result["sequences"], result["kind"], result["seed"]) == (7, "text", 2)
    lines = out.read_text().splitlines()
    assert len(lines) == 7 and all(line.startswith("Bob Mi") and len(line) <= 9 for line in lines)
    assert is_marked(out)
    before = out.read_bytes()
    run(capsys, "generate", model, "-n", "7", "-o", out, *wishes)
    assert out.read_bytes() == before
    assert augment.SequenceSynthesizer.load(model).tokens == 30
    assert "'text' are written to a .txt file or a table" in failed(capsys, "generate", model, "-o", tmp_path / "a.npz")
    assert "there is no label 'x'; these sequences" in failed(
        capsys, "generate", model, "-o", out, "--condition", "label=x"
    )
    assert "--fairness goes with tables" in failed(
        capsys, "generate", model, "-o", out, "--fairness", "equal-cells:a,b"
    )
    assert "prompt has the character 'q'" in failed(capsys, "generate", model, "-o", out, "--prompt", "q")
    assert "--horizon goes with series and entities, and" in failed(
        capsys, "generate", model, "-o", out, "--horizon", "2"
    )
    assert out.read_bytes() == before


@pytest.mark.slow
def test_a_column_with_labels_becomes_such_a_table(tmp_path, capsys):
    frame = pd.DataFrame({"id": range(30), "name": NAMES, "sex": ["f"] * 15 + ["m"] * 15})
    files.write(frame, tmp_path / "people.csv")
    model, out = tmp_path / "m.augment", tmp_path / "new.csv"
    arguments = ["fit", tmp_path / "people.csv", "-o", model, "--text", "name", "--target", "sex"]
    assert run(capsys, *arguments)["labels"] == ["f", "m"]
    run(capsys, "generate", model, "-n", "5", "-o", out, "--condition", "label=f")
    new = files.read(out)
    assert list(new) == ["name", "sex"] and len(new) == 5 and set(new["sex"]) == {"f"} and is_marked(out)
    assert "there is no label 'x'; the labels are f, m" in failed(
        capsys, "generate", model, "-o", out, "--condition", "label=x"
    )
    assert "has no place for labels" in failed(capsys, "generate", model, "-o", tmp_path / "a.txt")
    assert "has no column 'nam'" in failed(capsys, *arguments[:4], "--text", "nam")


@pytest.mark.slow
def test_events_become_events(tmp_path, capsys):
    rows = [(k, k % 7 + day, "fm"[k % 2], what) for k in range(40) for day, what in ((0, "a"), (2, "b"))]
    files.write(pd.DataFrame(rows, columns=["who", "day", "sex", "what"]), tmp_path / "log.csv")
    model, out = tmp_path / "m.augment", tmp_path / "new.parquet"
    names = ["--entity", "who", "--time", "day", "--static", "sex"]
    assert run(capsys, "fit", tmp_path / "log.csv", "-o", model, *names)["sequences"] == 40
    result = run(capsys, "generate", model, "-n", "9", "-o", out, "--condition", "sex=f", "--max-length", "3")
    new = files.read(out)
    assert result["sequences"] == new["who"].nunique() == 9 and list(new) == ["who", "day", "sex", "what"]
    assert set(new["sex"]) == {"f"} and new.groupby("who").size().max() <= 3 and is_marked(out)
    assert "prompt is not for sequences" in failed(capsys, "generate", model, "-o", out, "--prompt", "a")
    files.write(pd.DataFrame(rows[:2:2] + rows[2:4], columns=["who", "day", "sex", "what"]), tmp_path / "begun.csv")
    history = ["--history", tmp_path / "begun.csv", "--horizon", "2"]
    assert run(capsys, "generate", model, "-o", out, *history)["sequences"] == 2
    new = files.read(out)
    assert set(new["who"]) == {0, 1} and new["day"][0] == 0 and new["what"][new["who"] == 1].tolist()[:2] == ["a", "b"]
    assert new.groupby("who").size().le([3, 4]).all()


@pytest.mark.slow
def test_series_in_a_table_become_such_a_table(tmp_path, capsys):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"who": np.repeat(np.arange(30), 5), "week": np.tile(np.arange(5), 30)})
    files.write(frame.assign(level=rng.normal(size=150).round(2)), tmp_path / "levels.csv")
    model, out = tmp_path / "m.augment", tmp_path / "new.csv"
    names = ["--entity", "who", "--time", "week", "--kind", "series", "--model", "recurrent"]
    fitted = run(capsys, "fit", tmp_path / "levels.csv", "-o", model, *names)
    assert (fitted["kind"], fitted["sequences"]) == ("series", 30)
    assert run(capsys, "generate", model, "-n", "7", "-o", out)["sequences"] == 7
    new = files.read(out)
    assert list(new) == ["who", "week", "level"] and new["who"].nunique() == 7 and is_marked(out)


@pytest.mark.slow
def test_arrays_become_arrays(tmp_path, capsys):
    series = np.random.default_rng(0).normal(size=(30, 6, 2)).cumsum(axis=1)
    np.savez(tmp_path / "walks.npz", X=series, y=np.arange(30) % 2)
    model, out = tmp_path / "m.augment", tmp_path / "new.npz"
    arguments = ["fit", tmp_path / "walks.npz", "-o", model, "--model", "recurrent"]
    assert run(capsys, *arguments, "--kind", "series")["labels"] == [0, 1]
    run(capsys, "generate", model, "-n", "4", "-o", out, "--condition", "label=1")
    new = np.load(out)
    assert new["X"].shape == (4, 6, 2) and new["y"].tolist() == [1] * 4 and is_marked(out)
    np.save(tmp_path / "long.npy", series[0])
    assert cli.main(["fit", str(tmp_path / "long.npy"), "-o", str(model), "--model", "recurrent"]) == 0
    assert "6 series of 2 steps; one of 6 steps would need --window" in "".join(capsys.readouterr())
    fitted = run(capsys, "fit", tmp_path / "long.npy", "-o", model, "--model", "recurrent", "--window", "3")
    assert fitted["kind"] == "series"
    run(capsys, "generate", model, "-n", "4", "-o", tmp_path / "new.npy")
    assert np.load(tmp_path / "new.npy").shape == (4, 3, 2)


@pytest.mark.slow
def test_series_go_on_from_files(tmp_path, capsys):
    series = np.random.default_rng(0).normal(size=(30, 6, 2)).cumsum(axis=1)
    np.savez(tmp_path / "walks.npz", X=series, y=np.arange(30) % 2)
    model, out, begun = tmp_path / "m.augment", tmp_path / "new.npz", tmp_path / "begun.npz"
    run(capsys, "fit", tmp_path / "walks.npz", "-o", model, "--model", "recurrent", "--kind", "series")
    np.savez(begun, X=series[:2, :3], y=[1, 0])
    assert run(capsys, "generate", model, "-n", "5", "-o", out, "--history", begun, "--horizon", "2")["sequences"] == 5
    new = np.load(out)
    assert new["X"].shape == (5, 5, 2) and new["y"].tolist() == [1, 0, 1, 0, 1] and is_marked(out)
    assert np.array_equal(new["X"][:, :3], series[[0, 1, 0, 1, 0], :3])
    assert "history and horizon go together" in failed(capsys, "generate", model, "-o", out, "--horizon", "2")
    (tmp_path / "names.txt").write_text("a\nb")
    wrong = ["--history", tmp_path / "names.txt", "--horizon", "2"]
    assert "names no kind of table" in failed(capsys, "generate", model, "-o", out, *wrong)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Left out")
def test_molecules_become_molecules(tmp_path, capsys):
    pytest.importorskip("rdkit", reason="molecules need the extra [molecules]")
    smiles = [start + "C" * n + end for start in ("O", "N") for n in range(1, 6) for end in ("O", "N", "Cl")]
    (tmp_path / "a.smi").write_text("".join(f"{one} name{k}\n" for k, one in enumerate([*smiles, "C1"])))
    model, out = tmp_path / "m.augment", tmp_path / "new.smi"
    arguments = ["fit", tmp_path / "a.smi", "-o", model, "--notation", "selfies"]
    assert "number 30 ('C1') is no molecule" in failed(capsys, *arguments)
    assert run(capsys, *arguments, "--skip-damaged")["sequences"] == 30
    run(capsys, "generate", model, "-n", "3", "-o", out, "--condition", "weight=10..500", "--condition", "logp=-9..9")
    assert len(out.read_text().split()) == 3 and is_marked(out)
    assert "expected a range such as" in failed(capsys, "generate", model, "-o", out, "--condition", "weight=9")


@pytest.mark.slow
def test_midi_becomes_midi(tmp_path, capsys):
    pytest.importorskip("symusic", reason="music needs the extra [music]")
    scales = [np.array([[k + i, k + i - 12] for i in (0, 2, 4, 5, 7, 5, 4, 2)]) for k in range(55, 65)]
    augment.write_music(scales, tmp_path / "scales", step="8th", source=None)
    model, out = tmp_path / "m.augment", tmp_path / "new"
    fitted = run(capsys, "fit", tmp_path / "scales", "-o", model, "--kind", "music", "--step", "8th")
    assert (fitted["kind"], fitted["sequences"]) == ("music", 10)
    wishes = ["--step", "8th", "--max-length", "12", "--prompt", tmp_path / "scales" / "0.mid"]
    run(capsys, "generate", model, "-n", "3", "-o", out, *wishes)
    pieces = augment.read_music(out, step="8th")
    assert len(pieces) == 3 and all((piece[:8, 0] == scales[0][:, 0]).all() for piece in pieces) and is_marked(out)
    assert "already holds files" in failed(capsys, "generate", model, "-o", tmp_path / "scales")


def test_options_of_sequences_do_not_go_with_tables(tmp_path, capsys):
    files.write(pd.DataFrame({"a": range(30)}), tmp_path / "t.csv")
    start = ["fit", tmp_path / "t.csv", "-o", tmp_path / "m"]
    assert "--window goes with sequences" in failed(capsys, *start, "--window", "3")
    assert "--target goes with sequences" in failed(capsys, *start, "--target", "a")
    assert "--prompt goes with sequences" in failed(
        capsys, "generate", tmp_path / "t.csv", "-o", tmp_path / "n.csv", "--prompt", "a"
    )
    assert "--horizon goes with sequences" in failed(
        capsys, "generate", tmp_path / "t.csv", "-o", tmp_path / "n.csv", "--horizon", "2"
    )
    assert "--time goes with sequences" in failed(
        capsys, "audit", tmp_path / "t.csv", tmp_path / "t.csv", "--time", "a"
    )
    assert "Event tables need entity=" in failed(capsys, *start, "--kind", "events")


def test_options_go_with_their_kinds_and_files(asked, tmp_path, capsys):
    (tmp_path / "names.txt").write_text("\n".join(NAMES))
    files.write(pd.DataFrame({"who": [1, 1, 2], "day": [1, 2, 1], "sex": list("ffm")}), tmp_path / "log.csv")
    np.save(tmp_path / "a.npy", np.ones((3, 4, 2)))
    for name, option, value, message in (
        ("names.txt", "--window", 4, "--window goes with series, and"),
        ("names.txt", "--entity", "who", "--entity goes with series and entities, and"),
        ("names.txt", "--notation", "smiles", "--notation goes with molecules, and"),
        ("names.txt", "--step", "half", "--step goes with pieces, and"),
        ("names.txt", "--text", "name", "names.txt has no columns, and so none called 'name'"),
        ("a.npy", "--entity", "who", "a.npy has no columns, and so none called 'who'"),
        ("a.npy", "--target", "y", "--target goes with texts and molecules, and"),
        ("log.csv", "--tokens", "pieces", "--tokens goes with texts, and"),
    ):
        kind = ["--kind", "events"] if name == "log.csv" else []
        assert message in failed(capsys, "fit", tmp_path / name, "-o", tmp_path / "m", option, value, *kind)
    log, names = tmp_path / "log.csv", tmp_path / "names.txt"
    assert "--text: " in failed(capsys, "audit", names, names, "--text", "name")
    run(capsys, "audit", log, log, "--kind", "series", "--entity", "who", "--target", "sex")
    assert asked["kind"] == "series" and asked["target"] == "sex"


def test_lines_hold_no_ends_of_lines(tmp_path):
    for text in ("a\nb", "a\rb"):
        with pytest.raises(ValueError, match="some have several lines"):
            sequence_files.write(tmp_path / "t.txt", "text", ["c", text])


@pytest.fixture
def asked(monkeypatch):
    """What was asked of the audit, which reports nothing."""
    calls = {}

    class Report:
        def refused(self, names, until):
            return []

        def to_dict(self):
            return {"verdict": "PASS"}

    def audit(real, synthetic, **options):
        calls.update(options, real=real, synthetic=synthetic)
        return Report()

    monkeypatch.setattr(augment, "audit", audit, raising=False)
    return calls


def test_the_audit_is_told_what_the_files_hold(asked, tmp_path, capsys):
    frame = pd.DataFrame({"who": [1, 1, 2], "day": [1, 2, 1], "sex": ["f", "f", "m"]})
    files.write(frame, tmp_path / "log.csv")
    log = str(tmp_path / "log.csv")
    run(capsys, "audit", log, log, "--entity", "who", "--time", "day", "--static", "sex", "--protected", "sex")
    assert (asked["kind"], asked["entity"], asked["time"], asked["static"]) == ("events", "who", "day", ["sex"])
    assert asked["protected"] == ["sex"] and list(asked["real"]) == ["who", "day", "sex"]
    files.write(pd.DataFrame({"name": NAMES, "sex": ["f", "m"] * 15}), tmp_path / "names.csv")
    names = str(tmp_path / "names.csv")
    run(capsys, "audit", names, names, "--holdout", names, "--text", "name", "--target", "sex", "--seed", "4")
    assert asked["kind"] == "text" and asked["target"] is None and asked["random_state"] == 4
    assert list(asked["holdout"][0]) == NAMES and list(asked["holdout"][1]) == ["f", "m"] * 15
    np.save(tmp_path / "a.npy", np.ones((3, 4, 2)))
    run(capsys, "audit", tmp_path / "a.npy", tmp_path / "a.npy")
    assert asked["kind"] == "series" and asked["real"].shape == (3, 4, 2)
    long = np.arange(26.0).reshape(13, 2)
    np.save(tmp_path / "long.npy", long)
    run(capsys, "audit", tmp_path / "long.npy", tmp_path / "a.npy", "--holdout", tmp_path / "a.npy")
    assert np.array_equal(asked["real"], [long[:4], long[4:8], long[8:12]]) and asked["holdout"].shape == (3, 4, 2)
    np.save(tmp_path / "of_one.npy", long[:, 0])
    run(capsys, "audit", tmp_path / "of_one.npy", tmp_path / "long.npy")
    assert np.array_equal(asked["real"], [[0, 2], [4, 6], [8, 10], [12, 14], [16, 18], [20, 22]])


@pytest.mark.slow
def test_texts_are_audited(tmp_path, capsys):
    rng = np.random.default_rng(0)
    for name in ("real", "new", "held"):
        texts = ["".join(rng.choice(list("abc"), rng.integers(2, 9))) for _ in range(60)]
        (tmp_path / f"{name}.txt").write_text("\n".join(texts))
    parts = [tmp_path / "real.txt", tmp_path / "new.txt", "--holdout", tmp_path / "held.txt"]
    report = run(capsys, "audit", *parts, "--html", tmp_path / "r.html", "--threshold", "fidelity.lengths=0.9")
    assert {"fidelity.lengths", "privacy.runs"} <= {finding["id"] for finding in report["findings"]}
    assert report["thresholds"]["fidelity.lengths"]["value"] == 0.9 and (tmp_path / "r.html").exists()
    assert "privacy.nothing" in failed(capsys, "audit", *parts, "--fail-on", "privacy.nothing")

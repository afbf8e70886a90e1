"""`--fairness`: the criterion it asks for, and the note beside the table."""

import hashlib
import json

import pandas as pd
import pytest
from resampled import people, rates, resampled

import augment
from augment import EqualCells, LabelParity, StatisticalParity, cli, files
from augment._command_fairness import criterion
from augment.synthesizers import fairness

EXAMPLE = pd.DataFrame(columns=["sex", "income, yearly", "income"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("label-parity:sex,income", LabelParity("sex", "income")),
        ("label-parity: sex, income, .5", LabelParity("sex", "income", strength=0.5)),
        ('statistical-parity:sex,"income, yearly"', StatisticalParity("sex", "income, yearly")),
        ("equal-cells:sex,income", EqualCells("sex", "income")),
    ],
)
def test_criteria_by_name(text, expected):
    assert criterion(text, EXAMPLE) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("parity:sex,income", "expected NAME"),
        ("label-parity", "expected NAME"),
        ("label-parity:sex", "expected NAME"),
        ("label-parity:sexe,income", "no column 'sexe'"),
        ("label-parity:sex,income,much", "must be a number"),
        ("label-parity:sex,income,2", "strength must be a number in"),
        ("equal-cells:sex,income,1", "no strength"),
    ],
)
def test_what_is_wrong_is_told(text, message):
    with pytest.raises(ValueError, match=message):
        criterion(text, EXAMPLE)


@pytest.fixture
def model(monkeypatch, tmp_path):
    """A file that the command takes for a model of known rows."""

    class Loaded:
        @staticmethod
        def load(path):
            return resampled(people(1500))

    monkeypatch.setattr(augment, "TabularSynthesizer", Loaded)
    monkeypatch.setattr(cli, "load_keras", lambda: None)
    monkeypatch.setattr(fairness, "POOL", 1500)
    (tmp_path / "people.augment").touch()
    return str(tmp_path / "people.augment")


def test_the_table_and_the_note_beside_it(model, tmp_path, capsys):
    out = tmp_path / "new.csv"
    arguments = ["generate", model, "-n", "600", "-o", str(out), "--seed", "1"]
    assert cli.main([*arguments, "--fairness", "label-parity:group,job", "--condition", "age=30..60"]) == 0
    new, note = files.read(out), json.loads((tmp_path / "new.csv.synthetic.json").read_text())
    assert rates(new).max() - rates(new).min() < 0.01
    assert new["age"].between(30, 60).all()
    assert note["synthetic"] is True
    assert note["rows"] == 600
    assert note["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert note["fairness"]["describes_population"] is False
    assert note["fairness"]["parameters"] == {"protected": "group", "target": "job", "strength": 1.0, "bins": None}
    assert "do not describe the population" in capsys.readouterr().out


def test_without_a_criterion_there_is_no_note(model, tmp_path, capsys):
    assert cli.main(["generate", model, "-n", "10", "-o", str(tmp_path / "new.csv")]) == 0
    assert [path.name for path in tmp_path.glob("new*")] == ["new.csv"]


def test_a_criterion_that_cannot_be_is_one_sentence(model, tmp_path, capsys):
    assert cli.main(["generate", model, "-o", str(tmp_path / "new.csv"), "--fairness", "label-parity:group,pai"]) == 2
    assert "no column 'pai'" in capsys.readouterr().err
    assert not (tmp_path / "new.csv").exists()

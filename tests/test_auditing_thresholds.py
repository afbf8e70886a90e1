"""Thresholds from arguments and files: later ones win, faults are told in one line, findings know who set theirs."""

import pytest

from augment.auditing import CHECKS, Check, Finding
from augment.auditing.thresholds import Threshold, as_toml, read, resolve, with_sources

CHECK = Check("fidelity.x", "X", None, thresholds={"fidelity.x": 0.1, "fidelity.x.worst": 0.2, "privacy.y": 0})


def write(tmp_path, text):
    path = tmp_path / "release.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_later_ones_win_and_the_source_is_kept(tmp_path):
    path = write(tmp_path, '"fidelity.x" = 0.3\n[fidelity]\n"x.worst" = 1\n')
    resolved = resolve([CHECK], [path, {"fidelity.x": 0.4}])
    assert resolved["fidelity.x"] == Threshold(0.4, 0.1, "given")
    assert resolved["fidelity.x.worst"] == Threshold(1.0, 0.2, str(path))
    assert resolved["privacy.y"] == Threshold(0, 0, "default")
    assert resolve([CHECK], str(path))["fidelity.x"].value == 0.3
    assert resolve([CHECK])["fidelity.x"].value == resolve([CHECK], [None])["fidelity.x"].value == 0.1


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ('"fidelity.y" = 0.3', ValueError, "release.toml has no 'fidelity.y': did you mean 'fidelity.x'?"),
        ('"qqq" = 0.3', ValueError, "choose among fidelity.x, fidelity.x.worst, privacy.y."),
        (
            '"fidelity.x" = "low"',
            TypeError,
            "release.toml: thresholds['fidelity.x'] must be a finite number, got 'low'",
        ),
        ('"fidelity.x" = true', TypeError, "must be a finite number, got True"),
        ('"fidelity.x" = [1, 2]', TypeError, "must be a finite number, got [1, 2]"),
        ('"fidelity.x" = nan', TypeError, "must be a finite number, got nan"),
        ('"fidelity.x" = 2020-01-01', TypeError, "must be a finite number"),
        ("fidelity.x = 0.1\nfidelity.x.worst = 0.2", ValueError, "is no TOML"),
        ("fidelity.x 0.1", ValueError, "A name stands in quotes"),
        ('"fidelity.x" = 0.1\n[fidelity]\nx = 0.2', ValueError, "names 'fidelity.x' twice"),
    ],
)
def test_faults_of_a_file_are_told_in_one_line(tmp_path, text, error, words):
    with pytest.raises(error) as fault:
        resolve([CHECK], write(tmp_path, text))
    assert words in str(fault.value)
    assert "\n" not in str(fault.value)


def test_files_that_cannot_be_read(tmp_path):
    with pytest.raises(ValueError, match="There is no file none.toml"):
        read("none.toml")
    with pytest.raises(ValueError, match="cannot be read"):
        read(tmp_path)
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match="cannot be read"):
        read(tmp_path / "bytes.toml")


def test_arguments_of_another_type():
    with pytest.raises(TypeError, match="thresholds must be a dict"):
        resolve([CHECK], 0.5)
    with pytest.raises(ValueError, match="thresholds has no 1: choose among"):
        resolve([CHECK], {1: 0.5})


def test_the_list_is_a_file_that_comes_back(tmp_path):
    defaults = resolve(CHECKS)
    assert read(write(tmp_path, as_toml(defaults))) == {name: t.value for name, t in defaults.items()}


def test_findings_know_the_name_and_source_of_their_threshold():
    def one(finding_id, **changes):
        return Finding(id=finding_id, pillar="fidelity", title="x", **{"threshold": 0.5, **changes})

    given = resolve([CHECK], {"fidelity.x": 0.4})
    findings = [
        one("fidelity.x.worst"),
        one("fidelity.x.some.column"),
        one("fidelity.other"),
        one("fidelity.x", threshold=None),
        one("fidelity.x", threshold_name="privacy.y"),
        one("fidelity.x", threshold_source="law"),
    ]
    found = [(f.threshold_name, f.threshold_source) for f in with_sources(findings, given)]
    assert found == [
        ("fidelity.x.worst", "default"),
        ("fidelity.x", "given"),
        ("", ""),
        ("", ""),
        ("privacy.y", "default"),
        ("fidelity.x", "law"),
    ]

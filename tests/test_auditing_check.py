"""Findings and what they say of themselves, and checks that cannot be run."""

import numpy as np
import pandas as pd
import pytest

from augment.auditing.check import Check, Finding, NotAssessed, json_safe
from augment.auditing.frames import prepare
from augment.auditing.verdicts import smallest_difference


def finding(verdict="PASS", **changes):
    interval = {"PASS": (0.1, 0.2), "FAIL": (0.8, 0.9), "INCONCLUSIVE": (0.1, 0.9)}[verdict]
    return Finding(
        **{
            "id": "privacy.x",
            "pillar": "privacy",
            "title": "x",
            "interval": interval,
            "goal": "lower",
            "threshold": 0.5,
            **changes,
        }
    )


def test_an_alarm_never_passes_but_fails():
    assert finding(alarm_only=True).verdict == "INCONCLUSIVE"
    assert finding("FAIL", alarm_only=True).verdict == "FAIL"


def test_missing_and_information_have_verdicts_of_their_own():
    assert finding(missing="no holdout").verdict == "NOT ASSESSED"
    assert finding("FAIL", informational=True).verdict == "INFORMATION"


def test_the_smallest_difference_is_the_checks_own_or_that_of_the_interval():
    one = finding("INCONCLUSIVE", value=0.5)
    assert one.to_dict()["smallest_difference"] == pytest.approx(smallest_difference(0.5, (0.1, 0.9)))
    assert finding("INCONCLUSIVE", smallest_difference=0.3).to_dict()["smallest_difference"] == 0.3
    for nothing in (finding(missing="x"), finding(informational=True), finding(threshold=None)):
        assert nothing.to_dict()["smallest_difference"] is None


def test_finding_refuses_unknown_words():
    with pytest.raises(ValueError, match="pillar must be one of"):
        finding(pillar="beauty")
    with pytest.raises(ValueError, match="goal must be"):
        finding(goal="up")


def test_json_safe_leaves_nothing_that_json_lacks():
    value = {"a": np.array([1.0, np.inf]), 2: (np.bool_(True), np.int8(3), None), "t": pd.Timestamp("2020-01-01")}
    assert json_safe(value) == {"a": [1.0, None], "2": [True, 3, None], "t": "2020-01-01T00:00:00"}


def data():
    frame = pd.DataFrame({"a": np.arange(20.0)})
    return prepare(frame, frame)


def test_check_names_what_the_user_did_not_give():
    check = Check("privacy.x", "X", lambda data, rng: [], needs=("holdout", "target"))
    (found,) = check.run(data(), 0)
    assert found.verdict == "NOT ASSESSED"
    assert "holdout=" in found.missing
    assert "target=" in found.missing


def test_check_that_breaks_or_gives_up_is_a_finding():
    def broken(data, rng):
        raise KeyError("oops")

    def nothing(data, rng):
        raise NotAssessed("no dates")

    (found,) = Check("bias.x", "X", broken).run(data(), 0)
    assert found.verdict == "INCONCLUSIVE"
    assert "KeyError" in found.message
    assert Check("bias.x", "X", nothing).run(data(), 0)[0].missing == "no dates"


def test_each_check_has_its_own_reproducible_randomness():
    def draw(data, rng):
        return [Finding(id="bias.x", pillar="bias", title="x", value=rng.random())]

    first, again, other, seed = (
        Check(name, "X", draw).run(data(), seed)[0].value
        for name, seed in (("bias.x", 0), ("bias.x", 0), ("bias.y", 0), ("bias.x", 1))
    )
    assert first == again
    assert len({first, other, seed}) == 3

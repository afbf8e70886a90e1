"""The gate: which verdicts keep it shut, for pillars, findings and beginnings of their names."""

import pytest

from augment.auditing import Check
from augment.auditing.gate import check_names, refused, within


def content(**verdicts):
    rows = [
        {"id": name.replace("__", "."), "verdict": verdict, "alarm_only": False, "value": 0.5, "interval": [0, 1]}
        for name, verdict in verdicts.items()
    ]
    by_pillar = {"fidelity": "PASS", "utility": "INCONCLUSIVE", "bias": "FAIL", "privacy": "NOT ASSESSED"}
    return {"verdict": {"by_pillar": by_pillar}, "findings": rows}


REPORT = content(
    fidelity__a="PASS",
    utility__b="INCONCLUSIVE",
    utility__b__worst="NOT ASSESSED",
    bias__c__sex="PASS",
    bias__c__race="FAIL",
    privacy__d="NOT ASSESSED",
    privacy__e="INFORMATION",
)


@pytest.mark.parametrize(
    ("until", "names"),
    [
        ("fail", ["bias"]),
        ("not-assessed", ["bias", "privacy"]),
        ("inconclusive", ["utility", "bias", "privacy"]),
    ],
)
def test_how_good_a_pillar_must_be(until, names):
    found = refused(REPORT, ["fidelity", "utility", "bias", "privacy"], until)
    assert [one["name"] for one in found] == names


@pytest.mark.parametrize(
    ("name", "until", "findings"),
    [
        ("bias.c", "fail", ["bias.c.race"]),
        ("bias.c.sex", "inconclusive", None),
        ("bias.c.race", "fail", ["bias.c.race"]),
        ("utility.b", "not-assessed", None),  # one of the two was assessed
        ("utility.b.worst", "not-assessed", ["utility.b.worst"]),
        ("privacy.d", "fail", None),
        ("privacy.e", "not-assessed", []),  # never judged
    ],
)
def test_a_name_has_the_worst_verdict_of_its_findings(name, until, findings):
    found = refused(REPORT, [name], until)
    assert (found[0]["findings"] if found else None) == findings


def test_a_check_that_stopped_does_not_open_the_gate():
    stopped = content(privacy__d="INCONCLUSIVE", privacy__e="PASS")
    stopped["findings"][0].update(value=None, interval=None)
    stopped["verdict"]["by_pillar"]["privacy"] = "INCONCLUSIVE"
    for name in ("privacy", "privacy.d"):
        assert refused(stopped, [name]) == [{"name": name, "verdict": "NOT ASSESSED", "findings": ["privacy.d"]}]
        assert refused(stopped, [name], "fail") == []
    assert refused(stopped, ["privacy.e"]) == []
    stopped["verdict"]["by_pillar"]["privacy"] = "FAIL"
    assert refused(stopped, ["privacy"], "fail")[0]["verdict"] == "FAIL"


def test_unknown_names_are_told_with_the_nearest():
    with pytest.raises(ValueError, match="no finding is called 'bias.c.rice': did you mean 'bias.c.race'?"):
        refused(REPORT, ["bias.c.rice"])
    with pytest.raises(ValueError, match="until must be one of"):
        refused(REPORT, ["bias"], "pass")
    checks = [Check("bias.representation", "X", None)]
    check_names(["bias", "bias.representation", "bias.representation.sex"], checks)
    with pytest.raises(ValueError, match="did you mean 'bias.representation'"):
        check_names(["bias.represention"], checks)


def test_a_name_ends_at_a_dot():
    assert within("a.b.c", "a.b")
    assert not within("a.bc", "a.b")

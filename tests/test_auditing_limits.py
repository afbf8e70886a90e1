"""What a report says it cannot tell follows from the findings that are there."""

import pytest

from augment.auditing import Finding
from augment.auditing.limits import MODES, limits


def found(finding_id, **changes):
    changes = {"value": 0.5, "alarm_only": finding_id.startswith("privacy"), **changes}
    return Finding(id=finding_id, pillar=finding_id.split(".")[0], title="x", **changes).to_dict()


def said(*rows, protected=("sex",), target="y", mode="internal"):
    return " ".join(limits(list(rows), list(protected), target, mode))


def test_privacy_names_the_attacks_that_were_and_were_not_tried():
    text = said(found("privacy.copies"))
    assert "Not tried: membership inference and attribute inference." in text
    text = said(found("privacy.copies"), found("privacy.membership.women"))
    assert "Tried: membership inference" in text
    assert "Not tried: attribute inference." in text
    text = said(found("privacy.membership"), found("privacy.attribute_inference"))
    assert "Tried: membership inference and attribute inference" in text
    assert "Not tried" not in text
    assert "nobody can be recognised" in text
    assert "alarms" in text
    assert "alarms" not in said(found("privacy.membership", alarm_only=False)).split("INCONCLUSIVE means")[1]


def test_what_was_not_assessed_was_not_tried():
    text = said(found("privacy.copies"), found("privacy.membership", missing="no holdout"))
    assert "Not tried: membership inference" in text
    assert "Privacy was not assessed" in said(found("privacy.copies", missing="no holdout"))
    assert "Bias was not looked at." in said(found("bias.representation", missing="nothing protected"))


@pytest.mark.parametrize(
    ("ids", "seen", "left"),
    [
        (["bias.representation.sex"], "the shares of groups", "what the rows say of the groups and the decisions"),
        (["bias.representation.sex", "bias.outcomes.sex"], "the shares of groups and what the rows", "the decisions"),
        (["bias.model.parity.sex"], "the decisions of models trained on the rows", "the shares of groups"),
        (["bias.representation.sex", "bias.data.x", "bias.models.y"], "the decisions of models", ""),
    ],
)
def test_bias_names_where_it_was_looked_for(ids, seen, left):
    (sentence,) = [text for text in limits([found(i) for i in ids], ["sex"], "y") if text.startswith("Bias")]
    looked, _, rest = sentence.partition(", not in ")
    assert seen in looked
    assert (left in rest) if left else not rest
    assert "(sex)" in sentence


def test_usefulness_is_that_of_one_task():
    assert "predicting 'y'" in said(found("utility.boosting"))
    assert "predicting" not in said(found("utility.boosting", missing="no target"), target=None)


def test_the_form_is_told():
    for mode, text in MODES.items():
        assert limits([], [], None, mode)[-1] == text

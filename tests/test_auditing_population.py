"""Shares of a population are checked: names, groups, sums."""

import numpy as np
import pandas as pd
import pytest

from augment.auditing import audit
from augment.auditing.frames import prepare
from augment.auditing.population import population_shares
from augment.auditing.representation import REPRESENTATION

FRAME = pd.DataFrame({"sex": ["Male", "Female"] * 500, "n": [0, 1, 2, 1] * 250, "flag": [True, False] * 500})


def read(population, frame=FRAME):
    return population_shares(prepare(frame, frame, protected=["sex", "n", "flag"]), population)


@pytest.mark.parametrize(
    ("population", "message"),
    [
        ({"age": {"old": 1.0}}, "not a protected column"),
        ({"sex": {"male": 0.5, "Female": 0.5}}, "lacks 'Male', which train has.*'male', which no table has"),
        ({"sex": {"Male": 0.5, "Female": 0.4}}, "sum to 0.9, not to 1"),
        ({"sex": {"Male": 1.5, "Female": -0.5}}, "must be a share from 0 to 1, got 1.5"),
        ({"sex": {"Male": "half", "Female": 0.5}}, "must be a share"),
        ({"sex": {"Male": np.nan, "Female": 0.5}}, "must be a share"),
        ({"n": {0: 0.2, 1: 0.5, 2: 0.2, 3: 0.1}}, "the groups of this column are"),
        ({"n": {0: 0.2, "0": 0.3, 1: 0.3, 2: 0.2}}, "names a group twice"),
    ],
)
def test_wrong_shares_are_refused(population, message):
    with pytest.raises(ValueError, match=message):
        read(population)


@pytest.mark.parametrize("population", [["sex"], {"sex": [0.5, 0.5]}, {"sex": {}}])
def test_wrong_kinds_are_refused(population):
    with pytest.raises(TypeError, match="must be a dict"):
        read(population)


def test_shares_are_taken_within_rounding_and_by_value():
    assert read(None) == {}
    assert read({"sex": {"Male": 0.335, "Female": 0.67}})[0]["Male"] == pytest.approx(1 / 3, abs=1e-9)
    assert read({"n": {0: 0.25, 1: 0.5, 2: 0.25}})[1] == {"0": 0.25, "1": 0.5, "2": 0.25}
    assert read({"flag": {True: 0.5, False: 0.5}})[2] == {"True": 0.5, "False": 0.5}


def test_a_given_population_is_the_reference():
    report = audit(FRAME, FRAME, protected="sex", population={"sex": {"Male": 0.25, "Female": 0.75}})
    found = next(f for f in report.findings if f["id"] == "bias.representation.sex")
    assert (found["verdict"], found["worst"][0]["name"]) == ("FAIL", "Female")
    assert found["value"] == pytest.approx(2 / 3)
    assert found["worst"][0]["log disparity"] == pytest.approx(-np.log(3))
    assert "75.0% of the population" in found["message"]


def check(frame, shares):
    data = prepare(frame, frame, protected="sex", thresholds=REPRESENTATION.thresholds)
    data.population.update(population_shares(data, {"sex": shares}))
    (found,) = REPRESENTATION.run(data, 0)
    return found, {row[0]: row[-1] for row in found.evidence["tables"][0]["rows"]}


def test_a_group_of_the_population_that_no_row_has_fails():
    found, judged = check(FRAME[["sex"]], {"Male": 0.45, "Female": 0.45, "Other": 0.1})
    assert (found.value, found.verdict, found.worst[0]["name"]) == (0.0, "FAIL", "Other")
    assert judged == {"Male": "yes", "Female": "yes", "Other": "yes"}


def test_rows_without_a_group_are_left_out_and_said():
    frame = FRAME[["sex"]].copy()
    frame.loc[:99, "sex"] = None
    found, judged = check(frame, {"Male": 0.49, "Female": 0.49, "Other": 0.02})
    assert "100 synthetic rows of groups that the population given does not name are left out" in found.message
    assert judged["missing"] == "no: not in the population given"
    assert judged["Other"] == "no: under 30 rows expected"
    assert found.value == pytest.approx(0.5 / 0.49, rel=1e-6)

"""Who gets which events, how long and how often: a planted disparity is shown, and its loss fails."""

import numpy as np
import pytest
from sequence_makers import applications, of, prepared

from augment.auditing.sequences.group_outcomes import OUTCOMES

LONG = {"kind": "events", "entity": "case", "time": "day", "protected": ["sex"]}


def found(synthetic, **arguments):
    return of(OUTCOMES, prepared(applications(1500, 0), synthetic, **LONG | arguments))


def test_the_planted_disparity_is_shown_and_kept_passes_nothing_wrong():
    fresh = found(applications(1500, 1))
    events = fresh["bias.outcomes.sex.events"]
    assert all(f.verdict != "FAIL" for f in fresh.values())
    assert events.message.startswith("Groups differ most in event = ")
    rows = {(row[0], row[1]): row for row in events.evidence["tables"][0]["rows"]}
    for sex, rate in (("m", 0.35), ("f", 0.05)):
        train, synthetic = rows[sex, "event = offer"][-2:]
        assert train == pytest.approx(rate, abs=0.04) and synthetic == pytest.approx(rate, abs=0.04)


def test_a_disparity_that_synthetic_events_lose_fails():
    events = found(applications(1500, 1, rates=(0.2, 0.2)))["bias.outcomes.sex.events"]
    assert events.verdict == "FAIL"
    assert events.value == pytest.approx(0.15, abs=0.05)
    assert "offer" in events.worst[0]["name"] or "rejection" in events.worst[0]["name"]


def test_a_group_that_has_to_wait_longer_fails_the_amounts():
    fresh = applications(1500, 1)
    day = fresh.day.where(fresh.sex == "m", fresh.day * 1.5)
    amounts = found(fresh.assign(day=day))["bias.outcomes.sex.amounts"]
    assert amounts.verdict == "FAIL" and amounts.threshold_name == "bias.outcomes.mean"
    assert amounts.worst[0]["name"].startswith("f: ")


def test_with_a_target_its_outcomes_stand_beside():
    train, new = (
        applications(400, seed).assign(hired=lambda f: f.groupby("case").event.transform(lambda e: "offer" in set(e)))
        for seed in range(2)
    )
    data = prepared(train, new, **LONG, target="hired")
    assert set(of(OUTCOMES, data)) == {f"bias.outcomes.sex{end}" for end in ("", ".events", ".amounts")}


def test_an_event_may_be_the_target():
    train, new = applications(1500, 0), applications(1500, 1, rates=(0.2, 0.2))
    data = prepared(train, new, **LONG, target="event = offer")
    outcomes = of(OUTCOMES, data)["bias.outcomes.sex"]
    assert outcomes.verdict == "FAIL" and "event = offer = yes holds for" in outcomes.message
    rows = {row[0]: row for row in outcomes.evidence["tables"][0]["rows"]}
    assert rows["m"][3] == pytest.approx(0.35, abs=0.04) and rows["m"][4] == pytest.approx(0.2, abs=0.04)
    with pytest.raises(ValueError, match="An event is named as 'channel = category'"):
        prepared(train, new, **LONG, target="event = flight")


def test_fresh_sequences_keep_the_level():
    clear = []
    for seed in range(60):
        data = prepared(applications(150, 2 * seed), applications(150, 2 * seed + 1), **LONG)
        clear += [f.interval[0] > 0 for f in of(OUTCOMES, data).values()]
    assert np.mean(clear) < 0.09  # 5 % of 120, and chance


def test_small_groups_are_not_judged():
    findings = of(OUTCOMES, prepared(applications(40, 0), applications(40, 1), **LONG))
    assert all("30 training sequences" in f.missing for f in findings.values())

"""A group whose steps lost their order is found, though all its events are there; groups of the same law are not."""

import numpy as np
import pandas as pd
import pytest
from sequence_makers import autoregressive, chains, of, prepared

from augment.auditing.sequences.group_steps import STEPS

LONG = {"kind": "events", "entity": "case", "protected": ["group"]}


def log(n, seed):
    """Events of a Markov chain; a fifth of the cases are of group b."""
    texts = chains(n, seed)
    group = np.where(np.random.default_rng(seed).random(n) < 0.2, "b", "a")
    rows = [(case, group[case], event) for case, text in enumerate(texts) for event in text]
    return pd.DataFrame(rows, columns=["case", "group", "event"])


def shuffled(frame, group):
    """The log with the events of each case of a group in another order."""
    order = np.random.default_rng(0).random(len(frame))
    mixed = frame.assign(order=np.where(frame.group == group, order, np.arange(len(frame)) / len(frame)))
    return mixed.sort_values(["case", "order"]).drop(columns="order")


def test_a_small_group_that_lost_its_order_is_found():
    train, new, holdout = (log(400, seed) for seed in range(3))
    finding = of(STEPS, prepared(train, shuffled(new, "b"), holdout, **LONG))["fidelity.subgroups.steps"]
    assert finding.verdict == "FAIL"
    assert finding.worst[0]["name"] == "group b: transitions" and "group b" in finding.message


@pytest.mark.parametrize("sizes", [(200, 200), (80, 300)])
def test_groups_of_the_same_law_fail_nothing(sizes):
    found = [of(STEPS, prepared(log(sizes[0], 2 * k), log(sizes[1], 2 * k + 1), **LONG)) for k in range(15)]
    assert "FAIL" not in {f.verdict for findings in found for f in findings.values()}


def test_numbers_of_a_group_have_autocorrelations():
    def frame(seed, coefficient):
        values = np.concatenate(
            [autoregressive(150, seed, features=1), autoregressive(60, seed + 9, coefficient, 12, 1)]
        )
        group = np.repeat(["a", "b"], [150, 60])
        return pd.DataFrame(
            {"case": np.repeat(np.arange(210), 12), "group": np.repeat(group, 12), "value": values.ravel()}
        )

    finding = of(STEPS, prepared(frame(0, 0.7), frame(1, -0.2), **LONG))["fidelity.subgroups.steps"]
    assert finding.verdict == "FAIL" and finding.worst[0]["name"] == "group b: autocorrelations"


def test_groups_that_are_too_small_are_not_assessed():
    frame = log(30, 0)
    assert "No protected group has 30 training" in STEPS.run(prepared(frame, frame, **LONG), 0)[0].missing

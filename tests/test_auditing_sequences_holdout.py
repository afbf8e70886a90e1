"""Windows that share steps with training windows are no holdout; series that are alike by chance are one."""

import numpy as np
import pytest
from sequence_makers import applications, autoregressive, prepared

from augment.auditing import audit, sequences
from augment.auditing.sequences.holdout import overlapping, training_steps

RNG = np.random.default_rng(0)


def windows(stride=1, width=12, steps=900):
    """Windows (n, time, features) of one long series, in the order of time."""
    series = autoregressive(1, 0, steps=steps)[0]
    return np.lib.stride_tricks.sliding_window_view(series, width, axis=0)[::stride].swapaxes(1, 2)


def words(train, holdout):
    data = prepared(train, train, holdout, kind="series")
    return training_steps(data, np.random.default_rng(0)), overlapping(data, np.random.default_rng(0))


def test_windows_split_at_random_are_no_holdout():
    cut = windows()[RNG.permutation(889)]
    told, note = words(cut[:600], cut[600:])
    assert told.startswith("289 of 289 holdout series have half or more of their steps in common")
    assert "of 300 training series" in note and "narrower than they should be" in note


def test_windows_split_in_time_are_one():
    cut = windows()
    assert words(cut[:600], cut[612:])[0] == ""
    assert words(cut[:600], cut[580:])[0].startswith("2")  # 20 in both parts, and those beside them
    apart = windows(stride=12, steps=3000)
    assert words(apart[:150], apart[150:]) == ("", "")


@pytest.mark.parametrize(
    "law",
    [
        lambda n, seed: autoregressive(n, seed),
        lambda n, seed: autoregressive(n, seed, 0.95, features=1).round(1),
        lambda n, seed: (2 * autoregressive(n, seed, 0.95, steps=6, features=1)).round() / 2,
        lambda n, seed: np.maximum(autoregressive(n, seed, features=1) - 1, 0),
        lambda n, seed: (np.random.default_rng(seed).integers(0, 40, (n, 1)) + np.arange(12)) / 12,
        lambda n, seed: np.random.default_rng(seed).choice([-0.1, 0, 0.1], (n, 12)).cumsum(axis=1),
    ],
    ids=["numbers", "one decimal", "short and coarse", "mostly zero", "clocks", "small steps"],
)
def test_series_that_share_steps_by_chance_are_a_holdout(law):
    told = [words(law(200, 2 * k), law(150, 2 * k + 1)) for k in range(8)]
    assert told == [("", "")] * 8


def test_events_and_whole_numbers_are_not_looked_at():
    log = applications(40, 0)
    data = prepared(log, log, log, kind="events", entity="case", time="day")
    assert training_steps(data, RNG) == overlapping(data, RNG) == ""
    counts = windows().round()
    assert words(counts[:600], counts[600:]) == ("", "")


def test_the_audit_sets_such_a_holdout_aside_and_says_so(monkeypatch):
    monkeypatch.setattr(sequences, "with_tables", lambda checks, kind: list(sequences.CHECKS))
    cut = windows(steps=300)[RNG.permutation(289)]
    report = audit(cut[:200], cut[:200], holdout=cut[200:], kind="series")
    assert report.by_pillar["privacy"] == report.by_pillar["utility"] == "NOT ASSESSED"
    notes = " ".join(report.to_dict()["notes"])
    assert "so the holdout is set aside. Cut the series in time first" in notes and "narrower" in notes

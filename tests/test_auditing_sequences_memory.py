"""Planted copies, whole and of parts, are found in texts, events and windows; fresh sequences raise no alarm."""

import numpy as np
import pandas as pd
import pytest
from sequence_makers import applications, autoregressive, chains, of, prepared

from augment.auditing.sequences.near_windows import WINDOWS
from augment.auditing.sequences.runs import RUNS


def texts(new, seed=0, longest=40):
    return prepared(chains(400, seed, longest=longest), new, chains(400, seed + 1, longest=longest), kind="text")


def with_copies(count, cut=slice(None)):
    train, new = sorted(chains(400, 0, longest=40), key=len), chains(400, 2, longest=40)
    return [new[k] + train[-k - 1][cut] for k in range(count)] + new[count:]


def test_copied_texts_are_found_and_shown():
    found = of(RUNS, texts(with_copies(40)))
    long = found["privacy.runs.long"]
    assert long.verdict == "FAIL"
    assert long.value == pytest.approx(0.1, abs=0.03)
    (table,) = long.evidence["tables"]
    train = chains(400, 0, longest=40)
    assert table["row_level"] and len(table["rows"]) == 20
    for place, _, steps, run in table["rows"]:
        assert run in train[int(place.split()[1])] and len(run) == steps


def test_a_copied_part_is_enough():
    found = of(RUNS, texts(with_copies(60, slice(5, 30))))
    assert found["privacy.runs.long"].verdict == "FAIL"


@pytest.mark.slow
def test_fresh_texts_raise_no_alarm_over_many_seeds():
    found = [of(RUNS, texts(chains(400, seed + 2, longest=40), seed)) for seed in range(0, 60, 3)]
    assert {f.verdict for findings in found for f in findings.values()} == {"INCONCLUSIVE"}
    shares = np.array([[f["privacy.runs"].value, *f["privacy.runs"].interval] for f in found])
    assert shares[:, 0].mean() == pytest.approx(0.5, abs=0.015)
    assert np.mean((shares[:, 1] < 0.5) & (shares[:, 2] > 0.5)) >= 0.85


def test_a_generator_that_repeats_train_alone_fails_the_share():
    train = chains(400, 0, longest=40)
    rng = np.random.default_rng(0)
    found = of(RUNS, texts([train[k] for k in rng.integers(0, 400, 400)]))
    assert found["privacy.runs"].verdict == found["privacy.runs.long"].verdict == "FAIL"


def test_copied_events_are_found():
    def log(n, seed):
        rng = np.random.default_rng(seed)
        events = rng.integers(0, 8, (n, 15))
        return pd.DataFrame({"case": np.repeat(np.arange(n), 15), "event": [f"e{k}" for k in events.ravel()]})

    arguments = {"kind": "events", "entity": "case"}
    train, new, holdout = (log(300, seed) for seed in range(3))
    assert {f.verdict for f in of(RUNS, prepared(train, new, holdout, **arguments)).values()} == {"INCONCLUSIVE"}
    copied = new.assign(event=np.where(new.case < 30, train.event, new.event))
    assert of(RUNS, prepared(train, copied, holdout, **arguments))["privacy.runs.long"].verdict == "FAIL"


def test_near_copies_of_windows_are_found_and_fresh_ones_are_not():
    train, new, holdout = (autoregressive(300, seed) for seed in range(3))
    fresh = of(WINDOWS, prepared(train, new, holdout, kind="series"))
    assert {f.verdict for f in fresh.values()} == {"INCONCLUSIVE"}
    new[:30] = train[:30] + np.random.default_rng(0).normal(0, 0.02, train[:30].shape)
    found = of(WINDOWS, prepared(train, new, holdout, kind="series"))["privacy.windows.near"]
    assert found.verdict == "FAIL"
    assert found.value == pytest.approx(0.1, abs=0.03)


def test_copied_stretches_of_numbers_are_found_and_fresh_numbers_are_not():
    train, new, holdout = (autoregressive(200, seed) for seed in range(3))
    fresh = of(RUNS, prepared(train, new, holdout, kind="series"))
    assert {f.verdict for f in fresh.values()} == {"INCONCLUSIVE"}
    assert fresh["privacy.runs.long"].value == 0
    moved = [np.concatenate([own[:3], old[2:8]]) for own, old in zip(new[:40], train[:40], strict=True)]
    found = of(RUNS, prepared(list(train), [*moved, *new[40:]], list(holdout), kind="series"))["privacy.runs.long"]
    assert found.verdict == "FAIL" and "numbers but for their last digits" in found.message
    assert found.value == pytest.approx(0.2, abs=0.01)


def test_coarse_numbers_repeat_by_chance_and_raise_no_alarm():
    parts = [[autoregressive(120, 3 * k + j, features=1).round() for j in range(3)] for k in range(20)]
    found = [of(RUNS, prepared(*own, kind="series")) for own in parts]
    assert sum(f.verdict == "FAIL" for findings in found for f in findings.values()) <= 1


@pytest.mark.parametrize("other", [lambda x: x + 1.0, lambda x: 0.5 * x])
def test_windows_copied_at_another_level_or_scale_are_found(other):
    train, new, holdout = (autoregressive(300, seed) for seed in range(3))
    new[:40] = other(train[:40])
    found = of(WINDOWS, prepared(train, new, holdout, kind="series"))["privacy.windows.near"]
    assert found.verdict == "FAIL" and "In shapes" in found.message


def pieces(n, seed):
    rng = np.random.default_rng(seed)
    return [60 + rng.integers(-6, 7, (int(steps), 2)) for steps in rng.integers(10, 40, n)]


def test_pieces_copied_in_another_key_or_with_another_bass_are_found():
    train, new, holdout = (pieces(100, seed) for seed in range(3))
    fresh = of(RUNS, prepared(train, new, holdout, kind="music"))
    assert {f.verdict for f in fresh.values()} == {"INCONCLUSIVE"}
    other_key = [piece + 3 for piece in train[:20]]
    other_bass = [np.column_stack([piece[:, 0], piece[::-1, 1]]) for piece in train[:20]]
    for copied, words in ((other_key, "in whatever key"), (other_bass, "the first voice")):
        found = of(RUNS, prepared(train, [*copied, *new[20:]], holdout, kind="music"))["privacy.runs.long"]
        assert found.verdict == "FAIL" and words in found.message


def test_what_they_do_not_look_at_says_so():
    log = applications(40, 0)
    data = prepared(log, log, log, kind="events", entity="case", time="day")
    assert "of one length" in WINDOWS.run(data, 0)[0].missing
    assert "holdout" in RUNS.run(prepared(["ab"] * 20, ["ab"] * 20, kind="text"), 0)[0].missing


def test_texts_without_any_character_and_of_one_are_no_trouble():
    for train, new in ((["", "a"] * 10, [""] * 20), (["a"] * 20, ["a"] * 20), ([""] * 20, [""] * 20)):
        found = of(RUNS, prepared(train, new, train, kind="text"))
        assert {f.verdict for f in found.values()} == {"INCONCLUSIVE"}

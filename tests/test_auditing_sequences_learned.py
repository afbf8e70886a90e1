"""Trees, counts and convolutions that look at steps: closed forms, another law seen, the same law not."""

import numpy as np
import pytest
from sequence_makers import CHAIN, applications, autoregressive, chains, of, prepared

from augment.auditing.sequences.context import CONTEXT
from augment.auditing.sequences.convolutions import context_features
from augment.auditing.sequences.discriminative import DISCRIMINATIVE
from augment.auditing.sequences.examples import EXAMPLES
from augment.auditing.sequences.next_step import NEXT, growth
from augment.auditing.sequences.ngrams import surprises
from augment.auditing.sequences.steps import step_rows

LONG = {"kind": "events", "entity": "case", "time": "day"}


def series(train, synthetic, holdout=None):
    return prepared(train, synthetic, holdout, kind="series")


def coded(texts):
    codes = np.array(["abcd".index(c) for text in texts for c in text], int)
    return codes, np.repeat(np.arange(len(texts)), [len(text) for text in texts])


def test_surprises_are_those_of_the_chain():
    found, owners = surprises(coded(chains(3000, 0, longest=40)), coded(chains(1000, 1, longest=40)), 4)
    assert len(found) == len(coded(chains(1000, 1, longest=40))[0]) + 1000
    assert np.bincount(owners).min() == 2  # a letter and the end
    stationary = np.linalg.matrix_power(CHAIN, 100)[0]
    entropy = -(stationary[:, None] * CHAIN * np.log(CHAIN)).sum()
    inner = found[np.flatnonzero(owners[1:] == owners[:-1])]
    assert entropy < inner.mean() < entropy + 0.25  # and what is not known of the end


def test_probabilities_of_what_may_come_next_sum_to_one():
    learned = coded(["abca", "ab", "b"])
    total = sum(np.exp(-surprises(learned, coded([f"ab{x}"]), 4)[0][2]) for x in "abcd")
    total += np.exp(-surprises(learned, coded(["ab"]), 4)[0][2])  # the end
    assert total == pytest.approx(1)


def test_what_another_chain_teaches_foretells_worse():
    train, holdout = chains(500, 0), chains(500, 2)
    same = of(NEXT, prepared(train, chains(500, 1), holdout, kind="text"))["utility.next_step"]
    other = of(NEXT, prepared(train, chains(500, 1, CHAIN[::-1]), holdout, kind="text"))["utility.next_step"]
    assert (same.verdict, other.verdict) == ("PASS", "FAIL")
    assert "nats a step" in other.message


@pytest.mark.slow
def test_what_another_coefficient_teaches_foretells_worse():
    train, holdout = autoregressive(300, 0), autoregressive(300, 2)
    same = of(NEXT, series(train, autoregressive(300, 1), holdout))["utility.next_step"]
    other = of(NEXT, series(train, autoregressive(300, 1, -0.7), holdout))["utility.next_step"]
    assert (same.verdict, other.verdict) == ("PASS", "FAIL")
    best = np.sqrt(2 / np.pi) * np.sqrt(1 - 0.7**2)  # mean absolute innovation
    assert best < same.reference < 1.15 * best


def test_a_growth_has_an_interval_that_holds():
    rng, covered = np.random.default_rng(0), []
    for _ in range(300):
        level = rng.gamma(4, size=200)
        errors = {
            name: level * rate * rng.normal(1, 0.02, (3, 1)) * rng.normal(1, 0.3, (1, 200))
            for name, rate in (("real", 1.0), ("synthetic", 1.2))
        }
        _, low, high = growth(errors)
        covered.append(low < 0.2 < high)
    assert 0.92 < np.mean(covered) <= 1


@pytest.mark.slow
def test_trees_tell_other_steps_and_not_the_same():
    train, holdout = autoregressive(200, 0, steps=8), autoregressive(200, 2, steps=8)
    (same,) = of(DISCRIMINATIVE, series(train, autoregressive(200, 1, steps=8), holdout)).values()
    assert same.verdict == "PASS" and 0.4 < same.value < 0.6
    assert [row[0] for row in same.evidence["tables"][0]["rows"]] == ["synthetic", "holdout", "normal windows"]
    other = autoregressive(200, 1, 0.0, steps=8)  # each value by itself is right
    (other,) = of(DISCRIMINATIVE, series(train, other, holdout)).values()
    assert other.verdict == "FAIL"
    assert "repeat training sequences" not in same.message + other.message
    (copied,) = of(DISCRIMINATIVE, series(train, train[np.random.default_rng(0).permutation(200)])).values()
    assert "Far below it, synthetic sequences repeat training sequences." in copied.message
    few = series(train[:40], train[:40])
    assert "Needs 50 training" in DISCRIMINATIVE.run(few, 0)[0].missing


def test_rows_of_steps_hold_values_changes_gaps_and_categories():
    log = applications(40, 0)
    data = prepared(log, log, **LONG)
    rows, category = step_rows(data.sequences["train"], data)
    shown = data.longest
    assert rows.shape == (40, shown - 1 + shown) and category.sum() == shown
    part = data.sequences["train"]
    assert rows[3, 0] == part.times[part.starts[3] + 1] - part.times[part.starts[3]]
    assert rows[3, shown - 1] == part.values[part.starts[3], 0]
    long = series(np.arange(20 * 1000.0).reshape(20, 1000), np.zeros((20, 1000)))
    rows, _ = step_rows(long.sequences["train"], long)
    assert rows.shape[1] <= 160 and rows[0, 0] == 0 and rows[0, 79] == 999  # from the first step to the last


def test_a_distance_of_whole_sequences_sees_another_law_and_not_the_same():
    for make, other, kind in (
        (autoregressive, autoregressive(400, 3, 0.0), "series"),
        (chains, chains(400, 3, CHAIN[::-1]), "text"),
    ):
        train, fresh, holdout = (make(400, seed) for seed in range(3))
        same = of(CONTEXT, prepared(train, fresh, holdout, kind=kind))["fidelity.context"]
        assert same.verdict != "FAIL" and same.interval[0] < 0
        assert of(CONTEXT, prepared(train, other, holdout, kind=kind))["fidelity.context"].verdict == "FAIL"


@pytest.mark.slow
def test_the_interval_of_the_distance_holds_where_nothing_differs():
    z = []
    for seed in range(0, 120, 3):
        parts = [chains(60, seed + k) for k in range(3)]
        found = of(CONTEXT, prepared(*parts, kind="text"))["fidelity.context"]
        z.append(found.value / found.evidence["facts"]["standard_error"])
    assert np.mean(np.array(z) > 1.96) <= 0.05
    assert 0.5 < np.std(z) < 1.3


def test_convolutions_are_bounded_fixed_and_see_time():
    data = series(autoregressive(50, 0, steps=40), autoregressive(50, 1, steps=40))
    seen = context_features(data.sequences["train"], data)
    again = context_features(data.sequences["train"].take([7]), data)
    assert seen.min() >= 0 and seen.max() <= 1
    assert np.allclose(seen[7], again[0])  # whatever stands beside it
    backwards = series(autoregressive(50, 0, steps=40), autoregressive(50, 0, steps=40)[:, ::-1])
    assert not np.allclose(seen, context_features(backwards.sequences["synthetic"], backwards))


def test_an_audit_needs_enough_sequences_for_a_distance():
    few = series(autoregressive(60, 0), autoregressive(60, 1))
    assert "100 training sequences" in CONTEXT.run(few, 0)[0].missing
    empty = prepared([""] * 200, [""] * 200, kind="text")
    assert CONTEXT.run(empty, 0)[0].missing == "All sequences are empty."


def test_examples_are_sequences_of_both_and_left_out_of_the_public_form():
    (curves,) = of(EXAMPLES, series(autoregressive(40, 0), autoregressive(40, 1))).values()
    (chart,) = curves.evidence["charts"]
    assert chart["row_level"] and [s["name"] for s in chart["series"]] == [
        f"{word} {k}" for k in (1, 2) for word in ("real", "synthetic")
    ]
    train, new = chains(40, 0), chains(40, 1)
    (written,) = of(EXAMPLES, prepared(train, new, kind="text")).values()
    (table,) = written.evidence["tables"]
    assert table["row_level"] and all(real in train and made in new for real, made in table["rows"])

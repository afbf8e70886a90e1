"""What sequences do in time: another law fails, the same law fails nothing over many seeds."""

import numpy as np
import pytest
from sequence_makers import CHAIN, applications, autoregressive, chains, of, prepared

from augment.auditing import sequences
from augment.auditing.sequences.autocorrelation import AUTOCORRELATION
from augment.auditing.sequences.crosscorrelation import CROSSCORRELATION
from augment.auditing.sequences.gaussian_window import gaussian_windows
from augment.auditing.sequences.lengths import GAPS, LENGTHS
from augment.auditing.sequences.transitions import TRANSITIONS

LONG = {"kind": "events", "entity": "case", "time": "day"}


def series(train, synthetic, holdout=None):
    return prepared(train, synthetic, holdout, kind="series")


def test_another_coefficient_fails_autocorrelation_and_the_same_passes():
    train = autoregressive(300, 0)
    same = of(AUTOCORRELATION, series(train, autoregressive(300, 1)))
    assert {f.verdict for f in same.values()} == {"PASS"}
    other = of(AUTOCORRELATION, series(train, autoregressive(300, 1, 0.2)))
    assert {f.verdict for f in other.values()} == {"FAIL"}
    assert other["fidelity.autocorrelation.worst"].worst[0]["name"].endswith("at lag 1")


def test_shuffled_steps_fail_autocorrelation_though_every_value_is_there():
    rng, fresh = np.random.default_rng(0), autoregressive(300, 1)
    order = np.argsort(rng.random(fresh.shape[:2]), axis=1)[..., None]
    shuffled = np.take_along_axis(fresh, order, axis=1)
    found = of(AUTOCORRELATION, series(autoregressive(300, 0), shuffled))
    assert {f.verdict for f in found.values()} == {"FAIL"}


def test_the_autocorrelations_shown_are_those_of_the_law():
    data = series(autoregressive(800, 0, steps=60), autoregressive(800, 1, steps=60))
    finding = of(AUTOCORRELATION, data)["fidelity.autocorrelation"]
    (table,) = finding.evidence["tables"]
    for channel, lag, real, synthetic in table["rows"]:
        bias = (1 + 0.7) / (1 - 0.7) / 60  # of the mean within a sequence, to the first order
        lag = int(lag.removeprefix("lag "))
        assert abs(real - (0.7**lag - bias)) < 0.04 and abs(real - synthetic) < 0.03, (channel, lag)


def test_a_single_score_is_no_average():
    found = of(LENGTHS, prepared(chains(100, 0), chains(100, 1), kind="text"))["fidelity.lengths"]
    assert found.title == "Lengths of sequences"
    assert found.message.startswith("Lengths score 0.") and "steps on average in train" in found.message
    assert found.message.count("on average") == 1


def test_channels_that_no_longer_move_together_fail():
    def coupled(n, seed):
        x = autoregressive(n, seed, features=3)
        x[..., 1] = 0.8 * x[..., 0] + 0.6 * x[..., 1]
        return x

    train, fresh = coupled(300, 0), coupled(300, 1)
    same = of(CROSSCORRELATION, series(train, fresh))
    assert same["fidelity.crosscorrelation"].verdict == "PASS"
    assert same["fidelity.crosscorrelation.worst"].verdict != "FAIL"
    apart = fresh.copy()
    apart[..., 1] = coupled(300, 2)[..., 1]  # each channel by itself is right
    found = of(CROSSCORRELATION, series(train, apart))
    assert found["fidelity.crosscorrelation.worst"].verdict == "FAIL"
    assert "x0 × x1" in found["fidelity.crosscorrelation.worst"].worst[0]["name"]
    published = found["fidelity.crosscorrelation"].evidence["facts"]["published_correlational_score_synthetic"]
    steps = [x.reshape(-1, 3) for x in (train, apart)]
    wanted = np.abs(np.tril(np.corrcoef(steps[0].T) - np.corrcoef(steps[1].T))).sum() / 10
    assert published == pytest.approx(wanted)


def test_another_chain_fails_transitions_and_the_same_passes():
    train = chains(400, 0)
    assert of(TRANSITIONS, prepared(train, chains(400, 1), kind="text"))["fidelity.transitions"].verdict == "PASS"
    other = of(TRANSITIONS, prepared(train, chains(400, 1, CHAIN[::-1]), kind="text"))
    assert other["fidelity.transitions"].verdict == "FAIL"


def test_the_transitions_shown_are_those_of_the_chain():
    finding = of(TRANSITIONS, prepared(chains(3000, 0), chains(3000, 1, CHAIN[::-1]), kind="text"))[
        "fidelity.transitions"
    ]
    for before, after, *_, real, synthetic in finding.evidence["tables"][0]["rows"]:
        if before in "abcd" and after in "abcd":
            share = CHAIN["abcd".index(before), "abcd".index(after)]
            assert 0.85 * share - 0.03 < real < share + 0.03, (before, after)  # the end comes after one in ten
            assert synthetic != pytest.approx(real, abs=0.02)


def test_other_lengths_and_other_gaps_fail_theirs_only():
    train, fresh = applications(500, 0), applications(500, 1)
    data = prepared(train, fresh, **LONG)
    assert of(LENGTHS, data)["fidelity.lengths"].verdict == of(GAPS, data)["fidelity.gaps"].verdict == "PASS"
    late = prepared(train, applications(500, 1, gaps=6.0), **LONG)
    assert of(GAPS, late)["fidelity.gaps"].verdict == "FAIL" and of(LENGTHS, late)["fidelity.lengths"].verdict == "PASS"
    short = prepared(train, fresh[fresh.event != "interview"], **LONG)
    assert of(LENGTHS, short)["fidelity.lengths"].verdict == "FAIL"


def test_windows_of_a_normal_distribution_have_the_moments_of_train():
    train = np.exp(autoregressive(2000, 0, steps=5)) + 3
    drawn = gaussian_windows(series(train, train)).padded(5).reshape(2000, -1)
    flat = train.reshape(2000, -1)
    error = flat.std(axis=0) / np.sqrt(2000)
    assert (drawn.min(axis=0) >= train.min()).all()
    assert (drawn.mean(axis=0) - flat.mean(axis=0) < 0.2 * flat.std(axis=0) + 4 * error).all()  # cut off below
    assert gaussian_windows(series(list(train), [one[:3] for one in train])) is None
    finding = of(AUTOCORRELATION, series(train, train))["fidelity.autocorrelation"]
    assert 0.9 < finding.evidence["facts"]["windows_of_a_normal_distribution"] <= 1


def test_what_cannot_be_compared_says_why():
    text = prepared(["ab"] * 20, ["ab"] * 20, kind="text")
    missing = {check.id: check.run(text, 0)[0].missing for check in (AUTOCORRELATION, CROSSCORRELATION, GAPS, LENGTHS)}
    assert missing["fidelity.autocorrelation"].startswith("Needs a channel of numbers")
    assert missing["fidelity.crosscorrelation"] == "Needs two channels of numbers."
    assert missing["fidelity.gaps"].startswith("Needs time=")
    assert missing["fidelity.lengths"] == "All sequences have 2 steps."
    numbers = series(np.zeros((20, 4)), np.zeros((20, 4)))
    assert TRANSITIONS.run(numbers, 0)[0].missing == "No channel holds categories."
    assert AUTOCORRELATION.run(numbers, 0)[0].missing.endswith("that vary.")


def makers():
    yield "series", lambda seed: autoregressive(120, seed), {"kind": "series"}
    yield "lists", lambda seed: [x[: 1 + k % 12] for k, x in enumerate(autoregressive(120, seed))], {"kind": "series"}
    yield "texts", lambda seed: chains(120, seed), {"kind": "text"}
    yield "events", lambda seed: applications(250, seed), {**LONG, "protected": ["sex"]}


@pytest.mark.slow
@pytest.mark.parametrize("make, arguments", [case[1:] for case in makers()], ids=[case[0] for case in makers()])
def test_fresh_sequences_fail_nothing(make, arguments):
    failed = []
    checks = [check for check in sequences.CHECKS if check.id != "fidelity.discriminative"]  # slow, and tested alone
    for seed in range(4):
        data = prepared(*(make(3 * seed + k) for k in range(3)), **arguments)
        failed += [f.id for check in checks for f in of(check, data, seed).values() if f.verdict == "FAIL"]
    assert failed == []

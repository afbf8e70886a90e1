"""Paired gains: intervals with the coverage they claim, gains that would have been seen as often as said, verdicts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from augment.augmentation.gains import LEVEL, POWER, conclude, paired_gain, shown, verdict

FOLDS = [0.03, -0.01, 0.02, 0.05, 0.0, 0.04, 0.01, 0.02, 0.03, -0.02]


def test_without_shared_rows_it_is_the_paired_t_interval():
    found = paired_gain(FOLDS, test_share=0)
    expected = stats.ttest_1samp(FOLDS, 0).confidence_interval(LEVEL)
    assert (found["low"], found["high"]) == pytest.approx((expected.low, expected.high))
    assert found["gain"] == pytest.approx(np.mean(FOLDS))


def test_shared_rows_and_comparisons_widen_it_as_published():
    plain, corrected = paired_gain(FOLDS, 0), paired_gain(FOLDS, 0.25)
    width = corrected["high"] - corrected["low"]
    assert width / (plain["high"] - plain["low"]) == pytest.approx(np.sqrt((1 / 10 + 1 / 4) * 10))
    many = paired_gain(FOLDS, 0.25, comparisons=6)
    alone = paired_gain(FOLDS, 0.25, level=1 - (1 - LEVEL) / 6)
    assert many == pytest.approx(alone)
    assert many["detectable"] > corrected["detectable"]


def test_coverage_is_exact_for_folds_that_are_correlated_as_assumed():
    """Nadeau and Bengio: correlation n_test / (n_train + n_test), under which mean and deviation make an exact t."""
    rng = np.random.default_rng(0)
    n, n_folds, share = 500, 10, 0.25
    correlation = share / (1 + share)
    common, own = rng.standard_normal((n, 1)), rng.standard_normal((n, n_folds))
    samples = 0.3 + np.sqrt(correlation) * common + np.sqrt(1 - correlation) * own
    found = [paired_gain(sample, share) for sample in samples]
    covered = np.mean([gain["low"] <= 0.3 <= gain["high"] for gain in found])
    assert abs(covered - LEVEL) < 3 * np.sqrt(LEVEL * (1 - LEVEL) / n)
    naive = np.mean([abs(s.mean() - 0.3) <= stats.t.isf(0.025, 9) * s.std(ddof=1) / np.sqrt(10) for s in samples])
    assert naive < 0.8  # why there is a correction


def test_the_detectable_gain_is_shown_four_times_in_five():
    rng = np.random.default_rng(1)
    unit = stats.zscore(rng.standard_normal(8), ddof=1)
    detectable = paired_gain(unit, test_share=0, comparisons=3)["detectable"]
    samples = detectable + rng.standard_normal((20_000, 8))
    statistic = samples.mean(axis=1) / (samples.std(axis=1, ddof=1) / np.sqrt(8))
    assert abs((statistic > stats.t.isf(0.025 / 3, 7)).mean() - POWER) < 0.01


def test_folds_that_are_all_alike():
    assert paired_gain([0.0, 1e-16, -1e-16], 0.25) == {"gain": 0.0, "low": None, "high": None, "detectable": None}
    assert verdict(paired_gain([0.25, 0.25], 0.5)) == "no gain shown"  # luck, as often as not
    assert verdict(paired_gain([0.25] * 10, 0.25, comparisons=3)) == "helps"
    one_off = paired_gain([0.25] * 9 + [0.0], 0.25)
    alike = paired_gain([0.25] * 10, 0.25)
    assert alike["high"] - alike["low"] == pytest.approx(one_off["high"] - one_off["low"])


@given(
    st.lists(st.floats(-1, 1), min_size=2, max_size=20),
    st.floats(0, 1),
    st.integers(1, 30),
)
def test_intervals_hold_the_gain_and_turn_with_it(differences, share, comparisons):
    gain, turned = (paired_gain(sign * np.array(differences), share, comparisons) for sign in (1, -1))
    if gain["low"] is None:
        assert max(map(abs, differences)) < 1e-9
        return
    assert gain["low"] <= gain["gain"] <= gain["high"]
    assert gain["detectable"] > gain["gain"] - gain["low"]
    assert turned["low"] == pytest.approx(-gain["high"])
    assert (verdict(gain) == "helps") == (verdict(turned) == "hurts")


def gain(ratio, value, half):
    return {"ratio": ratio, "gain": value, "low": value - half, "high": value + half, "detectable": 1.3 * half}


@pytest.mark.parametrize(
    "gains, line",
    [
        ([gain(1, 0.02, 0.01), gain(2, 0.05, 0.02)], "helps: +.050 R2 [.030, .070] at ratio 2"),
        ([gain(1, 0.02, 0.01), gain(2, 0.05, 0.06)], "helps: +.020 R2 [.010, .030] at ratio 1"),
        ([gain(1, 0.02, 0.01), gain(2, -0.05, 0.01), gain(4, -0.1, 0.01)], "; hurts at ratio 2 and 4"),
        ([gain(1, 0.0, 0.01), gain(2, -0.05, 0.01)], "hurts: -.050 R2 [-.060, -.040] at ratio 2"),
        ([gain(1, 0.0, 0.01), gain(2, 0.01, 0.02)], "no gain shown (at least .026 would have been seen)"),
        (
            [{"ratio": 1, "gain": 0.0, "low": None, "high": None, "detectable": None}],
            "no gain shown (every fold scored the same as without)",
        ),
    ],
)
def test_lines(gains, line):
    assert conclude(gains, "R2")["line"].endswith(line)


@given(st.floats(-1e6, 1e6))
def test_a_shown_score_is_near_its_value(value):
    text = shown(value)
    assert not text.removeprefix("-").startswith("0.")
    assert float(text.replace(",", "")) == pytest.approx(value, rel=0.06, abs=0.5 if abs(value) >= 1000 else 0.0005)

"""The three-way verdict, the pillars' verdicts, and what this much data could have shown."""

import math

import numpy as np
import pytest
from test_auditing_check import finding

from augment.auditing.verdicts import combine, judge, overall, smallest_difference


@pytest.mark.parametrize(
    ("interval", "goal", "threshold", "verdict"),
    [
        ((0.6, 0.7), "higher", 0.5, "PASS"),
        ((0.5, 0.7), "higher", 0.5, "PASS"),
        ((0.4, 0.7), "higher", 0.5, "INCONCLUSIVE"),
        ((0.3, 0.4), "higher", 0.5, "FAIL"),
        ((0.3, 0.4), "lower", 0.5, "PASS"),
        ((0.4, 0.6), "lower", 0.5, "INCONCLUSIVE"),
        ((0.6, 0.7), "lower", 0.5, "FAIL"),
        ((0.9, 1.1), "range", (0.8, 1.25), "PASS"),
        ((0.7, 1.1), "range", (0.8, 1.25), "INCONCLUSIVE"),
        ((1.3, 1.4), "range", (0.8, 1.25), "FAIL"),
        (None, "higher", 0.5, "INCONCLUSIVE"),
        ((0.6, 0.7), "higher", None, "INCONCLUSIVE"),
        ((0.6, math.nan), "higher", 0.5, "INCONCLUSIVE"),
    ],
)
def test_verdict_is_made_from_the_whole_interval(interval, goal, threshold, verdict):
    assert judge(interval, goal, threshold) == verdict


def test_pillar_is_its_worst_finding():
    alarm = finding(alarm_only=True)
    assert combine([]) == "NOT ASSESSED"
    assert combine([finding(missing="x"), finding(informational=True)]) == "NOT ASSESSED"
    assert combine([finding(), finding("INCONCLUSIVE")]) == "INCONCLUSIVE"
    assert combine([finding(), finding("INCONCLUSIVE"), finding("FAIL")]) == "FAIL"
    assert combine([alarm]) == "INCONCLUSIVE"
    assert combine([alarm, finding()]) == "PASS"
    assert combine([finding("FAIL", alarm_only=True), finding()]) == "FAIL"


def test_the_whole_passes_only_where_all_pillars_do():
    assert overall(["PASS"] * 4) == "PASS"
    assert overall(["PASS", "PASS", "INCONCLUSIVE", "PASS"]) == "INCONCLUSIVE"
    assert overall(["PASS", "NOT ASSESSED", "FAIL", "PASS"]) == "FAIL"
    assert overall(["NOT ASSESSED"] * 4) == "NOT ASSESSED"


@pytest.mark.parametrize(("side", "verdict"), [(1, "FAIL"), (-1, "PASS")])
def test_a_difference_of_that_size_is_shown_four_times_in_five(side, verdict):
    """Estimates of a truth that lies the smallest difference from the threshold, each with its normal interval."""
    half = 1.959964 * 0.01
    away = smallest_difference(0.0, (-half, half))
    estimates = np.random.default_rng(0).normal(0.5 + side * away, 0.01, 4000)
    shown = np.mean([judge((v - half, v + half), "lower", 0.5) == verdict for v in estimates])
    assert shown == pytest.approx(0.8, abs=0.02)


def test_the_longer_half_counts_and_an_open_interval_shows_nothing():
    assert smallest_difference(0.2, (0.1, 0.6)) == pytest.approx(smallest_difference(0.0, (-0.4, 0.4)))
    assert smallest_difference(None, (0.0, 1.0)) == pytest.approx(smallest_difference(0.5, (0.0, 1.0)))
    assert smallest_difference(0.2, (0.1, math.inf)) is None
    assert smallest_difference(0.2, None) is None

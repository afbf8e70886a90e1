"""Areas, their errors and their simultaneous intervals are the known ones; calls keep to their false positives."""

import numpy as np
import pytest

from augment.auditing.areas import called, roc, worst_area
from augment.auditing.intervals import auc, z_value


def test_areas_and_errors_are_those_of_delong():
    rng = np.random.default_rng(0)
    members = np.arange(300) < 120
    values = rng.normal(size=(1, 300)) + members
    area, variance = auc(members, values[0])
    found = worst_area(values, members, rng)
    assert found["areas"][0] == pytest.approx(area)
    assert found["highs"][0] - area == pytest.approx(z_value() * np.sqrt(variance), rel=0.03)


def test_intervals_of_equal_scores_are_no_wider_than_of_one():
    rng = np.random.default_rng(0)
    members, score = np.arange(400) < 200, rng.normal(size=400)
    widths = []
    for values in (score[None], np.tile(score, (6, 1)), rng.normal(size=(6, 400))):
        found = worst_area(values, members, np.random.default_rng(1))
        widths.append(found["highs"][0] - found["areas"][0])
    assert widths[1] == pytest.approx(widths[0], rel=0.02)
    assert widths[2] > 1.2 * widths[0]


def test_intervals_of_many_scores_hold_at_once():
    members = np.arange(200) < 100
    missed = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        found = worst_area(rng.normal(size=(6, 200)), members, rng)
        missed += found["lows"].max() > 0.5 or found["highs"].min() < 0.5
    assert missed <= 18  # 5 % of 200, and three standard deviations


def test_one_in_a_hundred_others_is_called_and_no_more():
    members = np.arange(400) < 200
    above = called(np.arange(400.0)[::-1], members)
    assert (above[members].sum(), above[~members].sum()) == (200, 2)
    assert not called(np.zeros(400), members).any()
    ties = np.repeat([2.0, 1.0, 0.0], [3, 197, 200])  # members: three sure, the others as sure as three non-members
    ties[-3:] = 1.0
    above = called(ties, members)
    assert (above[members].sum(), above[~members].sum()) == (3, 0)


def test_the_curve_starts_at_sure_calls_and_ends_at_everyone():
    members = np.arange(200) < 100
    perfect, useless = (roc(values, members) for values in (np.where(members, 1.0, 0.0), np.arange(200) % 100 * 1.0))
    assert perfect["y"][0] == perfect["y"][-1] == 1.0
    np.testing.assert_allclose(useless["y"], useless["x"], atol=0.02)

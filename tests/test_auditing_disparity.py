"""Disparities against their closed forms."""

import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from augment.auditing.disparity import (
    conditional_disparity,
    differential_fairness,
    directional_amplification,
    disparate_impact,
)

COUNTS = arrays.arrays(int, st.tuples(st.integers(2, 4), st.integers(2, 5), st.just(2)), elements=st.integers(0, 50))


def test_disparate_impact_is_the_smallest_over_the_largest_rate():
    counts = np.array([[80, 20], [60, 40], [90, 10]])
    assert disparate_impact(counts) == pytest.approx([60 / 90, 10 / 40])
    assert disparate_impact(np.array([[10, 0], [20, 0]])).tolist() == [1.0, 1.0]


def test_differential_fairness_is_the_largest_smoothed_log_ratio():
    counts = np.array([[80, 20], [60, 40], [90, 10]])
    rates = (counts[:, 1] + 0.5) / 101
    expected = max(np.log(rates.max() / rates.min()), np.log((1 - rates.min()) / (1 - rates.max())))
    assert differential_fairness(counts) == pytest.approx(expected)
    assert np.isfinite(differential_fairness(np.array([[5, 0], [0, 5]])))
    assert differential_fairness(np.array([[5, 0], [0, 5]])) == pytest.approx(np.log(5.5 / 0.5))


def test_conditional_disparity_weighs_the_strata_by_rows():
    strata = np.array([[[40, 10], [10, 40]], [[30, 10], [10, 30]]])
    first, second = 0.8 - 0.2, 0.75 - 0.25
    assert conditional_disparity(strata)[0] == pytest.approx((100 * first + 80 * second) / 180)


def test_a_disparity_explained_by_the_stratum_vanishes():
    # the groups apply to departments with different rates, and within each they are treated alike
    strata = np.array([[[20, 80], [2, 8]], [[9, 1], [90, 10]]])
    assert np.abs(conditional_disparity(strata)).max() < 1e-12
    assert np.abs(conditional_disparity(strata.sum(axis=0)[None])).max() > 0.5


@given(COUNTS)
def test_conditional_disparities_of_all_groups_sum_to_nothing(counts):
    found = conditional_disparity(counts)
    assert found.sum() == pytest.approx(0, abs=1e-9)
    assert np.abs(found).max() <= 1


@given(COUNTS)
def test_measures_take_many_tables_at_once(counts):
    for measure in (disparate_impact, differential_fairness):
        one_by_one = [measure(table) for table in counts]
        assert measure(counts) == pytest.approx(np.array(one_by_one))
        assert np.isfinite(one_by_one).all()
    assert directional_amplification(counts, counts) == pytest.approx(np.zeros(len(counts)))


def test_amplification_is_signed_by_the_training_association():
    train = np.array([[60, 40], [40, 60]])
    apart, together = np.array([[80, 20], [20, 80]]), np.array([[50, 50], [50, 50]])
    assert directional_amplification(train, apart) == pytest.approx(0.2)
    assert directional_amplification(train, together) == pytest.approx(-0.1)

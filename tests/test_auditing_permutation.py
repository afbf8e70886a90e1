"""Equal groups are rejected as often as the level says, unequal ones are found, and strata explain what they should."""

import numpy as np
import pytest

from augment.auditing.permutation import permuted_means, permuted_rates, strata_of


def test_twelve_equal_groups_are_rejected_at_the_level():
    rng = np.random.default_rng(0)
    rejected = gap_seen = 0
    for _ in range(400):
        trials = rng.multinomial(2000, np.full(12, 1 / 12))
        successes = rng.binomial(trials, 0.3)
        null = permuted_rates(successes, trials, rng, draws=199)
        rejected += null.p_value <= 0.05
        gap_seen += np.ptp(successes / trials)
    assert rejected <= 400 * 0.05 + 2 * np.sqrt(400 * 0.05 * 0.95)
    assert rejected >= 5  # a test that never rejects would be none
    assert gap_seen / 400 > 0.1  # the plain gap is large all the same
    assert null.expected_gap == pytest.approx(gap_seen / 400, rel=0.15)


def test_equal_means_are_rejected_at_the_level():
    rng = np.random.default_rng(1)
    codes = np.repeat(np.arange(12), 25)
    strata = np.zeros(300, int)
    p_values = [permuted_means(rng.exponential(size=300), codes, 12, strata, rng, draws=99).p_value for _ in range(200)]
    assert 2 <= np.sum(np.array(p_values) <= 0.05) <= 200 * 0.05 + 2 * np.sqrt(200 * 0.05 * 0.95)


def test_one_group_apart_among_twelve_is_found():
    rng = np.random.default_rng(0)
    trials = np.full(12, 160)
    rates = np.where(np.arange(12) == 5, 0.6, 0.3)
    found = [permuted_rates(rng.binomial(trials, rates), trials, rng).p_value <= 0.05 for _ in range(100)]
    assert np.mean(found) >= 0.98


def test_a_large_difference_is_not_hidden_by_a_tiny_group():
    null = permuted_rates(np.array([1500, 1250, 3]), np.array([5000, 5000, 10]), np.random.default_rng(0))
    assert null.p_value < 0.01


def test_groups_that_differ_in_their_strata_alone_are_alike():
    rng = np.random.default_rng(0)
    within, without = [], []
    for _ in range(40):
        strata = rng.integers(0, 4, 500)
        codes = (rng.random(500) < strata / 4).astype(int)
        values = strata + rng.normal(size=500)
        within.append(permuted_means(values, codes, 2, strata, rng, draws=99).p_value)
        without.append(permuted_means(values, codes, 2, np.zeros(500, int), rng, draws=99).p_value)
    assert np.sum(np.array(within) <= 0.05) <= 5
    assert max(without) < 0.05


def test_what_training_moves_is_no_gap():
    """Twelve equal groups whose rates a model moved, each by as much as refits say."""
    rng = np.random.default_rng(0)
    trials, moved = np.full(12, 160), 0.05
    p_values = {0.0: [], moved: []}
    for _ in range(200):
        successes = rng.binomial(trials, np.clip(0.3 + rng.normal(0, moved, 12), 0, 1))
        for noise, found in p_values.items():
            found.append(permuted_rates(successes, trials, rng, noise, draws=199).p_value)
    assert np.mean(np.array(p_values[0.0]) <= 0.05) > 0.4
    assert np.mean(np.array(p_values[moved]) <= 0.05) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 200)


def test_groups_without_any_success_are_alike():
    assert permuted_rates(np.zeros(3, int), np.array([40, 50, 60]), np.random.default_rng(0)).p_value == 1.0


def test_strata_of_a_constant_probability_are_one():
    assert set(strata_of(np.full(100, 0.5))) == {0}
    assert np.bincount(strata_of(np.linspace(0, 1, 1000))).tolist() == pytest.approx([100] * 10, abs=1)

"""Small cells are drawn towards what is expected of them, large ones stay; discoveries are controlled."""

import numpy as np
import pytest

from augment.auditing.shrinkage import false_discovery, main_effects, shrunken_means, shrunken_rates


def test_small_cells_are_drawn_farther_than_large_ones():
    rng = np.random.default_rng(0)
    trials = np.repeat([1000, 5], 30)
    truth = rng.beta(30, 70, 60)
    successes = rng.binomial(trials, truth)
    mean, low, high = shrunken_rates(successes, trials, np.full(60, 0.3), np.full(60, trials.sum()))
    raw = successes / trials
    assert np.abs(mean - raw)[:30].max() < 0.02
    assert np.abs(mean - 0.3)[30:].max() < 0.1
    assert ((mean - truth) ** 2).mean() < ((raw - truth) ** 2).mean() / 2
    assert 0.85 <= np.mean((low <= truth) & (truth <= high)) <= 1.0


def test_cells_that_differ_only_by_chance_become_one():
    rng = np.random.default_rng(0)
    mean, _, _ = shrunken_rates(rng.binomial(50, 0.4, 200), np.full(200, 50), np.full(200, 0.4), np.full(200, 10_000))
    assert mean.std() < 0.02


def test_an_empty_cell_is_what_is_expected_of_it():
    mean, low, high = shrunken_rates(np.array([0, 10]), np.array([0, 30]), np.array([0.2, 0.3]), np.full(2, 30))
    assert mean[0] == pytest.approx(0.2)
    assert low[0] < 0.2 < high[0]
    mean, _, _ = shrunken_means(np.array([np.nan, 1.0]), np.array([0, 50]), np.array([0.5, 0.5]), np.full(2, 50), 1.0)
    assert mean[0] == 0.5


def test_means_of_numbers_lie_between_their_own_and_the_expected():
    rng = np.random.default_rng(0)
    rows = np.repeat([400, 2], 40)
    truth = rng.normal(0, 0.5, 80)
    value = truth + rng.normal(size=80) / np.sqrt(rows)
    mean, low, high = shrunken_means(value, rows, np.zeros(80), np.full(80, rows.sum()), 1.0)
    assert (np.abs(mean) <= np.abs(value) + 1e-12).all()
    assert ((mean - truth) ** 2).mean() < ((value - truth) ** 2).mean()
    assert np.mean((low <= truth) & (truth <= high)) > 0.85


@pytest.mark.parametrize("deviation", [0.0, 0.5])
def test_intervals_of_small_cells_hold_though_what_is_expected_is_learned_from_them(deviation):
    rng = np.random.default_rng(0)
    rates_hold, means_hold = [], []
    for _ in range(100):
        trials = rng.integers(3, 40, 12)
        odds = np.exp(-0.6 + deviation * rng.normal(size=12))
        truth, means = odds / (1 + odds), deviation * rng.normal(size=12)
        successes, value = rng.binomial(trials, truth), means + rng.normal(size=12) / np.sqrt(trials)
        behind = np.full(12, trials.sum())
        _, low, high = shrunken_rates(successes, trials, np.full(12, successes.sum() / trials.sum()), behind)
        rates_hold.append((low <= truth) & (truth <= high))
        _, low, high = shrunken_means(value, trials, np.full(12, (value * trials).sum() / trials.sum()), behind, 1.0)
        means_hold.append((low <= means) & (means <= high))
    assert np.mean(rates_hold) > 0.87
    assert np.mean(means_hold) > 0.87


def test_effects_add_on_the_logit_scale():
    odds = main_effects(np.array([0.5]), np.array([0.5]), 0.2, True) / (1 - 0.5)
    assert main_effects(np.array([0.5]), np.array([0.5]), 0.2, True)[0] == pytest.approx(0.8)
    assert odds > 0
    assert 0 < main_effects(np.array([1.0]), np.array([0.0]), 0.5, True)[0] < 1


def test_false_discoveries_are_rare():
    rng = np.random.default_rng(0)
    any_found = [(false_discovery(rng.random(40)) < 0.05).any() for _ in range(500)]
    assert np.mean(any_found) < 0.08
    planted = np.concatenate([np.full(5, 1e-6), rng.random(40)])
    assert (false_discovery(planted)[:5] < 0.05).all()
    assert len(false_discovery([])) == 0

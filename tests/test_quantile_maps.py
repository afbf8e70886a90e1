"""Quantile maps: the same distribution in every group, in order inside each."""

import numpy as np
import pytest
from scipy.stats import ks_2samp

from augment.synthesizers.quantile_maps import ParityMap, QuantileMap, redraw


def scores(n=20_000, seed=0):
    rng = np.random.default_rng(seed)
    groups = rng.integers(0, 3, n)
    return rng.beta(1 + groups, 3), groups


def test_groups_get_the_distribution_of_all():
    values, groups = scores()
    mapped = QuantileMap(values, groups, 1.0)(values, groups, np.random.default_rng(0))
    for group in range(3):
        assert ks_2samp(mapped[groups == group], values).statistic < 1.5e-4 + 1 / np.sum(groups == group)
        order = np.argsort(values[groups == group])
        assert (np.diff(mapped[groups == group][order]) >= 0).all()


def test_strength_is_the_share_of_the_way():
    values, groups = scores()
    rng = np.random.default_rng(0)
    none, half, whole = (QuantileMap(values, groups, s)(values, groups, rng) for s in (0, 0.5, 1))
    np.testing.assert_array_equal(none, values)
    np.testing.assert_allclose(half, (values + whole) / 2)


def test_equal_values_are_spread_over_their_quantiles():
    rng = np.random.default_rng(0)
    groups = np.repeat([0, 1], 20_000)
    values = np.where(groups == 0, 0.1, rng.choice([0.2, 0.9], 40_000))
    mapped = QuantileMap(values, groups, 1.0)(values, groups, rng)
    for group in (0, 1):
        for value, share in ((0.1, 0.5), (0.2, 0.25), (0.9, 0.25)):
            near = np.isclose(mapped[groups == group], value).mean()
            assert near == pytest.approx(share, abs=0.02)


def test_two_labels_have_the_same_probabilities_in_every_group():
    values, groups = scores()
    both = np.stack([1 - values, values], axis=1)
    rng = np.random.default_rng(0)
    mapped = ParityMap(both, groups, 1.0, rng)(both, groups, rng)
    np.testing.assert_allclose(mapped.sum(axis=1), 1)
    means = [mapped[groups == group, 1].mean() for group in range(3)]
    assert np.ptp(means) < 1e-3
    assert means[0] == pytest.approx(values.mean(), abs=1e-3)


@pytest.mark.parametrize("strength", [0.4, 1.0])
def test_many_labels_reach_the_wanted_means_exactly(strength):
    rng = np.random.default_rng(0)
    groups = rng.integers(0, 2, 4000)
    raw = rng.gamma(np.array([[1, 2, 3], [3, 1, 1]])[groups])
    raw[:, 2] *= rng.random(4000) < 0.7
    p = np.pad(raw / raw.sum(axis=1, keepdims=True), ((0, 0), (0, 1)))  # a label that never comes
    mapped = ParityMap(p, groups, strength, rng)(p, groups, rng)
    for group in (0, 1):
        wanted = (1 - strength) * p[groups == group].mean(axis=0) + strength * p.mean(axis=0)
        np.testing.assert_allclose(mapped[groups == group].mean(axis=0), wanted, atol=2e-3)


def test_labels_are_drawn_by_their_probabilities():
    p = np.tile([0.1, 0.0, 0.6, 0.3], (40_000, 1))
    counts = np.bincount(redraw(p, np.random.default_rng(0)), minlength=4) / 40_000
    np.testing.assert_allclose(counts, p[0], atol=0.01)
    assert counts[1] == 0

"""Intervals cover what they promise, and equal known values."""

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from augment.auditing.intervals import (
    auc,
    rate_difference_interval,
    rate_interval,
    ratio_interval,
    wilson_interval,
    z_value,
)


def test_rate_interval_is_the_exact_binomial_one():
    expected = stats.binomtest(7, 40).proportion_ci(0.95, "exact")
    assert rate_interval(7, 40) == pytest.approx((expected.low, expected.high))
    assert rate_interval(0, 0) == (0.0, 1.0)
    assert rate_interval(5, 5)[1] == 1.0


def test_wilson_interval_is_scipys():
    expected = stats.binomtest(30, 100).proportion_ci(0.95, "wilson")
    assert wilson_interval(0.3, 100) == pytest.approx((expected.low, expected.high))


def test_bonferroni_widens():
    assert z_value() == pytest.approx(1.959964)
    assert z_value(comparisons=5) == pytest.approx(stats.norm.isf(0.005))


def test_difference_of_equal_rates_is_rarely_declared():
    rng = np.random.default_rng(0)
    first, second = rng.binomial(500, 0.02, 400), rng.binomial(120, 0.02, 400)
    missed = [
        not low <= 0 <= high
        for low, high in (rate_difference_interval((a, 500), (b, 120)) for a, b in zip(first, second, strict=True))
    ]
    assert np.mean(missed) <= 0.05


def test_ratio_interval_covers_whatever_the_rates_are():
    n, m = 60, 45
    counts = [(first, second) for first in range(n + 1) for second in range(1, m + 1)]
    bounds = np.array([ratio_interval(pair, (n, m)) for pair in counts]).reshape(n + 1, m, 2)
    for p, q in [(0.05, 0.05), (0.2, 0.2), (0.5, 0.5), (0.9, 0.9), (0.1, 0.3), (0.3, 0.1), (0.5, 0.9), (0.9, 0.5)]:
        chance = np.outer(stats.binom.pmf(range(n + 1), n, p), stats.binom.pmf(range(1, m + 1), m, q))
        missed = (bounds[..., 0] > p / q) | (bounds[..., 1] < p / q)
        assert chance[missed].sum() <= 0.05, (p, q)


def test_ratio_interval_of_common_rates_is_as_narrow_as_they_allow():
    low, high = ratio_interval((500, 500), (1000, 1000))
    normal = np.exp(1.96 * np.sqrt(2 * 0.5 / 500))  # Katz, Baptista, Azen and Pike 1978
    assert (low, high) == pytest.approx((1 / normal, normal), rel=5e-3)


def test_auc_is_scikit_learns_and_its_error_is_that_of_new_samples():
    rng = np.random.default_rng(0)
    areas, variances = [], []
    for _ in range(300):
        labels = rng.random(150) < 0.4
        scores = np.round(rng.normal(size=150) + labels, 1)  # with ties
        area, variance = auc(labels, scores)
        assert area == pytest.approx(roc_auc_score(labels, scores))
        areas.append(area)
        variances.append(variance)
    assert np.mean(variances) == pytest.approx(np.var(areas), rel=0.2)

"""The verdict over many alternatives errs as rarely as it says, and sees what is plain."""

import numpy as np
from scipy import stats

from augment.augmentation.selection import LEVEL, best, p_values


def folds(rng, effect, n=200, n_splits=10, n_alternatives=8, repeats=1):
    """Gains in accuracy by test set: paired rows of which an eighth change, alike for all alternatives in part."""
    shared, own = rng.random((n, 1)), rng.random((n, n_alternatives))
    u = np.where(rng.random((n, n_alternatives)) < 0.6, shared, own)
    change = (u < 0.06 + effect / 2) * 1.0 - ((u >= 0.06 + effect / 2) & (u < 0.12))
    orders = [rng.permutation(n) for _ in range(repeats)]
    return np.array([change[part].mean(axis=0) for order in orders for part in np.array_split(order, n_splits)])


def found(effect, runs=300, **options):
    rng = np.random.default_rng(0)
    return np.mean([p_values(folds(rng, effect, **options), 10).min() <= LEVEL for _ in range(runs)])


def test_one_alternative_is_the_paired_t_test():
    gains = np.random.default_rng(0).normal(0.2, 1, size=(7, 1))
    expected = stats.ttest_1samp(gains[:, 0], 0, alternative="greater").pvalue
    assert np.isclose(p_values(gains, 7)[0], expected)


def test_nothing_is_found_more_often_than_the_level_where_there_is_nothing():
    limit = stats.binom.ppf(0.999, 300, LEVEL) / 300
    assert found(0) <= limit
    assert found(0, repeats=5) <= limit  # repetitions of the same rows do not pass for new ones
    assert found(-0.02) <= 0.02


def test_what_is_plain_is_found():
    assert found(0.08, runs=100) > 0.8
    assert found(0.08, runs=100, repeats=5) > 0.9


def test_the_largest_of_the_certain_gains_is_best():
    gains, p = np.array([0, 0.05, 0.02, 0.03]), np.array([1, 0.2, 0.001, 0.04])
    assert best(gains, p) == 3
    assert best(gains, np.ones(4)) is None


def test_no_deviation_and_no_score():
    p = p_values(np.array([[0.1, 0, np.nan, -1], [0.1, 0, 1, -1]]), 2)
    assert p.tolist() == [0.25, 1, 1, 1]  # of two tests none is certain
    assert p_values(np.array([[0.1]]), 1).tolist() == [1]

"""A tilt against laws whose tilt is known: how far it goes, where it stops, and that it leaves noise alone."""

import numpy as np
import pytest
from scipy import stats
from scipy.optimize import brentq

from augment.synthesizers.tilt import LEAST, NOISE, Tilt

MANY = 10**7  # values of which means have no error to speak of


def normal_grid(m=4000):
    """Values (m, 1) that are distributed as the standard normal distribution, without randomness."""
    return stats.norm.ppf((np.arange(m) + 0.5) / m)[:, None]


def test_a_normal_distribution_is_shifted():
    """Its density times exp(shift x - shift^2 / 2) is that of the normal distribution around the shift."""
    x, shift = normal_grid(100_000), 0.2
    tilt = Tilt.of(x, np.array([shift]), MANY, most=3.0)
    assert tilt.reached
    assert tilt.slopes[0] == pytest.approx(shift, abs=0.002) and tilt.intercept == pytest.approx(-0.02, abs=0.001)
    density = stats.norm.pdf(x[:, 0]) * tilt.ratio(x)
    assert density == pytest.approx(stats.norm.pdf(x[:, 0], shift), abs=0.002)


def test_a_die_that_shows_more_is_that_of_jaynes():
    """Faces in proportion to exp(slope face): the law of largest entropy of that mean (Jaynes, 1963)."""
    faces = np.arange(1, 7.0)
    slope = brentq(lambda slope: faces @ np.exp(slope * faces) / np.exp(slope * faces).sum() - 3.8, 0, 1)
    tilt = Tilt.of(np.tile(faces, 2000)[:, None], np.array([3.8]), MANY, most=3.0)
    expected = 6 * np.exp(slope * faces) / np.exp(slope * faces).sum()
    assert tilt.ratio(faces[:, None]) == pytest.approx(expected, abs=0.01)


def test_where_the_bound_cuts_the_rest_makes_up_for_it():
    """Of all ratios with that bound and that mean none diverges less: a small change of it that keeps both is worse."""
    x, most = normal_grid(), 1.4
    tilt = Tilt.of(x, np.array([0.25]), MANY, most)
    ratio = tilt.ratio(x)
    assert tilt.reached and ratio.max() == pytest.approx(most) and (ratio > most - 1e-9).mean() > 0.05
    assert ratio.mean() == pytest.approx(1, abs=1e-4) and ratio @ x[:, 0] / len(x) == pytest.approx(0.25, abs=0.005)
    inside, rng = (ratio < most - 0.05) & (ratio > LEAST + 0.05), np.random.default_rng(0)
    kept = np.column_stack([np.ones(inside.sum()), x[inside]])
    for _ in range(10):
        change = rng.standard_normal(inside.sum())
        change -= kept @ np.linalg.lstsq(kept, change, rcond=None)[0]
        other = ratio.copy()
        other[inside] += 0.01 * change
        assert np.mean(other * np.log(other)) > np.mean(ratio * np.log(ratio))


def test_what_the_bounds_do_not_allow_is_approached():
    coin = np.array([[0.0], [1.0]])
    tilt = Tilt.of(coin.repeat(1000, axis=0), np.array([0.9]), MANY, most=1.5)
    assert not tilt.reached and tilt.ratio(coin) == pytest.approx([0.5, 1.5], abs=0.01)


def test_means_are_reached_by_keeping_as_many_as_is_said():
    rng = np.random.default_rng(0)
    mixing = rng.standard_normal((4, 4))
    drawn = rng.standard_normal((20_000, 4)) @ mixing
    means = np.array([0.2, -0.2, 0.1, 0.0]) * drawn.std(axis=0)
    tilt = Tilt.of(drawn, means, MANY, most=1.8)
    fresh = rng.standard_normal((100_000, 4)) @ mixing
    ratio = tilt.ratio(fresh)
    assert tilt.reached and ratio.min() >= LEAST and ratio.max() <= tilt.most <= 1.8
    kept = fresh[rng.random(len(fresh)) * tilt.most < ratio]
    assert len(kept) / len(fresh) == pytest.approx(1 / tilt.most, abs=0.01)
    error = drawn.std(axis=0) * np.sqrt(1 / len(drawn) + 1 / len(kept) + NOISE / len(drawn))
    assert (np.abs(kept.mean(axis=0) - means) < 3 * error).all()
    assert (np.abs(fresh.mean(axis=0) - means) > 10 * error)[:2].all()


@pytest.mark.parametrize(("errors", "moved"), [(1.6, False), (2.5, True)])
def test_a_difference_within_its_noise_stays(errors, moved):
    x, n = normal_grid(), 500
    difference = errors * np.sqrt(1 / n + 1 / len(x)) * x.std()
    tilt = Tilt.of(x, np.array([difference]), n, most=1.5)
    assert any(tilt.slopes) == moved and (tilt.most > 1) == moved
    shift = tilt.ratio(x) @ x[:, 0] / len(x)
    assert shift == pytest.approx(difference * (1 - NOISE / errors**2) if moved else 0, abs=0.05 * difference)


def test_few_values_of_the_same_distribution_do_little_harm():
    """What is corrected is noise then: of the error that those few have little is taken over."""
    rng, drawn = np.random.default_rng(0), np.random.default_rng(1).standard_normal((1000, 8))
    moved, errors = [], []
    for _ in range(40):
        means = rng.standard_normal((50, 8)).mean(axis=0)
        ratio = Tilt.of(drawn, means, 50, most=1.4).ratio(drawn)
        moved.append(ratio @ drawn / len(drawn) - drawn.mean(axis=0))
        errors.append(means)
    assert np.square(moved).mean() < 0.15 * np.square(errors).mean()


def test_constant_and_repeated_values_change_nothing():
    x = np.random.default_rng(0).standard_normal((5000, 1))
    alone = Tilt.of(x, np.array([0.2]), MANY, most=2.0)
    beside = np.column_stack([x, np.full(5000, 3.0), 1000 * x])
    tilt = Tilt.of(beside, np.array([0.2, 4.0, 200.0]), MANY, most=2.0)
    assert tilt.ratio(beside) == pytest.approx(alone.ratio(x), abs=1e-3)
    assert not any(Tilt.of(np.ones((50, 2)), np.array([2.0, 2.0]), 50, most=2.0).slopes)

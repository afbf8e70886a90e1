"""Moved residuals keep the means, covariances and classes that they were drawn with."""

import numpy as np
import pytest

from augment.models.residuals import move, spread_of, with_margins

MEANS = np.array([[1.0, 0.0], [-1.0, 0.5]])
CORRELATIONS = np.array([0.8, -0.6])


def two_classes(n, rng):
    """Numbers of two classes, with means and a correlation of each class's own, and the classes."""
    code = np.arange(n) % 2
    first, second = rng.standard_normal((2, n))
    rho = CORRELATIONS[code]
    return MEANS[code] + np.stack([first, rho * first + np.sqrt(1 - rho**2) * second], axis=1), code


def moved(scores, code, new_code, strength, rng):
    """Scores of rows whose label changed from `code` to `new_code`, row by row."""
    return move(scores, [code.max() + 1], [code], [new_code], np.arange(len(code)), strength, rng, by_class=True)


@pytest.mark.parametrize("strength", [0.0, 1.0, 100.0])
@pytest.mark.parametrize("changed", [False, True])
def test_each_class_has_its_own_means_and_correlation(strength, changed):
    rng = np.random.default_rng(0)
    scores, code = two_classes(4000, rng)
    new_code = 1 - code if changed else code
    new = moved(scores, code, new_code, strength, rng)
    for k in (0, 1):
        own = new[new_code == k]
        assert own.mean(axis=0) == pytest.approx(MEANS[k], abs=0.08)
        assert own.std(axis=0) == pytest.approx(1, abs=0.06)
        assert np.corrcoef(own.T)[0, 1] == pytest.approx(CORRELATIONS[k], abs=0.06)


def test_rows_stay_without_strength_and_are_forgotten_with_much():
    rng = np.random.default_rng(0)
    scores, code = two_classes(500, rng)
    assert moved(scores, code, code, 0.0, rng) == pytest.approx(scores)
    away = moved(scores, code, code, 100.0, rng) - MEANS[code]
    for k in (0, 1):
        together = np.corrcoef((scores - MEANS[code])[code == k].T, away[code == k].T)[:2, 2:]
        assert np.abs(together).max() < 0.2


def test_the_label_that_tells_the_spread_is_found_among_others():
    rng = np.random.default_rng(0)
    scores, code = two_classes(300, rng)
    residuals = scores - MEANS[code]
    noise = [rng.integers(0, 3, 300) for _ in range(4)]
    spread = spread_of(residuals, [*noise[:2], code, *noise[2:]], rng)
    assert spread.label == 2
    for k, rho in enumerate(CORRELATIONS):
        covariance = spread.factors[k] @ spread.factors[k].T
        assert covariance == pytest.approx(np.array([[1, rho], [rho, 1]]), abs=0.25)


def test_a_single_covariance_where_no_label_tells_more():
    rng = np.random.default_rng(0)
    chosen = [
        spread_of(rng.standard_normal((200, 6)), [rng.integers(0, 2, 200)], rng).label is not None for _ in range(20)
    ]
    assert np.mean(chosen) < 0.3
    assert spread_of(rng.standard_normal((5, 2)), [np.arange(5) % 2], rng).label is None  # too few to tell
    assert spread_of(rng.standard_normal((50, 2)), [np.zeros(50, int), np.arange(50)], rng).label is None


def test_units_of_a_class_are_uncorrelated_and_come_back():
    rng = np.random.default_rng(0)
    scores, code = two_classes(2000, rng)
    residuals = scores - MEANS[code]
    spread = spread_of(residuals, [code], rng)
    units = spread.whiten(residuals, [code])
    for k in (0, 1):
        assert np.cov(units[code == k].T) == pytest.approx(np.eye(2), abs=0.1)
    assert spread.colour(units, [code]) == pytest.approx(residuals)


def test_numbers_that_coincide_and_gaps_are_no_obstacle():
    rng = np.random.default_rng(0)
    scores, code = two_classes(400, rng)
    scores = np.column_stack([scores, scores[:, 0], np.full(400, np.nan)])
    scores[rng.random(400) < 0.2, 1] = np.nan
    new = moved(scores, code, code, 1.0, rng)
    assert np.isfinite(new).all()
    assert np.corrcoef(new[:, 0], new[:, 2])[0, 1] > 0.99


def test_margins_of_classes_of_many_rows_are_their_own_and_of_few_hardly():
    rng = np.random.default_rng(0)
    scores, code = np.abs(rng.normal(size=(4001, 1))), np.zeros(4001, int)
    code[-1] = 1
    moved, new_code = rng.normal(0.8, 0.6, size=(8000, 1)), np.repeat([0, 1], 4000)
    new = with_margins(moved, new_code, scores, code)
    assert np.quantile(new[:4000], [0.01, 0.5, 0.99]) == pytest.approx(np.quantile(scores, [0.01, 0.5, 0.99]), abs=0.05)
    assert (new[:4000].argsort(axis=0) == moved[:4000].argsort(axis=0)).all()
    assert (new[4000:] == moved[4000:]).all()
    scores[:5] = np.nan
    assert np.isfinite(with_margins(moved, new_code, scores, code)).all()

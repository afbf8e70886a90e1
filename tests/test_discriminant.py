"""Labels of many categories follow what goes with them, and rows do not find their own again."""

import numpy as np
import pytest

from augment.models.discriminant import Discriminant


def test_a_category_follows_the_numbers_that_go_with_it():
    rng = np.random.default_rng(0)
    code = rng.integers(0, 40, 20_000)
    x = rng.normal(size=(20_000, 2)) + np.stack([code, -code], axis=1) / 4
    drawn = Discriminant(x, code).draw(x, rng)
    assert np.bincount(drawn, minlength=40) / 20_000 == pytest.approx(1 / 40, abs=0.006)
    exact = np.exp(-(((x[:, None] - np.array([1, -1]) * np.arange(40)[:, None] / 4) ** 2).sum(axis=2)) / 2)
    assert np.corrcoef(drawn, code)[0, 1] == pytest.approx(
        np.corrcoef((exact * np.arange(40)).sum(axis=1) / exact.sum(axis=1), code)[0, 1] ** 2, abs=0.02
    )


def test_without_anything_else_it_draws_in_proportion():
    code = np.repeat([0, 3, 7], [50, 30, 20])
    drawn = Discriminant(np.zeros((100, 0)), code).draw(np.zeros((20_000, 0)), np.random.default_rng(0))
    assert [(drawn == k).mean() for k in (0, 3, 7)] == pytest.approx([0.5, 0.3, 0.2], abs=0.015)


def test_a_row_does_not_find_a_category_that_it_has_alone():
    rng = np.random.default_rng(0)
    x, code = rng.normal(size=(100, 10)), np.arange(100)
    new = Discriminant(x, code).draw(np.repeat(x, 100, axis=0), rng)
    assert (new == np.repeat(code, 100)).mean() < 0.05


def test_features_that_coincide_are_no_obstacle():
    rng = np.random.default_rng(0)
    x, code = rng.normal(size=(60, 1)), np.arange(60) % 35
    drawn = Discriminant(np.concatenate([x, x, np.ones((60, 1))], axis=1), code).draw(np.ones((9, 3)), rng)
    assert set(drawn) <= set(code)

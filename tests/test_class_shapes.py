"""Rising maps of classes: normal scores of any distribution, there and back, with the right density."""

import numpy as np
import pytest
from scipy.stats import kstest, norm

from augment.codecs.class_shapes import ClassShapes


@pytest.fixture(scope="module")
def learned():
    rng = np.random.default_rng(0)
    classes = np.eye(3)[np.repeat([0, 1, 2], [600, 400, 3])]
    numbers = np.stack([rng.exponential(size=(1003, 6)) - 1, rng.normal(size=(1003, 6))], axis=-1)
    numbers[600:, :, 0] *= -1
    return ClassShapes.of(numbers, classes), numbers, classes


def test_numbers_of_every_class_become_normal(learned):
    shapes, numbers, classes = learned
    scores = shapes.without(numbers, classes)
    for own in (slice(600), slice(600, 1000)):
        assert kstest(scores[own, :, 0].ravel(), "norm").statistic < 0.04  # 1.63 / sqrt(2400) = .033, and the prior
        assert kstest(numbers[own, :, 0].ravel(), "norm").statistic > 0.1


def test_few_series_hardly_have_a_shape_of_their_own(learned):
    shapes, _, _ = learned
    whole = ClassShapes.of(learned[1], np.ones((1003, 1))).quantiles[0]
    apart = np.abs(shapes.quantiles[:, 1] - whole[1]).max(axis=1)
    assert apart[2] < 0.5 and np.abs(shapes.quantiles[0, 0] - whole[0]).max() > 1


def test_maps_are_reversed_beyond_what_was_seen(learned):
    shapes, numbers, classes = learned
    wide = 4 * numbers
    assert np.allclose(shapes.around(shapes.without(wide, classes), classes), wide)


def test_slopes_make_densities_of_densities(learned):
    shapes, _, _ = learned
    grid = np.linspace(-12, 12, 20001)[:, None, None].repeat(2, axis=2)
    for label in range(3):
        classes = np.eye(3)[np.full(len(grid), label)]
        scores, slopes = shapes.without(grid, classes), shapes.log_slopes(grid, classes)
        other = np.zeros_like(grid[..., :1])  # only the first channel moves
        fixed = shapes.log_slopes(np.concatenate([other - 20, grid[..., 1:]], axis=2), classes)
        density = norm.pdf(scores[:, 0, 0]) * np.exp(slopes - fixed)
        assert np.trapezoid(density, grid[:, 0, 0]) == pytest.approx(1, abs=0.01)


def test_equal_numbers_do_not_break_a_map():
    numbers, classes = np.ones((30, 2, 1)), np.eye(2)[np.arange(30) % 2]
    shapes = ClassShapes.of(numbers, classes)
    assert (np.diff(shapes.quantiles) > 0).all()
    assert np.allclose(shapes.around(shapes.without(numbers, classes), classes), 1)
    assert np.isfinite(shapes.log_slopes(numbers, classes)).all()

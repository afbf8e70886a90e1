"""The sliced distance against its closed form."""

import numpy as np
import pytest

from augment.models.sliced_distance import sliced_distance


def test_a_move_counts_by_its_squared_length():
    x, move = np.random.default_rng(0).normal(size=(400, 30)), np.linspace(-1, 1, 30)
    assert sliced_distance(x, x + move) == pytest.approx((move**2).sum(), rel=0.1)


def test_samples_of_one_distribution_are_near_whatever_their_numbers():
    rng = np.random.default_rng(0)
    x, y, wide = rng.normal(size=(2000, 10)), rng.normal(size=(1500, 10)), 2 * rng.normal(size=(2000, 10))
    assert sliced_distance(x, y) < 0.1
    assert sliced_distance(x, wide) == pytest.approx(10, rel=0.1)  # standard deviations differ by 1 in each of ten

"""The distance of two sets of rows against cases known by hand."""

import numpy as np
import pytest

from augment.codecs.layout import VectorBlock, VectorLayout
from augment.models.pair_error import pair_error

LAYOUT = VectorLayout(
    (VectorBlock("a", 0, 2, "one_hot", 0), VectorBlock("b", 2, 2, "one_hot", 1), VectorBlock("c", 4, 1, "number", 2)),
    3,
    n_samples=10,
)
SAME = np.array([[1, 0, 1, 0, 0], [0, 1, 0, 1, 0]], "float32")
CROSSED = np.array([[1, 0, 0, 1, 0], [0, 1, 1, 0, 0]], "float32")


def test_equal_rows_are_at_no_distance_and_crossed_ones_far():
    assert pair_error(LAYOUT, SAME, SAME) == 0
    assert pair_error(LAYOUT, SAME, CROSSED, without=[2]) == 1
    assert pair_error(LAYOUT, SAME, np.concatenate([SAME, CROSSED]), without=[2]) == pytest.approx(0.5)


def test_it_is_the_mean_over_pairs():
    assert pair_error(LAYOUT, SAME, CROSSED) == pytest.approx(1 / 3)


def test_a_moved_number_is_seen():
    moved = SAME + np.array([0, 0, 0, 0, 3], "float32")
    assert pair_error(LAYOUT, SAME, moved) == pytest.approx(2 / 3)


def test_one_column_alone():
    assert pair_error(LAYOUT, SAME, SAME[:1], without=[1, 2]) == pytest.approx(0.5)

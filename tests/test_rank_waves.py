"""Rank waves against closed forms: known ranks, and even numbers under which the waves are orthogonal."""

import numpy as np
import pytest
from keras import ops
from scipy.special import ndtri

from augment.codecs.layout import VectorBlock, VectorLayout
from augment.models.rank_waves import WAVES, RankWaves

LAYOUT = VectorLayout((VectorBlock("c", 0, 2, "one_hot", 0), VectorBlock("x", 2, 1, "number", 1)), 2, n_samples=10)


def waves_of(rank):
    rows = np.column_stack([np.zeros((len(rank), 2)), ndtri(rank), np.full(len(rank), 7)]).astype("float32")
    out = ops.convert_to_numpy(RankWaves(LAYOUT)(rows))
    assert np.array_equal(out[:, :4], rows)  # what was there stays, also what stands behind the row
    return out[:, 4 : 4 + WAVES], out[:, 4 + WAVES :]


def test_known_ranks_have_known_waves():
    sines, cosines = waves_of(np.array([0.5, 0.25]))
    assert sines == pytest.approx(np.array([[1, 0, 0, 0], [0.5**0.5, 1, 0, 0]]), abs=1e-5)
    assert cosines == pytest.approx(np.array([[0, -1, 1, 1], [0.5**0.5, 0, -1, 1]]), abs=1e-5)


def test_waves_of_a_number_are_orthogonal():
    _, cosines = waves_of((np.arange(4096) + 0.5) / 4096)
    assert cosines.T @ cosines / 4096 == pytest.approx(np.eye(WAVES) / 2, abs=1e-3)

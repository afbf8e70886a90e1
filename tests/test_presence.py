"""Presence against hand-written rows: hard and soft ones, numbers with and without a one-hot beside them."""

import numpy as np
import pytest
from keras import ops

from augment.codecs.layout import VectorBlock, VectorLayout
from augment.models.presence import Presence

BLOCKS = (
    VectorBlock("city", 0, 2, "one_hot", 0),
    VectorBlock("pay", 2, 1, "number", 1),
    VectorBlock("pay", 3, 3, "one_hot", 1),
    VectorBlock("age", 6, 1, "number", 2),
)
ROWS = np.array(
    [
        [1, 0, 0.7, 1, 0, 0, -0.2],  # pay is there
        [0, 1, -4.3, 0, 1, 0, 0.5],  # a spike stands in its place
        [0, 1, 0.1, 0.2, 0.3, 0.5, 3.0],  # a soft row: pay is there by a fifth
    ],
    "float32",
)


def test_a_number_is_there_as_far_as_the_first_place_beside_it():
    presence = Presence(VectorLayout(BLOCKS, 3, n_samples=10))
    assert ops.convert_to_numpy(presence.of_numbers(ROWS)) == pytest.approx(np.array([[1, 1], [0, 1], [0.2, 1]]))
    expected = np.ones((3, 7))
    expected[:, 2] = [1, 0, 0.2]
    assert ops.convert_to_numpy(presence.of_floats(ROWS)) == pytest.approx(expected)


@pytest.mark.parametrize("blocks", [BLOCKS[:1], (VectorBlock("age", 0, 1, "number", 0),)])
def test_without_spikes_everything_is_there(blocks):
    layout = VectorLayout(blocks, 1, n_samples=10)
    rows = np.eye(layout.width, dtype="float32")
    presence = Presence(layout)
    assert (ops.convert_to_numpy(presence.of_floats(rows)) == 1).all()
    assert (ops.convert_to_numpy(presence.of_numbers(rows)) == 1).all()

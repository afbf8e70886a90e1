"""Sums over a sequence so far are those of a loop, and the same in rows and step by step."""

import numpy as np
import pytest
from keras import ops

from augment.codecs.sequence_layout import SequenceLayout, pack
from augment.models import Recurrent
from augment.models.base import make, seeded
from augment.models.running_sums import sums_of_rows

SUMS = np.array([[0, 0, 0], [1, 0.5, 0], [0, -1, 2], [1, 1, 1]], "float32")
LAYOUT = SequenceLayout(4, 30, (), n_samples=9, sums=SUMS, n_parities=1)


def test_sums_are_those_of_a_loop():
    tokens = np.random.default_rng(0).integers(0, 4, (5, 31))
    told, expected = ops.convert_to_numpy(sums_of_rows(tokens, LAYOUT)), np.zeros((5, 31, 3))
    for row in range(5):
        sums = np.zeros(3)
        for place in range(31):
            sums = SUMS[tokens[row, place]] + (0 if tokens[row, place] == 0 else sums)
            expected[row, place] = [sums[0] % 2, *sums[1:]]
    assert told == pytest.approx(expected, abs=1e-5)


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_rows_and_steps_are_told_the_same(cell):
    with seeded(0):
        model = make(Recurrent(cell, units=8, depth=2), LAYOUT)
    rng = np.random.default_rng(1)
    sequences = [rng.integers(1, 4, rng.integers(0, 9)) for _ in range(6)]
    rows = pack(sequences, np.zeros(6, int), LAYOUT)
    scored = model._scored(sequences, np.zeros(6, int))
    assert float(ops.sum(model(rows)["loss"])) == pytest.approx(-scored.sum(), rel=1e-5)
    without = make(Recurrent(cell, units=8, depth=2), SequenceLayout(4, 30, (), n_samples=9))
    assert without.count_params() < model.count_params()

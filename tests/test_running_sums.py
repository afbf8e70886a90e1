"""Sums over a sequence so far are those of a loop, in rows and step by step, and a network makes use of them."""

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


@pytest.mark.slow
def test_a_network_that_is_told_a_sum_ends_where_it_is_zero():
    """Words of two brackets, balanced: what comes next follows from how many are open, which few units hardly count."""
    rng, words = np.random.default_rng(0), []
    while len(words) < 400:
        word = []
        while True:
            n_open = 2 * word.count(1) - len(word)
            if not n_open and len(word) > 8:
                break
            word.append(1 if not n_open or (rng.random() < 0.5 and len(word) < 20) else 2)
        words.append(np.array(word))
    losses = []
    for sums in (None, np.array([[0], [1], [-1]])):
        layout = SequenceLayout(3, 128, (), n_samples=400, sums=sums)
        with seeded(0):
            model = make(Recurrent(units=4, learning_rate=0.03, dropout=0), layout)
        rows = pack(words, np.zeros(400, int), layout)
        model.fit(rows, epochs=20, batch_size=8, shuffle=False, verbose=0)
        losses.append(model.evaluate(rows, verbose=0))
    assert losses[1] < losses[0] - 0.02

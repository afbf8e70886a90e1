"""Copies are found, fresh rows are not taken for such, and training ends with the weights from before."""

import keras
import numpy as np
import pytest
from scipy import stats

from augment.models.nearer import LEVEL, MADE, StopAtCopies, share_nearer


def test_fresh_rows_are_as_near_to_both():
    rng, shares = np.random.default_rng(0), []
    for _ in range(40):
        new, train, held = (rng.normal(size=(n, 5)) for n in (MADE, 300, 60))
        shares.append(share_nearer(new, train, held, rng))
    assert np.mean(shares) == pytest.approx(0.5, abs=0.03)


def test_copies_are_nearer_and_held_out_rows_farther():
    rng = np.random.default_rng(0)
    train, held = rng.normal(size=(100, 5)), rng.normal(size=(100, 5))
    assert share_nearer(train + 1e-3, train, held, rng) == 1
    assert share_nearer(held, train, held, rng) == 0
    assert share_nearer(np.zeros((4, 5)), np.ones((9, 5)), np.ones((9, 5)), rng) == 0.5  # ties


def guard(shares):
    rng = np.random.default_rng(0)
    train, held, fresh = rng.normal(size=(200, 8)), rng.normal(size=(200, 8)), rng.normal(size=(MADE, 8))
    wanted = iter(shares)

    def make(n):
        rows, copied = fresh.copy(), int(next(wanted) * n)
        rows[:copied] = train[rng.integers(0, 200, copied)]
        return rows

    return StopAtCopies(train, held, make, epochs=10)


def test_training_ends_at_the_first_significant_rise_with_the_weights_from_before():
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.stop_training = False
    callback = guard([0, 0, 0.5, 0])
    callback.set_model(model)
    for epoch in range(3):
        model.set_weights([np.full((1, 1), epoch), np.zeros(1)])
        logs = {}
        callback.on_epoch_end(epoch, logs)
        assert logs["nearer_share"] == callback.share
        assert callback.copies == (epoch == 2) == model.stop_training
    callback.restore()
    assert model.get_weights()[0] == 1


def test_chance_is_seldom_taken_for_copying():
    least = stats.binom.isf(LEVEL, MADE, 0.5) / MADE
    assert least < 0.6  # what a look finds
    callback = guard([0] * 10)
    callback.set_model(keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)]))
    for epoch in range(10):
        callback.on_epoch_end(epoch, {})
        assert not callback.copies

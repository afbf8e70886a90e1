"""Copies are found, fresh rows are not taken for such, and training ends with the weights from before."""

import keras
import numpy as np
import pytest
from scipy import stats

from augment.models.nearer import LEVEL, MADE, StopAtCopies, nearness
from augment.synthesizers.splitting import split


def test_chance_is_taken_for_copying_as_often_as_the_level_says():
    rng, found = np.random.default_rng(0), []
    for _ in range(300):
        new, train, held = (rng.normal(size=(n, 5)) for n in (60, 200, 40))
        found.append(nearness(new, train, held))
    shares, p_values = np.transpose(found)
    assert np.mean(shares) == pytest.approx(0.5, abs=0.01)
    for level in (LEVEL, 0.05):
        assert (p_values < level).sum() <= stats.binom.ppf(0.999, 300, level)


def test_rows_that_all_have_the_same_nearest_row_are_no_copies():
    rng = np.random.default_rng(0)
    new = 0.01 * rng.normal(size=(MADE, 20))  # as the first rows of a model are
    p_values = [nearness(new, rng.normal(size=(200, 20)), rng.normal(size=(40, 20)))[1] for _ in range(100)]
    assert np.mean(np.array(p_values) < 0.05) < 0.15


def test_copies_are_nearer_and_held_out_rows_farther():
    rng = np.random.default_rng(0)
    train, held = rng.normal(size=(100, 5)), rng.normal(size=(100, 5))
    share, p_value = nearness(train + 1e-3, train, held)
    assert share > 0.99 and p_value < 1e-6
    share, p_value = nearness(held, train, held)
    assert share < 0.01 and p_value > 0.99
    assert nearness(np.zeros((4, 5)), np.ones((9, 5)), np.ones((9, 5)))[0] == 0.5  # ties


def test_windows_that_share_steps_are_alike_by_chance_and_not_by_copying():
    alarms, rng = [], np.random.default_rng(0)
    for number in range(60):
        values = rng.normal(size=1000) if number % 2 else rng.normal(size=1000).cumsum()
        windows = np.lib.stride_tricks.sliding_window_view(values, 12)
        train, held = split(windows, 0.1, rng, 11)
        new = rng.multivariate_normal(windows.mean(axis=0), np.cov(windows.T), MADE)
        alarms.append([nearness(new, train, held, together)[1] < 0.05 for together in (1, 12)])
    alone, counted = np.sum(alarms, axis=0)
    assert counted <= stats.binom.ppf(0.999, 60, 0.05) < alone
    assert nearness(train, train, held, 12)[1] < LEVEL


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
        assert (logs["nearer_share"] > 0.6) == (epoch == 2)
        assert callback.copies == (epoch == 2) == model.stop_training
    callback.restore()
    assert model.get_weights()[0] == 1

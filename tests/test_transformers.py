"""Tokens of series: what they are made of, and what they can tell."""

import numpy as np
import pytest
from keras import ops
from series_makers import pulses

from augment.codecs.series_layout import SeriesLayout
from augment.models import Flow
from augment.models.transformers import STRETCHES, View
from augment.training import plan, train


@pytest.mark.parametrize("name", ["channels", "stretches", "steps"])
@pytest.mark.parametrize("length", [1, 7, 8, 9, 96, 130, 1000])
def test_series_come_back_from_tokens(length, name):
    view = View(SeriesLayout(length, 3, (), n_samples=4), name)
    series = np.random.default_rng(0).normal(size=(4, length, 3)).astype("float32")
    tokens = view.tokens(ops.convert_to_tensor(series))
    assert tokens.shape[-1] == view.size
    assert np.array_equal(ops.convert_to_numpy(view.series(tokens)), series)


@pytest.mark.parametrize(("length", "number", "steps"), [(5, 1, 5), (24, 3, 8), (96, 12, 8), (1000, STRETCHES, 63)])
def test_stretches_are_few_and_not_short(length, number, steps):
    view = View(SeriesLayout(length, 2, (), n_samples=4), "stretches")
    tokens = view.tokens(np.zeros((1, length, 2), "float32"))
    assert tokens.shape == (1, number, 2 * steps)


def test_a_stretch_holds_all_channels_of_steps_that_follow_one_another():
    view = View(SeriesLayout(20, 2, (), n_samples=4), "stretches")
    series = np.arange(40, dtype="float32").reshape(1, 20, 2)
    tokens = ops.convert_to_numpy(view.tokens(series))
    assert tokens[0, 1].tolist() == list(range(14, 28))  # of three stretches of seven steps
    assert tokens[0, 2].tolist() == [*range(28, 40), 0, 0]


@pytest.mark.slow
def test_stretches_tell_sooner_what_may_happen_at_any_time():
    rng = np.random.default_rng(0)
    x, check = (pulses((n, 64), rng).astype("float32") for n in (300, 256))
    layout, losses = SeriesLayout(64, 1, (), n_samples=300), {}
    for tokens in ("both", "channels"):
        model = Flow(width=32, depth=1, tokens=tokens, learning_rate=0.005).build(layout)
        model.training_rows(x, 1, rng)
        train(model, x, check, plan(300, epochs=10, batch_size=64), verbose=0, rng=np.random.default_rng(0))
        losses[tokens] = ops.convert_to_numpy(model(check)).mean()
    assert losses["both"] < 0.9 * losses["channels"]

"""The flow of series against distributions that are known in closed form."""

import numpy as np
import pytest
from keras import ops

from augment.codecs.series_layout import SeriesCondition, SeriesLayout
from augment.models import Flow


def gaussian(n, length=6, rho=0.8):
    """AR(1) of unit variance (n, length) and its covariances."""
    covariance = rho ** np.abs(np.subtract.outer(np.arange(length), np.arange(length)))
    return np.random.default_rng(0).multivariate_normal(np.zeros(length), covariance, n).astype("float32"), covariance


@pytest.fixture(scope="module")
def model():
    """Untrained: what it says is zero, so that the noise alone decides."""
    x, _ = gaussian(5000)
    model = Flow(width=8, depth=1, n_steps=8, sampler="heun").build(SeriesLayout(6, 1, (), n_samples=5000))
    model.training_rows(x, 1, None)
    return model


def test_normal_series_are_right_from_the_start(model):
    made = model.transport(model.noise(6000, np.random.default_rng(1)))
    _, covariance = gaussian(2)
    assert np.abs(np.cov(made, rowvar=False) - covariance).max() < 0.08  # about four standard errors of the fit
    assert np.abs(made.mean(axis=0)).max() < 0.06


def test_forecasts_of_normal_series_are_their_regression(model):
    values, known = np.zeros((6000, 6), "float32"), np.zeros((6000, 6), bool)
    values[:, 2], known[:, :3] = 1.5, True
    condition = SeriesCondition(np.zeros(6000, int), values, known)
    made = model.transport(model.noise(6000, np.random.default_rng(1)), condition)
    assert np.array_equal(made[:, :3], values[:, :3])
    ahead = np.arange(1, 4)
    assert np.allclose(made[:, 3:].mean(axis=0), 1.5 * 0.8**ahead, atol=0.12)
    assert np.allclose(made[:, 3:].std(axis=0), np.sqrt(1 - 0.64**ahead), atol=0.04)


def test_the_same_noise_gives_the_same_series_whatever_is_drawn_beside(model):
    noise, rng = model.noise(40, np.random.default_rng(1)), np.random.default_rng(2)
    known = rng.random((40, 6)) < 0.5
    condition = SeriesCondition(
        np.zeros(40, int), np.where(known, rng.normal(size=(40, 6)), 0).astype("float32"), known
    )
    some = np.array([3, 17, 20])
    all_of_them = model.transport(noise, condition)
    of_some = SeriesCondition(condition.classes[some], condition.values[some], condition.known[some])
    assert np.allclose(all_of_them[some], model.transport(noise[some], of_some), atol=1e-5)
    assert np.allclose(all_of_them[known], condition.values[known])


def test_the_loss_is_the_variance_that_normal_series_leave(model):
    # (t^2 + (1 - t)^2)^-1 of what a linear model knows of x - noise, averaged over times of two kinds
    x, _ = gaussian(5000)
    logit_normal = 1 / (1 + np.exp(-np.random.default_rng(0).normal(size=100000)))
    times = np.concatenate([logit_normal, np.arange(100000) / 100000])
    expected = np.mean(1 / (times**2 + (1 - times) ** 2))
    losses = ops.convert_to_numpy(model(x))
    whole = losses.mean()
    assert whole < expected and whole > 0.6 * expected  # less where a part is known


@pytest.mark.parametrize("tokens", ["both", "channels", "time"])
def test_tokens_of_any_kind_keep_the_form(tokens):
    layout = SeriesLayout(5, 3, (0.5, 0.5), n_samples=20)
    model = Flow(width=8, depth=1, n_steps=2, guidance_scale=2.0, tokens=tokens).build(layout)
    rows = model.transport(model.noise(4, np.random.default_rng(0)), SeriesCondition(np.array([0, 1, 1, 0])))
    assert rows.shape == (4, 17) and rows[:, -2:].argmax(axis=1).tolist() == [0, 1, 1, 0]
    assert model.transport(model.noise(0, np.random.default_rng(0))).shape == (0, 17)


def test_unknown_tokens_are_named():
    with pytest.raises(ValueError, match="tokens must be 'auto' or one of 'both', 'channels', 'time'"):
        Flow(tokens="patches").build(SeriesLayout(5, 3, (), n_samples=20))

"""The recurrent network of series against a first-order autoregression, whose distributions are known."""

import numpy as np
import pytest
from keras import ops
from scipy import stats

from augment.codecs.series_layout import SeriesCondition, SeriesLayout
from augment.models import Recurrent
from augment.models.base import seeded
from augment.models.recurrent_series import PlainSeries, _log_density

RHO, LENGTH = 0.8, 6
COVARIANCE = RHO ** np.abs(np.subtract.outer(np.arange(LENGTH), np.arange(LENGTH)))


def autoregression(n, seed=0):
    return np.random.default_rng(seed).multivariate_normal(np.zeros(LENGTH), COVARIANCE, n).astype("float32")


@pytest.fixture(scope="module")
def linear():
    """Only its regressions are fitted: the network says nothing, so that each number is normal around them."""
    model = Recurrent(units=8).build(SeriesLayout(LENGTH, 1, (), n_samples=20_000))
    model.training_rows(autoregression(20_000), 1, None)
    model.out.assign(np.zeros(model.out.shape))
    return model


@pytest.fixture(scope="module", params=["gru", "lstm"])
def random(request):
    """Of two channels and two classes, with weights that have learned nothing."""
    with seeded(0):
        model = Recurrent(request.param, units=8, depth=2).build(SeriesLayout(4, 2, (0.25, 0.75), n_samples=50))
    model.training_rows(np.random.default_rng(0).normal(size=(50, model.layout.width)).astype("float32"), 1, None)
    return model


def drawn(model, n, values=None, known=None, seed=1):
    condition = SeriesCondition(np.zeros(n, int), values, known)
    return model.transport(model.noise(n, np.random.default_rng(seed)), condition)


def test_an_autoregression_is_recovered_within_its_standard_errors(linear):
    slopes = ops.convert_to_numpy(linear.slopes.value)[0, 1]
    error = np.sqrt((1 - RHO**2) / (20_000 * (LENGTH - 1)))
    assert slopes[0, 0] == pytest.approx(RHO, abs=4 * error + 1e-3)  # the ridge takes .0008
    made = drawn(linear, 6000)
    assert np.abs(np.cov(made, rowvar=False) - COVARIANCE).max() < 0.08
    assert np.abs(made.mean(axis=0)).max() < 0.06


def test_the_likelihood_is_the_normal_density(linear):
    x = autoregression(300, seed=1)
    expected = stats.multivariate_normal(np.zeros(LENGTH), COVARIANCE).logpdf(x)
    assert np.abs(linear.log_likelihood(x) - expected).max() < 0.3
    assert np.mean(linear.log_likelihood(x) - expected) == pytest.approx(0, abs=0.01)


def test_forecasts_are_those_of_the_autoregression(linear):
    values, known = np.zeros((6000, LENGTH), "float32"), np.zeros((6000, LENGTH), bool)
    values[:, 2], known[:, :3] = 1.5, True
    made = drawn(linear, 6000, values, known)
    assert np.array_equal(made[:, :3], values[:, :3])
    ahead = np.arange(1, 4)
    assert np.allclose(made[:, 3:].mean(axis=0), 1.5 * RHO**ahead, atol=0.06)
    assert np.allclose(made[:, 3:].std(axis=0), np.sqrt(1 - RHO ** (2 * ahead)), atol=0.04)


def test_later_numbers_that_are_known_tell_of_earlier_ones(linear):
    n = 1000
    values, known = np.zeros((n, LENGTH), "float32"), np.zeros((n, LENGTH), bool)
    values[:, 4], known[:, 4] = 1.5, True
    made = drawn(linear, n, values, known)
    assert (made[:, 4] == 1.5).all()
    assert np.allclose(made.mean(axis=0), 1.5 * COVARIANCE[4], atol=0.15)
    assert np.allclose(made.std(axis=0), np.sqrt(1 - COVARIANCE[4] ** 2), atol=0.12)


def test_what_is_drawn_is_what_is_scored(random):
    """The arrays that draw and the network that is trained say the same."""
    rng = np.random.default_rng(0)
    steps, classes = rng.normal(size=(5, 4, 2)).astype("float32"), np.eye(2, dtype="float32")[[0, 1, 1, 0, 1]]
    arrays, total = PlainSeries(random), np.zeros(5)
    groups, states, before = arrays.groups(classes), arrays.start(5), np.zeros((5, 2), "float32")
    for t in range(4):
        of_history = arrays.step(before, classes, t, states)
        for c in range(2):
            total += _log_density(*arrays.mixture(of_history, before, steps[:, t], t, c, groups), steps[:, t, c])
        before = steps[:, t]
    rows = np.concatenate([steps.reshape(5, -1), classes], axis=1)
    assert np.allclose(total, -np.asarray(random(rows)), rtol=1e-4, atol=1e-4)


def test_a_series_hangs_on_its_own_noise_alone(random):
    noise, rng = random.noise(30, np.random.default_rng(1)), np.random.default_rng(2)
    known = rng.random((30, 8)) < 0.4
    values = np.where(known, rng.normal(size=(30, 8)), 0).astype("float32")
    some = np.array([3, 17, 29])
    whole = random.transport(noise, SeriesCondition(np.zeros(30, int), values, known))
    part = random.transport(noise[some], SeriesCondition(np.zeros(3, int), values[some], known[some]))
    assert np.allclose(whole[some], part, atol=1e-4)
    assert np.array_equal(whole[:, :8][known], values[known])

"""Covariances of long series: what is white, what a series keeps, what comes back, and what goes together."""

import numpy as np
import pytest
from keras import ops

from augment.codecs.series_layout import SeriesCondition, SeriesLayout
from augment.models import VAE, Flow
from augment.models.channel_covariances import ALONG, AlongTime, Frequencies, series_covariances
from augment.models.series_covariances import JointCovariances

RHO = 0.9
LENGTHS = 250, 800  # covariances along time, and of frequencies


def series(n, length, seed=0):
    """White noise, a level, AR(1) and a channel that goes with the latter (n, length, 4), of unit variance."""
    rng = np.random.default_rng(seed)
    steps = rng.normal(size=(length, n, 4))
    steps[:, :, 1] = steps[0, :, 1]
    for t in range(1, length):
        steps[t, :, 2] = RHO * steps[t - 1, :, 2] + np.sqrt(1 - RHO**2) * steps[t, :, 2]
    steps[:, :, 3] = 0.8 * steps[:, :, 2] + 0.6 * steps[:, :, 3]
    return steps.transpose(1, 0, 2).astype("float32")


def built(recipe, x):
    model = recipe.build(SeriesLayout(*x.shape[1:], (), n_samples=len(x)))
    model.training_rows(x.reshape(len(x), -1), 1, None)
    return model


def lag(x):
    return np.corrcoef(x[:, 1:].ravel(), x[:, :-1].ravel())[0, 1]


@pytest.fixture(scope="module", params=LENGTHS)
def model(request):
    """Untrained: what it says is zero, so that the noise alone decides."""
    return built(Flow(width=4, depth=1, n_steps=4), series(60, request.param))


def test_length_decides_what_is_learned():
    kinds = [
        type(series_covariances(SeriesLayout(length, 4, (), n_samples=9), "any")) for length in (192, 193, 768, 769)
    ]
    assert kinds == [JointCovariances, AlongTime, AlongTime, Frequencies] and ALONG == 4 * 768**2


def test_untrained_series_have_the_moments_of_real_ones(model):
    real = series(60, model.layout.length)
    noise, level, ar, beside = np.moveaxis(
        model.transport(model.noise(400, np.random.default_rng(1))).reshape(400, *real.shape[1:]), -1, 0
    )
    assert noise.mean(axis=1).std() == pytest.approx(1 / np.sqrt(real.shape[1]), rel=0.25)  # of 60: 9 % error
    assert level.std(axis=1).max() < 0.02 and level.mean(axis=1).std() == pytest.approx(real[:, 0, 1].std(), rel=0.1)
    assert abs(lag(noise)) < 0.03 and lag(ar) == pytest.approx(lag(real[..., 2]), abs=0.02)
    assert np.corrcoef(ar.ravel(), beside.ravel())[0, 1] == pytest.approx(0.8, abs=0.05)
    assert abs(np.corrcoef(ar.ravel(), noise.ravel())[0, 1]) < 0.05
    assert np.allclose([each.std() for each in (noise, ar, beside)], 1, atol=0.08)


def test_whitening_is_the_reverse(model):
    white = np.random.default_rng(0).normal(size=(5, *model.layout.shape)).astype("float32")
    told = np.zeros((5, 0), "float32")
    spread = model.covariances.spread(white.reshape(5, -1), told)
    back = ops.convert_to_numpy(model.covariances.whitened(spread, told)).reshape(white.shape)
    assert np.allclose(back[..., [0, 2, 3]], white[..., [0, 2, 3]], atol=0.05)


def test_a_level_goes_on_and_what_comes_back_comes_back(model):
    length = model.layout.length
    known = np.zeros((300, *model.layout.shape), bool)
    known[:, : length // 2] = True
    values = np.where(known, series(1, length, seed=2), 0)
    values[:, : length // 2, 1] = 1.3
    values[:, : length // 2, 2] += 2 - values[:, length // 2 - 1 : length // 2, 2]  # ends at 2
    condition = SeriesCondition(np.zeros(300, int), values.reshape(300, -1), known.reshape(300, -1))
    made = model.transport(model.noise(300, np.random.default_rng(1)), condition).reshape(known.shape)
    assert np.array_equal(made[known], values[known])
    assert np.allclose(made[:, length // 2 :, 1], 1.3, atol=0.1)
    assert abs(made[:, -20:, 0].mean()) < 0.1
    ahead = made[:, length // 2 : length // 2 + 8, 2]
    distance = np.arange(1, 9)
    assert np.allclose(ahead.mean(axis=0), 2 * RHO**distance, atol=0.3)
    # of what the slowest cosines leave over only the step next to it tells
    atol = 0.1 if isinstance(model.covariances, AlongTime) else 0.15
    assert np.allclose(ahead.std(axis=0), np.sqrt(1 - RHO ** (2 * distance)), atol=atol)


@pytest.mark.slow
def test_known_numbers_are_likelier_where_they_keep_their_level(model):
    kept = series(40, model.layout.length, seed=3)
    moved = kept.copy()
    moved[:, ::2, 1] += 0.5
    known = np.random.default_rng(0).random(kept.shape) < 0.5
    rows = known.reshape(40, -1)
    likely, unlikely = (model.log_normal(x.reshape(40, -1), rows) for x in (kept, moved))
    assert np.all(likely > unlikely)
    assert np.array_equal(model.log_normal(kept.reshape(40, -1), np.zeros_like(rows)), np.zeros(40))


@pytest.mark.slow
@pytest.mark.parametrize("length", LENGTHS)
def test_a_decoder_that_says_nothing_leaves_the_moments_of_series(length):
    x = series(60, length)
    model = built(VAE(width=4, latent_dim=2), x)
    model.conclude(x.reshape(60, -1), np.random.default_rng(0))
    made = model.transport(model.noise(300, np.random.default_rng(1))).reshape(300, *x.shape[1:])
    assert made[..., 1].std(axis=1).max() < 0.1 and made[..., 1].mean(axis=1).std() == pytest.approx(0.95, abs=0.2)
    assert made[..., 0].mean(axis=1).std() == pytest.approx(1 / np.sqrt(length), rel=0.3)
    assert lag(made[..., 2]) == pytest.approx(RHO, abs=0.03)


@pytest.mark.slow
@pytest.mark.parametrize(("length", "shares"), [(6, ()), (6, (0.5, 0.5)), *((length, ()) for length in LENGTHS)])
def test_known_numbers_are_told_in_compiled_steps(length, shares):
    """Where the lowest versions know less of shapes."""
    model = Flow(width=4, depth=1).build(SeriesLayout(length, 4, shares, n_samples=4))
    rows = np.concatenate(
        [series(4, length).reshape(4, -1), np.tile([1.0] * bool(shares) + [0.0] * bool(shares), (4, 1))], axis=1
    )
    model.training_rows(rows, 1, None)
    model.compile(optimizer="sgd")
    assert np.isfinite(model.evaluate(rows.astype("float32"), verbose=0))


@pytest.mark.parametrize("n", [1, 2])
@pytest.mark.parametrize("length", LENGTHS)
def test_a_single_series_is_enough(n, length):
    model = built(Flow(width=4, depth=1, n_steps=2), series(n, length))
    assert np.isfinite(model.transport(model.noise(3, np.random.default_rng(0)))).all()

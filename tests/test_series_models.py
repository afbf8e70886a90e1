"""Autoencoder and adversarial network of series: normal series, classes and known numbers come out right."""

import numpy as np
import pytest

from augment import SequenceSynthesizer
from augment.codecs.series_layout import SeriesCondition, SeriesLayout
from augment.models import GAN, VAE
from augment.models.base import make
from augment.models.channel_maps import ChannelMaps
from augment.models.class_mixtures import ClassMixtures

FAMILIES = {"vae": VAE(latent_dim=8, width=16), "gan": GAN(width=16)}


def bent(n, seed=0):
    """Series (n, 8, 2): an AR(1) of .7, and its square with noise, which no normal distribution has; two classes."""
    rng = np.random.default_rng(seed)
    steps, labels = [rng.normal(size=n) / np.sqrt(1 - 0.49)], rng.integers(2, size=n)
    for _ in range(7):
        steps.append(0.7 * steps[-1] + rng.normal(size=n))
    x = np.stack(steps, axis=1) + 3 * labels[:, None]
    return np.stack([x, (x - 3 * labels[:, None]) ** 2 + 0.1 * rng.normal(size=x.shape)], axis=-1), labels


@pytest.fixture(scope="module", params=FAMILIES)
def fitted(request):
    series, labels = bent(2000)
    settings = {"epochs": 25, "validation_fraction": 0, "verbose": 0, "random_state": 0}
    return SequenceSynthesizer(FAMILIES[request.param], **settings).fit(series, labels), series, labels


@pytest.mark.slow
def test_levels_lags_and_spreads_come_back(fitted):
    model, series, labels = fitted
    new, new_labels = model.generate(2000)
    for label in (0, 1):
        real, made = series[labels == label], new[new_labels == label]
        assert np.allclose(made.mean(axis=(0, 1)), real.mean(axis=(0, 1)), atol=0.5)
        assert np.allclose(made.std(axis=(0, 1)), real.std(axis=(0, 1)), rtol=0.25)
    x, y = new[..., 0] - 3 * new_labels[:, None], series[..., 0] - 3 * labels[:, None]
    lags = [(each[:, :-1] * each[:, 1:]).mean() / (each**2).mean() for each in (x, y)]
    assert lags[0] == pytest.approx(lags[1], abs=0.1)
    assert np.quantile(new[..., 1], [0.05, 0.5, 0.95]) == pytest.approx(
        np.quantile(series[..., 1], [0.05, 0.5, 0.95]), rel=0.25, abs=0.15
    )


@pytest.mark.slow
def test_what_is_known_stays_and_tells_of_the_rest(fitted):
    model, series, labels = fitted
    history = series[:300, :4]
    paths, _ = model.generate(history=history, horizon=4, y=labels[:300])
    assert np.array_equal(paths[:, :4], history)
    last, following = (part - 3 * labels[:300] for part in (history[:, -1, 0], paths[:, 4, 0]))
    assert last @ following / (last @ last) == pytest.approx(0.7, abs=0.2)
    gaps = series[:50].copy()
    gaps[:, 3] = np.nan
    full, _ = model.generate(condition=gaps, y=labels[:50])
    assert np.array_equal(np.delete(full, 3, axis=1), np.delete(series[:50], 3, axis=1)) and np.isfinite(full).all()


@pytest.mark.slow
def test_a_saved_model_gives_the_same_series(fitted, tmp_path):
    model, _, _ = fitted
    model.save(tmp_path / "series")
    again = SequenceSynthesizer.load(tmp_path / "series")
    assert np.array_equal(again.generate(5)[0], model.generate(5)[0])
    assert isinstance(again.score(*bent(50)), float) and not hasattr(again, "score_samples")


def test_an_untrained_generator_draws_the_normal_distribution():
    rho = 0.8 ** np.abs(np.subtract.outer(np.arange(6), np.arange(6)))
    x = np.random.default_rng(0).multivariate_normal(np.zeros(6), rho, 5000).astype("float32")
    model = GAN(width=8).build(SeriesLayout(6, 1, (), n_samples=5000))
    model.training_rows(x, 1, None)
    assert np.abs(np.cov(np.asarray(model.whitened(x, np.zeros((5000, 0)))), rowvar=False) - np.eye(6)).max() < 1e-3
    model.conclude(x, np.random.default_rng(0))
    values, known = np.zeros((6000, 6), "float32"), np.zeros((6000, 6), bool)
    values[:, 5], known[:, 5] = 1.5, True
    noise = model.noise(6000, np.random.default_rng(1))
    assert np.abs(np.cov(model.transport(noise), rowvar=False) - rho).max() < 0.12
    made = model.transport(noise, SeriesCondition(np.zeros(6000, int), values, known))
    assert np.allclose(made.mean(axis=0), 1.5 * rho[5], atol=0.12)
    assert np.allclose(made.std(axis=0)[:5], np.sqrt(1 - rho[5, :5] ** 2), atol=0.06)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_step_that_is_not_compiled_takes_plain_rows(family):
    model = make(FAMILIES[family], SeriesLayout(4, 1, (), n_samples=6))
    rows = np.random.default_rng(0).normal(size=(6, 4)).astype("float32")
    variables = ([each.value for each in part] for part in (model.trainable_variables, model.non_trainable_variables))
    made, _ = model.stateless_call(*variables, rows, training=True)
    assert all(np.isfinite(np.asarray(part)).all() for part in made.values())


def test_maps_of_channels_bring_the_real_quantiles():
    rng, maps = np.random.default_rng(0), ChannelMaps(2)
    maps.build()
    x = rng.normal(size=(500, 3, 2))
    assert np.allclose(maps.correct(x), x, atol=1e-3)  # the identity at first
    made, real = rng.normal(size=(5000, 2)), np.column_stack([rng.exponential(size=5000), 2 * rng.normal(size=5000)])
    maps.learn(made, real)
    mapped = maps.correct(made[:, None])[:, 0]
    levels = np.linspace(0.01, 0.99, 30)
    assert np.allclose(np.quantile(mapped, levels, axis=0), np.quantile(real, levels, axis=0), atol=0.1)
    far = maps.correct(np.array([[[50.0, -50.0]]]))[0, 0]
    assert far[0] > 40 and far[1] < -40


def test_mixtures_learn_where_the_codes_of_each_class_are():
    rng, mixtures = np.random.default_rng(0), ClassMixtures(2, 4, 3)
    mixtures.build()
    classes = np.eye(2)[rng.integers(2, size=4000)]
    codes = rng.normal(size=(4000, 3)) * 0.3 + 4 * classes[:, :1]
    mixtures.learn(codes.astype("float32"), classes, rng)
    drawn = mixtures.codes(mixtures.noise(2000, rng), np.eye(2)[np.repeat([0, 1], 1000)])
    assert drawn[:1000].mean() == pytest.approx(4, abs=0.1) and drawn[1000:].mean() == pytest.approx(0, abs=0.1)
    assert drawn[:1000].std() == pytest.approx(0.3, abs=0.1)


@pytest.mark.slow
def test_series_of_a_vae_have_the_lag_of_real_ones():
    rng = np.random.default_rng(0)
    series = np.zeros((400, 12, 1))
    series[:, 0] = rng.normal(size=(400, 1))
    for step in range(1, 12):
        series[:, step] = 0.8 * series[:, step - 1] + 0.6 * rng.normal(size=(400, 1))
    learned = SequenceSynthesizer("vae", kind="series", epochs=2, verbose=0, random_state=0).fit(series)
    made = learned.generate(2000)
    lag = np.sum(made[:, 1:] * made[:, :-1]) / np.sum(made[:, :-1] ** 2)
    assert lag == pytest.approx(np.sum(series[:, 1:] * series[:, :-1]) / np.sum(series[:, :-1] ** 2), abs=0.03)

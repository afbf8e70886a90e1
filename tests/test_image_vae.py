"""The autoencoder of images: its two terms, its mixtures, and the way from one image to another, in closed form."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from keras import ops

from augment.codecs.layout import ImageCondition, ImageLayout
from augment.models import VAE
from augment.models.image_vae import LEAST_ERROR
from augment.models.images import ImageModel

LAYOUT = ImageLayout((4, 4, 1), (0.5, 0.5), n_samples=10, patch=1)


def linear_networks(mean=0.5, log_variance=-1.0):
    """An encoder whose code is always of one normal distribution, and a decoder that repeats a code of 2 numbers."""
    image, label = keras.Input((4, 4, 1)), keras.Input((2,))
    joined = keras.layers.Concatenate()([keras.layers.Flatten()(image), label])
    bias = keras.initializers.Constant([mean, mean, log_variance, log_variance])
    normal = keras.layers.Dense(4, kernel_initializer="zeros", bias_initializer=bias)(joined)
    code, told = keras.Input((2,)), keras.Input((2,))
    repeated = keras.layers.Reshape((4, 4, 1))(keras.layers.Concatenate()([code] * 8))
    unused = keras.layers.Dense(1, kernel_initializer="zeros")(told)
    drawn = keras.layers.Add()([repeated, keras.layers.Reshape((1, 1, 1))(unused)])
    return keras.Model([image, label], normal), keras.Model([code, told], drawn)


@pytest.fixture
def model():
    encoder, decoder = linear_networks()
    return VAE(latent_dim=2, n_components=4, encoder=encoder, decoder=decoder).build(LAYOUT)


def rows(pixels, labels):
    return np.concatenate([np.asarray(pixels, "float32"), np.eye(2, dtype="float32")[labels]], axis=1)


def test_the_divergence_is_that_of_two_normals(model):
    said = model(rows(np.zeros((3, 16)), [0, 1, 0]))
    expected = 2 * 0.5 * (np.exp(-1.0) + 0.5**2 - 1 + 1.0)
    assert np.allclose(ops.convert_to_numpy(said["divergence"]), expected, rtol=1e-5)
    assert said["weight"] == pytest.approx(0.5)  # beta's default, in full outside training


def test_the_error_is_that_of_what_is_drawn(model):
    pixels = np.zeros((4000, 16))
    error = ops.convert_to_numpy(model(rows(pixels, np.zeros(4000, int)))["error"])
    assert error.mean() == pytest.approx(0.5**2 + np.exp(-1.0), rel=0.05)  # of a code around .5


def test_the_loss_weighs_pixels_by_the_best_deviation(model):
    said = {"error": ops.convert_to_tensor([0.2, 0.4]), "divergence": ops.convert_to_tensor([1.0, 3.0]), "weight": 0.5}
    assert float(model.compute_loss(y_pred=said)) == pytest.approx(8 * np.log(0.3 + LEAST_ERROR) + 1.0, rel=1e-5)
    weights = ops.convert_to_tensor([1.0, 0.0])
    expected = 8 * np.log(0.2 + LEAST_ERROR) + 0.5
    assert float(model.compute_loss(y_pred=said, sample_weight=weights)) == pytest.approx(expected, rel=1e-5)


def test_pixels_of_two_values_are_bernoulli():
    encoder, decoder = linear_networks(log_variance=-10.0)  # the code is .5, and so is every logit
    model = VAE(latent_dim=2, encoder=encoder, decoder=decoder).build(replace(LAYOUT, binary=True))
    said = model(rows([[1.0] * 12 + [-1.0] * 4], [0]))
    expected = (12 * np.log1p(np.exp(-0.5)) + 4 * np.log1p(np.exp(0.5))) / 16
    assert float(said["error"][0]) == pytest.approx(expected, rel=0.01)
    divergence = float(said["divergence"][0])
    assert float(model.misfit(said)[0]) == pytest.approx(16 * float(said["error"][0]) + divergence, rel=1e-5)
    said["weight"] = 0.5
    assert float(model.compute_loss(y_pred=said)) == pytest.approx(16 * expected + 0.5 * divergence, rel=0.01)


def test_each_class_has_the_mixture_of_its_codes(model, monkeypatch):
    rng = np.random.default_rng(0)
    centres = {0: [[-3.0, 0.0], [3.0, 0.0]], 1: [[0.0, 4.0], [0.0, 4.0]]}
    labels = rng.integers(2, size=4000)
    sides = rng.integers(2, size=4000)
    codes = np.array([centres[label][side] for label, side in zip(labels, sides, strict=True)])
    codes = codes + 0.3 * rng.normal(size=codes.shape)
    means = iter(np.array_split(codes, range(256, 4000, 256)))
    monkeypatch.setattr(model, "_normal", lambda encoded: (next(means), np.full((len(encoded), 2), -20.0)))
    monkeypatch.setattr(ImageModel, "conclude", lambda self, x, rng: None)  # of pixels, which are not looked at here
    model.conclude(rows(np.zeros((4000, 16)), labels), rng)
    drawn = model.mixtures.codes(model.noise(4000, rng), np.eye(2, dtype="float32")[labels])
    for label in (0, 1):
        mine = drawn[labels == label]
        assert np.allclose(mine.mean(axis=0), codes[labels == label].mean(axis=0), atol=0.15)
        assert np.allclose(np.cov(mine.T), np.cov(codes[labels == label].T), atol=0.5)
    assert (np.abs(np.abs(drawn[labels == 0, 0]) - 3) < 1.5).mean() > 0.95  # two clouds, and nothing between them


def test_prepared_it_draws_from_the_codes_as_they_are(model):
    classes = np.eye(2, dtype="float32")[np.arange(400) % 2]
    noise = model.noise(400, np.random.default_rng(0))
    assert abs(model.mixtures.codes(noise, classes).mean()) < 0.15  # a standard normal
    model.prepare(rows(np.zeros((400, 16)), np.arange(400) % 2), np.random.default_rng(1))
    assert model.mixtures.codes(noise, classes).mean() == pytest.approx(0.5, abs=0.1)


def test_a_class_that_this_part_lacks_has_a_normal_of_its_own(model):
    model.conclude(rows(np.random.default_rng(0).uniform(-1, 1, (30, 16)), np.zeros(30, int)), np.random.default_rng(1))
    noise = model.noise(2000, np.random.default_rng(2))
    drawn = model.mixtures.codes(noise, np.tile(np.eye(2, dtype="float32")[1], (2000, 1)))
    assert np.isfinite(drawn).all() and np.allclose(drawn.mean(axis=0), 0, atol=0.1)


@pytest.mark.parametrize("strength", [0.25, 1.0])
def test_strength_is_the_share_of_the_way_to_another_code(model, strength):
    noise, classes = model.noise(5, np.random.default_rng(0)), np.eye(2, dtype="float32")[[0, 1, 0, 1, 0]]
    other = model.mixtures.codes(noise, classes)
    made = model.transport(noise, ImageCondition(classes, np.zeros((5, 16), "float32"), strength))
    expected = np.clip(0.5 + strength * (other - 0.5), -1, 1)  # the code of every image is .5
    assert np.allclose(made[:, :2], expected, atol=1e-5)

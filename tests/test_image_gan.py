"""The adversarial network of images: what each part of its loss moves, and what it measures."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from keras import ops

from augment.codecs.layout import ImageLayout
from augment.models import GAN
from augment.models.image_gan import STEP

LAYOUT = ImageLayout((8, 8, 1), (0.5, 0.5), n_samples=10, patch=1)


def discriminator(slope=None):
    """A linear network, whose slope is known."""
    image, label = keras.Input((8, 8, 1)), keras.Input((2,))
    joined = keras.layers.Concatenate()([keras.layers.Flatten()(image), label])
    kernel = "glorot_uniform" if slope is None else keras.initializers.Constant(slope)
    return keras.Model([image, label], keras.layers.Dense(1, kernel_initializer=kernel)(joined))


@pytest.fixture(scope="module")
def model():
    return GAN(latent_dim=4, width=8).build(LAYOUT)


def rows(n, rng):
    classes = np.eye(2, dtype="float32")[rng.integers(2, size=n)]
    return np.concatenate([rng.uniform(-1, 1, (n, 64)).astype("float32"), classes], axis=1)


def test_the_penalty_is_the_squared_slope():
    model = GAN(latent_dim=4, width=8, discriminator=discriminator(0.1)).build(LAYOUT)
    said = model(rows(4000, np.random.default_rng(0)))
    assert said["real"].shape == (4000, 1) and said["near_fake"].shape == (2000, 1)
    for kind in ("real", "fake"):
        steps = (ops.convert_to_numpy(said[f"near_{kind}"]) - ops.convert_to_numpy(said[kind])[:2000]) / STEP
        assert np.mean(steps**2) == pytest.approx(64 * 0.1**2, rel=0.1)


@pytest.mark.parametrize("n", [1, 3])
def test_a_step_of_one_image_has_a_loss(model, n):
    said = model(rows(n, np.random.default_rng(0)), training=True)
    assert np.isfinite(float(model.compute_loss(y_pred=said)))
    assert said["near_real"].shape == ((n + 1) // 2, 1)


def test_the_loss_is_two_games_and_two_penalties(model):
    said = {"real": [[1.0], [0.0]], "fake": [[0.0], [2.0]], "fooled": [[0.5], [1.0]]}
    said |= {"near_real": [[1.0 + STEP]], "near_fake": [[2 * STEP]]}
    loss = model.compute_loss(y_pred={name: ops.convert_to_tensor(value) for name, value in said.items()})
    softplus = lambda x: np.log1p(np.exp(np.array(x)))  # noqa: E731
    expected = softplus([-1.0, 2.0]).mean() + softplus([0.5, -1.0]).mean() + model.gamma / 2 * (1 + 4)
    assert float(loss) == pytest.approx(expected, rel=1e-5)


def test_a_class_changes_what_is_drawn_and_what_is_said(model):
    noise, (first, second) = np.zeros((1, 4), "float32"), np.eye(2, dtype="float32")[:, None]
    drawn = [ops.convert_to_numpy(model._images(noise, label)) for label in (first, second)]
    assert np.abs(drawn[0] - drawn[1]).max() > 1e-3 and np.abs(drawn).max() <= 1
    said = [ops.convert_to_numpy(model.discriminator([drawn[0], label])) for label in (first, second)]
    assert np.abs(said[0] - said[1]).max() > 1e-4


def test_two_values_are_rounded_and_gradients_pass_the_rounding(one_step):
    model = GAN(latent_dim=4, width=8).build(replace(LAYOUT, binary=True))
    noise, label = np.random.default_rng(0).normal(size=(2, 4)).astype("float32"), np.eye(2, dtype="float32")
    made = ops.convert_to_numpy(model._images(noise, label))
    soft = np.tanh(ops.convert_to_numpy(model.generator([noise, label])))
    assert np.array_equal(made, np.where(soft > 0, 1, -1))
    before = [ops.convert_to_numpy(weight) for weight in model.generator.trainable_weights]
    model.fit(rows(8, np.random.default_rng(1)), batch_size=8, epochs=1, verbose=0)
    after = [ops.convert_to_numpy(weight) for weight in model.generator.trainable_weights]
    assert all((one != other).any() for one, other in zip(before, after, strict=True))


def test_its_error_is_small_for_what_it_makes_and_large_for_what_it_does_not(model):
    x = rows(300, np.random.default_rng(0))
    own = model.transport(model.noise(300, np.random.default_rng(1)))
    own[:, 64:] = x[:, 64:]
    own[:, :64] = ops.convert_to_numpy(model._images(model.noise(300, np.random.default_rng(1)), x[:, 64:])).reshape(
        300, 64
    )
    assert model.validation_error(own) < 0.1 * model.validation_error(x)


def test_networks_of_ones_own():
    def generator():
        noise, label = keras.Input((4,)), keras.Input((2,))
        hidden = keras.layers.Dense(64)(keras.layers.Concatenate()([noise, label]))
        return keras.Model([noise, label], keras.layers.Reshape((8, 8, 1))(hidden))

    model = GAN(latent_dim=4, generator=generator(), discriminator=discriminator()).build(LAYOUT)
    assert model.transport(model.noise(3, np.random.default_rng(0))).shape == (3, LAYOUT.width)
    with pytest.raises(
        ValueError, match=r"discriminator must map \[\(batch, 8, 8, 1\), \(batch, 2\)\] to \(batch, 1\)"
    ):
        GAN(latent_dim=4, discriminator=generator()).build(LAYOUT)

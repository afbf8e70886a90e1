"""What the models of images share: values of pixels are as frequent as in real images, whatever a network makes."""

import numpy as np
import pytest
from keras import ops

from augment.codecs.layout import ImageCondition, ImageLayout
from augment.models.images import ImageModel

LAYOUT = ImageLayout((4, 4, 2), (0.75, 0.25), n_samples=10, patch=1)


class Uniform(ImageModel):
    """Its pixels are uniform; those of the second channel are squared where the class is the second one."""

    def call(self, x, training=False):
        return x

    def noise(self, n, rng):
        return rng.random((n, LAYOUT.n_pixels), dtype="float32")

    def _images(self, noise, classes):
        first, second = noise.reshape(-1, 4, 4, 2)[..., 0], noise.reshape(-1, 4, 4, 2)[..., 1]
        second = np.where(classes[:, 1, None, None] > 0, second**2, second)
        return ops.convert_to_tensor(np.stack([first, second], axis=-1))


@pytest.fixture(scope="module")
def real():
    """Rows whose first channel has a background, half of the pixels, and whose second is triangular."""
    rng = np.random.default_rng(0)
    pixels = np.stack(
        [
            np.where(rng.random((400, 4, 4)) < 0.5, -1, rng.uniform(0, 1, (400, 4, 4))),
            rng.triangular(-1, -1, 1, (400, 4, 4)),
        ],
        axis=-1,
    )
    classes = np.eye(2)[(rng.random(400) < 0.25).astype(int)]
    return np.concatenate([pixels.reshape(400, -1), classes], axis=1).astype("float32")


@pytest.fixture(scope="module")
def model(real):
    model = Uniform(LAYOUT)
    model.build((None, LAYOUT.width))
    model.conclude(real, np.random.default_rng(1))
    return model


def drawn(model, real):
    rng = np.random.default_rng(2)
    return model.transport(model.noise(len(real), rng), ImageCondition(real[:, LAYOUT.n_pixels :]))


def channels(rows):
    return rows[:, : LAYOUT.n_pixels].reshape(-1, 2).T


def test_values_are_as_frequent_as_in_real_images(model, real):
    for made, there in zip(channels(drawn(model, real)), channels(real), strict=True):
        levels = np.linspace(0.02, 0.98, 25)
        levels = levels[np.abs(levels - 0.5) > 0.03]  # where the first channel jumps
        assert np.allclose(np.quantile(made, levels), np.quantile(there, levels), atol=0.04)


def test_a_background_has_one_value_again(model, real):
    made = channels(drawn(model, real))[0]
    assert (made == -1).mean() == pytest.approx(0.5, abs=0.02)
    assert ((made > -1) & (made < 0)).mean() < 0.01


def test_brighter_stays_brighter(model):
    rising = np.linspace(0, 1, 200, dtype="float32")
    noise = np.repeat(rising[:, None], LAYOUT.n_pixels, axis=1)
    rows = model.transport(noise, ImageCondition(np.tile([[1.0, 0.0]], (200, 1)).astype("float32")))
    assert (np.diff(rows[:, : LAYOUT.n_pixels], axis=0) >= 0).all()


def test_before_it_is_trained_values_are_left_alone(real):
    model = Uniform(LAYOUT)
    model.build((None, LAYOUT.width))
    noise = model.noise(3, np.random.default_rng(0))
    rows = model.transport(noise, ImageCondition(real[:3, LAYOUT.n_pixels :] * [1, 0] + [0, 0]))
    assert np.allclose(rows[:, : LAYOUT.n_pixels], noise, atol=1e-5)


def test_a_second_conclusion_starts_anew(model, real):
    before = ops.convert_to_numpy(model.quantiles.value)
    model.conclude(real, np.random.default_rng(1))
    assert np.array_equal(before, ops.convert_to_numpy(model.quantiles.value))

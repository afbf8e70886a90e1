"""What the models of images share: values of pixels are as frequent as in real images, whatever a network makes."""

from dataclasses import replace

import numpy as np
import pytest
from keras import ops

from augment.codecs.layout import ImageCondition, ImageLayout
from augment.models.image_flow import ImageFlowModel
from augment.models.images import ImageModel

LAYOUT = ImageLayout((4, 4, 2), (0.75, 0.25), n_samples=10, patch=1)


class Uniform(ImageModel):
    """Its pixels are uniform; those of the second channel are squared where the class is the second one.

    Variations are that far on the way to such images.
    """

    def call(self, x, training=False):
        return x

    def noise(self, n, rng):
        return rng.random((n, LAYOUT.n_pixels), dtype="float32")

    def _images(self, noise, classes):
        first, second = noise.reshape(-1, 4, 4, 2)[..., 0], noise.reshape(-1, 4, 4, 2)[..., 1]
        second = np.where(classes[:, 1, None, None] > 0, second**2, second)
        return ops.convert_to_tensor(np.stack([first, second], axis=-1))

    def _near(self, noise, classes, like, strength):
        return (1 - strength) * like + strength * self._images(noise, classes)


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


LEVELS = np.linspace(0.05, 0.45, 9).tolist() + np.linspace(0.55, 0.95, 9).tolist()


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


def varied(model, real, strength):
    rng = np.random.default_rng(3)
    pixels, classes = np.split(real, [LAYOUT.n_pixels], axis=1)
    rows = model.transport(model.noise(len(real), rng), ImageCondition(classes, pixels, strength))
    return channels(rows), channels(real)


@pytest.mark.parametrize("strength", [0.02, 0.05, 0.1, 0.3])
def test_a_small_variation_stays_small_and_has_the_values_of_real_images(model, real, strength):
    for made, there in zip(*varied(model, real, strength), strict=True):
        # uniform pixels are 1.2 away; the map of new images would move even unvaried ones by .3
        assert np.sqrt(np.mean((made - there) ** 2)) < 1.2 * strength + 0.02
        assert np.allclose(np.quantile(made, LEVELS), np.quantile(there, LEVELS), atol=0.05 + 0.1 * strength)
    made, there = varied(model, real, strength)
    assert ((made[0] == -1) == (there[0] == -1)).mean() > 0.97


def test_the_strongest_variations_are_corrected_as_new_images_are(model, real):
    made, _ = varied(model, real, 1.0)
    assert (made[0] == -1).mean() == pytest.approx(0.5, abs=0.02)


def test_black_and_white_stay_so(model):
    ends = np.stack([np.full((4, 4, 2), end, "float32") for end in (-1, 1)])
    for strength in (0.05, 0.2, 1.0):
        assert np.array_equal(model._corrected(ends, strength), ends)


@pytest.mark.parametrize("end", [-1, 1])
def test_what_is_made_black_or_white_too_often_is_of_the_values_there(end):
    class Glaring(Uniform):
        def _images(self, noise, classes):
            return ops.convert_to_tensor(end * (4 * noise.reshape(-1, 4, 4, 2) - 1))  # half of it is beyond the end

    rng = np.random.default_rng(0)
    pixels = np.where(rng.random((400, 4, 4, 2)) < 0.3, end, rng.uniform(-1, 1, (400, 4, 4, 2)))
    rows = np.concatenate([pixels.reshape(400, -1), np.eye(2)[np.zeros(400, int)]], axis=1).astype("float32")
    model = Glaring(LAYOUT)
    model.build((None, LAYOUT.width))
    model.conclude(rows, np.random.default_rng(1))
    made = channels(drawn(model, rows))
    assert (made == end).mean() == pytest.approx(0.5, abs=0.05)


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


def test_of_two_values_the_nearer_one_is_taken():
    layout = replace(LAYOUT, binary=True)
    model = Uniform(layout)
    model.build((None, layout.width))
    classes = np.array([[1.0, 0.0]], "float32")
    like = np.random.default_rng(0).choice([-1.0, 1.0], (1, layout.n_pixels)).astype("float32")
    model.conclude(np.concatenate([like, classes], axis=1), np.random.default_rng(1))
    noise = model.noise(1, np.random.default_rng(2))
    for strength in (0.4, 1.0):
        rows = model.transport(noise, ImageCondition(classes, like, strength))
        nearer = np.where((1 - strength) * like + strength * noise > 0, 1, -1)
        assert rows.dtype == "float32" and np.array_equal(rows[:, : layout.n_pixels], nearer)


class Shining(ImageFlowModel):
    """Each image is of one brightness, which its class decides and the first number of its noise."""

    def _images(self, noise, classes):
        brightness = 0.4 * classes[:, 0] - 0.2 + 0.1 * noise[:, 0]
        return ops.convert_to_tensor(np.tile(brightness[:, None, None, None], (1, *LAYOUT.shape)))

    def _near(self, noise, classes, like, strength):
        return ops.convert_to_tensor(like)


@pytest.mark.parametrize("seed", range(3))
def test_what_images_happen_to_be_drawn_hardly_moves_the_values_of_others(seed):
    """Of 500 such images drawn by chance the mean is .009 off, standard error."""
    model = Shining(LAYOUT, None, 10, "adams", 1.0)
    model.build((None, LAYOUT.width))
    rng = np.random.default_rng(seed)
    classes = np.eye(2, dtype="float32")[(np.arange(4000) % 4 == 0).astype(int)]
    pixels = ops.convert_to_numpy(model._images(rng.standard_normal((4000, 1)), classes)).reshape(4000, -1)
    model.conclude(np.concatenate([pixels, classes], axis=1), rng)
    made, _ = ops.convert_to_numpy(model.quantiles.value)[-1]
    assert model.n_matched == 500 and made.mean() == pytest.approx(0.1, abs=0.001)


def test_more_images_are_drawn_where_each_costs_little(model):
    assert model.n_matched == 5000
    large = Uniform(replace(LAYOUT, shape=(128, 128, 3)))
    assert large.n_matched == 500  # numbers of all of them take 100 MB, and not a gigabyte

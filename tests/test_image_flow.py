"""The flow of images against distributions that are known."""

import numpy as np
import pytest

from augment.codecs.layout import ImageCondition, ImageLayout
from augment.models.image_flow import ImageFlowModel
from augment.models.solvers import SOLVERS


class Straight(ImageFlowModel):
    """Knows the direction to one image, whatever the noise: what is left to the sampler is exact."""

    goal = 0.5

    def _guess(self, mixed, time, classes, training=False):
        from keras import ops

        time = ops.reshape(time, (-1, 1, 1, 1))
        return (self.goal - mixed) / (1 - time)


@pytest.mark.parametrize("sampler", SOLVERS)
def test_straight_lines_end_where_they_lead(sampler):
    layout = ImageLayout((4, 4, 1), (), n_samples=2, patch=1)
    model = Straight(layout, None, 5, sampler, 1.0)
    model.build((None, layout.width))
    rows = model.transport(model.noise(3, np.random.default_rng(0)))
    assert np.allclose(rows, 0.5, atol=1e-5)


def test_strength_says_how_much_of_an_image_is_left():
    layout = ImageLayout((4, 4, 1), (), n_samples=2, patch=1)
    model, seen = Straight(layout, None, 4, "euler", 1.0), []
    model.build((None, layout.width))
    model._follow = lambda x, classes, start: seen.append((np.asarray(x), start)) or x
    like = np.full((2, 16), 0.9, "float32")
    noise = model.noise(2, np.random.default_rng(0))
    model.transport(noise, ImageCondition(np.zeros((2, 0), "float32"), like, 0.25))
    (x, start), *_ = seen
    assert start == 0.75 and np.allclose(x.reshape(2, 16), 0.75 * 0.9 + 0.25 * noise, atol=1e-6)


def test_guidance_extrapolates_from_what_is_said_without_a_class():
    class Said(ImageFlowModel):
        def _guess(self, mixed, time, classes, training=False):
            from keras import ops

            return ops.zeros_like(mixed) + ops.reshape(ops.sum(classes, axis=1), (-1, 1, 1, 1))

    layout = ImageLayout((4, 4, 1), (0.5, 0.5), n_samples=2, patch=1)
    classes = np.eye(2, dtype="float32")
    for scale, expected in ((1.0, 1.0), (3.0, 3.0)):
        direction = Said(layout, None, 4, "euler", scale)._guided(np.zeros((2, 4, 4, 1), "float32"), 0.5, classes)
        assert np.allclose(direction, expected)


class Coin(ImageFlowModel):
    """Knows that an image is all 1 with a chance of .8, and else all -1: what is left to the sampler is exact."""

    def _guess(self, mixed, time, classes, training=False):
        from keras import ops

        time = ops.reshape(time, (-1, 1, 1, 1))
        odds = 2 * time * ops.sum(mixed, axis=(1, 2, 3), keepdims=True) / ops.square(1 - time)
        return np.log(0.8 / 0.2) + odds + ops.zeros_like(mixed)


BINARY = ImageLayout((32, 32, 1), (), n_samples=2, patch=2, binary=True)


def coin(n_steps, sampler):
    model = Coin(BINARY, None, n_steps, sampler, 1.0)
    model.build((None, BINARY.width))
    return model


@pytest.mark.slow
@pytest.mark.parametrize(("n_steps", "sampler"), [(20, "adams"), (20, "dpm"), (20, "heun"), (40, "euler")])
def test_images_of_two_values_are_whole_and_as_frequent_as_they_were(n_steps, sampler):
    model = coin(n_steps, sampler)
    rows = model.transport(model.noise(2000, np.random.default_rng(0)))
    assert (np.abs(rows) == 1).all() and (rows == rows[:, :1]).all()
    assert (rows[:, 0] == 1).mean() == pytest.approx(0.8, abs=0.035)  # four standard deviations


def test_variations_of_two_values_go_as_far_as_the_strength_says():
    model = coin(20, "adams")
    like, none = np.ones((500, 1024), "float32"), np.zeros((500, 0), "float32")
    noise = model.noise(500, np.random.default_rng(0))
    kept = [(model.transport(noise, ImageCondition(none, like, strength)) == 1).mean() for strength in (0.3, 1.0)]
    assert kept[0] == 1 and kept[1] == pytest.approx(0.8, abs=0.075)


def test_the_error_of_two_values_is_the_cross_entropy():
    class Unsure(ImageFlowModel):
        def _guess(self, mixed, time, classes, training=False):
            from keras import ops

            return ops.zeros_like(mixed) + 3.0

    model = Unsure(BINARY, None, 4, "euler", 1.0)
    x = np.random.default_rng(0).choice([-1.0, 1.0], (3, 1024)).astype("float32")
    shares = (x == 1).mean(axis=1)
    expected = shares * np.log1p(np.exp(-3)) + (1 - shares) * np.log1p(np.exp(3))
    assert np.allclose(np.asarray(model(x)), expected, rtol=1e-5)


def test_times_are_shifted_where_many_pixels_have_two_values():
    assert coin(4, "euler").shift == 2 and coin(4, "euler")._shifted(0.5) == pytest.approx(1 / 3)
    grey = ImageLayout((32, 32, 1), (), n_samples=2, patch=2)
    shares = np.linspace(0, 1, 11)
    assert np.array_equal(Straight(grey, None, 4, "euler", 1.0)._shifted(shares), shares)

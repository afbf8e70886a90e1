"""The flow of images against distributions that are known."""

import numpy as np
import pytest

from augment.codecs.layout import ImageCondition, ImageLayout
from augment.models.image_flow import ImageFlowModel


class Straight(ImageFlowModel):
    """Knows the direction to one image, whatever the noise: what is left to the sampler is exact."""

    goal = 0.5

    def _guess(self, mixed, time, classes, training=False):
        from keras import ops

        time = ops.reshape(time, (-1, 1, 1, 1))
        return (self.goal - mixed) / (1 - time)


@pytest.mark.parametrize("sampler", ["adams", "euler", "heun"])
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
        direction = Said(layout, None, 4, "euler", scale)._direction(np.zeros((2, 4, 4, 1), "float32"), 0.5, classes)
        assert np.allclose(direction, expected)

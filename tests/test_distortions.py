"""Distortions: each does what it says, and gradients pass."""

import numpy as np
import pytest
from keras import ops

from augment.models import distortions
from augment.models.distortions import BRIGHTNESS, CONTRAST, distort, draw

NO_HOLE = -9.0  # where a hole is outside the image


def numbers(sides, brightness=0.0, contrast=0.0, shifts=None, holes=None):
    shifts, holes = shifts or [0.0] * sides, holes or [NO_HOLE] * sides
    return np.array([[brightness, contrast, *np.column_stack([shifts, holes]).ravel()]], "float32")


def distorted(images, drawn):
    return ops.convert_to_numpy(distort(ops.convert_to_tensor(images), ops.convert_to_tensor(drawn)))


IMAGES = np.random.default_rng(0).normal(size=(1, 8, 16, 2)).astype("float32")


def test_nothing_drawn_changes_nothing():
    assert np.allclose(distorted(IMAGES, numbers(2)), IMAGES, atol=1e-6)


def test_brightness_and_contrast():
    made = distorted(IMAGES, numbers(2, brightness=-1.0, contrast=0.5))
    assert made.mean() == pytest.approx(IMAGES.mean() - BRIGHTNESS, abs=1e-5)
    assert made.std() == pytest.approx(IMAGES.std() * (1 + CONTRAST / 2), rel=1e-5)


@pytest.mark.parametrize("sides", [2, 3])
def test_a_shift_moves_by_whole_pixels_and_lets_nothing_in(sides):
    images = np.random.default_rng(0).normal(size=(1, *[16] * sides, 2)).astype("float32")
    made = distorted(images, numbers(sides, shifts=[1.0, -0.5, 0.0][:sides]))
    assert np.allclose(made[:, 2:, :-1], images[:, :-2, 1:], atol=1e-6)
    assert not made[:, :2].any() and not made[:, :, -1:].any()


def test_a_hole_is_a_square_of_a_quarter_of_each_side():
    made = distorted(np.ones((1, 8, 16, 1), "float32"), numbers(2, holes=[0.0, 0.0]))[0, :, :, 0]
    assert not made[3:5, 6:10].any() and made.sum() == 8 * 16 - 2 * 4


def test_images_of_a_batch_are_distorted_each_in_its_way():
    images, drawn = np.repeat(IMAGES, 40, axis=0), draw(40, IMAGES.shape[1:], 0)
    assert drawn.shape == (40, 6)
    made = distorted(images, ops.convert_to_numpy(drawn))
    assert len({image.tobytes() for image in made}) == 40
    alone = np.concatenate([distorted(IMAGES, row[None]) for row in ops.convert_to_numpy(drawn)])
    assert np.allclose(made, alone, atol=1e-6)


def test_holes_and_shifts_reach_every_place(monkeypatch):
    monkeypatch.setattr(distortions, "BRIGHTNESS", 0.0)
    made = distorted(np.ones((500, 8, 8, 1), "float32"), ops.convert_to_numpy(draw(500, (8, 8, 1), 0)))
    kept = made.mean(axis=(0, 3))
    assert kept.max() < 1 and kept.min() > 0.4

"""Random distortions of images that gradients pass through, so that a discriminator of few images learns no pixel."""

import keras
import numpy as np
from keras import ops

BRIGHTNESS = 0.2  # added to pixels from -1 to 1, at most
CONTRAST = 0.2  # share by which differences from an image's mean grow or shrink, at most
SHIFT = 1 / 8  # of a side, at most
HOLE = 1 / 4  # of a side


def draw(n, shape, seed):
    """Random numbers of the distortions of n images of that shape (*sides, channels): those that `distort` takes.

    Parameters
    ----------
    n : int or tensor
        Number of images.
    shape : tuple of int
        Of an image.
    seed : keras.random.SeedGenerator or int
        Decides them.

    Returns
    -------
    tensor of shape (n, 2 + 2 * number of sides)
        Uniform in [-1, 1].
    """
    return keras.random.uniform((n, 2 * len(shape)), -1.0, 1.0, seed=seed)


def distort(images, drawn):
    """Images brightened, with another contrast, shifted and with a hole, each as its numbers say.

    Zhao et al., "Differentiable augmentation for data-efficient GAN training", NeurIPS 2020, arXiv 2006.10738: real and
    generated images are judged only after the same distortions, so that neither network can learn these.

    Parameters
    ----------
    images : tensor of shape (n, *sides, channels)
        Pixels from -1 to 1. What comes in from outside, and what is in the hole, is 0.
    drawn : tensor of shape (n, 2 + 2 * number of sides)
        What `draw` gave.

    Returns
    -------
    tensor of the shape of `images`
    """
    sides = images.shape[1:-1]
    each = (-1, *[1] * (len(sides) + 1))
    brightness, contrast = (ops.reshape(drawn[:, i], each) for i in range(2))
    mean = ops.mean(images, axis=list(range(1, len(sides) + 2)), keepdims=True)
    images = (images - mean) * (1 + CONTRAST * contrast) + mean + BRIGHTNESS * brightness
    hole = 1.0
    for axis, side in enumerate(sides):
        images = _shifted(images, axis + 1, drawn[:, 2 + 2 * axis])
        middle = (drawn[:, 3 + 2 * axis, None] + 1) / 2 * side
        inside = ops.abs(ops.arange(side, dtype="float32") + 0.5 - middle) < HOLE * side / 2
        hole = hole * ops.reshape(ops.cast(inside, "float32"), (-1, *[1] * axis, side, *[1] * (len(sides) - axis)))
    return images * (1 - hole)


def _shifted(images, axis, drawn):
    """Images moved along an axis by whole pixels."""
    side = images.shape[axis]
    moved = ops.round(SHIFT * side * drawn)[:, None, None]
    places = np.arange(side, dtype="float32")
    matrix = ops.cast(ops.equal(places[:, None] - places[None], moved), "float32")  # of each image: (to, from)
    first = ops.moveaxis(images, axis, 1)
    flat = ops.reshape(first, (-1, side, int(np.prod(first.shape[2:]))))
    return ops.moveaxis(ops.reshape(ops.matmul(matrix, flat), (-1, *first.shape[1:])), 1, axis)

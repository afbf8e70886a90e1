"""Convolutional networks for images and volumes, on the coarse grid of their patches."""

import keras
import numpy as np
from keras import ops

GROUPS = 8  # of channels that are normalized together
TIME = 17  # features of a time


def convolution(filters, sides, size=3, strides=1, **options):
    """A convolution over so many sides, 1 to 3, that keeps the grid or divides it by `strides`."""
    kind = {1: keras.layers.Conv1D, 2: keras.layers.Conv2D, 3: keras.layers.Conv3D}[sides]
    return kind(filters, size, strides=strides, padding="same", **options)


def upsampling(sides):
    """Each place twice along every side."""
    return {2: keras.layers.UpSampling2D, 3: keras.layers.UpSampling3D}[sides](2)


@keras.saving.register_keras_serializable(package="augment")
class SpaceToDepth(keras.layers.Layer):
    """Squares or cubes of `patch` pixels a side as places of a grid, their pixels as its channels."""

    def __init__(self, patch, **options):
        super().__init__(**options)
        self.patch = patch

    def call(self, x):
        sides, channels = x.shape[1:-1], x.shape[-1]
        grid = [side // self.patch for side in sides]
        parts = [length for side in grid for length in (side, self.patch)]
        x = ops.reshape(x, (-1, *parts, channels))
        n = len(sides)
        order = [0, *(1 + 2 * i for i in range(n)), *(2 + 2 * i for i in range(n)), 2 * n + 1]
        return ops.reshape(ops.transpose(x, order), (-1, *grid, self.patch**n * channels))

    def get_config(self):
        return super().get_config() | {"patch": self.patch}


@keras.saving.register_keras_serializable(package="augment")
class DepthToSpace(keras.layers.Layer):
    """The reverse of `SpaceToDepth`."""

    def __init__(self, patch, **options):
        super().__init__(**options)
        self.patch = patch

    def call(self, x):
        grid, n = x.shape[1:-1], len(x.shape) - 2
        channels = x.shape[-1] // self.patch**n
        x = ops.reshape(x, (-1, *grid, *[self.patch] * n, channels))
        order = [0, *(axis for i in range(n) for axis in (1 + i, 1 + n + i)), 2 * n + 1]
        return ops.reshape(ops.transpose(x, order), (-1, *(side * self.patch for side in grid), channels))

    def get_config(self):
        return super().get_config() | {"patch": self.patch}


def encoder(layout, n_outputs, width):
    """Images (batch, *shape) and classes (batch, n_classes) -> vectors (batch, n_outputs).

    Parameters
    ----------
    layout : ImageLayout
        The form of encoded images.
    n_outputs : int
        Length of what it gives.
    width : int
        Channels of its convolutions.

    Returns
    -------
    keras.Model
    """
    sides = len(layout.shape) - 1
    image, label = keras.Input(layout.shape), keras.Input((layout.n_classes,))
    hidden = SpaceToDepth(layout.patch)(image)
    hidden = convolution(width, sides, activation="silu")(hidden)
    hidden = convolution(width, sides, strides=2, activation="silu")(hidden)
    hidden = convolution(width, sides, activation="silu")(hidden)
    hidden = keras.layers.Concatenate()([keras.layers.Flatten()(hidden), label])
    hidden = keras.layers.Dense(4 * width, activation="silu")(hidden)
    return keras.Model([image, label], keras.layers.Dense(n_outputs)(hidden), name="encoder")


def decoder(layout, n_inputs, width):
    """Codes (batch, n_inputs) and classes (batch, n_classes) -> images (batch, *shape).

    Parameters
    ----------
    layout, n_inputs, width
        As in `encoder`.

    Returns
    -------
    keras.Model
    """
    sides = len(layout.shape) - 1
    grid = [side // (2 * layout.patch) for side in layout.shape[:-1]]
    code, label = keras.Input((n_inputs,)), keras.Input((layout.n_classes,))
    hidden = keras.layers.Dense(4 * width, activation="silu")(keras.layers.Concatenate()([code, label]))
    hidden = keras.layers.Dense(int(np.prod(grid)) * width, activation="silu")(hidden)
    hidden = keras.layers.Reshape((*grid, width))(hidden)
    hidden = convolution(width, sides, activation="silu")(hidden)
    hidden = convolution(width, sides, activation="silu")(upsampling(sides)(hidden))
    hidden = convolution(layout.patch**sides * layout.shape[-1], sides)(hidden)
    return keras.Model([code, label], DepthToSpace(layout.patch)(hidden), name="decoder")


def discriminator(layout, width):
    """Images (batch, *shape) and classes (batch, n_classes) -> how real each one is (batch, 1), as one of its class.

    The class chooses a direction that the image's features are projected on (Miyato and Koyama, "cGANs with projection
    discriminator", ICLR 2018, arXiv 1802.05637). Nothing is normalized: the slopes of the output are penalized.

    Parameters
    ----------
    layout, width
        As in `encoder`.

    Returns
    -------
    keras.Model
    """
    sides = len(layout.shape) - 1
    image, label = keras.Input(layout.shape), keras.Input((layout.n_classes,))
    hidden = convolution(width, sides, activation="leaky_relu")(SpaceToDepth(layout.patch)(image))
    hidden = convolution(2 * width, sides, strides=2, activation="leaky_relu")(hidden)
    hidden = convolution(2 * width, sides, activation="leaky_relu")(hidden)
    hidden = keras.layers.Concatenate()([keras.layers.Flatten()(hidden), label])
    hidden = keras.layers.Dense(4 * width, activation="leaky_relu")(hidden)
    said = keras.layers.Dense(1)(hidden)
    if layout.n_classes:
        fitting = keras.layers.Dot(axes=1)([hidden, keras.layers.Dense(4 * width)(label)])
        said = keras.layers.Add()([said, fitting])
    return keras.Model([image, label], said, name="discriminator")


def u_net(layout, width):
    """A network for flow matching: images (batch, *shape) of noise and picture, features of time and class -> images.

    Patches go through residual blocks on their grid, on one of half as many places a side, and on the first again,
    which sees what it was before (Ronneberger et al., "U-Net", MICCAI 2015, arXiv 1505.04597). Time and class shift and
    scale the channels of each block. Cubes of voxels, which may hold more numbers than a place has channels, also pass
    the network by, times a number that follows time and class: their noise must come through whole.

    Parameters
    ----------
    layout : ImageLayout
        The form of encoded images.
    width : int
        Channels on the first grid; on the second there are twice as many.

    Returns
    -------
    keras.Model
        Of three inputs: images, features of the time (batch, TIME) and classes (batch, n_classes), all zeros for none.
    """
    sides = len(layout.shape) - 1
    image, time, label = keras.Input(layout.shape), keras.Input((TIME,)), keras.Input((layout.n_classes,))
    told = keras.layers.Dense(2 * width, activation="silu")(keras.layers.Concatenate()([time, label]))
    told = keras.layers.Dense(2 * width, activation="silu")(told)
    patches = SpaceToDepth(layout.patch)(image)
    before = convolution(width, sides)(patches)
    before = residual(before, told, width, sides)
    hidden = convolution(2 * width, sides, size=2, strides=2)(before)
    for _ in range(2):
        hidden = residual(hidden, told, 2 * width, sides)
    hidden = convolution(2**sides * width, sides, size=1)(hidden)
    hidden = DepthToSpace(2)(hidden)
    hidden = convolution(width, sides, size=1)(keras.layers.Concatenate()([hidden, before]))
    hidden = residual(hidden, told, width, sides)
    hidden = keras.layers.Activation("silu")(keras.layers.GroupNormalization(_groups(width))(hidden))
    hidden = convolution(layout.patch**sides * layout.shape[-1], sides, kernel_initializer="zeros")(hidden)
    if sides == 3:
        share = keras.layers.Reshape((1,) * 4)(keras.layers.Dense(1, kernel_initializer="zeros")(told))
        hidden = keras.layers.Add()([hidden, keras.layers.Multiply()([patches, share])])
    return keras.Model([image, time, label], DepthToSpace(layout.patch)(hidden), name="network")


def residual(x, told, width, sides):
    """x and two convolutions of it, scaled and shifted in between by what is told of time and class."""
    hidden = keras.layers.Activation("silu")(keras.layers.GroupNormalization(_groups(width))(x))
    hidden = convolution(width, sides)(hidden)
    hidden = keras.layers.GroupNormalization(_groups(width), center=False, scale=False)(hidden)
    place = (1,) * sides
    scale, shift = (keras.layers.Reshape((*place, width))(keras.layers.Dense(width)(told)) for _ in range(2))
    hidden = keras.layers.Add()([hidden, keras.layers.Multiply()([hidden, scale]), shift])
    hidden = convolution(width, sides, kernel_initializer="zeros")(keras.layers.Activation("silu")(hidden))
    return keras.layers.Add()([x, hidden])


def _groups(width):
    return next(groups for groups in range(min(GROUPS, width), 0, -1) if width % groups == 0)


def multiplications(model):
    """Multiplications that the networks of a model need for one image, once forward."""
    total = 0
    for network in model.layers:
        for layer in getattr(network, "layers", []):
            kernel = getattr(layer, "kernel", None)
            if kernel is not None:
                places = layer.output.shape[1:-1]  # a dense layer has one place
                total += int(np.prod(kernel.shape)) * int(np.prod(places))
    return total

"""Patches and back, shapes of the networks, and what they cost."""

import keras
import numpy as np
import pytest

from augment.codecs.layout import ImageLayout
from augment.models.convolutions import (
    DepthToSpace,
    SpaceToDepth,
    decoder,
    discriminator,
    encoder,
    multiplications,
    u_net,
)

FLAT = ImageLayout((12, 8, 3), (0.5, 0.5), n_samples=10, patch=2)
VOLUME = ImageLayout((8, 4, 4, 1), (), n_samples=10, patch=2)


def test_a_square_of_pixels_is_one_place():
    image = np.arange(16, dtype="float32").reshape(1, 4, 4, 1)
    places = keras.ops.convert_to_numpy(SpaceToDepth(2)(image))
    assert places.shape == (1, 2, 2, 4)
    assert places[0, 0, 0].tolist() == [0, 1, 4, 5] and places[0, 1, 1].tolist() == [10, 11, 14, 15]


@pytest.mark.parametrize("layout", [FLAT, VOLUME])
def test_patches_come_back(layout):
    images = np.random.default_rng(0).normal(size=(3, *layout.shape)).astype("float32")
    places = SpaceToDepth(layout.patch)(images)
    assert np.array_equal(keras.ops.convert_to_numpy(DepthToSpace(layout.patch)(places)), images)


@pytest.mark.parametrize("layout", [FLAT, VOLUME])
def test_networks_have_the_shapes_they_tell(layout):
    images, classes = np.zeros((2, *layout.shape), "float32"), np.zeros((2, layout.n_classes), "float32")
    assert encoder(layout, 6, 8)([images, classes]).shape == (2, 6)
    assert decoder(layout, 3, 8)([np.zeros((2, 3), "float32"), classes]).shape == (2, *layout.shape)
    assert discriminator(layout, 8)([images, classes]).shape == (2, 1)
    assert u_net(layout, 8)([images, np.zeros((2, 17), "float32"), classes]).shape == (2, *layout.shape)


def test_voxels_pass_the_narrow_network_of_a_flow_by():
    network = u_net(VOLUME, 2)  # of two channels on a grid whose places have eight voxels
    by = next(layer for layer in network.layers if isinstance(layer, keras.layers.Dense) and layer.units == 1)
    by.bias.assign([2.5])
    images = np.random.default_rng(0).normal(size=(2, *VOLUME.shape)).astype("float32")
    told = np.ones((2, 17), "float32"), np.zeros((2, 0), "float32")
    assert np.allclose(network([images, *told]), 2.5 * images, atol=1e-6)


def test_multiplications_are_counted_where_a_kernel_is_used():
    layers = keras.layers
    network = keras.Sequential([keras.Input((4, 4, 3)), layers.Conv2D(5, 3, padding="same"), layers.Flatten()])
    model = keras.Sequential([network, keras.Sequential([keras.Input((80,)), layers.Dense(2)])])
    assert multiplications(model) == 4 * 4 * 9 * 3 * 5 + 80 * 2

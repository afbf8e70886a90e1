"""The fixed random network: a convolution by the book, orthogonal weights, the same numbers everywhere."""

import numpy as np
import pytest
from scipy.signal import correlate

from augment.auditing.images.features import CHANNELS, convolved, kernels, random_features

PINNED = [0.030203, -0.303980, 0.098882]


@pytest.mark.parametrize("shape", [(7, 8, 3), (5, 4, 6, 2)])
def test_a_convolution_is_that_of_scipy(shape):
    rng, dims = np.random.default_rng(0), len(shape) - 1
    image, weight = rng.normal(size=(1, *shape)), rng.normal(size=(shape[-1], *[3] * dims))
    padded = np.pad(image[0], [(1, 1)] * dims + [(0, 0)])
    expected = sum(correlate(padded[..., c], weight[c], mode="valid") for c in range(shape[-1]))
    expected = expected[(slice(None, None, 2),) * dims]
    assert np.allclose(convolved(image, weight.reshape(-1, 1))[0, ..., 0], expected)


def test_weights_are_orthogonal_and_the_same_everywhere():
    first, second, third = kernels(1, 2)
    assert [len(w[0]) for w in (first, second, third)] == list(CHANNELS)
    assert np.allclose(second.T @ second, 2 * np.eye(64), atol=1e-5)
    again = kernels(1, 2)
    assert all((a == b).all() for a, b in zip((first, second, third), again, strict=True))
    assert np.allclose(first[0, :3], PINNED, atol=1e-5)  # the promise is that no machine and no version moves them


def test_features_do_not_depend_on_which_images_stand_beside():
    images = np.random.default_rng(0).normal(size=(30, 9, 12, 3)).astype("float32")
    whole = random_features(images)
    assert whole.shape == (30, 2 * CHANNELS[-1])
    assert np.allclose(whole[7:9], random_features(images[7:9]), atol=1e-5)
    assert np.isfinite(whole).all()
    assert whole.std(axis=0).min() > 0

"""The synthesizer of rows to add where none is named."""

import numpy as np
import pytest
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline

from augment import ImageClassifier
from augment.augmentation.default import FEW, default_synthesizer


@pytest.mark.parametrize(("n_samples", "model"), [(1, "kernel"), (FEW, "kernel"), (FEW + 1, "autoregressive")])
def test_few_rows_get_the_kernel_density_and_more_the_network(n_samples, model):
    assert default_synthesizer(np.zeros((n_samples, 2)), GaussianNB()).model == model


def test_images_and_volumes_get_the_quickest_family_of_images():
    of_images, of_volumes = ImageClassifier(), make_pipeline(GaussianNB(), ImageClassifier(spatial_dims=3))
    for sides, estimator, spatial_dims in (
        ((8, 8), of_images, 2),
        ((8, 8, 3), of_images, 2),
        ((8, 8, 3), of_volumes, 3),
        ((4, 4, 4, 1), of_images, 3),
        ((4, 4, 4, 1), of_volumes, 3),
    ):
        synthesizer = default_synthesizer(np.zeros((3, *sides)), estimator)
        assert (synthesizer.model, synthesizer.spatial_dims) == ("vae", spatial_dims)

"""The synthesizer of rows to add where none is named."""

import numpy as np
import pytest

from augment.augmentation.default import FEW, default_synthesizer


@pytest.mark.parametrize(("n_samples", "model"), [(1, "kernel"), (FEW, "kernel"), (FEW + 1, "autoregressive")])
def test_few_rows_get_the_kernel_density_and_more_the_network(n_samples, model):
    assert default_synthesizer(np.zeros((n_samples, 2))).model == model


def test_images_and_volumes_get_the_quickest_family_of_images():
    for sides in ((8, 8), (8, 8, 3), (4, 4, 4, 1)):
        synthesizer = default_synthesizer(np.zeros((3, *sides)))
        assert (synthesizer.model, synthesizer.spatial_dims) == ("vae", 3 if len(sides) == 4 else 2)

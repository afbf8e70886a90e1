"""The synthesizer of rows to add where none is named."""

import pytest

from augment.augmentation.default import FEW, default_synthesizer


@pytest.mark.parametrize(("n_samples", "model"), [(1, "kernel"), (FEW, "kernel"), (FEW + 1, "autoregressive")])
def test_few_rows_get_the_kernel_density_and_more_the_network(n_samples, model):
    assert default_synthesizer(n_samples).model == model

"""Bootstrap errors and ceilings equal those of really drawing new samples."""

import numpy as np
import pytest

from augment.auditing.resampling import Resampling, kolmogorov_smirnov, total_variation

SHARES = np.array([0.5, 0.3, 0.15, 0.05])


def drawn(rng, sizes, shares=SHARES):
    return {name: rng.choice(len(shares), n, p=shares) for name, n in sizes.items()}


@pytest.mark.parametrize("sizes", [{"train": 800, "synthetic": 800}, {"train": 300, "synthetic": 1500, "holdout": 900}])
def test_ceiling_is_the_distance_of_two_real_samples(sizes):
    rng = np.random.default_rng(0)
    true, guessed = [], []
    for _ in range(60):
        codes = drawn(rng, sizes)
        resampling = Resampling(sizes, rng, redraws=2)
        counts = resampling.count(codes, len(SHARES))
        true.append(resampling.observed(counts, total_variation))
        guessed.append(resampling.ceiling_distance(counts, total_variation))
    assert np.mean(guessed) == pytest.approx(np.mean(true), rel=0.15)


def test_ceiling_of_values_that_are_all_different_is_full_distance():
    rng = np.random.default_rng(0)
    sizes = {"train": 400, "synthetic": 400}
    codes = {"train": np.arange(400), "synthetic": np.arange(400, 800)}
    resampling = Resampling(sizes, rng)
    assert resampling.ceiling_distance(resampling.count(codes, 800), total_variation) == pytest.approx(1.0)


def test_redrawn_error_is_that_of_new_samples():
    rng = np.random.default_rng(0)
    sizes = {"train": 600, "synthetic": 600}
    other = np.array([0.3, 0.5, 0.15, 0.05])
    true, guessed = [], []
    for _ in range(80):
        codes = {"train": drawn(rng, sizes)["train"], "synthetic": drawn(rng, sizes, other)["synthetic"]}
        resampling = Resampling(sizes, rng)
        counts = resampling.count(codes, len(SHARES))
        true.append(resampling.observed(counts, total_variation))
        guessed.append(resampling.redrawn(counts, total_variation).std())
    assert np.mean(guessed) == pytest.approx(np.std(true), rel=0.25)


def test_counts_are_those_of_the_rows():
    rng = np.random.default_rng(0)
    codes = drawn(rng, {"train": 90, "synthetic": 50})
    resampling = Resampling({"train": 90, "synthetic": 50}, rng)
    counts = resampling.count(codes, 4)
    np.testing.assert_array_equal(counts["train"].sum(axis=0), np.bincount(codes["train"], minlength=4))
    np.testing.assert_allclose((resampling.redraw["synthetic"] @ counts["synthetic"]).sum(axis=1), 1)


def test_distances_by_hand():
    first, second = np.array([0.5, 0.5, 0.0]), np.array([0.25, 0.25, 0.5])
    assert total_variation(first, second) == 0.5
    assert kolmogorov_smirnov(first, second) == 0.5  # the last cell holds the missing values
    assert kolmogorov_smirnov(np.array([0.0, 0.8, 0.2]), np.array([0.8, 0.0, 0.2])) == 0.8

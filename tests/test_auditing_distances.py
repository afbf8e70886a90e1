"""Crowding and singling out are seen at any sizes of the tables; fresh rows raise no alarm."""

import numpy as np
import pandas as pd
import pytest

from augment.auditing.distances import DISTANCES, balanced, first_to_second
from augment.auditing.frames import prepare


def sample(n, seed, columns=4):
    return np.random.default_rng(seed).normal(size=(n, columns))


def coarse(n, seed):
    """A table of low cardinality: fresh rows repeat real ones all the time."""
    return np.random.default_rng(seed).geometric(0.3, (n, 3)).astype(float)


def run(real, new, held):
    """The share and the ratio."""
    return DISTANCES.run(prepare(real, new, held, thresholds=DISTANCES.thresholds), 0)


@pytest.mark.parametrize("held", [100, 200, 1000, 3000])
def test_a_copy_of_the_training_table_fails(held):
    real = sample(1000, 0)
    assert [found.verdict for found in run(real, real, sample(held, 2))] == ["FAIL", "FAIL"]


def test_a_few_copied_rows_move_no_share_but_are_singled_out():
    real, new = sample(2000, 0), sample(2000, 1)
    new[:20] = real[:20] + 1e-3
    share, ratio = run(real, new, sample(2000, 2))
    assert share.verdict == "INCONCLUSIVE"
    assert ratio.verdict == "FAIL"
    assert ratio.value == pytest.approx(0.01, abs=0.004)


@pytest.mark.parametrize("held", [800, 80])
def test_rows_between_neighbours_fail(held):
    rng = np.random.default_rng(0)
    real = sample(800, 0, 8)
    squared = ((real[:, None] - real[None]) ** 2).sum(axis=2)
    neighbour = np.argsort(squared, axis=1)[np.arange(800), rng.integers(1, 6, 800)]
    smote = real + rng.random((800, 1)) * (real[neighbour] - real)
    share, ratio = run(real, smote, sample(held, 2, 8))
    assert share.verdict == "FAIL"
    assert share.value > 0.7
    if held == 800:
        assert ratio.verdict == "FAIL"


@pytest.mark.slow
@pytest.mark.parametrize("make", [sample, coarse])
@pytest.mark.parametrize("sizes", [(900, 700, 300), (300, 300, 900), (900, 300, 60)])
def test_fresh_rows_share_their_distances_whatever_the_sizes(make, sizes):
    found = [run(*(make(n, 3 * s + i) for i, n in enumerate(sizes))) for s in range(25)]
    shares = np.array([share.value for share, _ in found])
    ratios = np.array([ratio.value for _, ratio in found])
    assert sum(f.verdict == "FAIL" for pair in found for f in pair) <= 1
    assert abs(shares.mean() - 0.5) < 4 * shares.std() / 5
    assert abs(ratios.mean()) < 4 * max(ratios.std(), 1e-3) / 5
    assert shares.std() < np.mean([s.interval[1] - s.interval[0] for s, _ in found]) / 2 / 1.96 * 1.3


def test_where_one_training_and_one_holdout_row_are_equally_near_the_share_is_one_half():
    real = 2.0 * np.arange(40)[:, None]
    share, _ = run(real - 0.25, real, real + 0.25)
    assert share.value == pytest.approx(0.5, abs=0.02)
    assert share.evidence["facts"]["ties"] > 0.9


def test_many_rare_categories_do_not_tilt_the_share():
    rng = np.random.default_rng(0)

    def rare(n):
        return pd.DataFrame(rng.zipf(1.5, (n, 2)).clip(max=5000).astype(str), columns=["c", "d"])

    shares = np.array([run(rare(300), rare(300), rare(150))[0].value for _ in range(40)])
    assert abs(shares.mean() - 0.5) < 4 * shares.std() / np.sqrt(40)


def test_one_row_repeated_is_one_observation():
    real = sample(500, 0)
    share, ratio = run(real, np.tile(real[0] + 1e-6, (500, 1)), sample(500, 2))
    assert share.value == 1.0
    assert share.verdict == ratio.verdict == "INCONCLUSIVE"


def test_a_good_distance_share_does_not_pass_privacy():
    share, ratio = run(sample(3000, 0), sample(3000, 1), sample(3000, 2))
    assert share.interval[1] < share.threshold
    assert share.verdict == ratio.verdict == "INCONCLUSIVE"
    assert "no proof of privacy" in share.message


def test_a_new_number_does_not_hide_rows_that_crowd():
    def keyed(seed):
        rng = np.random.default_rng(seed)
        return pd.DataFrame(
            {"id": rng.integers(10**8, 10**9, 600), "a": rng.integers(0, 40, 600), "x": rng.random(600)}
        )

    real, new, held = (keyed(seed) for seed in range(3))
    new[["a", "x"]] = real[["a", "x"]] + [0, 1e-6]
    share, ratio = run(real, new, held)
    assert share.verdict == ratio.verdict == "FAIL"
    assert "without 'id'" in share.message


def test_shares_are_balanced_by_rates_per_row():
    assert balanced(1.0, 900, 100) == 1.0
    assert balanced(0.9, 900, 100) == pytest.approx(0.5)


def test_two_rows_that_are_equally_near_single_out_none():
    np.testing.assert_allclose(
        first_to_second(np.array([[4.0, 16.0], [0.0, 0.0], [2.0, 2.0], [0.0, 3.0]])), [0.5, 1, 1, 0]
    )

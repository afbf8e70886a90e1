"""Smoothed rows of floats keep margins, correlations and labels, and little of single rows."""

import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import kstest

from augment.codecs.layout import VectorBlock, VectorLayout
from augment.models.base import get
from augment.models.vector_smoothing import smoothed_vectors, training_vectors

PAIR = (VectorBlock("a", 0, 1, "number", 0), VectorBlock("b", 1, 1, "number", 1))
LAYOUT = VectorLayout((*PAIR, VectorBlock("kind", 2, 3, "one_hot", 2)), 3, n_samples=200)


def rows(n, seed=0):
    """Normal scores of two numbers with correlation .8, and a category that follows the first."""
    rng = np.random.default_rng(seed)
    a = rng.normal(size=n)
    b = 0.8 * a + 0.6 * rng.normal(size=n)
    kind = np.digitize(a + 0.3 * rng.normal(size=n), [-0.5, 0.5])
    scores = [ndtri((column.argsort().argsort() + 0.5) / n) for column in (a, b)]
    return np.column_stack([*scores, np.eye(3)[kind]]).astype("float32")


def test_margins_correlations_and_categories_come_back():
    x = rows(2000)
    new = smoothed_vectors(LAYOUT, x, 20_000, 1.0, np.random.default_rng(0))
    assert np.corrcoef(new.T) == pytest.approx(np.corrcoef(x.T), abs=0.05)
    assert new[:, 2:].mean(axis=0) == pytest.approx(x[:, 2:].mean(axis=0), abs=0.02)
    assert (new[:, 2:].sum(axis=1) == 1).all() and set(np.unique(new[:, 2:])) == {0.0, 1.0}
    for column in new[:, :2].T:
        assert kstest(column, "norm").statistic < 0.01


def test_rows_move_away_from_the_real_ones_and_stay_without_strength():
    x = rows(200)

    def near(new):
        distance = np.abs(new[:, None, :2] - x[None, :, :2]).sum(axis=2)
        return (distance.min(axis=1) < 0.02).mean()

    rng = np.random.default_rng(1)
    assert training_vectors(LAYOUT, x, 2000, 0.0, rng) is x
    little, much = (near(training_vectors(LAYOUT, x, 2000, strength, rng)) for strength in (0.01, 1.0))
    assert little > 0.5 and much < near(rows(2000, seed=1)) + 0.03


def test_spikes_and_missing_values_come_as_often_with_what_stands_beside_them():
    """A number that is missing in three of ten rows, and then its column's other number is high."""
    blocks = (*PAIR, VectorBlock("a", 2, 2, "one_hot", 0))
    layout, x = VectorLayout(blocks, 2, n_samples=1000), rows(1000)[:, :2]
    missing = np.random.default_rng(0).random(1000) < 0.3
    x[missing] = [0.25, 2.0]
    x[missing, 1] += np.random.default_rng(1).normal(0, 0.3, missing.sum())
    x = np.column_stack([x, np.eye(2)[missing.astype(int)]]).astype("float32")
    new = smoothed_vectors(layout, x, 10_000, 1.0, np.random.default_rng(0))
    gone = new[:, 3] == 1
    assert gone.mean() == pytest.approx(missing.mean(), abs=0.03)
    assert (new[gone, 0] == 0.25).all() and new[~gone, 0].std() == pytest.approx(1, abs=0.01)
    assert new[gone, 1].mean() > new[~gone, 1].mean() + 1


def test_what_belongs_to_no_column_stays_and_a_table_of_categories_alone_is_no_obstacle():
    rng = np.random.default_rng(0)
    blocks = (VectorBlock("kind", 0, 3, "one_hot", 0), VectorBlock("a = b", 3, 2, "one_hot", 1))
    x = np.eye(3)[rng.integers(0, 3, 60)], np.eye(2)[np.arange(60) % 5 // 4]
    x = np.concatenate(x, axis=1).astype("float32")
    new = smoothed_vectors(VectorLayout(blocks, 1, n_samples=60), x, 600, 1.0, rng)
    assert new[:, 4].mean() == pytest.approx(0.2) and (new[:, :3].sum(axis=1) == 1).all()


@pytest.mark.parametrize("name", ["vae", "gan", "flow"])
def test_families_of_vectors_learn_from_rows_near_the_real_ones(name):
    x, rng = rows(200), np.random.default_rng(0)
    for smoothing, moved in ("auto", True), (0, False):
        model = get(name).set_params(width=8, depth=1, smoothing=smoothing).build(LAYOUT)
        seen = model.training_rows(x, 1000, rng)[:, :2]
        assert np.isin(seen[:, 0], x[:, 0]).all() != moved
    with pytest.raises(ValueError, match="smoothing must be a number of at least 0 or 'auto'"):
        get(name).set_params(smoothing=-1).build(LAYOUT)

"""Resampling: each particle goes on about as often as its weight says, and the weights become equal."""

import numpy as np

from augment.models.particles import flat, resampled


def test_particles_go_on_by_their_weights():
    rng = np.random.default_rng(0)
    shares = np.array([0.7, 0.2, 0.05, 0.05])
    weights = np.tile(np.log(shares), (4000, 1))
    kept = resampled(weights, rng.random(4000))
    counts = (kept[..., None] == np.arange(4)).sum(axis=1)
    assert np.allclose(counts.mean(axis=0), 4 * shares, atol=0.03)
    assert (np.abs(counts - 4 * shares) < 1).all()  # systematic: never a whole particle off
    assert (weights == 0).all()


def test_even_weights_let_all_go_on():
    weights = np.log([[0.3, 0.3, 0.2, 0.2]])
    before = weights.copy()
    assert resampled(weights, np.array([0.5])).tolist() == [[0, 1, 2, 3]] and np.array_equal(weights, before)


def test_flat_places_are_those_among_all():
    assert flat(np.array([[1, 1], [0, 1]])).tolist() == [1, 1, 2, 3]

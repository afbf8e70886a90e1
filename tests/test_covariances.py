"""Covariances of classes: their own where they differ and are many, those of all rows elsewhere."""

import numpy as np

from augment.models.covariances import (
    covariances,
    covariances_of_classes,
    drawn,
    mixing,
    roots,
    roots_of,
    roots_of_classes,
    stationary,
)


def normal(n, rho, k=8, seed=0):
    covariance = rho ** np.abs(np.subtract.outer(np.arange(k), np.arange(k)))
    return np.random.default_rng(seed).multivariate_normal(np.zeros(k), covariance, n), covariance


def test_roots_are_roots():
    values, _ = normal(500, 0.6)
    root, inverse = roots(values)
    assert np.allclose(root @ root, np.cov(values, rowvar=False, bias=True))
    assert np.allclose(root @ inverse, np.eye(8))


def test_classes_that_differ_have_covariances_of_their_own():
    (first, one), (second, two) = normal(2000, 0.8), normal(1000, 0.1, seed=1)
    classes = np.eye(2)[np.repeat([0, 1], [2000, 1000])]
    made, _ = roots_of_classes(np.concatenate([first, second]), classes)
    # standard error sqrt(2 / n), and what the share of all takes
    assert np.abs(made[0] @ made[0] - one).max() < 4 * np.sqrt(2 / 2000)
    assert np.abs(made[1] @ made[1] - two).max() < 4 * np.sqrt(2 / 1000)


def test_classes_that_are_alike_or_few_have_those_of_all():
    values, _ = normal(1005, 0.5)
    alike = np.eye(3)[np.repeat([0, 1, 2], [600, 400, 5])]
    whole = covariances(values)
    for rows, own in zip((600, 400, 5), covariances_of_classes(values, alike), strict=True):
        assert np.abs(own - whole).max() < 1.2 / np.sqrt(rows)
    few = covariances_of_classes(values, alike)[2]
    assert np.linalg.eigvalsh(few).min() > 0.1  # five rows alone have four directions
    single = np.eye(2)[np.arange(1005) // 1004]
    assert np.array_equal(covariances_of_classes(values, single)[1], whole)


def test_stationary_ones_follow_from_the_distance():
    values, covariance = normal(400, 0.8, k=30)
    found = stationary(values)
    assert np.allclose(np.diag(found), found[0, 0]) and np.linalg.eigvalsh(found).min() > -1e-9
    assert np.abs(found - covariance).max() < 0.15  # far apart there are few pairs, of 400 rows each
    assert np.allclose(found[:5, :5], covariance[:5, :5], atol=0.08)


def test_rows_that_are_constant_stay_so():
    level = np.random.default_rng(0).normal(size=(12, 1))
    level -= level.mean()
    found = stationary(np.tile(level, 40))
    assert np.allclose(found, np.mean(level**2))


def test_few_rows_are_drawn_to_the_target_and_many_keep_their_own():
    target = np.eye(20)
    (few, _), (many, covariance) = normal(8, 0.9, k=20), normal(4000, 0.9, k=20)
    assert drawn(few, target)[1] > 3 * drawn(many, target)[1]
    kept, share = drawn(many, target)
    assert share < 0.01 and np.abs(kept - covariance).max() < 0.15
    assert np.array_equal(drawn(few[:1], target)[0], target)


def test_mixing_gives_channels_their_correlations_at_the_same_place():
    rng, n, k = np.random.default_rng(0), 300, 40
    _, slow = normal(2, 0.9, k=k)
    root = np.stack(
        [roots_of(slow)[0], np.eye(k), np.eye(k), roots_of(np.ones((k, k)))[0], roots_of(np.ones((k, k)))[0]]
    )
    white = rng.normal(size=(5, n, k))
    white[1] = 0.6 * white[0] + 0.8 * white[1]
    white[4] = -white[3]
    found = mixing(white @ root, np.einsum("ckl,dkl->cd", root, root))
    assert abs(found[0, 1] - 0.6) < 0.03 and found[3, 4] < -0.999
    rest = found[np.ix_([0, 1, 3], [2])]
    assert np.abs(rest).max() < 0.2 and np.allclose(np.diag(found), 1)

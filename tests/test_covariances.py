"""Covariances of classes: their own where they differ and are many, those of all rows elsewhere."""

import numpy as np

from augment.models.covariances import covariances, covariances_of_classes, roots, roots_of_classes


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

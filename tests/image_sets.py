"""Digits as sets of images: disjoint draws of real ones for train, holdout and a generator that is as good as real."""

from functools import cache

import numpy as np
from sklearn.datasets import load_digits


@cache
def digits():
    """The 1,797 digits of scikit-learn as uint8 images (n, 8, 8), in random order, and their labels."""
    images, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(0).permutation(len(images))
    return (images.reshape(-1, 8, 8)[order] * 15).astype("uint8"), labels[order]


def parts(size=590):
    """Train, fresh and holdout digits, each (images, labels)."""
    images, labels = digits()
    return [(images[i : i + size].copy(), labels[i : i + size].copy()) for i in (0, size, 2 * size)]


def prepared(train, synthetic, holdout=None, protected=(), population=None, **thresholds):
    """The parts as an `ImageData` with the default thresholds."""
    from augment.auditing.images import CHECKS
    from augment.auditing.images.reading import prepare

    limits = {name: value for check in CHECKS for name, value in check.thresholds.items()}
    limits |= thresholds
    return prepare(train, synthetic, holdout, thresholds=limits, protected=protected, population=population)

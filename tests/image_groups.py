"""Digits of two groups that can be seen: those of one are upside down; and a cheap stand-in for the classifier."""

import numpy as np
from image_sets import parts


def grouped(seed=0, share=0.4, size=590, left_out=0.0, flipped=0.0):
    """Train, fresh and holdout, each (images, labels, {"way": ...}), with labels 0 and 1: digits below five and others.

    `left_out` of the turned fresh images are replaced by upright ones; of `flipped` of them the label is turned.
    """
    rng, made = np.random.default_rng(seed), []
    for name, (images, labels) in zip(("train", "fresh", "holdout"), parts(size), strict=True):
        labels, turned = (labels >= 5) * 1, rng.random(len(images)) < share
        if name == "fresh":
            turned &= rng.random(len(images)) >= left_out
            labels = np.where(turned & (rng.random(len(images)) < flipped), 1, labels)
        made.append((turned_over(images, turned), labels, {"way": np.where(turned, "down", "up")}))
    return made


def turned_over(images, turned):
    """The images, those of `turned` inverted in brightness and upside down."""
    return np.where(turned[:, None, None], 225 - images[:, ::-1], images).astype("uint8")


class Centroids:
    """Stands in for `classifier.Network`: the nearest mean image, with errors, in no time."""

    def __init__(self, shape, n_classes, error=0.1):
        self.n_classes, self.error = n_classes, error

    def fit(self, pixels, labels, rng):
        flat = pixels.reshape(len(pixels), -1)
        self.means = np.array([flat[labels == k].mean(axis=0) for k in range(self.n_classes)])
        self.rng = rng
        return self

    def look(self, pixels):
        flat = pixels.reshape(len(pixels), 1, -1)
        guess = ((flat - self.means) ** 2).sum(axis=2).argmin(axis=1)
        wrong = self.rng.random(len(guess)) < self.error
        return np.where(wrong, self.rng.integers(0, self.n_classes, len(guess)), guess), flat[:, 0]

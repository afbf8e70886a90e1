"""Rows of floats near the real ones, by the kernel density of `smoothing`: for models of a small table's vectors."""

import numpy as np
from scipy.special import ndtri

from augment.models.residuals import move
from augment.models.smoothing import n_drawn, redraw


def training_vectors(layout, x, n_seen, strength, rng):
    """The rows of floats that a model sees in training, as `smoothing.training_rows` gives them of tokens."""
    if not strength:
        return x
    return smoothed_vectors(layout, x, n_drawn(len(x), layout.width, n_seen), strength, rng)


def smoothed_vectors(layout, x, n, strength, rng):
    """Draw rows from a kernel density of the table, as `smoothing.smoothed_rows` does, for rows of floats.

    One-hots are the labels, which are redrawn, but those that belong to no column, which stay. Numbers move, and their
    ranks among the new rows become normal scores again. A number that is not there, beside a spike or a "missing",
    stands where it stands in real rows beside the same.

    Parameters
    ----------
    layout : VectorLayout
        The form of encoded rows.
    x : ndarray of float32 of shape (n_samples, layout.width)
        Encoded rows.
    n : int
        Number of rows to draw.
    strength : float
        How far the rows move: 0 leaves them as they are.
    rng : numpy.random.Generator
        The only source of randomness.

    Returns
    -------
    ndarray of float32 of shape (n, layout.width)
        Encoded rows.
    """
    labels = [block for block in layout.blocks if block.kind == "one_hot" and block.column < layout.n_columns]
    numbers = [block for block in layout.blocks if block.kind == "number"]
    beside = {label.column: k for k, label in enumerate(labels)}
    sizes = [label.width for label in labels]
    codes = [x[:, label.places].argmax(axis=1) for label in labels]
    scores = x[:, [number.start for number in numbers]].astype("float64")
    for j, number in enumerate(numbers):
        if number.column in beside:
            scores[codes[beside[number.column]] > 0, j] = np.nan
    drawn = rng.permutation(np.resize(rng.permutation(len(x)), n))
    rows, new_codes = x[drawn], redraw(sizes, codes, scores, drawn, strength, rng)
    for label, code in zip(labels, new_codes, strict=True):
        rows[:, label.places] = np.eye(label.width, dtype="float32")[code]
    moved = move(scores, sizes, codes, new_codes, drawn, strength, rng) if numbers else np.zeros((n, 0))
    for number, latent in zip(numbers, moved.T, strict=True):
        k = beside.get(number.column)
        if k is None:
            rows[:, number.start] = _normal(latent)
        else:
            there = new_codes[k] == 0
            rows[:, number.start] = _apart(x[:, number.start], codes[k], sizes[k])[new_codes[k]]
            rows[there, number.start] = _normal(latent[there])
    return rows


def _normal(values):
    """Normal scores of the ranks of values (n,)."""
    return ndtri((values.argsort().argsort() + 0.5) / max(len(values), 1))


def _apart(values, codes, size):
    """For each code the mean of the values (n,) beside it; 0 where there are none."""
    counts = np.bincount(codes, minlength=size)
    return np.bincount(codes, values, minlength=size) / np.maximum(counts, 1)

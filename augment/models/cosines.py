"""The orthonormal cosine transform of the last axis (DCT-II), on any backend."""

import numpy as np
from keras import ops


def to_cosines(values):
    """Amplitudes (..., n) of cosines, the slowest first, of numbers (..., n)."""
    n = values.shape[-1]
    real, imaginary = ops.rfft(ops.concatenate([values, ops.flip(values, axis=-1)], axis=-1))
    cosine, sine = (ops.convert_to_tensor(part * _scale(n) / 2) for part in (_cosine(n), _sine(n)))
    return real[..., :n] * cosine + imaginary[..., :n] * sine


def from_cosines(amplitudes):
    """Numbers (..., n) of amplitudes (..., n): the reverse of `to_cosines`."""
    n = amplitudes.shape[-1]
    cosine, sine = (ops.convert_to_tensor(part * 2 / _scale(n)) for part in (_cosine(n), _sine(n)))
    last = ops.zeros_like(amplitudes[..., :1])
    real, imaginary = (ops.concatenate([amplitudes * part, last], axis=-1) for part in (cosine, sine))
    return ops.irfft((real, imaginary), 2 * n)[..., :n]


def waves(n, frequencies, places):
    """The cosines themselves (len(frequencies), len(places)), of n numbers."""
    angles = np.pi * np.outer(frequencies, np.asarray(places) + 0.5) / n
    return (_scale(n)[frequencies, None] * np.cos(angles)).astype("float32")


def _scale(n):
    return np.sqrt(np.where(np.arange(n) == 0, 1, 2) / n).astype("float32")


def _cosine(n):
    return np.cos(np.pi * np.arange(n) / (2 * n)).astype("float32")


def _sine(n):
    return np.sin(np.pi * np.arange(n) / (2 * n)).astype("float32")

"""Sines and cosines of the ranks of a row's numbers, without which a network sees no detail of them."""

import keras
import numpy as np
from keras import ops

WAVES = 4  # frequencies of a number's rank, each twice the one before


class RankWaves(keras.layers.Layer):
    """Adds them to rows of floats: (n, at least layout.width) -> (n, as many and 8 for each number).

    Networks learn the slow parts of a function first (Tancik et al., "Fourier features let networks learn high
    frequency functions", NeurIPS 2020).

    Parameters
    ----------
    layout : VectorLayout
        The form of the rows, behind which other floats may follow.
    """

    def __init__(self, layout):
        super().__init__(dtype="float32")
        self.numbers = numbers_of(layout)

    def call(self, x):
        rank = normal_rank(ops.take(x, self.numbers, axis=1))
        angles = [np.pi * 2**k * rank for k in range(WAVES)]
        return ops.concatenate([x, *map(ops.sin, angles), *map(ops.cos, angles)], axis=1)


def numbers_of(layout):
    """Places of the numbers in a row, an int array."""
    return np.array([block.start for block in layout.blocks if block.kind == "number"], "int32")


def normal_rank(scores):
    """The standard normal's distribution function."""
    return 0.5 * (1 + ops.erf(scores / 2**0.5))

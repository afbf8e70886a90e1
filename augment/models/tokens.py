"""Known cells in, one vector out: embeddings of tokens, and smooth features of the values that are numbers."""

import keras
import numpy as np
from keras import ops

EMBEDDING_DIM = 16


class TokenEmbedding(keras.layers.Layer):
    """First layer of a network over tokens: which cells are known and what they hold -> a vector.

    Every block adds an embedding of its coarse token, or of "unknown". A block of ordered values also adds features of
    the value's rank u in (0, 1): u itself, its normal score, and sines and cosines of pi 2^k u. The sum of linear maps
    of all of these is the output, so that one more known cell changes it by a vector of its own (`gains`).

    Parameters
    ----------
    layout : Layout
        The form of encoded rows.
    units : int
        Length of the output vector.
    blur : float, default=0
        Share of the known numbers of which training tells only the bin, not the place inside it.
    """

    def __init__(self, layout, units, blur=0.0):
        super().__init__(dtype="float32")
        self.blocks, self.units, self.blur = layout.blocks, units, blur
        self.frequencies = n_frequencies(layout.n_samples)
        self.n_features = 3 + 2 * self.frequencies
        self.seed_generator = keras.random.SeedGenerator()
        self.starts = np.array([block.start for block in self.blocks], "int32")
        self.offsets = np.cumsum([0] + [block.size + 1 for block in self.blocks]).astype("int32")
        self.ordered = [i for i, block in enumerate(self.blocks) if block.ranks is not None]
        self.cells = [cell_table(self.blocks[i]) for i in self.ordered]
        self.cell_offsets = np.cumsum([0] + [len(table) for table in self.cells]).astype("int32")
        self.fine_columns = np.array([self.blocks[i].start + self.blocks[i].width - 1 for i in self.ordered], "int32")

    def build(self, input_shape=None):
        n_inputs = len(self.blocks) * EMBEDDING_DIM + len(self.ordered) * self.n_features
        self.table = self.add_weight(
            shape=(int(self.offsets[-1]), EMBEDDING_DIM),
            initializer=keras.initializers.RandomNormal(stddev=0.3),
            name="embeddings",
        )
        self.kernel = self.add_weight(
            shape=(n_inputs, self.units), initializer=keras.initializers.VarianceScaling(), name="kernel"
        )
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")
        self.built = True

    def call(self, x, known, training=False):
        """Rows (n, width) and their known blocks (n, n_blocks) -> (n, units)."""
        n = ops.shape(x)[0]
        tokens = ops.where(known, ops.add(ops.take(x, self.starts, axis=1), self.offsets[:-1]), self.offsets[1:] - 1)
        embedded = ops.take(self.table, tokens, axis=0)  # (n, n_blocks, EMBEDDING_DIM)
        inputs = [ops.reshape(embedded, (n, len(self.blocks) * EMBEDDING_DIM))]
        if self.ordered:
            coarse = ops.take(x, self.starts[self.ordered], axis=1)
            cell = ops.take(np.concatenate(self.cells), ops.add(coarse, self.cell_offsets[:-1]), axis=0)
            exact = ops.ones(ops.shape(coarse))
            if training and self.blur:
                exact = ops.cast(
                    keras.random.uniform(ops.shape(coarse), seed=self.seed_generator) >= self.blur, "float32"
                )
            smooth = features(cell, ops.take(x, self.fine_columns, axis=1), exact, self.frequencies)
            there = ops.cast(ops.take(known, np.array(self.ordered), axis=1), smooth.dtype)
            inputs.append(ops.reshape(smooth * there[..., None], (n, len(self.ordered) * self.n_features)))
        return ops.matmul(ops.concatenate(inputs, axis=1), self.kernel) + self.bias

    def gains(self):
        """What the output gains when a block becomes known: a block's ndarray is (size * max(levels, 1), units)."""
        table, kernel = ops.convert_to_numpy(self.table), ops.convert_to_numpy(self.kernel)
        split = len(self.blocks) * EMBEDDING_DIM
        gains = []
        for i, block in enumerate(self.blocks):
            embeddings = table[self.offsets[i] : self.offsets[i + 1]]
            embedded = (embeddings[:-1] - embeddings[-1]) @ kernel[i * EMBEDDING_DIM : (i + 1) * EMBEDDING_DIM]
            gain = np.repeat(embedded, max(block.levels, 1), axis=0)
            if i in self.ordered:
                m = self.ordered.index(i)
                cell = np.repeat(self.cells[m], max(block.levels, 1), axis=0)
                fine = np.tile(np.arange(max(block.levels, 1)), block.size)
                smooth = ops.convert_to_numpy(features(cell, fine, np.ones(len(fine), "float32"), self.frequencies))
                gain = gain + smooth @ kernel[split + m * self.n_features : split + (m + 1) * self.n_features]
            gains.append(gain)
        return gains


def n_frequencies(n_samples):
    """Sines and cosines of pi 2^k u for k = 0, 1, ...: 2 for a hundred rows, 8 (1/256 of the rows apart) for many."""
    return int(np.clip(np.log2(n_samples) - 6, 2, 8))


def features(cell, fine, exact, frequencies):
    """Smooth features (..., 3 + 2 * frequencies) of values.

    They are given by a row of `cell_table` (..., 4), a fine token (...) and whether this is to be told (1, else 0).
    """
    cell, exact = ops.convert_to_tensor(cell), ops.convert_to_tensor(exact)
    low, width, is_number, level = cell[..., 0], cell[..., 1], cell[..., 2], cell[..., 3]
    exact = exact * ops.cast(level > 0, "float32")
    inside = 0.5 + exact * ((ops.cast(fine, "float32") + 0.5) * level - 0.5)
    rank = (low + width * inside)[..., None]
    score = ops.erfinv(ops.clip(2 * rank - 1, -0.9998, 0.9998))
    angle = ops.multiply(rank, (np.pi * 2.0 ** np.arange(frequencies)).astype("float32"))
    smooth = ops.concatenate([2 * rank - 1, score, exact[..., None], ops.sin(angle), ops.cos(angle)], axis=-1)
    return smooth * is_number[..., None]


def cell_table(block):
    """For each coarse token: start and width of its ranks, whether it is a number, and one over its levels' number."""
    is_number = ~np.isnan(block.ranks[:, 0])
    low, high = np.where(is_number[:, None], block.ranks, 0).T
    level = block.has_levels / block.levels if block.levels else np.zeros(block.size)
    return np.stack([low, high - low, is_number, level], axis=1).astype("float32")

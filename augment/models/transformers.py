"""A transformer for series: each channel's whole course is a token, or each step is."""

import keras
import numpy as np
from keras import ops

from augment.models.convolutions import TIME

HEADS = 4
TOKENS = "channels", "time"


def transformer(layout, width, depth, tokens):
    """A network for flow matching: series (batch, *shape), which numbers are known, time, class -> (batch, *shape).

    Tokens pass blocks of attention and dense layers, which time and class shift, scale and weigh, by zero at first
    (adaLN-Zero: Peebles and Xie, "Scalable diffusion models with transformers", ICCV 2023, arXiv 2212.09748).

    Parameters
    ----------
    layout : SeriesLayout
        The form of encoded series.
    width : int
        Length of a token.
    depth : int
        Number of blocks.
    tokens : {"channels", "time"}
        Whether a token is the course of a channel (Liu et al., "iTransformer", ICLR 2024, arXiv 2310.06625), which
        costs the same whatever the length, or a step.

    Returns
    -------
    keras.Model
        Of four inputs: series, known ones as 1, features of the time (batch, TIME) and what is told (batch, n_told).
    """
    series, known = keras.Input(layout.shape), keras.Input(layout.shape)
    time, label = keras.Input((TIME,)), keras.Input((layout.n_told,))
    told = keras.layers.Dense(width, activation="silu")(keras.layers.Concatenate()([time, label]))
    told = keras.layers.Dense(width, activation="silu")(told)
    hidden, seen = series, known
    if tokens == "channels":
        hidden, seen = (keras.layers.Permute((2, 1))(x) for x in (hidden, seen))
    n_tokens, size = hidden.shape[1:]
    hidden = keras.layers.Dense(width)(keras.layers.Concatenate()([hidden, seen]))
    hidden = Places(waves=tokens == "time")(hidden)
    heads = next(heads for heads in range(min(HEADS, width), 0, -1) if width % heads == 0)
    for _ in range(depth):
        hidden = AttentionBlock(heads)([hidden, told])
    hidden = keras.layers.LayerNormalization(epsilon=1e-5)(hidden)
    hidden = keras.layers.Dense(size, kernel_initializer="zeros")(hidden)
    if tokens == "channels":
        hidden = keras.layers.Permute((2, 1))(hidden)
    return keras.Model([series, known, time, label], hidden, name="network")


@keras.saving.register_keras_serializable(package="augment")
class Places(keras.layers.Layer):
    """Adds to each token a learned vector that tells which it is; one that starts as waves tells which are near.

    Parameters
    ----------
    waves : bool, default=False
        Whether the vectors start as waves of the place (Vaswani et al., NeurIPS 2017, arXiv 1706.03762).
    """

    def __init__(self, waves=False, **options):
        super().__init__(**options)
        self.waves = waves

    def build(self, input_shape):
        _, n_tokens, width = input_shape
        self.embeddings = self.add_weight((n_tokens, width), "random_normal", name="embeddings")
        if self.waves:
            self.embeddings.assign(_waves(n_tokens, width))
        self.built = True

    def call(self, tokens):
        return tokens + self.embeddings

    def get_config(self):
        return super().get_config() | {"waves": self.waves}


@keras.saving.register_keras_serializable(package="augment")
class AttentionBlock(keras.layers.Layer):
    """Tokens (n, tokens, width) and what is told of them (n, width) -> tokens that have seen each other.

    Parameters
    ----------
    heads : int
        Number of heads of attention; divides the width.
    """

    def __init__(self, heads, **options):
        super().__init__(**options)
        self.heads = heads

    def build(self, input_shapes):
        tokens, told = input_shapes
        width = tokens[-1]
        self.norm = keras.layers.LayerNormalization(epsilon=1e-5, center=False, scale=False)
        self.tell = keras.layers.Dense(6 * width, kernel_initializer="zeros")
        self.ask, self.answer = keras.layers.Dense(3 * width), keras.layers.Dense(width)
        self.up, self.down = keras.layers.Dense(4 * width, activation="silu"), keras.layers.Dense(width)
        for layer in (self.norm, self.ask, self.answer, self.up):
            layer.build(tokens)
        self.tell.build(told)
        self.down.build((*tokens[:-1], 4 * width))
        self.built = True

    def call(self, inputs):
        tokens, told = inputs
        scale, shift, gate, scale_up, shift_up, gate_up = ops.split(self.tell(told)[:, None], 6, axis=-1)
        tokens = tokens + gate * self._attend(self.norm(tokens) * (1 + scale) + shift)
        return tokens + gate_up * self.down(self.up(self.norm(tokens) * (1 + scale_up) + shift_up))

    def _attend(self, tokens):
        _, n_tokens, width = tokens.shape
        parts = ops.reshape(self.ask(tokens), (-1, n_tokens, 3, self.heads, width // self.heads))
        query, key, value = ops.unstack(ops.transpose(parts, (2, 0, 3, 1, 4)), axis=0)  # (n, heads, tokens, size)
        if n_tokens == 1:  # it sees itself alone
            return self.answer(ops.reshape(value, (-1, 1, width)))
        scores = ops.matmul(query, ops.transpose(key, (0, 1, 3, 2))) / (width // self.heads) ** 0.5
        seen = ops.matmul(ops.softmax(scores, axis=-1), value)
        return self.answer(ops.reshape(ops.transpose(seen, (0, 2, 1, 3)), (-1, n_tokens, width)))

    def get_config(self):
        return super().get_config() | {"heads": self.heads}


def _waves(n_places, width):
    """Sines and cosines (n_places, width) of places, of wavelengths from one to ten thousand times 2 pi."""
    rates = 1e4 ** (-np.arange((width + 1) // 2) / max(width // 2, 1))
    angles = np.arange(n_places)[:, None] * rates
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1)[:, :width].astype("float32")

"""A transformer for series: the course of each channel is a token, each stretch of steps is, or each step."""

import keras
import numpy as np
from keras import ops

from augment.models.convolutions import TIME

HEADS = 4
STRETCH = 8  # steps of a stretch, at least
STRETCHES = 16  # of a series, at most
LONG = 48  # steps from which on stretches are worth their time: of 24 they changed nothing
TOKENS = {"both": ("channels", "stretches"), "channels": ("channels",), "time": ("steps",)}  # what tokens are


def transformer(layout, width, depth, tokens, dropout):
    """A network for flow matching: series (batch, *shape), which numbers are known, time, class -> (batch, *shape).

    Tokens pass blocks of attention and dense layers, which time and class shift, scale and weigh (adaLN: Peebles and
    Xie, "Scalable diffusion models with transformers", ICCV 2023, arXiv 2212.09748). All weigh one at first, not zero
    as there: a run of some hundred steps would be half over before blocks took part.

    Parameters
    ----------
    layout : SeriesLayout
        The form of encoded series.
    width : int
        Length of a token.
    depth : int
        Number of blocks.
    tokens : {"both", "channels", "time"}
        Whether a token is the course of a channel (Liu et al., "iTransformer", ICLR 2024, arXiv 2310.06625), which
        tells levels and shapes of whole series, and beside these tokens others are stretches of steps of all channels
        (Nie et al., "A time series is worth 64 words", ICLR 2023, arXiv 2211.14730), which tell what is alike wherever
        it happens; whether there are the first alone; or whether each step is one.
    dropout : float
        Share of what a block adds to a token that is left out in training.

    Returns
    -------
    keras.Model
        Of four inputs: series, known ones as 1, features of the time (batch, TIME) and what is told (batch, n_told).
    """
    series, known = keras.Input(layout.shape), keras.Input(layout.shape)
    time, label = keras.Input((TIME,)), keras.Input((layout.n_told,))
    told = keras.layers.Dense(width, activation="silu")(keras.layers.Concatenate()([time, label]))
    told = keras.layers.Dense(width, activation="silu")(told)
    views = [View(layout, name) for name in TOKENS[tokens]]
    hidden = []
    for view in views:
        seen = keras.layers.Concatenate()([view.tokens(series), view.tokens(known)])
        hidden.append(Places(waves=view.in_time)(keras.layers.Dense(width)(seen)))
    ends = np.cumsum([view.number for view in views]).tolist()
    hidden = ops.concatenate(hidden, axis=1)
    heads = next(heads for heads in range(min(HEADS, width), 0, -1) if width % heads == 0)
    for _ in range(depth):
        hidden = AttentionBlock(heads, dropout)([hidden, told])
    hidden = keras.layers.LayerNormalization(epsilon=1e-5)(hidden)
    said = []
    for view, start, end in zip(views, [0, *ends[:-1]], ends, strict=True):
        part = keras.layers.Cropping1D((start, ends[-1] - end))(hidden)
        said.append(view.series(keras.layers.Dense(view.size, kernel_initializer="zeros")(part)))
    said = sum(said[1:], start=said[0])
    return keras.Model([series, known, time, label], said, name="network")


def count(layout, tokens):
    """How many tokens series of this form are."""
    return sum(View(layout, name).number for name in TOKENS[tokens])


class View:
    """How series (n, length, n_channels) are tokens (n, number, size), and the reverse.

    Parameters
    ----------
    layout : SeriesLayout
        The form of the series.
    name : {"channels", "stretches", "steps"}
        What a token is.

    Attributes
    ----------
    in_time : bool
        Whether tokens follow one another in time.
    number : int
        Of tokens.
    size : int
        Numbers of a token.
    """

    def __init__(self, layout, name):
        self.length, self.n_channels = layout.shape
        self.in_time = name != "channels"
        at_most = min(-(-self.length // STRETCH), STRETCHES) if name == "stretches" else self.length
        self.steps = -(-self.length // at_most)
        self.number = -(-self.length // self.steps) if self.in_time else self.n_channels
        self.size = self.steps * self.n_channels if self.in_time else self.length

    def tokens(self, series):
        """The tokens of series, of which the last stretch is filled up with zeros."""
        if not self.in_time:
            return keras.layers.Permute((2, 1))(series)
        series = keras.layers.ZeroPadding1D((0, -self.length % self.steps))(series)
        return keras.layers.Reshape((self.number, self.size))(series)

    def series(self, tokens):
        """The reverse."""
        if not self.in_time:
            return keras.layers.Permute((2, 1))(tokens)
        series = keras.layers.Reshape((self.number * self.steps, self.n_channels))(tokens)
        return keras.layers.Cropping1D((0, -self.length % self.steps))(series)


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
    dropout : float
        Share of what is added to tokens that is left out in training.
    """

    def __init__(self, heads, dropout, **options):
        super().__init__(**options)
        self.heads, self.drop = heads, keras.layers.Dropout(dropout)

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

    def call(self, inputs, training=False):
        tokens, told = inputs
        scale, shift, gate, scale_up, shift_up, gate_up = ops.split(self.tell(told)[:, None], 6, axis=-1)
        seen = self._attend(self.norm(tokens) * (1 + scale) + shift)
        tokens = tokens + (1 + gate) * self.drop(seen, training=training)
        thought = self.down(self.up(self.norm(tokens) * (1 + scale_up) + shift_up))
        return tokens + (1 + gate_up) * self.drop(thought, training=training)

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
        return super().get_config() | {"heads": self.heads, "dropout": self.drop.rate}


def _waves(n_places, width):
    """Sines and cosines (n_places, width) of places, of wavelengths from one to ten thousand times 2 pi."""
    rates = 1e4 ** (-np.arange((width + 1) // 2) / max(width // 2, 1))
    angles = np.arange(n_places)[:, None] * rates
    return np.concatenate([np.sin(angles), np.cos(angles)], axis=1)[:, :width].astype("float32")

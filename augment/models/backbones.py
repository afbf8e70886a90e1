"""Networks that families are made of: residual blocks, and whole dense networks of them."""

import keras


def dense(n_inputs, n_outputs, width, depth, dropout=0.0, name=None):
    """A network of residual blocks: (batch, n_inputs) -> (batch, n_outputs).

    Parameters
    ----------
    n_inputs, n_outputs : int
        Length of what it takes and of what it gives.
    width, depth : int
        Length of the hidden vectors, and number of residual blocks.
    dropout : float, default=0
        Share of hidden units dropped in training.
    name : str, default=None
        The model's name.

    Returns
    -------
    keras.Model

    Examples
    --------
    >>> dense(3, 2, width=16, depth=1).output_shape
    (None, 2)
    """
    inputs = keras.Input((n_inputs,))
    hidden = keras.layers.Dense(width)(inputs)
    hidden = Trunk(width, depth, dropout)(hidden)
    return keras.Model(inputs, keras.layers.Dense(n_outputs)(hidden), name=name)


def plain(n_inputs, n_outputs, width, depth, name=None):
    """A network of dense layers without normalization, as discriminators like it: (batch, n_inputs) -> (batch, n_outputs).

    Parameters
    ----------
    n_inputs, n_outputs, width, depth, name
        As in `dense`; `depth` counts the hidden layers.
    """
    inputs = hidden = keras.Input((n_inputs,))
    for _ in range(depth):
        hidden = keras.layers.LeakyReLU(0.2)(keras.layers.Dense(width)(hidden))
    return keras.Model(inputs, keras.layers.Dense(n_outputs)(hidden), name=name)


class Trunk(keras.layers.Layer):
    """Residual blocks and a last normalization: what the first layer gives (n, width) -> hidden vectors (n, width)."""

    def __init__(self, width, depth, dropout):
        super().__init__()
        self.blocks = [ResidualBlock(width, dropout) for _ in range(depth)]
        self.norm = keras.layers.LayerNormalization(epsilon=1e-5)
        self.dropout = keras.layers.Dropout(dropout / 2)

    def build(self, input_shape):
        for layer in [*self.blocks, self.norm, self.dropout]:
            layer.build(input_shape)
        self.built = True

    def call(self, hidden, training=False):
        for block in self.blocks:
            hidden = block(hidden, training=training)
        return self.dropout(self.norm(hidden), training=training)


class ResidualBlock(keras.layers.Layer):
    """Pre-norm residual block: h + Dense(dropout(silu(Dense(norm(h)))))."""

    def __init__(self, width, dropout):
        super().__init__()
        self.norm = keras.layers.LayerNormalization(epsilon=1e-5)
        self.up = keras.layers.Dense(2 * width, activation="silu")
        self.dropout = keras.layers.Dropout(dropout)
        self.down = keras.layers.Dense(width, kernel_initializer=keras.initializers.VarianceScaling(0.1))

    def build(self, input_shape):
        self.norm.build(input_shape)
        self.up.build(input_shape)
        self.dropout.build(input_shape)
        self.down.build((None, self.up.units))
        self.built = True

    def call(self, hidden, training=False):
        return hidden + self.down(self.dropout(self.up(self.norm(hidden)), training=training))

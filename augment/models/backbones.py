"""Networks that families are made of: dense ones of our own, and those that a user brings."""

import copy
import re

import keras
import numpy as np


def dense(n_inputs, n_outputs, width, depth, dropout=0.0, first=None, name=None):
    """A network of residual blocks: (batch, n_inputs) -> (batch, n_outputs).

    Parameters
    ----------
    n_inputs, n_outputs : int
        Length of what it takes and of what it gives.
    width, depth : int
        Length of the hidden vectors, and number of residual blocks.
    dropout : float, default=0
        Share of hidden units dropped in training.
    first : keras.Layer, default=None
        What the inputs pass first.
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
    hidden = inputs if first is None else first(inputs)
    hidden = Trunk(width, depth, dropout)(keras.layers.Dense(width)(hidden))
    return keras.Model(inputs, keras.layers.Dense(int(n_outputs))(hidden), name=name)  # Keras takes no NumPy integers


def plain(n_inputs, n_outputs, width, depth, first=None, name=None):
    """Dense layers without normalization, as suits a discriminator: (batch, n_inputs) -> (batch, n_outputs).

    Parameters
    ----------
    n_inputs, n_outputs, width, depth, first, name
        As in `dense`; `depth` counts the hidden layers.

    Returns
    -------
    keras.Model
    """
    inputs = keras.Input((n_inputs,))
    hidden = inputs if first is None else first(inputs)
    for _ in range(depth):
        hidden = keras.layers.LeakyReLU(0.2)(keras.layers.Dense(width)(hidden))
    return keras.Model(inputs, keras.layers.Dense(n_outputs)(hidden), name=name)


def own(network, name, inputs, outputs):
    """A copy of a user's network, which keeps the weights that it has, after a look at its shapes.

    Parameters
    ----------
    network : keras.Layer or keras.Model
        What the user gave.
    name : str
        The parameter's name, for messages.
    inputs : tuple of int or list of these
        Shape of what it has to take, without the batch; where it takes several things in a list, the shape of each.
    outputs : tuple of int
        Shape of what it has to give, without the batch.

    Returns
    -------
    keras.Layer or keras.Model
        Built.

    Raises
    ------
    TypeError, ValueError
        If it is no Keras network, one that Keras cannot copy, or one of other shapes.
    """
    if not isinstance(network, keras.Layer):
        raise TypeError(f"{name} must be a Keras model or layer. Received: {name}={network!r}")
    shapes = [inputs] if isinstance(inputs, tuple) else inputs
    zeros, told = [np.zeros((2, *shape), "float32") for shape in shapes], ", ".join(map(_batch_of, shapes))
    several = isinstance(inputs, list)
    expected = f"{name} must map {f'[{told}]' if several else told} to {_batch_of(outputs)}"
    network = copied(network, name)
    try:
        out = network(zeros if several else zeros[0])
    except Exception as error:
        raise ValueError(f"{expected}, and does not take zeros of that shape: {reason_of(error)}") from error
    if not keras.ops.is_tensor(out):
        raise ValueError(f"{expected}. It gives a {type(out).__name__}.")
    if out.shape != (2, *outputs):
        raise ValueError(f"{expected}. It gives {_batch_of(out.shape[1:])}.")
    return network


def _batch_of(shape):
    return f"(batch, {', '.join(map(str, shape))})"


def copied(network, name):
    """A copy of a user's network; a TypeError that says what Keras lacks where there can be none."""
    try:
        return copy.deepcopy(network)
    except Exception as error:
        kind = type(network).__name__
        raise TypeError(
            f"{name} cannot be copied, as fitting, cloning and pickling do: Keras copies a layer or model of a class "
            f"of one's own by its configuration. Put @keras.saving.register_keras_serializable() above the class "
            f"{kind} and give it a get_config that returns its constructor's arguments."
        ) from error


def reason_of(error):
    """What Keras says in the first line that is neither empty nor about where it happened, without its bold type."""
    lines = re.sub(r"\x1b\[\d*m", "", str(error)).splitlines()
    return next((line for line in lines if line and "encountered when calling" not in line), type(error).__name__)


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

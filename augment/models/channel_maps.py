"""Rising maps that make the values of each channel as frequent as in the real series."""

import keras
import numpy as np
from keras import ops

LEVELS = np.linspace(0, 1, 129)  # of the quantiles that are compared
APART = 1e-6  # between equal ones


class ChannelMaps(keras.layers.Layer):
    """For each channel a piecewise linear map from generated to real quantiles; the identity until `learn`.

    Parameters
    ----------
    n_channels : int
        Number of channels.
    """

    def __init__(self, n_channels):
        super().__init__(dtype="float32", name="maps")
        self.n_channels = n_channels

    def build(self, input_shape=None):
        shape = 2, self.n_channels, len(LEVELS)  # of made and of real values
        self.quantiles = self.add_weight(shape, "zeros", name="quantiles", trainable=False)
        self.quantiles.assign(np.broadcast_to(8 * LEVELS - 4, shape).astype("float32"))
        self.built = True

    def learn(self, made, real):
        """Compare generated and real values, (n, channels) each."""
        quantiles = [np.quantile(values, LEVELS, axis=0).T for values in (made, real)]
        self.quantiles.assign(np.array(quantiles, "float32"))

    def correct(self, values):
        """Values (n, steps, channels), mapped; beyond the quantiles by the distance from the outermost."""
        made, real = ops.convert_to_numpy(self.quantiles.value).astype("float64")
        made = np.maximum.accumulate(made + APART * np.arange(len(LEVELS)), axis=1)
        mapped = []
        for i in range(self.n_channels):
            inside = np.interp(values[..., i], made[i], real[i])
            beyond = values[..., i] - np.clip(values[..., i], made[i, 0], made[i, -1])
            mapped.append(inside + beyond)
        return np.stack(mapped, axis=-1)

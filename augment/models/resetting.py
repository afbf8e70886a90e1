"""A recurrent cell that forgets, so that several sequences can stand in one row."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="augment")
class Resetting(keras.layers.Layer):
    """A cell for `keras.layers.RNN` around another one, whose state is set to zero where the last input is 1.

    Parameters
    ----------
    cell : keras.layers.GRUCell, keras.layers.LSTMCell or one like them
        Takes the inputs but the last one.
    """

    def __init__(self, cell, **options):
        super().__init__(**options)
        self.cell, self.state_size, self.output_size = cell, cell.state_size, cell.output_size

    def build(self, input_shape):
        if not self.cell.built:  # one that is read from a file is
            self.cell.build((*input_shape[:-1], input_shape[-1] - 1))
        self.built = True

    def call(self, inputs, states, training=False):
        kept = ops.cast(1 - inputs[:, -1:], states[0].dtype)
        return self.cell(inputs[:, :-1], [state * kept for state in states], training=training)

    def get_initial_state(self, batch_size=None):
        """States of zeros, as those of the cell within."""
        return self.cell.get_initial_state(batch_size=batch_size)

    def get_config(self):
        return super().get_config() | {"cell": keras.saving.serialize_keras_object(self.cell)}

    @classmethod
    def from_config(cls, config):
        return cls(keras.saving.deserialize_keras_object(config.pop("cell")), **config)

"""How likely a token of a row is what it was in the row before: persons keep their jobs, and devices their modes."""

import keras
import numpy as np
from keras import ops

from augment.codecs.events_layout import NOTHING
from augment.models.plain_trunk import array
from augment.models.steps import steps_of

LEAST = -1e9  # logarithm of a probability of none


class Keeping(keras.layers.Layer):
    """Mixes the guess of each step with the token that it had in the row before.

    With a probability that follows from the state of the step the token is kept, else it is drawn anew, which may give
    the same. A fine token can be kept only where its coarse one is the same.

    Parameters
    ----------
    layout : Layout
        The form of rows.
    """

    def __init__(self, layout):
        super().__init__(dtype="float32")
        self.fine = np.array([step.fine for step in steps_of(layout)])

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(len(self.fine), input_shape[-1]), initializer="zeros", name="kernel")
        self.bias = self.add_weight(
            shape=(len(self.fine),), initializer=keras.initializers.Constant(-2.0), name="keeping_bias"
        )
        self.built = True

    def call(self, losses, hidden, rows, before):
        """Negative log-likelihood (n, steps) of the tokens of rows.

        Parameters
        ----------
        losses : tensor of shape (n, steps)
            That of tokens which are drawn anew.
        hidden : tensor of shape (n, steps, units)
            The states of the steps.
        rows, before : tensor of int32 of shape (n, steps)
            Their tokens, and those of the rows before; -1 where there is none.
        """
        same = ops.equal(rows, before)
        coarse = ops.concatenate([ops.ones_like(same[:, :1]), same[:, :-1]], axis=1)
        able = ops.logical_and(ops.not_equal(before, NOTHING), ops.logical_or(coarse, ~self.fine))
        logit = ops.sum(hidden * self.kernel, axis=-1) + self.bias
        kept = ops.where(same, -ops.softplus(-logit), LEAST)
        return ops.where(able, -ops.logaddexp(kept, -ops.softplus(logit) - losses), losses)

    def plain(self):
        """The same, a step k at a time, as a function that gives logits (n,) of keeping in states (n, units)."""
        kernel, bias = array(self.kernel), array(self.bias)
        return lambda k, hidden: (hidden @ kernel[k] + bias[k]).astype("float64")


def token_before(k, step, rows, before):
    """The tokens (n,) of step k that rows may keep of the rows before; -1 where there is none."""
    able = rows[:, k - 1] == before[:, k - 1] if step.fine else True
    return np.where(able, before[:, k], NOTHING)

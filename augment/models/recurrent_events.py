"""The recurrent network of event tables: entities as a whole first, then their rows, one after the other."""

import keras
import numpy as np
from keras import ops

from augment.codecs.events_layout import NOTHING
from augment.models.autoregressive import AutoregressiveModel
from augment.models.backbones import Trunk
from augment.models.base import GenerativeModel
from augment.models.event_streaming import stream
from augment.models.event_walk import EventWalk
from augment.models.keeping import Keeping
from augment.models.plain_trunk import array, silu
from augment.models.resetting import Resetting
from augment.models.steps import StepHeads, StepInputs
from augment.models.tokens import TokenEmbedding

CELLS = {"gru": keras.layers.GRUCell, "lstm": keras.layers.LSTMCell}
EPSILON = 1e-5
BLUR = 0.3  # of static numbers, as in `Autoregressive`: exact ones give entities away


class Mixing(keras.layers.Layer):
    """What the heads of a row see of the sum of all that its steps are told: x + silu(Dense(x)) of its normal form x.

    Parameters
    ----------
    units : int
        Length of the vectors.
    """

    def __init__(self, units):
        super().__init__(dtype="float32")
        self.norm = keras.layers.LayerNormalization(epsilon=EPSILON, center=False, scale=False)
        self.dense = keras.layers.Dense(units, activation="silu")

    def build(self, input_shape):
        self.norm.build(input_shape)
        self.dense.build(input_shape)
        self.built = True

    def call(self, states):
        """States (..., units) -> (..., units)."""
        states = self.norm(states)
        return states + self.dense(states)

    def plain(self):
        """The same as a function of an array (n, units)."""
        kernel, bias = array(self.dense.kernel), array(self.dense.bias)

        def mix(states):
            states = states - states.mean(axis=1, keepdims=True)
            states /= np.sqrt(np.square(states).mean(axis=1, keepdims=True) + EPSILON)
            return states + silu(states @ kernel + bias)

        return mix


class RecurrentEventsModel(GenerativeModel):
    """The networks of `Recurrent` for event tables.

    What tells of an entity as a whole is guessed in any order by an `AutoregressiveModel`, so that any of it may be
    given. A recurrent layer reads, row by row, the row before and the entity as a whole. The tokens of a row are then
    guessed one after another, each from the state of that layer and the tokens of the row before it: whether there is
    a row, how far its time and other columns that never fall rise, and the other columns. Where the time lies in all of
    time is told once the rises are there.

    Parameters
    ----------
    layout : EventsLayout
        The form of encoded entities.
    cell, units, depth, dropout
        As in `Recurrent`.

    Attributes
    ----------
    static : AutoregressiveModel or None
        Makes the entities as a whole; None where there is nothing to tell of them.
    """

    def __init__(self, layout, cell, units, depth, dropout):
        super().__init__()
        self.layout, self.units, self.n_steps = layout, units, layout.row.width
        self.static = None
        if layout.static is not None:
            self.static = AutoregressiveModel(layout.static, units, 2, dropout, BLUR, 0.0)
            self.embedding = TokenEmbedding(layout.static, units, BLUR)
            self.whole = Trunk(units, 1, 0.0)
        self.inputs_of = StepInputs(layout.told, units)
        self.recurrent = [keras.layers.RNN(Resetting(CELLS[cell](units)), return_sequences=True) for _ in range(depth)]
        self.dropout = keras.layers.Dropout(dropout)
        self.last, self.mixing = keras.layers.Dense(units, use_bias=False), Mixing(units)
        self.heads, self.keeping = StepHeads(layout.row), Keeping(layout.row)
        told = 1 + layout.n_rises  # tokens of a row after which its levels are known
        self.knows_levels = (np.arange(self.n_steps) >= told).astype("float32")[None, :, None]

    def build(self, input_shape):
        if self.static is not None:
            self.static.build((None, self.layout.static_width))
            self.embedding.build()
            self.whole.build((None, self.units))
        self.inputs_of.build()
        for layer in self.recurrent:
            layer.build((None, None, self.units + 1))
        self.dropout.build((None, None, self.units))
        self.mixing.build((None, self.n_steps, self.units))
        self.last.build((None, None, self.units))
        for layer in (self.heads, self.keeping):
            layer.build((None, self.n_steps, self.units))
        self.places = self.add_weight(shape=(self.n_steps, self.units), initializer="zeros", name="places")
        self.built = True

    def call(self, x, training=False):
        """Rows (n, layout.width) -> negative log-likelihood (n,) of each, static and events, and slots learned (n,)."""
        layout, n = self.layout, ops.shape(x)[0]
        static, slots = self._apart(x)
        whole = self._whole(static[:, :, 1:], training)
        who, learned, rows = slots[:, :, 0], slots[:, :, 1], slots[:, :, 2:]
        there = ops.cast(ops.not_equal(rows, NOTHING), "float32")
        rows = ops.reshape(ops.maximum(rows, 0), (-1, layout.told.width))
        told = self.inputs_of(rows) * ops.reshape(there, (-1, layout.told.width, 1))
        places = ops.maximum(who, 0) + ops.arange(n, dtype="int32")[:, None] * layout.n_entities
        context = ops.take(whole, places, axis=0)
        hidden = self._read(ops.reshape(ops.sum(told, axis=1), (n, layout.length, self.units)), context, who, training)
        states = ops.reshape(hidden, (-1, 1, self.units)) + self._before(told)
        states = self.mixing(states)
        losses = self.keeping(self.heads(states, rows), states, rows[:, : self.n_steps], self._tokens_before(slots))
        counted = there[:, :, : self.n_steps] * ops.cast(learned, "float32")[:, :, None]
        losses = ops.reshape(losses, (n, layout.length, self.n_steps)) * counted
        loss = ops.sum(losses, axis=(1, 2)) + self._static_loss(static, training)
        return {"loss": loss, "n_slots": ops.sum(ops.cast(learned, "float32"), axis=1)}

    def _apart(self, x):
        """Static parts (n, n_entities, 1 + static_width) and slots (n, length, slot_width) of rows."""
        layout = self.layout
        split = 1 + layout.n_entities * (1 + layout.static_width)
        static = ops.reshape(x[:, 1:split], (-1, layout.n_entities, 1 + layout.static_width))
        return static, ops.reshape(x[:, split:], (-1, layout.length, layout.slot_width))

    def _whole(self, static, training):
        """What the static tokens of each part tell all of its rows (n * n_entities, units)."""
        if self.static is None:
            return ops.zeros((ops.shape(static)[0] * self.layout.n_entities, self.units))
        return self.context(ops.reshape(static, (-1, self.layout.static_width)), training)

    def context(self, static, training=False):
        """What static tokens (n, static_width) tell all rows of their entities (n, units)."""
        known = ops.ones((ops.shape(static)[0], len(self.layout.static.blocks)), "bool")
        return ops.cast(self.whole(self.embedding(static, known, training=training), training=training), "float32")

    def _read(self, told, context, who, training):
        """What the network has read before each slot (n, length, units), and the entity as a whole."""
        begins = ops.cast(_begins(who), "float32")[:, :, None]
        last = ops.concatenate([ops.zeros_like(told[:, :1]), told[:, :-1]], axis=1) * (1 - begins)
        hidden, direct = last + context, self.last(last) + context
        for layer in self.recurrent:  # what leaves the last one is normalized, and would be larger without the dropping
            hidden = self.dropout(hidden, training=training)
            hidden = ops.cast(layer(ops.concatenate([hidden, begins], axis=-1), training=training), "float32")
        return hidden + direct

    def _tokens_before(self, slots):
        """The tokens of the row before each slot (n * length, n_steps), -1 for none."""
        rows = slots[:, :, 2 : 2 + self.n_steps]
        before = ops.concatenate([ops.full_like(rows[:, :1], NOTHING), rows[:, :-1]], axis=1)
        before = ops.where(_begins(slots[:, :, 0])[:, :, None], NOTHING, before)
        return ops.reshape(before, (-1, self.n_steps))

    def _before(self, told):
        """What each step of a row is told of the row itself (n, n_steps, units)."""
        drawn = told[:, : self.n_steps]
        levels = ops.sum(told[:, self.n_steps :], axis=1, keepdims=True)
        return ops.cumsum(drawn, axis=1) - drawn + ops.multiply(levels, self.knows_levels) + self.places

    def _static_loss(self, static, training):
        """Negative log-likelihood (n,) of the static parts of each row that are to be learned."""
        if self.static is None:
            return 0.0
        tokens = ops.reshape(static[:, :, 1:], (-1, self.layout.static_width))
        losses = ops.reshape(self.static(tokens, training=training), (-1, self.layout.n_entities))
        return ops.sum(losses * ops.cast(static[:, :, 0], "float32"), axis=1)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        weight = 1.0 if sample_weight is None else sample_weight
        return ops.sum(y_pred["loss"] * weight) / ops.sum(y_pred["n_slots"] * weight)

    def noise(self, n, rng):
        """A number of 64 bits (n,) for each entity, which all draws of its rows follow from."""
        return rng.integers(2**64, size=n, dtype="uint64")

    def transport(self, noise, condition=None):
        """Entities with their rows, and which of them were cut; see `augment.models.event_streaming`.

        Their static tokens are those of the condition, an EventsCondition: `static` makes new ones.
        """
        return stream(self, noise, condition)

    def log_likelihood(self, entities):
        """Log-probability of each entity as a whole, its rows and their end, by the chain rule.

        Parameters
        ----------
        entities : Entities
            Their tokens.

        Returns
        -------
        ndarray of shape (n,)
            Natural logarithms.
        """
        rows = EventWalk(self).log_likelihood(entities)
        return rows if self.static is None else rows + self.static.log_likelihood(entities.static)


def _begins(who):
    """Whether each slot of rows (n, length) begins an entity, or a part of one."""
    before = ops.concatenate([ops.full_like(who[:, :1], NOTHING), who[:, :-1]], axis=1)
    return ops.not_equal(who, before)

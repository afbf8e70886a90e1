"""The recurrent network of sequences of tokens: it guesses each token from all before it, and draws new ones so."""

import keras
import numpy as np
from keras import ops
from scipy.special import logsumexp

from augment.codecs.sequence_layout import BOUND, NOTHING
from augment.models.base import GenerativeModel
from augment.models.resetting import Resetting
from augment.models.streaming import stream

CELLS = {"gru": keras.layers.GRUCell, "lstm": keras.layers.LSTMCell}
PART = 64  # tokens that are scored at once
SCORED = 256  # sequences that are scored together at most


class RecurrentSequenceModel(GenerativeModel):
    """The networks of `Recurrent` for sequences of tokens.

    The state is zero where a sequence begins, so that rows may hold several. The class of a sequence is added to what
    is told of each of its tokens.

    Parameters
    ----------
    layout : SequenceLayout
        The form of encoded sequences.
    cell, units, depth, dropout
        As in `Recurrent`.
    """

    def __init__(self, layout, cell, units, depth, dropout):
        super().__init__()
        self.layout, self.units = layout, units
        self.embedding = keras.layers.Embedding(layout.n_tokens, units // 4 + 1)
        self.classes = keras.layers.Embedding(max(layout.n_classes, 1), units // 4 + 1)
        self.recurrent = [
            keras.layers.RNN(Resetting(CELLS[cell](units)), return_sequences=True, return_state=True)
            for _ in range(depth)
        ]
        self.dropout = keras.layers.Dropout(dropout)
        self.head = keras.layers.Dense(layout.n_tokens)

    def build(self, input_shape):
        self.embedding.build((None, None))
        self.classes.build((None, None))
        width = self.units // 4 + 1
        for layer in self.recurrent:
            layer.build((None, None, width + 1))
            width = self.units
        self.dropout.build((None, None, width))
        self.head.build((None, None, width))
        self.built = True

    def advance(self, tokens, classes, states=None, training=False):
        """What follows tokens (n, length) of sequences of these classes (n, length): logits, and the states after.

        Parameters
        ----------
        tokens, classes : tensor of int of shape (n, length)
            A 0 among the tokens begins a sequence.
        states : list of list of tensor, default=None
            Those after earlier tokens, of each layer; None begins with zeros.
        training : bool, default=False
            Whether to drop units.

        Returns
        -------
        logits : tensor of shape (n, length, n_tokens)
        states : list of list of tensor
        """
        begins = ops.cast(ops.equal(tokens, BOUND), "float32")[..., None]
        hidden, after = self.embedding(tokens) + self.classes(classes), []
        for number, layer in enumerate(self.recurrent):
            hidden = ops.concatenate([ops.cast(hidden, "float32"), begins], axis=-1)
            hidden, *state = layer(hidden, initial_state=states and states[number], training=training)
            hidden = self.dropout(hidden, training=training)
            after.append(state)
        return ops.cast(self.head(hidden), "float32"), after

    def call(self, x, training=False):
        """Rows (n, layout.width) -> negative log-likelihood (n,) of each row's tokens, and how many there are (n,)."""
        tokens, classes = self._apart(x)
        told = ops.maximum(tokens[:, :-1], BOUND)
        logits, _ = self.advance(told, classes[:, :-1], training=training)
        there = ops.cast(ops.not_equal(tokens[:, 1:], NOTHING), "float32")
        losses = keras.losses.sparse_categorical_crossentropy(
            ops.maximum(tokens[:, 1:], BOUND), logits, from_logits=True
        )
        return {"loss": ops.sum(losses * there, axis=1), "n_tokens": ops.sum(there, axis=1)}

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        weight = 1.0 if sample_weight is None else sample_weight
        return ops.sum(y_pred["loss"] * weight) / ops.sum(y_pred["n_tokens"] * weight)

    def _apart(self, x):
        n_tokens = self.layout.length + 1
        tokens = x[:, :n_tokens]
        return tokens, x[:, n_tokens:] if self.layout.n_classes else ops.zeros_like(tokens)

    def noise(self, n, rng):
        """A number of 64 bits (n,) for each sequence, which all its draws follow from."""
        return rng.integers(2**64, size=n, dtype="uint64")

    def transport(self, noise, condition=None):
        """Sequences, a list of arrays of tokens; see `augment.models.streaming`."""
        return list(stream(self, noise, condition))

    def log_likelihood(self, sequences, classes=None):
        """Log-probability of each sequence and its end.

        Parameters
        ----------
        sequences : list of ndarray of int
            Their tokens, without the 0s around them.
        classes : ndarray of int of shape (n,), default=None
            Their classes: the probability is then that of sequence and class. None sums over the classes.

        Returns
        -------
        ndarray of shape (n,)
            Natural logarithms.
        """
        if not self.layout.n_classes:
            return self._scored(sequences, np.zeros(len(sequences), "int32"))
        shares = np.log(self.layout.proportions)
        if classes is not None:
            return self._scored(sequences, classes) + shares[classes]
        of_classes = [self._scored(sequences, np.full(len(sequences), c, "int32")) for c in range(len(shares))]
        return logsumexp(np.stack(of_classes, axis=1) + shares, axis=1)

    def _scored(self, sequences, classes):
        """Log-probability (n,) of sequences of these classes, those of like length together."""
        order, total = np.argsort([len(sequence) for sequence in sequences], kind="stable"), np.zeros(len(sequences))
        for start in range(0, len(order), SCORED):
            rows = order[start : start + SCORED]
            length = PART * -(-(len(sequences[rows[-1]]) + 1) // PART)
            tokens = np.full((len(rows), length + 1), NOTHING, "int32")
            tokens[:, 0] = BOUND
            for place, row in enumerate(rows):
                tokens[place, 1 : len(sequences[row]) + 2] = [*sequences[row], BOUND]
            total[rows] = self._scored_in_parts(tokens, classes[rows])
        return total

    def _scored_in_parts(self, tokens, classes):
        states, total = None, np.zeros(len(tokens))
        kinds = np.repeat(classes[:, None], PART, axis=1)
        for start in range(0, tokens.shape[1] - 1, PART):
            told, said = (tokens[:, start + shift : start + shift + PART] for shift in (0, 1))
            logits, states = self.advance(np.maximum(told, BOUND), kinds, states)
            logits = ops.convert_to_numpy(logits)
            chosen = np.take_along_axis(logits, np.maximum(said, BOUND)[:, :, None], axis=2)[:, :, 0]
            total += np.where(said == NOTHING, 0.0, chosen - logsumexp(logits, axis=2)).sum(axis=1)
        return total

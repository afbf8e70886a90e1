"""The recurrent network of sequences of tokens: it guesses each token from all before it, and draws new ones so."""

import keras
import numpy as np
from keras import ops
from scipy.special import logsumexp

from augment.codecs.sequence_layout import BOUND, NOTHING, in_turn
from augment.models.base import GenerativeModel
from augment.models.filling import fill
from augment.models.plain_cells import PlainCells
from augment.models.resetting import Resetting
from augment.models.running_sums import sums_of_rows
from augment.models.streaming import stream
from augment.models.ways import begun

CELLS = {"gru": keras.layers.GRUCell, "lstm": keras.layers.LSTMCell}
SCORED = 256  # sequences that are scored together at most


class RecurrentSequenceModel(GenerativeModel):
    """The networks of `Recurrent` for sequences of tokens.

    The state is zero where a sequence begins, so that rows may hold several. The class of a sequence is added to what
    is told of each of its tokens, and the sums of the layout stand beside it.

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
        self.recurrent = [keras.layers.RNN(Resetting(CELLS[cell](units)), return_sequences=True) for _ in range(depth)]
        self.dropout = keras.layers.Dropout(dropout)
        self.head = keras.layers.Dense(layout.n_tokens)

    def build(self, input_shape):
        self.embedding.build((None, None))
        self.classes.build((None, None))
        width = self.units // 4 + 1 + self.layout.n_sums
        for layer in self.recurrent:
            layer.build((None, None, width + 1))
            width = self.units
        self.dropout.build((None, None, width))
        self.head.build((None, None, width))
        self.built = True

    def _told(self, tokens, classes):
        told = ops.cast(self.embedding(tokens) + self.classes(classes), "float32")
        return told if not self.layout.n_sums else ops.concatenate([told, sums_of_rows(tokens, self.layout)], axis=-1)

    def call(self, x, training=False):
        """Rows (n, layout.width) -> negative log-likelihood (n,) of each row's tokens, and how many there are (n,)."""
        tokens, classes = self._apart(x)
        read = ops.maximum(tokens[:, :-1], BOUND)
        hidden, begins = self._told(read, classes[:, :-1]), _begins(read)
        for layer in self.recurrent:
            hidden = ops.cast(layer(ops.concatenate([hidden, begins], axis=-1), training=training), "float32")
            hidden = self.dropout(hidden, training=training)
        logits = ops.cast(self.head(hidden), "float32")
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
        """Sequences, a list of arrays of tokens; see `augment.models.streaming`, and `filling` for given ones."""
        cells = PlainCells(self)
        if condition.given is not None:
            return list(fill(cells, noise, condition, self.layout.turns))
        if condition.ways is not None:
            condition = begun(cells, noise, condition)
        return list(stream(cells, noise, condition, self.layout.turns, self.layout.sizes))

    def log_likelihood(self, sequences, classes=None):
        """Log-probability of each sequence and its end, given its first `layout.n_given` tokens.

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
        cells = PlainCells(self)
        for start in range(0, len(order), SCORED):
            rows = order[start : start + SCORED]
            tokens = np.full((len(rows), len(sequences[rows[-1]]) + 2), NOTHING, "int32")
            tokens[:, 0] = BOUND
            for place, row in enumerate(rows):
                tokens[place, 1 : len(sequences[row]) + 2] = [*sequences[row], BOUND]
            total[rows] = _scored_together(cells, tokens, classes[rows], self.layout)
        return total


def _scored_together(cells, tokens, classes, layout):
    """Log-probability (n,) of rows of tokens, each given those before it."""
    states, total = None, np.zeros(len(tokens))
    for place, (read, said) in enumerate(zip(tokens.T, tokens.T[1:], strict=False)):
        logits, states = cells.step(np.maximum(read, BOUND), classes, states)
        if place >= layout.n_given:
            logits = in_turn(logits, np.full(len(said), place), layout.turns)
            chosen = logits[np.arange(len(said)), np.maximum(said, BOUND)]
            total += np.where(said == NOTHING, 0.0, chosen - logsumexp(logits, axis=1))
    return total


def _begins(tokens):
    """1 where a token begins a sequence, else 0, with one axis more."""
    return ops.cast(ops.equal(tokens, BOUND), "float32")[..., None]

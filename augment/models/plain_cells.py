"""The trained cells of a recurrent network in plain arrays: what follows one more token, on any backend."""

import numpy as np

from augment.codecs.sequence_layout import BOUND
from augment.models.plain_trunk import array
from augment.models.running_sums import told

IMPOSSIBLE = -1e9  # logit of what may not follow


class PlainCells:
    """A trained `RecurrentSequenceModel` as arrays, to read one token of each of many sequences at a time.

    A tensor costs more to call for than a single step takes to compute. What the first layer makes of a token and of a
    class is looked up, since there are few of each.

    Parameters
    ----------
    model : RecurrentSequenceModel
        The trained network; it is copied, so that later training changes nothing here.
    """

    def __init__(self, model):
        self.cells = [plain_cell(layer.cell.cell) for layer in model.recurrent]
        self.layout, kernel = model.layout, self.cells[0].kernel
        kernel, self.of_sums = np.split(kernel, [len(kernel) - model.layout.n_sums])
        self.of_tokens = array(model.embedding.embeddings) @ kernel
        self.of_classes = array(model.classes.embeddings) @ kernel
        self.head, self.bias = array(model.head.kernel), array(model.head.bias)

    def step(self, tokens, classes, states=None):
        """What follows one more token (n,) of each of n sequences of these classes (n,).

        Parameters
        ----------
        tokens, classes : ndarray of int of shape (n,)
            A token 0 begins a sequence.
        states : list of list of ndarray, default=None
            Those after the tokens before, of each layer, of the sums and of the bonds, which are changed in place; None
            begins with zeros.

        Returns
        -------
        logits : ndarray of float32 of shape (n, n_tokens)
        states : list of list of ndarray
        """
        states = states or self._start(len(tokens))
        for part in (part for state in states for part in state):
            part[tokens == BOUND] = 0
        *_, (sums,), bonds = states
        hidden, given = None, self.of_tokens[tokens] + self.of_classes[classes]
        if self.layout.n_sums:
            sums += self.layout.sums[tokens]
            given += told(sums, self.layout) @ self.of_sums
        for cell, state in zip(self.cells, states, strict=False):
            hidden = cell(given if hidden is None else hidden @ cell.kernel, state)
        logits = hidden @ self.head + self.bias
        if self.layout.bonds is not None:
            self.layout.bonds.read(tokens, bonds)
            logits[self.layout.bonds.barred(bonds)] = IMPOSSIBLE
        return logits, states

    def _start(self, n):
        bonds = [] if self.layout.bonds is None else self.layout.bonds.start(n)
        return [*(cell.start(n) for cell in self.cells), [np.zeros((n, self.layout.n_sums), "float32")], bonds]


class _Cell:
    """A cell as arrays; calling it changes its state and gives what it says, an array of the state."""

    n_states = 1

    def __init__(self, cell):
        self.kernel, self.recurrent, self.bias = array(cell.kernel), array(cell.recurrent_kernel), array(cell.bias)
        self.units = len(self.recurrent)

    def start(self, n):
        """States of zeros."""
        return [np.zeros((n, self.units), "float32") for _ in range(self.n_states)]


class _GRU(_Cell):
    """Cho et al., EMNLP 2014, arXiv 1406.1078, with the reset after the matrix product, as Keras has it."""

    def __call__(self, told, state):
        (hidden,), units = state, self.units
        of_state = hidden @ self.recurrent
        of_state += self.bias[1]
        told += self.bias[0]
        gates = told[:, : 2 * units]
        gates += of_state[:, : 2 * units]
        kept, reset = np.split(_sigmoid(gates), 2, axis=1)
        new = of_state[:, 2 * units :]
        new *= reset
        new += told[:, 2 * units :]
        np.tanh(new, out=new)
        hidden -= new
        hidden *= kept
        hidden += new
        return hidden


class _LSTM(_Cell):
    """Hochreiter and Schmidhuber, Neural Computation 1997, with a forget gate, as Keras has it."""

    n_states = 2

    def __call__(self, told, state):
        hidden, memory = state
        told += hidden @ self.recurrent
        told += self.bias
        taken, kept, new, said = np.split(told, 4, axis=1)
        memory *= _sigmoid(kept)
        memory += _sigmoid(taken) * np.tanh(new)
        np.multiply(_sigmoid(said), np.tanh(memory), out=hidden)
        return hidden


def plain_cell(cell):
    """A trained `keras.layers.GRUCell` or `LSTMCell` as arrays: called with what its kernel makes of the input."""
    return {"GRUCell": _GRU, "LSTMCell": _LSTM}[type(cell).__name__](cell)


def _sigmoid(x):
    """1 / (1 + exp(-x)), written into x."""
    x *= 0.5
    np.tanh(x, out=x)
    x += 1
    x *= 0.5
    return x

"""A row as a sequence: a step for each of its tokens, in order, what a step is told and what it guesses."""

from dataclasses import dataclass

import keras
import numpy as np
from keras import ops

from augment.codecs.layout import Block
from augment.models.copying import IMPOSSIBLE
from augment.models.heads import SMALL, Divided, Given, basis, cross_entropy, stacked, waves
from augment.models.plain_trunk import array
from augment.models.tokens import EMBEDDING_DIM, cell_table, features, n_frequencies


@dataclass(frozen=True)
class Step:
    """One token of a row.

    Parameters
    ----------
    place : int
        Which block of the layout it belongs to.
    block : Block
        That block.
    fine : bool
        Whether it is the fine token, which follows its coarse one.
    """

    place: int
    block: Block
    fine: bool

    @property
    def size(self):
        """Number of its tokens."""
        return self.block.levels if self.fine else self.block.size


def steps_of(layout):
    """The steps of a row, in the order of its array columns; flags of copies have none."""
    steps = []
    for place, block in enumerate(layout.blocks):
        steps += [Step(place, block, fine) for fine in (False, True)[: block.width]]
    return steps


class StepInputs(keras.layers.Layer):
    """What a step's token tells the steps after it: an embedding, and smooth features where it is part of a number.

    A coarse token tells the middle of its bin, the fine token that follows the value itself. Each step has its own
    linear map of both, so that the output also says which step it is.

    Parameters
    ----------
    layout : Layout
        The form of encoded rows.
    units : int
        Length of an output vector.
    """

    def __init__(self, layout, units):
        super().__init__(dtype="float32")
        self.steps, self.units = steps_of(layout), units
        self.frequencies = n_frequencies(layout.n_samples)
        self.offsets = np.cumsum([0] + [step.size for step in self.steps]).astype("int32")
        self.is_fine = np.array([step.fine for step in self.steps], "float32")
        self.coarse_columns = np.array([step.block.start for step in self.steps], "int32")
        # row 0 of the cells is that of a token that is no number; the steps of unordered blocks all look there
        ordered = [step.block.ranks is not None for step in self.steps]
        tables = {step.place: cell_table(step.block) for step in self.steps if step.block.ranks is not None}
        ends = np.cumsum([1] + [len(table) for table in tables.values()])
        start = dict(zip(tables, ends, strict=False))
        self.cells = np.concatenate([np.zeros((1, 4), "float32"), *tables.values()])
        self.ordered = np.array(ordered, "int32")
        self.cell_offsets = np.array([start.get(step.place, 0) for step in self.steps], "int32")

    def build(self, input_shape=None):
        n_inputs = EMBEDDING_DIM + 3 + 2 * self.frequencies
        self.table = self.add_weight(
            shape=(int(self.offsets[-1]), EMBEDDING_DIM),
            initializer=keras.initializers.RandomNormal(stddev=0.3),
            name="embeddings",
        )
        self.kernel = self.add_weight(
            shape=(len(self.steps), n_inputs, self.units),
            initializer=keras.initializers.RandomNormal(stddev=n_inputs**-0.5),
            name="kernel",
        )
        self.built = True

    def call(self, x, step=None):
        """Rows (n, width) -> (n, steps, units), for all steps or for the one of that number."""
        places, kernel = np.arange(len(self.steps)), self.kernel
        if step is not None:
            places, kernel = places[step : step + 1], ops.take(kernel, [step], axis=0)
        tokens = ops.take(x, places, axis=1)
        embedded = ops.take(self.table, ops.add(tokens, self.offsets[places]), axis=0)
        coarse = ops.take(x, self.coarse_columns[places], axis=1)
        numbers = ops.add(ops.multiply(coarse, self.ordered[places]), self.cell_offsets[places])
        cell = ops.take(self.cells, numbers, axis=0)
        exact = ops.broadcast_to(self.is_fine[places], ops.shape(tokens))
        smooth = features(cell, tokens, exact, self.frequencies)
        return ops.einsum("nsi,siu->nsu", ops.concatenate([embedded, smooth], axis=-1), kernel)


class StepHeads(keras.layers.Layer):
    """A guess of every step's token from the state at that step: a softmax over its vocabulary.

    Steps of like size share one batch of matrix products.

    Parameters
    ----------
    layout : Layout
        The form of encoded rows.
    """

    def __init__(self, layout):
        super().__init__(dtype="float32")
        self.steps = steps_of(layout)
        self.coarse_columns = np.array([block.start for block in layout.blocks], "int32")
        self.is_fine = np.array([step.fine for step in self.steps])
        self.places = np.array([step.place for step in self.steps], "int32")
        self.divided = Divided(layout.blocks)
        groups = _groups(self.steps)
        self.order = np.argsort(np.concatenate(groups)).astype("int32")
        self.groups = [_GroupHeads(self.steps, members, layout.n_samples) for members in groups]

    def build(self, input_shape):
        for heads in self.groups:
            heads.build(input_shape)
        self.built = True

    def call(self, hidden, x):
        """Negative log-likelihood (n, steps) of the tokens of the rows x; 0 for a fine token that says nothing.

        `hidden` (n, steps, units) holds the state at each step.
        """
        losses = ops.concatenate([heads.losses(hidden, x) for heads in self.groups], axis=0)
        losses = ops.transpose(ops.take(losses, self.order, axis=0))
        divided = self.divided(ops.take(x, self.coarse_columns, axis=1))
        told = ops.logical_or(ops.take(divided, self.places, axis=1), ~self.is_fine)
        return ops.where(told, losses, 0.0)

    def arrays(self):
        """Kernel (units, size) and bias (size,) of each step as plain arrays."""
        parts = [part for heads in self.groups for part in heads.arrays()]
        return [parts[place] for place in self.order]


class _GroupHeads(keras.layers.Layer):
    """The heads of the steps `members`, which are of like size: all of it in the order (members, rows, tokens)."""

    def __init__(self, steps, members, n_samples):
        super().__init__(dtype="float32")
        self.members, self.steps, self.n_samples = members, [steps[k] for k in members], n_samples
        self.size = max(step.size for step in self.steps)
        self.bases = None
        if self.steps[0].block.levels:  # bins and levels of a number share strength with their neighbours
            self.bases = stacked([waves(s.block.levels) if s.fine else basis(s.block, 0) for s in self.steps])

    def build(self, input_shape):
        units, count = input_shape[-1], len(self.members)
        terms = self.size if self.bases is None else self.bases.shape[1]
        normal = keras.initializers.RandomNormal(stddev=(SMALL / units) ** 0.5)
        self.kernel = self.add_weight((count, units, terms), normal, name="kernel")
        self.bias = self.add_weight((count, 1, self.size), Given(self._log_proportions()), name="bias")
        self.built = True

    def losses(self, hidden, x):
        """Negative log-likelihood (members, n) of the tokens of the rows x given the states (n, steps, units)."""
        states = ops.transpose(ops.take(hidden, self.members, axis=1), (1, 0, 2))
        logits = ops.matmul(states, self.kernel)
        if self.bases is not None:
            logits = ops.matmul(logits, self.bases)
        return cross_entropy(logits + self.bias, ops.transpose(ops.take(x, self.members, axis=1)))

    def arrays(self):
        """Kernel (units, size) and bias (size,) of each member."""
        kernels = array(self.kernel) if self.bases is None else array(self.kernel) @ self.bases
        sizes = [step.size for step in self.steps]
        return [
            (kernel[:, :size], bias[0, :size])
            for kernel, bias, size in zip(kernels, array(self.bias), sizes, strict=True)
        ]

    def _log_proportions(self):
        """Starting biases: the log shares of coarse tokens, even ones of fine ones, little for what pads the group."""
        bias = np.full((len(self.steps), self.size), IMPOSSIBLE, "float32")
        for step, row in zip(self.steps, bias, strict=True):
            shares = np.full(step.size, 1 / step.size) if step.fine else step.block.proportions
            row[: step.size] = np.log(np.maximum(shares, 0.3 / self.n_samples))
        return bias


def _groups(steps):
    """Numbers of the steps by group: those of one kind whose sizes are within half of each other."""
    groups = {}
    for number, step in enumerate(steps):
        size_class = int(np.ceil(np.log(max(step.size, 2)) / np.log(1.5)))
        groups.setdefault((step.fine, step.block.levels, size_class), []).append(number)
    return [np.array(members, "int32") for members in groups.values()]

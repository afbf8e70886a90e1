"""Recurrent generation: a network that reads a row token by token, in order, and guesses each from those before."""

from numbers import Integral, Real

import keras
import numpy as np
from keras import ops

from augment.codecs.events_layout import EventsLayout
from augment.codecs.sequence_layout import SequenceLayout
from augment.codecs.series_layout import SeriesLayout
from augment.models.backbones import Trunk
from augment.models.base import GenerativeModel, Recipe
from augment.models.copying import IMPOSSIBLE
from augment.models.drawing import inverse_cumulative, log_sum
from augment.models.smoothing import strength_of, training_rows
from augment.models.steps import StepHeads, StepInputs, steps_of
from augment.models.tokens import TokenEmbedding

CELLS = {"gru": keras.layers.GRU, "lstm": keras.layers.LSTM}
CHUNK_ROWS = 1024  # rows that pass the network together; always so many, since rounding follows the shape
DRAWS = 64  # of the unknown cells, to average the likelihood of the known ones over; divides CHUNK_ROWS


class Recurrent(Recipe):
    """A recurrent network over the tokens of a row, in the order of the columns, or over a sequence.

    The probability of a row is that of its first token times that of each next one given all before it (Graves,
    "Generating sequences with recurrent neural networks", arXiv 1308.0850, 2013). A number is a coarse token (its bin)
    and then a fine one (its place in the bin). Every step is also told a summary of the cells that are known, wherever
    they stand in the row: in training those are none in half of the rows and a random subset in the others.

    That columns hold exactly the same value (`Layout.copies`) is not learned as such: they agree as often as their
    tokens do.

    Of texts each token is guessed from all before it; `augment.models.recurrent_sequences` tells more, and
    `augment.models.recurrent_events` of event tables. Of series each number has a distribution given all before it;
    `augment.models.recurrent_series` tells more. `smoothing` is for tables.

    Parameters
    ----------
    cell : {"gru", "lstm"}, default="gru"
        Kind of recurrent layer.
    units : int or "auto", default="auto"
        Length of its state; "auto" is 128 for tables and series, 256 for texts and 96 for event tables.
    depth : int, default=1
        Number of such layers.
    dropout : float or "auto", default="auto"
        Share of what enters and leaves a layer that is dropped in training, of event tables of what enters; "auto" is
        0.25 for these and 0.1 for all else.
    smoothing : float or "auto", default="auto"
        How far training rows are moved away from the real ones, as in `Autoregressive`.
    learning_rate : float, LearningRateSchedule or "auto", default="auto"
        Highest learning rate of AdamW, or a schedule; "auto" is 0.002 for tables and series, else 0.004.
    weight_decay : float, default=0.01
        Weight decay of AdamW.
    optimizer : keras.optimizers.Optimizer or str, default=None
        Takes the place of AdamW with these two.

    Examples
    --------
    >>> Recurrent(cell="lstm", units=64)
    Recurrent(cell='lstm', units=64)
    """

    encoding = "tokens"
    tells_likelihood = True
    automatic = {
        "units": {"table": 128, "tokens": 256, "series": 128, "events": 96},
        "dropout": {"table": 0.1, "tokens": 0.1, "series": 0.1, "events": 0.25},
        "learning_rate": {"table": 0.002, "tokens": 0.004, "series": 0.002, "events": 0.004},
    }

    def __init__(
        self,
        cell="gru",
        units="auto",
        depth=1,
        dropout="auto",
        smoothing="auto",
        learning_rate="auto",
        weight_decay=0.01,
        optimizer=None,
    ):
        self.cell = cell
        self.units = units
        self.depth = depth
        self.dropout = dropout
        self.smoothing = smoothing
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.optimizer = optimizer

    def build(self, layout):
        if self.cell not in CELLS:
            raise ValueError(f"cell must be {' or '.join(map(repr, CELLS))}. Received: cell={self.cell!r}")
        self._check_numbers(
            ["smoothing", "units", "dropout", "learning_rate"],
            units=(Integral, 1),
            depth=(Integral, 1),
            dropout=(Real, 0, 0.99),
            smoothing=(Real, 0),
        )
        sizes = self._value("units", layout), int(self.depth), self._value("dropout", layout)
        if isinstance(layout, SequenceLayout):
            from augment.models.recurrent_sequences import RecurrentSequenceModel

            model, options = RecurrentSequenceModel(layout, self.cell, *sizes), {"clipnorm": 1.0}
        elif isinstance(layout, SeriesLayout):
            from augment.models.recurrent_series import RecurrentSeriesModel

            model, options = RecurrentSeriesModel(layout, self.cell, *sizes), {"clipnorm": 1.0}
        elif isinstance(layout, EventsLayout):
            from augment.models.recurrent_events import RecurrentEventsModel

            model, options = RecurrentEventsModel(layout, self.cell, *sizes), {"clipnorm": 1.0}
        else:
            smoothing = strength_of(self.smoothing, layout)
            model, options = RecurrentModel(layout, self.cell, *sizes, smoothing), {}
        model.build((None, layout.width))
        return self._compile(model, layout, **options)


class RecurrentModel(GenerativeModel):
    """The network of `Recurrent`: a summary of the known cells, recurrent layers over the steps, a head for each step.

    Parameters
    ----------
    layout : Layout
        The form of encoded rows.
    cell, units, depth, dropout, smoothing
        As in `Recurrent`, without "auto".
    """

    takes_known = True

    def __init__(self, layout, cell, units, depth, dropout, smoothing):
        super().__init__()
        self.layout, self.units, self.smoothing = layout, units, smoothing
        self.places = np.array([step.place for step in steps_of(layout)], "int32")
        self.embedding = TokenEmbedding(layout, units)
        self.trunk = Trunk(units, 1, dropout)
        self.inputs_of = StepInputs(layout, units)
        self.recurrent = [CELLS[cell](units, return_sequences=True) for _ in range(depth)]
        self.dropout = keras.layers.Dropout(dropout)
        self.heads = StepHeads(layout)
        self.seed_generator = keras.random.SeedGenerator()

    def build(self, input_shape):
        self.embedding.build()
        self.inputs_of.build()
        self.trunk.build((None, self.units))
        for layer in (*self.recurrent, self.dropout, self.heads):
            layer.build((None, len(self.places), self.units))
        self.built = True

    def call(self, x, training=False):
        """Rows (n, width) -> negative log-likelihood (n,) of each row's unknown cells, given the known ones.

        Outside training the same cells are known at every call.
        """
        known = self._random_subset(ops.shape(x)[0], self.seed_generator if training else 0)
        summary = self.summary(x, known, training=training)[:, None]
        told = self.inputs_of(x)[:, :-1]
        hidden = ops.concatenate([summary, summary + told], axis=1)  # (n, steps, units): each step knows those before
        for layer in self.recurrent:
            hidden = layer(self.dropout(hidden, training=training), training=training)
        losses = self.heads(self.dropout(hidden, training=training), x)
        return ops.sum(ops.where(ops.take(known, self.places, axis=1), 0.0, losses), axis=1)

    def summary(self, x, known, training=False):
        """What the known blocks (n, n_blocks) of the rows x tell every step (n, units)."""
        summary = self.trunk(self.embedding(x, known, training=training), training=training)
        return ops.cast(summary, "float32")

    def _random_subset(self, n, seed):
        """Known blocks (n, n_blocks): none in half of the rows, in the others a uniformly random number of them."""
        uniform = keras.random.uniform((n, len(self.layout.blocks) + 1), seed=seed)
        # spread evenly over the batch
        probability = 2 * (ops.arange(n, dtype="float32")[:, None] + uniform[:, :1]) / ops.cast(n, "float32") - 1
        return uniform[:, 1:] < probability

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        if sample_weight is None:
            return ops.mean(y_pred)
        return ops.sum(y_pred * sample_weight) / ops.sum(sample_weight)

    def training_rows(self, x, n_seen, rng):
        """Rows near the real ones; see `smoothing`."""
        return training_rows(self.layout, x, n_seen, self.smoothing, rng)

    def noise(self, n, rng):
        """Uniform noise (n, steps)."""
        return rng.random((n, len(self.places)), dtype="float32")

    def transport(self, noise, condition=None):
        """Fill the columns in order; what is known stays and tells every step. See the base class."""
        walk = _Walk(self)

        def fill(rows):
            x, known = self._start(len(rows), condition and condition.take(rows))
            for k, step, logits in walk(x, known):
                x[:, k] = np.where(known[:, step.place], x[:, k], _draw(step, logits, noise[rows, k], x))
            return x

        return np.concatenate([np.zeros((0, self.layout.width), "int32"), *_in_chunks(fill, len(noise))])

    def _start(self, n, condition):
        x, known = np.zeros((n, self.layout.width), "int32"), np.zeros((n, len(self.layout.blocks)), bool)
        if condition is None:
            return x, known
        for i, block in enumerate(self.layout.blocks):
            x[:, block.start : block.start + block.width] = condition.tokens[:, i, : block.width]
        return x, condition.known

    def log_likelihood(self, x, unknown=()):
        """Log-probability of each encoded row, by the chain rule.

        It is exact where no unknown block stands before a known one. Else it is estimated by sequential importance
        sampling: the unknown cells are drawn, each given the cells before it, and the probability of the known cells,
        each given the cells before it, is averaged over 64 such draws, the same at every call. The average has the
        right expectation; its logarithm is a little too low.

        Parameters
        ----------
        x : ndarray of int32 of shape (n, layout.width)
            Encoded rows.
        unknown : sequence of int, default=()
            Blocks to leave out: the probability is that of the others.

        Returns
        -------
        ndarray of shape (n,)
            Natural logarithms.
        """
        walk, unknown = _Walk(self), np.isin(self.places, list(unknown))
        n_steps = int(np.flatnonzero(~unknown).max(initial=-1)) + 1  # what follows sums to one
        draws = DRAWS if unknown[:n_steps].any() else 1
        noise = _even_noise(draws, n_steps)

        def score(many):
            rows, total = x[many // draws], np.zeros(len(many))
            for k, step, logits in walk(rows, np.zeros((len(many), len(self.layout.blocks)), bool), n_steps):
                if unknown[k]:
                    rows[:, k] = _draw(step, logits, noise[many % draws, k], rows)
                else:
                    log_p = logits[np.arange(len(many)), rows[:, k]] - log_sum(logits)
                    total += np.where(_told(step, rows), log_p, 0)
            return total

        totals = np.concatenate([np.zeros(0), *_in_chunks(score, len(x) * draws)])
        return log_sum(totals.reshape(len(x), draws)) - np.log(draws)


class _Walk:
    """A trained model, step by step; made anew for each call, since it holds copies of weights.

    Calling it gives for each step its number, the step and its logits (n, size). The caller then writes the tokens of
    the step into the rows, which the next step reads.
    """

    def __init__(self, model):
        self.model, self.steps, self.heads = model, steps_of(model.layout), model.heads.arrays()
        self.rules = [[] for _ in model.layout.blocks]
        for rule in model.layout.rules:
            self.rules[rule.second].append((rule.first, rule.allowed))
            self.rules[rule.first].append((rule.second, rule.allowed.T))

    def __call__(self, x, known, n_steps=None):
        model = self.model
        cells = [layer.cell for layer in model.recurrent]
        states = [cell.get_initial_state(batch_size=len(x)) for cell in cells]
        inputs = summary = model.summary(x, known)
        for k, (step, (kernel, bias)) in enumerate(zip(self.steps[:n_steps], self.heads, strict=False)):
            hidden = inputs
            for number, cell in enumerate(cells):
                hidden, states[number] = cell(hidden, states[number])
            logits = ops.convert_to_numpy(hidden) @ kernel + bias
            yield k, step, logits if step.fine else logits + self._penalty(step.place, x, known)
            inputs = summary + model.inputs_of(x, step=k)[:, 0]

    def _penalty(self, i, x, known):
        """What the rules make impossible (n, size) in block `i`, given the blocks before it and those that are known.

        A rule that would leave no token is waived.
        """
        total = np.zeros((1, self.model.layout.blocks[i].size), "float32")
        for other, allowed in self.rules[i]:
            possible = allowed[x[:, self.model.layout.blocks[other].start]]
            binding = (known[:, other] | (other < i)) & possible.any(axis=1)
            total = total + np.where(possible | ~binding[:, None], 0, np.float32(IMPOSSIBLE))
        return total


def _told(step, x):
    """Which of the rows x have that token: all a coarse one, and a fine one where their coarse token is a bin."""
    return step.block.has_levels[x[:, step.block.start]] if step.fine else np.ones(len(x), bool)


def _draw(step, logits, uniform, x):
    """Tokens (n,) of a step; 0 where a row has none."""
    return inverse_cumulative(logits, uniform) * _told(step, x)


def _in_chunks(function, n):
    """The results of `function` (numbers of rows) for n rows, in whole chunks: the last row fills up the last one."""
    for start in range(0, n, CHUNK_ROWS):
        rows = np.minimum(np.arange(start, start + CHUNK_ROWS), n - 1)
        yield function(rows)[: n - start]


def _even_noise(n, n_steps):
    """Uniform noise (n, n_steps), the same at every call, spread evenly in each step (a Latin hypercube)."""
    rng = np.random.default_rng(0)
    strata = rng.random((n, n_steps)).argsort(axis=0)
    return (strata + rng.random((n, n_steps))) / n

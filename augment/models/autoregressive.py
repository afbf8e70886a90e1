"""Any-order autoregression: one network that guesses any column of a row from any other columns."""

from numbers import Integral, Real

import keras
import numpy as np
from keras import ops

from augment.models.backbones import Trunk
from augment.models.base import GenerativeModel, Recipe
from augment.models.heads import TokenHeads
from augment.models.sampling import Sampler
from augment.models.smoothing import automatic_smoothing, training_rows
from augment.models.tokens import TokenEmbedding

LARGE = 2000  # rows from which on a table counts as large
AUTOMATIC = ("width", "dropout", "smoothing")  # what may be "auto"
FINE_WEIGHT = 0.3  # of the fine tokens' loss: mostly noise, which the trunk need not follow


class Autoregressive(Recipe):
    """Any-order autoregression over the columns of a table.

    In training a random subset of a row's columns is known and the network guesses each of the others (Uria, Murray and
    Larochelle, "A deep and tractable density estimator", ICML 2014). Generation fills one column after another, so that
    any columns may be given at the start. A number is a coarse token (its bin) and a fine one (its place in the bin),
    as in TabularARGN (Tiwald et al., arXiv 2501.12012), with smooth features of its value as input.

    Parameters
    ----------
    width : int or "auto", default="auto"
        Length of the hidden vector. "auto" is 128, or 192 for large tables with many numbers.
    depth : int, default=2
        Number of residual blocks.
    dropout : float or "auto", default="auto"
        Share of hidden units dropped in training: 0.1 for fewer than 2,000 rows, else none.
    blur : float, default=0.3
        Share of the known numbers of which training tells only the bin, so that exact values do not give rows away.
    smoothing : float or "auto", default="auto"
        How far, from 0 on, training rows are moved away from the real ones, so that rows are not learned by heart.
        "auto" is 1 for 200 to 500 rows, falls to 0.01 for 50,000 and to 0 above, and rises to 2.5 for 80 and fewer.
    learning_rate : float or LearningRateSchedule, default=0.002
        Highest learning rate of AdamW, or a schedule.
    weight_decay : float, default=0.01
        Weight decay of AdamW.
    optimizer : keras.optimizers.Optimizer or str, default=None
        Takes the place of AdamW with these two.

    Examples
    --------
    >>> Autoregressive(width=128)
    Autoregressive(width=128)
    """

    encoding = "tokens"
    tells_likelihood = True

    def __init__(
        self,
        width="auto",
        depth=2,
        dropout="auto",
        blur=0.3,
        smoothing="auto",
        learning_rate=0.002,
        weight_decay=0.01,
        optimizer=None,
    ):
        self.width = width
        self.depth = depth
        self.dropout = dropout
        self.blur = blur
        self.smoothing = smoothing
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.optimizer = optimizer

    def build(self, layout):
        self._check_numbers(
            AUTOMATIC,
            width=(Integral, 1),
            depth=(Integral, 1),
            dropout=(Real, 0, 0.99),
            blur=(Real, 0, 1),
            smoothing=(Real, 0),
        )
        auto = automatic_sizes(layout)
        width, dropout, smoothing = (auto[name] if self._is_auto(name) else getattr(self, name) for name in AUTOMATIC)
        # Keras takes no NumPy integers
        model = AutoregressiveModel(layout, int(width), int(self.depth), dropout, self.blur, smoothing)
        model.build((None, layout.width))
        return self._compile(model)

    def _is_auto(self, name):
        return isinstance(getattr(self, name), str)


def automatic_sizes(layout):
    """Sizes that suit the data: the "auto" values of `Autoregressive`.

    Numbers of many values need a wider network than categories do. What few rows need is to be smoothed.
    """
    n = layout.n_samples
    sizes = {"width": 128, "dropout": 0.1 if n < LARGE else 0.0}
    if n >= LARGE and np.mean([block.levels > 0 for block in layout.blocks]) > 0.25:
        sizes["width"] = 192
    return sizes | {"smoothing": automatic_smoothing(n)}


class AutoregressiveModel(GenerativeModel):
    """The network of `Autoregressive`: embedding of the known cells, residual blocks, a head for each column.

    Parameters
    ----------
    layout : Layout
        The form of encoded rows.
    width, depth, dropout, blur, smoothing
        As in `Autoregressive`, without "auto".
    """

    takes_known = takes_allowed = True

    def __init__(self, layout, width, depth, dropout, blur, smoothing):
        super().__init__()
        self.layout, self.smoothing = layout, smoothing
        self.embedding = TokenEmbedding(layout, width, blur)
        self.trunk = Trunk(width, depth, dropout)
        self.heads = TokenHeads(layout)
        self.seed_generator = keras.random.SeedGenerator()

    def build(self, input_shape):
        self.embedding.build()
        self.trunk.build((None, self.embedding.units))
        self.heads.build((None, self.embedding.units))
        self.built = True

    def call(self, x, training=False):
        """Rows (n, width) -> a bound on each row's negative log-likelihood (n,).

        With t of d columns known, t uniform in 0 to d, it is (d + 1) / (d - t) times the sum of the unknown columns'
        losses. What one row of a pair knows the other does not, so that a pair needs each column's head once. Outside
        training the same subsets are known at every call.
        """
        n, d = ops.shape(x)[0], len(self.layout.blocks)
        x = ops.concatenate([x, x[: n % 2]])  # the last of an odd number is paired with the first row once more
        known = self._random_subset(ops.shape(x)[0] // 2, self.seed_generator if training else 0)
        both = ops.concatenate([known, ops.logical_not(known)])
        hidden = self.trunk(self.embedding(x, both, training=training), training=training)
        losses = self.heads(ops.cast(hidden, "float32"), x, known, fine_weight=FINE_WEIGHT)
        n_known = ops.sum(ops.cast(known, "float32"), axis=1, keepdims=True)
        losses = losses * ((d + 1) / ops.where(known, n_known, d - n_known))
        first, second = (ops.sum(ops.where(mine, losses, 0.0), axis=1) for mine in (ops.logical_not(known), known))
        return ops.concatenate([first, second])[:n]

    def _random_subset(self, n, seed):
        """Known blocks (n, n_blocks): a uniformly random number of them, 0 to n_blocks, then which.

        Each block is known with a probability uniform in (0, 1), spread evenly over the batch.
        """
        uniform = keras.random.uniform((n, len(self.layout.blocks) + 1), seed=seed)
        probability = (ops.arange(n, dtype="float32")[:, None] + uniform[:, :1]) / ops.cast(n, "float32")
        return uniform[:, 1:] < probability

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        if sample_weight is None:
            return ops.mean(y_pred)
        return ops.sum(y_pred * sample_weight) / ops.sum(sample_weight)

    def training_rows(self, x, n_seen, rng):
        """Rows near the real ones; see `smoothing`."""
        return training_rows(self.layout, x, n_seen, self.smoothing, rng)

    def noise(self, n, rng):
        """Uniform noise (n, draws, 2), for coarse and fine tokens: all blocks, a choice of candidates, tied blocks."""
        return rng.random((n, len(self.layout.blocks) + 1 + len(self.layout.tied), 2), dtype="float32")

    def transport(self, noise, condition=None):
        """Fill the columns one after another, in a random order for each group of rows; see the base class."""
        sampler = Sampler(self)
        parts = sampler.in_chunks(
            lambda rows, number: sampler.fill(noise[rows], condition and condition.take(rows), number), len(noise)
        )
        return np.concatenate([np.zeros((0, self.layout.width), "int32"), *parts])

    def log_likelihood(self, x, unknown=()):
        """Log-probability of each encoded row, by the chain rule over the columns in one fixed order.

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
        sampler = Sampler(self)
        parts = sampler.in_chunks(lambda rows, number: sampler.log_likelihood(x[rows], unknown), len(x))
        return np.concatenate([np.zeros(0), *parts])

    def log_conditional(self, x, block):
        """Log-probability of each coarse token of a block given all other cells of each encoded row.

        Parameters
        ----------
        x : ndarray of int32 of shape (n, layout.width)
            Encoded rows; what stands in the block itself does not matter.
        block : int
            The block, one that has no part in a copy.

        Returns
        -------
        ndarray of shape (n, block.size)
            Natural logarithms.
        """
        sampler = Sampler(self)
        parts = sampler.in_chunks(lambda rows, number: sampler.log_conditional(x[rows], block), len(x))
        return np.concatenate([np.zeros((0, self.layout.blocks[block].size)), *parts])

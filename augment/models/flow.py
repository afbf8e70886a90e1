"""Flow matching: a network says in which direction noise moves to become rows, and a sampler follows it."""

from numbers import Integral, Real

import keras
import numpy as np
from keras import ops

from augment.codecs.layout import ImageLayout
from augment.codecs.series_layout import SeriesLayout
from augment.models.base import GenerativeModel, Recipe, in_chunks
from augment.models.known import floats_of, random_columns
from augment.models.rank_waves import RankWaves
from augment.models.smoothing import strength_of
from augment.models.solvers import SOLVERS, follow, grid
from augment.models.vector_heads import VectorHeads
from augment.models.vector_smoothing import training_vectors

WAVES = 8  # sines and cosines of the time
LAST = 0.98  # time at which the categories are drawn; they hardly change after it


class Flow(Recipe):
    """Flow matching in the space of normal scores and one-hots.

    Row and noise mix as x_t = (1 - t) noise + t row, and a network learns the mean direction row - noise in which a
    mixture moves (Lipman et al., "Flow matching for generative modeling", ICLR 2023, arXiv 2210.02747). Of a category
    it guesses the probabilities of the row's one-hot instead, by cross-entropy, from which the direction follows
    (Eijkelboom et al., "Variational flow matching", NeurIPS 2024, arXiv 2406.04843). New rows are noise that has
    followed the directions from t = 0 to 1.

    The network also sees waves of the numbers' ranks, or it would miss what depends on their detail.

    Any columns may be known: in half of the training rows a random subset stands at its values from the start.

    For images the network is convolutional and sees the class; `augment.models.image_flow` tells more. For series it is
    a transformer, and the noise has their covariances; `augment.models.series_flow` tells more. `smoothing` is for
    tables alone, `depth` for tables and series, `tokens` and `dropout` for series.

    Parameters
    ----------
    width : int or "auto", default="auto"
        Length of the hidden vectors of the network, for images the channels on its first grid; "auto" is 256 for
        tables, 48 for images, 24 for volumes and 96 for series.
    depth : int, default=3
        Number of residual blocks of the network, for tables, or of attention blocks, for series.
    n_steps : int or "auto", default="auto"
        Steps of the sampler; "auto" is 16 for tables, 10 for images and 20 for volumes and series.
    sampler : {"auto", "adams", "dpm", "euler", "heun"}, default="auto"
        How the directions are followed; `augment.models.solvers` tells more. Heun's method looks twice in each step and
        is of second order, Adams's and DPM-Solver++ look once and are of second order too, Euler's once and of first.
        "auto" is "heun" for tables and "adams" for images and series; "dpm" makes sharper images, of less variety.
    guidance_scale : float, default=1
        Above 1 rows follow their known cells more than real ones do: directions without the condition are extrapolated
        to those with it (Ho and Salimans, arXiv 2207.12598). 1 is the learned distribution.
    smoothing : float or "auto", default="auto"
        How far training rows are moved away from the real ones, as in `Autoregressive`.
    learning_rate : float or LearningRateSchedule, default=0.002
        Highest learning rate of AdamW, or a schedule.
    weight_decay : float, default=0.01
        Weight decay of AdamW.
    optimizer : keras.optimizers.Optimizer or str, default=None
        Takes the place of AdamW with these two.
    network : keras.Model, default=None
        A network of one's own from (batch, layout.width + layout.n_columns + 17), the mixture, which columns are known
        and features of the time, to (batch, layout.width), directions of the numbers and logits of the categories; for
        images from a list of mixtures (batch, *layout.shape), features of the time (batch, 17) and classes
        (batch, layout.n_classes), all zeros for none, to directions (batch, *layout.shape), or to logits of the upper
        value where pixels have two (`layout.binary`); for series from a list of mixtures (batch, *layout.shape), which
        numbers are known, in the same shape, features of the time and classes as for images, to what is added to
        directions (batch, *layout.shape). Training starts at the weights that it has.
    tokens : {"auto", "both", "channels", "time"}, default="auto"
        What a token of the transformer for series is: the whole course of a channel, or a step; with "both" there are
        the first, and beside them stretches of eight steps or more, of all channels, which tell what may happen at any
        time. "auto" is "both" from 48 steps on, "channels" below.
    dropout : float, default=0.1
        Share of what a block of the transformer for series adds to a token that is left out in training.

    Examples
    --------
    >>> Flow(n_steps=8, sampler="euler")
    Flow(n_steps=8, sampler='euler')
    """

    automatic = {
        "width": {"table": 256, "image": 48, "volume": 24, "series": 96},
        "n_steps": {"table": 16, "image": 10, "volume": 20, "series": 20},
        "sampler": {"table": "heun", "image": "adams", "volume": "adams", "series": "adams"},
    }

    def __init__(
        self,
        width="auto",
        depth=3,
        n_steps="auto",
        sampler="auto",
        guidance_scale=1.0,
        smoothing="auto",
        learning_rate=0.002,
        weight_decay=0.01,
        optimizer=None,
        network=None,
        tokens="auto",
        dropout=0.1,
    ):
        self.width = width
        self.depth = depth
        self.n_steps = n_steps
        self.sampler = sampler
        self.guidance_scale = guidance_scale
        self.smoothing = smoothing
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.optimizer = optimizer
        self.network = network
        self.tokens = tokens
        self.dropout = dropout

    def build(self, layout):
        self._check_numbers(
            ["smoothing", "width", "n_steps"],
            width=(Integral, 1),
            depth=(Integral, 1),
            n_steps=(Integral, 1),
            guidance_scale=(Real, 0),
            smoothing=(Real, 0),
            dropout=(Real, 0, 0.99),
        )
        if self.sampler not in ("auto", *SOLVERS):
            names = ", ".join(map(repr, SOLVERS))
            raise ValueError(f"sampler must be 'auto' or one of {names}. Received: sampler={self.sampler!r}")
        if isinstance(layout, ImageLayout):
            return self._build_for_images(layout)
        if isinstance(layout, SeriesLayout):
            return self._build_for_series(layout)
        n_inputs = layout.width + layout.n_columns + 2 * WAVES + 1
        network = self._network("network", n_inputs, layout.width, first=RankWaves(layout))
        strength = strength_of(self.smoothing, layout)
        n_steps = self._value("n_steps")
        sampler = self._value("sampler")
        model = FlowModel(layout, network, n_steps, sampler, float(self.guidance_scale), strength)
        model.build((None, layout.width))
        return self._compile(model, ema_momentum=0.998)

    def _build_for_images(self, layout):
        from augment.models import convolutions
        from augment.models.image_flow import ImageFlowModel

        inputs = [layout.shape, (convolutions.TIME,), (layout.n_classes,)]
        width = self._value("width", layout)
        network = self._network_of_several("network", inputs, layout.shape, lambda: convolutions.u_net(layout, width))
        n_steps, sampler = self._value("n_steps", layout), self._value("sampler", layout)
        model = ImageFlowModel(layout, network, n_steps, sampler, float(self.guidance_scale))
        model.build((None, layout.width))
        return self._compile(model, ema_momentum=0.998)

    def _build_for_series(self, layout):
        from augment.models.convolutions import TIME
        from augment.models.series_flow import SeriesFlowModel
        from augment.models.transformers import LONG, TOKENS, count, transformer

        if self.tokens not in ("auto", *TOKENS):
            names = ", ".join(map(repr, TOKENS))
            raise ValueError(f"tokens must be 'auto' or one of {names}. Received: tokens={self.tokens!r}")
        tokens = self.tokens
        if tokens == "auto":
            tokens = "both" if layout.length >= LONG else "channels"
        inputs = [layout.shape, layout.shape, (TIME,), (layout.n_told,)]
        size = self._value("width", layout), int(self.depth), tokens, float(self.dropout)
        network = self._network_of_several("network", inputs, layout.shape, lambda: transformer(layout, *size))
        n_steps, sampler = self._value("n_steps", layout), self._value("sampler", layout)
        n_tokens = count(layout, tokens)
        model = SeriesFlowModel(layout, network, n_tokens, n_steps, sampler, float(self.guidance_scale))
        model.build((None, layout.width))
        return self._compile(model, ema_momentum=0.998)


class FlowModel(GenerativeModel):
    """The network of `Flow` and its sampler.

    Parameters
    ----------
    layout : VectorLayout
        The form of encoded rows.
    network : keras.Model
        As in `Flow`.
    n_steps, sampler, guidance_scale, smoothing
        As in `Flow`, without "auto".
    """

    takes_known = True

    def __init__(self, layout, network, n_steps, sampler, guidance_scale, smoothing):
        super().__init__()
        self.layout, self.network, self.smoothing = layout, network, smoothing
        self.n_steps, self.sampler, self.guidance_scale = n_steps, sampler, guidance_scale
        self.heads = VectorHeads(layout, bins=1)  # one output for each float
        self.is_number = self.heads.is_number
        self.seed_generator = keras.random.SeedGenerator()

    def build(self, input_shape):
        self.built = True

    def call(self, x, training=False):
        """Rows (n, width) -> each row's loss (n,): squared errors of directions and cross-entropies of categories.

        The times of a batch are spread evenly. Outside training they, the noise and what is known are always the same.
        """
        n = ops.shape(x)[0]
        seeds = [self.seed_generator] * 3 if training else [0, 1, 2]
        time = keras.random.uniform((n, 1), seed=seeds[0])
        time = (ops.arange(n, dtype="float32")[:, None] + time) / ops.cast(n, "float32")
        noise = keras.random.normal((n, self.layout.width), seed=seeds[1])
        known = random_columns(n, self.layout.n_columns, seeds[2])
        there = floats_of(self.layout, known)
        mixed = there * x + (1 - there) * ((1 - time) * noise + time * x)
        guess = self._guess(mixed, time, known, training)
        losses = ops.where(self.is_number, ops.square(guess - (x - noise)), -x * self.heads.log_probabilities(guess))
        return ops.sum(losses * (1 - there), axis=1)

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        if sample_weight is None:
            return ops.mean(y_pred)
        return ops.sum(y_pred * sample_weight) / ops.sum(sample_weight)

    def training_rows(self, x, n_seen, rng):
        """Rows near the real ones; see `smoothing`."""
        return training_vectors(self.layout, x, n_seen, self.smoothing, rng)

    def _guess(self, mixed, time, known, training=False):
        """What the network says (n, width) of mixtures (n, width) at times (n, 1) with known columns (n, n_columns)."""
        angles = ops.multiply(time, np.pi * np.arange(1, WAVES + 1, dtype="float32"))
        inputs = ops.concatenate([mixed, known, time, ops.sin(angles), ops.cos(angles)], axis=1)
        return ops.cast(self.network(inputs, training=training), "float32")

    def noise(self, n, rng):
        """Noise (n, width + n_blocks): normal for each float, uniform for the draw of each category."""
        uniform = rng.random((n, len(self.layout.blocks)), dtype="float32")
        return np.concatenate([rng.standard_normal((n, self.layout.width), dtype="float32"), uniform], axis=1)

    def transport(self, noise, condition=None):
        """Follow the directions; see the base class."""
        n, width = len(noise), self.layout.width
        values, known = np.zeros((n, width), "float32"), np.zeros((n, self.layout.n_columns), "float32")
        if condition is not None:
            values, known = condition.values, condition.known.astype("float32")
        return in_chunks(self._follow, noise[:, :width], noise[:, width:], values, known)

    def _follow(self, noise, uniform, values, known):
        noise, values, known = (ops.convert_to_tensor(x, "float32") for x in (noise, values, known))
        there = floats_of(self.layout, known)
        times = LAST * grid(self.n_steps, self.sampler)

        def direction(x, time):
            return (1 - there) * self._direction(x, time, noise, values, known, there)[0]

        x = follow(direction, there * values + (1 - there) * noise, times, self.sampler)
        last, shares = self._direction(x, LAST, noise, values, known, there)
        x, there, values = map(ops.convert_to_numpy, (x + (1 - LAST) * last, there, values))
        drawn = self.heads.draw(np.log(np.maximum(ops.convert_to_numpy(shares), 1e-12)), uniform)
        return np.where(there > 0, values, np.where(self.is_number, x, drawn))

    def _direction(self, x, time, noise, values, known, there):
        """Direction of each float (n, width) at a time, and the probabilities of the categories."""
        direction, shares = self._learned_direction(x, time, known)
        if self.guidance_scale == 1:
            return direction, shares
        free = (1 - there) * x + there * (float(1 - time) * noise + float(time) * values)
        unguided, unguided_shares = self._learned_direction(free, time, ops.zeros_like(known))
        scale = self.guidance_scale
        shares = ops.maximum(unguided_shares + scale * (shares - unguided_shares), 0.0)
        return unguided + scale * (direction - unguided), shares

    def _learned_direction(self, x, time, known):
        guess = self._guess(x, ops.full((len(known), 1), float(time), dtype="float32"), known)
        shares = ops.exp(self.heads.log_probabilities(guess))
        return ops.where(self.is_number, guess, (shares - x) / float(1 - time)), shares

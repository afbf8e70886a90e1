"""Generative adversarial network: a generator and a discriminator in one loss, through plain `fit`."""

from numbers import Integral, Real

import keras
import numpy as np
from keras import ops
from scipy.special import ndtr

from augment.codecs.layout import ImageLayout
from augment.codecs.series_layout import SeriesLayout
from augment.models.adversarial import pairing_losses
from augment.models.backbones import plain
from augment.models.base import GenerativeModel, Recipe, in_chunks
from augment.models.drawing import inverse_cumulative
from augment.models.gradients import frozen
from augment.models.known import floats_of, random_columns
from augment.models.pair_error import pair_error
from augment.models.presence import Presence
from augment.models.rank_waves import RankWaves, normal_rank, numbers_of
from augment.models.smoothing import strength_of
from augment.models.vector_heads import VectorHeads
from augment.models.vector_smoothing import training_vectors

STEP = 0.05  # length of the finite differences, in units of a number's standard deviation
HARDNESS = 5.0  # logit of a real category before it is made soft
MOMENT_WAVES = 2, 3, 4  # half periods of the cosines of a number's rank whose moments are matched
TRAINING_ROWS = 200_000  # at most
CHECKED_ROWS = 5000  # that are compared with the validation rows
MARGIN_ROWS = 20_000  # that the margins are corrected by
KNOTS = 129  # of the map that corrects a number
SCORES = np.linspace(-3.5, 3.5, KNOTS)  # where they lie


class GAN(Recipe):
    """Generative adversarial network of a table's rows, of images or of series.

    A generator makes rows from noise, a discriminator tells them from real ones. Their losses pair a real with a
    generated row (relativistic pairing loss; Jolicoeur-Martineau, ICLR 2019, arXiv 1807.00734) and the discriminator's
    slope at both is penalized (R1 and R2; Huang et al., "The GAN is dead; long live the GAN!", NeurIPS 2024, arXiv
    2501.05441), by finite differences in a random direction. The generator also matches the mean products of pairs of
    features (Mroueh et al., "McGan", ICML 2017, arXiv 1702.08398). Categories are draws of a Gumbel softmax, real ones
    too (Jang et al., ICLR 2017). Any columns may be known; each training row is chosen for a category, by the logarithm
    of its frequency, that is then known, so that rare ones are learned (Xu et al., "Modeling tabular data using
    conditional GAN", NeurIPS 2019), and a new row starts from one, drawn by its frequency. A number that a spike or a
    "missing" stands in the place of is 0 to both networks, in real and in generated rows. After training the margins
    are corrected: numbers by their quantiles where they are there, categories by shifts of their logits.

    Training stops, and keeps weights, by how far pairs of columns are from those of the validation rows: the losses
    of the two networks, which are both shown, say nothing about the rows.

    For images both networks are convolutional and see the class, and what the discriminator sees is distorted at
    random; `augment.models.image_gan` tells more. For series the generator changes noise of their covariances;
    `augment.models.series_gan` tells more. `depth`, `matching`, `temperature` and `smoothing` are for tables.

    Parameters
    ----------
    latent_dim : int, default=64
        Length of the noise; that of series is as long as they are.
    width : int or "auto", default="auto"
        Length of the hidden vectors, for images the channels of the discriminator's first convolution, of which the
        generator has twice as many, for series the channels of all convolutions; "auto" is 128 for tables, 32 for
        images, 20 for volumes, 64 for series.
    depth : int, default=2
        Number of residual blocks of the generator, for tables; the discriminator has one hidden layer more.
    gamma : float, default=0.02
        Weight of the penalties.
    matching : float, default=1
        Weight of the squared differences of the products' means, added up and divided by the number of features.
    temperature : float, default=0.5
        Of the Gumbel softmax.
    smoothing : float or "auto", default="auto"
        How far training rows are moved away from the real ones, as in `Autoregressive`.
    learning_rate : float or LearningRateSchedule, default=0.002
        Highest learning rate of AdamW, or a schedule.
    weight_decay : float, default=0
        Weight decay of AdamW.
    optimizer : keras.optimizers.Optimizer or str, default=None
        Takes the place of AdamW with these two.
    generator : keras.Model, default=None
        A network of one's own from (batch, latent_dim + layout.width + layout.n_columns), noise, known values and
        which columns are known, to (batch, layout.width), numbers and logits of categories; for images from a list of
        noise and classes (batch, layout.n_classes) to images (batch, *layout.shape), of which the hyperbolic tangent is
        taken; for series from a list of white noise (batch, layout.n_values) and classes to what is added to the noise.
        Training starts at the weights that it has.
    discriminator : keras.Model, default=None
        A network of one's own from (batch, layout.width + layout.n_columns), a row and which of its columns are known,
        to (batch, 1); for images from a list of images and classes, for series of numbers, the same whitened, and
        classes. One without batch normalization.

    Examples
    --------
    >>> GAN(gamma=1.0)
    GAN(gamma=1.0)
    """

    automatic = {"width": {"table": 128, "image": 32, "volume": 20, "series": 64}}

    def __init__(
        self,
        latent_dim=64,
        width="auto",
        depth=2,
        gamma=0.02,
        matching=1.0,
        temperature=0.5,
        smoothing="auto",
        learning_rate=0.002,
        weight_decay=0.0,
        optimizer=None,
        generator=None,
        discriminator=None,
    ):
        self.latent_dim = latent_dim
        self.width = width
        self.depth = depth
        self.gamma = gamma
        self.matching = matching
        self.temperature = temperature
        self.smoothing = smoothing
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.optimizer = optimizer
        self.generator = generator
        self.discriminator = discriminator

    def build(self, layout):
        self._check_numbers(
            ["smoothing", "width"],
            latent_dim=(Integral, 1),
            width=(Integral, 1),
            depth=(Integral, 1),
            gamma=(Real, 0),
            matching=(Real, 0),
            temperature=(Real, 1e-3),
            smoothing=(Real, 0),
        )
        if isinstance(layout, ImageLayout):
            return self._build_for_images(layout)
        if isinstance(layout, SeriesLayout):
            return self._build_for_series(layout)
        latent_dim = int(self.latent_dim)
        row = layout.width + layout.n_columns  # what is known of it beside it, or its known values in its place
        generator = self._network("generator", latent_dim + row, layout.width)
        sharp = {"depth": int(self.depth) + 1, "first": RankWaves(layout)}
        discriminator = self._network("discriminator", row, 1, plain, **sharp)
        weights = float(self.gamma), float(self.matching), float(self.temperature)
        model = GANModel(layout, generator, discriminator, latent_dim, *weights, strength_of(self.smoothing, layout))
        model.build((None, layout.width + 1))
        # momentum would carry each player on where the other no longer is
        return self._compile(model, beta_1=0.0, ema_momentum=0.995)

    def _build_for_images(self, layout):
        from augment.models import convolutions
        from augment.models.image_gan import ImageGANModel

        width, latent_dim = self._value("width", layout), int(self.latent_dim)
        image, label = layout.shape, (layout.n_classes,)
        generator = self._network_of_several(  # a wide one costs little: it makes one of the eight images of a step
            "generator", [(latent_dim,), label], image, lambda: convolutions.decoder(layout, latent_dim, 2 * width)
        )
        discriminator = self._network_of_several(
            "discriminator", [image, label], (1,), lambda: convolutions.discriminator(layout, width)
        )
        model = ImageGANModel(layout, generator, discriminator, latent_dim, float(self.gamma))
        model.build((None, layout.width))
        return self._compile(model, beta_1=0.0, ema_momentum=0.998)

    def _build_for_series(self, layout):
        from augment.models import series_networks
        from augment.models.series_gan import SeriesGANModel

        width, values, label = self._value("width", layout), (layout.n_values,), (layout.n_told,)
        generator = self._network_of_several(
            "generator", [values, label], values, lambda: series_networks.generator(layout, width)
        )
        discriminator = self._network_of_several(
            "discriminator", [values, values, label], (1,), lambda: series_networks.discriminator(layout, width)
        )
        model = SeriesGANModel(layout, generator, discriminator, float(self.gamma))
        model.build((None, layout.width))
        return self._compile(model, beta_1=0.0, ema_momentum=0.998)


class GANModel(GenerativeModel):
    """The networks of `GAN` and what corrects the margins.

    Parameters
    ----------
    layout : VectorLayout
        The form of encoded rows.
    generator, discriminator : keras.Model
        As in `GAN`.
    latent_dim, gamma, matching, temperature, smoothing
        As in `GAN`, without "auto".
    """

    takes_known = True
    share_of_steps = 2 / 3  # the last third raised Adult's C2ST score from .374 to .396 and nothing else

    def __init__(self, layout, generator, discriminator, latent_dim, gamma, matching, temperature, smoothing):
        super().__init__()
        self.layout, self.latent_dim, self.smoothing = layout, latent_dim, smoothing
        self.gamma, self.matching, self.temperature = gamma, matching, temperature
        self.generator, self.discriminator = generator, discriminator
        self.heads = VectorHeads(layout, bins=1)  # one output for each float
        self.is_number = self.heads.is_number
        self.numbers = numbers_of(layout)
        self.presence = Presence(layout)
        with_number = {block.column for block in layout.blocks if block.kind == "number"} | {layout.n_columns}
        self.causes = [block for block in layout.blocks if block.column not in with_number]
        self.seed_generator = keras.random.SeedGenerator()
        self.d_loss, self.g_loss = keras.metrics.Mean("d_loss"), keras.metrics.Mean("g_loss")

    def build(self, input_shape):
        shape = len(self.numbers), KNOTS
        self.shifts = self.add_weight((self.layout.width,), "zeros", name="shifts", trainable=False)
        self.shares = self.add_weight((self.layout.width,), "ones", name="shares", trainable=False)
        self.chosen_shares = self.add_weight((self.layout.width,), "ones", name="chosen_shares", trainable=False)
        self.quantiles = self.add_weight(shape, "zeros", name="quantiles", trainable=False)
        self.quantiles.assign(np.tile(SCORES, (shape[0], 1)))
        self.built = True

    # training -------------------------------------------------------------------------------------------------------

    def training_rows(self, x, n_seen, rng):
        """Rows with one more float: the column that a row was chosen for a category of, or -1 where all are numbers.

        They are rows near the real ones; see `smoothing`.
        """
        self.shares.assign(x.mean(axis=0))  # new rows start from categories as frequent as these
        n = min(max(len(x), n_seen), TRAINING_ROWS)
        n_real, x = len(x), training_vectors(self.layout, x, n, self.smoothing, rng)
        if not self.causes:
            rows, causes = np.resize(rng.permutation(len(x)), n), np.full(n, -1.0)
        else:
            each = -(-n // len(self.causes))
            chosen = [_by_log_frequency(x[:, block.places], n_real, each, rng) for block in self.causes]
            rows = np.concatenate(chosen)
            causes = np.repeat([float(block.column) for block in self.causes], [len(part) for part in chosen])
        order = rng.permutation(len(rows))
        self.chosen_shares.assign(x[rows].mean(axis=0))
        return np.column_stack([x[rows[order]], causes[order]]).astype("float32")

    def call(self, x, training=False):
        """Rows and their causes (n, width + 1) -> what the discriminator says (n, 1) of real and generated rows.

        `fooled` is what a frozen discriminator says of the generated ones, through which the generator learns; the
        near ones are a small random step away from the real and the generated ones. Real categories are as soft as
        generated ones, or these would be known by it. `moments_apart` is what real have more than generated rows of
        the `_moments`.
        """
        x, cause = self._gated(x[:, :-1]), x[:, -1:]
        n, columns = ops.shape(x)[0], np.arange(self.layout.n_columns, dtype="float32")
        known = random_columns(n, len(columns), self.seed_generator)
        known = ops.maximum(known, ops.cast(ops.equal(cause, columns), "float32"))
        there = floats_of(self.layout, known)
        noise = keras.random.normal((n, self.latent_dim), seed=self.seed_generator)
        guess = self.generator(ops.concatenate([noise, there * x, known], axis=1), training=training)
        fake = there * x + (1 - there) * self._soft(ops.cast(guess, "float32"))
        real = there * x + (1 - there) * self._soft(ops.where(self.is_number, x, HARDNESS * x))
        still = ops.stop_gradient(fake)
        step = STEP * (1 - there) * keras.random.normal(ops.shape(x), seed=self.seed_generator)
        judged = ops.concatenate([real, still, real + step, still + step], axis=0)  # one large batch is the faster
        said = self.discriminator(ops.concatenate([judged, ops.tile(known, (4, 1))], axis=1), training=training)
        said = dict(zip(("real", "fake", "near_real", "near_fake"), ops.split(said, 4, axis=0), strict=True))
        said["fooled"] = frozen(self.discriminator, ops.concatenate([fake, known], axis=1), training=training)
        said["moments_apart"] = self._moments(x) - self._moments(fake)
        return {name: ops.cast(value, "float32") for name, value in said.items()}

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        d_loss, g_loss, slopes = pairing_losses(y_pred, STEP)
        # of two halves: a square would also punish how much fake moments vary, and with it what is rare or far out
        apart = ops.sum(ops.mean(ops.prod(y_pred["moments_apart"], axis=0), axis=0))
        self.d_loss.update_state(d_loss)
        self.g_loss.update_state(g_loss)
        return d_loss + g_loss + self.gamma / 2 * slopes + self.matching * apart

    def _soft(self, guess):
        """Rows (n, width) of numbers and logits, with a draw of the Gumbel softmax in place of the logits, gated."""
        uniform = keras.random.uniform(ops.shape(guess), 1e-6, 1 - 1e-6, seed=self.seed_generator)
        gumbel = -ops.log(-ops.log(uniform))
        soft = ops.exp(self.heads.log_probabilities((guess + gumbel) / self.temperature))
        return self._gated(ops.where(self.is_number, guess, soft))

    def _gated(self, rows):
        """Rows (n, width) with 0 for a number that is not there.

        The category says so already; what the generator makes of the number then is of the number where it is there.
        """
        return ops.multiply(rows, self.presence.of_floats(rows))

    def _moments(self, rows):
        """Means (2, k, k) of all products of two features in each half of the rows.

        The features are the numbers, waves of their ranks, the categories and a one. Categories are scaled by their
        shares in training, and numbers by how many rows have them, so that rare ones count as much as frequent ones.
        """
        share = ops.clip(self.chosen_shares, 0.02, 0.98)
        scale = ops.sqrt(ops.where(self.is_number, self.presence.of_floats(share[None]), share * (1 - share)))
        scaled = (rows - ops.where(self.is_number, 0.0, share)) / scale
        there = self.presence.of_numbers(rows) / ops.sqrt(self.presence.of_numbers(share[None]))
        rank = normal_rank(ops.take(rows, self.numbers, axis=1))
        waves = [there * 2**0.5 * ops.cos(np.pi * k * rank) for k in MOMENT_WAVES]
        features = ops.concatenate([scaled, *waves, ops.ones_like(rows[:, :1])], axis=1)
        half = ops.shape(features)[0] // 2
        halves = ops.stack([features[:half], features[half : 2 * half]])
        return ops.matmul(ops.transpose(halves, (0, 2, 1)), halves) / ops.maximum(ops.cast(half, "float32"), 1)

    def validation_error(self, x):
        """Mean total variation distance of all pairs of columns between rows x (n, width) and generated ones."""
        rows = self.transport(self.noise(CHECKED_ROWS, np.random.default_rng(0)))
        return pair_error(self.layout, x, rows)

    # generation -----------------------------------------------------------------------------------------------------

    def conclude(self, x, rng):
        """Correct the margins: after it numbers are normal, and categories as frequent as among the rows x."""
        noise = self.noise(MARGIN_ROWS, rng)
        values, known = self._started(noise[:, -2:], None)
        guess, gumbel = self._guess(noise, values, known), noise[:, self.latent_dim : -2]
        drawn = ops.convert_to_numpy(floats_of(self.layout, known)) == 0
        shifts = np.zeros(self.layout.width, "float32")
        for block in self.layout.blocks:
            if block.kind == "one_hot":
                goal = x[:, block.places].mean(axis=0)
                scores = (guess + gumbel)[drawn[:, block.start], block.places]
                shifts[block.places] = _shifts(scores, np.maximum(goal, 0.1 / len(x)))
        self.shifts.assign(shifts)
        self.quantiles.assign(self._quantiles(guess, self._categories(guess + gumbel)))

    def _quantiles(self, guess, categories):
        """Quantiles (numbers, KNOTS) of the guesses (n, width) of each number where it is there, if it often is."""
        quantiles = []
        there = ops.convert_to_numpy(self.presence.of_numbers(categories)) > 0
        for number, mine in zip(self.numbers, there.T, strict=True):
            rows = mine if mine.sum() >= KNOTS else slice(None)
            quantiles.append(np.quantile(guess[rows, number], ndtr(SCORES)) + 1e-6 * np.arange(KNOTS))
        return np.maximum.accumulate(np.reshape(quantiles, (-1, KNOTS)), axis=1)

    def _categories(self, scores):
        """The categories (n, width) with the largest scores once these are shifted, as one-hots; 1 for a number."""
        return self.heads.largest(np.where(self.is_number, 0, scores + ops.convert_to_numpy(self.shifts.value)))

    def noise(self, n, rng):
        """Noise (n, latent_dim + width + 2): normal for the generator, Gumbel for categories, uniform for a cause."""
        normal = rng.standard_normal((n, self.latent_dim), dtype="float32")
        gumbel = -np.log(rng.standard_exponential((n, self.layout.width), dtype="float32") + 1e-30)  # it may be 0
        return np.concatenate([normal, gumbel, rng.random((n, 2), dtype="float32")], axis=1)

    def transport(self, noise, condition=None):
        """Generate rows and correct their margins; see the base class.

        A row of which nothing is known starts from one category, drawn by its share, as in training.
        """
        values, known = self._started(noise[:, -2:], condition)
        guess = self._guess(noise, values, known)
        rows = np.array(ops.convert_to_numpy(self._categories(guess + noise[:, self.latent_dim : -2])))
        for place, knots in zip(self.numbers, ops.convert_to_numpy(self.quantiles.value), strict=True):
            beyond = np.minimum(guess[:, place] - knots[0], 0) + np.maximum(guess[:, place] - knots[-1], 0)
            rows[:, place] = np.interp(guess[:, place], knots, SCORES) + beyond
        return np.where(ops.convert_to_numpy(floats_of(self.layout, known)), values, rows)

    def _started(self, uniform, condition):
        """Known values (n, width) and columns (n, n_columns), at least one category of each row."""
        n = len(uniform)
        values, known = np.zeros((n, self.layout.width), "float32"), np.zeros((n, self.layout.n_columns), bool)
        if condition is not None:
            values, known = condition.values.copy(), condition.known.copy()
        free = np.flatnonzero(~known.any(axis=1))
        shares = ops.convert_to_numpy(self.shares.value)
        for number, block in enumerate(self.causes):
            rows = free[np.floor(uniform[free, 0] * len(self.causes)) == number]
            category = inverse_cumulative(np.log(shares[block.places] + 1e-12)[None], uniform[rows, 1])
            values[rows, block.start + category], known[rows, block.column] = 1, True
        return values, known

    def _guess(self, noise, values, known):
        """What the generator makes (n, width) of noise and of what is known, of each number for where it is there."""
        values = ops.convert_to_numpy(self._gated(values))
        inputs = np.concatenate([noise[:, : self.latent_dim], values, known.astype("float32")], axis=1)
        return in_chunks(lambda rows: ops.cast(self.generator(rows, training=False), "float32"), inputs)


def _by_log_frequency(one_hot, n_real, n, rng):
    """n rows, each of a category drawn by the logarithm of its frequency among the `n_real` rows of the table."""
    place = one_hot.argmax(axis=1)
    counts = np.bincount(place)
    chance = (np.log1p(counts * n_real / len(place)) / np.maximum(counts, 1))[place]
    return rng.choice(len(place), n, p=chance / chance.sum())


def _shifts(scores, goal):
    """What to add to scores (n, k) so that each place is the largest as often as its share of the `goal` (k,)."""
    shifts = np.zeros(len(goal))
    for _ in range(30 if len(scores) else 0):
        shares = np.bincount((scores + shifts).argmax(axis=1), minlength=len(goal)) / len(scores)
        shifts += 0.7 * np.clip(np.log(goal / np.maximum(shares, 0.1 / len(scores))), -1, 1)
    return shifts

"""Generative adversarial network: a generator against a discriminator, both in one loss."""

import keras
import numpy as np
from keras import ops
from scipy.special import ndtri

from augment.models.backbones import dense, plain
from augment.models.base import GenerativeModel, Recipe
from augment.models.flow import OneHots
from augment.models.gradients import frozen, jit_compile
from augment.models.vector_heads import VectorHeads

CHUNK_ROWS = 4096
CHECKED = 5000
STEP = 0.05


class GAN(Recipe):
    def __init__(self, latent_dim=64, width=256, depth=2, gamma=0.1, temperature=0.5, learning_rate=0.0005):
        self.latent_dim = latent_dim
        self.width = width
        self.depth = depth
        self.gamma = gamma
        self.temperature = temperature
        self.learning_rate = learning_rate

    def build(self, layout):
        n_condition = layout.width + layout.n_columns
        generator = dense(self.latent_dim + n_condition, layout.width, self.width, self.depth, name="generator")
        discriminator = plain(layout.width + n_condition, 1, self.width, self.depth + 1, name="discriminator")
        model = GANModel(layout, generator, discriminator, self.latent_dim, self.gamma, self.temperature)
        model.build((None, layout.width + 1))
        optimizer = keras.optimizers.Adam(self.learning_rate, beta_1=0.0, beta_2=0.99, use_ema=True, ema_momentum=0.999)
        model.compile(optimizer=optimizer, jit_compile=jit_compile())
        return model


class GANModel(GenerativeModel):
    takes_known = True

    def __init__(self, layout, generator, discriminator, latent_dim, gamma, temperature):
        super().__init__()
        self.layout, self.latent_dim, self.gamma, self.temperature = layout, latent_dim, gamma, temperature
        self.generator, self.discriminator = generator, discriminator
        self.one_hots = OneHots(layout)
        self.seed_generator = keras.random.SeedGenerator()
        self.d_loss, self.g_loss = keras.metrics.Mean("d_loss"), keras.metrics.Mean("g_loss")

    def build(self, input_shape):
        self.shifts = self.add_weight((self.layout.width,), "zeros", name="shifts", trainable=False)
        self.quantiles = self.add_weight((self.layout.width, 129), "zeros", name="quantiles", trainable=False)
        self.quantiles.assign(np.tile(_grid(129), (self.layout.width, 1)))
        self.built = True

    def training_rows(self, x, n_seen, rng):
        """Rows to train on, each with the column that it was chosen for, or -1: rare categories come more often."""
        n = min(max(len(x), n_seen), 200_000)
        plain_rows = np.concatenate([rng.permutation(len(x)) for _ in range(n // 2 // len(x) + 1)])
        out = [np.column_stack([x[plain_rows], np.full(len(plain_rows), -1)])]
        one_hots = [
            block for block in self.layout.blocks if block.kind == "one_hot" and block.column < self.layout.n_columns
        ]
        for block in one_hots:
            place = x[:, block.places].argmax(axis=1)
            counts = np.bincount(place, minlength=block.width)
            weights = np.log1p(counts)
            chance = (weights / weights.sum() / np.maximum(counts, 1))[place]
            rows = rng.choice(len(x), len(plain_rows) // len(one_hots), p=chance / chance.sum())
            out.append(np.column_stack([x[rows], np.full(len(rows), block.column)]))
        return rng.permutation(np.concatenate(out)).astype("float32")

    def call(self, x, training=False):
        x, cause = x[:, :-1], x[:, -1:]
        n, d = ops.shape(x)[0], self.layout.n_columns
        uniform = keras.random.uniform((n, d + 1), seed=self.seed_generator)
        known = uniform[:, 1:] < 2 * uniform[:, :1] - 1
        known = ops.cast(ops.logical_or(known, cause == ops.arange(d, dtype="float32")), "float32")
        there = self.spread(known)
        condition = ops.concatenate([x * there, known], axis=1)
        z = keras.random.normal((n, self.latent_dim), seed=self.seed_generator)
        guess = self.generator(ops.concatenate([z, condition], axis=1), training=training)
        gumbel = -ops.log(-ops.log(keras.random.uniform(ops.shape(guess), 1e-6, 1 - 1e-6, seed=self.seed_generator)))
        fake = there * x + (1 - there) * self.rows(guess, gumbel)
        still = ops.stop_gradient(fake)

        def judge(rows):
            return self.discriminator(ops.concatenate([rows, condition], axis=1), training=training)

        def shaken(rows):
            return rows + STEP * (1 - there) * keras.random.normal(ops.shape(rows), seed=self.seed_generator)

        return {
            "real": judge(x),
            "fake": judge(still),
            "near_real": judge(shaken(x)),
            "near_fake": judge(shaken(still)),
            "fooled": frozen(self.discriminator, ops.concatenate([fake, condition], axis=1), training=training),
        }

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        real, fake = y_pred["real"], y_pred["fake"]
        d_loss = ops.mean(ops.softplus(fake - real))
        g_loss = ops.mean(ops.softplus(ops.stop_gradient(real) - y_pred["fooled"]))
        slopes = [ops.mean(ops.square(y_pred[f"near_{name}"] - y_pred[name])) / STEP**2 for name in ("real", "fake")]
        self.d_loss.update_state(d_loss)
        self.g_loss.update_state(g_loss)
        return d_loss + g_loss + self.gamma / 2 * sum(slopes)

    def rows(self, guess, gumbel):
        """Straight-through: one-hots are hard forward, soft backward."""
        soft = ops.exp(self.one_hots.log_softmax((guess + gumbel) / self.temperature))
        hard = self.one_hots.hard(soft)
        number = self.one_hots.is_number
        return number * guess + (1 - number) * (soft + ops.stop_gradient(hard - soft))

    def spread(self, known):
        padded = ops.concatenate([known, ops.zeros_like(known[:, :1])], axis=1)
        return ops.take(padded, self.layout.columns, axis=1)

    def validation_error(self, x):
        rng = np.random.default_rng(0)
        rows = self.transport(self.noise(CHECKED, rng))
        return pair_error(self.layout, x, rows)

    def conclude(self, x, rng):
        """Correct the margins: quantiles of numbers and shares of categories as in the training rows."""
        noise = self.noise(20_000, rng)
        guess = self._guess(noise, None)
        gumbel = noise[:, self.latent_dim :]
        quantiles = ops.convert_to_numpy(self.quantiles).copy()
        shifts = np.zeros(self.layout.width)
        for block in self.layout.blocks:
            if block.kind == "number":
                levels = np.linspace(0.5 / 128, 1 - 0.5 / 128, 129)
                quantiles[block.start] = np.maximum.accumulate(
                    np.quantile(guess[:, block.start], levels) + 1e-6 * np.arange(129)
                )
            else:
                goal = np.maximum(x[:, block.places].mean(axis=0), 0.1 / len(x))
                score = guess[:, block.places] + gumbel[:, block.places]
                for _ in range(30):
                    got = np.bincount((score + shifts[block.places]).argmax(axis=1), minlength=block.width) / len(score)
                    shifts[block.places] += 0.7 * np.clip(np.log(goal / np.maximum(got, 0.1 / len(x))), -1, 1)
        self.quantiles.assign(quantiles.astype("float32"))
        self.shifts.assign(shifts.astype("float32"))

    def noise(self, n, rng):
        normal = rng.standard_normal((n, self.latent_dim), dtype="float32")
        return np.concatenate([normal, rng.gumbel(size=(n, self.layout.width)).astype("float32")], axis=1)

    def _guess(self, noise, condition):
        parts = []
        for start in range(0, len(noise), CHUNK_ROWS):
            part = slice(start, start + CHUNK_ROWS)
            z = noise[part, : self.latent_dim]
            given = np.zeros((len(z), self.layout.width + self.layout.n_columns), "float32")
            if condition is not None:
                given = np.concatenate([condition.values[part], condition.known[part]], axis=1).astype("float32")
            parts.append(ops.convert_to_numpy(self.generator(np.concatenate([z, given], axis=1), training=False)))
        return np.concatenate(parts)

    def transport(self, noise, condition=None):
        guess, gumbel = self._guess(noise, condition), noise[:, self.latent_dim :]
        score = guess + gumbel + ops.convert_to_numpy(self.shifts)
        quantiles, out = ops.convert_to_numpy(self.quantiles), np.zeros_like(guess)
        rows = np.arange(len(out))
        for block in self.layout.blocks:
            if block.kind == "number":
                out[:, block.start] = np.interp(guess[:, block.start], quantiles[block.start], _grid(129))
            else:
                out[rows, block.start + score[:, block.places].argmax(axis=1)] = 1
        if condition is None:
            return out
        return np.where(np.pad(condition.known, ((0, 0), (0, 1)))[:, self.layout.columns], condition.values, out)


def _grid(n):
    return ndtri(np.linspace(0.5 / (n - 1), 1 - 0.5 / (n - 1), n)).astype("float32")


def pair_error(layout, first, second, bins=10):
    """Mean total variation distance of all pairs of blocks."""
    heads = VectorHeads(layout, bins)
    tables = []
    for x in (first, second):
        told = ops.convert_to_numpy(heads.targets(x))
        tables.append(told.T @ told / len(told))
    difference = np.abs(tables[0] - tables[1])
    starts = [places.start for places in heads.slices]
    by_pair = np.add.reduceat(np.add.reduceat(difference, starts, axis=0), starts, axis=1) / 2
    return float(by_pair[np.triu_indices(len(starts), len(starts) > 1)].mean())

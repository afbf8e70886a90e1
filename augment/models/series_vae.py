"""The variational autoencoder of series: a code and the class make a series, and what it leaves over is normal."""

import keras
import numpy as np
from keras import ops

from augment.models.base import in_chunks
from augment.models.channel_maps import ChannelMaps
from augment.models.class_mixtures import ClassMixtures
from augment.models.covariances import roots
from augment.models.image_vae import LEAST_ERROR, LOG_VARIANCES, WARM_UP
from augment.models.series import SeriesModel, identities

MADE = 2000  # series whose values are compared with real ones


class SeriesVAEModel(SeriesModel):
    """The networks of `VAE` for series, and the mixtures over its codes.

    As for images, numbers are normal around what the decoder says, with the one standard deviation that is best. After
    training what series have more than the decoder says is drawn, too, from the normal distribution with its
    covariances in their class: without it series would be smoother than real ones. Values are then corrected by
    `ChannelMaps`. Where classes have covariances of their own, series made of each get these first: what the decoder
    says differs too little between classes.

    Parameters
    ----------
    layout : SeriesLayout
        The form of encoded series.
    encoder, decoder : keras.Model
        As in `augment.models.series_networks`.
    latent_dim, beta, n_components
        As in `VAE`; of these components each class has its share.
    """

    passes = 4  # a convolution has several places

    def __init__(self, layout, encoder, decoder, latent_dim, beta, n_components):
        super().__init__(layout)
        self.encoder, self.decoder, self.latent_dim, self.beta = encoder, decoder, latent_dim, beta
        self.mixtures = ClassMixtures(layout.n_classes, n_components, latent_dim)
        self.maps = ChannelMaps(layout.n_channels)
        self.seed_generator = keras.random.SeedGenerator()

    def build(self, input_shape):
        super().build(input_shape)
        self.step = self.add_weight((), "zeros", name="step", trainable=False)
        shape = (self.layout.n_values,) if self.root is None else self.root.shape
        self.left = self.add_weight(shape, "zeros", name="left", trainable=False)
        if self.by_class:
            self.turns = self.add_weight(self.root.shape, identities, name="turns", trainable=False)
            self.shifts = self.add_weight(self.root.shape[:2], "zeros", name="shifts", trainable=False)
        self.mixtures.build()
        self.maps.build()

    def call(self, x, training=False):
        """Encoded series (n, width) -> the terms of each one's loss (n,) and the weight of the second."""
        values, classes = self.apart(x)
        mean, log_variance = self._normal(self.encoder([values, classes], training=training))
        normal = keras.random.normal(ops.shape(mean), seed=self.seed_generator if training else 0)
        made = self.decoder([mean + ops.exp(log_variance / 2) * normal, classes], training=training)
        warm = 1.0
        if training:
            self.step.assign_add(1.0)
            warm = ops.minimum(self.step / WARM_UP, 1.0)
        return {
            "error": ops.mean(ops.square(ops.cast(made, "float32") - values), axis=1),
            "divergence": 0.5 * ops.sum(ops.exp(log_variance) + mean**2 - 1 - log_variance, axis=1),
            "weight": self.beta * warm,
        }

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        error, divergence = (
            super(SeriesVAEModel, self).compute_loss(y_pred=y_pred[name], sample_weight=sample_weight)
            for name in ("error", "divergence")
        )
        return 0.5 * self.layout.n_values * ops.log(error + LEAST_ERROR) + y_pred["weight"] * divergence

    @staticmethod
    def _normal(encoded):
        mean, log_variance = ops.split(ops.cast(encoded, "float32"), 2, axis=1)
        return mean, ops.clip(log_variance, *LOG_VARIANCES)

    def conclude(self, x, rng):
        """Learn the mixtures of codes, what the decoder leaves over, and the maps of values."""
        values, classes = map(np.asarray, self.apart(x))
        mean, log_variance = in_chunks(lambda *rows: self._normal(self.encoder(list(rows))), values, classes)
        codes = mean + np.exp(log_variance / 2) * rng.standard_normal(mean.shape, dtype="float32")
        self.mixtures.learn(codes, classes, rng)
        over = values - in_chunks(self._decoded, codes, classes)
        if self.root is None:
            self.left.assign(over.std(axis=0))
        else:
            self.left.assign(self.roots(over, classes)[0])
        if self.by_class:
            self._learn_turns(rng)
        chosen = rng.integers(len(x), size=MADE)
        made = in_chunks(self._raw, self.noise(MADE, rng), classes[chosen])
        channels = self.layout.n_channels
        self.maps.learn(made.reshape(-1, channels), values[chosen].reshape(-1, channels))

    def _learn_turns(self, rng):
        """Learn the linear maps of what is made of each class to the mean and the covariances of the class."""
        turns, shifts = [], []
        for told, root in zip(np.eye(self.layout.n_classes), ops.convert_to_numpy(self.root.value), strict=True):
            made = in_chunks(self._raw, self.noise(MADE, rng), np.tile(told.astype("float32"), (MADE, 1)))
            turns.append(roots(made)[1] @ root)
            shifts.append(ops.convert_to_numpy(self.mean.value) - made.mean(axis=0) @ turns[-1])
        self.turns.assign(turns)
        self.shifts.assign(shifts)

    def noise(self, n, rng):
        """Noise (n, 1 + latent_dim + n_values): of codes, and normal for what they leave over."""
        normal = rng.standard_normal((n, self.layout.n_values), dtype="float32")
        return np.concatenate([self.mixtures.noise(n, rng), normal], axis=1)

    def _raw(self, noise, classes):
        """Numbers (n, n_values) before their values are corrected."""
        codes, normal = np.split(noise, [1 + self.latent_dim], axis=1)
        left = ops.convert_to_numpy(self.left.value)
        over = normal * left if left.ndim == 1 else ops.convert_to_numpy(self.own(normal @ left, classes))
        raw = ops.convert_to_numpy(self._decoded(self.mixtures.codes(codes, classes), classes)) + over
        return self._turned(raw, classes) if self.by_class else raw

    def _turned(self, raw, classes):
        turned = self.own(ops.matmul(raw, self.turns), classes)
        return ops.convert_to_numpy(turned + ops.matmul(classes, self.shifts))

    def _decoded(self, codes, classes):
        codes, classes = ops.convert_to_tensor(codes, "float32"), ops.convert_to_tensor(classes, "float32")
        return ops.cast(self.decoder([codes, classes], training=False), "float32")

    def _series(self, noise, classes):
        made = self._raw(noise, classes).reshape(-1, *self.layout.shape)
        return self.maps.correct(made).reshape(len(noise), -1)

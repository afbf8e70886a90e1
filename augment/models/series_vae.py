"""The variational autoencoder of series: a code and the class make a series, and what it leaves over is normal."""

import keras
import numpy as np
from keras import ops

from augment.models.base import in_chunks
from augment.models.channel_covariances import series_covariances
from augment.models.channel_maps import ChannelMaps
from augment.models.class_mixtures import ClassMixtures
from augment.models.image_vae import LEAST_ERROR, LOG_VARIANCES, WARM_UP
from augment.models.series import SeriesModel

MADE = 2000  # series whose values are compared with real ones


class SeriesVAEModel(SeriesModel):
    """The networks of `VAE` for series, and the mixtures over its codes.

    As for images, numbers are normal around what the decoder says, with the one standard deviation that is best. After
    training what series have more than the decoder says is drawn, too, from the normal distribution with its
    covariances in their class: without it series would be smoother than real ones. What both make is then mapped to the
    mean and the covariances of all series, or of the class where it has its own, since the decoder says too little of
    either; and values are corrected by `ChannelMaps`.

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
        self.left = series_covariances(layout, "left")  # of what the decoder leaves over
        self.raw = series_covariances(layout, "raw")  # of what is made, before it is mapped
        self.maps = ChannelMaps(layout.n_channels)
        self.seed_generator = keras.random.SeedGenerator()

    def build(self, input_shape):
        super().build(input_shape)
        self.step = self.add_weight((), "zeros", name="step", trainable=False)
        for layer in (self.left, self.raw, self.mixtures, self.maps):
            layer.build()
        shape = (self.layout.n_classes,) * self.raw.by_class + (self.layout.n_values,)
        self.raw_mean = self.add_weight(shape, "zeros", name="raw_mean", trainable=False)

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
        self.left.learn(over, classes)
        chosen = rng.integers(len(x), size=MADE)
        self._learn_raw(classes[chosen], rng)
        made = in_chunks(self._mapped, self.noise(MADE, rng), classes[chosen])
        channels = self.layout.n_channels
        self.maps.learn(made.reshape(-1, channels), values[chosen].reshape(-1, channels))

    def _learn_raw(self, told, rng):
        """Learn the mean and the covariances of what is made, of each class where it has covariances of its own."""
        if self.raw.by_class:
            told = np.repeat(np.eye(self.layout.n_classes, dtype="float32"), MADE, axis=0)
        made = in_chunks(self._raw, self.noise(len(told), rng), told)
        self.raw_mean.assign(made.reshape(*self.raw_mean.shape[:-1], -1, self.layout.n_values).mean(axis=-2))
        self.raw.learn(made - self._mean_of_raw(told), told)

    def _mean_of_raw(self, told):
        return ops.convert_to_numpy(ops.matmul(told, self.raw_mean) if self.raw.by_class else self.raw_mean)

    def noise(self, n, rng):
        """Noise (n, 1 + latent_dim + n_values): of codes, and normal for what they leave over."""
        normal = rng.standard_normal((n, self.layout.n_values), dtype="float32")
        return np.concatenate([self.mixtures.noise(n, rng), normal], axis=1)

    def _raw(self, noise, classes):
        """Numbers (n, n_values) that the decoder makes, and what it leaves over."""
        codes, normal = np.split(noise, [1 + self.latent_dim], axis=1)
        decoded = self._decoded(self.mixtures.codes(codes, classes), classes)
        return ops.convert_to_numpy(decoded + self.left.spread(normal, classes))

    def _mapped(self, noise, classes):
        """Numbers (n, n_values) with the means and covariances of series, before their values are corrected."""
        white = self.raw.whitened(self._raw(noise, classes) - self._mean_of_raw(classes), classes)
        return ops.convert_to_numpy(self.coloured(white, classes))

    def _decoded(self, codes, classes):
        codes, classes = ops.convert_to_tensor(codes, "float32"), ops.convert_to_tensor(classes, "float32")
        return ops.cast(self.decoder([codes, classes], training=False), "float32")

    def _series(self, noise, classes):
        made = self._mapped(noise, classes).reshape(-1, *self.layout.shape)
        return self.maps.correct(made).reshape(len(noise), -1)

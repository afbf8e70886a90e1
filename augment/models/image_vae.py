"""The variational autoencoder of images: a code and the class make an image, and each class has its own mixture."""

import keras
import numpy as np
from keras import ops

from augment.models.base import in_chunks
from augment.models.class_mixtures import ClassMixtures
from augment.models.images import ImageModel

WARM_UP = 500  # steps in which the weight of the Kullback-Leibler term rises to 1
LEAST_ERROR = 1e-4  # mean squared error of pixels below which nothing is gained
LOG_VARIANCES = -10.0, 5.0


class ImageVAEModel(ImageModel):
    """The networks of `VAE` for images, and the mixtures over its codes.

    Pixels are normal around what the decoder says, with one standard deviation, the best one (Rybkin et al.,
    "Simple and effective VAE training with calibrated decoders", ICML 2021, arXiv 2006.13202), so that there is no
    weight to choose between the two terms. Pixels of two values are Bernoulli, and the decoder says their logits.

    Parameters
    ----------
    layout : ImageLayout
        The form of encoded images.
    encoder, decoder : keras.Model
        As in `augment.models.convolutions`.
    latent_dim, beta, n_components
        As in `VAE`; of these components each class has its share.
    """

    share_of_steps = 0.45

    def __init__(self, layout, encoder, decoder, latent_dim, beta, n_components):
        super().__init__(layout)
        self.encoder, self.decoder = encoder, decoder
        self.latent_dim, self.beta = latent_dim, beta
        self.mixtures = ClassMixtures(layout.n_classes, n_components, latent_dim)
        self.seed_generator = keras.random.SeedGenerator()

    def build(self, input_shape):
        self.step = self.add_weight((), "zeros", name="step", trainable=False)
        self.mixtures.build()
        super().build(input_shape)

    def call(self, x, training=False):
        """Encoded images (n, width) -> the terms of each one's loss (n,) and the weight of the second."""
        pixels, classes = self.apart(x)
        mean, log_variance = self._normal(self.encoder([pixels, classes], training=training))
        normal = keras.random.normal(ops.shape(mean), seed=self.seed_generator if training else 0)
        made = self.decoder([mean + ops.exp(log_variance / 2) * normal, classes], training=training)
        made = ops.cast(made, "float32")
        errors = ops.softplus(-pixels * made) if self.layout.binary else ops.square(made - pixels)
        warm = 1.0
        if training:
            self.step.assign_add(1.0)
            warm = ops.minimum(self.step / WARM_UP, 1.0)
        return {
            "error": ops.mean(errors, axis=list(range(1, len(self.layout.shape) + 1))),
            "divergence": 0.5 * ops.sum(ops.exp(log_variance) + mean**2 - 1 - log_variance, axis=1),
            "weight": self.beta * warm,
        }

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        error, divergence = (
            super(ImageVAEModel, self).compute_loss(y_pred=y_pred[name], sample_weight=sample_weight)
            for name in ("error", "divergence")
        )
        return self._surprise(error) + y_pred["weight"] * divergence

    def _surprise(self, error):
        """Minus the log-likelihood of an image's pixels, but for a constant, by their mean error."""
        if self.layout.binary:
            return self.layout.n_pixels * error
        return 0.5 * self.layout.n_pixels * ops.log(error + LEAST_ERROR)

    def misfit(self, y_pred):
        return self._surprise(y_pred["error"]) + y_pred["divergence"]

    @staticmethod
    def _normal(encoded):
        mean, log_variance = ops.split(ops.cast(encoded, "float32"), 2, axis=1)
        return mean, ops.clip(log_variance, *LOG_VARIANCES)

    def conclude(self, x, rng):
        """Fit the mixture of each class to the codes of its images, and correct the values of pixels."""
        self.prepare(x, rng)
        super().conclude(x, rng)

    def prepare(self, x, rng):
        """Fit the mixture of each class to the codes of its images."""
        mean, log_variance = in_chunks(lambda rows: self._normal(self.encoder(list(self.apart(rows)))), x, size=256)
        codes = mean + np.exp(log_variance / 2) * rng.standard_normal(mean.shape, dtype="float32")
        self.mixtures.learn(codes, x[:, self.layout.n_pixels :], rng)

    def noise(self, n, rng):
        """Noise (n, 1 + latent_dim) of codes."""
        return self.mixtures.noise(n, rng)

    def _images(self, noise, classes):
        return self._decode(self.mixtures.codes(noise, classes), classes)

    def _near(self, noise, classes, like, strength):
        """Images part of the way, in the space of codes, to others of the class."""
        mean, _ = self._normal(self.encoder([ops.convert_to_tensor(like), ops.convert_to_tensor(classes)]))
        own, other = ops.convert_to_numpy(mean), self.mixtures.codes(noise, classes)
        return self._decode(own + strength * (other - own), classes)

    def _decode(self, codes, classes):
        codes, classes = ops.convert_to_tensor(codes, "float32"), ops.convert_to_tensor(classes, "float32")
        return ops.cast(self.decoder([codes, classes], training=False), "float32")

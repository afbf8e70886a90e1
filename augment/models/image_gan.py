"""The adversarial network of images: a generator draws, a discriminator tells its pictures from real ones."""

import keras
import numpy as np
from keras import ops

from augment.models.adversarial import pairing_losses
from augment.models.distortions import distort, draw
from augment.models.gradients import frozen
from augment.models.images import ImageModel
from augment.models.sliced_distance import sliced_distance

STEP = 0.05  # length of the finite differences, in pixels from -1 to 1
CHECKED = 500  # images that are compared with validation images


class ImageGANModel(ImageModel):
    """The networks of `GAN` for images.

    The losses are those of tables: pairs of a real and a generated image of its class, and slopes by finite
    differences. All that the discriminator sees is distorted at random, real and generated images alike. Pixels of two
    values it sees rounded, as they are given to the user, and gradients pass the rounding unchanged (Bengio et al.,
    "Estimating or propagating gradients through stochastic neurons", 2013, arXiv 1308.3432).

    Parameters
    ----------
    layout : ImageLayout
        The form of encoded images.
    generator, discriminator : keras.Model
        As `augment.models.convolutions` makes decoder and discriminator.
    latent_dim, gamma
        As in `GAN`, without "auto".
    """

    takes_like = False
    share_of_steps = 0.75

    def __init__(self, layout, generator, discriminator, latent_dim, gamma):
        super().__init__(layout)
        self.generator, self.discriminator, self.latent_dim, self.gamma = generator, discriminator, latent_dim, gamma
        self.seed_generator = keras.random.SeedGenerator()
        self.d_loss, self.g_loss = keras.metrics.Mean("d_loss"), keras.metrics.Mean("g_loss")

    def call(self, x, training=False):
        """Encoded images (n, width) -> what the discriminator says (n, 1) of real and generated images.

        `fooled` is what a frozen discriminator says of the generated ones, through which the generator learns; the
        near ones are a small random step away from the first half of the real and the generated ones.
        """
        pixels, classes = self.apart(x)
        n = ops.shape(x)[0]
        noise = keras.random.normal((n, self.latent_dim), seed=self.seed_generator)
        drawn = draw(n, self.layout.shape, self.seed_generator)
        real = distort(pixels, drawn)
        fake = distort(self._drawn(noise, classes, training), drawn)
        still, half = ops.stop_gradient(fake), (n + 1) // 2  # of a single image that one
        step = STEP * keras.random.normal((half, *self.layout.shape), seed=self.seed_generator)
        judged = ops.concatenate([real, still, real[:half] + step, still[:half] + step], axis=0)
        told = ops.concatenate([classes, classes, classes[:half], classes[:half]], axis=0)
        said = ops.cast(self.discriminator([judged, told], training=training), "float32")
        return {
            "real": said[:n],
            "fake": said[n : 2 * n],
            "near_real": said[2 * n : 2 * n + half],
            "near_fake": said[2 * n + half :],
            "fooled": ops.cast(frozen(self.discriminator, [fake, classes], training=training), "float32"),
        }

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        d_loss, g_loss, slopes = pairing_losses(y_pred, STEP)
        self.d_loss.update_state(d_loss)
        self.g_loss.update_state(g_loss)
        return d_loss + g_loss + self.gamma / 2 * slopes

    def validation_error(self, x):
        """Squared sliced Wasserstein distance of generated images from those of x (n, width), with the same classes."""
        x = x[:CHECKED]
        pixels, classes = x[:, : self.layout.n_pixels], x[:, self.layout.n_pixels :]
        made = np.asarray(ops.convert_to_numpy(self._images(self.noise(len(x), np.random.default_rng(0)), classes)))
        return sliced_distance(pixels, made.reshape(len(x), -1))

    def noise(self, n, rng):
        """Normal noise (n, latent_dim)."""
        return rng.standard_normal((n, self.latent_dim), dtype="float32")

    def _images(self, noise, classes):
        noise, classes = ops.convert_to_tensor(noise, "float32"), ops.convert_to_tensor(classes, "float32")
        return self._drawn(noise, classes, False)

    def _drawn(self, noise, classes, training):
        made = ops.tanh(ops.cast(self.generator([noise, classes], training=training), "float32"))
        if self.layout.binary:
            made = made + ops.stop_gradient(ops.where(made > 0, 1.0, -1.0) - made)
        return made

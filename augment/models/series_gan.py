"""The adversarial network of series: a generator changes noise of their covariances, a discriminator judges it."""

import keras
import numpy as np
from keras import ops

from augment.models.adversarial import pairing_losses
from augment.models.channel_maps import ChannelMaps
from augment.models.gradients import frozen
from augment.models.series import SeriesModel
from augment.models.sliced_distance import sliced_distance

STEP = 0.05  # length of the finite differences, in standard deviations
CHECKED = 500  # series that are compared with validation series
MADE = 2000  # series whose values are compared with real ones


class SeriesGANModel(SeriesModel):
    """The networks of `GAN` for series.

    What the generator makes of white noise is added to it and gets the means and covariances of the training series
    of its class, so that generation starts from the normal distribution that is nearest to them. The discriminator also
    sees series whitened, where small differences between channels are as large as all others. Values are corrected by
    `ChannelMaps`.

    Parameters
    ----------
    layout : SeriesLayout
        The form of encoded series.
    generator, discriminator : keras.Model
        As in `augment.models.series_networks`.
    gamma : float
        As in `GAN`.
    """

    passes = 30  # a convolution has several places, and most of a step is the discriminator's, of five batches
    share_of_steps = 0.75

    def __init__(self, layout, generator, discriminator, gamma):
        super().__init__(layout)
        self.generator, self.discriminator, self.gamma = generator, discriminator, gamma
        self.maps = ChannelMaps(layout.n_channels)
        self.seed_generator = keras.random.SeedGenerator()
        self.d_loss, self.g_loss = keras.metrics.Mean("d_loss"), keras.metrics.Mean("g_loss")

    def build(self, input_shape):
        super().build(input_shape)
        self.maps.build()

    def call(self, x, training=False):
        """Encoded series (n, width) -> what the discriminator says (n, 1) of real and generated series.

        See `pairing_losses`. The steps away are taken in whitened series, of the first half of the batch.
        """
        real, classes = self.apart(x)
        n = ops.shape(x)[0]
        fake = self._drawn(keras.random.normal(ops.shape(real), seed=self.seed_generator), classes, training)
        still, half = ops.stop_gradient(fake), (n + 1) // 2  # of a single series that one
        white = keras.random.normal((half, self.layout.n_values), seed=self.seed_generator)
        step = STEP * self.covariances.spread(white, classes[:half])
        judged = ops.concatenate([real, still, real[:half] + step, still[:half] + step], axis=0)
        told = ops.concatenate([classes, classes, classes[:half], classes[:half]], axis=0)
        said = ops.cast(self.discriminator(self._seen(judged, told), training=training), "float32")
        return {
            "real": said[:n],
            "fake": said[n : 2 * n],
            "near_real": said[2 * n : 2 * n + half],
            "near_fake": said[2 * n + half :],
            "fooled": ops.cast(frozen(self.discriminator, self._seen(fake, classes), training=training), "float32"),
        }

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        d_loss, g_loss, slopes = pairing_losses(y_pred, STEP)
        self.d_loss.update_state(d_loss)
        self.g_loss.update_state(g_loss)
        return d_loss + g_loss + self.gamma / 2 * slopes

    def _seen(self, values, classes):
        """What the discriminator takes."""
        return [values, self.whitened(values, classes), classes]

    def _drawn(self, white, classes, training=False):
        """Numbers (n, n_values) of white noise (n, n_values)."""
        white, classes = ops.convert_to_tensor(white, "float32"), ops.convert_to_tensor(classes, "float32")
        said = ops.cast(self.generator([white, classes], training=training), "float32")
        return self.coloured(white + said, classes)

    def validation_error(self, x):
        """Squared sliced Wasserstein distance of generated series from those of x (n, width), with the same classes."""
        values, classes = self.apart(x[:CHECKED])
        white = self.noise(len(values), np.random.default_rng(0))
        return sliced_distance(np.asarray(values), ops.convert_to_numpy(self._drawn(white, classes)))

    def conclude(self, x, rng):
        """Learn the maps of values."""
        values, classes = self.apart(x[rng.integers(len(x), size=MADE)])
        made = ops.convert_to_numpy(self._drawn(self.noise(MADE, rng), classes))
        self.maps.learn(*(each.reshape(-1, self.layout.n_channels) for each in (made, np.asarray(values))))

    def noise(self, n, rng):
        """White noise (n, n_values)."""
        return rng.standard_normal((n, self.layout.n_values), dtype="float32")

    def _series(self, noise, classes):
        made = ops.convert_to_numpy(self._drawn(noise, classes)).reshape(-1, *self.layout.shape)
        return self.maps.correct(made).reshape(len(noise), -1)

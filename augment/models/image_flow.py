"""Flow matching of images: a U-Net says in which direction a mixture of noise and image moves to become the image."""

import keras
import numpy as np
from keras import ops

from augment.models.images import ImageModel
from augment.models.solvers import follow

WAVES = 8  # sines and cosines of the time
UNTOLD = 0.1  # share of training images whose class the network is not told, for guidance


class ImageFlowModel(ImageModel):
    """The network of `Flow` for images, and its sampler.

    Times are logit-normal (Esser et al., "Scaling rectified flow transformers", ICML 2024, arXiv 2403.03206). A tenth
    of the images is learned without a class, so that guidance can extrapolate from there.

    Parameters
    ----------
    layout : ImageLayout
        The form of encoded images.
    network : keras.Model
        As `augment.models.convolutions.u_net` makes it.
    n_steps, sampler, guidance_scale
        As in `Flow`, without "auto".
    """

    share_of_steps = 0.6

    def __init__(self, layout, network, n_steps, sampler, guidance_scale):
        super().__init__(layout)
        self.network, self.n_steps, self.sampler, self.guidance_scale = network, n_steps, sampler, guidance_scale
        self.passes = n_steps * (1 + (sampler == "heun")) * (1 + (guidance_scale != 1))
        self.seed_generator = keras.random.SeedGenerator()

    def call(self, x, training=False):
        """Encoded images (n, width) -> each one's mean squared error of directions (n,)."""
        pixels, classes = self.apart(x)
        n = ops.shape(x)[0]
        seeds = [self.seed_generator] * 3 if training else [0, 1, 2]
        time = ops.sigmoid(keras.random.normal((n, 1), seed=seeds[0]))
        noise = keras.random.normal(ops.shape(pixels), seed=seeds[1])
        told = ops.cast(keras.random.uniform((n, 1), seed=seeds[2]) >= UNTOLD, "float32")
        place = ops.reshape(time, (-1, *[1] * len(self.layout.shape)))
        guess = self._guess((1 - place) * noise + place * pixels, time, told * classes, training)
        return ops.mean(ops.square(guess - (pixels - noise)), axis=list(range(1, len(self.layout.shape) + 1)))

    def _guess(self, mixed, time, classes, training=False):
        """Directions (n, *shape) of mixtures at times (n, 1)."""
        angles = ops.multiply(time, np.pi * np.arange(1, WAVES + 1, dtype="float32"))
        features = ops.concatenate([time, ops.sin(angles), ops.cos(angles)], axis=1)
        return ops.cast(self.network([mixed, features, classes], training=training), "float32")

    def noise(self, n, rng):
        """Normal noise (n, n_pixels)."""
        return rng.standard_normal((n, self.layout.n_pixels), dtype="float32")

    def _images(self, noise, classes):
        return self._follow(noise.reshape(-1, *self.layout.shape), classes, 0.0)

    def _near(self, noise, classes, like, strength):
        """Images noised back to the time 1 - strength, and brought forward again with their class."""
        time = 1 - strength
        return self._follow((1 - time) * noise.reshape(like.shape) + time * like, classes, time)

    def _follow(self, x, classes, start):
        """Follow the directions from the time `start` to 1."""
        x, classes = ops.convert_to_tensor(x, "float32"), ops.convert_to_tensor(classes, "float32")
        n_steps = max(1, int(np.ceil(self.n_steps * (1 - start) - 1e-9)))  # 10 times .3 is a little more than 3
        times = np.linspace(start, 1, n_steps + 1)
        return follow(lambda x, time: self._direction(x, time, classes), x, times, self.sampler)

    def _direction(self, x, time, classes):
        time = ops.full((ops.shape(x)[0], 1), float(time), dtype="float32")
        direction = self._guess(x, time, classes)
        if self.guidance_scale == 1:
            return direction
        unguided = self._guess(x, time, ops.zeros_like(classes))
        return unguided + self.guidance_scale * (direction - unguided)

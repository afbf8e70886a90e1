"""Flow matching of images: a U-Net says in which direction a mixture of noise and image moves to become the image."""

import keras
import numpy as np
from keras import ops

from augment.models.images import ImageModel
from augment.models.solvers import follow, grid

WAVES = 8  # sines and cosines of the time
UNSHIFTED = 16  # root of the number of pixels of two values up to which times are not shifted
UNTOLD = 0.1  # share of training images whose class the network is not told, for guidance


class ImageFlowModel(ImageModel):
    """The network of `Flow` for images, and its sampler.

    Times are logit-normal (Esser et al., "Scaling rectified flow transformers", ICML 2024, arXiv 2403.03206). A tenth
    of the images is learned without a class, so that guidance can extrapolate from there.

    Of pixels of two values the network guesses how likely the upper one is, by cross-entropy, from which the direction
    follows (Eijkelboom et al., "Variational flow matching", NeurIPS 2024, arXiv 2406.04843), and at the last time the
    likelier value is taken. The more of them there are, the earlier an image is decided: times are then shifted towards
    the start, as Esser et al. do with the resolution (5.3.2), in training and between the sampler's steps.

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
    matched = 500  # each takes long, and mirrored noise makes up for their number

    def __init__(self, layout, network, n_steps, sampler, guidance_scale):
        super().__init__(layout)
        self.network, self.n_steps, self.sampler, self.guidance_scale = network, n_steps, sampler, guidance_scale
        self.passes = n_steps * (1 + (sampler == "heun")) * (1 + (guidance_scale != 1))
        self.shift = max(1.0, layout.n_pixels**0.5 / UNSHIFTED) if layout.binary else 1.0
        self.seed_generator = keras.random.SeedGenerator()

    def call(self, x, training=False):
        """Encoded images (n, width) -> each one's mean squared error of directions (n,)."""
        pixels, classes = self.apart(x)
        n = ops.shape(x)[0]
        seeds = [self.seed_generator] * 3 if training else [0, 1, 2]
        time = ops.sigmoid(keras.random.normal((n, 1), seed=seeds[0]) - float(np.log(self.shift)))
        noise = keras.random.normal(ops.shape(pixels), seed=seeds[1])
        told = ops.cast(keras.random.uniform((n, 1), seed=seeds[2]) >= UNTOLD, "float32")
        place = ops.reshape(time, (-1, *[1] * len(self.layout.shape)))
        guess = self._guess((1 - place) * noise + place * pixels, time, told * classes, training)
        wrong = ops.softplus(-pixels * guess) if self.layout.binary else ops.square(guess - (pixels - noise))
        return ops.mean(wrong, axis=list(range(1, len(self.layout.shape) + 1)))

    def _guess(self, mixed, time, classes, training=False):
        """Directions (n, *shape) of mixtures at times (n, 1), or logits of the upper of two values."""
        angles = ops.multiply(time, np.pi * np.arange(1, WAVES + 1, dtype="float32"))
        features = ops.concatenate([time, ops.sin(angles), ops.cos(angles)], axis=1)
        return ops.cast(self.network([mixed, features, classes], training=training), "float32")

    def noise(self, n, rng):
        """Normal noise (n, n_pixels)."""
        return rng.standard_normal((n, self.layout.n_pixels), dtype="float32")

    def balanced_noise(self, n, rng):
        """Normal noise (n, n_pixels), the second half that of the first with the other sign."""
        half = self.noise(-(-n // 2), rng)
        return np.concatenate([half, -half])[:n]

    def _images(self, noise, classes):
        return self._follow(noise.reshape(-1, *self.layout.shape), classes, 0.0)

    def _near(self, noise, classes, like, strength):
        """Images noised back so far that this share of the way is left, and brought forward with their class."""
        time = self._shifted(1 - strength)
        return self._follow((1 - time) * noise.reshape(like.shape) + time * like, classes, 1 - strength)

    def _shifted(self, share):
        """The time at which a share of the way is done."""
        return share / (share + self.shift * (1 - share))

    def _follow(self, x, classes, start):
        """Follow the directions to the time 1 from where a share of the way, `start`, is done."""
        x, classes = ops.convert_to_tensor(x, "float32"), ops.convert_to_tensor(classes, "float32")
        n_steps = int((grid(self.n_steps, self.sampler)[1:] > min(start + 1e-9, 1 - 1e-9)).sum())
        times = self._shifted(grid(n_steps, self.sampler, start))
        if not self.layout.binary:
            return follow(lambda x, time: self._guided(x, time, classes), x, times, self.sampler)

        def direction(x, time):
            return (ops.tanh(self._guided(x, time, classes) / 2) - x) / float(1 - time)

        x = follow(direction, x, times[:-1], self.sampler)
        return self._guided(x, times[-2], classes)

    def _guided(self, x, time, classes):
        """What the network says of x at a time, further away from what it says without a class."""
        time = ops.full((ops.shape(x)[0], 1), float(time), dtype="float32")
        guess = self._guess(x, time, classes)
        if self.guidance_scale == 1:
            return guess
        unguided = self._guess(x, time, ops.zeros_like(classes))
        return unguided + self.guidance_scale * (guess - unguided)

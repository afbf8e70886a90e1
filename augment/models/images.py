"""What the models of images share: pixels and classes out of encoded rows and back into them."""

import numpy as np
from keras import ops

from augment.codecs.layout import ImageCondition
from augment.models.base import GenerativeModel, in_chunks

CHUNK = 256  # images that are made at a time
FEWEST = 500  # real images at least whose pixel values are compared with new ones, however large they are
PIXELS = 20_000_000  # of real or new images about that are looked at
VARIED = 200  # variations that are compared with the images they vary
LEVELS = np.linspace(0, 1, 513)  # of the quantiles that are compared
APART = 1e-12  # between equal ones
STRENGTHS = 0.05, 0.3, 1.0  # of variations whose pixel values are compared; 1 is an image of its own
LOOKS = 8  # draws of noise that a class is judged by


class ImageModel(GenerativeModel):
    """Base of the models of images: `layout` tells where in a row (n, layout.width) pixels and class stand.

    `transport` calls `_images(noise, classes)`, or `_near(noise, classes, like, strength)` where images are given to
    stay near to; both give pixels (n, *layout.shape). After training the values of each channel are corrected by a
    rising map to be as frequent as in real images: a background is then of one value again, not of values near it.
    Variations have maps of their own, by their strength, since what is near a real image has nearly its values. Where
    pixels have two values (`layout.binary`) there is nothing to correct: what is above 0 is the upper one.

    Parameters
    ----------
    layout : ImageLayout
        The form of encoded images.

    Attributes
    ----------
    passes : int
        How often an image that is made goes through the network, 1 by default.
    matched : int
        New images at most whose pixel values are compared with real ones, 5,000 by default.
    """

    takes_known = takes_like = True
    passes, matched = 1, 5_000

    def __init__(self, layout):
        super().__init__()
        self.layout = layout

    def build(self, input_shape):
        self.strengths = STRENGTHS if self.takes_like else STRENGTHS[-1:]
        shape = len(self.strengths), 2, self.layout.shape[-1], len(LEVELS)  # of made and of real images
        self.quantiles = self.add_weight(shape, "zeros", name="quantiles", trainable=False)
        self._forget_values()
        self.built = True

    def _forget_values(self):
        self.quantiles.assign(np.broadcast_to(2 * LEVELS - 1, self.quantiles.shape).astype("float32"))

    def apart(self, rows):
        """Pixels (n, *shape) and classes (n, n_classes) of encoded images."""
        rows, n_pixels = ops.convert_to_tensor(rows), self.layout.n_pixels
        return ops.reshape(rows[:, :n_pixels], (-1, *self.layout.shape)), rows[:, n_pixels:]

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        if sample_weight is None:
            return ops.mean(y_pred)
        return ops.sum(y_pred * sample_weight) / ops.sum(sample_weight)

    def transport(self, noise, condition=None):
        """Encoded images (n, layout.width); see the base class. Without a condition classes are all zeros."""
        if condition is None:
            classes, like = np.zeros((len(noise), self.layout.n_classes), "float32"), None
        else:
            classes, like = condition.classes, condition.like
        strength = 1.0 if like is None else float(condition.strength)
        if like is None:
            pixels = in_chunks(self._images, noise, classes, size=CHUNK)
        else:

            def near(noise, classes, like):
                return self._near(noise, classes, like.reshape(-1, *self.layout.shape), strength)

            pixels = in_chunks(near, noise, classes, like, size=CHUNK)
        if self.layout.binary:
            pixels = np.where(pixels > 0, 1, -1).astype("float32")
        else:
            pixels = self._corrected(np.clip(pixels, -1, 1), strength)
        return np.concatenate([pixels.reshape(len(noise), -1), classes], axis=1)

    def conclude(self, x, rng):
        """Learn the maps of pixel values from those of generated and varied images and of the images x (n, width)."""
        if self.layout.binary:
            return
        self._forget_values()
        order, found = rng.permutation(len(x)), []
        real = x[np.resize(order, VARIED)]
        pixels, classes = np.split(real, [self.layout.n_pixels], axis=1)
        for strength in self.strengths[:-1]:
            made = self.transport(self.noise(VARIED, rng), ImageCondition(classes, pixels, strength))
            found.append([self._values(made), self._values(real)])
        n, real = self.n_matched, x[order[: self._most_matched]]
        classes = self._balanced_classes(x[order], -(-n // 2))
        made = self.transport(self.balanced_noise(n, rng), ImageCondition(np.tile(classes, (2, 1))[:n]))
        found.append([self._values(made), self._values(real)])
        self.quantiles.assign(np.array(found, "float32"))

    @property
    def n_matched(self):
        """New images whose pixel values are compared with real ones."""
        return min(self.matched, self._most_matched)

    @property
    def _most_matched(self):
        return max(FEWEST, PIXELS // self.layout.n_pixels)

    def balanced_noise(self, n, rng):
        """Noise (n, ...) for images whose common pixel values are to be sure; by default as `noise` draws it.

        A model whose noise is symmetric can mirror the first half of it in the second: what is too bright in one image
        is mostly too dark in the other. Both have the same class.

        Parameters
        ----------
        n, rng
            As in `noise`.
        """
        return self.noise(n, rng)

    def _balanced_classes(self, x, n):
        """Classes (n, n_classes) as frequent as those of the images x, not only in the mean."""
        classes = x[:, self.layout.n_pixels :]
        order = np.argsort(classes @ np.arange(self.layout.n_classes), kind="stable")
        return classes[order[np.arange(n) * len(x) // n]]

    def _values(self, rows):
        """Quantiles (channels, levels) of the pixels of encoded images."""
        pixels = rows[:, : self.layout.n_pixels].reshape(-1, self.layout.shape[-1])
        return np.quantile(pixels, LEVELS, axis=0).T

    def _corrected(self, pixels, strength):
        quantiles = ops.convert_to_numpy(self.quantiles.value).astype("float64")
        place = np.interp(strength, self.strengths, np.arange(len(self.strengths)))
        below, above = quantiles[int(place)], quantiles[int(np.ceil(place))]
        made, real = below + (place - int(place)) * (above - below)
        # black and white stay so
        made, real = (np.pad(own, [(0, 0), (1, 1)], constant_values=[(0, 0), (-1, 1)]) for own in (made, real))
        channels = [np.interp(pixels[..., i], _spread(made[i]), real[i]) for i in range(len(made))]
        return np.stack(channels, axis=-1).astype("float32")

    def misfit(self, y_pred):
        """How badly each encoded image (n,) fits its class, of what `call` returned."""
        return y_pred

    def likeliest_classes(self, pixels):
        """One-hots (n, n_classes) of the classes that images (n, n_pixels) fit best, by the loss of each."""
        n_classes, misfits = self.layout.n_classes, []
        for label in np.eye(n_classes, dtype="float32"):
            rows = np.concatenate([pixels, np.tile(label, (len(pixels), 1))], axis=1)
            seen = in_chunks(lambda part: self.misfit(self(np.repeat(part, LOOKS, axis=0))), rows, size=CHUNK // LOOKS)
            misfits.append(seen.reshape(len(pixels), LOOKS).mean(axis=1))
        return np.eye(n_classes, dtype="float32")[np.argmin(misfits, axis=0)]


def _spread(values):
    """Sorted values, equal ones a little apart around what they were: a pixel of such a value is at their middle."""
    _, runs, sizes = np.unique(values, return_inverse=True, return_counts=True)
    places = np.arange(len(values))
    return values + APART * (places - (np.bincount(runs, places) / sizes)[runs])

"""What the models of images share: pixels and classes out of encoded rows and back into them."""

import numpy as np
from keras import ops

from augment.codecs.layout import ImageCondition
from augment.models.base import GenerativeModel, in_chunks

CHUNK = 256  # images that are made at a time
MATCHED = 500  # images whose pixel values are compared with real ones
LEVELS = np.linspace(0, 1, 513)  # of the quantiles that are compared
APART = 1e-9  # least difference of two of them
LOOKS = 8  # draws of noise that a class is judged by


class ImageModel(GenerativeModel):
    """Base of the models of images: `layout` tells where in a row (n, layout.width) pixels and class stand.

    `transport` calls `_images(noise, classes)`, or `_near(noise, classes, like, strength)` where images are given to
    stay near to; both give pixels (n, *layout.shape). After training the values of each channel are corrected by a
    rising map to be as frequent as in real images: a background is then of one value again, not of values near it.

    Parameters
    ----------
    layout : ImageLayout
        The form of encoded images.
    """

    takes_known = takes_like = True

    def __init__(self, layout):
        super().__init__()
        self.layout = layout

    def build(self, input_shape):
        shape = 2, self.layout.shape[-1], len(LEVELS)
        self.quantiles = self.add_weight(shape, "zeros", name="quantiles", trainable=False)  # generated, and real
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
        if like is None:
            pixels = in_chunks(self._images, noise, classes, size=CHUNK)
        else:

            def near(noise, classes, like):
                return self._near(noise, classes, like.reshape(-1, *self.layout.shape), float(condition.strength))

            pixels = in_chunks(near, noise, classes, like, size=CHUNK)
        pixels = self._corrected(np.clip(pixels, -1, 1)).reshape(len(noise), -1)
        return np.concatenate([pixels, classes], axis=1)

    def conclude(self, x, rng):
        """Learn the map of pixel values from those of generated images and of the images x (n, width)."""
        self._forget_values()
        classes = x[rng.integers(len(x), size=MATCHED), self.layout.n_pixels :]
        made = self.transport(self.noise(MATCHED, rng), ImageCondition(classes))
        shape = -1, self.layout.shape[-1]
        values = [np.quantile(rows[:, : self.layout.n_pixels].reshape(shape), LEVELS, axis=0).T for rows in (made, x)]
        self.quantiles.assign(np.stack(values).astype("float32"))

    def _corrected(self, pixels):
        made, real = ops.convert_to_numpy(self.quantiles.value)
        made = np.maximum.accumulate(made.astype("float64") + APART * np.arange(len(LEVELS)), axis=1)
        channels = [np.interp(pixels[..., i], *ends) for i, ends in enumerate(zip(made, real, strict=True))]
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

"""Images and volumes as arrays and back: pixels between -1 and 1, and a one-hot of the class beside them."""

import numpy as np

from augment.codecs.labels import Classes
from augment.codecs.layout import ImageLayout

SIDE = 128  # pixels at most
CHANNELS = 64  # at most: more is taken for a side
GRID = {2: 16, 3: 8}  # places of a network on a side at most, by the number of sides: what a step of training costs
BATCH_MEMORY = 64 * 40  # images in a step, and copies of each that layers and gradients hold


class ImageCodec:
    """Turns images into arrays that obey an `ImageLayout`, and such arrays into images of the fitted form.

    `decode` gives what `fit` was given: shape, dtype and the range of each channel; a value that a model makes beyond
    the range is cut off, whole numbers are rounded.

    Parameters
    ----------
    encoding : {"vectors"}, default="vectors"
        Images are floats to a model.
    spatial_dims : {2, 3}, default=2
        Sides of an image: height and width, or depth too.

    Attributes
    ----------
    layout : ImageLayout
        The form of encoded images.
    classes : Classes
        The labels.

    Examples
    --------
    >>> images = np.arange(2 * 6 * 5, dtype="uint8").reshape(2, 6, 5)
    >>> codec = ImageCodec().fit((images, None))
    >>> codec.layout.shape
    (6, 6, 1)
    >>> np.array_equal(codec.decode(codec.encode((images, None)))[0], images)
    True
    """

    encodings = ("vectors",)
    dtype = np.dtype("float32")

    def __init__(self, encoding="vectors", spatial_dims=2):
        if encoding not in self.encodings:
            raise ValueError(
                f"Images are encoded as 'vectors', which VAE and Flow take. Received: encoding={encoding!r}, "
                "that of another family."
            )
        self.encoding, self.spatial_dims = encoding, spatial_dims

    def fit(self, data, target=None):
        """Learn form, ranges and labels of `data`, a pair of images and labels or None; `target` is not used."""
        images, labels = data
        self.dtype_in, self.has_channels = images.dtype, images.ndim == self.spatial_dims + 2
        self.shape = images.shape[1:] if self.has_channels else (*images.shape[1:], 1)
        pixels = images.reshape(-1, self.shape[-1])
        low, high = pixels.min(axis=0), pixels.max(axis=0)
        self.low, self.high = low.astype("float64"), high.astype("float64")
        binary = bool(((pixels == low) | (pixels == high)).all())
        self.classes = Classes.of(labels)
        patch = _patch(max(self.shape[:-1]), GRID[self.spatial_dims])
        unit = 2 * patch
        filled = (*(-(-side // unit) * unit for side in self.shape[:-1]), self.shape[-1])
        form = {"n_samples": len(images), "patch": patch, "binary": binary}
        self.layout = ImageLayout(filled, self.classes.proportions, **form)
        return self

    def encode(self, data, rng=None):
        """Arrays (n, layout.width) of a pair of images and labels; without labels the class is all zeros."""
        images, labels = data
        # float32 is exact for 16 bits and for itself; of wider numbers it would lose small differences of large ones
        exact = np.result_type(images.dtype, "float32")
        pixels, low = images.reshape(-1, *self.shape).astype(exact), self.low.astype(exact)
        span = np.where(self.high > self.low, self.high - self.low, 1.0).astype(exact)
        pixels = ((pixels - low) / span * 2 - 1).astype("float32")
        margins = [(0, filled - side) for filled, side in zip(self.layout.shape, self.shape, strict=True)]
        pixels = np.pad(pixels, [(0, 0), *margins], mode="edge").reshape(len(pixels), -1)
        return np.concatenate([pixels, self.one_hots(labels, len(pixels))], axis=1)

    def one_hots(self, labels, n):
        """One-hots (n, n_classes) of n labels, zeros for None; a ValueError for a label that is none of the fitted."""
        if labels is None or not self.layout.n_classes:
            return np.zeros((n, self.layout.n_classes), "float32")
        return self.one_hots_of(self.classes.places(labels))

    def one_hots_of(self, places):
        """One-hots (n, n_classes) of places among the classes (n,)."""
        one_hots = np.zeros((len(places), self.layout.n_classes), "float32")
        if self.layout.n_classes:
            one_hots[np.arange(len(places)), places] = 1
        return one_hots

    def decode(self, arrays, rng=None, condition=None):
        """Images and labels of arrays (n, layout.width); labels are None where there were none."""
        n = len(arrays)
        pixels = arrays[:, : self.layout.n_pixels].reshape(n, *self.layout.shape)
        pixels = pixels[(slice(None), *(slice(side) for side in self.shape))]
        values = self.low + (np.clip(pixels, -1, 1).astype("float64") + 1) / 2 * (self.high - self.low)
        if self.dtype_in.kind in "biu":
            values = np.rint(values)
        images = np.clip(values, self.low, self.high).astype(self.dtype_in)
        images = images if self.has_channels else images[..., 0]
        if not self.layout.n_classes:
            return images, None
        return images, self.classes.values[arrays[:, self.layout.n_pixels :].argmax(axis=1)]

    def to_dict(self):
        """The codec as JSON-ready values."""
        return {
            "spatial_dims": self.spatial_dims,
            "dtype": self.dtype_in.str,
            "has_channels": self.has_channels,
            "shape": list(self.shape),
            "low": self.low.tolist(),
            "high": self.high.tolist(),
            "classes": self.classes.to_dict(),
            "filled": list(self.layout.shape),
            "n_samples": self.layout.n_samples,
            "patch": self.layout.patch,
            "binary": self.layout.binary,
        }

    @classmethod
    def from_dict(cls, state):
        """The codec that `to_dict` gave."""
        codec = cls(spatial_dims=state["spatial_dims"])
        codec.dtype_in, codec.has_channels = np.dtype(state["dtype"]), state["has_channels"]
        codec.shape = tuple(state["shape"])
        codec.low, codec.high = np.array(state["low"]), np.array(state["high"])
        codec.classes = Classes.from_dict(state["classes"])
        form = {name: state[name] for name in ("n_samples", "patch", "binary")}
        codec.layout = ImageLayout(tuple(state["filled"]), codec.classes.proportions, **form)
        return codec


def _patch(side, grid):
    """The smallest power of two that brings a side down to so many places."""
    patch = 1
    while side > grid * patch:
        patch *= 2
    return patch


def read_images(images, spatial_dims, most=SIDE):
    """Images as an array (n, ..., [channels]) of a type that a codec takes; an error that says what is wrong with them.

    Parameters
    ----------
    images : array-like
        Pixels.
    spatial_dims : {2, 3}
        Sides of an image.
    most : int or None, default=128
        Pixels on a side; None is no limit.
    """
    form = "(n, height, width[, channels])" if spatial_dims == 2 else "(n, depth, height, width[, channels])"
    try:
        images = np.asarray(images)
    except ValueError as error:
        raise ValueError(f"Expected images of one size as an array {form}; got a list of different ones.") from error
    if images.dtype.kind not in "biuf" or images.ndim not in (spatial_dims + 1, spatial_dims + 2):
        advice = "; give ImageSynthesizer spatial_dims=3 for volumes" if spatial_dims == 2 and images.ndim == 5 else ""
        raise ValueError(
            f"Expected images as an array of numbers {form}; got {images.dtype} of shape {images.shape}{advice}."
        )
    if 0 in images.shape[1:]:
        raise ValueError(f"Expected images {form} with at least one pixel; got an array of shape {images.shape}.")
    sides = images.shape[1 : spatial_dims + 1]
    if most is not None and max(sides) > most:
        size = 4 * np.prod(images.shape[1:]) / 1e6
        raise ValueError(
            f"Images of {' x '.join(map(str, sides))} pixels are too large to learn: at most {most} on a side. One "
            f"takes {size:,.1f} MB as numbers, a step of training about {BATCH_MEMORY * size / 1e3:,.1f} GB: make them "
            "smaller first."
        )
    if images.ndim == spatial_dims + 2 and images.shape[-1] > CHANNELS:
        raise ValueError(
            f"Expected images {form}, the last axis the channels, {CHANNELS} at most; got shape {images.shape}."
        )
    if images.dtype.kind == "f" and not np.isfinite(images).all():
        raise ValueError("Images hold NaN or infinite pixels: fill or drop them first.")
    return images

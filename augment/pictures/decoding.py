"""One picture file as an array: every kind of PNG and JPEG becomes grey, RGB or RGBA of 8 or 16 bits, no digit lost."""

import warnings
from dataclasses import dataclass

import numpy as np

ENDINGS = (".png", ".jpg", ".jpeg")
PIXELS = 2**26  # of one picture at most: a damaged header may promise any number
ORIENTATION = 0x0112  # the tag with which a camera says how it was held


@dataclass(frozen=True)
class Form:
    """What the header of a picture file says of it."""

    height: int
    width: int
    n_channels: int
    n_bits: int

    def __str__(self):
        colours = {1: "grey", 3: "RGB", 4: "RGBA"}[self.n_channels]
        return f"{self.height} x {self.width} pixels (height x width), {colours} of {self.n_bits} bits"


def form_of(path):
    """The `Form` of a picture file, from its header alone.

    Grey with alpha counts as RGBA, palettes are RGB (RGBA where a colour is transparent), a photograph is as high and
    wide as it is shown.
    """
    with _opened(path) as image:
        width, height = image.size
        if image.format == "JPEG" and image.getexif().get(ORIENTATION, 1) > 4:
            width, height = height, width
        form = Form(height, width, _channels(image), 16 if _is_deep(image) else 8)
        if height * width > PIXELS:
            raise ValueError(
                f"it has {form}, {height * width * form.n_channels * form.n_bits / 8e6:,.0f} MB as an array; at most "
                f"{PIXELS:,} pixels are read"
            )
        if form.n_bits == 16 and "transparency" in image.info:
            raise ValueError("16 bits with one transparent colour are not read: store RGBA")
        return form


def decode(path, n_channels=None):
    """The pixels of a picture file.

    Parameters
    ----------
    path : path-like
        A PNG or JPEG file.
    n_channels : {1, 3, 4}, default=None
        At least as many as the file has, which is the default: grey is repeated, alpha is full.

    Returns
    -------
    ndarray of shape (height, width) or (height, width, n_channels)
        Of uint8, or uint16 from files of 16 bits.
    """
    form = form_of(path)
    pixels = _deep_pixels(path, form) if form.n_bits == 16 else _pixels(path, form)
    return _widened(pixels, n_channels or form.n_channels)


def _opened(path):
    from PIL import Image

    with warnings.catch_warnings():  # of many pixels: `form_of` refuses them
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        return Image.open(path, formats=("PNG", "JPEG"))


def _channels(image):
    if "transparency" in image.info or image.mode in ("LA", "RGBA"):
        return 4
    return 1 if image.mode in ("1", "L", "I", "I;16") else 3


def _is_deep(image):
    """Whether the file has 16 bits a sample; Pillow's mode does not say so where there are colours."""
    return image.format == "PNG" and "16" in str(image.tile[0][3])


def _pixels(path, form):
    from PIL import ImageOps

    with _opened(path) as image:
        image.load()
        if image.format == "JPEG":
            image = ImageOps.exif_transpose(image)
        return np.asarray(image.convert({1: "L", 3: "RGB", 4: "RGBA"}[form.n_channels]))


def _deep_pixels(path, form):
    """Samples of 16 bits. Of colours Pillow keeps the first byte alone, so it is told another layout of the file.

    Read as if little-endian, a sample gives its second byte.
    """
    with _opened(path) as image:
        mode, raw = image.mode, image.tile[0][3]
    if form.n_channels == 1:
        return _decoded_as(path, raw).astype("uint16")
    if raw == "LA;16B":
        pairs = _decoded_as(path, "RGBA")  # of four bytes a pixel too
        grey, alpha = pairs.view(">u2").transpose(2, 0, 1)
        return np.stack([grey, grey, grey, alpha], axis=2).astype("uint16")
    high, low = (_decoded_as(path, f"{mode};16{order}").astype("uint16") for order in "BL")
    return high << 8 | low


def _decoded_as(path, raw):
    """The pixels where Pillow takes the file's bytes to be laid out so."""
    with _opened(path) as image:
        decoder, box, offset, _ = image.tile[0]
        image.tile = [(decoder, box, offset, raw)]
        return np.asarray(image)


def _widened(pixels, n_channels):
    if n_channels == 1:
        return pixels
    if pixels.ndim == 2:
        pixels = np.repeat(pixels[..., None], 3, axis=2)
    if pixels.shape[2] < n_channels:
        full = np.full((*pixels.shape[:2], 1), np.iinfo(pixels.dtype).max, pixels.dtype)
        pixels = np.concatenate([pixels, full], axis=2)
    return pixels

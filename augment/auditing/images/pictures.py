"""Images as small PNG files inside a report: single ones, and sheets of real beside synthetic images."""

import base64
import struct
import zlib

import numpy as np

from augment.auditing import charts
from augment.auditing.check import Check, Finding
from augment.auditing.images.data import averaged

SIDE = 64  # pixels of a picture at most; larger images are averaged down
ACROSS = 8  # images of each kind in a row of the sheet
CLASSES = 20  # rows at most


def png(pixels):
    """The bytes of a PNG file of 8-bit pixels, grey (h, w) or colour (h, w, 3).

    Examples
    --------
    >>> png(np.zeros((2, 3), "uint8"))[:4]
    b'\\x89PNG'
    """
    height, width = pixels.shape[:2]
    header = struct.pack(">2I5B", width, height, 8, 2 if pixels.ndim == 3 else 0, 0, 0, 0)
    lines = np.pad(pixels.reshape(height, -1), [(0, 0), (1, 0)])  # each line begins with its filter, none
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines.tobytes(), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )


def grey_or_colour(images, limits):
    """Images (n, *sides, channels) as 8-bit pixels, black and white at `limits`; of volumes the slice in the middle.

    Examples
    --------
    >>> grey_or_colour(np.array([[[[0.0], [1.0]]]]), (0, 1)).tolist()
    [[[0, 255]]]
    """
    if images.ndim == 5:
        images = images[:, images.shape[1] // 2]
    images = averaged(images.astype("float64"), SIDE)
    images = images[..., :3] if images.shape[-1] >= 3 else images[..., 0]
    low, high = limits
    return np.rint(np.clip((images - low) / (high - low), 0, 1) * 255).astype("uint8")


def picture(data, name, places):
    """Images of a part side by side, as a picture of a chart.

    Parameters
    ----------
    data : ImageData
    name : str
    places : sequence of int
    """
    images = grey_or_colour(data.tables[name][places], data.limits)
    strip = np.concatenate(list(images), axis=1)
    encoded = base64.b64encode(png(strip)).decode("ascii")
    return {"name": name, "width": strip.shape[1], "height": strip.shape[0], "png": encoded}


def contact_sheet(data, rng):
    """Training beside synthetic images, class by class where they have labels, chosen at random; shown, not judged."""
    labelled = {"train", "synthetic"} <= set(data.labels)
    panels = []
    for k, label in enumerate(data.classes[:CLASSES] if labelled else ["all"]):
        own = {
            name: np.flatnonzero(data.labels[name] == k) if labelled else np.arange(data.sizes[name])
            for name in ("train", "synthetic")
        }
        pictures = [picture(data, name, rng.permutation(own[name])[:ACROSS]) for name in own if len(own[name])]
        panels.append({"name": label if len(pictures) == 2 else f"{label}: no synthetic image", "pictures": pictures})
    return [
        Finding(
            id=SHEET.id,
            pillar="fidelity",
            title="Contact sheet: training beside synthetic images",
            message="Images chosen at random, for the eye; nothing is judged by them.",
            informational=True,
            evidence={"charts": [charts.pictures("Training beside synthetic images", panels)]},
        )
    ]


SHEET = Check("fidelity.sheet", "Contact sheet", contact_sheet)
CHECKS = [SHEET]

"""Arrays as PNG files of 8 or 16 bits, grey or in colours; Pillow writes no colours of 16 bits.

After the PNG specification (W3C, third edition): sections 5 (chunks), 9 (filters) and 11.2 (the header).
"""

import struct
import zlib

import numpy as np

SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOUR_TYPES = {1: 0, 3: 2, 4: 6}  # number of channels: grey, RGB, RGBA


def encode(image):
    """The bytes of a PNG file that holds `image`.

    Parameters
    ----------
    image : ndarray of shape (height, width[, channels])
        Of uint8 or uint16; 1, 3 (RGB) or 4 (RGBA) channels.

    Returns
    -------
    bytes

    Examples
    --------
    >>> encode(np.zeros((28, 28), "uint8"))[:4]
    b'\\x89PNG'
    """
    height, width = image.shape[:2]
    n_channels = 1 if image.ndim == 2 else image.shape[2]
    size = image.dtype.itemsize
    big_endian = np.ascontiguousarray(image, image.dtype.newbyteorder(">"))
    rows = big_endian.view("uint8").reshape(height, width * n_channels * size)
    header = struct.pack(">IIBBBBB", width, height, 8 * size, COLOUR_TYPES[n_channels], 0, 0, 0)
    pixels = zlib.compress(_filtered(rows, n_channels * size).tobytes())
    return SIGNATURE + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def chunk(kind, data):
    """One chunk of a PNG file: length, kind, data, checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def chunks(content):
    """Kind, data, start and end of each chunk of a PNG file's bytes; a ValueError where the file ends too soon."""
    start = len(SIGNATURE)
    while start < len(content):
        head = content[start : start + 8]
        end = start + 12 + int.from_bytes(head[:4], "big")
        if len(head) < 8 or end > len(content):
            raise ValueError("the PNG file ends inside a chunk")
        yield head[4:], content[start + 8 : end - 4], start, end
        start = end


def _filtered(rows, pixel):
    """Each row after the byte that names its filter: none, left or above, whichever leaves the smallest differences."""
    left, above = rows.copy(), rows.copy()
    left[:, pixel:] -= rows[:, :-pixel]
    above[1:] -= rows[:-1]
    candidates = np.stack([rows, left, above])  # by the number of their filter
    best = np.minimum(candidates, -candidates).sum(axis=2, dtype="int64").argmin(axis=0)
    chosen = candidates[best, np.arange(len(rows))]
    return np.concatenate([best.astype("uint8")[:, None], chosen], axis=1)

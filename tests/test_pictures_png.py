"""PNG files hold what was given: read back by Pillow, and by the specification's own rules where Pillow cannot."""

import io
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from PIL import Image

from augment.pictures import png

forms = st.tuples(st.integers(1, 9), st.integers(1, 9), st.sampled_from([1, 3, 4]))


def unfiltered(content):
    """Samples of a PNG file of ours, by section 9 of the specification."""
    pieces = {kind: data for kind, data, _, _ in png.chunks(content)}
    width, height = (int.from_bytes(pieces[b"IHDR"][i : i + 4], "big") for i in (0, 4))
    n_bits, colour = pieces[b"IHDR"][8:10]
    n_channels = {0: 1, 2: 3, 6: 4}[colour]
    pixel = n_channels * n_bits // 8
    raw, rows = zlib.decompress(pieces[b"IDAT"]), []
    above = [0] * (width * pixel)
    for y in range(height):
        kind, *row = raw[y * (1 + width * pixel) : (y + 1) * (1 + width * pixel)]
        for i in range(len(row)):
            left = row[i - pixel] if i >= pixel else 0
            row[i] = (row[i] + {0: 0, 1: left, 2: above[i]}[kind]) % 256
        rows.append(row)
        above = row
    samples = np.array(rows, "uint8").tobytes()
    return np.frombuffer(samples, f">u{n_bits // 8}").reshape(height, width, n_channels)


@given(forms.flatmap(lambda form: arrays.arrays("uint16", form)))
def test_sixteen_bits_come_back_by_the_rules_of_the_specification(image):
    assert np.array_equal(unfiltered(png.encode(image)), image)


@given(forms.flatmap(lambda form: arrays.arrays("uint8", form)))
def test_eight_bits_come_back_by_pillow(image):
    image = image[..., 0] if image.shape[2] == 1 else image
    with Image.open(io.BytesIO(png.encode(image))) as read:
        assert np.array_equal(np.asarray(read), image)


def test_smooth_pictures_are_small():
    ramp = np.add.outer(np.arange(64, dtype="uint8"), np.arange(64, dtype="uint8"))
    noise = np.random.default_rng(0).integers(0, 256, (64, 64), "uint8")
    assert 10 * len(png.encode(ramp)) < len(png.encode(noise))


def test_chunks_of_a_file_cut_short():
    content = png.encode(np.zeros((4, 4), "uint8"))
    assert [kind for kind, *_ in png.chunks(content)] == [b"IHDR", b"IDAT", b"IEND"]
    with pytest.raises(ValueError, match="ends inside a chunk"):
        list(png.chunks(content[:-3]))

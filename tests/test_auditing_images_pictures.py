"""Pictures are PNG files that hold the pixels; they stand in the page and not in its public form."""

import base64
import struct
import zlib

import numpy as np
import pytest
from image_sets import parts, prepared

from augment.auditing.drawings import draw
from augment.auditing.images.pictures import SHEET, grey_or_colour, png


def decoded(data):
    """Pixels of a PNG file of 8 bits without filters."""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    place, chunks = 8, {}
    while place < len(data):
        (length,) = struct.unpack(">I", data[place : place + 4])
        name, body = data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        assert struct.unpack(">I", data[place + 8 + length : place + 12 + length])[0] == zlib.crc32(name + body)
        chunks[name], place = body, place + 12 + length
    width, height, depth, colour, *_ = struct.unpack(">2I5B", chunks[b"IHDR"])
    lines = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), "uint8").reshape(height, -1)
    assert depth == 8 and not lines[:, 0].any()
    return lines[:, 1:].reshape(height, width, 3) if colour == 2 else lines[:, 1:]


@pytest.mark.parametrize("shape", [(5, 7), (6, 4, 3)])
def test_a_png_holds_the_pixels(shape):
    pixels = np.random.default_rng(0).integers(0, 256, shape, dtype="uint8")
    assert (decoded(png(pixels)) == pixels).all()


@pytest.mark.parametrize(
    ("shape", "seen"), [((8, 8, 1), (8, 8)), ((8, 6, 5), (8, 6, 3)), ((8, 6, 2), (8, 6)), ((5, 8, 6, 1), (8, 6))]
)
def test_every_form_has_a_picture(shape, seen):
    images = np.random.default_rng(0).normal(size=(2, *shape))
    pixels = grey_or_colour(images, (-1, 1))
    assert pixels.shape == (2, *seen) and pixels.dtype == "uint8"


def test_the_sheet_shows_real_beside_synthetic_class_by_class():
    train, fresh, _ = parts(200)
    keep = fresh[1] != 4
    (finding,) = SHEET.run(prepared(train, (fresh[0][keep], fresh[1][keep])), 0)
    assert finding.verdict == "INFORMATION"
    (chart,) = finding.evidence["charts"]
    assert [panel["name"] for panel in chart["panels"]][3:6] == ["3", "4: no synthetic image", "5"]
    real = chart["panels"][0]["pictures"][0]
    strip = decoded(base64.b64decode(real["png"]))
    assert strip.shape == (8, 64)
    zeros = (train[0][train[1] == 0] / train[0].max() * 255).round()
    assert any(np.abs(zeros[i] - strip[:, :8]).max() <= 1 for i in range(len(zeros)))


def test_drawings_hold_no_markup_of_the_user():
    picture = {"name": "<b>", "width": 8, "height": 8, "png": 'AAAA"><script>'}
    page = draw({"kind": "pictures", "title": "<b>", "panels": [{"name": "<b>", "pictures": [picture]}]})
    assert "<b>" not in page and "<script>" not in page
    assert 'src="data:image/png;base64,AAAAscript"' in page

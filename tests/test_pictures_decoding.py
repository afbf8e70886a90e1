"""Every kind of PNG and JPEG reads as what it shows."""

import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from augment.pictures import png
from augment.pictures.decoding import Form, decode, form_of

RNG = np.random.default_rng(0)


def with_filters(samples, colour):
    """A PNG file of 16 bits whose rows go through all five filters of the specification, section 9.2."""
    height, width, n_channels = samples.shape
    pixel = 2 * n_channels
    rows = samples.astype(">u2").view("uint8").reshape(height, -1).astype(int)
    body = b""
    for y, row in enumerate(rows):
        above = rows[y - 1] if y else np.zeros_like(row)
        left = np.concatenate([np.zeros(pixel, int), row[:-pixel]])
        corner = np.concatenate([np.zeros(pixel, int), above[:-pixel]])
        p = left + above - corner
        a, b, c = abs(p - left), abs(p - above), abs(p - corner)
        paeth = np.where((a <= b) & (a <= c), left, np.where(b <= c, above, corner))
        guess = [0 * row, left, above, (left + above) // 2, paeth][y % 5]
        body += bytes([y % 5]) + ((row - guess) % 256).astype("uint8").tobytes()
    header = struct.pack(">IIBBBBB", width, height, 16, colour, 0, 0, 0)
    pieces = [(b"IHDR", header), (b"IDAT", zlib.compress(body)), (b"IEND", b"")]
    return png.SIGNATURE + b"".join(png.chunk(*piece) for piece in pieces)


@pytest.mark.parametrize(("n_channels", "colour"), [(1, 0), (2, 4), (3, 2), (4, 6)])
def test_sixteen_bits_keep_both_bytes(tmp_path, n_channels, colour):
    samples = RNG.integers(0, 2**16, (11, 7, n_channels), "uint16")
    path = tmp_path / "deep.png"
    path.write_bytes(with_filters(samples, colour))
    expected = samples[..., {1: 0, 2: [0, 0, 0, 1]}.get(n_channels, slice(None))]
    assert form_of(path) == Form(11, 7, 4 if n_channels == 2 else n_channels, 16)
    assert np.array_equal(decode(path), expected)
    assert decode(path).dtype == "uint16"


def test_one_bit_is_black_and_white(tmp_path):
    Image.fromarray(np.array([[True, False], [False, True]])).save(tmp_path / "bits.png")
    assert decode(tmp_path / "bits.png").tolist() == [[255, 0], [0, 255]]


@pytest.mark.parametrize("bits", [2, 4])
def test_few_bits_of_grey_span_the_range(tmp_path, bits):
    header = struct.pack(">IIBBBBB", 8 // bits, 1, bits, 0, 0, 0, 0)
    row = bytes([0, {2: 0b00011011, 4: 0x0F}[bits]])
    pieces = [(b"IHDR", header), (b"IDAT", zlib.compress(row)), (b"IEND", b"")]
    (tmp_path / "few.png").write_bytes(png.SIGNATURE + b"".join(png.chunk(*piece) for piece in pieces))
    assert decode(tmp_path / "few.png").tolist() == [{2: [0, 85, 170, 255], 4: [0, 255]}[bits]]


@pytest.mark.parametrize("clear", [None, 1])
def test_palettes_show_their_colours(tmp_path, clear):
    image = Image.fromarray(np.array([[0, 1], [2, 0]], "uint8"), "L").convert("P")
    image.putpalette([10, 20, 30, 40, 50, 60, 70, 80, 90])
    image.save(tmp_path / "palette.png", **({} if clear is None else {"transparency": clear}))
    colours = np.array([[10, 20, 30], [40, 50, 60], [70, 80, 90]])[[[0, 1], [2, 0]]]
    read = decode(tmp_path / "palette.png")
    assert np.array_equal(read[..., :3], colours)
    assert read.shape == (2, 2, 3 if clear is None else 4)
    if clear is not None:
        assert read[..., 3].tolist() == [[255, 0], [255, 255]]


def test_grey_with_alpha_and_grey_with_a_clear_value_are_rgba(tmp_path):
    pixels = np.array([[[9, 0], [8, 255]]], "uint8")
    Image.fromarray(pixels, "LA").save(tmp_path / "la.png")
    Image.fromarray(pixels[..., 0], "L").save(tmp_path / "key.png", transparency=9)
    for name in ("la.png", "key.png"):
        assert decode(tmp_path / name).tolist() == [[[9, 9, 9, 0], [8, 8, 8, 255]]]


@pytest.mark.parametrize("n_channels", [3, 4])
def test_channels_that_are_asked_for_lose_nothing(tmp_path, n_channels):
    grey = RNG.integers(0, 256, (3, 5), "uint8")
    (tmp_path / "grey.png").write_bytes(png.encode(grey))
    read = decode(tmp_path / "grey.png", n_channels)
    assert all(np.array_equal(read[..., i], grey) for i in range(3))
    assert n_channels == 3 or (read[..., 3] == 255).all()


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_jpeg(tmp_path, mode):
    image = Image.new(mode, (6, 4), {"L": 90, "RGB": (200, 30, 60), "CMYK": (0, 0, 0, 55)}[mode])
    image.save(tmp_path / "a.jpg", quality=100)
    expected = {"L": 90, "RGB": [200, 30, 60], "CMYK": [200, 200, 200]}[mode]
    assert abs(decode(tmp_path / "a.jpg").astype(int) - expected).max() <= 3
    assert form_of(tmp_path / "a.jpg") == Form(4, 6, 1 if mode == "L" else 3, 8)


def test_a_photograph_is_turned_as_it_is_shown(tmp_path):
    image = Image.new("L", (16, 8), 0)
    image.paste(255, (8, 0, 16, 8))  # bright on the right
    exif = Image.Exif()
    exif[0x0112] = 6  # to be shown turned clockwise: the right side is then the lower one
    image.save(tmp_path / "turned.jpg", exif=exif)
    assert form_of(tmp_path / "turned.jpg") == Form(16, 8, 1, 8)
    assert (decode(tmp_path / "turned.jpg").mean(axis=1) > 128).tolist() == [False] * 8 + [True] * 8


def test_what_would_lose_is_refused(tmp_path):
    content = with_filters(np.zeros((1, 1, 3), "uint16"), 2)
    cut = content.index(b"IDAT") - 4
    (tmp_path / "key.png").write_bytes(content[:cut] + png.chunk(b"tRNS", bytes(6)) + content[cut:])
    with pytest.raises(ValueError, match="store RGBA"):
        decode(tmp_path / "key.png")


def test_ten_thousand_pixels_are_refused_by_the_header(tmp_path):
    header = struct.pack(">IIBBBBB", 10_000, 10_000, 8, 2, 0, 0, 0)
    pieces = [(b"IHDR", header), (b"IDAT", b""), (b"IEND", b"")]
    (tmp_path / "huge.png").write_bytes(png.SIGNATURE + b"".join(png.chunk(*piece) for piece in pieces))
    with pytest.raises(ValueError, match=r"10000 x 10000 pixels.* MB as an array"):
        form_of(tmp_path / "huge.png")

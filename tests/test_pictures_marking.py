"""PNG and JPEG files say how they were made, in the packet that other tools read; storing them anew loses it."""

import io
import re

import numpy as np
import pytest
from PIL import Image

from augment.pictures import png
from augment.pictures.marking import is_signed, marked, source_type
from augment.provenance import SOURCES

PIXELS = np.random.default_rng(0).integers(0, 256, (9, 7, 3), "uint8")
GENERATED, VARIED = SOURCES["generated"], SOURCES["varied"]


def jpeg(**options):
    buffer = io.BytesIO()
    Image.fromarray(PIXELS).save(buffer, "JPEG", **options)
    return buffer.getvalue()


def with_exif():
    exif = Image.Exif()
    exif[0x010E] = "a title"
    return jpeg(exif=exif)


plain = pytest.mark.parametrize(
    "content", [png.encode(PIXELS), png.encode(PIXELS[..., 0].astype("uint16")), jpeg(), with_exif()]
)


@plain
def test_the_mark_reads_back_and_leaves_the_pixels_alone(content):
    new = marked(content, GENERATED, "Augment 1.0")
    assert source_type(content) is None
    assert source_type(new) == GENERATED
    with Image.open(io.BytesIO(new)) as after, Image.open(io.BytesIO(content)) as before:
        assert np.array_equal(np.asarray(after), np.asarray(before))
        assert after.getexif() == before.getexif()
    assert len(new) - len(content) < 600


@plain
def test_other_readers_find_it(content):
    with Image.open(io.BytesIO(marked(content, GENERATED, "Augment 1.0"))) as image:
        image.load()
        packet = image.info.get("xmp") or image.info["XML:com.adobe.xmp"]
    packet = packet if isinstance(packet, bytes) else packet.encode()
    assert re.search(rb'Iptc4xmpExt:DigitalSourceType="([^"]+)"', packet)[1].decode() == GENERATED
    assert b'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"' in packet


@plain
def test_a_new_mark_takes_the_place_of_the_old(content):
    twice = marked(marked(content, GENERATED, "Augment 1.0"), VARIED, "Augment 1.0")
    assert source_type(twice) == VARIED
    assert twice == marked(content, VARIED, "Augment 1.0")


@plain
def test_storing_anew_by_pillow_loses_it(content):
    with Image.open(io.BytesIO(marked(content, GENERATED, "Augment 1.0"))) as image:
        buffer = io.BytesIO()
        Image.fromarray(np.asarray(image)).save(buffer, image.format)
    assert source_type(buffer.getvalue()) is None


@pytest.mark.parametrize(
    "body",
    [
        "<rdf:Description><I:DigitalSourceType>{}</I:DigitalSourceType></rdf:Description>",
        '<rdf:Description><I:DigitalSourceType rdf:resource="{}"/></rdf:Description>',
        '<rdf:Description I:DigitalSourceType="{}"/>',
    ],
)
def test_every_way_to_write_the_property_is_read(body):
    packet = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        f'xmlns:I="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">{body.format(GENERATED)}</rdf:RDF></x:xmpmeta>\n  '
    )
    content = png.encode(PIXELS)
    cut = len(content) - 12
    for text in (packet, packet.replace("x:xmpmeta", "x:other", 1)):
        chunk = png.chunk(b"iTXt", b"XML:com.adobe.xmp" + bytes(5) + text.encode())
        expected = GENERATED if text == packet else None  # the second is not well-formed
        assert source_type(content[:cut] + chunk + content[cut:]) == expected


@pytest.mark.parametrize("content", [b"", b"text", png.SIGNATURE, b"\xff\xd8", b"\xff\xd8\xff\xe1\xff\xff"])
def test_what_is_no_whole_picture_says_nothing(content):
    assert source_type(content) is None
    assert not is_signed(content)


def test_every_cut_says_the_truth_or_nothing():
    for content in (marked(png.encode(PIXELS), GENERATED, "x"), marked(jpeg(), GENERATED, "x")):
        assert {source_type(content[:end]) for end in range(len(content))} == {None, GENERATED}

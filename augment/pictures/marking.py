"""What a PNG or JPEG file says of its origin: the IPTC digital source type in its XMP packet (ISO 16684-1).

XMP lies in an iTXt chunk of PNG files and in an APP1 segment of JPEG files, neither of which is part of the pixels; who
stores the picture anew with other tools usually drops it.
"""

import xml.etree.ElementTree as ElementTree

from augment.pictures import png

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
PROPERTY = f"{{{IPTC}}}DigitalSourceType"
KEYWORD = b"XML:com.adobe.xmp"
PNG_HEAD = KEYWORD + bytes(5)  # not compressed, no language, no translated keyword
JPEG_HEAD = b"http://ns.adobe.com/xap/1.0/\0"
START, APP0, APP1, APP11, SCAN = 0xD8, 0xE0, 0xE1, 0xEB, 0xDA
LENGTH = 2  # bytes of a segment's length


def marked(content, uri, tool):
    """The bytes of a PNG or JPEG file with an XMP packet that names a digital source type, in place of an older packet.

    Parameters
    ----------
    content : bytes
        The file.
    uri : str
        The source type, a concept of http://cv.iptc.org/newscodes/digitalsourcetype/.
    tool : str
        Name and version of the program.

    Returns
    -------
    bytes

    Examples
    --------
    >>> import numpy as np
    >>> from augment.provenance import SOURCES
    >>> plain = png.encode(np.zeros((8, 8), "uint8"))
    >>> source_type(plain) is None, source_type(marked(plain, SOURCES["generated"], "Augment"))
    (True, 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia')
    """
    packet = _packet(uri, tool)
    if content.startswith(png.SIGNATURE):
        parts = [
            (kind, content[start:end]) for kind, data, start, end in png.chunks(content) if not _is_xmp(kind, data)
        ]
        head, *rest = (part for _, part in parts)
        return png.SIGNATURE + head + png.chunk(b"iTXt", PNG_HEAD + packet) + b"".join(rest)
    segments = list(_segments(content))
    first = max([end for kind, _, _, end in segments if kind == APP0], default=2)
    kept = [content[start:end] for kind, data, start, end in segments if start >= first and not _is_xmp(kind, data)]
    end = segments[-1][3] if segments else 2
    size = (len(JPEG_HEAD) + len(packet) + LENGTH).to_bytes(2, "big")
    segment = bytes([0xFF, APP1]) + size + JPEG_HEAD + packet
    return content[:first] + segment + b"".join(kept) + content[end:]


def source_type(content):
    """The digital source type that the XMP of a PNG or JPEG file's bytes names; None where there is none."""
    for kind, data in _parts(content):
        if _is_xmp(kind, data):
            return _named_in(data[len(PNG_HEAD) if kind == b"iTXt" else len(JPEG_HEAD) :])
    return None


def is_signed(content):
    """Whether a PNG or JPEG file's bytes hold a C2PA manifest, which `augment.pictures.signing` reads."""
    return any(kind == b"caBX" or (kind == APP11 and b"c2pa" in data) for kind, data in _parts(content))


def _packet(uri, tool):
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        f'<rdf:RDF xmlns:rdf="{RDF}"><rdf:Description rdf:about="" xmlns:Iptc4xmpExt="{IPTC}" '
        'xmlns:xmp="http://ns.adobe.com/xap/1.0/" '
        f'Iptc4xmpExt:DigitalSourceType="{uri}" xmp:CreatorTool="{tool}"/></rdf:RDF></x:xmpmeta>'
        '<?xpacket end="r"?>'
    ).encode()


def _parts(content):
    """Kind and data of each chunk or segment, as far as the file goes."""
    try:
        if content.startswith(png.SIGNATURE):
            yield from ((kind, data) for kind, data, _, _ in png.chunks(content))
        elif content.startswith(bytes([0xFF, START])):
            yield from ((kind, data) for kind, data, _, _ in _segments(content))
    except ValueError:  # a damaged file says no more
        return


def _segments(content):
    """Kind, data, start and end of each segment of a JPEG file's bytes before its pixels."""
    start = 2
    while start + 4 <= len(content):
        kind = content[start + 1]
        end = start + 2 + int.from_bytes(content[start + 2 : start + 4], "big")
        if content[start] != 0xFF or kind == SCAN or end > len(content):
            return
        yield kind, content[start + 4 : end], start, end
        start = end


def _is_xmp(kind, data):
    return (kind == b"iTXt" and data.startswith(KEYWORD + b"\0")) or (kind == APP1 and data.startswith(JPEG_HEAD))


def _named_in(packet):
    """The property, as whoever wrote it may have: an attribute, an element's text, or what it points to."""
    try:
        root = ElementTree.fromstring(packet.strip(b"\0 \r\n"))
    except ElementTree.ParseError:
        return None
    for element in root.iter():
        if PROPERTY in element.attrib:
            return element.attrib[PROPERTY]
        if element.tag == PROPERTY:
            return element.get(f"{{{RDF}}}resource") or (element.text or "").strip() or None
    return None

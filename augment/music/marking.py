"""What a MIDI file says of its origin: the IPTC digital source type in a text event at the start of its first track."""

KEY = b"DigitalSourceType: "
HEAD, TRACK = b"MThd", b"MTrk"
TEXT = b"\x00\xff\x01"  # at once; a meta event; text (Standard MIDI Files 1.0, "Meta-Events")
SIZE = 4  # bytes of a chunk's length


def marked(content, uri, tool):
    """The bytes of a MIDI file with a text event that names a digital source type and the program.

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
    >>> plain = b"MThd\\0\\0\\0\\6\\0\\0\\0\\1\\1\\xe0MTrk\\0\\0\\0\\4\\0\\xff\\x2f\\0"
    >>> source_type(plain) is None, source_type(marked(plain, "http://cv.iptc.org/x", "Augment"))
    (True, 'http://cv.iptc.org/x')
    """
    start = _first_track(content)
    text = KEY + f"{uri} ({tool})".encode()
    event = TEXT + _variable_length(len(text)) + text
    size = int.from_bytes(content[start - SIZE : start], "big") + len(event)
    return content[: start - SIZE] + size.to_bytes(SIZE, "big") + event + content[start:]


def source_type(content):
    """The digital source type that a MIDI file's bytes name; None where there is none."""
    start = _first_track(content)
    if start is None or not content.startswith(TEXT, start):
        return None
    length, start = _read_length(content, start + len(TEXT))
    text = content[start : start + length]
    words = text[len(KEY) :].decode(errors="replace").split()
    return words[0] if text.startswith(KEY) and words else None


def _first_track(content):
    """Where the events of the first track begin; None in what is no whole MIDI file."""
    if not content.startswith(HEAD):
        return None
    start = len(HEAD) + SIZE + int.from_bytes(content[len(HEAD) : len(HEAD) + SIZE], "big")
    return start + len(TRACK) + SIZE if content.startswith(TRACK, start) else None


def _variable_length(number):
    """A number in groups of seven bits, the highest first; all but the last with the eighth bit set.

    Examples
    --------
    >>> _variable_length(200).hex(), _read_length(_variable_length(200), 0)
    ('8148', (200, 2))
    """
    groups = [number & 0x7F]
    while number := number >> 7:
        groups.append(number & 0x7F | 0x80)
    return bytes(reversed(groups))


def _read_length(content, start):
    """The number of variable length at `start`, and where it ends."""
    number = 0
    for place in range(start, len(content)):
        number = number << 7 | content[place] & 0x7F
        if content[place] < 0x80:
            return number, place + 1
    return 0, len(content)

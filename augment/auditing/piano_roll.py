"""A piano roll: the notes of a piece as bars, time to the right and pitch upwards, a colour for each voice."""

from augment.auditing.svg import svg
from augment.music.pieces import as_piece, notes_in

COLOURS = ("#24507e", "#c2571a", "#1d6b3a", "#8a5a00", "#7a3f8f", "#5c636b")  # of voices, over and over
OPACITY = 0.85
STEP, PITCH = 4, 5  # pixels
NAMES = ("C", "C♯", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")
NAMESPACE = 'xmlns="http://www.w3.org/2000/svg"'  # so that a file of it is a picture, too


def piano_roll(piece, title="Piano roll"):
    """The piano roll of a piece as SVG, which an HTML page or a file can hold.

    Parameters
    ----------
    piece : array-like of int of shape (time, voices) or (time,)
        MIDI pitches, -1 for silence.
    title : str, default="Piano roll"
        The name of the picture.

    Returns
    -------
    str
        Four pixels a step and five a semitone; lines mark each C.

    Raises
    ------
    TypeError, ValueError
        If it is no piece.

    Examples
    --------
    >>> picture = piano_roll([[67, 60], [67, 62], [-1, 62]])
    >>> picture.count("<rect"), picture.startswith("<svg")
    (3, True)
    """
    piece = as_piece(piece, "The piece")
    piece = piece.reshape(len(piece), -1 if len(piece) else 1)
    notes = [(*note, number) for number, voice in enumerate(piece.T) for note in notes_in(voice)]
    pitches = [pitch for _, _, pitch, _ in notes] or [60]
    low, high = min(pitches), max(pitches)
    width, height = max(len(piece), 1) * STEP, (high - low + 1) * PITCH
    lines = "".join(_line(pitch, high, width) for pitch in range(low, high + 1) if not pitch % 12)
    words = f"{len(piece)} steps, voices: {piece.shape[1]}, notes: {len(notes)}, from {_name(low)} to {_name(high)}"
    bars = "".join(_bar(start, end, pitch, voice, high) for start, end, pitch, voice in notes)
    size = f'{NAMESPACE} width="{width}" height="{height}" viewBox="0 0 {width} {height}"'
    return svg(title, words if notes else f"{len(piece)} steps, no notes", lines + bars, "roll", size)


def _bar(start, end, pitch, voice, high):
    """A note, a pixel shorter than it sounds, so that one that follows at once stands apart."""
    place = f'x="{start * STEP}" y="{(high - pitch) * PITCH}" width="{(end - start) * STEP - 1}" height="{PITCH - 1}"'
    return f'<rect {place} fill="{COLOURS[voice % len(COLOURS)]}" fill-opacity="{OPACITY}" />'


def _line(pitch, high, width):
    y = (high - pitch) * PITCH + PITCH - 0.5
    return f'<line x1="0" x2="{width}" y1="{y}" y2="{y}" stroke="#dcd9d0" />'


def _name(pitch):
    """The name of a pitch, 60 being C4.

    Examples
    --------
    >>> _name(60), _name(69)
    ('C4', 'A4')
    """
    return f"{NAMES[pitch % 12]}{pitch // 12 - 1}"

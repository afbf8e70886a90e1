"""Pieces of music into a folder of MIDI files, a track for each voice, that say how they were made."""

from numbers import Real
from pathlib import Path

import numpy as np

from augment import provenance
from augment._extras import load
from augment.files import atomic
from augment.folders import numbered, write_files
from augment.music import marking
from augment.music.pieces import SILENCE, as_piece, notes_in
from augment.music.reading import END, ENDINGS
from augment.music.steps import quarters_of

TICKS = 480  # of a quarter note: all names of steps are whole numbers of them
VELOCITY = 80
MOST_VOICES = 15  # as many channels as MIDI has, but that of drums


def write_music(pieces, path, *, tempo=100, step="16th", source="generated", parents=None, seed=None):
    """Write pieces of music to a folder of MIDI files, or one to a file, marked as synthetic.

    Each voice has a track; steps of the same pitch that follow one another are one note. A text event at the start of
    each file says how it was made, by the digital source type of the IPTC; ``synthetic.json`` in the folder (or
    ``NAME.mid.synthetic.json`` beside a file) says so too, with the tool, the seed and the SHA-256 of each file.
    ``augment verify`` reads both. The folder is there whole or not at all; one that `write_music` wrote, and to which
    nothing was added, is replaced. `read_music` gives equal arrays back, but for voices that are silent throughout; of
    pieces without a note it reads none.

    Parameters
    ----------
    pieces : list of array-like, or one array, of int of shape (time, voices) or (time,)
        MIDI pitches from 0 to 127, -1 for silence; 15 voices at most.
    path : str or path-like
        The folder to make, in a folder that exists; or, for one piece, a name ending in ``.mid`` or
        ``.midi``.
    tempo : float, default=100
        Quarter notes in a minute, from 4 to 1000.
    step : {"half", "quarter", "8th", "16th", "32nd"}, default="16th"
        How long a step of the arrays is.
    source : {"generated", "varied", "procedural"} or None, default="generated"
        As in `augment.write_images`; "varied" is for pieces of which a part was given.
    parents, seed
        As in `augment.write_images`.

    Returns
    -------
    list of str
        The files relative to the folder, in the order of the pieces.

    Raises
    ------
    ImportError
        The extra `[music]` is not installed.
    OSError
        The folder cannot be made or written to.
    ValueError
        A piece is none, which is named, or the folder holds other files.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from augment import write_music
    >>> folder = pathlib.Path(tempfile.mkdtemp()) / "new"
    >>> write_music([[60, 62, 64, 64], [67, 65, 64]], folder, seed=0)
    ['0.mid', '1.mid']
    """
    symusic, ticks = load("symusic", "music"), int(TICKS * quarters_of(step))
    if not (isinstance(tempo, Real) and 4 <= tempo <= 1000):
        raise ValueError(f"tempo must be a number from 4 to 1000. Received: tempo={tempo!r}")
    path, pieces = Path(path), _pieces(pieces)
    one_file = path.suffix.lower() in ENDINGS
    if not pieces or (one_file and len(pieces) > 1):
        expected = f"one piece for a {path.suffix} file, or a folder for several" if pieces else "at least one piece"
        raise ValueError(f"Expected {expected}; got {len(pieces)}.")
    parents = provenance.read_parents(parents, len(pieces), source)
    origin = None if source is None else provenance.origin(source, seed)
    contents = (_encoded(symusic, piece, ticks, tempo, origin) for piece in pieces)
    if one_file:
        with atomic(path) as temporary:
            temporary.write_bytes(next(contents))
        if origin is not None:
            provenance.write_note_of(path, origin, parents)
        return [path.name]
    names = numbered(len(pieces), ".mid")
    write_files(path, names, contents, origin, parents)
    return names


def _pieces(pieces):
    """Pieces as a list of arrays (time, voices)."""
    if isinstance(pieces, np.ndarray) and pieces.ndim < 3 and pieces.dtype != object:
        pieces = [pieces]
    pieces = [as_piece(piece, f"Piece {number}") for number, piece in enumerate(pieces)]
    pieces = [piece.reshape(len(piece), -1 if len(piece) else 1) for piece in pieces]
    for number, piece in enumerate(pieces):
        if piece.shape[1] > MOST_VOICES:
            raise ValueError(f"Piece {number} has {piece.shape[1]} voices; a MIDI file has {MOST_VOICES} at most.")
    return pieces


def _encoded(symusic, piece, ticks, tempo, origin):
    """The bytes of the MIDI file of a piece."""
    score = symusic.Score(TICKS)
    score.tempos.append(symusic.Tempo(0, qpm=float(tempo)))
    for number, voice in enumerate(piece.T, start=1):
        track = symusic.Track(name=f"Voice {number}")
        for start, end, pitch in notes_in(voice):
            track.notes.append(symusic.Note(start * ticks, (end - start) * ticks, pitch, VELOCITY))
        score.tracks.append(track)
    if len(piece) and (piece[-1] == SILENCE).all():
        score.markers.append(symusic.TextMeta(len(piece) * ticks, END))
    content = score.dumps_midi()
    return content if origin is None else marking.marked(content, origin["digitalSourceType"], provenance.TOOL)

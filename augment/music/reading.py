"""MIDI files as arrays of pitches on a grid of steps; what cannot be read is named."""

import warnings
from numbers import Integral
from pathlib import Path

import numpy as np

from augment._extras import load
from augment.music.grid import notes_of, voices_of
from augment.music.pieces import SILENCE
from augment.music.steps import quarters_of

END = "End"  # the marker at the end of a piece that ends in silence
ENDINGS = (".mid", ".midi")
NAMED = 10  # files that one message names at most


def read_music(path, step="16th", voices=None, on_error="raise"):
    """Read pieces of music from a MIDI file or from all in a folder.

    Where no track has two notes at once (legato of half a step is none), each track with notes is a voice, in the order
    of the file. Else the notes of all tracks are put together, and at each step the highest is the first voice's. Times
    are rounded to the grid, and a note has at least one step; changes of tempo do not matter, since the grid counts
    quarter notes. That a note is struck again at the same pitch does not show. Drums (channel 10) are left out, and a
    warning says so.

    Parameters
    ----------
    path : str or path-like
        A file ending in ``.mid`` or ``.midi``, or a folder; its subfolders count, hidden files do not.
    step : {"half", "quarter", "8th", "16th", "32nd"}, default="16th"
        How long a step of the grid is.
    voices : int, default=None
        Voices of every piece: those with fewer get silent ones at the end. By default as many as each has.
    on_error : {"raise", "skip"}, default="raise"
        What a file that cannot be read does: raise a ValueError, or be left out; one warning then names all such.

    Returns
    -------
    list of ndarray of int of shape (time, voices)
        MIDI pitches (60 is the middle C), -1 for silence; files in the order of their names.

    Raises
    ------
    ImportError
        The extra `[music]` is not installed.
    FileNotFoundError
        There is no such file or folder.
    ValueError
        A file cannot be opened, is no whole MIDI file, has no notes but those of drums, or more voices than `voices`;
        or there is none.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import numpy as np
    >>> from augment import read_music, write_music
    >>> folder = pathlib.Path(tempfile.mkdtemp()) / "new"
    >>> _ = write_music([np.array([[67, 60], [69, 60], [-1, 62]])], folder)
    >>> read_music(folder)[0].tolist()
    [[67, 60], [69, 60], [-1, 62]]
    """
    if on_error not in ("raise", "skip"):
        raise ValueError(f"on_error must be 'raise' or 'skip'. Received: on_error={on_error!r}")
    if voices is not None and not (isinstance(voices, Integral) and voices >= 1):
        raise ValueError(f"voices must be an integer of at least 1, or None. Received: voices={voices!r}")
    quarters, score = quarters_of(step), load("symusic", "music").Score
    path, pieces, failures, drums = Path(path), [], {}, []
    for file in _files(path):
        try:
            piece, has_drums = _read(file, score, quarters, voices)
        except ValueError as error:
            if on_error == "raise":
                advice = "Mend it, or leave such files out with on_error='skip'"
                raise ValueError(f"Cannot read {file}: {error}. {advice}.") from error
            failures[file] = str(error)
            continue
        pieces.append(piece)
        drums += [file] if has_drums else []
    _warn(path, failures, drums)
    if not pieces:
        raise ValueError(f"None of the {len(failures):,} MIDI files of {path} can be read.")
    return pieces


def _files(path):
    if not path.exists():
        raise FileNotFoundError(f"There is no folder or file {path}.")
    if not path.is_dir():
        return [path]
    files = (file for file in path.rglob("*") if file.suffix.lower() in ENDINGS and not file.is_dir())
    files = [file for file in files if not any(part.startswith(".") for part in file.relative_to(path).parts)]
    if not files:
        raise ValueError(f"{path} holds no MIDI files ({', '.join(ENDINGS)}).")
    return sorted(files)


def _read(file, score, quarters, n_voices):
    """The piece of a file, and whether it has drums, which the piece has not; a ValueError says what is wrong."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ValueError(f"it cannot be opened ({error.strerror})") from error
    if not content.startswith(b"MThd"):
        raise ValueError("it is empty" if not content else "it is no MIDI file")
    try:
        score = score.from_midi(content)
        a_tick = 1 / (quarters * score.tpq)
    except (RuntimeError, ZeroDivisionError) as error:
        raise ValueError("it is damaged or ends too early") from error
    has_drums = any(len(track.notes) and track.is_drum for track in score.tracks)
    tracks = [notes_of(track, a_tick) for track in score.tracks if len(track.notes) and not track.is_drum]
    if not tracks:
        raise ValueError("it has no notes" + (" but those of drums" if has_drums else ""))
    ends = [round(marker.time * a_tick) for marker in score.markers if marker.text == END]
    return _padded(voices_of(tracks, max(ends, default=0)), n_voices), has_drums


def _padded(piece, n_voices):
    """The piece with silent voices where it has fewer than are asked for."""
    n_voices = piece.shape[1] if n_voices is None else n_voices
    if piece.shape[1] > n_voices:
        raise ValueError(f"it has {piece.shape[1]} voices, more than voices={n_voices}")
    silent = np.full((len(piece), n_voices - piece.shape[1]), SILENCE)
    return np.concatenate([piece, silent], axis=1)


def _warn(path, failures, drums):
    if failures:
        listed = "; ".join(f"{file}: {reason}" for file, reason in list(failures.items())[:NAMED])
        more = f"; and {len(failures) - NAMED} more" if len(failures) > NAMED else ""
        warnings.warn(f"{len(failures):,} files of {path} were left out: {listed}{more}.", stacklevel=3)
    if drums:
        warnings.warn(f"Drums were left out of {len(drums):,} files of {path}, such as {drums[0]}.", stacklevel=3)

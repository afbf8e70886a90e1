"""Notes on a grid of steps: which pitch each voice has at each step."""

import numpy as np

from augment.music.pieces import PITCHES, SILENCE

LONGEST = 200_000  # steps of a piece: a damaged file may promise any number
LEGATO = 0.5  # of a step, by which a note may reach into the next of its voice


def notes_of(track, scale):
    """Start, end and pitch of a track's notes, in steps, of which a tick has `scale`: an array (n, 3), by their start.

    Parameters
    ----------
    track : symusic.core.TrackTick
        The track.
    scale : float
        Steps in a tick.
    """
    notes = {name: np.asarray(values, "float64") for name, values in track.notes.numpy().items()}
    starts, ends = notes["time"] * scale, (notes["time"] + notes["duration"]) * scale
    notes = np.stack([starts, ends, notes["pitch"]], axis=1)
    return notes[np.lexsort((notes[:, 2], notes[:, 0]))]


def voices_of(tracks, length=0):
    """The piece (time, voices) of tracks: each its own voice, or all notes from the top where one has several at once.

    Parameters
    ----------
    tracks : list of ndarray of shape (n, 3)
        What `notes_of` gave.
    length : int, default=0
        Steps of the piece at least.

    Returns
    -------
    ndarray of int of shape (time, voices)
        Pitches, -1 for silence.

    Examples
    --------
    >>> chord = np.array([[0.0, 2.0, 60], [0.0, 1.0, 64]])
    >>> voices_of([chord]).tolist()
    [[64, 60], [60, -1]]
    """
    rounded = [np.floor(notes + 0.5).astype(int) for notes in tracks]
    length = max(length, *(max(notes[:, 1].max(), notes[:, 0].max() + 1) for notes in rounded))
    if length > LONGEST:
        raise ValueError(f"it has {length:,} steps, more than {LONGEST:,}")
    if all(map(_is_one_voice, tracks)):
        return np.stack([_voice(notes, length) for notes in rounded], axis=1)
    return _from_the_top(np.concatenate(rounded), length)


def _is_one_voice(notes):
    """Whether no note of a track still sounds when the next one begins, and none begin together."""
    return (np.maximum.accumulate(notes[:-1, 1]) - notes[1:, 0] <= LEGATO).all() and not _has_chords(notes)


def _has_chords(notes):
    """Whether some notes of one step sound together for half of the shorter one, however short: one would be lost."""
    (start, end, pitch), (next_start, next_end, next_pitch) = notes[:-1].T, notes[1:].T
    shorter = np.minimum(end - start, next_end - next_start)
    together = (np.minimum(end, next_end) - next_start > shorter / 2) | (start == next_start)
    return (together & (pitch != next_pitch) & (np.floor(start + 0.5) == np.floor(next_start + 0.5))).any()


def _voice(notes, length):
    """Pitches (time,) of notes that follow one another."""
    voice = np.full(length, SILENCE)
    for start, end, pitch in notes:
        voice[start : max(end, start + 1)] = pitch
    return voice


def _from_the_top(notes, length):
    """Pitches (time, voices) of notes that sound at once, at each step the highest first."""
    sounds = np.zeros((length, PITCHES), bool)
    for start, end, pitch in notes:
        sounds[start : max(end, start + 1), PITCHES - 1 - pitch] = True
    places = sounds.cumsum(axis=1) - 1
    piece = np.full((length, places[:, -1].max() + 1), SILENCE)
    steps, downwards = np.nonzero(sounds)
    piece[steps, places[steps, downwards]] = PITCHES - 1 - downwards
    return piece

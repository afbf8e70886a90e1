"""Pieces of music: the pitches of each voice, and the intervals between neighbouring voices, step by step."""

import base64

import numpy as np

from augment.auditing import charts
from augment.auditing.data import Column
from augment.auditing.images.pictures import png
from augment.auditing.sequences.data import Sequences
from augment.auditing.sequences.reading import enough
from augment.music.pieces import SILENCE, as_piece

SHOWN, STEPS = 3, 256  # pieces of each part, and their steps at most
HEIGHT = 2  # pixels of a semitone
COLOURS = np.array([[36, 80, 126], [194, 87, 26], [29, 107, 58], [138, 90, 0], [122, 63, 143], [92, 99, 107]], "uint8")
OCTAVE = 12
FAR = 1000.0  # semitones that stand for the way to silence
SILENT = "silent"


def read_pieces(given):
    """Channels and sequences of pieces: a pitch for each voice, and for neighbours the interval, octaves apart.

    Parameters
    ----------
    given : dict of str to list of arrays (time, voices) or (time,), or array (n, time, voices)
        By part: MIDI pitches, -1 for silence.

    Returns
    -------
    (tuple of Column, dict of str to Sequences, list of str)
        Channels, sequences by part, and notes.

    Examples
    --------
    >>> channels, parts, _ = read_pieces({"train": [np.array([[67, 60], [-1, 62]])] * 10})
    >>> [channel.name for channel in channels], channels[0].labels
    (['voice 0', 'voice 1', 'interval 0-1'], ('67', 'silent'))
    """
    pieces = {name: _pieces(part, name) for name, part in given.items()}
    n_voices = pieces["train"][0].shape[1]
    for name, own in pieces.items():
        other = next((number for number, piece in enumerate(own) if piece.shape[1] != n_voices), None)
        if other is not None:
            raise ValueError(
                f"Piece {other} of {name} has {own[other].shape[1]} voices, and the first of train has {n_voices}: all "
                "must have the same."
            )
    steps = {name: _with_intervals(np.concatenate(own)) for name, own in pieces.items()}
    names = [f"voice {k}" for k in range(n_voices)] + [f"interval {k}-{k + 1}" for k in range(n_voices - 1)]
    channels, coded = [], {name: [] for name in steps}
    for j, name in enumerate(names):
        known = np.unique(np.concatenate([own[:, j] for own in steps.values()]))
        counts = [np.sum(steps["train"][:, j] == value) for value in known]
        known = known[np.argsort(counts, kind="stable")[::-1]]
        channels.append(Column(name, "category", tuple(SILENT if v == SILENCE else str(v) for v in known)))
        for part, own in steps.items():
            place = np.argsort(known)
            coded[part].append(place[np.searchsorted(known[place], own[:, j])].astype(float))
    starts = {name: np.cumsum([0, *map(len, own)]) for name, own in pieces.items()}
    parts = {name: Sequences(np.stack(own, axis=1), starts[name]) for name, own in coded.items()}
    return tuple(channels), parts, ["Pieces are sequences of steps, with a pitch for each voice."]


def _pieces(part, name):
    if not isinstance(part, list | tuple | np.ndarray):
        raise TypeError(f"{name} must be pieces, a list of arrays (time, voices), got {type(part).__name__}.")
    enough(part, name, "pieces")
    pieces = [as_piece(piece, f"Piece {number} of {name}") for number, piece in enumerate(part)]
    return [piece if piece.ndim == 2 else piece[:, None] for piece in pieces]


def _with_intervals(steps):
    """Pitches (steps, voices), and beside them the semitones from each voice down to the next, octaves left out."""
    upper, lower = steps[:, :-1], steps[:, 1:]
    sounding = (upper != SILENCE) & (lower != SILENCE)
    return np.concatenate([steps, np.where(sounding, (upper - lower) % OCTAVE, SILENCE)], axis=1)


def moves(data, part):
    """By how many semitones each voice moves to each step, (steps, voices); the same in every key.

    NaN at the first step of a piece; to silence and from it are moves of their own.

    Examples
    --------
    >>> from augment.auditing.sequences.prepared import prepare
    >>> data = prepare(*([np.array([60, 62, -1, low])] * 10 for low in (55, 67)), kind="music")
    >>> moves(data, data.parts["train"])[:4, 0].tolist()
    [nan, 2.0, -1000.0, 1000.0]
    """
    pitches = _pitches_of(data, part).astype(float)
    before = np.concatenate([np.full((1, pitches.shape[1]), np.nan), pitches[:-1]])[: len(pitches)]
    before[part.places == 0] = np.nan
    silent = (pitches == SILENCE) * -1.0 + (before == SILENCE) * 1.0
    return np.where(silent == 0, pitches - before, silent * FAR)


def rolls(data, rows):
    """Piano rolls of a few pieces of each part, as the evidence of a finding."""
    pictures = []
    for name, order in rows.items():
        for row in order[:SHOWN]:
            pixels = roll(_pitches(data, name, row))
            encoded = base64.b64encode(png(pixels)).decode("ascii")
            size = {"width": pixels.shape[1], "height": pixels.shape[0]}
            pictures.append({"name": f"{name} {row}", "png": encoded} | size)
    panels = [{"name": "pieces", "pictures": pictures}]
    return {"charts": [{**charts.pictures("Piano rolls of pieces chosen at random", panels), "row_level": True}]}


def _pitches(data, name, row):
    """A piece (time, voices), its first steps."""
    return _pitches_of(data, data.parts[name].take([row]))[:STEPS]


def _pitches_of(data, part):
    """The pitches of all steps of pieces, (steps, voices)."""
    voices = [channel for channel in data.channels if channel.name.startswith("voice")]
    known = [np.array([SILENCE if label == SILENT else int(label) for label in voice.labels]) for voice in voices]
    return np.stack([pitches[part.values[:, j].astype(int)] for j, pitches in enumerate(known)], axis=1)


def roll(piece):
    """Pixels (height, width, 3) of a piano roll: two for each step and semitone, a colour for each voice.

    Examples
    --------
    >>> roll(np.array([[60], [62], [-1]])).shape
    (6, 6, 3)
    """
    sounding = piece[piece != SILENCE]
    low, high = (sounding.min(), sounding.max()) if sounding.size else (60, 60)
    pixels = np.full((high - low + 1, max(len(piece), 1), 3), 255, "uint8")
    for number, voice in enumerate(piece.T):
        steps = np.flatnonzero(voice != SILENCE)
        pixels[high - voice[steps], steps] = COLOURS[number % len(COLOURS)]
    return pixels.repeat(HEIGHT, axis=0).repeat(HEIGHT, axis=1)

"""Pieces of music as arrays of MIDI pitches; errors say what is wrong with one."""

import numpy as np

PITCHES = 128  # of MIDI
SILENCE = -1


def as_piece(piece, name, missing=False):
    """A piece as a whole-number array (time, voices) or (time,); with `missing` as floats, NaN where it is unknown.

    Parameters
    ----------
    piece : array-like
        Pitches from 0 to 127, -1 for silence. Masked entries count as missing.
    name : str
        What messages call it.
    missing : bool, default=False
        Whether entries may be missing.

    Examples
    --------
    >>> as_piece([60.0, 62.0, -1], "Piece 0").tolist()
    [60, 62, -1]
    """
    mask = np.ma.getmaskarray(piece) if isinstance(piece, np.ma.MaskedArray) else None
    try:
        values = np.asarray(np.ma.getdata(piece) if mask is not None else piece)
        if values.dtype.kind not in "iufO":
            raise TypeError
        values = values.astype("float64")
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be numbers (time, voices) or (time,), each step with the same voices.") from None
    if values.ndim not in (1, 2) or (values.ndim == 2 and not values.shape[1]):
        raise ValueError(f"{name} must have the shape (time, voices) or (time,). Received: shape {values.shape}")
    values = values if mask is None else np.where(mask, np.nan, values)
    unknown = np.isnan(values)
    if unknown.any() and not missing:
        raise ValueError(
            f"{name} has missing values: silence is -1; to have them filled, give it to generate as condition=."
        )
    wrong = ~unknown & ((values != np.rint(values)) | (values < SILENCE) | (values >= PITCHES))
    if wrong.any():
        place = np.argwhere(wrong)[0]
        raise ValueError(
            f"{name} has {values[tuple(place)]:g} at step {place[0]}: pitches are whole numbers from 0 to 127 (60 is "
            "the middle C), and -1 is silence."
        )
    return values if missing else values.astype(int)


def notes_in(voice):
    """Start, end and pitch of each note of a voice (time,): of each run of steps of one pitch.

    Examples
    --------
    >>> notes_in(np.array([60, 60, -1, 62]))
    [(0, 2, 60), (3, 4, 62)]
    """
    if not len(voice):
        return []
    starts = [0, *(np.flatnonzero(np.diff(voice)) + 1).tolist()]
    runs = zip(starts, [*starts[1:], len(voice)], strict=True)
    return [(start, end, int(voice[start])) for start, end in runs if voice[start] != SILENCE]

"""Which kinds of sequences there are, and which of them data are."""

import narwhals.stable.v2 as nw
import numpy as np

from augment.synthesizers.events import Events
from augment.synthesizers.molecules import Molecules
from augment.synthesizers.music import Music
from augment.synthesizers.pairs import is_frame, is_series
from augment.synthesizers.panels import Panels
from augment.synthesizers.series import Series
from augment.synthesizers.texts import Texts, is_missing

KINDS = {kind.name: kind for kind in (Texts, Molecules, Music, Series, Events)}


def kind_named(name, data):
    """The class of the kind of that name, by which "auto" looks at the data."""
    if name == "auto":
        name = _kind_of(data)
        if name is None:
            raise TypeError(
                "X is of no kind of sequences that is known: expected strings, a frame, or series of numbers as an "
                f"array (n, time, features) or a list of arrays (time, features), got {_described(data)}. Others need "
                "kind=."
            )
    if not isinstance(name, str) or name not in KINDS:
        names = ", ".join(map(repr, KINDS))
        raise ValueError(f"kind must be 'auto' or one of {names}. Received: kind={name!r}")
    return Panels if name == "series" and is_frame(data) else KINDS[name]


def kind_from_dict(name, form):
    """The kind of that name whose `to_dict` gave the form."""
    return (Panels if name == "series" and "entity" in form else KINDS[name])(**form)


def codec_from_dict(state):
    """The codec that gave the state."""
    return (Panels if state["kind"] == "panel" else KINDS[state["kind"]]).codec_class.from_dict(state)


def _kind_of(data):
    """The name of the kind of `data`, as told by their form; None for what is of no kind known here."""
    if isinstance(data, str):
        return "text"
    if is_frame(data):
        return "events"
    if is_series(data):
        return None if nw.from_native(data, series_only=True).dtype.is_numeric() else "text"
    if isinstance(data, np.ndarray):
        if data.dtype.kind in "biuf":
            return "series" if data.ndim == 3 else None
        if data.dtype.kind == "O" and data.ndim == 1 and len(data) and isinstance(data[0], np.ndarray):
            return "series"
        return "text" if data.ndim == 1 else None
    if isinstance(data, list | tuple):
        first = data[0] if len(data) else ""
        if isinstance(first, np.ndarray) and first.ndim in (1, 2):
            return "series"
        return "text" if isinstance(first, str) or is_missing(first) else None
    return None


def _described(data):
    """What data are, for a message."""
    if isinstance(data, np.ndarray):
        return f"an array of {data.dtype} of shape {data.shape}"
    if is_series(data):
        return "a series of numbers: give what its to_numpy() gives"
    if isinstance(data, list | tuple) and len(data):
        return f"{type(data).__name__} of {type(data[0]).__name__}"
    return type(data).__name__

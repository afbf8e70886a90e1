"""Column names: as JSON, in messages, and checked."""

import difflib

import numpy as np
import pandas as pd

from augment.codecs.zones import zone_to_text


def name_to_json(name):
    """A column name as a JSON-ready value; tuples become lists, moments a dict."""
    if isinstance(name, tuple):
        return [name_to_json(part) for part in name]
    if isinstance(name, pd.Timestamp):
        return {"moment": name.isoformat(), "zone": zone_to_text(name.tzinfo)}
    if isinstance(name, np.generic):
        name = name.item()
    if name is None or isinstance(name, str | int | float | bool):
        return name if name == name else None  # an index of strings holds NaN for None
    raise TypeError(f"A column has the name {name!r}: expected a string, a number or a tuple of them.")


def name_from_json(name):
    """The column name that `name_to_json` gave."""
    if isinstance(name, list):
        return tuple(name_from_json(part) for part in name)
    if isinstance(name, dict):
        moment = pd.Timestamp(name["moment"])
        return moment if name["zone"] is None else moment.tz_convert(name["zone"])
    return name


def near_names(name, names):
    """The names most like `name`, for a message."""
    shown = {str(known): known for known in names}
    near = difflib.get_close_matches(str(name), list(shown), n=3, cutoff=0.5) or list(shown)[:10]
    return ", ".join(repr(shown[text]) for text in near)


def refuse_duplicates(names):
    """Raise a ValueError when a name occurs more than once."""
    seen = set()
    twice = [name for name in names if name in seen or seen.add(name)]
    if twice:
        raise ValueError(f"Column names must be unique; these occur more than once: {', '.join(map(repr, twice[:5]))}.")

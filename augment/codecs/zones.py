"""Time zones of every maker as text that pandas reads, and back."""

import contextlib
import datetime
import importlib
import zoneinfo

import pandas as pd


def zone_to_text(zone):
    """The name of a tzinfo, else its offset as "+05:30"; None for none."""
    if zone is None:
        return None
    name = getattr(zone, "key", None) or getattr(zone, "zone", None)  # zoneinfo's and pytz's
    if name is not None:
        return name
    path = getattr(zone, "_filename", None)  # dateutil's
    if path is not None:
        return path.rpartition("zoneinfo/")[2]
    offset = zone.utcoffset(None)
    if offset is None:
        return str(zone)
    sign, minutes = "-" if offset < datetime.timedelta(0) else "+", abs(offset) // datetime.timedelta(minutes=1)
    return f"{sign}{minutes // 60:02}:{minutes % 60:02}" if minutes else "UTC"


def zone_from_text(text):
    """The tzinfo of what `zone_to_text` gave."""
    return None if text is None else pd.Timestamp(0, tz=text).tzinfo


def zone_to_dict(zone):
    """A tzinfo as JSON-ready values that also tell its maker."""
    return {"text": zone_to_text(zone), "maker": type(zone).__module__.split(".")[0]}


def zone_from_dict(form):
    """The tzinfo of the same maker; pandas' own where that has it."""
    text, maker = form["text"], form["maker"]
    zone = zone_from_text(text)
    if maker == "zoneinfo":
        return zoneinfo.ZoneInfo(text)
    with contextlib.suppress(ImportError):  # a model may be loaded where the maker is not installed
        if maker == "pytz" and text[0] in "+-":
            return importlib.import_module("pytz").FixedOffset(zone.utcoffset(None) // datetime.timedelta(minutes=1))
        if maker == "dateutil" and (text == "UTC" or text[0] in "+-"):
            tz = importlib.import_module("dateutil.tz")
            return tz.UTC if text == "UTC" else tz.tzoffset(None, zone.utcoffset(None))
    return zone

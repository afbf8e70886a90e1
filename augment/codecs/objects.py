"""Arrays of Python objects as plain columns and back."""

import contextlib
import datetime
import numbers
import uuid
from decimal import Decimal

import numpy as np
import pandas as pd

from augment.codecs.column import INFINITE, Column, with_missing
from augment.codecs.digits import objects_of, with_places
from augment.codecs.zones import zone_from_text, zone_to_text

MISSING = {"None": None, "nan": np.nan, "NA": pd.NA, "NaT": pd.NaT, "null": None, "NaN": Decimal("NaN")}
A_DAY = 86_400 * 10**6  # microseconds
KIND_OF_TYPE = {
    "NoneType": "None",
    "NAType": "NA",
    "NaTType": "NaT",
    "datetime64": "NaT",
    "timedelta64": "NaT",
    "Decimal": "NaN",
}
TYPES = {  # the order matters: a bool is an int, a datetime is a date, a Timestamp a datetime
    "bool": (bool, np.bool_),
    "int": (numbers.Integral,),
    "float": (float, np.floating),
    "str": (str,),
    "Decimal": (Decimal,),
    "Timestamp": (pd.Timestamp, np.datetime64),
    "datetime": (datetime.datetime,),
    "date": (datetime.date,),
    "Timedelta": (pd.Timedelta, np.timedelta64),
    "timedelta": (datetime.timedelta,),
    "time": (datetime.time,),
    "UUID": (uuid.UUID,),
}


def read_objects(name, values):
    """Column from an object array, and the name of the Python type of its values (None where all are missing)."""
    gone = pd.isna(values)
    masks = _missing_kinds(values, gone)
    python = _type_of(name, values[~gone])
    column = _READERS.get(python, _empty)(name, values, gone)
    column.name = name
    return with_missing(column, masks), python


def write_objects(column, python, decimals=0):
    """Object array of values of the Python type called `python`; a Decimal gets at least `decimals` places."""
    out = np.empty(len(column), object)
    if python is not None:
        present = column.present
        out[present] = _WRITERS[python](column.take(present), decimals)
    for number, kind in enumerate(column.kinds, start=1):
        out[column.missing == number] = MISSING[kind]
    return out


def _missing_kinds(values, gone):
    types = np.array([KIND_OF_TYPE.get(type(value).__name__, "nan") for value in values[gone]], object)
    masks = {}
    for kind in sorted(set(types)):
        mask = np.zeros(len(values), bool)
        mask[np.flatnonzero(gone)[types == kind]] = True
        masks[kind] = mask
    return masks


def _type_of(name, values):
    """Name in TYPES of the one type that all `values` have."""
    found = {}
    for kind in set(map(type, values)):
        python = next((python for python, bases in TYPES.items() if issubclass(kind, bases)), None)
        if python is None:
            raise TypeError(
                f"Column {name!r} holds a value of type {kind.__name__}: each value of a column must be a string, a "
                "number, a boolean, a date or a duration; take nested values apart into columns of their own, or drop "
                "the column."
            )
        found[python] = kind.__name__
    if set(found) == {"int", "float"}:
        return "float"
    if len(found) > 1:
        first, second = sorted(found.values())[:2]
        raise TypeError(f"Column {name!r} mixes {first} and {second}: turn all of its values into one type.")
    return next(iter(found), None)


def _empty(name, values, gone):
    return Column(name, "number", np.zeros(len(values)))


def _read_floats(name, values, gone):
    return Column(name, "number", np.where(gone, 0, values).astype("float64"))


def _read_integers(name, values, gone):
    values = np.where(gone, 0, values)
    for kind in ("int64", "uint64"):
        with contextlib.suppress(OverflowError):
            return Column(name, "number", values.astype(kind))
    raise ValueError(f"Column {name!r} holds integers beyond 64 bits: turn them into floats or strings.")


def _read_decimals(name, values, gone):
    values = np.where(gone, Decimal(0), values)
    if not all(value.is_finite() for value in values):
        raise ValueError(INFINITE.format(name))
    return Column(name, "decimal", values)


def _read_labels(name, values, gone):
    codes, labels = label_codes(values, gone)
    return Column(name, "label", codes, labels=[str(label) for label in labels])


def label_codes(values, gone):
    """Place of each of an object array of values in the list of the distinct ones; zero where one is missing."""
    place = {}  # pandas reads no further than the first NUL in a string
    codes = [0 if g else place.setdefault(value, len(place)) for value, g in zip(values, gone, strict=True)]
    return np.array(codes, "int64"), list(place)


def _read_booleans(name, values, gone):
    return Column(name, "label", np.where(gone, False, values).astype("int64"), labels=[False, True])


def _read_dates(name, values, gone):
    days = np.where(gone, np.datetime64(0, "D"), values).astype("M8[D]").astype("int64")
    return Column(name, "moment", days, unit="D")


def _zone_of(name, values):
    """Text of the time zone that all values have; None where they have none."""
    makers = (getattr(value, "tzinfo", None) for value in values)
    zones = {zone_to_text(zone) for zone in {id(zone): zone for zone in makers}.values()}  # not all have a hash
    if len(zones) > 1:
        raise ValueError(
            f"Column {name!r} mixes time zones ({', '.join(map(str, sorted(zones, key=str)))}): choose one."
        )
    return zones.pop()


def _read_moments(name, values, gone):
    zone = _zone_of(name, values[~gone])
    moments = pd.to_datetime(pd.Series(np.where(gone, None, values)), utc=zone is not None)
    unit = moments.dt.unit
    if zone is not None:
        moments = moments.dt.tz_convert(None)
    return Column(name, "moment", moments.to_numpy().view("int64").copy(), unit=unit, zone=zone)


def _read_datetimes(name, values, gone):
    """As microseconds, which reach from the year 1 to 9999; nanoseconds would not."""
    zone = _zone_of(name, values[~gone])
    there = [datetime.datetime.min if g else value for value, g in zip(values, gone, strict=True)]
    counts = np.array([value.replace(tzinfo=None) for value in there], "M8[us]")
    if zone is not None:
        counts = counts - np.array([value.utcoffset() or datetime.timedelta(0) for value in there], "m8[us]")
    return Column(name, "moment", counts.view("int64"), unit="us", zone=zone)


def _read_durations(name, values, gone):
    spans = pd.to_timedelta(pd.Series(np.where(gone, None, values)))
    return Column(name, "duration", spans.to_numpy().view("int64").copy(), unit=spans.dt.unit)


def _read_times(name, values, gone):
    midnight = datetime.time(0)
    clock = [midnight if g else value for value, g in zip(values, gone, strict=True)]
    counts = [((t.hour * 60 + t.minute) * 60 + t.second) * 1_000_000 + t.microsecond for t in clock]
    zone = _zone_of(name, values[~gone])
    return Column(name, "duration", np.array(counts, "int64"), unit="us", zone=zone, least=0, limit=A_DAY - 1)


_READERS = {
    "bool": _read_booleans,
    "int": _read_integers,
    "float": _read_floats,
    "Decimal": _read_decimals,
    "str": _read_labels,
    "UUID": _read_labels,
    "date": _read_dates,
    "datetime": _read_datetimes,
    "Timestamp": _read_moments,
    "timedelta": _read_durations,
    "Timedelta": _read_durations,
    "time": _read_times,
}


def _write_labels(column, decimals):
    return np.array([*column.labels, None], object)[:-1][column.values]


def _write_decimals(column, decimals):
    return objects_of([with_places(value, decimals) for value in column.values])


def _write_uuids(column, decimals):
    return objects_of([_uuid(label) for label in column.labels])[column.values]


def _uuid(label):
    """The UUID of a label; one that is made of it where a fresh string is longer, since shorter ones had run out."""
    try:
        return uuid.UUID(label)
    except ValueError:
        return uuid.uuid5(uuid.NAMESPACE_OID, label)


def _write_moments(column, decimals):
    moments = pd.Series(column.values.view(f"M8[{column.unit}]"))
    if column.zone is not None:
        moments = moments.dt.tz_localize("UTC").dt.tz_convert(column.zone)
    return objects_of(list(moments))


def _write_durations(column, decimals):
    return objects_of(list(pd.Series(column.values.view(f"m8[{column.unit}]"))))


def _write_times(column, decimals):
    zone = zone_from_text(column.zone)
    start = datetime.datetime(1970, 1, 1)
    clock = [(start + datetime.timedelta(microseconds=count)).time() for count in column.values.tolist()]
    return objects_of([time.replace(tzinfo=zone) for time in clock])


_WRITERS = {
    "bool": _write_labels,
    "int": lambda column, decimals: objects_of(column.values.tolist()),
    "float": lambda column, decimals: objects_of(column.values.tolist()),
    "Decimal": _write_decimals,
    "str": _write_labels,
    "UUID": _write_uuids,
    "date": lambda column, decimals: column.values.view("M8[D]").astype(object),
    "datetime": lambda column, decimals: objects_of([moment.to_pydatetime() for moment in _write_moments(column, 0)]),
    "Timestamp": _write_moments,
    "timedelta": lambda column, decimals: objects_of([span.to_pytimedelta() for span in _write_durations(column, 0)]),
    "Timedelta": _write_durations,
    "time": _write_times,
}

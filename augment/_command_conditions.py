"""What `--condition COLUMN=VALUE` asks for, as `generate` takes it."""

import csv
from decimal import Decimal, InvalidOperation


def conditions(texts, example):
    """What ``--condition`` asks for, as `generate` takes it; the frame `example` shows the type of each column."""
    columns = {str(name): name for name in example.columns}
    asked = {}
    for text in texts:
        begins = [name for name in columns if text.startswith(f"{name}=")]
        if not begins:
            names = ", ".join(columns)
            raise ValueError(f"--condition expects COLUMN=VALUE, received {text!r}; the columns are {names}.")
        name = max(begins, key=len)
        asked.setdefault(name, []).append(_wanted(name, text[len(name) + 1 :], example[columns[name]]))
    return {columns[name]: _joined(name, parts) for name, parts in asked.items()}


def _joined(name, parts):
    """What several ``--condition`` ask of one column: any of their values."""
    if len(parts) == 1:
        return parts[0]
    if any(isinstance(part, tuple) for part in parts):
        raise ValueError(f"--condition {name} is given {len(parts)} times: a range stands alone, only values can join.")
    return [value for part in parts for value in (part if isinstance(part, list) else [part])]


def _wanted(name, text, series):
    """A value, a range (two ends, None where open), a list, or None for missing."""
    if text == "":
        return None
    if ".." in text and _has_order(series):
        low, _, high = text.partition("..")
        return tuple(_value(name, end, series) if end else None for end in (low, high))
    values = [_value(name, part, series) for part in next(csv.reader([text], skipinitialspace=True))]
    return values[0] if len(values) == 1 else values


def _has_order(series):
    categories = getattr(series.dtype, "categories", None)
    if categories is not None and categories.dtype.kind not in "iufM":
        return series.dtype.ordered
    return categories is not None or series.dtype.kind in "iufMm" or _holds_decimals(series)


def _holds_decimals(series):
    return any(isinstance(value, Decimal) for value in series)


def _value(name, text, series):
    import pandas as pd

    dtype = getattr(getattr(series.dtype, "categories", None), "dtype", series.dtype)
    try:
        if _holds_decimals(series):
            return Decimal(text)
        if dtype.kind == "b":
            return {"true": True, "false": False}[text.lower()]
        if dtype.kind in "iu":
            return int(text)
        if dtype.kind == "f":
            return float(text)
        if dtype.kind == "M":
            moment = pd.Timestamp(text)
            zone = getattr(dtype, "tz", None)
            return moment.tz_localize(zone) if zone and moment.tzinfo is None else moment
    except (ValueError, KeyError, InvalidOperation):
        kind = {"b": "true or false", "i": "a whole number", "u": "a whole number", "M": "a date"}
        expected = kind.get(dtype.kind, "a number")
        raise ValueError(f"--condition {name}: expected {expected}, received {text!r}.") from None
    return text

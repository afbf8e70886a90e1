"""What `--condition COLUMN=VALUE` asks for, as `generate` takes it."""

import csv


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
        asked.setdefault(name, []).append(_wanted(name, text[len(name) + 1 :], example[columns[name]].dtype))
    return {columns[name]: _joined(name, parts) for name, parts in asked.items()}


def _joined(name, parts):
    """What several ``--condition`` ask of one column: any of their values."""
    if len(parts) == 1:
        return parts[0]
    if any(isinstance(part, tuple) for part in parts):
        raise ValueError(f"--condition {name} is given {len(parts)} times: a range stands alone, only values can join.")
    return [value for part in parts for value in (part if isinstance(part, list) else [part])]


def _wanted(name, text, dtype):
    """A value, a range (two ends, None where open), a list, or None for missing."""
    dtype = getattr(getattr(dtype, "categories", None), "dtype", dtype)
    if text == "":
        return None
    if dtype.kind in "iufM" and ".." in text:
        low, _, high = text.partition("..")
        return tuple(_value(name, end, dtype) if end else None for end in (low, high))
    values = [_value(name, part, dtype) for part in next(csv.reader([text], skipinitialspace=True))]
    return values[0] if len(values) == 1 else values


def _value(name, text, dtype):
    import pandas as pd

    try:
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
    except (ValueError, KeyError):
        kind = {"b": "true or false", "i": "a whole number", "u": "a whole number", "f": "a number", "M": "a date"}
        raise ValueError(f"--condition {name}: expected {kind[dtype.kind]}, received {text!r}.") from None
    return text

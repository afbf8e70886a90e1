"""The whole numbers that a column holds, whatever its type: integers, floats and decimals without decimals."""

from decimal import Decimal

import numpy as np

from augment.codecs.digits import objects_of

LEAST, LIMIT = -(2**63), 2**63 - 1


def ends_of(column):
    """The smallest and the largest whole number that a column's type holds, and tells from its neighbours."""
    kind = column.values.dtype
    if kind.kind == "f":
        return [-_exact(kind), _exact(kind)]
    if kind.kind == "O":
        return [LEAST if column.least is None else column.least, LIMIT if column.limit is None else column.limit]
    return list(column.ends)


def whole_numbers(column, floats=True):
    """Integer array of the values of a Column; None where they are no whole numbers of 64 bits, or floats unasked."""
    values = column.values
    if column.family == "number" and values.dtype.kind == "f" and floats:
        exact = (np.rint(values) == values) & (np.abs(values) <= _exact(values.dtype))
        return values.astype("int64") if exact.all() else None
    if column.family == "decimal":
        exact = all(value.as_tuple().exponent >= 0 and LEAST <= value <= LIMIT for value in values)
        return np.array([int(value) for value in values], "int64") if exact else None
    return values if column.family == "number" and values.dtype.kind in "iu" else None


def is_whole(value):
    """Whether a value of a condition is a whole number, of any type."""
    try:
        return not isinstance(value, bool | np.bool_) and int(value) == value
    except (TypeError, ValueError, OverflowError):
        return False


def write_wholes(values, dtype):
    """Integer `values` as an array of the type that the column's values have."""
    if dtype != "object":
        return values.astype(dtype)
    return objects_of([Decimal(value) for value in values.tolist()])


def _exact(dtype):
    """Up to here each whole number is a float of its own."""
    return 2 ** (np.finfo(dtype).nmant + 1)

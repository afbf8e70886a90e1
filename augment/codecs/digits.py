"""Decimal objects: how many places they have, with so many places, and from other numbers."""

from decimal import Context, Decimal

import numpy as np

CONTEXT = Context(prec=1000)  # the usual one rounds to 28 digits


def places_of(values):
    """The largest number of decimal places among Decimals."""
    return max((max(0, -value.as_tuple().exponent) for value in values), default=0)


def with_places(value, places, rounded=False):
    """A Decimal with so many decimal places; one that has more keeps them unless it is to be `rounded`."""
    if not rounded and -value.as_tuple().exponent > places:
        return value
    return value.quantize(Decimal(1).scaleb(-places), context=CONTEXT)


def as_decimal(value):
    """A number as the Decimal that is written like it."""
    return Decimal(repr(float(value)) if isinstance(value, float | np.floating) else value)


def objects_of(values):
    """Object array of a list, never taken apart into more dimensions."""
    out = np.empty(len(values), object)
    out[:] = values
    return out

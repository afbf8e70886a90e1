"""Texts as sequences of characters and back."""

from augment.codecs.tokens import TokenCodec


class TextCodec(TokenCodec):
    """Turns texts into sequences of whole numbers, one for each character, and such sequences into texts.

    Examples
    --------
    >>> import numpy as np
    >>> codec = TextCodec().fit((["abba", "cab"], None))
    >>> codec.tokens(["cab"])
    [array([3, 1, 2], dtype=int32)]
    >>> codec.decode([np.array([2, 1, 3])])
    ['bac']
    """

    name, what, unit = "text", "texts", "character"
    _split = staticmethod(list)
    _join = staticmethod("".join)

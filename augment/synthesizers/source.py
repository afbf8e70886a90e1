"""A trained model and its codec as one source of rows, in plain columns, for criteria that ask it more than once."""

import numpy as np

from augment.codecs.conditions import know_columns
from augment.synthesizers.conditioning import draw


class Source:
    """Draws rows under the condition of one call of `generate`.

    Parameters
    ----------
    model : GenerativeModel or None
        The trained model; None where there is nothing to model.
    codec : TableCodec
        Made the rows that it was trained on.
    n : int
        Number of rows asked for.
    condition : callable
        Gives what the user's condition says of a number of rows: a TableCondition or None.
    row_by_row : bool
        Whether that condition is a table, with a row for each row to generate.
    target : hashable
        Name of y's column; None where there was no y.
    rng : numpy.random.Generator
        The only source of randomness.
    """

    def __init__(self, model, codec, n, condition, row_by_row, target, rng):
        self.model, self.codec, self.n = model, codec, n
        self.condition, self.row_by_row, self.target, self.rng = condition, row_by_row, target, rng

    @property
    def asked(self):
        """Places of the columns that the user's condition tells of."""
        known = self.condition(self.n if self.row_by_row else 1)
        if known is None:
            return set()
        blocks = {*np.flatnonzero(known.known.any(axis=0)), *known.allowed}
        return {*known.given, *known.within, *(self.codec.places[block] for block in blocks)}

    def knowing(self, columns, n):
        """The user's condition on n rows, and `columns`, a dict of place to Column, known besides."""
        return know_columns(self.codec, self.condition(n), columns, n)

    def arrays(self, n, condition=None):
        """Encoded rows under a TableCondition or none."""
        if self.model is None:
            return np.zeros((n, self.codec.layout.width), self.codec.dtype)
        return draw(self.model, self.codec, n, condition, self.rng)

    def columns(self, n, condition=None):
        """Rows under a TableCondition or none, as a list of Column."""
        return self.codec.decode_columns(self.arrays(n, condition), self.rng, condition)

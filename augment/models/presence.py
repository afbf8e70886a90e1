"""Which numbers of a row of floats are there, and which have a spike or a "missing" in their place."""

import numpy as np
from keras import ops


class Presence:
    """Tells of rows of floats, hard or soft ones, how far each number is there: the first place of the one-hot beside.

    Parameters
    ----------
    layout : VectorLayout
        The form of the rows.
    """

    def __init__(self, layout):
        numbers = [block for block in layout.blocks if block.kind == "number"]
        beside = {block.column: block.start for block in layout.blocks if block.kind == "one_hot"}
        self._first = np.zeros((layout.width, len(numbers)), "float32")
        self._place = np.zeros((len(numbers), layout.width), "float32")
        for k, number in enumerate(numbers):
            self._place[k, number.start] = 1
            if number.column in beside:
                self._first[beside[number.column], k] = 1
        self._always = 1 - self._first.sum(axis=0)
        self._no_number = 1 - self._place.sum(axis=0)

    def of_numbers(self, rows):
        """How far each number (n, numbers) of the rows (n, width) is there, from 0 to 1."""
        return ops.add(ops.matmul(rows, self._first), self._always)

    def of_floats(self, rows):
        """How far each float (n, width) of the rows (n, width) is there: 1 for what is no number."""
        return ops.add(ops.matmul(self.of_numbers(rows), self._place), self._no_number)

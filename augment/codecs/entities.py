"""Keys of entities, each of which has several rows: whatever they look like, new entities get fresh ones."""

import numpy as np

from augment.codecs.columns import RejectColumn
from augment.codecs.identifiers import Key, Text
from augment.codecs.wholes import whole_numbers


class EntityNumber(Key):
    """Whole numbers, each different, of any number and order."""

    def _fit(self, column):
        values = whole_numbers(column)
        if values is None or not len(values):
            raise RejectColumn("it does not hold whole numbers")
        self._learn(column, values)

    def _tell_of_repeated(self, n_keys, n):
        """Nothing: entities with one key are refused, whatever it is repeated for."""


class EntityName(Text):
    """Strings, each different, of any number."""

    kind = "identifier"

    def _fit(self, column):
        if column.family != "label" or not all(isinstance(label, str) for label in column.labels):
            raise RejectColumn("it does not hold strings")
        self._learn(np.array([*column.labels, None], object)[:-1][column.values])

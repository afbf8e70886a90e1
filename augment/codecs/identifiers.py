"""Keys, identifiers and free text: columns that are not modelled but filled with fresh values of the same shape."""

import re

import numpy as np

from augment.codecs.column import Column
from augment.codecs.columns import ColumnCodec, RejectColumn
from augment.codecs.fresh import Seen, fresh_strings, learn_shape, shape_from_dict
from augment.codecs.grid import Grid

MIN_VALUES = 20  # fewer values are never taken for identifiers
UNIQUE_SHARE = 0.95  # strings of which more are distinct are identifiers or text
TEXT_SHARE, TEXT_LENGTH, TEXT_WORDS = 0.5, 30, 4  # ... and long ones of several words of which more than this are
KEY_NAMES = {"id", "ids", "key", "pk", "uuid", "guid", "nr", "no", "identifier", "index"}


class Fresh(ColumnCodec):
    """What keys and texts share: one token for every value, so that only what is missing is modelled."""

    size = 1

    def _encode(self, column, rng):
        return np.zeros((len(column), 2), "int32")

    def within(self, low=None, high=None, values=None):
        """Refuse: a range or a list says nothing about fresh values."""
        raise ValueError(
            f"Condition on column {self.name!r}: it holds identifiers or text, which are made afresh; only a single "
            "value can be given."
        )

    @property
    def label(self):
        return self.kind


class Key(Fresh):
    """Integer keys: unique, and consecutive, in strict order, or called a key. New ones go on after the largest."""

    kind = "identifier"

    def _fit(self, column):
        values = column.values
        if column.family != "number" or values.dtype.kind == "f" or len(values) < MIN_VALUES:
            raise RejectColumn("it does not hold enough integers")
        in_order = bool((values[1:] > values[:-1]).all())
        in_reverse = bool((values[1:] < values[:-1]).all())
        if not (in_order or in_reverse) and len(np.unique(values)) < len(values):
            raise RejectColumn("its values are not unique")
        in_a_row = int(values.max()) - int(values.min()) == len(values) - 1
        if not (in_order or in_reverse or in_a_row or is_key_name(self.name)):
            raise RejectColumn("its values look like numbers, not like keys")
        grid = Grid().fit(values)
        self.dtype, self.largest, self.step = grid.dtype_, int(values.max()), grid.step_
        self.order = 1 if in_order else -1 if in_reverse else 0
        self.limit = column.limit or int(np.iinfo(grid.dtype_).max)
        if self.largest + 10 * self.step * len(values) > self.limit:
            raise RejectColumn("its type has no room for keys after the largest")
        self.notes.append("keys: replaced by fresh ones after the largest")

    def _decode(self, tokens, place, rng, within):
        if self.largest + self.step * len(tokens) > self.limit:
            raise ValueError(
                f"Column {self.name!r}: its type has no room for {len(tokens):,} keys after {self.largest}."
            )
        numbers = np.arange(1, len(tokens) + 1)
        if not self.order:
            numbers = rng.permutation(numbers)
        numbers = numbers[:: self.order or 1]
        return Column(self.name, values=(self.largest + self.step * numbers).astype(self.dtype), **self.form)

    def given(self, value, n):
        """Column of n times one key."""
        if isinstance(value, bool) or not isinstance(value, int | np.integer):
            raise ValueError(f"Condition on column {self.name!r}: expected a whole number, got {value!r}.")
        return Column(self.name, values=np.full(n, value, self.dtype), **self.form)

    def _state(self):
        return {key: getattr(self, key) for key in ("dtype", "largest", "step", "order", "limit")}

    def _restore(self, state):
        self.dtype, self.largest, self.step = state["dtype"], state["largest"], state["step"]
        self.order, self.limit = state["order"], state["limit"]


class Text(Fresh):
    """Strings of which (almost) each is different. New ones have the same shape and are none of the training ones."""

    kind = "text"

    def _fit(self, column):
        if column.family != "label" or column.closed or len(column) < MIN_VALUES:
            raise RejectColumn("it does not hold enough strings")
        if not all(isinstance(label, str) for label in column.labels):
            raise RejectColumn("its values are no strings")
        strings = np.array([*column.labels, None], object)[:-1][np.unique(column.values)]
        share = len(strings) / len(column)
        if share < UNIQUE_SHARE and not (share > TEXT_SHARE and _is_prose(strings)):
            raise RejectColumn("too many of its strings occur more than once")
        self.shape = learn_shape(strings, np.random.default_rng(0))
        self.seen = Seen().fit(strings)
        self._name_kind()
        self.notes.append("unique strings: replaced by fresh ones of the same shape")

    def _name_kind(self):
        self.kind = "identifier" if hasattr(self.shape, "shapes") else "text"

    def _decode(self, tokens, place, rng, within):
        strings = fresh_strings(self.shape, self.seen, len(tokens), rng)
        return Column(self.name, values=np.arange(len(tokens)), labels=strings.tolist(), **self.form)

    def given(self, value, n):
        """Column of n times one string."""
        return Column(self.name, values=np.zeros(n, "int64"), labels=[str(value)], **self.form)

    def _state(self):
        return {"shape": self.shape.to_dict(), "seen": self.seen.to_dict()}

    def _restore(self, state):
        self.shape, self.seen = shape_from_dict(state["shape"]), Seen.from_dict(state["seen"])
        self._name_kind()


def is_key_name(name):
    """Whether a column's name says that it holds keys.

    >>> [is_key_name(name) for name in ("id", "PassengerId", "order_nr", "paid", "Height")]
    [True, True, True, False, False]
    """
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", str(name))
    return any(part.lower() in KEY_NAMES for part in parts)


def _is_prose(strings):
    head = strings[:1000].tolist()
    long = np.mean([len(string) for string in head]) >= TEXT_LENGTH
    return long and np.mean([len(string.split()) for string in head]) >= TEXT_WORDS

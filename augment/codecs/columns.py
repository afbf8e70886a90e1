"""What every kind of column shares: values and missing values as tokens, and back."""

from dataclasses import dataclass

import numpy as np

from augment.codecs.column import Column, as_family
from augment.codecs.layout import Block

_WORDS = {
    "number": "numbers",
    "decimal": "numbers",
    "moment": "dates",
    "duration": "durations",
    "label": "text or categories",
}


class RejectColumn(ValueError):
    """A column is not of the kind that a codec is for."""


@dataclass(frozen=True)
class Within:
    """What a condition leaves open of a column: a range, both ends included, a list of values, or all but the taken."""

    low: float = -np.inf
    high: float = np.inf
    values: object = None
    taken: object = ()


class ColumnCodec:
    """What all kinds of columns share: missing values are further coarse tokens after those of the values.

    A subclass says in `_fit` what it learns of the values that are there, raising RejectColumn when they are not its
    business, and turns them into tokens and back in `_encode` and `_decode`.

    Attributes
    ----------
    name : hashable
        The column's name.
    kinds : tuple of str
        The kinds of missing values seen in training; each is a token.
    size : int
        Number of coarse tokens for values.
    levels : int
        Number of fine tokens; 0 for none.
    shares : ndarray of shape (size + len(kinds),)
        Share of the training rows in each coarse token.
    notes : list of str
        What was merged or replaced, for the report.
    """

    kind = None
    levels = 0

    def fit_encode(self, column):
        """Learn from a Column and give its tokens; raise RejectColumn when it is not of this kind."""
        self.name, self.kinds, self.notes = column.name, tuple(column.kinds), []
        self.form = {name: getattr(column, name) for name in ("family", "unit", "zone", "least", "limit")}
        self._fit(column.take(column.present))
        tokens = self.encode(column)
        size = self.size + len(self.kinds)
        self.shares = np.bincount(tokens[:, 0], minlength=size) / len(column) if self.width else np.ones(1)
        return tokens

    @property
    def width(self):
        """Number of array columns: 0 when there is nothing to choose from."""
        return 0 if self.size + len(self.kinds) < 2 else 2 if self.levels else 1

    def encode(self, column, rng=None):
        """Tokens of a Column as an int32 array of shape (n, width)."""
        tokens = np.zeros((len(column), 2), "int32")
        present = column.present
        for number, kind in enumerate(column.kinds, start=1):
            rows = column.missing == number
            if rows.any():
                tokens[rows, 0] = self.missing_token(kind)
        if self.size == 0 and present.any():
            raise ValueError(f"Column {self.name!r} has values; in the training data all of them were missing.")
        if present.any():
            tokens[present] = self._encode(self.alike(column).take(present), rng)
        return tokens[:, : self.width]

    def alike(self, column):
        """`column` as one of the fitted family."""
        column = as_family(column, self.form["family"])
        if column.family != self.form["family"]:
            raise ValueError(
                f"Column {self.name!r} must hold {_WORDS[self.form['family']]}, as in the training data; it holds "
                f"{_WORDS[column.family]}."
            )
        return column

    def missing_token(self, kind=None):
        """The coarse token of a missing value of this kind, or of the first kind where this one is unknown."""
        if not self.kinds:
            raise ValueError(
                f"Column {self.name!r} has missing values; the training data had none there. Fill them in, or fit on "
                "data with missing values in this column."
            )
        return self.size + (self.kinds.index(kind) if kind in self.kinds else 0)

    def decode(self, tokens, rng, within=None):
        """Column from `tokens` of shape (n, width); `within` (a Within) keeps the values inside a condition."""
        n = len(tokens)
        full = np.zeros((n, 2), "int32")
        full[:, : self.width] = tokens
        missing = np.clip(full[:, 0] - self.size + 1, 0, None).astype("int8")
        full[missing > 0] = 0  # a stand-in
        place = rng.random(n)
        column = self._decode(full, place, rng, within) if self.size else self._nothing(n)
        column.missing, column.kinds = missing, self.kinds
        return column

    def _nothing(self, n):
        labels = [] if self.form["family"] == "label" else None
        return Column(self.name, values=np.zeros(n, "int64"), labels=labels, **self.form)

    def block(self, start):
        """The Block of this column from array column `start` on."""
        has_levels = None
        if self.levels:
            has_levels = np.concatenate([self._has_levels(), np.zeros(len(self.kinds), bool)])
        ranks = self._ranks()
        if ranks is not None:
            ranks = np.concatenate([ranks, np.full((len(self.kinds), 2), np.nan)])
        size = self.size + len(self.kinds)
        return Block(str(self.name), start, size, self.shares, self.levels, has_levels, ranks)

    def _has_levels(self):
        return np.zeros(self.size, bool)

    def _ranks(self):
        return None

    def given(self, value, n):
        """Column of n times one value of a condition; a ValueError tells what values there are."""
        raise ValueError(f"Condition on column {self.name!r}: in the training data all of its values are missing.")

    def within(self, low=None, high=None, values=None):
        """The Within of a range, None standing for an open end, or of a list of values."""
        return self.given(None, 0)

    def besides(self, column):
        """What the given values of a Column leave open to the other rows: a Within, or None for everything."""
        return None

    @property
    def label(self):
        """The kind in the report's words."""
        if self.size == 0:
            return "all missing"
        return "constant" if self.size == 1 and not self.kinds else self.kind

    def to_dict(self):
        """The learned state as JSON-ready values; `kind` says which codec reads it."""
        state = {
            "codec": type(self).__name__,
            "kind": self.kind,
            "kinds": list(self.kinds),
            "shares": self.shares.tolist(),
            "notes": self.notes,
        }
        return state | {"form": self.form} | self._state()

    def from_dict(self, name, state):
        """Take the state that `to_dict` gave."""
        self.name, self.kinds, self.notes, self.form = name, tuple(state["kinds"]), state["notes"], state["form"]
        self.shares = np.array(state["shares"], "float64")
        self._restore(state)
        return self


class Missing(ColumnCodec):
    """A column without a single value."""

    kind = "all missing"
    size = 0

    def _fit(self, column):
        if len(column):
            raise RejectColumn("it has values")

    def _encode(self, column, rng):
        return np.zeros((len(column), 2), "int32")

    def _state(self):
        return {}

    def _restore(self, state):
        pass

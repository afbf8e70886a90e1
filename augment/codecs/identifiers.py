"""Keys, identifiers and free text: columns that are not modelled but filled with fresh values of the same shape."""

import warnings

import numpy as np

from augment.codecs.column import Column
from augment.codecs.columns import ColumnCodec, RejectColumn, Within
from augment.codecs.contacts import contacts_in
from augment.codecs.fresh import Seen, fresh_strings, learn_shape, shape_from_dict
from augment.codecs.grid import Grid
from augment.codecs.wholes import ends_of, is_whole, whole_numbers, write_wholes
from augment.codecs.wording import is_key_name, is_year_name

MIN_VALUES = 20  # fewer values are never taken for identifiers
UNIQUE_SHARE = 0.95  # strings of which more are distinct are identifiers or text
TEXT_SHARE, TEXT_LENGTH, TEXT_WORDS = 0.5, 30, 4  # ... and long ones of several words of which more than this are
YEARS = 1500, 2200  # whole numbers between these may be calendar years
ROOM = 10  # keys go on after the largest where the type has room for so many times the fitted ones
MANY = 2**62  # random places are drawn among so many at most


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
    """Whole numbers that are unique, and consecutive, in strict order, or called keys.

    New ones go on after the largest. Where the type has no room there they are drawn from all that it holds, at first
    from those outside the range of the fitted ones. Where it has too few some occur more than once, as a warning says.
    """

    kind = "identifier"

    def _fit(self, column):
        named = is_key_name(self.name)
        values = whole_numbers(column, floats=named or bool(self.kinds))
        if values is None or len(values) < MIN_VALUES:
            raise RejectColumn("it does not hold enough whole numbers")
        self._learn(column, values)
        if not self.order and len(np.unique(values)) < len(values):
            raise RejectColumn("its values are not unique")
        in_a_row = self.largest - self.smallest == len(values) - 1
        if not (self.order or in_a_row or named):
            raise RejectColumn("its values look like numbers, not like keys")
        if not named and is_year_name(self.name) and YEARS[0] <= self.smallest and self.largest <= YEARS[1]:
            raise RejectColumn("its values are calendar years")

    def _learn(self, column, values):
        in_order = bool((values[1:] > values[:-1]).all())
        in_reverse = bool((values[1:] < values[:-1]).all())
        self.smallest, self.largest = int(values.min()), int(values.max())
        self.dtype, self.step, self.ends = column.values.dtype.name, Grid().fit(values).step_, ends_of(column)
        self.order = 1 if in_order else -1 if in_reverse else 0
        self.roomy = self.largest + ROOM * self.step * len(values) <= self.ends[1]
        self.notes.append(
            "keys: replaced by fresh ones after the largest"
            if self.roomy
            else "keys: replaced by random ones of the type, which has no room for as many after the largest"
        )

    def _decode(self, tokens, place, rng, within):
        n, taken = len(tokens), [] if within is None else within.taken
        keys = self._after(n + len(taken)) if self.roomy else self._anywhere(n + len(taken), rng)
        keys = keys[~np.isin(keys, np.array(taken, keys.dtype))]
        if len(keys) < n:
            self._tell_of_repeated(len(keys), n)
        keys = np.resize(keys, n)
        keys = keys[:: self.order] if self.order else rng.permutation(keys)
        return Column(self.name, values=write_wholes(keys, self.dtype), **self.form)

    def _tell_of_repeated(self, n_keys, n):
        warnings.warn(
            f"Column {self.name!r}: its type has {n_keys:,} fresh keys, and {n:,} are asked for, so that some occur "
            "more than once. Convert it to a wider one, as int64, before fit.",
            stacklevel=2,
        )

    def _after(self, n):
        """The next n keys."""
        if self.largest + self.step * n > self.ends[1]:
            raise ValueError(f"Column {self.name!r}: its type has no room for {n:,} keys after {self.largest}.")
        return np.arange(1, n + 1, dtype=self._counts) * self.step + self.largest

    def _anywhere(self, n, rng):
        """Random keys, n of them or all that the type holds; none between the fitted ones where the others suffice."""
        first = self.ends[0] if self.smallest < 0 else 0
        below, above = (self.smallest - first) // self.step, (self.ends[1] - self.largest) // self.step
        size = below + above
        if n > size:
            size += (self.largest - self.smallest) // self.step + 1
            places = rng.choice(min(size, MANY), min(n, size), replace=False).astype(self._counts)
            return self.smallest + (places - below) * self.step
        places = rng.choice(min(size, MANY), n, replace=False).astype(self._counts)
        before, after = (places + 1) * self.step, (places - below + 1) * self.step
        return np.where(places < below, self.smallest - before, self.largest + after)

    @property
    def _counts(self):
        return "uint64" if self.ends[1] > np.iinfo("int64").max else "int64"

    def given(self, value, n):
        """Column of n times one key."""
        if not is_whole(value):
            raise ValueError(f"Condition on column {self.name!r}: expected a whole number, got {value!r}.")
        least, limit = self.ends
        if not least <= value <= limit:
            raise ValueError(
                f"Condition on column {self.name!r}: its type holds the keys from {least} to {limit}, got {value}."
            )
        return Column(self.name, values=write_wholes(np.full(n, int(value), self._counts), self.dtype), **self.form)

    def besides(self, column):
        """The Within of all keys but those of a Column."""
        least, limit = self.ends
        values = self.alike(column).values
        return Within(taken=[int(value) for value in np.unique(values[(values >= least) & (values <= limit)])])

    def _state(self):
        return {key: getattr(self, key) for key in ("dtype", "smallest", "largest", "step", "order", "ends", "roomy")}

    def _restore(self, state):
        for key in ("dtype", "smallest", "largest", "step", "order", "ends", "roomy"):
            setattr(self, key, state[key])


class Text(Fresh):
    """Strings that are (almost) all different, or lead to a person. New ones have their shape and are none of them."""

    kind = "text"

    def _fit(self, column):
        if column.family != "label" or column.closed or not len(column):
            raise RejectColumn("it does not hold strings")
        if not all(isinstance(label, str) for label in column.labels):
            raise RejectColumn("its values are no strings")
        strings = np.array([*column.labels, None], object)[:-1][np.unique(column.values)]
        contacts = contacts_in(strings.tolist(), len(column))
        if contacts is None and not self._are_different(strings, len(strings) / len(column), len(column)):
            raise RejectColumn("too many of its strings occur more than once")
        self._learn(strings)
        self.kind = "identifier" if contacts or hasattr(self.shape, "shapes") else "text"
        self.notes.append(f"{contacts or 'unique strings'}: replaced by fresh ones of the same shape")

    def _learn(self, strings):
        self.shape = learn_shape(strings, np.random.default_rng(0))
        self.seen = Seen().fit(strings)

    @staticmethod
    def _are_different(strings, share, rows):
        return rows >= MIN_VALUES and (share >= UNIQUE_SHARE or share > TEXT_SHARE and _is_prose(strings))

    def _decode(self, tokens, place, rng, within):
        taken = frozenset() if within is None else within.taken
        strings = fresh_strings(self.shape, self.seen, len(tokens), rng, taken)
        return Column(self.name, values=np.arange(len(tokens)), labels=strings.tolist(), **self.form)

    def given(self, value, n):
        """Column of n times one string."""
        return Column(self.name, values=np.zeros(n, "int64"), labels=[str(value)], **self.form)

    def besides(self, column):
        """The Within of all strings but those of a Column."""
        return Within(taken=frozenset(self.alike(column).labels))

    def _state(self):
        return {"shape": self.shape.to_dict(), "seen": self.seen.to_dict()}

    def _restore(self, state):
        self.kind, self.shape, self.seen = state["kind"], shape_from_dict(state["shape"]), Seen.from_dict(state["seen"])


def _is_prose(strings):
    head = strings[:1000].tolist()
    long = np.mean([len(string) for string in head]) >= TEXT_LENGTH
    return long and np.mean([len(string.split()) for string in head]) >= TEXT_WORDS

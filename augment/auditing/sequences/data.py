"""The prepared sequences as every check of sequences receives them, above a table with a row for each of them."""

import hashlib
from dataclasses import dataclass, field

import numpy as np

from augment.auditing.data import Data

NOTHING = "Nothing varies within the sequences."


@dataclass(frozen=True)
class Sequences:
    """The sequences of one part, their steps one below the other.

    Attributes
    ----------
    values : ndarray of shape (steps, channels)
        As the `Column`s of the channels say; NaN is missing.
    starts : ndarray of int, shape (n + 1,)
        Where each sequence begins, and the number of steps.
    times : ndarray of shape (steps,) or None
        Of each step, in order within a sequence.

    Examples
    --------
    >>> sequences = Sequences(np.arange(5.0)[:, None], np.array([0, 3, 5]))
    >>> sequences.lengths.tolist(), sequences.owners.tolist(), sequences.places.tolist()
    ([3, 2], [0, 0, 0, 1, 1], [0, 1, 2, 0, 1])
    >>> sequences.take([1]).values.ravel().tolist()
    [3.0, 4.0]
    """

    values: np.ndarray
    starts: np.ndarray
    times: np.ndarray | None = None

    def __len__(self):
        return len(self.starts) - 1

    @property
    def lengths(self):
        """Steps of each sequence."""
        return np.diff(self.starts)

    @property
    def owners(self):
        """The sequence of each step."""
        return np.repeat(np.arange(len(self)), self.lengths)

    @property
    def places(self):
        """The place of each step in its sequence, from 0."""
        return np.arange(len(self.values)) - np.repeat(self.starts[:-1], self.lengths)

    @property
    def followed(self):
        """The steps that have a next one in their sequence."""
        owners = self.owners
        return np.flatnonzero(owners[:-1] == owners[1:])

    def take(self, rows):
        """Some of the sequences, in the order of `rows`."""
        rows = np.asarray(rows, int)
        lengths = self.lengths[rows]
        starts = np.concatenate([[0], np.cumsum(lengths)])
        steps = np.repeat(self.starts[rows] - starts[:-1], lengths) + np.arange(starts[-1])
        return Sequences(self.values[steps], starts, None if self.times is None else self.times[steps])

    def padded(self, length):
        """The first `length` steps of each, (n, length, channels); NaN after the end."""
        filled = np.full((len(self), length, self.values.shape[1]), np.nan)
        inside = self.places < length
        filled[self.owners[inside], self.places[inside]] = self.values[inside]
        return filled


@dataclass(frozen=True)
class SequenceData(Data):
    """A table with a row for each sequence, for the checks of tables, and the sequences themselves.

    Attributes
    ----------
    kind : {"events", "series", "text", "molecules", "music"}
    channels : tuple of Column
        What varies within a sequence.
    parts : dict of str to Sequences
        By table; `sequences` leaves out those of a holdout that was set aside.
    n_given : dict of str to int
        By table, how many molecules were given, what is none among them.
    """

    kind: str = "series"
    channels: tuple = ()
    parts: dict = field(default_factory=dict)
    n_given: dict = field(default_factory=dict)

    @property
    def sequences(self):
        """The sequences of the tables that are there, by name."""
        return {name: self.parts[name] for name in self.tables}

    @property
    def numeric(self):
        """Places of the channels that hold numbers, dates or durations."""
        return [j for j, channel in enumerate(self.channels) if not channel.is_category]

    @property
    def categorical(self):
        """Places of the channels that hold categories."""
        return [j for j, channel in enumerate(self.channels) if channel.is_category]

    @property
    def timed(self):
        """Whether steps have times."""
        return self.parts["train"].times is not None

    @property
    def longest(self):
        """Steps of the longest sequence."""
        return max(int(part.lengths.max(initial=0)) for part in self.sequences.values())

    @property
    def windows(self):
        """Whether all sequences have one length, at least two, and hold nothing but numbers, none of them missing."""
        parts = self.sequences.values()
        alike = len({int(length) for part in parts for length in np.unique(part.lengths)}) == 1
        plain = not self.categorical and not self.timed and self.longest > 1
        return alike and plain and all(np.isfinite(part.values).all() for part in parts)

    def summary(self):
        """What the report says of the data themselves."""
        kinds = [{"name": channel.name, "kind": channel.kind} for channel in self.channels]
        steps = {name: len(part.values) for name, part in self.sequences.items()}
        told = {"kind": self.kind, "channels": kinds, "steps": steps, "timed": self.timed}
        return {**super().summary(), "sequences": told}

    def fingerprint(self, name):
        """SHA-256 of a part's summaries and steps, the same whatever held them."""
        digest, part = hashlib.sha256(super().fingerprint(name).encode()), self.parts[name]
        digest.update(np.ascontiguousarray(part.starts, "int64").tobytes())
        for channel, values in zip(self.channels, part.values.T, strict=True):
            if channel.is_category:
                text = "\0".join("" if np.isnan(v) else "=" + channel.labels[int(v)] for v in values)
                digest.update(text.encode("utf-8", "surrogatepass"))
            else:
                digest.update(np.ascontiguousarray(values).tobytes())
        digest.update(b"" if part.times is None else np.ascontiguousarray(part.times).tobytes())
        return digest.hexdigest()

"""The prepared tables as every check receives them: matrices of numbers, and what the numbers of each column mean."""

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta

import numpy as np

from augment.auditing.reading import date_label


@dataclass(frozen=True)
class Column:
    """What the numbers of one column mean.

    A number is itself, a date microseconds since 1970, a duration microseconds, a category the place of its label in
    `labels`, which are in the order of their frequency in the training table. NaN is missing, in every kind.
    """

    name: str
    kind: str  # "number", "date", "duration" or "category"
    labels: tuple = ()
    identifier: bool = False

    @property
    def is_category(self):
        """Whether the numbers are places in `labels`."""
        return self.kind == "category"

    def show(self, value):
        """One value as the text a reader expects."""
        if not np.isfinite(value):
            return "missing"
        if self.is_category:
            return self.labels[int(value)]
        if self.kind == "duration":
            return str(timedelta(microseconds=float(value)))
        return date_label(value) if self.kind == "date" else f"{value:.6g}"


@dataclass(frozen=True)
class Data:
    """The prepared tables, as every check receives them.

    Attributes
    ----------
    columns : tuple of Column
    train, synthetic : ndarray of shape (rows, columns)
    holdout : ndarray of shape (rows, columns) or None
    target : int or None
        Place of the target among the columns.
    protected : tuple of int
        Places of the protected columns.
    thresholds : dict of str to float
    population : dict of int to dict
        Given shares of the groups of protected columns, by their places: see `population_shares`.
    strata : int or None
        Place of the column within whose categories outcomes are compared, where the user chose one.
    seed : int, default=0
        Of what several checks share.
    notes : tuple of str
        What the reader should know about how the tables were read.
    """

    columns: tuple
    train: np.ndarray
    synthetic: np.ndarray
    holdout: np.ndarray | None = None
    target: int | None = None
    protected: tuple = ()
    thresholds: dict | None = None
    notes: tuple = ()
    population: dict = field(default_factory=dict)
    strata: int | None = None
    seed: int = 0

    def has(self, need):
        """Whether the user gave `need`: "holdout", "target" or "protected"."""
        value = getattr(self, need)
        return value is not None and not (isinstance(value, tuple) and not value)

    @property
    def tables(self):
        """The tables that are there, by name."""
        tables = {"train": self.train, "synthetic": self.synthetic, "holdout": self.holdout}
        return {name: table for name, table in tables.items() if table is not None}

    @property
    def compared(self):
        """Places of the columns that can be compared: all but identifiers."""
        return [j for j, column in enumerate(self.columns) if not column.identifier]

    @property
    def sizes(self):
        """Rows of each table, by name."""
        return {name: len(table) for name, table in self.tables.items()}

    def summary(self):
        """What the report says of the data themselves."""
        names = [column.name for column in self.columns]
        return {
            "data": {
                name: {"rows": len(table), "columns": table.shape[1], "sha256": self.fingerprint(name)}
                for name, table in self.tables.items()
            },
            "columns": [{"name": c.name, "kind": c.kind, "identifier": c.identifier} for c in self.columns],
            "target": None if self.target is None else names[self.target],
            "protected": [names[j] for j in self.protected],
        }

    def fingerprint(self, name):
        """SHA-256 of a table's contents, the same whatever library held it."""
        digest = hashlib.sha256()
        for j, column in enumerate(self.columns):
            values = self.tables[name][:, j]
            digest.update(column.name.encode("utf-8", "surrogatepass") + b"\0")
            if column.is_category:
                text = "\0".join("" if np.isnan(v) else "=" + column.labels[int(v)] for v in values)
                digest.update(text.encode("utf-8", "surrogatepass"))
            else:
                digest.update(np.ascontiguousarray(values).tobytes())
        return digest.hexdigest()

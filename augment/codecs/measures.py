"""Columns of numbers that vary over time as floats with NaN and back, whatever type of numbers they hold."""

from dataclasses import replace

import numpy as np

from augment.codecs.column import Column, as_family
from augment.codecs.names import name_from_json, name_to_json


class Measure:
    """Turns a column of numbers, decimals or booleans into floats and floats into such a column.

    Parameters
    ----------
    form : dict
        What a Column tells beside its values.
    dtype : str
        Name of the type of the values.
    gap : str or None
        The kind of missing values, the most frequent one; None where there are none.

    Examples
    --------
    >>> column = Column("open", "label", np.array([1, 0, 1]), np.array([0, 1, 0], "int8"), ("NA",), [False, True])
    >>> measure = Measure.of(column)
    >>> measure.numbers(column).tolist()
    [1.0, nan, 1.0]
    >>> measure.column_of(np.array([0.0, np.nan])).missing.tolist()
    [0, 1]
    """

    def __init__(self, form, dtype, gap):
        self.form, self.dtype, self.gap = form, dtype, gap

    @classmethod
    def of(cls, column):
        """The measure of a Column; a ValueError where it holds no numbers."""
        form = {name: getattr(column, name) for name in ("name", "family", "labels", "closed", "ordered")}
        form |= {"least": column.least, "limit": column.limit}
        counts = np.bincount(column.missing, minlength=1)[1:]
        gap = column.kinds[counts.argmax()] if column.kinds else None
        measure = cls(form, column.values.dtype.name, gap)
        measure.numbers(column)
        return measure

    @property
    def name(self):
        """Name of the column."""
        return self.form["name"]

    def numbers(self, column):
        """Floats (n,) of a Column, NaN where it is missing; a ValueError where the fitted type has no such number."""
        values = None
        if column.family in ("number", "decimal"):
            values = as_family(column, "number").values
        elif column.family == "label" and all(isinstance(label, int | float) for label in column.labels):
            values = np.array([*column.labels, 0])[column.values]
        if values is None:
            raise ValueError(
                f"Column {column.name!r} varies over time and holds no numbers. Series are numbers: name it in static= "
                "if it should be the same in all rows of an entity, leave it out, or take kind='events', which has "
                "columns of any kind."
            )
        values = np.where(column.present, values.astype("float64"), np.nan)
        self._refuse_others(values)
        return values

    def _refuse_others(self, values):
        """A ValueError where values (n,) are none of whole numbers or booleans, as the fitted ones are."""
        if self.form["family"] == "decimal" or np.dtype(self.dtype).kind == "f" or np.isnan(values).all():
            return
        column = self.column_of(values)
        if self.form["family"] == "label":
            back = np.array(self.form["labels"], "float64")[column.values]
        else:
            back = column.values.astype("float64")
        other = np.flatnonzero(~np.isnan(values) & (back != values))
        if len(other):
            raise ValueError(
                f"Column {self.name!r} has the value {values[other[0]]:g}, which the type that was fitted, of whole "
                "numbers or booleans, cannot hold: convert it, or fit such values."
            )

    def column_of(self, values):
        """The Column of floats (n,), NaN where it is missing."""
        gone = np.isnan(values)
        kinds = (self.gap or "nan",) if gone.any() else ()
        typed = self._typed(np.where(gone, 0, values))
        return Column(values=typed, missing=gone.astype("int8"), kinds=kinds, **self.form)

    def with_given(self, made, given, rows):
        """The made Column with all that a given one holds in these of its rows, to the last digit."""
        given = as_family(given, made.family)
        if given.family == "label" or given.values.dtype != made.values.dtype:
            return made  # a float told all of it
        values = made.values.copy()
        values[rows[given.present]] = given.values[given.present]
        return replace(made, values=values)

    def _typed(self, values):
        if self.form["family"] == "label":
            labels = np.array(self.form["labels"], "float64")
            order = np.argsort(labels, kind="stable")
            return order[np.clip(np.searchsorted(labels[order], values), 0, len(labels) - 1)]
        if self.form["family"] == "decimal":
            return as_family(Column("", "number", values), "decimal").values
        kind = np.dtype(self.dtype)
        if kind.kind == "f":
            return values.astype(kind)
        low, high = Column(values=np.zeros(0, kind), **self.form).ends
        highest = float(high) if int(float(high)) == high else np.nextafter(float(high), 0)
        return np.clip(np.rint(values), float(low), highest).astype(kind)

    def to_dict(self):
        """The measure as JSON-ready values."""
        return vars(self) | {"form": self.form | {"name": name_to_json(self.form["name"])}}

    @classmethod
    def from_dict(cls, state):
        """The measure that `to_dict` gave."""
        return cls(**state | {"form": state["form"] | {"name": name_from_json(state["form"]["name"])}})

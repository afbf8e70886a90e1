"""Dates that are written as strings: modelled as dates, and written the same way again."""

import numpy as np
import pandas as pd

from augment.codecs.column import Column
from augment.codecs.columns import RejectColumn
from augment.codecs.quantities import Moment

MIN_DISTINCT = 20  # fewer different strings are categories
FORMATS = (
    "%Y-%m-%d",
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%dT%H:%M:%S",
    "%Y/%m/%d",
    "%d.%m.%Y",
    "%m/%d/%Y",
    "%d/%m/%Y",
    "%Y%m%d",
)


class WrittenDate(Moment):
    """Strings that all write a date in one form; a form that reads every string and gives every one back.

    Attributes
    ----------
    pattern : str
        The form, in the letters of `strftime`.
    """

    kind = "date"

    def _fit(self, column):
        if column.family != "label" or column.closed or len(np.unique(column.values)) < MIN_DISTINCT:
            raise RejectColumn("it does not hold enough different strings")
        labels = [column.labels[code] for code in np.unique(column.values)]
        if not all(isinstance(label, str) for label in labels):
            raise RejectColumn("its values are no strings")
        found = [pattern for pattern in FORMATS if _writes(pattern, labels[:10]) and _writes(pattern, labels)]
        if not found:
            raise RejectColumn("its strings are no dates of one form")
        self.pattern = found[0]
        self.form["unit"] = "s"
        self.notes.append(f"strings read as dates: {self.pattern}")
        super()._fit(Column(self.name, "moment", self.numbers(column), unit="s"))
        self.kind = "date"

    def numbers(self, column):
        if column.family == "moment":
            return column.values
        used = np.unique(column.values)
        labels = pd.Series([column.labels[code] for code in used], dtype=object)
        moments = pd.to_datetime(labels, format=self.pattern, errors="coerce")
        if moments.isna().any():
            raise ValueError(
                f"Column {self.name!r} holds dates of the form {self.pattern} in the training data; got "
                f"{labels[moments.isna()].iloc[0]!r}."
            )
        return moments.to_numpy().astype("M8[s]").view("int64")[np.searchsorted(used, column.values)]

    def column_of(self, values):
        distinct, codes = np.unique(values, return_inverse=True)
        labels = pd.Series(distinct.view("M8[s]")).dt.strftime(self.pattern).tolist()
        return Column(self.name, values=codes.astype("int64"), labels=labels, **self.form)

    def _state(self):
        return super()._state() | {"pattern": self.pattern}

    def _restore(self, state):
        super()._restore(state)
        self.pattern = state["pattern"]


def _writes(pattern, labels):
    """Whether `pattern` reads all labels as dates and writes them back the same."""
    labels = pd.Series(labels, dtype=object)
    moments = pd.to_datetime(labels, format=pattern, errors="coerce")
    return bool(moments.notna().all() and (moments.dt.strftime(pattern) == labels).all())

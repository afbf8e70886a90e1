"""Dates that are written as strings: modelled as dates, and written the same way again."""

import datetime
import re

import numpy as np
import pandas as pd

from augment.codecs.column import Column
from augment.codecs.columns import RejectColumn
from augment.codecs.moments import Moment

MIN_DISTINCT = 20  # fewer different strings are categories
DAYS = "%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%m/%d/%Y", "%d/%m/%Y", "%Y%m%d", "%-d.%-m.%Y", "%-m/%-d/%Y", "%-d/%-m/%Y"
CLOCKS = "", " %H:%M", " %H:%M:%S", " %-H:%M", " %-H:%M:%S"
FORMATS = (*(day + clock for clock in CLOCKS for day in DAYS), "%Y-%m-%dT%H:%M:%S")
PARTS = {  # what stands for each directive: its name, how it is found, how it is written
    "%Y": ("year", r"\d{4}", "04"),
    "%m": ("month", r"0[1-9]|1[0-2]", "02"),
    "%d": ("day", r"0[1-9]|[12]\d|3[01]", "02"),
    "%H": ("hour", r"[01]\d|2[0-3]", "02"),
    "%M": ("minute", r"[0-5]\d", "02"),
    "%S": ("second", r"[0-5]\d", "02"),
    "%-H": ("hour", r"1?\d|2[0-3]", ""),
    "%-m": ("month", r"[1-9]|1[0-2]", ""),
    "%-d": ("day", r"[1-9]|[12]\d|3[01]", ""),
}
DIRECTIVE = re.compile("%-?[a-zA-Z]")


class WrittenDate(Moment):
    """Strings that all write a date in one form; a form that reads every string and gives every one back.

    Where several forms do, it is the one in which the days vary less: in monthly figures they are all the same. With a
    time of the day, it is the one that spans less time.

    Attributes
    ----------
    pattern : str
        The form, in the letters of `strftime`; with "-" a number has no leading zero.
    """

    kind = "date"

    def _fit(self, column):
        if column.family != "label" or column.closed or len(np.unique(column.values)) < MIN_DISTINCT:
            raise RejectColumn("it does not hold enough different strings")
        labels = [column.labels[code] for code in np.unique(column.values)]
        if not all(isinstance(label, str) for label in labels):
            raise RejectColumn("its values are no strings")
        found = [pattern for pattern in FORMATS if _reads(pattern, labels[:10]) and _reads(pattern, labels)]
        if not found:
            raise RejectColumn("its strings are no dates of one form")
        self.pattern, *others = sorted(found, key=lambda pattern: _scattered(pattern, labels))
        self.form["unit"] = "s"
        self.notes.append(f"strings read as dates: {self.pattern}")
        if others:
            self.notes.append(f"{', '.join(others)} would fit too")
        super()._fit(Column(self.name, "moment", self.numbers(column), unit="s"))
        self.kind = "date"

    @property
    def expected(self):
        """What a condition can give."""
        return f"a date of the form {self.pattern} or YYYY-MM-DD"

    def read(self, value):
        if not isinstance(value, str):
            return super().read(value)
        moments, valid = read_dates(self.pattern, [value])
        return pd.Timestamp(moments[0] if valid[0] else datetime.datetime.fromisoformat(value))

    def numbers(self, column):
        if column.family == "moment":
            return column.values
        used, codes = np.unique(column.values, return_inverse=True)
        labels = [column.labels[code] for code in used]
        moments, valid = read_dates(self.pattern, labels)
        if not valid.all():
            raise ValueError(
                f"Column {self.name!r} holds dates of the form {self.pattern} in the training data; got "
                f"{labels[np.argmin(valid)]!r}."
            )
        return moments.view("int64")[codes]

    def column_of(self, values):
        distinct, codes = np.unique(values, return_inverse=True)
        labels = write_dates(self.pattern, distinct.view("M8[s]"))
        return Column(self.name, values=codes.astype("int64"), labels=labels, **self.form)

    def _state(self):
        return super()._state() | {"pattern": self.pattern}

    def _restore(self, state):
        super()._restore(state)
        self.pattern = state["pattern"]


def read_dates(pattern, labels):
    """Moments (M8[s]) that strings write in a form, and which of the strings are such dates.

    >>> read_dates("%d.%m.%Y", ["05.03.2015", "30.02.2015"])
    (array(['2015-03-05T00:00:00', '1970-01-01T00:00:00'], dtype='datetime64[s]'), array([ True, False]))
    """
    found = DIRECTIVE.sub(lambda part: f"({PARTS[part[0]][1]})", pattern.replace(".", "[.]"))
    found = re.compile(found, re.ASCII)
    names = [PARTS[part][0] for part in DIRECTIVE.findall(pattern)]
    matches = [match.groups() if (match := found.fullmatch(str(label))) else None for label in labels]
    valid = np.array([match is not None for match in matches])
    numbers = np.array([match for match in matches if match], dtype=object).reshape(-1, len(names)).astype("int64")
    parts = dict(zip(names, numbers.T, strict=True))
    months = (12 * (parts["year"] - 1970) + parts["month"] - 1).view("M8[M]")
    days = months.astype("M8[D]") + (parts["day"] - 1).astype("m8[D]")
    clock = 3600 * parts.get("hour", 0) + 60 * parts.get("minute", 0) + parts.get("second", 0)
    moments = np.zeros(len(valid), "M8[s]")
    moments[valid] = days.astype("M8[s]") + np.asarray(clock, "m8[s]")
    valid[valid] = days.astype("M8[M]") == months
    return np.where(valid, moments, np.datetime64(0, "s")), valid


def write_dates(pattern, moments):
    """List of strings that write moments (M8[s]) in a form.

    >>> write_dates("%-m/%-d/%Y", np.array(["2023-04-09"], "M8[s]"))
    ['4/9/2023']
    """
    days, months = moments.astype("M8[D]"), moments.astype("M8[M]")
    clock = (moments - days).astype("int64")
    parts = {
        "year": months.astype("int64") // 12 + 1970,
        "month": months.astype("int64") % 12 + 1,
        "day": (days - months).astype("int64") + 1,
        "hour": clock // 3600,
        "minute": clock // 60 % 60,
        "second": clock % 60,
    }
    chosen = [PARTS[part][0] for part in DIRECTIVE.findall(pattern)]
    text = DIRECTIVE.sub(lambda part: f"{{:{PARTS[part[0]][2]}}}", pattern)
    return [text.format(*row) for row in zip(*(parts[name].tolist() for name in chosen), strict=True)]


def _reads(pattern, labels):
    """Whether all labels are dates of this form; each directive reads but one way to write a number."""
    return bool(read_dates(pattern, labels)[1].all())


def _scattered(pattern, labels):
    """How far apart the dates are in a form: the more, the less likely it is."""
    moments, _ = read_dates(pattern, labels)
    if "H" in pattern:
        return np.ptp(moments).astype("int64")
    return len(np.unique(moments.astype("M8[D]") - moments.astype("M8[M]")))

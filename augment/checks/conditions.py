"""Checks of conditions: a value, a list, a range, a row for each row, an unknown column."""

from unittest import SkipTest

import numpy as np

from augment.checks.columns import labels, ordered
from augment.checks.expecting import expect, expect_all, kind_of, outcome


def check_condition_value(subject):
    """A value in a condition holds for every row."""
    for name in _conditioned(labels(subject.table)):
        value = subject.table[name].mode()[0]
        new = subject.fitted.generate(20, condition={name: value})[name]
        expect_all(check_condition_value, new == value, 20, f"{name!r} to be {value!r}", new)


def check_condition_list(subject):
    """A list in a condition allows its values and no others."""
    for name in _conditioned(labels(subject.table)):
        values = subject.table[name].value_counts().index[:2].tolist()
        new = subject.fitted.generate(20, condition={name: values})[name]
        expect_all(check_condition_list, new.isin(values), 20, f"{name!r} to be among {values}", new)


def check_condition_range(subject):
    """A range in a condition holds for every row, both ends included."""
    for name in _conditioned(ordered(subject.table)):
        low, high = subject.table[name].quantile([0.25, 0.5], interpolation="nearest")
        new = subject.fitted.generate(20, condition={name: (low, high)})[name]
        expect_all(check_condition_range, new.between(low, high), 20, f"{name!r} from {low} to {high}", new)


def check_condition_rows(subject):
    """A frame of conditions has a row for each row: its cells come back as given and in order."""
    names = _conditioned([*labels(subject.table), *ordered(subject.table)])
    cells = subject.table[names].dropna().head(12).reset_index(drop=True).astype(object)
    given = (np.arange(len(cells))[:, None] + np.arange(len(names))) % 2 == 0
    new = subject.fitted.generate(condition=cells.where(given, None))
    expect(len(new) == len(cells), check_condition_rows, f"{len(cells)} rows", len(new), "Give a row for each row")
    for place, name in enumerate(names):
        known = given[:, place]
        same = new[name][known].astype(object) == cells[name][known]
        expect_all(check_condition_rows, same, known.sum(), f"{name!r} to be {cells[name][known].tolist()}", new[name])


def check_condition_impossible(subject):
    """A condition on a column that was not fitted raises a ValueError that names it."""
    name = "no such column"
    came = outcome(lambda: subject.fitted.generate(3, condition={name: 1}))
    expect(
        isinstance(came, ValueError) and name in str(came),
        check_condition_impossible,
        f"a ValueError that names {name!r}",
        f"{came!r}" if isinstance(came, Exception) else kind_of(came),
        "Compare the names in a condition with the fitted ones",
    )


def _conditioned(names):
    """`names`, unless there are none: then the check has no subject."""
    if not names:
        raise SkipTest("the data has no column of the kind that this condition is about")
    return names

"""Checks of other tables than the given one: classes, polars, constants, a single row, gaps."""

from unittest import SkipTest

import numpy as np
import pandas as pd

from augment.checks.columns import labels
from augment.checks.expecting import expect, expect_kind, expect_same, kind_of, outcome
from augment.checks.subject import SEED


def check_fit_resample(subject):
    """`fit_resample` keeps every row first and unchanged, and gives every class as many as the largest has."""
    whole = [name for name in labels(subject.table) if subject.table[name].notna().all()]
    if not whole:
        raise SkipTest("no column of the data can be a class")
    X, y = subject.table.drop(columns=whole[-1]), subject.table[whole[-1]]
    X_new, y_new = subject.quick().fit_resample(X, y)
    advice = "Append generated rows to the given ones"
    expect_kind(check_fit_resample, X, X_new)
    expect_same(check_fit_resample, X, X_new.head(len(X)), "given, unchanged and first", advice)
    expect(y_new[: len(y)].equals(y), check_fit_resample, "the given labels first", "others", advice)
    wanted, came = dict.fromkeys(y.unique(), y.value_counts().max()), y_new.value_counts().to_dict()
    expect(came == wanted, check_fit_resample, f"the counts {wanted}", came, "Generate what each class lacks")


def check_polars(subject):
    """A polars frame of the same values gives a polars frame of the same rows."""
    try:
        import polars
    except ImportError:
        raise SkipTest("polars is not installed") from None
    new = subject.quick().fit(polars.from_pandas(subject.table)).generate(20)
    expect(
        isinstance(new, polars.DataFrame), check_polars, "a polars frame", kind_of(new), "Give the library that came"
    )
    expected = subject.fitted.generate(20)
    advice = "Let no value depend on the library"
    expect(new.columns == list(expected.columns), check_polars, list(expected.columns), new.columns, advice)
    for name in new.columns:
        ours, theirs = _plain(expected[name]), _plain(new[name].to_pandas())
        expect(
            ours == theirs,
            check_polars,
            f"in column {name!r} the values from pandas, {ours[:5]}, ...",
            f"{theirs[:5]}, ...",
            advice,
        )


def check_constant_columns(subject):
    """A constant, a single category and a column without values come back so, or are refused with a reason."""
    n = 40
    table = pd.DataFrame(
        {"number": 7.5, "label": pd.Categorical(["x"] * n), "flag": True, "nothing": np.full(n, np.nan)}, range(n)
    )
    fitted = _fit_or_reason(check_constant_columns, subject, table)
    if fitted is not None:
        advice = "A column of one value needs no model"
        expect_same(check_constant_columns, table.head(5), fitted.generate(5), "as constant as the given ones", advice)


def check_one_row(subject):
    """One row is learned from, or refused with a reason."""
    fitted = _fit_or_reason(check_one_row, subject, subject.table.head(1))
    if fitted is not None:
        expect_kind(check_one_row, subject.table.head(1), fitted.generate(3))


def check_missing_values(subject):
    """Missing values in every column are learned, or refused with a reason."""
    gaps = np.random.default_rng(SEED).random(subject.table.shape) < 0.3
    table = subject.table.convert_dtypes(convert_floating=False).mask(gaps)  # integers and booleans that can be missing
    fitted = _fit_or_reason(check_missing_values, subject, table)
    if fitted is not None:
        expect_kind(check_missing_values, table, fitted.generate(30))


def _fit_or_reason(check, subject, table):
    """A synthesizer fitted on `table`, or None where it says in a ValueError why it cannot be."""
    came = outcome(lambda: subject.quick().fit(table))
    if isinstance(came, Exception):
        expect(
            isinstance(came, ValueError) and len(str(came).split()) > 3,
            check,
            "a fit, or a ValueError that says why there is none",
            f"{came!r}",
            "Say what was expected, what came and in which column",
        )
        return None
    return came


def _plain(column):
    """Values as text, each kind of "missing" alike and whatever type the library gave them."""
    if pd.api.types.is_datetime64_any_dtype(column):
        column = column.astype("datetime64[us]")
    return [None if pd.isna(value) else str(value) for value in column.tolist()]

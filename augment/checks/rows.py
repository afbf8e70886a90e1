"""Checks of the rows that `generate` gives: how many, of which kind, and what decides them."""

from augment.checks.columns import labels
from augment.checks.expecting import expect, expect_kind, expect_same


def check_number_of_rows(subject):
    """`generate(n)` gives exactly n rows, also for n of 0 and 1."""
    for n in (0, 1, 7):
        came = len(subject.fitted.generate(n))
        expect(came == n, check_number_of_rows, f"{n} rows of generate({n})", came, "Give as many rows as asked for")


def check_kind(subject):
    """Rows have the library, columns, order and dtypes that were fitted."""
    for n in (0, 50):
        new = subject.fitted.generate(n)
        expect_kind(check_kind, subject.table, new)


def check_known_values(subject):
    """Categories, labels and truth values are among those that were fitted."""
    new = subject.fitted.generate(200)
    for name in labels(subject.table):
        strange = set(new[name].dropna()) - set(subject.table[name])
        expect(
            not strange,
            check_known_values,
            f"in column {name!r} only values that were fitted",
            strange,
            "Draw categories among the fitted ones",
        )


def check_random_state(subject):
    """The same `random_state` gives the same rows, another gives others."""
    first, again, other = (subject.fitted.generate(30, random_state=seed) for seed in (1, 1, 2))
    advice = "Draw all noise from a generator that random_state makes"
    expect_same(check_random_state, first, again, "from the same random_state", advice)
    expect(
        not first.equals(other),
        check_random_state,
        "other rows from another random_state",
        "the same 30 rows",
        advice,
    )

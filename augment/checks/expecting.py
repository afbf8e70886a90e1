"""What is expected and what came: every failure says which check, both of these, and what to do."""

import numpy as np


def expect(holds, check, expected, came, advice):
    """An AssertionError where something does not hold."""
    if not holds:
        raise AssertionError(f"{check.__name__}: expected {expected}, got {came}. {advice}.")


def expect_same(check, first, second, which, advice):
    """The same rows, up to the index, which is no value."""
    first, second = (rows.reset_index(drop=True) for rows in (first, second))
    differing = [name for name in first if name not in second or not first[name].equals(second[name])]
    came = f"others in the columns {differing}" if differing else f"the columns {list(second.columns)}"
    expect(first.equals(second), check, f"the same rows {which}", came, advice)


def expect_kind(check, table, new):
    """The library, columns, order and dtypes of `table`, categories included."""
    advice = "Turn generated arrays back with what was learned of the columns"
    expect(type(new) is type(table), check, f"a {type(table).__name__} as fitted", kind_of(new), advice)
    expect(list(new.columns) == list(table.columns), check, list(table.columns), list(new.columns), advice)
    for name in table:
        wanted, came = table[name].dtype, new[name].dtype
        expect(came == wanted, check, f"the dtype {wanted!r} in column {name!r}", f"{came!r}", advice)


def expect_all(check, holds, n, what, new):
    """That a condition holds in all of n rows."""
    came = f"{int(np.sum(holds))} of {len(holds)} rows that obey: {new.tolist()}"
    advice = "Keep the known cells of a condition, or let takes_known and takes_allowed be False"
    expect(len(holds) == n and bool(np.all(holds)), check, f"{n} rows with {what}", came, advice)


def outcome(call):
    """What a call gives, or the exception that it raises."""
    try:
        return call()
    except Exception as error:
        return error


def kind_of(value):
    """The class of a value, in words, and what an error says."""
    return f"a {type(value).__name__}" + (f": {value}" if isinstance(value, Exception) else "")

"""Which columns of a table have labels, which have an order."""

import pandas as pd


def labels(table):
    """Names of the columns of categories, texts and truth values that repeat."""
    return [
        name
        for name in table
        if (pd.api.types.is_bool_dtype(table[name]) or not _has_order(table[name]))
        and 2 <= table[name].nunique() <= len(table) / 4 + 1
    ]


def ordered(table):
    """Names of the columns of numbers and dates that vary."""
    return [
        name
        for name in table
        if _has_order(table[name]) and not pd.api.types.is_bool_dtype(table[name]) and table[name].nunique() > 3
    ]


def _has_order(column):
    return pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column)

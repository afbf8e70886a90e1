"""What `--fairness NAME:GROUPS,LABEL[,STRENGTH]` asks for."""

import csv

NAMES = {"label-parity": "LabelParity", "equal-cells": "EqualCells", "statistical-parity": "StatisticalParity"}
EXPECTED = f"expected NAME:GROUPS,LABEL[,STRENGTH], where NAME is {', '.join(NAMES)}"


def criterion(text, example):
    """The criterion that ``--fairness`` asks for; the frame `example` shows the names of the columns.

    Examples
    --------
    >>> import pandas as pd
    >>> criterion("label-parity:sex,income,0.5", pd.DataFrame(columns=["sex", "income"]))
    LabelParity(protected='sex', target='income', strength=0.5)
    """
    import augment

    name, _, rest = text.partition(":")
    parts = next(csv.reader([rest], skipinitialspace=True), [])
    if name not in NAMES or len(parts) not in (2, 3):
        raise ValueError(f"--fairness: {EXPECTED}; received {text!r}.")
    columns = {str(column): column for column in example.columns}
    for part in parts[:2]:
        if part not in columns:
            raise ValueError(f"--fairness: there is no column {part!r}; the columns are {', '.join(columns)}.")
    options = {} if len(parts) == 2 else {"strength": _number(name, parts[2])}
    return getattr(augment, NAMES[name])(*(columns[part] for part in parts[:2]), **options)


def _number(name, text):
    if name == "equal-cells":
        raise ValueError("--fairness: equal-cells has no strength.")
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"--fairness: strength must be a number in [0, 1], received {text!r}.") from None

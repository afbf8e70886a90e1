"""Do synthetic rows repeat training rows in part, where the rest was changed to hide it?

A row of which 30 % of the cells were replaced is equal to no other row, yet it is still whole in many choices of a few
columns. Choices are drawn at random and grow until they tell real rows apart even without their most telling column, so
that one repeated value (a salary, a date) is not taken for a repeated person. In each choice, rare training rows must
not be repeated more often than rare holdout rows.
"""

import numpy as np

from augment.auditing import charts
from augment.auditing.check import LEVEL, Check, Finding, NotAssessed
from augment.auditing.copies import rare_repeated, rounded
from augment.auditing.intervals import rate_difference_interval
from augment.auditing.neighbours import drawn

CHOICES = 12  # choices of columns
MAX_ROWS = 50_000  # rows of each table
TOLD_APART = 0.5  # share of real rows that a choice must tell apart


def partial_copies(data, rng):
    """Rate at which rare parts of training rows are repeated less that for holdout rows, in the worst choice.

    The intervals of all choices hold at once.
    """
    rows = {name: np.sort(rng.permutation(n)[:MAX_ROWS]) for name, n in data.sizes.items()}
    codes, sizes = _codes(data, rows), [len(index) for index in rows.values()]
    keys = list(_parts(data, codes, sizes, rng))
    if not keys:
        raise NotAssessed(
            "No part of the columns tells half of the real rows apart without its most telling column, so a row "
            "repeated in part cannot be known from one that is alike by chance."
        )
    level = 1 - (1 - LEVEL) / len(keys)
    results = [_compare(data, columns, key, level) for columns, key in keys]
    results.sort(key=lambda result: result["low"], reverse=True)
    worst, n = results[0], dict(zip(rows, sizes, strict=True))
    names = _listed(worst["columns"])
    counted = f"{worst['train'][0]:,} of {worst['train'][1]:,} rare training rows"
    return [
        Finding(
            id=PARTIAL.id,
            pillar=PARTIAL.pillar,
            title="Training rows copied in part, beyond chance",
            value=worst["value"],
            interval=(worst["low"], worst["high"]),
            goal="lower",
            threshold=data.thresholds[PARTIAL.id],
            alarm_only=True,
            reference=worst["holdout"][0] / worst["holdout"][1],
            reference_name="rate of holdout rows repeated in the same columns",
            method=f"Newcombe's, from exact intervals of both rates, for {len(results)} choices of columns at once",
            n=n,
            message=f"In {names}, {counted} are repeated exactly, and {worst['holdout'][0]:,} of "
            f"{worst['holdout'][1]:,} rare holdout rows: the worst of {len(results)} choices of columns."
            + drawn(data, n),
            evidence={"tables": [_listing(results)]},
        )
    ]


def _codes(data, rows):
    """For each compared column, a whole number for each value: the tables one below the other."""
    same = rounded(data)
    codes = {}
    for j in data.compared:
        stacked = np.concatenate([same.tables[name][index, j] for name, index in rows.items()])
        codes[j] = np.unique(stacked, return_inverse=True)[1].astype("int64")  # NaN is one value
    return codes


def _parts(data, codes, sizes, rng):
    """Choices of columns, each with the keys that rows have in them."""
    stops = np.cumsum(sizes)[:-1]
    real = np.repeat([name != "synthetic" for name in data.tables], sizes)
    distinct = {j: code.max() for j, code in codes.items()}
    seen = set()
    for _ in range(CHOICES):
        columns, key = _grown(rng.permutation(list(codes)), codes, distinct, real)
        if columns and columns not in seen:
            seen.add(columns)
            yield columns, dict(zip(data.tables, np.split(key, stops), strict=True))


def _grown(order, codes, distinct, real):
    """The first columns of an order that tell rows apart without the most telling one, and keys in all of them."""
    lead, core, key = order[0], [], np.zeros(len(real), "int64")
    for j in order[1:]:
        lead, added = (j, lead) if distinct[j] > distinct[lead] else (lead, j)
        core.append(added)
        key = _refine(key, codes[added])
        if len(core) > 1 and (np.bincount(key[real]) == 1).sum() >= TOLD_APART * real.sum():
            return tuple(sorted([*core, lead])), _refine(key, codes[lead])
    return (), key


def _refine(key, code):
    return np.unique(key * (code.max() + 1) + code, return_inverse=True)[1].astype("int64")


def _compare(data, columns, keys, level):
    """Counts, their difference in rate and its interval, in one choice of columns."""
    found = rare_repeated(keys)
    counts = {name: (int(repeated.sum()), max(int(rare.sum()), 1)) for name, (rare, repeated) in found.items()}
    low, high = rate_difference_interval(counts["train"], counts["holdout"], level)
    value = counts["train"][0] / counts["train"][1] - counts["holdout"][0] / counts["holdout"][1]
    names = [data.columns[j].name for j in columns]
    return {"columns": names, "value": value, "low": low, "high": high, **counts}


def _listed(names, at_most=6):
    shown = ", ".join(repr(name) for name in names[:at_most])
    return shown if len(names) <= at_most else f"{shown} and {len(names) - at_most} more columns"


def _listing(results):
    rows = [
        [_listed(r["columns"]), r["train"][0] / r["train"][1], r["holdout"][0] / r["holdout"][1], r["low"], r["high"]]
        for r in results
    ]
    columns = ["columns", "rate of rare training rows", "rate of rare holdout rows", "difference, low", "high"]
    return charts.table("Rare rows repeated in a choice of columns", columns, rows)


PARTIAL = Check(
    "privacy.partial",
    "Training rows copied in part",
    partial_copies,
    needs=("holdout",),
    thresholds={"privacy.partial": 0.01},
)
CHECKS = [PARTIAL]

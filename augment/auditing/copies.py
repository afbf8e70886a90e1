"""Do synthetic rows repeat training rows exactly, more often than they repeat rows that the generator never saw?"""

from dataclasses import replace

import numpy as np
from scipy import stats

from augment.auditing import charts
from augment.auditing.check import LEVEL, Check, Finding
from augment.auditing.encoding import row_choices, row_keys
from augment.auditing.intervals import rate_difference_interval
from augment.auditing.reading import date_label

MAX_IDENTIFIERS = 10  # columns of identifiers looked at by themselves
DIGITS = 5  # decimal places, in units of a column's spread, to which fractions are the same
SHOWN_ROWS, SHOWN_COLUMNS = 20, 6  # of the repeated training rows
COMMON = 10  # training rows that a label needs to be shown beside a row


def copies(data, rng):
    """Rates at which rare training rows and rare holdout rows are repeated; the same for each column of identifiers.

    A real row is rare when no other real row equals it. Of rows that the generator has never seen, it repeats those in
    the holdout as often as those in train, whatever the two sizes; what it repeats beyond that, it has memorised.
    Columns that name rows (keys, free text) are left out of the rows, since a copied row with a new key is a copy, and
    are looked at by themselves; they share one level, so that a table of many raises no more false alarms.
    """
    same, choices = rounded(data), row_choices(data)
    rows = [
        repeated_beyond_chance(COPIES.id, f"rows{without(data, columns)}", row_keys(same, columns), data, len(choices))
        for columns in choices
    ]
    named = [j for j, column in enumerate(data.columns) if column.identifier and column.is_category][:MAX_IDENTIFIERS]
    keys = []
    for j in named:
        name = data.columns[j].name
        values = row_keys(same, [j])
        keys.append(repeated_beyond_chance(f"{COPIES.id}.{name}", f"values of {name}", values, data, len(named)))
    return clearest(rows) + keys


def rounded(data):
    """The tables with fractions rounded to a hundred-thousandth of their spread, so that last digits hide no copy.

    Whole numbers, dates and categories stay as they are. The spread is that of the central half of the real values.

    Examples
    --------
    >>> from augment.auditing.frames import prepare
    >>> table = np.linspace(0, 1, 20)[:, None] + 1e-9
    >>> data = rounded(prepare(table, table * (1 + 1e-9)))
    >>> bool((data.train == data.synthetic).all())
    True
    """
    tables = {name: table.copy() for name, table in data.tables.items()}
    for j, column in enumerate(data.columns):
        real = np.concatenate([table[:, j] for name, table in tables.items() if name != "synthetic"])
        unit = unit_of(real) if column.kind == "number" else 0.0
        for table in tables.values():
            with np.errstate(over="ignore"):
                table[:, j] = np.round(table[:, j] / unit) if unit > 0 else table[:, j]
    return replace(data, **tables)


def unit_of(real):
    """What differs by less than this is the same number but for its last digits; 0 where numbers are whole, or equal.

    Examples
    --------
    >>> unit_of(np.array([0.5, 1.5, 2.5, np.nan])), unit_of(np.array([1.0, 2.0]))
    (1e-05, 0.0)
    """
    real = real[~np.isnan(real)]
    if not len(real) or (real == np.floor(real)).all():
        return 0.0
    quarters = np.diff(np.quantile(real, (0.25, 0.75)))[0]
    return float(quarters or np.ptp(real)) / 10**DIGITS


def without(data, columns):
    """Which of the compared columns take no part, in words."""
    names = [repr(data.columns[j].name) for j in data.compared if j not in columns]
    if len(names) > 3:
        names = [f"{len(names)} columns of distinct whole numbers"]
    return f" without {', '.join(names)}" if names else ""


def clearest(findings):
    """The one finding, in a list, whose interval lies highest."""
    return sorted(findings, key=lambda found: found.interval[0] if found.interval else -1.0, reverse=True)[:1]


def rare_repeated(keys):
    """For train and holdout: which rows are rare (no other real row equals them), and which of these are repeated.

    Parameters
    ----------
    keys : dict of str to ndarray of int
        Equal rows have equal keys, as `row_keys` gives them.

    Returns
    -------
    dict of str to (ndarray of bool, ndarray of bool)

    Examples
    --------
    >>> keys = {"train": np.array([1, 2, 2, 3]), "holdout": np.array([3, 4]), "synthetic": np.array([1, 2])}
    >>> rare, repeated = rare_repeated(keys)["train"]
    >>> rare.tolist(), repeated.tolist()
    ([True, False, False, False], [True, False, False, False])
    """
    counts = np.bincount(np.concatenate([keys["train"], keys["holdout"]]))
    synthetic = np.zeros(max(len(counts), keys["synthetic"].max() + 1), bool)
    synthetic[keys["synthetic"]] = True
    rare = {name: counts[keys[name]] == 1 for name in ("train", "holdout")}
    return {name: (own, own & synthetic[keys[name]]) for name, own in rare.items()}


def repeated_beyond_chance(identity, things, keys, data, comparisons):
    """The finding for one kind of key: rows, the values of a column, or images.

    Parameters
    ----------
    identity, things : str
        The finding's id, and what the keys are of, in words.
    keys : dict of str to ndarray of int
        Equal things have equal keys.
    data : Data or ImageData
    comparisons : int
        Findings that share one level.
    """
    title = f"Copied training {things}, beyond chance"
    found = rare_repeated(keys)
    seen, trials = ({name: int(pair[i].sum()) for name, pair in found.items()} for i in (1, 0))
    if not trials["train"] or not trials["holdout"]:
        reason = f"Too few real {things} occur once only: repeating a common one tells nothing about memory."
        return Finding(id=identity, pillar=COPIES.pillar, title=title, missing=reason, message=reason)
    level = 1 - (1 - LEVEL) / comparisons
    rates = {name: seen[name] / trials[name] for name in seen}
    expected = trials["train"] / (trials["train"] + trials["holdout"])
    total = seen["train"] + seen["holdout"]
    p_value = stats.binomtest(seen["train"], total, expected, "greater").pvalue if total else 1.0
    share = {name: float(np.isin(keys["synthetic"], keys[name]).mean()) for name in rates}
    rows = [[name, seen[name], trials[name], rates[name], share[name]] for name in seen]
    columns = ["table", f"rare {things} repeated", f"rare {things}", "rate", "synthetic rows equal to any of them"]
    return Finding(
        id=identity,
        pillar=COPIES.pillar,
        title=title,
        value=rates["train"] - rates["holdout"],
        goal="lower",
        interval=rate_difference_interval(
            (seen["train"], trials["train"]), (seen["holdout"], trials["holdout"]), level
        ),
        level=level,
        threshold=data.thresholds[COPIES.id],
        alarm_only=True,
        reference=rates["holdout"],
        reference_name="rate of holdout copies",
        method="Newcombe's, from exact intervals of both rates",
        n=data.sizes,
        message=f"{seen['train']:,} of {trials['train']:,} rare training {things} are repeated exactly, and "
        f"{seen['holdout']:,} of {trials['holdout']:,} rare holdout {things} (exact test, p = {p_value:.2g}). What is "
        "only nearly equal is not seen here.",
        evidence={
            "facts": {"p_value": p_value, "share_of_train_expected_by_chance": expected},
            "tables": [
                charts.table("Exact repetitions", columns, rows),
                *_row_level(things, np.flatnonzero(found["train"][1]), data),
            ],
        },
    )


def _row_level(things, places, data):
    """The repeated training rows, by their place in train and a coarse view of them: for internal reports only."""
    if not len(places):
        return []
    shown = data.compared[:SHOWN_COLUMNS]
    rows = [[f"row {i}", *(_coarse(data, i, j) for j in shown)] for i in places[:SHOWN_ROWS].tolist()]
    caption = f"Rare training {things} repeated, values coarsened: {len(rows):,} of {len(places):,}"
    columns = ["place in train, from 0", *(data.columns[j].name for j in shown)]
    return [{**charts.table(caption, columns, rows), "row_level": True}]


def _coarse(data, i, j):
    """One training value, coarse enough that a listing is no copy itself: two digits, a month, or a common label."""
    column, values = data.columns[j], data.train[:, j]
    if np.isnan(values[i]):
        return "missing"
    if column.is_category:
        return column.show(values[i]) if (values == values[i]).sum() >= COMMON else "a rare label"
    if column.kind == "date":
        return date_label(values[i])[:7]
    return column.show(values[i]) if column.kind == "duration" else f"{values[i]:.2g}"


COPIES = Check("privacy.copies", "Copied training rows", copies, needs=("holdout",), thresholds={"privacy.copies": 0.0})
CHECKS = [COPIES]

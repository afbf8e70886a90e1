"""Do synthetic rows repeat, or crowd around, the rows they were learned from? The holdout says how much chance does.

Both checks raise alarms. A copied row is a leak; rows nearer to the training rows than to equally many others of the
same population are a sign of memory. Neither can show that data are private, so neither ever passes: see "The DCR
Delusion" (Yao et al. 2025).
"""

import numpy as np
from scipy import stats

from augment.auditing import charts
from augment.auditing.check import LEVEL, Check, Finding, NotAssessed
from augment.auditing.encoding import for_distances, row_choices, row_keys
from augment.auditing.intervals import rate_difference_interval, wilson_interval

MAX_QUERIES = 5000  # synthetic rows whose neighbours are looked up
MAX_REFERENCES = 20_000  # rows of train, and of holdout, to look among
MAX_IDENTIFIERS = 10  # columns of identifiers looked at by themselves
TIE = 1e-9  # squared distances closer than this are equal: they come out of a matrix product


def copies(data, rng):
    """Rates at which rare training rows and rare holdout rows are repeated; the same for each column of identifiers.

    A real row is rare when no other real row equals it. Of rows that the generator has never seen, it repeats those in
    the holdout as often as those in train, whatever the two sizes; what it repeats beyond that, it has memorised.
    Columns that name rows (keys, free text) are left out of the rows, since a copied row with a new key is a copy, and
    are looked at by themselves; they share one level, so that a table of many raises no more false alarms.
    """
    rows = [
        _beyond_chance(COPIES.id, f"rows{_without(data, columns)}", row_keys(data, columns), data)
        for columns in row_choices(data)
    ]
    named = [j for j, column in enumerate(data.columns) if column.identifier and column.is_category][:MAX_IDENTIFIERS]
    level = 1 - (1 - LEVEL) / max(len(named), 1)
    keys = []
    for j in named:
        name = data.columns[j].name
        values = row_keys(data, [j])
        keys.append(_beyond_chance(f"{COPIES.id}.{name}", f"values of {name}", values, data, level))
    return _clearest(rows) + keys


def _without(data, columns):
    """Which of the compared columns take no part, in words."""
    names = [repr(data.columns[j].name) for j in data.compared if j not in columns]
    if len(names) > 3:
        names = [f"{len(names)} columns of distinct whole numbers"]
    return f" without {', '.join(names)}" if names else ""


def _clearest(findings):
    """The one finding, in a list, whose interval lies highest."""
    return sorted(findings, key=lambda found: found.interval[0] if found.interval else -1.0, reverse=True)[:1]


def _beyond_chance(identity, things, keys, data, level=LEVEL):
    """The finding for one kind of key: rows, or the values of a column."""
    title = f"Copied training {things}, beyond chance"
    values, counts = np.unique(np.concatenate([keys["train"], keys["holdout"]]), return_counts=True)
    rare, repeated = values[counts == 1], np.unique(keys["synthetic"])
    seen, trials = {}, {}
    for name in ("train", "holdout"):
        own = keys[name][np.isin(keys[name], rare)]
        seen[name], trials[name] = int(np.isin(own, repeated).sum()), len(own)
    if not trials["train"] or not trials["holdout"]:
        reason = f"Too few real {things} occur once only: repeating a common one tells nothing about memory."
        return Finding(id=identity, pillar=COPIES.pillar, title=title, missing=reason, message=reason)
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
            "tables": [charts.table("Exact repetitions", columns, rows)],
        },
    )


def distance_share(data, rng):
    """Share of synthetic rows nearer to a training row than to any of equally many holdout rows; ties count one half.

    All tables share one scale: numbers are ranks among the real rows. Synthetic rows with the same nearest real row
    share its fate, so the interval is that of the effective number of different nearest rows (Kish 1965).
    """
    if not data.compared:
        raise NotAssessed("Every column names rows; none is left to measure distances in.")
    return _clearest([_nearer_to_train(data, columns, rng) for columns in row_choices(data)])


def _nearer_to_train(data, columns, rng):
    """The finding for distances in these columns."""
    wide = len(columns) > 60
    m = min(data.sizes["train"], data.sizes["holdout"], MAX_REFERENCES // 4 if wide else MAX_REFERENCES)
    k = min(data.sizes["synthetic"], MAX_QUERIES // 2 if wide else MAX_QUERIES)
    sizes = {"train": m, "holdout": m, "synthetic": k}
    rows = {name: rng.permutation(data.sizes[name])[:size] for name, size in sizes.items()}
    points = for_distances(data, columns, rows)
    (near_t, which_t), (near_h, which_h) = (nearest(points["synthetic"], points[t]) for t in ("train", "holdout"))
    tie = np.abs(near_t - near_h) < TIE
    nearer = np.where(tie, 0.5, near_t < near_h)
    share = float(nearer.mean())
    repeats = np.concatenate([np.bincount(which_t, nearer), np.bincount(which_h, 1 - nearer)])
    interval = wilson_interval(share, repeats.sum() ** 2 / (repeats**2).sum())
    curves = [
        {"name": f"to the nearest {name} row", **_distribution(np.sqrt(near))}
        for name, near in (("training", near_t), ("holdout", near_h))
    ]
    return Finding(
        id=DISTANCES.id,
        pillar=DISTANCES.pillar,
        title="Overfitting alarm: nearer to train than to holdout rows",
        value=share,
        interval=interval,
        goal="lower",
        threshold=data.thresholds[DISTANCES.id],
        alarm_only=True,
        reference=0.5,
        reference_name="no memory",
        method="Wilson's, of the effective number of different nearest rows",
        n=sizes,
        message=f"{share:.3f} of synthetic rows{_without(data, columns)} lie nearer to a training row than to any of "
        "as many holdout rows; 0.5 is what rows without memory would do. A good share is no proof of privacy: it "
        "cannot see a few copied rows.",
        evidence={
            "charts": [charts.lines("How far synthetic rows are from real ones", "distance", "share of rows", curves)],
            "facts": {"ties": float(tie.mean())},
        },
    )


def nearest(queries, references, budget=8_000_000):
    """Squared distance to the nearest reference, and which it is, for each query; a few queries at a time.

    Examples
    --------
    >>> squared, which = nearest(np.array([[0.0], [3.0]]), np.array([[1.0], [5.0], [2.5]]))
    >>> squared.round(6).tolist(), which.tolist()
    ([1.0, 0.25], [0, 2])
    """
    norms = (references**2).sum(axis=1)
    squared, which = np.empty(len(queries)), np.empty(len(queries), int)
    step = max(1, budget // len(references))
    for i in range(0, len(queries), step):
        part = queries[i : i + step]
        partial = norms - 2 * (part @ references.T)
        which[i : i + step] = partial.argmin(axis=1)
        squared[i : i + step] = partial.min(axis=1) + (part**2).sum(axis=1)
    return np.maximum(squared, 0.0), which


def _distribution(values, points=41):
    """Cumulative distribution at equal steps of its range."""
    values = np.sort(values)
    grid = np.linspace(0, values[-1] if values[-1] > 0 else 1.0, points)
    return {
        "x": grid.round(5).tolist(),
        "y": (np.searchsorted(values, grid, side="right") / len(values)).round(4).tolist(),
    }


COPIES = Check("privacy.copies", "Copied training rows", copies, needs=("holdout",), thresholds={"privacy.copies": 0.0})
DISTANCES = Check(
    "privacy.distances", "Overfitting alarm", distance_share, needs=("holdout",), thresholds={"privacy.distances": 0.55}
)
CHECKS = [COPIES, DISTANCES]

"""Are the groups of a protected column there in the same shares?"""

import numpy as np

from augment.auditing import charts
from augment.auditing.check import LEVEL, Check, Finding
from augment.auditing.intervals import ratio_interval

MIN_GROUP = 30  # training rows that a group needs to be judged


def representation(data, rng):
    """For each protected column, the smallest ratio of a group's synthetic share to its real share.

    Groups of numbers are the quarters of the training values; missing values are a group. The intervals of the
    ratios hold for all judged groups at once.
    """
    return [_shares(data, j) for j in data.protected]


def groups(data, j, quarters=4, at_most=10):
    """Group of each row by column j, in each table, and the groups' names."""
    column, train = data.columns[j], data.train[:, j]
    present = train[~np.isnan(train)]
    tables = {name: table[:, j] for name, table in data.tables.items()}
    if column.is_category:
        names, codes = list(column.labels), tables
    elif len(np.unique(present)) <= at_most:
        values = np.unique(np.concatenate(list(tables.values())))
        values = values[~np.isnan(values)]
        names, codes = [column.show(v) for v in values], {t: np.searchsorted(values, v) for t, v in tables.items()}
    else:
        edges = np.unique(np.quantile(present, np.linspace(0, 1, quarters + 1)[1:-1], method="nearest"))
        bounds = [column.show(edge) for edge in edges]
        names = [f"up to {bounds[0]}", *(f"{a} to {b}" for a, b in zip(bounds[:-1], bounds[1:], strict=True))]
        names.append(f"over {bounds[-1]}")
        codes = {t: np.searchsorted(edges, v) for t, v in tables.items()}
    codes = {t: np.where(np.isnan(v), len(names), codes[t]).astype(int) for t, v in tables.items()}
    return codes, [*names, "missing"]


def _shares(data, j):
    """The finding for one protected column."""
    codes, names = groups(data, j)
    counts = {t: np.bincount(codes[t], minlength=len(names)) for t in ("train", "synthetic")}
    judged = np.flatnonzero(counts["train"] >= MIN_GROUP)
    column = data.columns[j].name
    identity, title = f"{REPRESENTATION.id}.{column}", f"Smallest share of a group of {column}, synthetic over real"
    table = _listing(column, names, counts)
    if not len(judged):
        reason = f"No group of {column!r} has {MIN_GROUP} training rows."
        evidence = {"tables": [table]}
        return Finding(id=identity, pillar="bias", title=title, missing=reason, message=reason, evidence=evidence)
    ratio, low, high = _ratios(counts, judged)
    order = np.argsort(ratio, kind="stable")
    rows = [{"name": names[judged[k]], "value": ratio[k], "low": low[k], "high": high[k]} for k in order]
    first, threshold = judged[order[0]], data.thresholds[REPRESENTATION.id]
    share = {t: c[first] / c.sum() for t, c in counts.items()}
    chart = charts.intervals("Synthetic share over real share", rows[:20], axis=(0, 2), threshold=threshold)
    return Finding(
        id=identity,
        pillar="bias",
        title=title,
        value=ratio.min(),
        interval=(low.min(), high.min()),
        goal="higher",
        threshold=threshold,
        method="Clopper-Pearson given both counts, for all groups at once",
        n=data.sizes,
        worst=rows[:12],
        message=f"The group of {column!r} that loses most is {names[first]}: {share['synthetic']:.1%} of synthetic and "
        f"{share['train']:.1%} of training rows. {len(judged)} of {len(table['rows'])} groups are large enough "
        "to judge.",
        evidence={"charts": [chart], "tables": [table]},
    )


def _ratios(counts, judged):
    """Ratio of shares of each judged group, and its simultaneous interval."""
    n = {t: c.sum() for t, c in counts.items()}
    pairs = [(counts["synthetic"][g], counts["train"][g]) for g in judged]
    ratio = np.array([(synthetic / n["synthetic"]) / (train / n["train"]) for synthetic, train in pairs])
    level = 1 - (1 - LEVEL) / len(judged)
    bounds = [ratio_interval(pair, (n["synthetic"], n["train"]), level) for pair in pairs]
    return ratio, *np.array(bounds).T


def _listing(column, names, counts, at_most=40):
    """Every group that has rows, judged or not."""
    train, synthetic = counts["train"], counts["synthetic"]
    rows = [
        [
            names[g],
            train[g],
            synthetic[g],
            train[g] / train.sum(),
            synthetic[g] / synthetic.sum(),
            "yes" if train[g] >= MIN_GROUP else f"no: under {MIN_GROUP} training rows",
        ]
        for g in np.flatnonzero(train + synthetic)
    ]
    columns = ["group", "train rows", "synthetic rows", "train share", "synthetic share", "judged"]
    return charts.table(f"Groups of {column}", columns, rows[:at_most])


REPRESENTATION = Check(
    "bias.representation",
    "Groups and their shares",
    representation,
    needs=("protected",),
    thresholds={"bias.representation": 0.8},
)
CHECKS = [REPRESENTATION]

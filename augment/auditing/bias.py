"""Are the groups of a protected column there in the same shares?"""

import numpy as np

from augment.auditing import charts
from augment.auditing.check import Check, Finding
from augment.auditing.intervals import z_value

MIN_GROUP = 30  # training rows that a group needs to be judged


def representation(data, rng):
    """For each protected column, the smallest ratio of a group's synthetic share to its real share.

    Groups of numbers are the quarters of the training values; missing values are a group. Ratios have log-normal
    intervals that hold for all judged groups at once (Katz et al. 1978).
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
    column, identity = data.columns[j].name, f"{REPRESENTATION.id}.{data.columns[j].name}"
    share = {t: c / c.sum() for t, c in counts.items()}
    listing = [
        [
            names[g],
            counts["train"][g],
            counts["synthetic"][g],
            share["train"][g],
            share["synthetic"][g],
            "yes" if g in judged else f"no: under {MIN_GROUP} training rows",
        ]
        for g in range(len(names))
        if counts["train"][g] + counts["synthetic"][g]
    ]
    table = charts.table(
        f"Groups of {column}",
        ["group", "train rows", "synthetic rows", "train share", "synthetic share", "judged"],
        listing[:40],
    )
    title = f"Smallest share of a group of {column}, synthetic over real"
    if not len(judged):
        reason = f"No group of {column!r} has {MIN_GROUP} training rows."
        return Finding(
            id=identity, pillar="bias", title=title, missing=reason, message=reason, evidence={"tables": [table]}
        )
    n = {t: c.sum() for t, c in counts.items()}
    smoothed = {t: (counts[t][judged] + 0.5) / (n[t] + 1) for t in counts}
    ratio = share["synthetic"][judged] / share["train"][judged]
    error = np.sqrt(sum((1 - smoothed[t]) / (smoothed[t] * n[t]) for t in counts))
    half = np.exp(z_value(comparisons=len(judged)) * error)
    centre = smoothed["synthetic"] / smoothed["train"]
    low, high = np.minimum(centre / half, ratio), centre * half
    order = np.argsort(ratio, kind="stable")
    rows = [{"name": names[judged[g]], "value": ratio[g], "low": low[g], "high": high[g]} for g in order]
    first, threshold = order[0], data.thresholds[REPRESENTATION.id]
    g = judged[first]
    return Finding(
        id=identity,
        pillar="bias",
        title=title,
        value=ratio[first],
        interval=(low.min(), high.min()),
        goal="higher",
        threshold=threshold,
        method="log-normal, for all groups at once",
        n=data.sizes,
        worst=rows[:12],
        message=f"The group of {column!r} that loses most is {names[g]}: {share['synthetic'][g]:.1%} of synthetic and "
        f"{share['train'][g]:.1%} of training rows. {len(judged)} of {len(listing)} groups are large enough to judge.",
        evidence={
            "charts": [
                charts.intervals("Synthetic share over real share", rows[:20], axis=(0, 2), threshold=threshold)
            ],
            "tables": [table],
        },
    )


REPRESENTATION = Check(
    "bias.representation",
    "Groups and their shares",
    representation,
    needs=("protected",),
    thresholds={"bias.representation": 0.8},
)
CHECKS = [REPRESENTATION]

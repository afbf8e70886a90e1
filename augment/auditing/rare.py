"""Are the rare categories of train still there, and as often as fresh real rows would have them?

A rare category is a label, or one of a number column's few values, that holds at most 2 % of the training rows, at
least 0.1 % of them, and at least five of them.
"""

from functools import cache

import numpy as np
from scipy import stats

from augment.auditing import charts
from augment.auditing.check import Check, Finding, NotAssessed
from augment.auditing.intervals import z_value
from augment.auditing.resampling import Resampling

RARE = (0.001, 0.02)  # shares of the training rows
MIN_ROWS = 5  # fewer training rows say little about how often a category comes
FEW_VALUES = 20  # a number column with no more values than this is read as categories
DRAWS = 2000
SHOWN = 12
FEW = 40  # categories of more training rows than this tell nothing of those that may be absent
ENOUGH = 20  # categories of so few rows that a column needs to tell how its others are
SHAPES, MEANS = np.geomspace(0.02, 200, 25), np.geomspace(0.1, FEW, 25)  # of the prior's grid


def rare_categories(data, rng):
    """The share of train's rare categories that are in the synthetic table, and how often they come there."""
    bounds = (max(MIN_ROWS, int(np.ceil(RARE[0] * len(data.train)))), int(RARE[1] * len(data.train)))
    columns = [_counts(data, j, bounds) for j in data.compared if _has_categories(data, j)]
    columns = [column for column in columns if len(column["train"])]
    if bounds[1] < bounds[0]:
        raise NotAssessed(
            f"Needs {int(np.ceil(MIN_ROWS / RARE[1]))} training rows: of fewer, {MIN_ROWS} are no rarity."
        )
    if not columns:
        raise NotAssessed(f"No category holds {bounds[0]:,} to {bounds[1]:,} of the {len(data.train):,} training rows.")
    return [_found(data, columns, rng), _often(data, columns, bounds, rng)]


def _has_categories(data, j):
    if data.columns[j].is_category:
        return True
    present = data.train[:, j]
    return len(np.unique(present[~np.isnan(present)])) <= FEW_VALUES


def _counts(data, j, bounds):
    """Rare categories of column j: their values, and their rows in train and in the synthetic table."""
    values, counts = np.unique(data.train[:, j][~np.isnan(data.train[:, j])], return_counts=True)
    rare = (counts >= bounds[0]) & (counts <= bounds[1])
    place = np.searchsorted(np.sort(data.synthetic[:, j]), values[rare], side="left")
    stop = np.searchsorted(np.sort(data.synthetic[:, j]), values[rare], side="right")
    left_out = (counts > bounds[0]) & (counts <= bounds[1] + 1)  # rare in the other rows, for each of its rows
    shape, rate = prior(counts)
    return {
        "place": j,
        "values": values[rare],
        "train": counts[rare],
        "synthetic": stop - place,
        "shape": counts[rare] + shape,
        "rate": np.full(rare.sum(), 1 + rate),
        "left out": values[left_out],
        "edge": (counts[(counts == bounds[0]) | (counts == bounds[1] + 1)] ** 2).sum(),
    }


def prior(counts):
    """Shape and rate of the gamma distribution that the expected rows of a column's categories come from.

    Categories that are seen five times are mostly rarer where many are rarer and few are commoner, as of a thousand
    towns of one size. What the seen ones have tells which it is: their rows, of those with few, are negative binomial,
    without zeros; the likeliest shape and mean of a grid are taken. Of fewer than 20 such categories nothing is
    learned: 0 and 0, which take a category's own rows for all that is known.

    Parameters
    ----------
    counts : ndarray of int, shape (categories,)
        Rows of each category that has some.

    Returns
    -------
    (float, float)

    Examples
    --------
    >>> counts = np.random.default_rng(0).poisson(4, 1000)
    >>> shape, rate = prior(counts[counts > 0])
    >>> round(shape / rate)
    4
    """
    seen = np.bincount(counts[counts <= FEW], minlength=FEW + 1)[1:]
    if seen.sum() < ENOUGH:
        return 0.0, 0.0
    shape, mean = np.unravel_index((_log_shares() @ seen).argmax(), (len(SHAPES), len(MEANS)))
    return float(SHAPES[shape]), float(SHAPES[shape] / MEANS[mean])


@cache
def _log_shares():
    """Logarithm of the share of categories with 1, 2, ... rows, for each shape and mean of the grid."""
    shape, mean = (axis[..., None] for axis in np.meshgrid(SHAPES, MEANS, indexing="ij"))
    logs = stats.nbinom.logpmf(np.arange(1, FEW + 1), shape, shape / (shape + mean))
    return logs - np.log(np.exp(logs).sum(axis=-1, keepdims=True))


def _present(shape, rate, growth):
    """Chance that categories are in `growth` times as many fresh rows, their expected rows being gamma."""
    return 1 - (rate / (rate + growth)) ** shape


def _found(data, columns, rng):
    """The finding on presence.

    The expected rows of a category with r training rows are gamma with the shape a + r and the rate b + 1, a and b
    being those of `prior`; it is in t times as many fresh rows with the chance 1 - ((b + 1) / (b + 1 + t)) ** (a + r).
    The generator's rates of the categories are uncertain, too: the interval is that of the mean presence over draws of
    both rates, widened to hold what was seen.
    """
    growth = len(data.synthetic) / len(data.train)
    train, synthetic, shape, rate = (
        np.concatenate([column[name] for column in columns]) for name in ("train", "synthetic", "shape", "rate")
    )
    ceiling = float(_present(shape, rate, growth).mean())
    value = float((synthetic > 0).mean())
    drawn = [_mean_presence(rng, *gamma) for gamma in ((synthetic + 0.5, 1.0), (shape, growth / rate))]
    low, high = np.quantile(drawn[0] - drawn[1] + drawn[1].mean(), (0.025, 0.975))
    rows = sorted((_presence(data, column) for column in columns), key=lambda row: row["value"] - row["mark"])
    lost = [_lost(data, column) for column in columns]
    lost = sorted(sum(lost, []), key=lambda row: -row[2])
    tables = [charts.table("Rare categories that are not there", ["column", "category", "train rows"], lost[:40])]
    title = "Share of train's rare categories that are there"
    chart = charts.intervals(f"{title}, by column", rows[:SHOWN], axis=(0, 1), mark="fresh real rows")
    return Finding(
        id=RARE_CATEGORIES.id,
        pillar="fidelity",
        title=title,
        value=value,
        interval=(min(float(low), value), max(float(high), value)),
        threshold=ceiling - data.thresholds[RARE_CATEGORIES.id],
        ceiling=ceiling,
        method="gamma draws of each category's rate in both tables; ceiling from the training rows of all",
        n=data.sizes,
        worst=rows[:SHOWN],
        message=f"{(synthetic > 0).sum():,} of train's {len(train):,} rare categories are in the synthetic rows "
        f"({value:.1%}); of fresh real rows, {ceiling:.1%} are to be expected.",
        evidence={"charts": [chart], "tables": tables if lost else []},
    )


def _mean_presence(rng, shape, scale):
    """Draws of the mean chance that a category is there, where its expected rows are gamma with a shape and a scale."""
    return (1 - np.exp(-rng.gamma(shape, scale, size=(DRAWS, len(shape))))).mean(axis=1)


def _presence(data, column):
    """The row of one column in the chart."""
    there = float((column["synthetic"] > 0).mean())
    mark = float(_present(column["shape"], column["rate"], len(data.synthetic) / len(data.train)).mean())
    return {"name": data.columns[column["place"]].name, "value": there, "low": there, "high": there, "mark": mark}


def _lost(data, column):
    shown = data.columns[column["place"]]
    gone = np.flatnonzero(column["synthetic"] == 0)
    return [[shown.name, shown.show(column["values"][k]), int(column["train"][k])] for k in gone]


def _often(data, columns, bounds, rng):
    """The finding on the total share of the rare categories' cells, synthetic over what fresh real rows would have.

    Categories that were chosen for being rare in train are a little commoner there than in fresh rows, and others
    rarer. Each training row is left out in turn and asked whether its category is rare in the others: that share is
    free of the choice (Good 1953), and errs by the squared counts at the edges of what is rare.
    """
    resampling = Resampling(data.sizes, rng)
    shares, errors = {}, {}
    for name, key in (("train", "left out"), ("synthetic", "values")):
        cells = sum(np.isin(data.tables[name][:, c["place"]], c[key]).astype(float) for c in columns)
        groups = np.bincount(resampling.labels[name], weights=cells)
        shares[name] = float(cells.sum() / len(cells))
        errors[name] = float((resampling.redraw[name] @ groups).std())
    errors["train"] = np.hypot(errors["train"], np.sqrt(sum(c["edge"] for c in columns)) / len(data.train))
    common = {"id": f"{RARE_CATEGORIES.id}.share", "pillar": "fidelity", "n": data.sizes}
    title = "Rows of rare categories, synthetic over fresh real"
    if not shares["train"]:
        reason = f"No category keeps {bounds[0]:,} training rows when one of its rows is left out."
        return Finding(**common, title=title, missing=reason, message=reason)
    ratio = shares["synthetic"] / shares["train"]
    unseen = 3 / len(data.synthetic)  # the rule of three
    error = max(errors["synthetic"], unseen / 2) / max(shares["synthetic"], unseen)
    factor = np.exp(z_value() * np.hypot(error, errors["train"] / shares["train"]))
    least = data.thresholds[common["id"]]
    return Finding(
        **common,
        title=title,
        value=ratio,
        interval=(ratio / factor, max(ratio, unseen / shares["train"]) * factor),
        goal="range",
        threshold=tuple(sorted((least, 1 / max(least, 1e-9)))),
        ceiling=1.0,
        method="bootstrap of both tables, normal on the log scale; fresh real rows by leaving one out",
        message=f"Rare categories fill {shares['synthetic'] / len(columns):.2%} of the synthetic cells in "
        f"{len(columns)} column{'s' * (len(columns) > 1)} that have some, where fresh real rows would have "
        f"{shares['train'] / len(columns):.2%}.",
        evidence={"tables": [_by_column(data, columns)]},
    )


def _by_column(data, columns, at_most=40):
    rows = [
        [
            data.columns[c["place"]].name,
            len(c["train"]),
            c["train"].sum() / len(data.train),
            c["synthetic"].sum() / len(data.synthetic),
        ]
        for c in columns
    ]
    rows = sorted(rows, key=lambda row: row[3] - row[2])[:at_most]
    return charts.table("Share of rare categories", ["column", "rare categories", "train", "synthetic"], rows)


RARE_CATEGORIES = Check(
    "fidelity.rare",
    "Rare categories",
    rare_categories,
    thresholds={"fidelity.rare": 0.1, "fidelity.rare.share": 0.7},
)
CHECKS = [RARE_CATEGORIES]

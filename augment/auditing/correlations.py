"""Do the numbers rise and fall together as they did? Rank (Spearman) and linear (Pearson) correlations of each pair."""

import numpy as np
from scipy.stats import rankdata

from augment.auditing import charts
from augment.auditing.check import Check, NotAssessed
from augment.auditing.fidelity import score_findings
from augment.auditing.reading import listed
from augment.auditing.resampling import Resampling

MAX_COLUMNS = 400  # more columns than this are sampled
MIN_CARRIERS = 30  # rows that must carry the variance of a column, or its linear correlations are a few rows' alone
STRONG = 0.3  # a correlation counts in the mean when it is this strong in either table


def rank_correlations(data, rng):
    """1 - |difference of Spearman correlations| / 2 of each pair of number columns."""
    return _correlations(RANKS, data, rng, _numbers(data), centred_ranks)


def linear_correlations(data, rng):
    """1 - |difference of Pearson correlations| / 2 of each pair of number columns: sdmetrics' CorrelationSimilarity.

    Columns with tails so long that a few training rows make up their variance are left to the rank correlations.
    """
    numbers = _numbers(data)
    kept = [j for j in numbers if carriers(data.train[:, j]) >= MIN_CARRIERS]
    names = [data.columns[j].name for j in numbers if j not in kept]
    note = f" Left to the rank correlations, since a few rows make up their variance: {listed(names)}." if names else ""
    return _correlations(LINEAR, data, rng, kept, standardised, note)


def _numbers(data):
    return [j for j in data.compared if not data.columns[j].is_category and _varies(data.train[:, j])]


def _correlations(check, data, rng, places, scale, note=""):
    if len(places) < 2:
        raise NotAssessed(f"Needs two columns of numbers or dates that vary.{note}")
    words = {"title": check.title, "thing": "pair of columns", "things": "pairs of columns", "word": "correlated"}
    return association_findings(check, {**words, "note": note}, data, rng, places, scale)


def _varies(values):
    present = values[~np.isnan(values)]
    return len(present) > 2 and present.min() < present.max()


def carriers(values):
    """How many rows carry the variance of a column: (sum of z ** 2) ** 2 / sum of z ** 4, n / 3 for a normal one.

    Examples
    --------
    >>> carriers(np.array([-1.0, 1.0, -1.0, 1.0, np.nan])), round(carriers(np.append(np.zeros(999), 1.0)), 3)
    (4.0, 1.002)
    """
    z = values[~np.isnan(values)]
    z = z - z.mean()
    z = z / np.abs(z).max()
    return float((z**2).sum() ** 2 / (z**4).sum())


def centred_ranks(table):
    """Ranks of the present values of each column, centred and divided by their number; 0 where missing.

    Examples
    --------
    >>> centred_ranks(np.array([[10.0], [30.0], [np.nan], [20.0]])).ravel().round(2).tolist()
    [-0.33, 0.33, 0.0, 0.0]
    """
    ranks = np.zeros_like(table)
    for j in range(table.shape[1]):
        rows = ~np.isnan(table[:, j])
        ranks[rows, j] = (rankdata(table[rows, j]) - 0.5) / max(rows.sum(), 1) - 0.5
    return ranks


def standardised(table):
    """Values of each column less their mean, over their deviation; 0 where missing and where a column is constant.

    Examples
    --------
    >>> standardised(np.array([[1.0, 5.0], [3.0, 5.0], [np.nan, 5.0]])).tolist()
    [[-1.0, 0.0], [1.0, 0.0], [0.0, 0.0]]
    """
    scaled = np.zeros_like(table)
    for j in range(table.shape[1]):
        rows = ~np.isnan(table[:, j])
        values = table[rows, j]
        if len(values) and values.std() > 1e-12 * np.abs(values).max():
            scaled[rows, j] = (values - values.mean()) / values.std()
    return scaled


def association_findings(check, words, data, rng, places, scale):
    """The mean and the worst 1 - |difference| / 2 of the correlations of scaled columns, in both tables.

    Parameters
    ----------
    check : Check
    words : dict
        "title", "thing" and "things" as in `score_findings`, and "word": what a pair that counts in the mean is;
        "note", optional: a last sentence for the message.
    places : list of int
        Columns to compare, two by two; above `MAX_COLUMNS` they are sampled.
    scale : callable (rows, columns) -> (rows, columns)
        Centred values, whose Pearson correlation is meant.
    """
    total = len(places)
    if total > MAX_COLUMNS:
        places = sorted(rng.choice(places, MAX_COLUMNS, replace=False))
    resampling = Resampling(data.sizes, rng, groups=_affordable_groups(len(places)))
    upper = np.triu_indices(len(places), 1)
    moments = {name: _moments(table[:, places], scale, resampling.labels[name]) for name, table in data.tables.items()}

    def rho(sums):
        return _correlation(sums, len(places))[:, upper[0], upper[1]]

    def distance(first, second):
        return np.abs(rho(first) - rho(second)) / 2

    def mean_distance(first, second):
        first, second = rho(first), rho(second)
        counted = np.maximum(np.abs(first), np.abs(second)) >= STRONG
        return mean_counted(np.abs(first - second) / 2, counted)

    whole = {t: rho(resampling.whole[t] @ moments[t])[0] for t in ("train", "synthetic")}
    counted = np.maximum(np.abs(whole["train"]), np.abs(whole["synthetic"])) >= STRONG
    scores = {
        "value": 1 - np.abs(whole["train"] - whole["synthetic"]) / 2,
        "redrawn": 1 - resampling.redrawn(moments, distance),
        "ceiling": 1 - resampling.ceiling_distance(moments, distance),
        "counted": counted if counted.any() else np.ones(len(counted), bool),
        "mean_ceiling": 1 - float(resampling.ceiling_distance(moments, mean_distance)),
    }
    drawn = f" of {MAX_COLUMNS} columns, drawn from {total:,}," if total > MAX_COLUMNS else ""
    named = [data.columns[j].name for j in places]
    names = [f"{named[a]} × {named[b]}" for a, b in zip(*upper, strict=True)]
    words = {**words, "counted": counted_words(counted, words["word"], drawn)}
    evidence = {"mean": {"charts": _difference_matrix(named, whole, upper)}, "worst": _pair_table(names, whole, scores)}
    return score_findings(check, words, names, resampling, scores, data, evidence)


def _affordable_groups(n_columns, budget=32_000_000):
    """Fewer groups where their moments would fill the memory."""
    return int(np.clip(budget // (4 * n_columns**2), 12, 64))


def _moments(table, scale, groups):
    """Sums over the rows of each group that pairwise correlations need, of shape (groups, 4 * columns ** 2).

    A missing value is left out of its pairs.
    """
    present, scaled = ~np.isnan(table), scale(table)
    sums = []
    for group in range(groups.max() + 1):
        z, m = scaled[groups == group], present[groups == group].astype(float)
        sums.append(np.stack([z.T @ z, z.T @ m, (z * z).T @ m, m.T @ m]).ravel())
    return np.array(sums)


def _correlation(sums, size):
    """Correlation matrices of weighted sums, of shape (redraws, columns, columns); 0 where a column does not vary."""
    products, means, squares, counts = np.moveaxis(sums.reshape(-1, 4, size, size), 1, 0)
    counts = np.maximum(counts, 1e-12)
    means = means / counts
    other = means.transpose(0, 2, 1)
    covariance = products / counts - means * other
    variance = squares / counts - means**2
    scale = np.sqrt(np.maximum(variance, 0) * np.maximum(variance.transpose(0, 2, 1), 0))
    return np.clip(np.where(scale > 1e-9, covariance / np.maximum(scale, 1e-9), 0.0), -1, 1)


def mean_counted(distances, counted):
    """Mean over the counted pairs of each redraw; over all pairs where none counts."""
    counted = np.where(counted.any(axis=1, keepdims=True), counted, True)
    return (distances * counted).sum(axis=1) / counted.sum(axis=1)


def counted_words(counted, word, drawn):
    """Which pairs a mean is over; `drawn` tells how they were drawn, if they were."""
    if not counted.any():
        return f"All {len(counted):,} pairs{drawn} (none is {word} in either table)"
    some = f"{counted.sum():,} of {len(counted):,} pairs{drawn}"
    return f"The {some} that are {word} in either table"


def _difference_matrix(named, whole, upper, at_most=24):
    """The chart of synthetic minus real correlations, of the columns where they differ most."""
    size = len(named)
    differences = np.zeros((size, size))
    differences[upper] = whole["synthetic"] - whole["train"]
    differences += differences.T
    shown = np.sort(np.argsort(-np.abs(differences).max(axis=1), kind="stable")[:at_most])
    text = "Synthetic correlation minus real correlation: each cell is a pair, and empty cells agree."
    if size > at_most:
        text += f" The {at_most} columns that differ most, of {size}."
    values = differences[np.ix_(shown, shown)].round(3)
    return [charts.matrix("Where correlations differ", [named[k] for k in shown], values.tolist(), text)]


def _pair_table(names, whole, scores, at_most=12):
    order = np.argsort(scores["value"] - scores["ceiling"], kind="stable")[:at_most]
    rows = [[names[k], whole["train"][k], whole["synthetic"][k], _change(whole, k)] for k in order]
    return {"tables": [charts.table("Their correlations", ["pair", "real", "synthetic", "change"], rows)]}


def _change(whole, k):
    real, synthetic = whole["train"][k], whole["synthetic"][k]
    if abs(real - synthetic) < 0.1:
        return "small"
    if min(abs(real), abs(synthetic)) >= 0.1 and real * synthetic < 0:
        return "reversed"
    return "invented" if abs(synthetic) > abs(real) else "lost"


RANKS = Check(
    "fidelity.correlations",
    "Correlations",
    rank_correlations,
    thresholds={"fidelity.correlations": 0.03, "fidelity.correlations.worst": 0.04},
)
LINEAR = Check(
    "fidelity.linear",
    "Linear correlations",
    linear_correlations,
    thresholds={"fidelity.linear": 0.03, "fidelity.linear.worst": 0.04},
)
CHECKS = [RANKS, LINEAR]

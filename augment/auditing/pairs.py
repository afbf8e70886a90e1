"""Do the columns hang together in the same way, two by two? Rank correlations, and tables of shared bins."""

from itertools import combinations

import numpy as np
from scipy.stats import rankdata

from augment.auditing import charts
from augment.auditing.check import Check, NotAssessed
from augment.auditing.fidelity import score_findings
from augment.auditing.resampling import Resampling, total_variation

MAX_COLUMNS = 400  # more number columns than this are sampled for the correlations
MAX_PAIRS = 20_000  # more pairs than this are sampled for the tables
STRONG = 0.3  # a correlation counts in the mean when it is this strong in either table
DEPENDENT = 0.1  # a pair counts in the mean when this share of rows lies elsewhere than independence would put it


def correlations(data, rng):
    """1 - |difference of Spearman correlations| / 2 of each pair of number columns."""
    places = [j for j in data.compared if not data.columns[j].is_category and _varies(data.train[:, j])]
    if len(places) < 2:
        raise NotAssessed("Needs two columns of numbers or dates that vary.")
    total = len(places)
    if total > MAX_COLUMNS:
        places = sorted(rng.choice(places, MAX_COLUMNS, replace=False))
    resampling = Resampling(data.sizes, rng, groups=_affordable_groups(len(places)))
    upper = np.triu_indices(len(places), 1)
    moments = {name: _moments(table[:, places], resampling.labels[name]) for name, table in data.tables.items()}

    def rho(sums):
        return _correlation(sums, len(places))[:, upper[0], upper[1]]

    def distance(first, second):
        return np.abs(rho(first) - rho(second)) / 2

    def mean_distance(first, second):
        first, second = rho(first), rho(second)
        counted = np.maximum(np.abs(first), np.abs(second)) >= STRONG
        return _mean_counted(np.abs(first - second) / 2, counted)

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
    words = {
        "title": "Correlations",
        "thing": "pair of columns",
        "things": "pairs of columns",
        "counted": _counted_words(counted, "correlated", drawn),
    }
    evidence = {"mean": {"charts": _difference_matrix(named, whole, upper)}, "worst": _pair_table(names, whole, scores)}
    return score_findings(CORRELATIONS, words, names, resampling, scores, data, evidence)


def _varies(values):
    present = values[~np.isnan(values)]
    return len(present) > 2 and present.min() < present.max()


def _affordable_groups(n_columns, budget=32_000_000):
    """Fewer groups where their moments would fill the memory."""
    return int(np.clip(budget // (4 * n_columns**2), 12, 64))


def _moments(table, groups):
    """Sums over the rows of each group that pairwise correlations need, of shape (groups, 4 * columns ** 2).

    Values are centred ranks within the table (a missing one is left out of its pairs), so that the correlations are
    Spearman's.
    """
    present = ~np.isnan(table)
    ranks = np.zeros_like(table)
    for j in range(table.shape[1]):
        rows = present[:, j]
        ranks[rows, j] = (rankdata(table[rows, j]) - 0.5) / max(rows.sum(), 1) - 0.5
    sums = []
    for group in range(groups.max() + 1):
        z, m = ranks[groups == group], present[groups == group].astype(float)
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


def _mean_counted(distances, counted):
    """Mean over the counted pairs of each redraw; over all pairs where none counts."""
    counted = np.where(counted.any(axis=1, keepdims=True), counted, True)
    return (distances * counted).sum(axis=1) / counted.sum(axis=1)


def _counted_words(counted, word, drawn):
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


def contingency(data, rng):
    """1 - total variation distance of the table of each pair of columns, in bins that the training rows define."""
    places = [j for j in data.compared if len(np.unique(data.train[:, j])) > 1]
    if len(places) < 2:
        raise NotAssessed("Needs two columns that vary.")
    every = len(places) * (len(places) - 1) // 2
    pairs = list(combinations(range(len(places)), 2))
    if every > MAX_PAIRS:
        pairs = [pairs[k] for k in np.sort(rng.choice(every, MAX_PAIRS, replace=False))]
    many = len(pairs) > 2000
    data_rows = _thinned(data, rng, 8000 if many else 50_000)
    resampling = Resampling({t: len(rows) for t, rows in data_rows.items()}, rng, groups=32 if many else 64)
    size = _bins_for(min(resampling.sizes.values()))
    cells = [shared_bins(data, j, size, size if many else 2 * size) for j in places]
    cells = [({t: codes[t][rows] for t, rows in data_rows.items()}, k) for codes, k in cells]
    parts = [_pair(resampling, cells[a], cells[b]) for a, b in pairs]
    scores = _pair_scores(resampling, parts)
    drawn = f", drawn from {every:,}," if every > MAX_PAIRS else ""
    named = [data.columns[j].name for j in places]
    names = [f"{named[a]} × {named[b]}" for a, b in pairs]
    words = {
        "title": "Pair tables",
        "thing": "pair of columns",
        "things": "pairs of columns",
        "counted": _counted_words(scores.pop("dependent"), "associated", drawn),
    }
    return score_findings(CONTINGENCY, words, names, resampling, scores, data, {"mean": {}, "worst": {}})


def _thinned(data, rng, at_most):
    """Rows of each table to count: all, or as many as allowed, drawn without replacement."""
    return {t: np.sort(rng.permutation(n)[:at_most]) for t, n in data.sizes.items()}


def _bins_for(n):
    """Bins of a number column: five rows to a cell of the table of two, and 10 bins at most."""
    return int(np.clip(np.sqrt(n / 5), 2, 10))


def shared_bins(data, j, size, categories):
    """Codes of column j in each table and their number; the training rows alone define the bins.

    Numbers fall into at most `size` quantile bins (a bin to each value where there are no more), categories into the
    `categories` commonest labels and the rest; missing values have a bin of their own.
    """
    tables = {name: table[:, j] for name, table in data.tables.items()}
    if data.columns[j].is_category:
        size = min(len(data.columns[j].labels), categories)
        codes = {name: np.minimum(np.where(np.isnan(v), 0, v), size) for name, v in tables.items()}
    else:
        present = tables["train"][~np.isnan(tables["train"])]
        distinct = np.unique(present)
        if len(distinct) <= size:
            edges = (distinct[1:] + distinct[:-1]) / 2
        else:
            edges = np.unique(np.quantile(present, np.linspace(0, 1, size + 1)[1:-1]))
        size = len(edges)
        codes = {name: np.searchsorted(edges, v) for name, v in tables.items()}
    return {name: np.where(np.isnan(v), size + 1, codes[name]).astype(int) for name, v in tables.items()}, size + 2


def _pair(resampling, first, second):
    """What one pair contributes: distances between the tables, in redraws, between real rows, and dependence."""
    (codes_a, size_a), (codes_b, size_b) = first, second
    counts = resampling.count({t: codes_a[t] * size_b + codes_b[t] for t in codes_a}, size_a * size_b)
    real = np.concatenate([counts[name] for name in resampling.real])
    shape = (-1, size_a, size_b)
    part = {"redrawn": resampling.redrawn(counts, total_variation)}
    whole = {t: resampling.whole[t] @ counts[t] for t in ("train", "synthetic")}
    part["value"] = total_variation(whole["train"], whole["synthetic"])[0]
    rows = resampling.sizes
    strength = [_dependence(whole[t].reshape(shape), rows[t]) for t in whole]
    part["dependent"] = np.maximum(*strength)[0] >= DEPENDENT
    for name, weights, fraction in (("half", resampling.halves, 2), ("quarter", resampling.quarters, 4)):
        shares = [w @ real for w in weights]
        n = sum(rows[t] for t in resampling.real) / fraction
        strength = [_dependence(share.reshape(shape), n) for share in shares]
        part[name] = total_variation(*shares)
        part[f"{name} counted"] = np.maximum(*strength) >= DEPENDENT
    return part


def _dependence(shares, n):
    """Total variation of tables from independence, less what chance gives n independent rows; shape (redraws,)."""
    expected = shares.sum(axis=2)[:, :, None] * shares.sum(axis=1)[:, None, :]
    by_chance = np.sqrt(2 * expected * (1 - expected) / (np.pi * n)).clip(max=2 * expected)
    return (np.abs(shares - expected).sum(axis=(1, 2)) - by_chance.sum(axis=(1, 2))) / 2


def _pair_scores(resampling, parts):
    """All pairs' parts as the arrays that `score_findings` asks for."""
    arrays = {name: np.array([part[name] for part in parts]) for name in parts[0]}
    means = [_mean_counted(arrays[size].T, arrays[f"{size} counted"].T).mean() for size in ("half", "quarter")]
    ceiling = resampling.carry(arrays["half"].mean(axis=1), arrays["quarter"].mean(axis=1))
    dependent = arrays["dependent"]
    return {
        "value": 1 - arrays["value"],
        "redrawn": 1 - arrays["redrawn"].T,
        "ceiling": 1 - ceiling,
        "counted": dependent if dependent.any() else np.ones(len(dependent), bool),
        "mean_ceiling": 1 - float(resampling.carry(*means)),
        "dependent": dependent,
    }


CORRELATIONS = Check(
    "fidelity.correlations",
    "Correlations",
    correlations,
    thresholds={"fidelity.correlations": 0.03, "fidelity.correlations.worst": 0.1},
)
CONTINGENCY = Check(
    "fidelity.pairs", "Pair tables", contingency, thresholds={"fidelity.pairs": 0.05, "fidelity.pairs.worst": 0.15}
)
CHECKS = [CORRELATIONS, CONTINGENCY]

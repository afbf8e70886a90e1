"""Do the columns hang together in the same way, two by two? Tables of each pair of columns, in shared bins."""

from dataclasses import replace
from itertools import combinations

import numpy as np

from augment.auditing.check import Check, NotAssessed
from augment.auditing.correlations import counted_words, mean_counted
from augment.auditing.fidelity import score_findings
from augment.auditing.resampling import Resampling, total_variation

MAX_PAIRS = 20_000  # more pairs than this are sampled
DEPENDENT = 0.1  # a pair counts in the mean when this share of rows lies elsewhere than independence would put it


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
    data = thinned(data, rng, 8000 if many else 50_000)
    resampling = Resampling(data.sizes, rng, groups=32 if many else 64)
    size = _bins_for(min(resampling.sizes.values()))
    cells = [shared_bins(data, j, size, size if many else 2 * size) for j in places]
    parts = [_pair(resampling, cells[a], cells[b]) for a, b in pairs]
    scores = _pair_scores(resampling, parts)
    drawn = f", drawn from {every:,}," if every > MAX_PAIRS else ""
    named = [data.columns[j].name for j in places]
    names = [f"{named[a]} × {named[b]}" for a, b in pairs]
    words = {
        "title": "Pair tables",
        "thing": "pair of columns",
        "things": "pairs of columns",
        "counted": counted_words(scores.pop("dependent"), "associated", drawn),
    }
    return score_findings(CONTINGENCY, words, names, resampling, scores, data, {"mean": {}, "worst": {}})


def thinned(data, rng, at_most):
    """The same data with at most so many rows of each table, drawn without replacement."""
    if max(data.sizes.values()) <= at_most:
        return data
    drawn = {name: table[np.sort(rng.permutation(len(table))[:at_most])] for name, table in data.tables.items()}
    return replace(data, **{name: np.asfortranarray(table) for name, table in drawn.items()})


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
    strength = [dependence(whole[t].reshape(shape), rows[t]) for t in whole]
    part["dependent"] = np.maximum(*strength)[0] >= DEPENDENT
    for name, weights, fraction in (("half", resampling.halves, 2), ("quarter", resampling.quarters, 4)):
        shares = [w @ real for w in weights]
        n = sum(rows[t] for t in resampling.real) / fraction
        strength = [dependence(share.reshape(shape), n) for share in shares]
        part[name] = total_variation(*shares)
        part[f"{name} counted"] = np.maximum(*strength) >= DEPENDENT
    return part


def dependence(shares, n):
    """Total variation of tables from independence, less what chance gives n independent rows; shape (redraws,)."""
    expected = shares.sum(axis=2)[:, :, None] * shares.sum(axis=1)[:, None, :]
    expected = np.minimum(expected, 1)  # a sum of shares may exceed it by a rounding error
    by_chance = np.sqrt(2 * expected * (1 - expected) / (np.pi * n)).clip(max=2 * expected)
    return (np.abs(shares - expected).sum(axis=(1, 2)) - by_chance.sum(axis=(1, 2))) / 2


def _pair_scores(resampling, parts):
    """All pairs' parts as the arrays that `score_findings` asks for."""
    arrays = {name: np.array([part[name] for part in parts]) for name in parts[0]}
    means = [mean_counted(arrays[size].T, arrays[f"{size} counted"].T).mean() for size in ("half", "quarter")]
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


CONTINGENCY = Check(
    "fidelity.pairs", "Pair tables", contingency, thresholds={"fidelity.pairs": 0.05, "fidelity.pairs.worst": 0.15}
)
CHECKS = [CONTINGENCY]

"""Do the columns hang together three by three? Tables of triples in shared bins, which see what no pair shows.

When c is whether a and b agree, each pair of the three is independent: only the table of all three tells. There are too
many triples to count them all in a wide table, so a random sample gives the mean, and the triples whose three-way
moments differ most join it for the worst.
"""

from itertools import combinations
from math import comb

import numpy as np

from augment.auditing.check import Check, NotAssessed
from augment.auditing.fidelity import score_findings
from augment.auditing.pairs import shared_bins, thinned
from augment.auditing.resampling import Resampling, total_variation

MAX_SAMPLED = 500  # triples in the random sample
MAX_SUSPECTS = 100  # triples that join it because their moments differ most
MAX_ROWS = 20_000  # rows of each table
SCREENED_ROWS, SCREENED_COLUMNS = 5_000, 100  # what the moments are taken of
MIN_TABLE = 8  # rows to a cell of the table of three


def triples(data, rng):
    """1 - total variation distance of the table of each triple of columns, in bins that the training rows define."""
    places = [j for j in data.compared if len(np.unique(data.train[:, j])) > 1]
    if len(places) < 3:
        raise NotAssessed("Needs three columns that vary.")
    data = thinned(data, rng, MAX_ROWS)
    resampling = Resampling(data.sizes, rng)
    size = _bins_for(min(resampling.sizes.values()))
    cells = [shared_bins(data, j, size, size) for j in places]
    sampled, suspects, screened = _choose(cells, rng)
    parts = [_triple(resampling, [cells[k] for k in triple]) for triple in sampled + suspects]
    scores = {name: 1 - np.array([part[name] for part in parts]) for name in ("value", "redrawn", "ceiling")}
    scores["redrawn"] = scores["redrawn"].T
    scores["counted"] = np.arange(len(parts)) < len(sampled)
    scores["mean_ceiling"] = scores["ceiling"][scores["counted"]].mean()
    scores["comparisons"] = len(sampled) + screened
    named = [data.columns[j].name for j in places]
    names = [" × ".join(named[k] for k in triple) for triple in sampled + suspects]
    every = comb(len(places), 3)
    drawn = f", drawn from {every:,}," if every > len(sampled) else ""
    words = {
        "title": "Tables of three columns",
        "thing": "triple of columns",
        "things": "triples of columns",
        "counted": f"{len(sampled):,} triple{'s' * (len(sampled) > 1)} of columns{drawn}",
    }
    return score_findings(TRIPLES, words, names, resampling, scores, data, {"mean": {}, "worst": {}})


def _bins_for(n):
    """Bins of a column: at least `MIN_TABLE` rows to a cell of the table of three, and 5 bins at most."""
    return int(np.clip(np.cbrt(n / MIN_TABLE), 2, 5))


def _choose(cells, rng):
    """Triples drawn at random, those whose moments differ most, and how many the latter were chosen from."""
    n_columns = len(cells)
    every = comb(n_columns, 3)
    if every <= MAX_SAMPLED:
        return list(combinations(range(n_columns), 3)), [], 0
    sampled = set()
    while len(sampled) < MAX_SAMPLED:
        sampled.add(tuple(sorted(rng.choice(n_columns, 3, replace=False).tolist())))
    columns = np.sort(rng.permutation(n_columns)[:SCREENED_COLUMNS])
    gap = np.abs(np.subtract(*(_moments(cells, columns, table, rng) for table in ("train", "synthetic"))))
    a, b, c = np.ogrid[: len(columns), : len(columns), : len(columns)]
    gap[~((a < b) & (b < c))] = -1.0
    most = np.argsort(-gap, axis=None, kind="stable")[:MAX_SUSPECTS]
    found = [tuple(int(columns[k]) for k in place) for place in zip(*np.unravel_index(most, gap.shape), strict=True)]
    return sorted(sampled), [triple for triple in found if triple not in sampled], comb(len(columns), 3)


def _moments(cells, columns, table, rng):
    """Mean product of each three columns, each split in two and standardised; shape (columns, columns, columns)."""
    rows = rng.permutation(len(cells[0][0][table]))[:SCREENED_ROWS]
    split = np.stack([_split(*cells[k], table)[rows] for k in columns], axis=1)
    return np.stack([(split * split[:, [k]]).T @ split for k in range(len(columns))]) / len(split)


def _split(codes, size, table):
    """Cells as two values with mean 0 and deviation 1 in train, cut where train is halved best."""
    shares = np.bincount(codes["train"], minlength=size) / len(codes["train"])
    below = np.cumsum(shares)[:-1]
    cut = np.argmin(np.abs(below - 0.5))
    p = below[cut]
    return ((codes[table] <= cut) - p).astype("float32") / np.float32(np.sqrt(max(p * (1 - p), 1e-6)))


def _triple(resampling, members):
    """Distance of the tables of one triple, its redraws, and the distance of fresh real rows."""
    (codes_a, _), (codes_b, size_b), (codes_c, size_c) = members
    codes = {t: (codes_a[t] * size_b + codes_b[t]) * size_c + codes_c[t] for t in codes_a}
    counts = resampling.count(codes, members[0][1] * size_b * size_c)
    filled = np.max([c.sum(axis=0) for c in counts.values()], axis=0) > 0
    counts = {t: c[:, filled] for t, c in counts.items()}
    return {
        "value": resampling.observed(counts, total_variation),
        "redrawn": resampling.redrawn(counts, total_variation),
        "ceiling": resampling.ceiling_distance(counts, total_variation),
    }


TRIPLES = Check(
    "fidelity.triples",
    "Tables of three columns",
    triples,
    thresholds={"fidelity.triples": 0.05, "fidelity.triples.worst": 0.15},
)
CHECKS = [TRIPLES]

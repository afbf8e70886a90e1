"""Are as many values missing, and are they missing together, as in the real rows?"""

from dataclasses import replace

import numpy as np

from augment.auditing import charts
from augment.auditing.check import Check, NotAssessed
from augment.auditing.correlations import association_findings
from augment.auditing.fidelity import score_findings
from augment.auditing.resampling import Resampling

MIN_CELLS = 20  # missing and present cells that a column needs, in one table, for its pairs to be judged


def missing_rates(data, rng):
    """1 - |difference of the shares of missing values| of each column with missing values; of all where none has any.

    sdmetrics calls it MissingValueSimilarity.
    """
    resampling = Resampling(data.sizes, rng)
    gaps = {name: np.isnan(table) for name, table in data.tables.items()}
    shares = {name: gap.mean(axis=0) for name, gap in gaps.items()}
    places = np.flatnonzero(np.max(list(shares.values()), axis=0))
    some = len(places) > 0
    places = places if some else np.arange(len(data.columns))
    counts = {name: _by_group(gap[:, places], resampling.labels[name]) for name, gap in gaps.items()}
    scores = {
        "value": 1 - np.abs(shares["train"] - shares["synthetic"])[places],
        "redrawn": 1 - resampling.redrawn(counts, _difference),
        "ceiling": 1 - resampling.ceiling_distance(counts, _difference),
        "counted": np.ones(len(places), bool),
    }
    scores["mean_ceiling"] = scores["ceiling"].mean()
    names = [data.columns[j].name for j in places]
    columns = f"{len(names)} column{'s' * (len(names) > 1)}"
    words = {
        "title": "Shares of missing values",
        "thing": "column",
        "things": "columns",
        "counted": f"{columns} with missing values" if some else f"No value is missing; {columns}",
    }
    listing = [[data.columns[j].name, shares["train"][j], shares["synthetic"][j]] for j in places]
    tables = [charts.table("Shares of missing values", ["column", "real", "synthetic"], listing)] if some else []
    evidence = {"mean": {"tables": tables}, "worst": {}}
    return score_findings(RATES, words, names, resampling, scores, data, evidence)


def _by_group(gaps, groups):
    """Missing cells of each column in each group of rows, of shape (groups, columns)."""
    return np.array([gaps[groups == group].sum(axis=0) for group in range(groups.max() + 1)], float)


def _difference(first, second):
    return np.abs(first - second)


def missing_together(data, rng):
    """1 - |difference of phi| / 2 of each pair of columns; phi is the correlation of "missing here" and "there".

    Two columns that are always missing in the same rows have phi 1, and 0 when each is missing on its own. It does not
    depend on how many values are missing: that is judged apart.
    """
    places = [j for j in range(len(data.columns)) if _judged(data, j)]
    if len(places) < 2:
        raise NotAssessed(f"Needs two columns with at least {MIN_CELLS} missing and {MIN_CELLS} present values.")
    words = {
        "title": "Values missing together",
        "thing": "pair of columns",
        "things": "pairs of columns",
        "word": "missing together or in turn",
    }
    gaps = replace(data, **{name: np.isnan(table).astype(float) for name, table in data.tables.items()})
    return association_findings(TOGETHER, words, gaps, rng, places, _centred)


def _centred(indicators):
    return indicators - indicators.mean(axis=0)


def _judged(data, j):
    """Whether a column has enough missing and present values in train or in the synthetic table."""
    gaps = [np.isnan(table[:, j]) for table in (data.train, data.synthetic)]
    return any(min(gap.sum(), (~gap).sum()) >= MIN_CELLS for gap in gaps)


RATES = Check(
    "fidelity.missing",
    "Shares of missing values",
    missing_rates,
    thresholds={"fidelity.missing": 0.03, "fidelity.missing.worst": 0.05},
)
TOGETHER = Check(
    "fidelity.together",
    "Values missing together",
    missing_together,
    thresholds={"fidelity.together": 0.05, "fidelity.together.worst": 0.1},
)
CHECKS = [RATES, TOGETHER]

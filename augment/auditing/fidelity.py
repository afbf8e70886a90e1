"""Do the columns look the same, one by one? Kolmogorov-Smirnov for numbers, total variation for categories."""

import numpy as np

from augment.auditing import charts
from augment.auditing.check import Check, Finding, NotAssessed
from augment.auditing.intervals import z_value
from augment.auditing.resampling import Resampling, kolmogorov_smirnov, total_variation

GRID = 200  # cells of the grid on which redraws of a Kolmogorov-Smirnov distance are taken
SHOWN = 12


def ks_complement(real, synthetic):
    """One minus the Kolmogorov-Smirnov distance of two number columns, where missing values take part.

    The distance is the largest difference of the two cumulative shares, with missing values below all others or above
    all others, whichever sets the columns further apart. Without missing values it is sdmetrics' KSComplement.

    Parameters
    ----------
    real, synthetic : ndarray of shape (n,) and (m,)
        NaN is missing.

    Examples
    --------
    >>> ks_complement(np.array([1.0, 2, 3, 4]), np.array([1.0, 2, 9, 9]))
    0.5
    >>> ks_complement(np.array([1.0, 2, 3, 4]), np.array([1.0, 2, 3, np.nan]))
    0.75
    """
    values = np.unique(np.concatenate([real, synthetic]))
    values = values[~np.isnan(values)]
    shares = []
    for column in (real, synthetic):
        codes = np.searchsorted(values, column)  # NaN sorts last, into the cell of the missing
        shares.append(np.bincount(codes, minlength=len(values) + 1) / len(column))
    return float(1 - kolmogorov_smirnov(*shares))


def tv_complement(real, synthetic):
    """One minus the total variation distance of two columns of category codes, where missing is a category.

    Without missing values it is sdmetrics' TVComplement, as long as train has every synthetic category: for each
    that it lacks, sdmetrics 0.32 adds 1e-6 training rows, which moves its score by about that over the rows.

    Examples
    --------
    >>> tv_complement(np.array([0.0, 0, 1, 1]), np.array([0.0, 0, 0, np.nan]))
    0.5
    """
    values = np.unique(np.concatenate([real, synthetic]))
    shares = [np.bincount(np.searchsorted(values, c), minlength=len(values)) / len(c) for c in (real, synthetic)]
    return float(1 - total_variation(*shares))


def score_findings(check, words, names, resampling, scores, data, evidence):
    """The two findings of a family of scores: its mean, and its worst member.

    Parameters
    ----------
    check : Check
    words : dict
        "title", "thing" and "things" (what is scored), "counted" (what the mean is over), and "note", a last sentence.
    names : list of str
        What each score is of.
    scores : dict
        "value" and "ceiling" of shape (k,), "redrawn" of shape (redraws, k); "counted" of shape (k,), the scores that
        enter the mean, and "mean_ceiling"; "comparisons", where the scores were chosen among more than k.
    evidence : dict
        Evidence of the two findings: "mean" and "worst".

    Notes
    -----
    Intervals are normal, with the error of the bootstrap. The worst member's interval spans the least lower and the
    least upper bound of intervals that hold for all members at once, so it covers the least true score. No interval is
    narrower than the rule of three allows: what n rows do not show may still be 3 / n of their population.
    """
    mean = mean_finding(check, words, resampling, scores, data, evidence["mean"])
    return [mean, _worst_finding(check, words, names, resampling, scores, data, evidence["worst"])]


def _common(check, resampling, data):
    """What both findings share, and the rule of three."""
    common = {
        "pillar": check.pillar,
        "goal": "higher",
        "method": f"bootstrap of both tables; ceiling from {resampling.ceiling_source}",
        "n": data.sizes,
    }
    return common, 3 / min(len(data.train), len(data.synthetic))


def mean_finding(check, words, resampling, scores, data, evidence):
    """The finding on the mean of scores: see `score_findings`."""
    common, unseen = _common(check, resampling, data)
    value, ceiling, counted = scores["value"], scores["mean_ceiling"], scores["counted"]
    mean, error = value[counted].mean(), scores["redrawn"][:, counted].mean(axis=1).std()
    half = max(z_value() * error, unseen)
    return Finding(
        id=check.id,
        title=f"{words['title']}, on average",
        value=mean,
        interval=(max(mean - half, 0.0), min(mean + half, 1.0)),
        threshold=ceiling - data.thresholds[check.id],
        ceiling=ceiling,
        message=f"{words['counted']} score {mean:.3f} on average (1 is equality); fresh real rows would score "
        f"{ceiling:.3f}.{words.get('note', '')}",
        evidence=evidence,
        **common,
    )


def _worst_finding(check, words, names, resampling, scores, data, evidence):
    common, unseen = _common(check, resampling, data)
    value, ceiling = scores["value"], scores["ceiling"]
    comparisons = scores.get("comparisons", len(value))
    half = np.maximum(z_value(comparisons=comparisons) * scores["redrawn"].std(axis=0), unseen)
    low, high = np.maximum(value - half, 0.0), np.minimum(value + half, 1.0)
    excess = value - ceiling
    order = np.argsort(excess, kind="stable")
    rows = [
        {"name": names[k], "value": value[k], "low": low[k], "high": high[k], "mark": ceiling[k]} for k in order[:SHOWN]
    ]
    title = f"The {words['things']} furthest below fresh real rows"
    chart = charts.intervals(title, rows, axis=(0, 1), mark="fresh real rows")
    first, identity = order[0], f"{check.id}.worst"
    return Finding(
        id=identity,
        title=f"{words['title']}, the worst",
        value=excess[first],
        interval=((excess - half).min(), (excess + half).min()),
        threshold=-data.thresholds[identity],
        ceiling=0.0,
        message=f"The {words['thing']} furthest below fresh real rows is {names[first]}: {value[first]:.3f}, where "
        f"they would score {ceiling[first]:.3f}.",
        worst=rows,
        evidence={**evidence, "charts": [chart, *evidence.get("charts", [])]},
        **common,
    )


def column_shapes(data, rng):
    """Score of each column, its mean and its worst, beside what fresh real rows would get."""
    if not data.compared:
        raise NotAssessed("Every column names rows; none is left to compare.")
    resampling = Resampling(data.sizes, rng)
    scores = {"value": [], "redrawn": [], "ceiling": []}
    for j in data.compared:
        category = data.columns[j].is_category
        distance = total_variation if category else kolmogorov_smirnov
        counts = resampling.count(*column_cells(data, j))
        score = tv_complement if category else ks_complement
        scores["value"].append(score(data.train[:, j], data.synthetic[:, j]))
        scores["redrawn"].append(1 - resampling.redrawn(counts, distance))
        scores["ceiling"].append(1 - resampling.ceiling_distance(counts, distance))
    scores = {name: np.array(values) for name, values in scores.items()}
    scores["redrawn"] = scores["redrawn"].T
    scores["counted"] = np.ones(len(data.compared), bool)
    scores["mean_ceiling"] = scores["ceiling"].mean()
    names = [data.columns[j].name for j in data.compared]
    worst = [data.compared[k] for k in np.argsort(scores["value"] - scores["ceiling"], kind="stable")[:SHOWN]]
    pictures = charts.histograms(
        "Their values, real and synthetic, in common bins", [charts.panel(data, j) for j in worst]
    )
    counted = f"{len(names)} column{'s' * (len(names) > 1)}"
    words = {"title": "Column shapes", "thing": "column", "things": "columns", "counted": counted}
    listing = [[name, v, c] for name, v, c in zip(names, scores["value"], scores["ceiling"], strict=True)]
    table = charts.table("Score of each column", ["column", "score", "fresh real rows"], listing)
    evidence = {"mean": {"tables": [table]}, "worst": {"charts": [pictures]}}
    return score_findings(SHAPES, words, names, resampling, scores, data, evidence)


def column_cells(data, j):
    """Cells of column j in each table, the last one for missing values, and their number."""
    tables = {name: table[:, j] for name, table in data.tables.items()}
    if data.columns[j].is_category:
        size = len(data.columns[j].labels)
        return {name: np.where(np.isnan(v), size, v).astype(int) for name, v in tables.items()}, size + 1
    present = np.concatenate([data.train[:, j], data.synthetic[:, j]])
    present = np.unique(present[~np.isnan(present)])
    if len(present) > GRID:
        present = np.unique(np.quantile(present, np.linspace(0, 1, GRID), method="nearest"))
    codes = {name: np.searchsorted(present, v) for name, v in tables.items()}
    size = len(present)  # values above the grid share one cell; missing ones have the next
    return {name: np.where(np.isnan(tables[name]), size + 1, code) for name, code in codes.items()}, size + 2


SHAPES = Check(
    "fidelity.shapes",
    "Column shapes",
    column_shapes,
    thresholds={"fidelity.shapes": 0.03, "fidelity.shapes.worst": 0.1},
)
CHECKS = [SHAPES]

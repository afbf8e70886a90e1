"""Do the outcomes of each group contradict the other columns more often in synthetic rows than in real ones?

Labels that are flipped for some rows of a group hardly move its rate when as many go one way as the other. They stand
out against what the other columns tell: boosted trees learn the outcome from real rows, and where they are sure and
the row disagrees, the label is suspect. Real rows disagree, too; what counts is how much more the synthetic ones do.
"""

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from augment.auditing import charts
from augment.auditing.check import Check, Finding, NotAssessed
from augment.auditing.detection import boosted
from augment.auditing.encoding import for_trees, splittable
from augment.auditing.groups import MIN_GROUP, listed_rows
from augment.auditing.intervals import z_value
from augment.auditing.outcome import outcome_of
from augment.auditing.outcomes import comparable, outcome_groups, standing

MAX_ROWS = 20_000
MAX_CLASSES = 6  # classes that the trees tell apart: the commonest, and the others as one
FOLDS = 3
ITERATIONS = 30
CAUTION = 0.02  # keeps rows of which the trees are all but certain from counting without bound


def labels(data, rng):
    """For each protected column, the share of labels in a group that look flipped, beyond those of real rows."""
    outcome, found = outcome_of(data), outcome_groups(data)
    others = [j for j in data.compared if j != data.target]
    if not others:
        raise NotAssessed("Needs a column beside the target.")
    rows, parts = _contradictions(data, outcome, others, rng)
    return [_finding(data, outcome, groups, rows, parts, len(found)) for groups in found]


def flipped_share(train, synthetic):
    """Share of flipped labels in synthetic rows beyond that in train, and its standard error.

    With a chance e that a label differs from the trees' guess, and a share f of labels flipped to another of K classes,
    it differs with chance e + f (1 - e K / (K - 1)). Both sides are weighted by their information and summed; f is
    their ratio. The train rows' own ratio, which the trees' errors in judging themselves make, is taken off.

    Parameters
    ----------
    train, synthetic : (ndarray, ndarray)
        For each row, the weighted excess of a contradiction over its chance, and the weighted slope.

    Examples
    --------
    >>> excess = np.repeat([-0.1, 0.9], [90, 10]), np.repeat([-0.1, 0.9], [80, 20])
    >>> share, error = flipped_share((excess[0], np.full(100, 0.8)), (excess[1], np.full(100, 0.8)))
    >>> round(float(share), 3), round(float(error), 3)
    (0.125, 0.067)
    """
    ratios = [excess.sum() / slope.sum() for excess, slope in (train, synthetic)]
    spreads = [np.square(e - r * s) for r, (e, s) in zip(ratios, (train, synthetic), strict=True)]
    common = np.concatenate(
        spreads
    ).mean()  # few rows may show no contradiction by chance: they have the others' spread
    variance = 0.0
    for (_, slope), spread in zip((train, synthetic), spreads, strict=True):
        variance += len(slope) * max(spread.mean(), common) / slope.sum() ** 2
    return ratios[1] - ratios[0], np.sqrt(variance)


def _contradictions(data, outcome, others, rng):
    """Rows taken of each table; and for each, weighted excess and slope (see `flipped_share`).

    Each model learns from training rows of all folds but one, and judges training and synthetic rows of that fold.
    """
    y, n_classes = _coarse(outcome)
    trees, category = for_trees(data, others)
    rows = {t: rng.permutation(np.flatnonzero(y[t] >= 0))[:MAX_ROWS] for t in ("train", "synthetic")}
    x, y = {t: trees[t][r] for t, r in rows.items()}, {t: y[t][r] for t, r in rows.items()}
    folds = {t: rng.permutation(len(r)) % FOLDS for t, r in rows.items()}
    chance = {t: np.zeros((len(r), n_classes)) for t, r in rows.items()}
    seed = int(rng.integers(2**31))
    for fold in range(FOLDS):
        fit = folds["train"] != fold
        seen = np.unique(y["train"][fit])
        model = boosted(HistGradientBoostingClassifier, category, seed, ITERATIONS)
        model = model.fit(splittable(x["train"][fit]), y["train"][fit]) if len(seen) > 1 else None
        for t in rows:
            test = np.flatnonzero(folds[t] == fold)
            if len(test):
                chance[t][np.ix_(test, seen)] = 1.0 if model is None else model.predict_proba(x[t][test])
    return rows, {t: _weighted(chance[t], y[t], n_classes) for t in rows}


def _coarse(outcome):
    """Codes of the outcome with the rarest classes as one, and how many there are."""
    counts = np.bincount(outcome.codes["train"][outcome.codes["train"] >= 0], minlength=len(outcome.classes))
    if len(counts) <= MAX_CLASSES:
        return outcome.codes, len(counts)
    place = np.full(len(counts) + 1, MAX_CLASSES - 1)
    place[np.argsort(-counts, kind="stable")[: MAX_CLASSES - 1]] = np.arange(MAX_CLASSES - 1)
    place[-1] = -1
    return {t: place[codes] for t, codes in outcome.codes.items()}, MAX_CLASSES


def _weighted(chance, y, n_classes):
    """Weighted excess and slope of each row."""
    error = np.clip(1 - chance.max(axis=1), 0, 1)
    slope = np.maximum(1 - error * n_classes / (n_classes - 1), 0)
    weight = slope / (error * (1 - error) + CAUTION)
    return weight * ((chance.argmax(axis=1) != y) - error), weight * slope


def _finding(data, outcome, groups, rows, parts, columns):
    """The finding on one protected column."""
    size = len(groups.names)
    codes = {t: groups.codes[t][r] for t, r in rows.items()}
    n = {t: np.bincount(c, minlength=size) for t, c in codes.items()}
    weight = {t: np.bincount(codes[t], parts[t][1], size) for t in rows}
    told = (weight["train"] > 0) & (weight["synthetic"] > 0)
    enough = comparable(n["train"], n["synthetic"])
    judged = enough[told[enough]]
    words = np.array([standing(n["train"][g], n["synthetic"][g]) for g in range(size)], object)
    words[enough[~told[enough]]] = "no: the other columns tell nothing"
    common = {
        "id": f"{LABELS.id}.{groups.title}",
        "pillar": "bias",
        "title": f"Largest share of {outcome.target} flipped in a group of {groups.title}, beyond real rows",
    }
    if not len(judged):
        reason = f"No group of {groups.title!r} has {MIN_GROUP} training rows whose outcome the other columns foretell."
        tables = [_listing(groups, n, {}, words)]
        return Finding(missing=reason, message=reason, evidence={"tables": tables}, **common)
    z, bounds = z_value(comparisons=len(judged) * columns), {}
    for g in judged:
        own = [tuple(part[codes[t] == g] for part in parts[t]) for t in ("train", "synthetic")]
        share, error = flipped_share(*own)
        bounds[g] = [float(np.clip(end, -1, 1)) for end in (share, share - z * error, share + z * error)]
    order = sorted(judged, key=lambda g: (-bounds[g][1], -bounds[g][0]))
    found = [{"name": groups.names[g], **dict(zip(("value", "low", "high"), bounds[g], strict=True))} for g in order]
    first, threshold = found[0], data.thresholds[LABELS.id]
    ends = max(b[1] for b in bounds.values()), max(b[2] for b in bounds.values())
    judgement = {"value": first["value"], "interval": ends, "threshold": threshold}
    chart = charts.intervals("Share of labels flipped, beyond real rows", found[:20], axis=(-1, 1), threshold=threshold)
    return Finding(
        **common,
        **judgement,
        goal="lower",
        method=f"ratio of sums over {FOLDS} folds of boosted trees, for all groups at once",
        n={t: len(r) for t, r in rows.items()},
        worst=found[:12],
        message=f"In {first['name']}, {outcome.target} contradicts the other columns as if {first['value']:.1%} more "
        f"of its labels were flipped than in real rows [{first['low']:.1%}, {first['high']:.1%}]; at most "
        f"{threshold:.1%} wanted.{_sampled(data, rows)}",
        evidence={"charts": [chart], "tables": [_listing(groups, n, bounds, words)]},
    )


def _sampled(data, rows):
    """A sentence where not all rows took part because there are many."""
    return (
        f" From a sample of {MAX_ROWS:,} rows."
        if any(len(r) == MAX_ROWS < data.sizes[t] for t, r in rows.items())
        else ""
    )


def _listing(groups, n, bounds, words):
    """Every group, judged or not."""
    columns = ["group", "train rows used", "synthetic rows used", "flipped beyond real", "low", "high", "judged"]

    def row(g):
        return [groups.names[g], n["train"][g], n["synthetic"][g], *bounds.get(g, ["", "", ""]), words[g]]

    return charts.table(f"Labels of {groups.title}", columns, listed_rows(groups, row, len(columns)))


LABELS = Check(
    "bias.labels",
    "Labels against the other columns",
    labels,
    needs=("target", "protected"),
    thresholds={"bias.labels": 0.02},
)
CHECKS = [LABELS]

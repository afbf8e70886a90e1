"""Do the synthetic rows lie where real rows lie, and everywhere real rows lie? Precision, recall, density, coverage.

A ball around each row that reaches to its k-th neighbour stands for the place where rows like it lie. Precision is the
share of synthetic rows in a ball of a real row, recall the share of real rows in a ball of a synthetic row
(Kynkäänniemi et al. 2019); density is the number of real balls that hold a synthetic row, over k, and coverage the
share of real balls that hold a synthetic row (Naeem et al. 2020).
"""

import numpy as np
from sklearn.neighbors import NearestNeighbors

from augment.auditing import charts
from augment.auditing.check import Check, Finding, NotAssessed
from augment.auditing.encoding import for_distances
from augment.auditing.intervals import z_value

NEIGHBOURS = 5
MAX_ROWS, MIN_ROWS = 5_000, 50  # rows of each kind
WORK = 2e9  # products that one matrix of distances may take: fewer rows where there are many columns
GROUPS = 40  # of synthetic rows, left out one at a time for the error
CLOSE = 1e-9  # squared distances nearer than this are equal
MEASURES = {
    "precision": "share of rows where real rows lie",
    "recall": "share of real rows where such rows lie",
    "density": "real neighbourhoods around a row, over k",
    "coverage": "share of real neighbourhoods with such a row",
}


def joint_coverage(data, rng):
    """Precision, recall, density and coverage of synthetic rows, each beside that of real rows.

    With a holdout, holdout rows are the real ones that both synthetic and training rows are held against, so that
    copies of training rows gain nothing. Without one, training rows are cut in two.
    """
    if not data.compared:
        raise NotAssessed("Every column names rows; none is left to compare.")
    rows, held = _choose(data, rng)
    points = for_distances(data, data.compared, rows)
    real, fresh = (points["holdout"], points["train"]) if held else np.split(points["train"], 2)
    found = {}
    for kind, other in (("synthetic", points["synthetic"]), ("fresh", fresh)):
        found[kind] = neighbourhoods(real, other, rng.permutation(len(other)) % GROUPS)
    return [_finding(data, measure, found, len(real), held) for measure in MEASURES]


def _choose(data, rng):
    """Rows to take from each table, as many of each kind, and whether the holdout is what they are held against."""
    held = data.holdout is not None and len(data.holdout) >= MIN_ROWS
    width = sum(min(len(data.columns[j].labels), 50) + 2 if data.columns[j].is_category else 2 for j in data.compared)
    real = min(len(data.train), len(data.holdout)) if held else len(data.train) // 2
    m = min(real, len(data.synthetic), MAX_ROWS, int(np.sqrt(WORK / width)))
    if m < MIN_ROWS:
        raise NotAssessed(f"Needs {MIN_ROWS} synthetic rows, and {MIN_ROWS} holdout or {2 * MIN_ROWS} training rows.")
    take = {"train": m if held else 2 * m, "synthetic": m, "holdout": m if held else 0}
    rows = {name: rng.permutation(size)[: take[name]] for name, size in data.sizes.items() if take[name]}
    return rows, held


def neighbourhoods(real, other, groups, k=NEIGHBOURS):
    """The four measures of `other` rows against as many `real` ones, and the errors that `other` rows bring.

    The errors are those for the given real rows: they leave out one group of other rows at a time (jackknife), with the
    balls as they are.

    Parameters
    ----------
    real, other : ndarray of shape (rows, features) and (others, features)
    groups : ndarray of int, shape (others,)
    k : int, default=5

    Returns
    -------
    dict of str to (float, float)
        Value and standard error of "precision", "recall", "density" and "coverage".

    Examples
    --------
    >>> real = np.arange(10.0)[:, None]
    >>> found = neighbourhoods(real, real + 100, np.arange(10) % 5, k=2)
    >>> {name: value for name, (value, error) in found.items()}
    {'precision': 0.0, 'recall': 0.0, 'density': 0.0, 'coverage': 0.0}
    """
    k = min(k, len(real) - 1, len(other) - 1)
    real_radius, other_radius = (_squared_radius(points, k) for points in (real, other))
    order = np.argsort(groups, kind="stable")
    other, other_radius, groups = other[order], other_radius[order], groups[order]
    starts = np.flatnonzero(np.diff(groups, prepend=-1))
    held = np.zeros(len(other))  # real balls that hold each other row
    recalled, covered = [], []
    step = max(1, 4_000_000 // len(other))
    for i in range(0, len(real), step):
        distance = _squared_distances(real[i : i + step], other)
        inside = distance <= real_radius[i : i + step, None] + CLOSE
        held += inside.sum(axis=0)
        covered.append(np.add.reduceat(inside, starts, axis=1, dtype="int32"))
        recalled.append(np.add.reduceat(distance <= other_radius + CLOSE, starts, axis=1, dtype="int32"))
    measures = {"precision": _mean_with_error(held > 0), "density": _mean_with_error(held / k)}
    measures |= {
        name: _share_held(np.concatenate(parts)) for name, parts in (("recall", recalled), ("coverage", covered))
    }
    return {name: measures[name] for name in MEASURES}


def _squared_radius(points, k):
    """Squared distance of each point to its k-th neighbour."""
    return NearestNeighbors(n_neighbors=k, algorithm="brute").fit(points).kneighbors()[0][:, -1] ** 2


def _squared_distances(first, second):
    squares = (first**2).sum(axis=1)[:, None] + (second**2).sum(axis=1)
    return np.maximum(squares - 2 * first @ second.T, 0)


def _mean_with_error(values):
    return float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))


def _share_held(counts):
    """Share of rows with a count in any group, and its jackknife error over the groups; counts: (rows, groups)."""
    total = counts.sum(axis=1)
    without = np.array([(total > counts[:, g]).mean() for g in range(counts.shape[1])])
    g = len(without)
    return float((total > 0).mean()), float(np.sqrt((g - 1) / g * ((without - without.mean()) ** 2).sum()))


def _finding(data, measure, found, m, held):
    """The finding on one measure."""
    identity = f"{JOINT.id}.{measure}"
    (value, error), (ceiling, real_error) = found["synthetic"][measure], found["fresh"][measure]
    half = max(z_value() * np.hypot(error, real_error), 3 / m)
    top = np.inf if measure == "density" else 1.0
    interval = (max(value - half, 0.0), min(value + half, top))
    source = "training rows against holdout rows" if held else "one half of the training rows against the other"
    row = {"name": measure, "value": value, "low": interval[0], "high": interval[1], "mark": ceiling}
    axis = (0, max(1.0, 1.1 * max(interval[1], ceiling)))
    beware = "" if held or measure not in ("precision", "density") else " Copies of training rows raise it."
    return Finding(
        id=identity,
        pillar="fidelity",
        title=f"{measure.capitalize()} ({MEASURES[measure]})",
        value=value,
        interval=interval,
        threshold=ceiling - data.thresholds[identity],
        ceiling=ceiling,
        method=f"error over rows, leaving groups of rows out; ceiling from {source}",
        n={"synthetic": m, **({"holdout": m, "train": m} if held else {"train": 2 * m})},
        message=f"{measure.capitalize()} of the synthetic rows is {value:.3f} with {NEIGHBOURS} neighbours; fresh real "
        f"rows have {ceiling:.3f} ({m:,} rows of each).{beware}",
        evidence={"charts": [charts.intervals(f"{measure.capitalize()}", [row], axis=axis, mark="fresh real rows")]},
    )


JOINT = Check(
    "fidelity.joint",
    "Joint coverage",
    joint_coverage,
    thresholds={
        "fidelity.joint.precision": 0.1,
        "fidelity.joint.recall": 0.1,
        "fidelity.joint.density": 0.2,
        "fidelity.joint.coverage": 0.1,
    },
)
CHECKS = [JOINT]

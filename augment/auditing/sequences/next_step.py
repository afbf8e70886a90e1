"""Does what was learned from synthetic sequences foretell the next step of real ones? The predictive score, judged.

The published score (Yoon, Jarrett and van der Schaar, NeurIPS 2019) is the mean absolute error of a small recurrent
network on real sequences. Beside what the same learner makes of as many real training sequences it is a comparison, on
a holdout that neither has seen.
"""

import numpy as np
from sklearn.ensemble import HistGradientBoostingRegressor

from augment.auditing import charts
from augment.auditing.check import Check, Finding, NotAssessed
from augment.auditing.detection import boosted
from augment.auditing.encoding import splittable
from augment.auditing.images.usefulness import drift_scale
from augment.auditing.intervals import z_value
from augment.auditing.sequences.data import NOTHING
from augment.auditing.sequences.ngrams import surprises

BACK = 3  # steps that are looked back
STEPS = 20_000  # that trees learn from
FITS = 3
HOLDOUT = 3_000  # sequences
LABELS = 1_000  # categories; the rarer ones are one
SOURCES = {"real": "train", "synthetic": "synthetic"}


def next_step(data, rng):
    """Growth of the error of foretelling the next step, learned from synthetic over learned from as many real ones.

    What is foretold is the last channel of numbers, by boosted trees from the last three steps of all channels; where
    there is none, the first channel of categories, the end included, by counts of what follows the last three, and the
    error is minus the logarithm of the probability, in nats. Each learner is fitted to `FITS` bootstrap samples of
    sequences; the interval adds their spread to the error of a finite holdout, over which both are paired.
    """
    if not data.channels:
        raise NotAssessed(NOTHING)
    if data.longest < 2:
        raise NotAssessed("No sequence has two steps.")
    foretell, what, unit = _learner(data)
    held = data.sequences["holdout"].take(rng.permutation(data.sizes["holdout"])[:HOLDOUT])
    m = min(data.sizes["train"], data.sizes["synthetic"])
    errors = {}
    for source, name in SOURCES.items():
        rows = rng.permutation(data.sizes[name])[:m]
        fits = [foretell(data.sequences[name].take(rng.choice(rows, m)), held, data, rng) for _ in range(FITS)]
        errors[source], counts = np.array([fit for fit, _ in fits]), fits[0][1]
    if not counts.sum():
        raise NotAssessed("No holdout sequence has two steps with a value.")
    if not errors["real"].any():
        raise NotAssessed(f"What real sequences teach foretells {what} without an error that could grow.")
    return [_finding(data, errors, counts, what, unit, m)]


def _learner(data):
    if data.numeric:
        return by_trees, data.channels[data.numeric[-1]].name, "mean absolute error"
    return by_counts, data.channels[data.categorical[0]].name, "nats a step"


def by_trees(learned, tested, data, rng):
    """Sums over each tested sequence of the absolute errors of the next value, and of the steps foretold."""
    x, y, _ = _pairs(learned, data)
    if len(y) > STEPS:
        kept = rng.permutation(len(y))[:STEPS]
        x, y = x[kept], y[kept]
    asked, truth, owners = _pairs(tested, data)
    if not len(y):
        raise NotAssessed("Some part has no two consecutive steps with a value.")
    category = np.array([column.is_category for column in data.channels] * BACK + [False] * data.timed)
    model = boosted(HistGradientBoostingRegressor, category, int(rng.integers(2**31))).fit(splittable(x), y)
    wrong = np.abs(model.predict(asked) - truth) if len(truth) else truth
    n = len(tested)
    return np.bincount(owners, wrong, n), np.bincount(owners, minlength=n)


def _pairs(part, data):
    """Features, the change to the next step and its sequence, where both values are there."""
    j, steps = data.numeric[-1], part.followed
    limit = np.array([250.0 if column.is_category else np.inf for column in data.channels])
    values, blocks = np.minimum(part.values, limit), []
    for back in range(BACK):
        before = np.full((len(steps), values.shape[1]), np.nan)
        inside = part.places[steps] >= back
        before[inside] = values[steps[inside] - back]
        blocks.append(before)
    if data.timed:
        blocks.append((part.times[steps + 1] - part.times[steps])[:, None])
    change = values[steps + 1, j] - values[steps, j]
    there = ~np.isnan(change)
    return np.concatenate(blocks, axis=1)[there], change[there], part.owners[steps][there]


def by_counts(learned, tested, data, rng):
    """Sums over each tested sequence of the surprises of its steps, and of the steps."""
    j = data.categorical[0]
    size = min(len(data.channels[j].labels), LABELS) + 2

    def coded(part):
        codes = part.values[:, j]
        return np.where(np.isnan(codes), size - 1, np.minimum(np.nan_to_num(codes), size - 2)).astype(int), part.owners

    found, owners = surprises(coded(learned), coded(tested), size)
    n = len(tested)
    return np.bincount(owners, found, n), np.bincount(owners, minlength=n)


def growth(errors):
    """Error of synthetic over that of real, less one, and its interval.

    Parameters
    ----------
    errors : dict of str to ndarray of shape (fits, n)
        Sums of errors of each holdout sequence, for "real" and "synthetic".

    Examples
    --------
    >>> errors = np.random.default_rng(0).uniform(1, 2, (3, 100))
    >>> value, low, high = growth({"real": errors, "synthetic": errors * 1.5})
    >>> round(value, 3), bool(low < value < high)
    (0.5, True)
    """
    mean = {source: own.mean(axis=0) for source, own in errors.items()}
    total, n = mean["real"].sum(), len(mean["real"])
    ratio = mean["synthetic"].sum() / total
    moved = (mean["synthetic"] - ratio * mean["real"]) / total
    fits = [errors["synthetic"].sum(axis=1) / total, ratio * errors["real"].sum(axis=1) / total]
    spread = np.sqrt(np.mean([fit.var(ddof=1) for fit in fits]))
    half = z_value() * np.hypot(drift_scale(FITS) * spread, moved.std() * np.sqrt(n))
    return float(ratio - 1), float(ratio - 1 - half), float(ratio - 1 + half)


def _finding(data, errors, counts, what, unit, m):
    value, low, high = growth(errors)
    mean = {source: float(own.mean(axis=0).sum() / counts.sum()) for source, own in errors.items()}
    rows = [[f"learned from {source} sequences", own] for source, own in mean.items()]
    return Finding(
        id=NEXT.id,
        pillar=NEXT.pillar,
        title=f"Foretelling the next step of {what}: growth of the error",
        value=value,
        interval=(low, high),
        goal="lower",
        threshold=data.thresholds[NEXT.id],
        ceiling=0.0,
        reference=mean["real"],
        reference_name=f"{unit}, learned from real sequences",
        method=f"{FITS} fits of bootstrap samples of each, paired over the holdout sequences",
        n={"train": m, "synthetic": m, "holdout": len(counts)},
        message=f"What synthetic sequences teach foretells {what} a step ahead with {mean['synthetic']:.4g} ({unit}), "
        f"and what as many real ones teach with {mean['real']:.4g}, on the holdout.",
        evidence={"tables": [charts.table(f"Foretelling {what}", ["learner", unit], rows)]},
    )


NEXT = Check(
    "utility.next_step",
    "Foretelling the next step",
    next_step,
    needs=("holdout",),
    thresholds={"utility.next_step": 0.1},
)
CHECKS = [NEXT]

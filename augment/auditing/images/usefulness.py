"""Is a classifier trained on synthetic images alone as good as one trained on real ones, tested on the holdout?

The classification accuracy score (Ravuri and Vinyals 2019), beside the accuracy that real images teach the same network
in the same number of steps.
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from augment.auditing import charts
from augment.auditing.check import LEVEL, Check, Finding
from augment.auditing.images import classifier
from augment.auditing.intervals import wilson_interval, z_value

REPEATS = 3
HOLDOUT = 10_000  # images at most
SOURCES = {"real": "real images", "synthetic": "synthetic images"}


def accuracy_score(data, rng):
    """Accuracy on the holdout of training on synthetic less that of training on as many real images.

    Each arm is fitted to `REPEATS` bootstrap samples of its images, each from other weights, and its accuracy is the
    mean of theirs. Their spread holds both what other images of the same kind and what another seed would change; the
    interval adds it, for both arms, to the error of a finite holdout, over which the two arms are paired.
    """
    return [_finding(data, tested(data))]


@dataclass(frozen=True)
class Trial:
    """Whether each holdout image is told rightly by each fit of each arm.

    Attributes
    ----------
    right : dict of str to ndarray of bool, shape (repeats, n)
        For "real" and "synthetic".
    truth, held : ndarray of int, shape (n,)
        Labels, and places in the holdout.
    m : int
        Images that each arm learned from.
    """

    right: dict
    truth: np.ndarray
    held: np.ndarray
    m: int


def tested(data):
    """The fits of both arms: made by the first check that asks, and kept with `data` for the next.

    Their generator is their own, so that they are the same whichever check asks.
    """
    kept = vars(data)
    if "tested" not in kept:
        kept["tested"] = _fitted_and_tested(data, np.random.default_rng([data.seed, *b"tested"]))
    return kept["tested"]


def _fitted_and_tested(data, rng):
    classifier.learnable(data)
    m = min(data.sizes["train"], data.sizes["synthetic"], classifier.ROWS)
    held = rng.permutation(data.sizes["holdout"])[:HOLDOUT]
    images, truth = data.pixels("holdout", held, classifier.MOST), data.labels["holdout"][held]
    right = {}
    for source, name in (("real", "train"), ("synthetic", "synthetic")):
        rows = rng.permutation(data.sizes[name])[:m]
        learned, labels = data.pixels(name, rows, classifier.MOST), data.labels[name][rows]
        right[source] = np.array([_tested(data, learned, labels, images, truth, rng) for _ in range(REPEATS)])
    return Trial(right, truth, held, m)


def _tested(data, images, labels, tested, truth, rng):
    """Whether each holdout image is told rightly by a classifier of a bootstrap sample."""
    drawn = rng.integers(len(images), size=len(images))
    return classifier.network(data).fit(images[drawn], labels[drawn], rng).look(tested)[0] == truth


def gap(right):
    """Accuracy of synthetic less that of real, and its interval.

    Parameters
    ----------
    right : dict of str to ndarray of bool, shape (repeats, n)
        Whether each holdout image was told rightly, for "real" and "synthetic".

    Returns
    -------
    (float, float, float)

    Notes
    -----
    With s^2 the variance of a fit's accuracy, pooled over the arms, the mean of r fits of samples of one set of images
    has at most the variance s^2 (1 + 1 / r) about what the population would give.

    Examples
    --------
    >>> same = np.tile([True, False], (3, 50))
    >>> gap({"real": same, "synthetic": same})
    (0.0, 0.0, 0.0)
    """
    fits, n = right["real"].shape
    difference = right["synthetic"].mean(axis=0) - right["real"].mean(axis=0)
    spread = np.sqrt(np.mean([part.mean(axis=1).var(ddof=1) for part in right.values()]))
    half = z_value() * np.hypot(drift_scale(fits) * spread, difference.std() / np.sqrt(n))
    return float(difference.mean()), float(difference.mean() - half), float(difference.mean() + half)


def drift_scale(fits):
    """What the deviation of one fit is multiplied by for the error of the difference of the two arms' means.

    Widened for the few fits that it comes from: with it a normal interval is as wide as Student's.
    """
    return stats.t.isf((1 - LEVEL) / 2, 2 * (fits - 1)) / z_value() * np.sqrt(2 * (1 + 1 / fits))


def worthless(found):
    """A sentence where real images do not teach the classifier its labels; empty where they do."""
    right, commonest = found.right["real"], commonest_share(found.truth)
    if wilson_interval(float(right.mean()), right.shape[1])[0] > commonest:
        return ""
    return (
        f"The classifier trained on real images tells {right.mean():.3f} of the holdout rightly, not proved better "
        f"than always saying the commonest class ({commonest:.3f}), so the worth of synthetic images cannot be told."
    )


def commonest_share(truth):
    """Share of the commonest label."""
    return float(np.bincount(truth).max() / len(truth))


def _finding(data, found):
    right, truth, m = found.right, found.truth, found.m
    accuracy = {source: float(part.mean()) for source, part in right.items()}
    rows = [_row(source, part) for source, part in right.items()]
    common = {
        "id": ACCURACY.id,
        "pillar": "utility",
        "title": "Classification accuracy score: accuracy gained or lost",
        "n": {"train": m, "synthetic": m, "holdout": len(truth)},
        "reference": accuracy["real"],
        "reference_name": "trained on real images",
        "evidence": {
            "charts": [charts.intervals("Accuracy on the holdout", rows, axis=(0, 1))],
            "tables": [_recalls(data, right, truth)],
            "facts": {
                "synthetic_over_real": accuracy["synthetic"] / max(accuracy["real"], 1e-12),
                "mean_recall_real": _mean_recall(right["real"], truth),
                "mean_recall_synthetic": _mean_recall(right["synthetic"], truth),
                "always_the_commonest_class": commonest_share(truth),
                "steps": classifier.STEPS,
                "fits_of_each": REPEATS,
            },
        },
    }
    reason = worthless(found)
    if reason:
        return Finding(missing=reason, message=reason, **common)
    value, low, high = gap(right)
    return Finding(
        value=value,
        interval=(low, high),
        threshold=-data.thresholds[ACCURACY.id],
        ceiling=0.0,
        method=f"{REPEATS} fits of bootstrap samples of each, paired over the holdout images",
        message=f"A small network trained on synthetic images alone tells {accuracy['synthetic']:.3f} of the holdout "
        f"rightly, and {accuracy['real']:.3f} when trained on as many real images in as many steps.",
        **common,
    )


def _row(source, right):
    """Accuracy with an interval, of the holdout's size alone."""
    low, high = wilson_interval(float(right.mean()), right.shape[1])
    return {"name": f"trained on {SOURCES[source]}", "value": float(right.mean()), "low": low, "high": high}


def _mean_recall(right, truth):
    return float(np.mean([right[:, truth == k].mean() for k in np.unique(truth)]))


def _recalls(data, right, truth):
    """Recall of each class by both, and their difference with its interval; the classes that lose most stand first."""
    present, rows = np.unique(truth), []
    for k in present:
        own = {source: part[:, truth == k] for source, part in right.items()}
        if own["real"].shape[1] < 2:
            continue
        value, low, high = gap(own)
        rows.append(
            [data.classes[k], *(float(part.mean()) for part in own.values()), value, low, high, own["real"].shape[1]]
        )
    rows.sort(key=lambda row: row[3])
    columns = ["class", "recall, trained on real", "trained on synthetic", "gain", "low", "high", "holdout images"]
    return charts.table("Recall of each class (each interval for itself)", columns, rows)


ACCURACY = Check(
    "utility.accuracy",
    "Classification accuracy score",
    accuracy_score,
    needs=("holdout", "labels"),
    thresholds={"utility.accuracy": 0.05},
)
CHECKS = [ACCURACY]

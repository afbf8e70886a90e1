"""Is a model trained on synthetic rows as good as one trained on real rows, when both are tested on the holdout?"""

import numpy as np

from augment.auditing import charts
from augment.auditing.check import Check, Finding
from augment.auditing.intervals import z_value
from augment.auditing.learners import KINDS, SOURCES, learners

REDRAWS = 400
TRAINED_ON = {
    "real": "real rows",
    "synthetic": "synthetic rows",
    "augmented": "real and synthetic rows",
    "rival": "real and interpolated rows",
}
COMPARISONS = (("synthetic", "real"), ("augmented", "real"), ("augmented", "rival"), ("rival", "real"))


def usefulness(data, rng):
    """Score of training on synthetic less score of training on real rows, for boosted trees and for a linear model.

    The score is the area under the ROC curve for classes (each class against the rest, averaged) and R2 for numbers.
    The interval adds two sources: which rows the holdout happens to have (a paired bootstrap over them), and which rows
    a table of real rows happens to have (models refitted on bootstrap samples of the training rows). The verdict is one
    of non-inferiority: training on synthetic rows may lose no more than the threshold. What synthetic rows add to the
    real ones, beside what interpolated rows add (the cheap rival), is shown and not judged: adding is not what every
    table is made for.
    """
    trained = learners(data)
    n = len(trained.task.y["holdout"])
    weights = np.vstack([np.ones(n), rng.multinomial(n, np.full(n, 1 / n), REDRAWS)])
    return [_compare(kind, trained, weights, data) for kind in KINDS]


def _compare(kind, trained, weights, data):
    """The finding for one kind of model."""
    task, whole = trained.task, np.ones((1, weights.shape[1]))
    scores = {s: score(task.y["holdout"], trained.guesses[kind, s], task.classes, weights) for s in SOURCES}
    drift = trained.training_error(kind, lambda guess: score(task.y["holdout"], guess, task.classes, whole)[0])
    rows = [_row(f"trained on {TRAINED_ON[s]}", scores[s], drift / np.sqrt(2)) for s in SOURCES]
    gaps = [_row(f"{TRAINED_ON[a]} less {TRAINED_ON[b]}", scores[a] - scores[b], drift) for a, b in COMPARISONS]
    return _finding(kind, trained, data, rows, gaps)


def _row(name, redrawn, drift):
    """A score, the first of its redraws, with the interval of both sources of error."""
    half = z_value() * np.hypot(redrawn[1:].std(), drift)
    return {"name": name, "value": redrawn[0], "low": redrawn[0] - half, "high": redrawn[0] + half}


def _finding(kind, trained, data, rows, gaps):
    """The loss with its interval, unless real rows themselves teach nothing that the holdout confirms."""
    task, words = trained.task, KINDS[kind]
    real, synthetic, augmented, rival = (row["value"] for row in rows)
    chance = 0.0 if task.classes is None else 0.5
    listing = [[row["name"], row["value"], row["low"], row["high"]] for row in gaps]
    common = {
        "id": f"{USEFULNESS.id}.{kind}",
        "pillar": USEFULNESS.pillar,
        "title": f"{words}: {task.score_name} gained or lost",
        "n": {name: len(r) for name, r in task.rows.items()},
        "reference": real,
        "reference_name": "trained on train rows",
        "evidence": {
            "charts": [charts.intervals(f"{task.score_name} on the holdout", rows, axis=_axis(rows, chance))],
            "tables": [charts.table(f"Gains of {task.score_name}", ["comparison", "gain", "low", "high"], listing)],
        },
    }
    if rows[0]["low"] <= chance:
        reason = (
            f"{words} trained on real rows: {task.score_name} {real:.3f} on the holdout, not proved better than "
            f"guessing, so the worth of synthetic rows for predicting {task.column.name!r} cannot be told."
        )
        return Finding(missing=reason, message=reason, **common)
    message = (
        f"{words} predicting {task.column.name!r}: {task.score_name} {synthetic:.3f} when trained on synthetic rows, "
        f"{real:.3f} when trained on as many real rows. Added to the real rows, synthetic ones give {augmented:.3f} "
        f"and interpolated ones {rival:.3f}.{task.left_out(data)}"
    )
    return Finding(
        value=gaps[0]["value"],
        interval=(gaps[0]["low"], gaps[0]["high"]),
        goal="higher",
        threshold=-data.thresholds[f"{USEFULNESS.id}.{kind}"],
        message=message,
        method="paired bootstrap over holdout rows, and refits on bootstrap samples of the training rows",
        **common,
    )


def _axis(rows, chance):
    values = [row[end] for row in rows for end in ("low", "high")]
    return max(min([chance, *values]), -1.0), max(1.0, *values)


def score(truth, guess, classes, weights, budget=8_000_000):
    """R2, or the mean over classes of the AUC against the rest, for each row of weights.

    Parameters
    ----------
    truth : ndarray of shape (n,)
    guess : ndarray of shape (n, 1) or (n, classes)
    classes : ndarray of shape (classes,) or None
    weights : ndarray of shape (redraws, n)

    Examples
    --------
    >>> truth = np.array([0.0, 0, 1, 1])
    >>> guess = np.array([[0.9, 0.1], [0.6, 0.4], [0.65, 0.35], [0.2, 0.8]])
    >>> score(truth, guess, np.array([0.0, 1.0]), np.ones((1, 4)))
    array([0.75])
    """
    if classes is None:
        total = weights.sum(axis=1)
        mean = weights @ truth / total
        spread = weights @ truth**2 / total - mean**2
        return 1 - (weights @ (truth - guess[:, 0]) ** 2 / total) / np.maximum(spread, 1e-300)
    judged = range(1, 2) if len(classes) == 2 else range(len(classes))
    step = max(1, budget // len(truth))
    parts = [weights[i : i + step] for i in range(0, len(weights), step)]
    return np.concatenate(
        [np.mean([_weighted_auc(truth == classes[k], guess[:, k], part) for k in judged], axis=0) for part in parts]
    )


def _weighted_auc(positive, scores, weights):
    """AUC for each row of weights; equal scores count one half."""
    order = np.argsort(scores, kind="stable")
    _, starts = np.unique(scores[order], return_index=True)
    w_positive = np.add.reduceat(weights[:, order] * positive[order], starts, axis=1)
    w_negative = np.add.reduceat(weights[:, order] * ~positive[order], starts, axis=1)
    below = np.cumsum(w_negative, axis=1) - w_negative / 2
    pairs = w_positive.sum(axis=1) * w_negative.sum(axis=1)
    return np.where(pairs > 0, (w_positive * below).sum(axis=1) / np.maximum(pairs, 1e-300), 0.5)


USEFULNESS = Check(
    "utility",
    "Training on synthetic rows",
    usefulness,
    needs=("holdout", "target"),
    thresholds={"utility.boosting": 0.02, "utility.linear": 0.02},
)
CHECKS = [USEFULNESS]

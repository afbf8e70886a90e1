"""Is a model trained on synthetic rows as good as one trained on real rows, when both are tested on the holdout?"""

import warnings

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge

from augment.auditing import charts
from augment.auditing.check import Check, Finding, NotAssessed
from augment.auditing.detection import boosted
from augment.auditing.encoding import for_linear, for_trees, splittable
from augment.auditing.intervals import z_value

MAX_ROWS = 20_000  # rows to train on
MAX_HOLDOUT = 20_000
MAX_CLASSES = 20
MIN_CLASS_ROWS = 10  # holdout rows that a class needs to be scored
REDRAWS = 500
REFITS = 5
REFIT_ROWS = 3000


def usefulness(data, rng):
    """Score of training on synthetic less score of training on real rows, for boosted trees and for a linear model.

    The score is the area under the ROC curve for classes (each class against the rest, averaged) and R2 for numbers.
    The interval adds two sources: which rows the holdout happens to have (a paired bootstrap over them), and which rows
    the two training tables happen to have (models refitted on bootstrap samples of both).
    """
    task = Task(data, rng)
    others = [j for j in data.compared if j != data.target]
    if not others:
        raise NotAssessed("Needs a column beside the target.")
    trees, category = for_trees(data, others)
    linear = for_linear(data, others)
    wide = len(others) > 100
    makers = {
        "boosting": (trees, lambda seed: _trees(task, category, seed, 30 if wide else 60)),
        "linear": (linear, lambda seed: _linear(task)),
    }
    return [_compare(name, x, maker, task, data, rng) for name, (x, maker) in makers.items()]


class Task:
    """The target of each table: numbers to predict, or classes, and the rows that take part."""

    def __init__(self, data, rng):
        self.column = data.columns[data.target]
        target = {name: table[:, data.target] for name, table in data.tables.items()}
        present = np.unique(target["train"][~np.isnan(target["train"])])
        if len(present) < 2:
            values = "one value" if len(present) else "no value"
            raise NotAssessed(f"The target {self.column.name!r} has {values} in train: there is nothing to predict.")
        few = len(present) <= 10 and (present == np.floor(present)).all()
        self.classes = self._classes(target) if self.column.is_category or few else None
        self.rows = {}
        for name, values in target.items():
            usable = ~np.isnan(values) if self.classes is None else np.isin(values, self.classes)
            self.rows[name] = rng.permutation(np.flatnonzero(usable))
        size = min(len(self.rows["train"]), len(self.rows["synthetic"]), MAX_ROWS)
        if size < 20 or len(self.rows["holdout"]) < 20:
            raise NotAssessed(f"Needs 20 rows with a value of {self.column.name!r} in each table.")
        self.rows = {t: r[: MAX_HOLDOUT if t == "holdout" else size] for t, r in self.rows.items()}
        self.y = {name: values[self.rows[name]] for name, values in target.items()}
        if self.classes is None and np.ptp(self.y["holdout"]) == 0:
            raise NotAssessed(f"The target {self.column.name!r} has one value in the holdout: no model can be scored.")

    @property
    def score_name(self):
        """What the score is called."""
        return "R2" if self.classes is None else "AUC"

    def _classes(self, target):
        """The commonest classes of the training rows that the holdout has often enough to score."""
        values, counts = np.unique(target["train"][~np.isnan(target["train"])], return_counts=True)
        common = values[np.argsort(-counts, kind="stable")][:MAX_CLASSES]
        held = np.array([(target["holdout"] == value).sum() for value in common])
        classes = np.sort(common[held >= MIN_CLASS_ROWS])
        if len(classes) < 2:
            raise NotAssessed(
                f"The target {self.column.name!r} has fewer than two classes with {MIN_CLASS_ROWS} rows in the holdout."
            )
        return classes

    def left_out(self, data):
        """A sentence about rows that took no part because of their class; empty when all did."""
        if self.classes is None:
            return ""
        seen = data.holdout[:, data.target]
        n = int((~np.isnan(seen) & ~np.isin(seen, self.classes)).sum())
        return f" {n:,} holdout rows of rare classes, or of classes that train lacks, are left out." if n else ""


def _trees(task, category, seed, iterations):
    kind = HistGradientBoostingRegressor if task.classes is None else HistGradientBoostingClassifier
    return boosted(kind, category, seed, iterations)


def _linear(task):
    return Ridge(alpha=1.0) if task.classes is None else LogisticRegression(max_iter=200)


def _predict(model, x, y, x_test, classes):
    """Predictions for the test rows: of shape (n, 1), or a probability for each class, 0 for one never seen."""
    x = splittable(x)
    if classes is None:
        return model.fit(x, y).predict(x_test)[:, None]
    result = np.zeros((len(x_test), len(classes)))
    seen = np.unique(y)
    if len(seen) == 1:
        result[:, np.searchsorted(classes, seen)] = 1.0
        return result
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        result[:, np.searchsorted(classes, seen)] = model.fit(x, y).predict_proba(x_test)
    return result


def _compare(name, x, maker, task, data, rng):
    """The finding for one kind of model."""
    seed = int(rng.integers(2**31))
    x = {table: matrix[task.rows[table]] for table, matrix in x.items()}
    truth = task.y["holdout"]
    n = len(truth)
    guess = {t: _predict(maker(seed), x[t], task.y[t], x["holdout"], task.classes) for t in ("train", "synthetic")}
    weights = np.vstack([np.ones(n), rng.multinomial(n, np.full(n, 1 / n), REDRAWS)])
    scores = {t: score(truth, guess[t], task.classes, weights) for t in guess}
    drift = _training_error(maker, x, task, rng)
    rows = []
    for t, redrawn in scores.items():
        half = z_value() * np.hypot(redrawn[1:].std(), drift / np.sqrt(2))
        rows.append(
            {"name": f"trained on {t} rows", "value": redrawn[0], "low": redrawn[0] - half, "high": redrawn[0] + half}
        )
    gap = scores["synthetic"] - scores["train"]
    half = z_value() * np.hypot(gap[1:].std(), drift)
    return _finding(name, task, data, rows, gap[0], (gap[0] - half, gap[0] + half))


def _finding(name, task, data, rows, gap, interval):
    """The gap with its interval, unless real rows themselves teach nothing that the holdout confirms."""
    words = {"boosting": "Boosted trees", "linear": "A linear model"}[name]
    real, synthetic = (row["value"] for row in rows)
    chance = 0.0 if task.classes is None else 0.5
    chart = charts.intervals(f"{task.score_name} on the holdout", rows, axis=_axis(rows, chance))
    common = {
        "id": f"{USEFULNESS.id}.{name}",
        "pillar": USEFULNESS.pillar,
        "title": f"{words}: {task.score_name} gained or lost",
        "n": {t: len(r) for t, r in task.rows.items()},
        "reference": real,
        "reference_name": "trained on train rows",
        "evidence": {"charts": [chart]},
    }
    if rows[0]["low"] <= chance:
        reason = (
            f"{words} trained on real rows: {task.score_name} {real:.3f} on the holdout, not proved better than "
            f"guessing, so the worth of synthetic rows for predicting {task.column.name!r} cannot be told."
        )
        return Finding(missing=reason, message=reason, **common)
    message = (
        f"{words} predicting {task.column.name!r}: {task.score_name} {synthetic:.3f} when trained on synthetic rows, "
        f"{real:.3f} when trained on as many real rows.{task.left_out(data)}"
    )
    return Finding(
        value=gap,
        interval=interval,
        goal="higher",
        threshold=-data.thresholds[f"{USEFULNESS.id}.{name}"],
        message=message,
        method="paired bootstrap over holdout rows, and refits on bootstrap samples of both training tables",
        **common,
    )


def _axis(rows, chance):
    values = [row[end] for row in rows for end in ("low", "high")]
    return max(min([chance, *values]), -1.0), max(1.0, *values)


def _training_error(maker, x, task, rng):
    """Standard deviation of the difference in score that comes from which rows the training tables have."""
    n = len(task.y["train"])
    m = min(n, REFIT_ROWS)
    whole = np.ones((1, len(task.y["holdout"])))
    gaps = []
    for seed in rng.integers(2**31, size=REFITS):
        pair = []
        for t in ("train", "synthetic"):
            drawn = rng.integers(len(task.y[t]), size=m)
            if len(np.unique(task.y[t][drawn])) < 2:
                drawn = np.arange(len(task.y[t]))
            guess = _predict(maker(int(seed)), x[t][drawn], task.y[t][drawn], x["holdout"], task.classes)
            pair.append(score(task.y["holdout"], guess, task.classes, whole)[0])
        gaps.append(pair[1] - pair[0])
    return float(np.std(gaps, ddof=1) * np.sqrt(m / n))


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

"""Can a classifier tell synthetic rows from real ones, and by which columns?

The classifier two-sample test (Lopez-Paz and Oquab 2017): boosted trees, cross-validated, and the area under the ROC
curve with its interval. 0.5 means that they cannot be told apart.
"""

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import StratifiedKFold

from augment.auditing import charts
from augment.auditing.check import Check, Finding, NotAssessed
from augment.auditing.encoding import for_trees, splittable
from augment.auditing.intervals import auc, z_value

MAX_ROWS = 10_000  # rows of each kind
MIN_ROWS = 50
FOLDS = 5
GIVEAWAYS = 5
REPEATED = 0.45  # AUC: trees that met a row in the other table take its copy for one of that


def boosted(kind, category, seed, iterations=60):
    """The boosted trees of every check: no early stopping, so that the same rows give the same trees."""
    return kind(
        max_iter=iterations, learning_rate=0.15, early_stopping=False, categorical_features=category, random_state=seed
    )


def detection(data, rng):
    """AUC of telling train from synthetic rows, beside that of telling train from holdout rows."""
    if not data.compared:
        raise NotAssessed("Every column names rows; none is left to compare.")
    tables, category = for_trees(data, data.compared)
    if min(len(data.train), len(data.synthetic)) < MIN_ROWS:
        raise NotAssessed(f"Needs {MIN_ROWS} training and {MIN_ROWS} synthetic rows to train a classifier on.")
    wide = tables["train"].shape[1] > 100
    rows = MAX_ROWS // 2 if wide else MAX_ROWS
    found = told_apart(tables["train"], tables["synthetic"], category, rng, rows)
    area, low, high = found["auc"], *found["interval"]
    names = [data.columns[j].name for j in data.compared]
    giveaways = _giveaways(found, names, rng) if low > 0.5 else []
    curves = [{"name": "synthetic against train", **found["curve"]}]
    listing, reference = [["synthetic against train", area, low, high]], None
    if data.holdout is not None and len(data.holdout) >= MIN_ROWS:
        real = told_apart(tables["train"], tables["holdout"], category, rng, rows)
        reference = real["auc"]
        curves.append({"name": "holdout against train", **real["curve"]})
        listing.append(["holdout against train", reference, *real["interval"]])
    beside = "" if reference is None else f" (holdout rows: {reference:.3f})"
    named = ", ".join(row["name"] for row in giveaways)
    return [
        Finding(
            id=DETECTION.id,
            pillar=DETECTION.pillar,
            title="Telling synthetic from real rows (AUC)",
            value=area,
            interval=(low, high),
            goal="lower",
            threshold=data.thresholds[DETECTION.id],
            reference=reference,
            reference_name="holdout against train",
            method=f"DeLong over {FOLDS} folds",
            n={"train": found["rows"], "synthetic": found["rows"]},
            message=f"Boosted trees tell synthetic from training rows with an AUC of {area:.3f}{beside}; "
            "0.5 is guessing."
            + (f" What gives them away: {named}." if named else "")
            + (" Far below it, synthetic rows repeat training rows." if high < REPEATED else ""),
            worst=giveaways,
            evidence={
                "charts": [
                    charts.bars("The columns that give synthetic rows away (loss of AUC when shuffled)", giveaways),
                    charts.lines("ROC curves", "real rows taken for synthetic", "synthetic rows recognised", curves),
                ],
                "tables": [charts.table("Areas under the curves", ["comparison", "AUC", "low", "high"], listing)],
            },
        )
    ]


def told_apart(first, second, category, rng, max_rows):
    """Cross-validated AUC of telling equally many rows of two tables apart, its interval, and the accuracy.

    Parameters
    ----------
    first, second : ndarray of shape (rows, columns)
    category : ndarray of bool, shape (columns,)
        Which columns are categories.
    rng : numpy.random.Generator
    max_rows : int
        Of each table.

    Returns
    -------
    dict
        "auc", "interval", "accuracy", "rows", the "curve", and of one "fold" its model and test rows.
    """
    m = min(len(first), len(second), max_rows)
    x = np.concatenate([first[rng.permutation(len(first))[:m]], second[rng.permutation(len(second))[:m]]])
    y = np.repeat([False, True], m)
    seed = int(rng.integers(2**31))
    folds, scores = [], np.empty(2 * m)
    for fit, test in StratifiedKFold(FOLDS, shuffle=True, random_state=seed).split(x, y):
        model = boosted(HistGradientBoostingClassifier, category, seed).fit(splittable(x[fit]), y[fit])
        scores[test] = model.predict_proba(x[test])[:, 1]
        folds.append((*auc(y[test], scores[test]), model, x[test], y[test]))
    area = float(np.mean([fold[0] for fold in folds]))
    half = max(z_value() * np.sqrt(sum(fold[1] for fold in folds)) / FOLDS, 3 / m)  # the rule of three
    interval = (max(area - half, 0.0), min(area + half, 1.0))
    accuracy = float(np.mean((scores > 0.5) == y))
    return {
        "auc": area,
        "interval": interval,
        "accuracy": accuracy,
        "fold": folds[0],
        "curve": _roc(y, scores),
        "rows": m,
    }


def _roc(y, scores, points=41):
    """The curve at equal steps of the false positive rate."""
    thresholds = np.sort(scores[~y])[::-1]
    rate = np.linspace(0, 1, points)
    cut = thresholds[np.minimum((rate * len(thresholds)).astype(int), len(thresholds) - 1)]
    recognised = (scores[y][None, :] > cut[:, None]).mean(axis=1)
    recognised[-1] = 1.0
    return {"x": rate.round(4).tolist(), "y": recognised.round(4).tolist()}


def _giveaways(found, names, rng, max_rows=2000):
    """Columns whose shuffling, in the test rows of one fold, costs the most AUC (permutation importance)."""
    _, _, model, x, y = found["fold"]
    keep = rng.permutation(len(x))[:max_rows]
    x, y = x[keep], y[keep]
    whole = auc(y, model.predict_proba(x)[:, 1])[0]
    losses = []
    for j in range(x.shape[1]):
        shuffled = x.copy()
        shuffled[:, j] = x[rng.permutation(len(x)), j]
        losses.append(whole - auc(y, model.predict_proba(shuffled)[:, 1])[0])
    order = np.argsort(-np.array(losses), kind="stable")[:GIVEAWAYS]
    return [{"name": names[j], "value": float(losses[j])} for j in order if losses[j] > 0.005]


DETECTION = Check(
    "fidelity.detection", "Telling synthetic from real rows", detection, thresholds={"fidelity.detection": 0.7}
)
CHECKS = [DETECTION]

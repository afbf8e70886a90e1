"""Do the synthetic rows help to guess a secret about training rows more than about rows they never came from?

A model trained on the synthetic rows guesses one column from all others. What it gets right for holdout rows, it has
learned about the population; what it gets right beyond that for training rows, the synthetic rows have remembered.
"""

import warnings
from datetime import timedelta

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor

from augment.auditing import charts
from augment.auditing.check import LEVEL, Check, Finding, NotAssessed
from augment.auditing.intervals import rate_interval, ratio_interval
from augment.auditing.neighbours import drawn

MAX_SECRETS = 6
SOME_SECRETS = 3  # where the user named neither protected columns nor a target
MAX_ROWS = 10_000  # synthetic rows to learn from
MAX_TESTED = 5000
MIN_ROWS = 20
MAX_CLASSES = 50
FEW = 10  # whole numbers with so many values are classes
TOLERANCE = 0.05  # of the interquartile range: a number guessed so well is guessed
TREES = 20
SPLITS = 15  # columns tried at each split


def inference(data, rng):
    """Risk of each secret: (right for train - right for holdout) / (1 - right for holdout) (Giomi et al. 2023).

    It is one less the ratio of two error rates, and has the interval of that ratio. The secrets are the protected
    columns and the target, or else the first columns; they share one level.
    """
    places, note = _secrets(data)
    if not places:
        raise NotAssessed("Needs two columns that do not name rows, one of them with two values.")
    level = 1 - (1 - LEVEL) / len(places)
    return [_risk(j, data, rng, level, note) for j in places]


def _secrets(data):
    """Places of the columns to guess, and a sentence about those left out."""
    usable = [j for j in data.compared if len(_distinct(data.synthetic[:, j])) > 1]
    if len(data.compared) < 2 or not usable:
        return [], ""
    named = list(dict.fromkeys([*data.protected, *([] if data.target is None else [data.target])]))
    asked = named or usable[:SOME_SECRETS]
    rest = len(asked) - MAX_SECRETS
    return asked[:MAX_SECRETS], f" {rest} more columns are not tried." if rest > 0 else ""


def _distinct(values):
    return np.unique(values[~np.isnan(values)])


def _risk(j, data, rng, level, note):
    """The finding for one secret."""
    column = data.columns[j]
    identity, title = f"{INFERENCE.id}.{column.name}", f"Guessing {column.name} beyond what the population tells"
    common = {"id": identity, "pillar": INFERENCE.pillar, "title": title}
    secret = Secret(data, j)
    rows = {name: secret.rows(name, rng, MAX_ROWS if name == "synthetic" else MAX_TESTED) for name in data.tables}
    n = {name: len(index) for name, index in rows.items()}
    if min(n.values()) < MIN_ROWS or len(_distinct(secret.values["synthetic"][rows["synthetic"]])) < 2:
        reason = f"Needs {MIN_ROWS} rows with a value of {column.name!r} in each table, and two synthetic values."
        return Finding(missing=reason, message=reason, n=n, **common)
    guess = _guesses(secret, data, rows, int(rng.integers(2**31)))
    naive = secret.naive(rows["synthetic"])
    right = {t: secret.right(guess[t], t, rows[t]) for t in guess}
    blind = {t: secret.right(naive, t, rows[t]) for t in guess}
    wrong = {t: n[t] - right[t] for t in right}
    told = (
        f"Guessed from the other columns by trees grown on synthetic rows, {column.name!r} is right for "
        f"{right['train'] / n['train']:.1%} of training and {right['holdout'] / n['holdout']:.1%} of holdout rows; one "
        f"guess for all is right for {blind['holdout'] / n['holdout']:.1%}."
    )
    evidence = {"charts": [_chart(right, blind, n)]}
    if not wrong["holdout"]:
        reason = f"{told} No holdout row is left to be wrong about, so there is nothing to compare with."
        return Finding(missing=reason, message=reason, n=n, evidence=evidence, **common)
    low, high = ratio_interval((wrong["train"], wrong["holdout"]), (n["train"], n["holdout"]), level)
    return Finding(
        value=1 - (wrong["train"] / n["train"]) / (wrong["holdout"] / n["holdout"]),
        interval=(1 - high, 1 - low),
        level=level,
        goal="lower",
        threshold=data.thresholds[INFERENCE.id],
        alarm_only=True,
        reference=0.0,
        reference_name="no memory",
        method="Clopper-Pearson, of the ratio of errors, given both counts",
        n=n,
        message=told + secret.tolerated + note + drawn(data, n),
        evidence=evidence,
        **common,
    )


class Secret:
    """A column to guess: a class, or a number that counts as guessed when the guess is near enough."""

    def __init__(self, data, j):
        self.place, self.column = j, data.columns[j]
        self.values = {name: table[:, j] for name, table in data.tables.items()}
        real = np.concatenate([self.values["train"], self.values["holdout"]])
        distinct = _distinct(real)
        few = len(distinct) <= FEW and (distinct == np.floor(distinct)).all()
        self.is_class = bool(self.column.is_category or few)
        self.tolerance = 0.0 if self.is_class else TOLERANCE * _spread(real[~np.isnan(real)])

    @property
    def tolerated(self):
        """A sentence on what counts as right."""
        if self.is_class:
            return ""
        timed = self.column.kind in ("date", "duration")
        shown = timedelta(microseconds=round(self.tolerance)) if timed else f"{self.tolerance:.3g}"
        return f" Right is within {shown}, {TOLERANCE:.0%} of the interquartile range."

    def rows(self, name, rng, at_most):
        """Some rows that have a value."""
        return rng.permutation(np.flatnonzero(~np.isnan(self.values[name])))[:at_most]

    def right(self, guess, name, rows):
        """How many of some rows are guessed right."""
        return int((np.abs(guess - self.values[name][rows]) <= self.tolerance).sum())

    def naive(self, rows):
        """The one guess that is right for most of some synthetic rows."""
        values = np.sort(self.values["synthetic"][rows])
        last = np.searchsorted(values, values + self.tolerance, "right")
        first = np.searchsorted(values, values - self.tolerance, "left")
        return values[(last - first).argmax()]


def _spread(values):
    """Interquartile range; the whole range where most values are one."""
    if not len(values):
        return 0.0
    return float(np.diff(np.quantile(values, (0.25, 0.75)))[0] or np.ptp(values))


def _guesses(secret, data, rows, seed):
    """Guesses for training and holdout rows by trees grown, on the synthetic rows, until each leaf is pure.

    Such trees know the rows they were grown on by heart (Geurts, Ernst and Wehenkel 2006, without resampling), which a
    thief wants: a copied row gives its secret away. Classes beyond the commonest are never guessed.
    """
    others = [k for k in data.compared if k != secret.place]
    x = _ranked({name: data.tables[name][index][:, others] for name, index in rows.items()})
    y = secret.values["synthetic"][rows["synthetic"]]
    known, kind = np.ones(len(y), bool), ExtraTreesRegressor
    if secret.is_class:
        classes, counts = np.unique(y, return_counts=True)
        known = np.isin(y, classes[np.argsort(-counts, kind="stable")[:MAX_CLASSES]])
        kind = ExtraTreesClassifier
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The number of unique classes", UserWarning)
        model = kind(TREES, max_features=min(SPLITS, len(others)), random_state=seed, n_jobs=1).fit(
            x["synthetic"][known], y[known]
        )
    return {name: model.predict(x[name]) for name in ("train", "holdout")}


def _ranked(tables):
    """Each value as its place among the different values of its column, in all tables; missing ones come last.

    Examples
    --------
    >>> _ranked({"train": np.array([[5.0], [np.nan]]), "holdout": np.array([[1e38]])})["train"].tolist()
    [[0.0], [2.0]]
    """
    stacked = np.concatenate(list(tables.values()))
    places = np.stack([np.unique(column, return_inverse=True)[1] for column in stacked.T], axis=1)
    stops = np.cumsum([len(table) for table in tables.values()])[:-1]
    return dict(zip(tables, np.split(places.astype("float32"), stops), strict=True))


def _chart(right, blind, n):
    """Rates of right guesses, and of the one guess for all."""
    counts = [
        ("training rows", right["train"], n["train"]),
        ("holdout rows", right["holdout"], n["holdout"]),
        ("holdout rows, one guess for all", blind["holdout"], n["holdout"]),
    ]
    rows = [
        {"name": name, "value": hits / size, **dict(zip(("low", "high"), rate_interval(hits, size), strict=True))}
        for name, hits, size in counts
    ]
    return charts.intervals("Share of right guesses", rows, axis=(0, 1))


INFERENCE = Check(
    "privacy.inference",
    "Attribute inference",
    inference,
    needs=("holdout",),
    thresholds={"privacy.inference": 0.05},
)
CHECKS = [INFERENCE]

"""The models that usefulness and bias share: trained once for an audit, they predict the holdout once.

Boosted trees and a linear model, each trained on training rows ("real"), on synthetic rows ("synthetic"), on both
together ("augmented"), and on training rows with interpolated ones in place of the synthetic ("rival"). Those on
training rows are refitted on bootstrap samples of them, which tells how far apart two tables of real rows would be.
"""

import warnings
from dataclasses import replace

import numpy as np
from scipy import stats
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge

from augment.auditing.check import LEVEL, NotAssessed
from augment.auditing.detection import boosted
from augment.auditing.encoding import for_linear, for_trees, splittable
from augment.auditing.intervals import z_value
from augment.auditing.rival import interpolated
from augment.auditing.task import Task

KINDS = {"boosting": "Boosted trees", "linear": "A linear model"}
SOURCES = ("real", "synthetic", "augmented", "rival")
WIDE = 100  # columns from which fewer trees are grown
REFITS = 10
REFIT_ROWS = 2000


def learners(data):
    """The models of these tables: trained by the first check that asks, and kept with `data` for the next.

    Their generator is their own, so that they are the same whichever check asks.

    Raises
    ------
    NotAssessed
        If the target cannot be predicted or there is nothing to predict it from.
    """
    kept = vars(data)
    if "learners" not in kept:
        kept["learners"] = Learners(data, np.random.default_rng([data.seed, *b"learners"]))
    return kept["learners"]


class Learners:
    """Trained models, their predictions of the holdout rows, and those of their refits.

    Attributes
    ----------
    task : Task
    guesses : dict of (kind, source) to ndarray of shape (holdout rows, classes), or (holdout rows, 1) for numbers
        `kind` is one of KINDS and `source` one of SOURCES.
    refits : dict of kind to list of ndarray
        The same from models refitted on bootstrap samples of the training rows.
    models : dict of (kind, source) to Trained
    """

    def __init__(self, data, rng):
        self.task = Task(data, rng)
        self.columns = [j for j in data.compared if j != data.target]
        if not self.columns:
            raise NotAssessed("Needs a column beside the target.")
        self.tables = replace(data, **{name: data.tables[name][rows] for name, rows in self.task.rows.items()})
        self.guesses, self.refits, self.models = {}, {}, {}
        rival = _rival(self.tables, self.task, rng)
        size, targets = len(rival), {"real": self.task.y["train"], "synthetic": self.task.y["synthetic"]}
        targets["rival"] = targets["real"] if self.task.classes is not None else rival[:, data.target]
        stacked = replace(self.tables, synthetic=np.concatenate([self.tables.synthetic, rival]))
        for kind, x in self._encoded(stacked).items():
            parts = {"real": x["train"], "synthetic": x["synthetic"][:size], "rival": x["synthetic"][size:]}
            self._train(kind, parts, targets, x["holdout"], rng)

    def predict(self, rows):
        """Predictions of every model for other rows, of shape (n, columns of the tables): a dict like `guesses`."""
        encoded = self._encoded(replace(self.tables, synthetic=rows, holdout=None))
        return {key: model.predict(encoded[key[0]]["synthetic"]) for key, model in self.models.items()}

    def training_error(self, kind, measure):
        """Standard deviation of `measure` of one real table less that of another, from which rows they happen to hold.

        The synthetic table is judged as it stands: were it of real rows, its models would differ from those of the
        training table by this much.

        Parameters
        ----------
        kind : str
        measure : callable (ndarray of predictions) -> float or ndarray

        Returns
        -------
        float or ndarray
            Carried to the full number of rows, and widened for the few refits it comes from: with it a normal interval
            is as wide as Student's.
        """
        return self.scale * np.std([measure(guess) for guess in self.refits[kind]], axis=0, ddof=1)

    @property
    def scale(self):
        """What the deviation over refits is multiplied by: see `training_error`."""
        n = len(self.task.y["train"])
        student = stats.t.isf((1 - LEVEL) / 2, REFITS - 1) / z_value()
        return np.sqrt(2 * min(n, REFIT_ROWS) / n) * student

    def _encoded(self, tables):
        """Features by kind of model and table."""
        trees, self._category = for_trees(tables, self.columns)
        return {"boosting": trees, "linear": for_linear(tables, self.columns)}

    def _train(self, kind, parts, targets, x_test, rng):
        """Fit and refit one kind of model on every source."""
        seed = int(rng.integers(2**31))
        for source in SOURCES:
            members = {"augmented": ("real", "synthetic"), "rival": ("real", "rival")}.get(source, (source,))
            x, y = (np.concatenate([of[name] for name in members]) for of in (parts, targets))
            self.models[kind, source] = Trained(self._made(kind, seed), x, y, self.task.classes)
            self.guesses[kind, source] = self.models[kind, source].predict(x_test)
        x, y = parts["real"], targets["real"]
        self.refits[kind] = []
        for seed in rng.integers(2**31, size=REFITS):
            drawn = rng.integers(len(y), size=min(len(y), REFIT_ROWS))
            model = Trained(self._made(kind, int(seed)), x[drawn], y[drawn], self.task.classes)
            self.refits[kind].append(model.predict(x_test))

    def _made(self, kind, seed):
        """An untrained model."""
        numbers = self.task.classes is None
        if kind == "linear":
            return Ridge(alpha=1.0) if numbers else LogisticRegression(max_iter=200)
        maker = HistGradientBoostingRegressor if numbers else HistGradientBoostingClassifier
        trees = 30 if len(self.columns) > WIDE else 60
        if not numbers and len(self.task.classes) > 2:  # each round grows a tree for each class
            trees = int(np.clip(240 // len(self.task.classes), 12, trees))
        return boosted(maker, self._category, seed, trees)


class Trained:
    """A fitted model that gives a probability for each class, also for those it never saw; or a number."""

    def __init__(self, model, x, y, classes):
        self.classes, self.seen = classes, np.unique(y)
        self.model = None
        if classes is None or len(self.seen) > 1:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ConvergenceWarning)
                self.model = model.fit(splittable(x), y)

    def predict(self, x):
        """Predictions of shape (n, 1), or a probability for each class: 0 for one never seen."""
        if self.classes is None:
            return self.model.predict(x)[:, None]
        result = np.zeros((len(x), len(self.classes)))
        result[:, np.searchsorted(self.classes, self.seen)] = 1.0 if self.model is None else self.model.predict_proba(x)
        return result


def _rival(tables, task, rng):
    """As many interpolated rows as there are training rows."""
    columns = [j for j in tables.compared if j != tables.target]
    points = for_linear(replace(tables, synthetic=tables.train[:0], holdout=None), columns, budget=200)["train"]
    category = np.array([column.is_category for column in tables.columns])
    strata = task.y["train"] if task.classes is not None else np.zeros(len(points))
    return interpolated(tables.train, points, strata, category, rng)

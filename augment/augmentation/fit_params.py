"""What an estimator's fit is told of each row: weights of the real rows, continued for the synthetic ones."""

import numbers

import numpy as np
from sklearn import get_config
from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.utils.metadata_routing import get_routing_for_object
from sklearn.utils.validation import check_consistent_length, has_fit_parameter

WEIGHT = "sample_weight"


class FitParams:
    """Parameters for an estimator's `fit`, where those of one value a row follow the rows.

    Parameters
    ----------
    estimator : estimator
        Whose fit will take them.
    params : dict
        As the user gave them for the real rows.
    n_samples : int
        Number of real rows.

    Raises
    ------
    ValueError
        If weights are not one number of at least 0 for each row.
    """

    def __init__(self, estimator, params, n_samples):
        params = {name: value for name, value in params.items() if value is not None}
        self.name = weight_parameter(estimator)
        self.weights = {
            name: _weights(name, value, n_samples) for name, value in params.items() if name.split("__")[-1] == WEIGHT
        }
        self.others = {name: value for name, value in params.items() if name not in self.weights}
        self.of_rows = [name for name, value in self.others.items() if _one_a_row(value, n_samples)]

    @property
    def can_weigh(self):
        """Whether a synthetic row may weigh less than a real one."""
        return self.name is not None or bool(self.weights)

    def shown(self, rows):
        """Which of these real rows a synthesizer may learn from: those whose weight is above 0."""
        counts = np.all([weights[rows] > 0 for weights in self.weights.values()], axis=0)
        return np.broadcast_to(counts, len(rows)) if np.any(counts) else np.ones(len(rows), bool)

    def of(self, rows):
        """Parameters for these real rows alone."""
        others = {name: _take(value, rows) if name in self.of_rows else value for name, value in self.others.items()}
        return others | {name: weights[rows] for name, weights in self.weights.items()}

    def with_synthetic(self, rows, y, y_new, weight):
        """Parameters for these real rows, whose targets are y, and the synthetic ones after them.

        A synthetic row weighs `weight` times what the real rows of its class weigh on average; `y_new` is None where
        there are no classes, and the average is that of all rows. Real rows of weight 0 count in no average.
        """
        if self.of_rows:
            raise ValueError(
                f"fit was given {', '.join(map(repr, self.of_rows))} with a value for each row, and what a synthetic "
                "row should have there is not known. Only sample weights are continued: leave it out, or put "
                "ratio=0."
            )
        given = {name: weights[rows] for name, weights in self.weights.items()}
        if not given and np.any(weight != 1):
            given = {self.name: np.ones(len(rows))}
        shown = self.shown(rows)
        return self.others | {
            name: np.concatenate([weights, weight * _averages(weights[shown], y[shown], y_new, len(weight))])
            for name, weights in given.items()
        }


def weight_parameter(estimator):
    """Name under which `estimator.fit` takes sample weights, a pipeline's those of its last step; None for none."""
    if has_fit_parameter(estimator, WEIGHT):
        return WEIGHT
    if get_config()["enable_metadata_routing"]:
        return WEIGHT if get_routing_for_object(estimator).consumes("fit", [WEIGHT]) else None
    if isinstance(estimator, Pipeline):
        step, last = estimator.steps[-1]
        name = weight_parameter(last)
        return None if name is None else f"{step}__{name}"
    return None


def seeded(estimator, rng):
    """A clone of an estimator in which every `random_state` that was None, however deep, is a seed."""
    copy = clone(estimator)
    unset = sorted(
        name for name, value in copy.get_params().items() if name.split("__")[-1] == "random_state" and value is None
    )
    return copy.set_params(**{name: int(rng.randint(2**31 - 1)) for name in unset})


def _weights(name, value, n_samples):
    if isinstance(value, numbers.Real):
        return np.full(n_samples, float(value))
    weights = np.asarray(value, dtype=float)
    if weights.ndim != 1 or not np.all(np.isfinite(weights)) or np.any(weights < 0):
        raise ValueError(f"{name} must be one finite number of at least 0 for each row. Received: {name}={value!r}")
    check_consistent_length(weights, np.empty(n_samples))
    return weights


def _averages(weights, y, y_new, n_new):
    """For each synthetic row the mean weight of the real rows of its class, or of all."""
    if y_new is None:
        return np.full(n_new, weights.mean())
    averages = np.empty(n_new)
    for label in np.unique(y_new):
        averages[y_new == label] = weights[y == label].mean()
    return averages


def _one_a_row(value, n_samples):
    return hasattr(value, "__len__") and not isinstance(value, str | dict) and len(value) == n_samples


def _take(value, rows):
    return value.iloc[rows] if hasattr(value, "iloc") else np.asarray(value)[rows]

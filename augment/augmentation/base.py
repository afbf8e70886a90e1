"""What augmented classifiers and regressors have in common: the fit on real and synthetic rows, and the delegation."""

import numbers

import numpy as np
import pandas as pd
from scipy.sparse import issparse
from sklearn import get_config
from sklearn.base import MetaEstimatorMixin, is_classifier, is_regressor
from sklearn.model_selection import check_cv
from sklearn.utils import assert_all_finite, check_array, check_random_state, get_tags
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping, process_routing
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_consistent_length, check_is_fitted, column_or_1d

from augment.augmentation.auto import choose
from augment.augmentation.default import default_synthesizer
from augment.augmentation.fit_params import FitParams, seeded
from augment.augmentation.rows import check_ratio, check_strategy
from augment.augmentation.sequences import are_sequences, as_objects
from augment.augmentation.training import FILTERS, NONE, Choice, Training
from augment.synthesizers.pairs import as_array, is_frame, is_series, one_column, to_numpy

_NEEDS_WEIGHTS = (
    "needs an estimator whose fit takes sample_weight; with metadata routing, a step of a pipeline takes it after "
    "set_fit_request(sample_weight=True). Received: estimator={!r}."
)
METHODS = ("predict", "predict_proba", "predict_log_proba", "decision_function", "score")


def _has(name):
    """A check for `available_if` that the wrapped estimator has the method, with its own error where not."""

    def has(self):
        getattr(getattr(self, "estimator_", self.estimator), name)
        return True

    return has


def _delegated(name, text):
    """The method of that name of the wrapped estimator, there where it has one."""

    def method(self, X, **params):
        return self._call(name, X, **params)

    method.__name__ = name
    method.__doc__ = text
    return available_if(_has(name))(method)


class Augmented(MetaEstimatorMixin):
    """What both have: the fit on real and synthetic rows, and the wrapped estimator's methods."""

    predict = _delegated("predict", "Predict with the wrapped estimator, as its own `predict` does.")
    predict_proba = _delegated("predict_proba", "Probabilities of the classes, by the wrapped estimator.")
    predict_log_proba = _delegated("predict_log_proba", "Their logarithms, by the wrapped estimator.")
    decision_function = _delegated("decision_function", "Decision values of the wrapped estimator.")

    @available_if(_has("score"))
    def score(self, X, y=None, **params):
        """Score of the wrapped estimator on X and y, as its own `score` gives it."""
        return self._call("score", X, y, **params)

    def _call(self, name, *args, **params):
        check_is_fitted(self)
        if get_config()["enable_metadata_routing"]:
            params = process_routing(self, name, **params).estimator[name]
        return getattr(self.estimator_, name)(*args, **params)

    def fit(self, X, y, **params):
        """Learn to make rows from the training rows, and train the estimator on both; real rows come first.

        Parameters
        ----------
        X : table of shape (n_samples, n_features), array of images or series, or list of sequences
            A pandas or polars frame or a dense array; images, and series of one length, are an array of more
            dimensions. The synthesizer and the estimator get what was given; of texts, and of series of different
            lengths, an array of objects (n_samples,).
        y : array-like of shape (n_samples,)
            The target.
        **params : dict
            For the estimator's `fit`. Without metadata routing all of them, with it those that it requests. In
            `sample_weight` (and `step__sample_weight` of a pipeline) a synthetic row gets the mean weight of the real
            rows of its class, of all rows for a regressor, times the constructor's `sample_weight`. Rows of weight 0
            are not shown to the synthesizer. Other parameters with a value for each row are refused where rows are
            added. With `ratio="auto"` also `groups`, for a `cv` that takes them.

        Returns
        -------
        self

        Raises
        ------
        ValueError, TypeError
            If X is sparse or y no single target of the right kind, a parameter is wrong, `sample_weight` is not 1 and
            the estimator takes no weights, or the rows that were asked for would not fit in memory.
        """
        X, y = as_table(X), self._target(y)
        check_consistent_length(X, y)
        fit_params, groups = self._routed(params, len(y))
        check_is_estimator(self.estimator)
        synthesizer = default_synthesizer(X, self.estimator) if self.synthesizer is None else self.synthesizer
        self._check_parameters(fit_params, synthesizer)
        rng = check_random_state(self.random_state)
        estimator = seeded(self.estimator, rng)
        training = Training(X, y, synthesizer, fit_params, self._classes, self.filter)
        choice = self._asked()
        self.__dict__.pop("auto_results_", None)
        if choice is None:
            choice, self.auto_results_ = choose(self, training, groups, rng)
        self.ratio_, self.strategy_, self.sample_weight_ = choice
        rows = np.arange(len(y))
        wanted = training.wanted(choice, rows)
        self.synthesizer_, pool, self.n_synthetic_ = None, None, 0
        if len(wanted):
            self.synthesizer_ = training.learn(rows, rng)
            pool = training.draw(self.synthesizer_, wanted, rows, rng)
            self.n_synthetic_ = int(np.sum(pool.trust > 0))
        self.estimator_ = training.fit(estimator, rows, pool, choice.sample_weight)
        return self

    @property
    def classes_(self):
        """The classes that the wrapped estimator knows."""
        return self.estimator_.classes_

    @property
    def n_features_in_(self):
        """Number of columns that the wrapped estimator was fitted on."""
        return self.estimator_.n_features_in_

    @property
    def feature_names_in_(self):
        """Names of these columns."""
        return self.estimator_.feature_names_in_

    def get_metadata_routing(self):
        """Where metadata goes: to the estimator's methods of the same name, `groups` to the inner splits."""
        mapping = MethodMapping().add(caller="fit", callee="fit")
        for name in METHODS:
            mapping.add(caller=name, callee=name)
        router = MetadataRouter(owner=self).add(estimator=self.estimator, method_mapping=mapping)
        if self.ratio == "auto":
            splits = MethodMapping().add(caller="fit", callee="split")
            router.add(splitter=check_cv(self.cv, classifier=self._classes), method_mapping=splits)
        return router

    def _routed(self, params, n_samples):
        """Parameters of the estimator's fit, and the groups of the inner splits."""
        if get_config()["enable_metadata_routing"]:
            routed = process_routing(self, "fit", **params)
            groups = routed.splitter.split.get("groups") if self.ratio == "auto" else None
            return FitParams(self.estimator, routed.estimator.fit, n_samples), groups
        groups = params.pop("groups", None) if self.ratio == "auto" else None
        return FitParams(self.estimator, params, n_samples), groups

    def _check_parameters(self, fit_params, synthesizer):
        if not (is_classifier if self._classes else is_regressor)(self.estimator):
            kind, other = ("classifier", "Regressor") if self._classes else ("regressor", "Classifier")
            raise TypeError(
                f"{type(self).__name__} needs a {kind} as estimator. Received: estimator={self.estimator!r}. If it "
                f"predicts the other kind of target, take Augmented{other}."
            )
        for name in ("fit", "generate"):
            if not callable(getattr(synthesizer, name, None)):
                raise TypeError(
                    f"synthesizer must have fit(X, y) and generate(n_samples, y=labels, random_state=seed), as "
                    f"TabularSynthesizer has; it has no {name}. Received: synthesizer={self.synthesizer!r}"
                )
        if self.ratio != "auto":
            check_ratio(self.ratio)
        strategy, weight = self._strategy(), self.sample_weight
        if strategy != "auto":
            check_strategy(strategy)
        if self.filter not in (None, *FILTERS):
            raise ValueError(f"filter must be None, 'drop' or 'weight'. Received: filter={self.filter!r}")
        if self.filter == "weight" and not fit_params.can_weigh:
            raise ValueError(f"filter='weight' {_NEEDS_WEIGHTS.format(self.estimator)} Take filter='drop'.")
        if weight == "auto":
            return
        if isinstance(weight, bool) or not isinstance(weight, numbers.Real) or not 0 < weight < np.inf:
            raise ValueError(f"sample_weight must be 'auto' or a number above 0. Received: sample_weight={weight!r}")
        if weight != 1 and not fit_params.can_weigh:
            raise ValueError(f"sample_weight={weight!r} {_NEEDS_WEIGHTS.format(self.estimator)} Leave it at 1.")

    def _asked(self):
        """The choice that the parameters leave no doubt about; None where it is to be found."""
        if self.ratio == "auto":
            return None
        if self.ratio == 0:
            return NONE
        strategy = "all" if self._strategy() == "auto" else self._strategy()
        return Choice(self.ratio, strategy, 1.0 if self.sample_weight == "auto" else float(self.sample_weight))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        own = get_tags(self.estimator)
        tags.input_tags = own.input_tags
        tags.input_tags.sparse = False
        tags.classifier_tags, tags.regressor_tags = own.classifier_tags, own.regressor_tags
        if own.classifier_tags is not None:
            tags.classifier_tags.multi_label = False
        tags.target_tags = own.target_tags
        tags.target_tags.required = True
        tags.target_tags.multi_output = False
        return tags


def check_is_estimator(estimator):
    """Refuse what has no parameters as scikit-learn's estimators have, such as a bare Keras model."""
    if isinstance(estimator, type) or not hasattr(estimator, "get_params"):
        raise TypeError(
            "estimator must be an estimator of scikit-learn's kind; for images ImageClassifier(model) makes one of a "
            f"Keras model. Received: estimator={estimator!r}"
        )


def as_table(X):
    """X as it was given, checked to be a dense table."""
    if issparse(X):
        raise TypeError(
            "X is a sparse matrix, and rows are made of dense tables only. Give X.toarray(), or make it with a dense "
            "encoder: OneHotEncoder(sparse_output=False), CountVectorizer(...) followed by .toarray()."
        )
    if is_frame(X):
        return X
    if are_sequences(X):
        return as_objects(X)
    X = check_array(_regular(X), dtype=None, ensure_all_finite=False, allow_nd=True)
    nested = [cell for cell in X.flat if isinstance(cell, dict | list | set | tuple)] if X.dtype.kind == "O" else []
    if nested:
        raise TypeError(
            "Each cell of X as an argument must be a string, a number, a boolean or a date. Received one of type "
            f"{type(nested[0]).__name__}: take nested values apart into columns of their own."
        )
    return X


def _regular(X):
    """X as an array; a ValueError where it is a list of rows of different lengths."""
    try:
        return as_array(X)
    except ValueError:
        raise ValueError(
            "The rows of X have different lengths. A table has rows of one length; series of different lengths are a "
            "list of arrays, (time, features) or (time,) each."
        ) from None


def one_target(estimator, y):
    """y as an array of one value a row, none missing or infinite."""
    name = type(estimator).__name__
    if y is None:
        raise ValueError(f"{name} requires y to be passed, but the target y is None.")
    try:
        y = one_column(y) if is_frame(y) else as_array(y)  # a list of text and NaN would become text
        y = column_or_1d(to_numpy(y) if is_series(y) and not hasattr(y, "iloc") else y, warn=True)
    except ValueError as error:
        kind = "Classifier" if estimator._classes else "Regressor"
        raise ValueError(
            f"{name} takes one target: {error} For several targets wrap it in sklearn.multioutput.MultiOutput{kind}."
        ) from error
    if y.dtype.kind == "O" and pd.isna(y).any():
        raise ValueError("Input y contains NaN or None, and rows without a target teach nothing here: drop them first.")
    assert_all_finite(y, input_name="y")
    return y

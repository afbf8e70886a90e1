"""What every synthesizer does, whatever the data: fit, generate, score. Subclasses say how data is read."""

import numbers
import sys
import time
import warnings
from abc import abstractmethod

import numpy as np
from sklearn.base import BaseEstimator, DensityMixin, clone
from sklearn.utils import check_random_state
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from augment.synthesizers.conditioning import draw
from augment.synthesizers.saving import Saved, for_use
from augment.synthesizers.splitting import split

SCORED_ROWS = 5000  # generated ones that `score` compares where there is no likelihood
HARDLY_TRAINED = 0.01  # of a full run's steps: after fewer, when time was up, a fit warns


class Synthesizer(Saved, DensityMixin, BaseEstimator):
    """Base of the synthesizers: joins a codec and a generative model behind `fit` and `generate`.

    A subclass has `_read` (checks data and joins X and y into what the codec takes), `_codec_class`, `_give` (turns
    what the codec decoded into what `generate` returns), `_ask` (reads the arguments of `generate`) and `_unscored`.
    """

    _likely = "a row is; take model='autoregressive'"  # what most models cannot tell, and what to do

    def __init__(
        self,
        model="autoregressive",
        *,
        epochs="auto",
        batch_size="auto",
        time_limit=None,
        validation_fraction=0.1,
        callbacks=None,
        verbose=1,
        random_state=None,
    ):
        self.model = model
        self.epochs = epochs
        self.batch_size = batch_size
        self.time_limit = time_limit
        self.validation_fraction = validation_fraction
        self.callbacks = callbacks
        self.verbose = verbose
        self.random_state = random_state

    @abstractmethod
    def _read(self, X, y, reset):
        """Check X and y and join them into the table that the codec takes."""

    @abstractmethod
    def _unscored(self, y):
        """Indices of the blocks that `score_samples` leaves unknown."""

    @property
    def _target(self):
        """Name of y's column in what `_read` gave; None where there is none."""
        return None

    @abstractmethod
    def _give(self, table):
        """Split a decoded table into what `generate` returns."""

    def fit(self, X, y=None):
        """Learn the joint distribution of the rows.

        Parameters
        ----------
        X : table of shape (n_samples, n_features)
            The rows: a pandas or polars frame, a pyarrow table or a 2-D array.
        y : array-like of shape (n_samples,), default=None
            Labels or targets; one more column to the model, and `generate` then returns pairs.

        Returns
        -------
        self
            The fitted synthesizer. A fit that fails or is interrupted too early leaves it as it was.

        Raises
        ------
        ValueError, TypeError
            If a parameter is wrong, or X and y are no table with rows and columns of known types.
        """
        before = self.__dict__.copy()
        try:
            self._learn(X, y, time.monotonic())
        except BaseException:
            self.__dict__.clear()
            self.__dict__.update(before)
            raise
        return self

    def _learn(self, X, y, started):
        from augment.models.base import encoding_of

        self._check_parameters()
        table = self._read(X, y, reset=True)
        rng = self._generator(self.random_state)
        self.codec_ = self._make_codec(encoding_of(self._recipe(self.model))).fit(table, target=self._target)
        self.model_, self.history_ = None, {}
        if self.codec_.layout.width:
            self._train(self.codec_.encode(table, rng), rng, started)
        self._fitted_with = clone(self.model, safe=False)  # `model_` stays of this one, whatever set_params does later

    def _recipe(self, model):
        """What makes the model that was asked for: a name, a recipe or a callable."""
        return model

    def _make_codec(self, encoding):
        return self._codec_class(encoding=encoding)

    def _train(self, arrays, rng, started):
        from augment.models.base import make, seeded
        from augment.training import check_callbacks

        check_callbacks(self.callbacks)
        with seeded(int(rng.integers(2**31))):
            model = make(self._recipe(self.model), self.codec_.layout)
        if model.trainable_weights:
            arrays = self._fit_weights(model, arrays, rng, started)
        self._conclude(model, arrays, rng)
        self.model_ = for_use(model)

    def _conclude(self, model, arrays, rng):
        """Learn what is left to learn; a first Ctrl-C does not lose what was trained."""
        try:
            self._touch_up(model, arrays, rng)
        except KeyboardInterrupt:
            print("\nthe model is trained, its last touches take a moment: Ctrl-C again gives it up", file=sys.stderr)
            self._touch_up(model, arrays, rng)

    def _touch_up(self, model, arrays, rng):
        model.conclude(arrays, rng)

    def _fit_weights(self, model, arrays, rng, started):
        """Train `model` on a part of the rows, which is returned, and validate it on the others."""
        from augment.training import train

        learn, check = self._split(arrays, rng)
        chosen = self._plan(model, len(learn))
        rows = model.training_rows(learn, chosen.steps * chosen.batch_size, rng)
        if self.verbose:
            print(_estimate(self._seconds_of_a_step(model, chosen), chosen, self.time_limit), file=sys.stderr)
        guard = self._guard(model, learn, check, chosen)
        limit = self.time_limit and self.time_limit - min(self._seconds_after(model), self.time_limit / 2)
        self.history_ = train(
            model,
            rows,
            check,
            chosen,
            guard=guard,
            deadline=started + limit if limit else None,
            callbacks=self.callbacks,
            verbose=self.verbose,
            rng=rng,
        )
        self._warn_if_hardly_trained(int(model.optimizer.iterations), chosen.steps)
        return learn

    def _split(self, arrays, rng):
        return split(arrays, self.validation_fraction, rng)

    def _guard(self, model, learn, check, plan):
        """What ends training where the model begins to learn its rows by heart; None where nothing does."""
        return None

    def _plan(self, model, n):
        from augment.training import plan

        return plan(n, epochs=self.epochs, batch_size=self.batch_size, share=model.share_of_steps)

    def _seconds_after(self, model):
        """CPU seconds about that are left to work for when training is over, of which `time_limit` keeps some free."""
        return 0.0

    def _seconds_of_a_step(self, model, plan):
        """CPU seconds about that an optimizer step takes: a dense network's arithmetic, and some overhead."""
        return 0.005 + 0.00012 * len(self.codec_.layout.blocks) + plan.batch_size * 6 * model.count_params() / 4e10

    def _warn_if_hardly_trained(self, done, steps):
        if self.time_limit and done < HARDLY_TRAINED * steps:
            warnings.warn(
                f"time_limit={self.time_limit:g} s left time for {done} of {steps:,} steps: too few to learn much.",
                stacklevel=5,
            )

    def generate(
        self, n_samples=None, *, y=None, condition=None, like=None, strength=0.3, fairness=None, random_state=None
    ):
        """Draw new rows.

        Parameters
        ----------
        n_samples : int, default=None
            Number of rows. By default as many as were fitted, or as `y`, a frame of conditions or `like` has rows.
        y : array-like of shape (n_samples,), default=None
            Ask for these labels, in this order; only after `fit(X, y)`.
        condition : dict or table, default=None
            What is known of the rows. A dict maps a column to a value, a list of values or a range `(low, high)` that
            hold for every row; a table has a row for each row to generate, whose missing cells and absent columns are
            filled.
        like : table of shape (n_rows, n_features) or pair of it and n_rows labels, default=None
            Rows to vary: part of the cells of each, missing ones too, is drawn anew from the model given the others.
            The labels of a pair are kept; keys and free text are always made afresh. What a `condition` says holds
            in place of what the rows have: `condition=rows[["label"]]` keeps a column.
        strength : float, default=0.3
            Share of the cells that `like` draws anew, in (0, 1]; of each row at least one.
        fairness : LabelParity, EqualCells, StatisticalParity or WithoutEdges, default=None
            What the rows should fulfil instead of describing the population; pandas frames say so in their `attrs`.
            Goes with a `condition` on other columns, not with `y` or `like`.
        random_state : int, RandomState instance, Generator or None, default=None
            Decides the rows. None takes the synthesizer's own.

        Returns
        -------
        X_new or (X_new, y_new)
            Rows of the kind, columns, order and dtypes that were fitted; a pair after `fit(X, y)`.

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            If a condition names an unknown column or value, or is impossible; or the criterion of `fairness` cannot be
            reached by these data, or clashes with another argument.
        """
        check_is_fitted(self, "codec_")
        rng = self._generator(self.random_state if random_state is None else random_state)
        if fairness is not None:
            return self._generate_fairly(fairness, n_samples, y, condition, like, rng)
        n_samples, known = self._ask(n_samples, y, condition, like, strength, rng)
        arrays = self._blank(n_samples)
        if self.model_ is not None:
            arrays = draw(self.model_, self.codec_, n_samples, known, rng)
        return self._give(self.codec_.decode(arrays, rng, known))

    def _generate_fairly(self, fairness, n_samples, y, condition, like, rng):
        from augment.synthesizers.criterion import mark, source_for

        source = source_for(fairness, self, n_samples, y, condition, like, rng)
        result = mark(self._give(fairness.draw(source)), fairness)
        if self.verbose:
            print(f"augment: {fairness.describe()['note']}", file=sys.stderr)
        return result

    def _tells_likelihood(self):
        from augment.models.base import tells_likelihood

        if not hasattr(self, "codec_"):
            return tells_likelihood(self._recipe(self.model))
        return self.model_ is None or hasattr(self.model_, "log_likelihood")

    def _needs_likelihood(self):
        if not self._tells_likelihood():
            name = type(self.model_).__name__ if hasattr(self, "codec_") else f"model={self.model!r}"
            raise AttributeError(f"{name} cannot tell how likely {self._likely}.")
        return True

    @available_if(_needs_likelihood)
    def score_samples(self, X, y=None):
        """Log-likelihood of each row's cells under the model (natural logarithm).

        A number counts as the cell it falls into, so values compare between rows and between models of one table, not
        between tables.

        Parameters
        ----------
        X : table of shape (n_samples, n_features)
            Rows with the columns that were fitted.
        y : array-like of shape (n_samples,), default=None
            Their labels, after `fit(X, y)`; without them the likelihood is that of X alone.

        Returns
        -------
        ndarray of shape (n_samples,)
            Log-likelihoods; the same at every call.

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            If the columns are not those that were fitted, or a value is none that the column can hold.
        AttributeError
            If the model cannot tell how likely a row is.
        """
        check_is_fitted(self, "codec_")
        return self._log_likelihood(self._read(X, y, reset=False), y)

    def _log_likelihood(self, table, y):
        arrays = self.codec_.encode(table, None)
        if self.model_ is None or not len(arrays):
            return np.zeros(len(arrays))
        return self.model_.log_likelihood(arrays, unknown=self._unscored(y))

    def score(self, X, y=None):
        """How well the model agrees with the rows: higher is better, and the same at every call.

        The mean log-likelihood of `score_samples` where the model tells one. Otherwise minus the mean total variation
        distance, over all pairs of columns, between the rows and 5,000 generated ones: from -1 to 0. Values of the two
        kinds do not compare.

        Parameters
        ----------
        X, y
            As in `score_samples`.

        Returns
        -------
        float

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            As in `score_samples`, and for no rows.
        """
        check_is_fitted(self, "codec_")
        if self._tells_likelihood():
            scores = self.score_samples(X, y)
        else:
            scores = self._agreement(self._read(X, y, reset=False), self._unscored(y))
        if not len(scores):
            raise ValueError("score is a mean over rows and got none: give at least one row.")
        return float(np.mean(scores))

    def _agreement(self, table, without):
        """A list of minus the pair error, empty for no rows."""
        from augment.models.pair_error import pair_error

        rng = np.random.default_rng(0)
        rows, layout = self.codec_.as_vectors(self.codec_.encode(table, rng), rng)
        new, _ = self.codec_.as_vectors(draw(self.model_, self.codec_, SCORED_ROWS, None, rng), rng)
        return [-pair_error(layout, rows, new, without)] if len(rows) else []

    def _blank(self, n):
        return np.zeros((n, self.codec_.layout.width), self.codec_.dtype)

    @staticmethod
    def _generator(random_state):
        if isinstance(random_state, np.random.Generator):
            return random_state
        return np.random.default_rng(check_random_state(random_state).randint(2**31, size=4))

    def _check_parameters(self):
        for name in ("epochs", "batch_size"):
            value = getattr(self, name)
            whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
            if value != "auto" and not (whole and value >= 1):
                raise ValueError(f"{name} must be 'auto' or an integer of at least 1. Received: {name}={value!r}")
        limit = self.time_limit
        if limit is not None and not (isinstance(limit, numbers.Real) and limit > 0):
            raise ValueError(f"time_limit must be None or a number of seconds above 0. Received: time_limit={limit!r}")
        share = self.validation_fraction
        if not (isinstance(share, numbers.Real) and 0 <= share < 1):
            raise ValueError(f"validation_fraction must be in [0, 1). Received: validation_fraction={share!r}")


def _estimate(seconds, plan, time_limit):
    """One line about how long a fit may take: seconds for each step, 10 to compile."""
    limit = "" if time_limit is None else f", limited to {time_limit:g} s"
    steps = f"{plan.steps:,} steps of {plan.batch_size} rows, stopping early"
    return f"about {plan.steps * seconds + 10:.0f} CPU seconds at most{limit}: {steps}"

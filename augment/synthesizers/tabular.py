"""Tables: rows of a frame or a 2-D array in, rows of the same kind out."""

import numbers

import numpy as np
import pandas as pd
from sklearn.utils.validation import check_array, check_consistent_length, column_or_1d, validate_data

from augment.codecs.conditions import know_missing, override, vary
from augment.codecs.names import refuse_duplicates
from augment.codecs.table import TableCodec
from augment.synthesizers.base import Synthesizer
from augment.synthesizers.oversampling import rows_to_add, without_missing
from augment.synthesizers.pairs import (
    Pairing,
    as_array,
    as_frame,
    is_frame,
    is_series,
    names_in,
    one_column,
    pandas_values,
    shaped_like,
    stack,
)


class TabularSynthesizer(Synthesizer):
    """Learns a table and generates rows like it.

    Works on pandas and polars frames, pyarrow tables and 2-D arrays, with numbers, categories, strings, booleans,
    dates, and missing values; what it generates has the same columns, order and dtypes. Any subset of the columns can
    be given and the others are drawn conditionally. Identifiers and free text are replaced by fresh values of the same
    shape.

    Parameters
    ----------
    model : str, Recipe or callable, default="autoregressive"
        The family of generative models: "autoregressive", "vae", "gan", "flow", "recurrent" or "kernel"; or a
        recipe with parameters such as `VAE(latent_dim=8)`; or a function that takes a layout and gives a
        `GenerativeModel`.
    epochs : int or "auto", default="auto"
        Passes over the rows at most; a pass is at least 16 and at most 512 steps. "auto" follows the data's size.
    batch_size : int or "auto", default="auto"
        Rows in an optimizer step.
    time_limit : float, default=None
        Seconds that `fit` may take; training stops in time and keeps the best model so far. Reading the table and
        compiling the first steps, some ten seconds and more for wide tables, come first and are not cut short.
    validation_fraction : float, default=0.1
        Share of the rows, in [0, 1), that decides when to stop; 0 trains to the end on all rows.
    callbacks : list of keras.callbacks.Callback, default=None
        The user's own callbacks for `keras.Model.fit`. One that sets the learning rate, `LearningRateScheduler` or
        `ReduceLROnPlateau`, takes the place of the schedule that there is by default.
    verbose : int, default=1
        0 is silent, 1 shows an estimate and a line of progress on standard error.
    random_state : int, RandomState instance, Generator or None, default=None
        Decides fit and rows; an int gives the same results at every call.
    sampling_strategy : str, float, dict or callable, default="auto"
        What `fit_resample` adds, in imbalanced-learn's words: "auto" or "not majority" fills every class up to the
        largest, "minority" the smallest one, "not minority" and "all" the others or all; a float is the size of the
        rarer of two classes as a share of the other's; a dict tells how many rows a class is to have; a callable makes
        such a dict of y. Where y holds numbers, ranges of equal width are filled up in the same way, a float is a share
        of the fullest range, and the keys of a dict are ranges `(low, high)`.

    Attributes
    ----------
    model_ : keras.Model
        The trained model; None when the table has nothing to model (constants, identifiers).
    codec_ : TableCodec
        Turns rows into arrays and back; `codec_.report` lists what was recognised, merged or replaced.
    history_ : dict of str to list of float
        Losses as Keras recorded them.
    sampling_strategy_ : dict
        After `fit_resample`: how many rows it added, by class or range.
    n_features_in_ : int
        Number of columns of X.
    feature_names_in_ : ndarray of str
        Names of the columns of X, where all are strings.

    Examples
    --------
    >>> from augment import TabularSynthesizer
    >>> from augment.datasets import load_diabetes_table
    >>> table = load_diabetes_table()
    >>> synthesizer = TabularSynthesizer(epochs=2, verbose=0, random_state=0).fit(table)
    >>> synthesizer.generate(5).shape
    (5, 11)
    >>> older = synthesizer.generate(3, condition={"age": (60, None)})
    >>> bool((older["age"] >= 60).all())
    True
    """

    _codec_class = TableCodec

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
        sampling_strategy="auto",
    ):
        super().__init__(
            model,
            epochs=epochs,
            batch_size=batch_size,
            time_limit=time_limit,
            validation_fraction=validation_fraction,
            callbacks=callbacks,
            verbose=verbose,
            random_state=random_state,
        )
        self.sampling_strategy = sampling_strategy

    def fit_resample(self, X, y):
        """Fit on X and y, and add the generated rows that `sampling_strategy` asks for.

        Follows imbalanced-learn's protocol, so that the synthesizer can be a step of `imblearn.pipeline.Pipeline`. By
        default every class comes to have as many rows as the largest. Where y holds numbers that are measured, ranges
        of equal width take the place of classes; whole numbers are classes where there are at most ten different ones,
        or ten rows for each on average. Ranges without a row stay empty.

        Parameters
        ----------
        X : table of shape (n_samples, n_features)
            The rows.
        y : array-like of shape (n_samples,) or (n_samples, 1)
            Their classes or numbers.

        Returns
        -------
        X_resampled, y_resampled
            The original rows, unchanged and first, then the generated ones.

        Raises
        ------
        ValueError, TypeError
            If y misses labels, holds a single one or several columns, or if `sampling_strategy` is none that is known,
            asks for fewer rows than there are or does not go with y.

        Examples
        --------
        >>> from augment.datasets import load_diabetes_table
        >>> table = load_diabetes_table()
        >>> X, y = table.drop(columns="progression"), table["progression"]
        >>> severe = TabularSynthesizer(epochs=1, verbose=0, random_state=0, sampling_strategy={(250, None): 100})
        >>> _, y_more = severe.fit_resample(X, y)
        >>> int((y >= 250).sum()), int((y_more >= 250).sum())
        (65, 100)
        """
        flat = one_column(y)
        to_add = rows_to_add(self.sampling_strategy, without_missing(flat))
        self.fit(X, flat)
        self.sampling_strategy_ = to_add
        for X_new, y_new in self._additions():
            X, y = stack(X, X_new), stack(y, shaped_like(y, y_new))
        return X, y

    def _additions(self):
        """Pairs of generated rows and labels: one for all classes, or one for each range."""
        ranges = [pair for pair in self.sampling_strategy_ if isinstance(pair, tuple)]
        if self.sampling_strategy_ and not ranges:
            labels, counts = zip(*self.sampling_strategy_.items(), strict=True)
            yield self.generate(y=np.repeat(labels, counts))
        seeds = self._generator(self.random_state).integers(2**31, size=len(ranges))
        for pair, seed in zip(ranges, seeds.tolist(), strict=True):
            condition = {self._pairing.target: pair}
            yield self.generate(self.sampling_strategy_[pair], condition=condition, random_state=seed)

    def _read(self, X, y, reset):
        if is_frame(X):
            refuse_duplicates(names_in(X))
            validate_data(self, X, reset=reset, skip_check_array=True)
        else:
            X = validate_data(self, as_array(X), dtype=None, ensure_all_finite="allow-nan", reset=reset)
        n_samples = X.shape[0]
        if reset:
            if n_samples < 2:
                raise ValueError(
                    f"Found array with {n_samples} sample(s) while a minimum of 2 is required to learn from."
                )
            self._n_samples = n_samples
            self._pairing = Pairing.of(X, y)
        if self._pairing.target is None:
            return X
        if y is None:  # only to fill the place: `_unscored` leaves it out
            y = self._give(self.codec_.decode(self._blank(n_samples), np.random.default_rng(0)))[1]
        check_consistent_length(X, y)
        return self._pairing.join(X, y)

    @property
    def _target(self):
        return self._pairing.target

    def _give(self, table):
        return self._pairing.split(table)

    def _unscored(self, y):
        target = self._pairing.target
        if y is not None or target is None:
            return []
        place = self.codec_.place_of(target)
        return [index for index, known in enumerate(self.codec_.places) if known == place]

    def _learned(self):
        names = getattr(self, "feature_names_in_", None)
        return {
            "n_samples": self._n_samples,
            "n_features_in_": self.n_features_in_,
            "feature_names_in_": None if names is None else names.tolist(),
            "pairing": self._pairing.to_dict(),
        }

    def _set_learned(self, learned):
        self._n_samples = learned["n_samples"]
        self.n_features_in_ = learned["n_features_in_"]
        if learned["feature_names_in_"] is not None:
            self.feature_names_in_ = np.array(learned["feature_names_in_"], dtype=object)
        self._pairing = Pairing.from_dict(learned["pairing"])

    def _ask(self, n_samples, y, condition, like, strength, rng):
        """Number of rows and what is known of them: a TableCondition or None."""
        if n_samples is not None and (
            isinstance(n_samples, bool) or not isinstance(n_samples, numbers.Integral) or n_samples < 0
        ):
            raise ValueError(f"n_samples must be an integer of at least 0. Received: n_samples={n_samples!r}")
        if like is not None:
            if y is not None:
                raise ValueError("`like` cannot be given together with `y`: give a pair, like=(X, y).")
            known = self._vary(like, n_samples, strength, rng)
            n = len(known.known)
            if condition is not None:
                condition = condition if isinstance(condition, dict) else self._as_rows(condition)
                known = override(known, self.codec_.condition(condition, n), self.codec_.places)
            return n, known
        if y is not None:
            condition, n_samples = self._with_labels(condition, y, n_samples)
        if condition is None or isinstance(condition, dict):
            n_samples = self._n_samples if n_samples is None else n_samples
        else:
            condition = self._as_rows(condition)
        known = None if condition is None else self.codec_.condition(condition, n_samples)
        return n_samples if known is None else len(known.known), known

    def _with_labels(self, condition, y, n_samples):
        """`condition` with the labels `y` as one more known column, and the number of rows."""
        target = self._pairing.target
        if target is None:
            raise ValueError(
                "y asks for labels, but the synthesizer was fitted without y: use condition={...} instead."
            )
        labels = y if is_series(y) else column_or_1d(y)
        n_samples = len(labels) if n_samples is None else n_samples
        if condition is not None and not isinstance(condition, dict):
            check_consistent_length(condition, labels)
            return self._pairing.join(self._as_rows(condition), labels), n_samples
        if condition and target in condition:
            raise ValueError(f"The labels are given twice: by y and by the condition on column {target!r}.")
        return (condition or {}) | {target: pd.Series(pandas_values(labels))}, n_samples

    def _vary(self, rows, n_samples, strength, rng):
        """TableCondition of `rows`, repeated to `n_samples`, with a random share of the cells unknown."""
        if not (isinstance(strength, numbers.Real) and 0 < strength <= 1):
            raise ValueError(f"strength must be in (0, 1]. Received: strength={strength!r}")
        X, y = rows if isinstance(rows, tuple) else (rows, None)
        target = self._pairing.target
        if y is not None and target is None:
            raise ValueError("`like` is a pair (X, y), but the synthesizer was fitted without y: give X alone.")
        X = self._as_rows(X)
        if y is not None:
            check_consistent_length(X, y)
        table = X if y is None else self._pairing.join(X, y)
        known = self.codec_.condition(table)
        know_missing(self.codec_, known, table)
        n = len(known.known)
        if n == 0:
            raise ValueError("`like` has no rows to vary.")
        chosen = np.arange(n if n_samples is None else n_samples) % n
        redraw = self._cells_to_redraw(len(chosen), strength, rng)
        return vary(known, chosen, redraw, self.codec_.places, self.codec_.fresh)

    def _cells_to_redraw(self, n, strength, rng):
        """Which cells (n, n_columns) are drawn anew: `strength` of those of each row, at least one, never the label.

        Of what is made afresh in any case only whether it is missing is drawn, and does not count.
        """
        codec, target = self.codec_, self._pairing.target
        kept = [] if target is None else [codec.place_of(target)]
        places = [place for place in dict.fromkeys(codec.places) if place not in (*kept, *codec.fresh)]
        wanted = np.maximum(np.floor(strength * len(places) + rng.random((n, 1))), 1)
        redraw = rng.random((n, len(codec.columns))) < strength
        redraw[:, places] = rng.random((n, len(places))).argsort(axis=1).argsort(axis=1) < wanted
        redraw[:, kept] = False
        return redraw

    def _as_rows(self, X):
        """Rows that a user gave to `generate`, as the codec takes them."""
        if is_frame(X):
            return X
        X = check_array(as_array(X), dtype=None, ensure_all_finite=False, ensure_min_samples=0)
        if X.shape[1] != self.n_features_in_:
            raise ValueError(f"Expected {self.n_features_in_} columns, as in the training data; got {X.shape[1]}.")
        return X if self._pairing.target is None else as_frame(X)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        tags.input_tags.string = True
        tags.target_tags.required = False
        return tags

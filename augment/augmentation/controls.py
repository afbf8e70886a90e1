"""The controls of augmentation: rows that cost nothing, beside which a synthesizer has to show what it is good for.

Each is a generator of rows, as told in `rows`, for tables of every kind: what it gives has the columns and types it
was fitted on. Of images the pixels are the columns.
"""

from abc import abstractmethod
from dataclasses import replace

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_consistent_length, check_is_fitted

from augment.augmentation.rows import in_turn, parents_of
from augment.codecs.frames import read_table, write_table
from augment.synthesizers.pairs import Pairing, as_array, as_frame, is_frame, to_numpy

FEW = 10  # distinct whole numbers in y at most, to count as classes where no labels are asked for
COMMONEST = 20  # categories of a column that count for distances; rarer ones are alike


class Control(BaseEstimator):
    """Base of the controls: finds parents among the real rows, of which a subclass makes new ones in `_children`."""

    takes_sequences = False

    def __init__(self, random_state=None):
        self.random_state = random_state

    def fit(self, X, y):
        """Keep the rows.

        Parameters
        ----------
        X : table of shape (n_samples, n_features)
            A pandas or polars frame, a pyarrow table or a 2-D array; or an array of images, of more dimensions; for
            `Duplicates` also sequences, an array of objects (n_samples,).
        y : array-like of shape (n_samples,)
            Classes or numbers.

        Returns
        -------
        self

        Raises
        ------
        ValueError, TypeError
            If X is no table with rows and columns of known types, or y not as long.
        """
        X = X if is_frame(X) else np.asarray(as_array(X))
        check_consistent_length(X, y)
        self.shape_, self.sequences_ = X.shape[1:], None
        if not self.shape_:
            if not self.takes_sequences:
                raise TypeError("Sequences have no values to put others between or to shake: take Duplicates.")
            self.sequences_, X = X, np.arange(len(X))[:, None]  # their places stand for them
        elif len(self.shape_) > 1:
            X = X.reshape(len(X), -1)
        self.pairing_ = Pairing.of(X, y)
        self.columns_, self.form_ = read_table(self.pairing_.join(as_frame(X), y))
        self.y_ = to_numpy(y)
        return self

    def generate(self, n_samples=None, *, y=None, random_state=None):
        """Make new rows, each from a real one; every real one has its turn before one has a second.

        Parameters
        ----------
        n_samples : int, default=None
            Number of rows; by default as many as were fitted, or as y has labels.
        y : array-like of shape (n_samples,), default=None
            The classes to make, in this order.
        random_state : int, RandomState instance or None, default=None
            Decides the rows. None takes the control's own.

        Returns
        -------
        X_new, y_new
            As X and y were fitted.

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            If a label was not fitted.
        """
        check_is_fitted(self, "columns_")
        seed = self.random_state if random_state is None else random_state
        rng = np.random.default_rng(check_random_state(seed).randint(2**31 - 1))
        if y is None:
            parents = in_turn(np.arange(len(self.y_)), len(self.y_) if n_samples is None else n_samples, rng)
        else:
            parents = parents_of(to_numpy(y), self.y_, rng)
        of_classes = y is not None or _are_classes(self.y_)
        strata = pd.factorize(self.y_)[0] if of_classes else np.zeros(len(self.y_), int)
        X_new, y_new = self.pairing_.split(write_table(self._children(parents, strata, of_classes, rng), self.form_))
        if self.sequences_ is not None:
            return self.sequences_[X_new[:, 0]], y_new
        return (X_new.reshape(-1, *self.shape_) if len(self.shape_) > 1 else X_new), y_new

    @abstractmethod
    def _children(self, parents, strata, of_classes, rng):
        """Columns of new rows, from the places of their parents and the stratum of every real row.

        The strata are the classes, where y holds such; else there is one, and the last column, y, is a number.
        """


class Duplicates(Control):
    """Repeats real rows: tells what mere weight does, without any news.

    Parameters
    ----------
    random_state : int, RandomState instance or None, default=None
        Decides which rows come first.

    Examples
    --------
    >>> X, y = Duplicates(random_state=0).fit([[1.0], [2.0]], ["a", "b"]).generate(y=["b", "b", "a"])
    >>> X.ravel().tolist(), y.tolist()
    ([2.0, 2.0, 1.0], ['b', 'b', 'a'])
    """

    takes_sequences = True

    def _children(self, parents, strata, of_classes, rng):
        return [column.take(parents) for column in self.columns_]


class Interpolation(Control):
    """Puts new rows between a real one and one of its five nearest neighbours of the same class.

    SMOTE (Chawla, Bowyer, Hall and Kegelmeyer 2002, Journal of Artificial Intelligence Research 16, 321-357) for
    tables of any kind: numbers and dates lie between those of the parents, whole numbers are rounded, categories and
    missing values come from one of the two. Where y holds numbers, they are interpolated too (Torgo, Ribeiro,
    Pfahringer and Branco 2013, "SMOTE for regression"). Distances are those of standardised numbers; two different
    categories are one apart. The only row of a class is repeated.

    Parameters
    ----------
    random_state : int, RandomState instance or None, default=None
        Decides neighbours and steps.

    Examples
    --------
    >>> X, y = Interpolation(random_state=0).fit([[1.0], [2.0], [9.0]], ["a", "a", "b"]).generate(y=["a", "b"])
    >>> bool(1 <= X[0, 0] <= 2), float(X[1, 0])
    (True, 9.0)
    """

    def _children(self, parents, strata, of_classes, rng):
        from augment.auditing.rival import interpolated

        taken = np.array([_is_taken(column) for column in self.columns_])
        taken[-1] |= of_classes
        points = np.concatenate([_points(column) for column in self.columns_[:-1]], axis=1)
        places = np.arange(len(points), dtype=float)  # a cell that is taken from a parent is told by its row
        rows = np.column_stack([places if taken[j] else _numbers(c) for j, c in enumerate(self.columns_)])
        new = interpolated(rows, points, strata, taken, rng, parents)
        return [
            column.take(new[:, j].astype(int)) if taken[j] else _renumbered(column, parents, new[:, j])
            for j, column in enumerate(self.columns_)
        ]


class Noise(Control):
    """Repeats real rows with errors: normal ones on numbers and dates, other categories of the same class.

    Parameters
    ----------
    scale : float, default=0.1
        Standard deviation of the errors in those of the column, and the share of the categories that are drawn anew.
    random_state : int, RandomState instance or None, default=None
        Decides the errors.

    Examples
    --------
    >>> X, y = Noise(random_state=0).fit([[1.0], [2.0], [9.0]], ["a", "b", "a"]).generate(y=["b", "b"])
    >>> bool(X[0, 0] != X[1, 0]), y.tolist()
    (True, ['b', 'b'])
    """

    def __init__(self, scale=0.1, random_state=None):
        super().__init__(random_state)
        self.scale = scale

    def _children(self, parents, strata, of_classes, rng):
        return [*(self._shaken(c, parents, strata, rng) for c in self.columns_[:-1]), self.columns_[-1].take(parents)]

    def _shaken(self, column, parents, strata, rng):
        """One column with errors, none beyond the range of its values."""
        if _is_taken(column):
            anew = rng.random(len(parents)) < self.scale
            return column.take(np.where(anew, _others(parents, strata, rng), parents))
        values = _numbers(column)
        if np.isnan(values).all():
            return column.take(parents)
        errors = self.scale * np.nanstd(values) * rng.standard_normal(len(parents))
        return _renumbered(column, parents, np.clip(values[parents] + errors, np.nanmin(values), np.nanmax(values)))


def _others(parents, strata, rng):
    """For each parent a random row of its class."""
    order = np.argsort(strata, kind="stable")
    counts = np.bincount(strata)
    starts = np.cumsum(counts) - counts
    mine = strata[parents]
    return order[starts[mine] + rng.integers(counts[mine])]


def _are_classes(y):
    """Whether y holds classes where nobody says so: no numbers, or few whole ones."""
    if y.dtype.kind not in "iuf":
        return True
    distinct = np.unique(y)
    return bool(len(distinct) <= FEW and (distinct == np.round(distinct)).all())


def _is_taken(column):
    """Whether a column's cells can only be taken from real rows, for there is nothing between two of them."""
    return column.family in ("label", "decimal")


def _numbers(column):
    """The values as floats, NaN where they are missing."""
    return np.where(column.present, column.values, np.nan).astype(float)


def _renumbered(column, parents, values):
    """The parents' cells with these numbers, rounded where the column holds whole ones; NaN is missing."""
    gone = np.isnan(values)
    kind = column.values.dtype
    values = np.where(gone, 0, np.rint(values) if kind.kind in "iu" else values).astype(kind)
    return replace(
        column, values=values, missing=np.where(gone, np.maximum(column.missing[parents], 1), 0).astype("int8")
    )


def _points(column):
    """A column as coordinates, of shape (n, coordinates): squared distances are in standard deviations."""
    gone = ~column.present
    if not _is_taken(column):
        values = _numbers(column)
        if gone.all() or np.nanstd(values) == 0:
            return np.column_stack([np.zeros(len(gone)), gone])
        return np.column_stack([np.where(gone, 0.0, (values - np.nanmean(values)) / np.nanstd(values)), gone])
    codes, labels = pd.factorize(np.where(gone, None, column.values.astype(object)))
    commonest = np.argsort(-np.bincount(codes[~gone], minlength=len(labels)), kind="stable")[:COMMONEST]
    return np.sqrt(0.5) * np.column_stack([codes[:, None] == commonest, gone])

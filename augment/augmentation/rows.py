"""Which rows to add: how many synthetic ones of each class, and how a fitted generator is asked for them.

A generator of rows is whatever has scikit-learn's `clone`, `fit(X, y)` and
`generate(n_samples=None, *, y=None, random_state=None) -> (X_new, y_new)`: a `TabularSynthesizer`, or a class of one's
own.
"""

import numbers

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from sklearn.utils import check_random_state

from augment.synthesizers.pairs import is_frame, names_in, stack, to_numpy

STRATEGIES = ("all", "minority", "balance")


def added_labels(y, ratio=1.0, strategy="all"):
    """Labels of the rows to add, in the order of the sorted classes.

    Parameters
    ----------
    y : array-like of shape (n_samples,)
        Classes of the real rows, none missing.
    ratio : float, default=1.0
        At least 0. What it multiplies depends on the strategy.
    strategy : {"all", "minority", "balance"}, default="all"
        "all" adds `round(ratio * n_samples)` rows in the proportions of y, by the method of largest remainders; of
        equal remainders the rarer class gets the row.
        "balance" adds `ratio` times what each class lacks to be as large as the largest: 1 makes all equal.
        "minority" does so for the smallest class alone, or for all that are equally small. With two classes it is the
        same as "balance"; where all classes are equally large neither adds a row.

    Returns
    -------
    ndarray of shape (n_added,)

    Raises
    ------
    ValueError
        If the strategy is unknown or the ratio negative or infinite.

    Examples
    --------
    >>> y = ["a"] * 5 + ["b"] * 2 + ["c"]
    >>> [str(label) for label in added_labels(y, 0.5)]
    ['a', 'a', 'b', 'c']
    >>> [str(label) for label in added_labels(y, 1, "balance")]
    ['b', 'b', 'b', 'c', 'c', 'c', 'c']
    >>> [str(label) for label in added_labels(y, 0.5, "minority")]
    ['c', 'c']
    """
    return np.repeat(*counts_to_add(y, ratio, strategy))


def counts_to_add(y, ratio=1.0, strategy="all"):
    """Classes and how many rows of each `added_labels` asks for."""
    check_ratio(ratio)
    check_strategy(strategy)
    classes, counts = np.unique(to_numpy(y), return_counts=True)
    if strategy == "all":
        return classes, _apportioned(ratio * counts, n_added(counts.sum(), ratio))
    wanted = np.round(ratio * (counts.max() - counts)).astype(int)
    if strategy == "minority":
        wanted[counts > counts.min()] = 0
    return classes, wanted


def n_added(n_samples, ratio):
    """Number of rows that a ratio adds to `n_samples`, where all are treated alike."""
    return round(float(ratio * n_samples))


def synthetic_rows(generator, y, ratio=1.0, strategy="all", random_state=None, *, classes=True):
    """Rows that a fitted generator adds to the real ones, in a random order.

    The order is one of a shuffled sample, so that the first rows are themselves a sample of the same kind, and one fit
    serves many ratios: `first_of` takes from the rows of the largest what a smaller one needs.

    Parameters
    ----------
    generator : fitted generator of rows
        With `generate`, as told at the top of this file; it is never asked for y and n_samples together.
    y : array-like of shape (n_samples,)
        Targets of the real rows.
    ratio, strategy
        As in `added_labels`.
    random_state : int, RandomState instance or None, default=None
        Decides rows and order.
    classes : bool, default=True
        Whether y holds classes, which are then asked for by name. Else the generator draws X and y together, and "all"
        is the only strategy.

    Returns
    -------
    X_new, y_new
        What the generator gave.

    Raises
    ------
    ValueError
        If the generator gave other labels than those asked for or another number of rows, or as in `added_labels`.
    """
    if classes:
        return rows_labelled(generator, added_labels(y, ratio, strategy), random_state)
    check_ratio(ratio)
    if strategy != "all":
        raise ValueError(f"Numbers have no classes: strategy must be 'all'. Received: strategy={strategy!r}")
    return rows_drawn(generator, n_added(len(y), ratio), random_state)


def rows_labelled(generator, labels, random_state=None):
    """One row of a fitted generator for each label, shuffled."""
    rng = check_random_state(random_state)
    labels = rng.permutation(to_numpy(labels))
    if not len(labels):
        return rows_drawn(generator, 0, rng)
    X_new, y_new = generator.generate(y=labels, random_state=_seed(rng))
    got = to_numpy(y_new)
    if X_new.shape[0] != len(labels) or len(got) != len(labels) or not np.all(got == labels):
        raise ValueError(
            f"{type(generator).__name__}.generate(y=labels) must give a row for each label, with these labels in this "
            f"order. Asked for {len(labels)} rows with the labels {_few(labels)}; got {X_new.shape[0]} rows with "
            f"the labels {_few(got)}."
        )
    return X_new, y_new


def rows_drawn(generator, n_samples, random_state=None):
    """So many rows of a fitted generator, X and y drawn together."""
    X_new, y_new = generator.generate(n_samples, random_state=_seed(check_random_state(random_state)))
    if X_new.shape[0] != n_samples or len(y_new) != n_samples:
        raise ValueError(
            f"{type(generator).__name__}.generate({n_samples}) must give {n_samples} rows; got {X_new.shape[0]} in X "
            f"and {len(y_new)} in y."
        )
    return X_new, y_new


def append_rows(X, X_new, generator):
    """Real rows, then the synthetic ones of a generator, in one table of the same kind."""
    if is_frame(X) != is_frame(X_new) or (is_frame(X) and names_in(X) != names_in(X_new)):
        raise ValueError(
            f"{type(generator).__name__}.generate must give rows of the kind and columns that it was fitted on. "
            f"Expected {_kind(X)}; got {_kind(X_new)}."
        )
    return stack(X, X_new)


def take(data, places):
    """Rows of a frame, a series or an array by their places."""
    if isinstance(data, pd.DataFrame | pd.Series):
        return data.iloc[places]
    return nw.from_native(data, eager_only=True)[places].to_native() if is_frame(data) else data[places]


def first_of(y_new, labels):
    """Places in `y_new` of as many rows of each class as `labels` has: the first ones, in their order there.

    >>> first_of(["a", "b", "a", "a", "b"], ["a", "a", "b"])
    array([0, 1, 2])
    """
    y_new = to_numpy(y_new)
    classes, counts = np.unique(labels, return_counts=True)
    places = [np.flatnonzero(y_new == label)[:count] for label, count in zip(classes, counts, strict=True)]
    return np.sort(np.concatenate([np.array([], int), *places]))


def labels_for_all(wanted):
    """Labels of which each array of `wanted` is a part: one row serves several choices.

    >>> labels_for_all([["a", "a"], ["b", "a"]]).tolist()
    ['a', 'a', 'b']
    """
    classes = np.unique(np.concatenate(wanted))
    counts = [(np.asarray(labels) == classes[:, None]).sum(axis=1) for labels in wanted]
    return np.repeat(classes, np.max(counts, axis=0))


def parents_of(labels, y, rng):
    """For each label the place of a real row that has it, all of them in turn.

    >>> parents_of(np.array(["b", "a", "b"]), np.array(["a", "b"]), np.random.default_rng(0)).tolist()
    [1, 0, 1]
    """
    parents = np.zeros(len(labels), int)
    for label in pd.unique(labels).tolist():
        wanted, members = labels == label, np.flatnonzero(y == label)
        if not len(members):
            known = ", ".join(map(repr, pd.unique(y)[:20].tolist()))
            raise ValueError(f"y asks for the label {label!r}, which was not fitted; fitted were {known}.")
        parents[wanted] = in_turn(members, wanted.sum(), rng)
    return parents


def in_turn(members, n, rng):
    """`n` of the members: all of them as often as that goes, the rest at random."""
    rounds = -(-n // len(members))
    return np.concatenate([members[:0], *(rng.permutation(members) for _ in range(rounds))])[:n]


def check_ratio(ratio):
    """Refuse a ratio that is no finite number of at least 0."""
    if isinstance(ratio, bool) or not isinstance(ratio, numbers.Real) or not 0 <= ratio < np.inf:
        raise ValueError(
            f"ratio must be a number of at least 0, rows to add for each real one. Received: ratio={ratio!r}"
        )


def check_strategy(strategy):
    """Refuse a strategy that is none of those known."""
    if strategy not in STRATEGIES:
        raise ValueError(f"strategy must be one of {', '.join(map(repr, STRATEGIES))}. Received: strategy={strategy!r}")


def _apportioned(shares, total):
    """Integers that add up to `total` and are nearest to `shares`, by largest remainders (Hamilton)."""
    whole = np.floor(shares).astype(int)
    largest = np.lexsort((shares, whole - shares))[: max(0, total - whole.sum())]
    whole[largest] += 1
    return whole


def _kind(X):
    return f"a {type(X).__name__} with the columns {names_in(X)}" if is_frame(X) else f"a {type(X).__name__}"


def _seed(rng):
    return int(rng.randint(2**31 - 1))


def _few(labels):
    return ", ".join(map(repr, np.asarray(labels)[:5].tolist())) + (", ..." if len(labels) > 5 else "")

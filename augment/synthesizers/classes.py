"""Which classes the samples to generate have: those that were asked for, or drawn as frequent as they were."""

import numbers

import numpy as np

from augment.codecs.labels import read_labels
from augment.synthesizers.pairs import to_numpy

LABEL = "label"  # what a condition calls the class


def check_number(n_samples):
    """A ValueError where a number of samples is none."""
    whole = isinstance(n_samples, numbers.Integral) and not isinstance(n_samples, bool)
    if n_samples is not None and not (whole and n_samples >= 0):
        raise ValueError(f"n_samples must be an integer of at least 0. Received: n_samples={n_samples!r}")


def classes_to_generate(classes, n_samples, default, y, condition, rng, what="images"):
    """Places among the classes (n,) of samples to generate, zeros where there are no classes.

    Parameters
    ----------
    classes : Classes
        Those that were fitted.
    n_samples : int or None
        How many; None takes as many as `y` has, or else the default.
    default : int
        How many by default.
    y : array-like or None
        Labels to have, in this order.
    condition : dict or None
        `{"label": value}` or `{"label": list}`: labels to draw from.
    rng : numpy.random.Generator
        Draws them.
    what : str, default="images"
        What samples are called in messages.
    """
    if y is not None:
        labels = labels_of(classes, y, what)
        if n_samples not in (None, len(labels)):
            raise ValueError(f"y asks for {len(labels)} {what}, n_samples for {n_samples}: leave one of them out.")
        return classes.places(labels)
    n = default if n_samples is None else n_samples
    shares = np.array(classes.proportions)
    if condition is not None:
        shares = _restricted(classes, condition, shares, what)
    if not len(shares):
        return np.zeros(n, int)
    return rng.choice(len(shares), n, p=shares)


def labels_of(classes, y, what="images"):
    """Labels that are asked for, as an array (n,)."""
    if classes.values is None:
        raise ValueError(f"Labels can be asked for after fit(X, y); these {what} were fitted without labels.")
    labels = to_numpy(y)
    if not labels.ndim:
        raise ValueError(f"Labels to ask for are a list, as in y=[3, 3, 5]. Received: {y!r}")
    return read_labels(labels, len(labels), what) if len(labels) else classes.values[:0]


def _restricted(classes, condition, shares, what):
    """Shares of the classes under a condition."""
    if not isinstance(condition, dict) or set(condition) != {LABEL}:
        raise ValueError(f"A condition on {what} is {{'{LABEL}': value or list}}. Received: {condition!r}")
    wanted = condition[LABEL]
    wanted = list(wanted) if isinstance(wanted, list | tuple | np.ndarray) else [wanted]
    allowed = np.isin(np.arange(len(shares)), classes.places(labels_of(classes, wanted, what)))
    if not allowed.any():
        raise ValueError(f"The condition allows no label. Received: {condition!r}")
    return shares * allowed / (shares @ allowed)

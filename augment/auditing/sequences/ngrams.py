"""How well what was seen foretells the next category: probabilities after up to three others, smoothed."""

import numpy as np

ORDER = 3


def surprises(learned, tested, size):
    """Minus the logarithm of the probability of each step of tested sequences, the end included; and their owners.

    The probability after k categories is mixed with that after k - 1 by how many different ones followed (Witten and
    Bell 1991), down to one that knows none.

    Parameters
    ----------
    learned, tested : (ndarray of int, ndarray of int)
        Categories from 0, and the sequence of each: sequences stand one behind the other.
    size : int
        Categories.

    Returns
    -------
    (ndarray, ndarray of int)

    Examples
    --------
    >>> one = np.array([0, 1] * 20), np.repeat([0], 40)
    >>> found, _ = surprises(one, (np.array([0, 1, 0]), np.zeros(3, int)), 2)
    >>> found.round(2).tolist()
    [0.07, 0.01, 0.03, 12.13]
    """
    known, _ = _with_contexts(*learned, size)
    asked, owners = _with_contexts(*tested, size)
    probability = np.full(len(owners), 1 / (size + 1))
    for order in range(ORDER + 1):
        probability = _mixed(known[order], known[-1], asked[order], asked[-1], probability, size + 1)
    return -np.log(probability), owners


def _with_contexts(codes, owners, size):
    """Contexts of 0, 1, 2 and 3 categories before each step, then the steps themselves, ends included; and owners."""
    n = owners.max(initial=-1) + 1
    order = np.argsort(np.concatenate([owners, np.arange(n)]), kind="stable")  # ends behind the steps of their sequence
    steps = np.concatenate([codes, np.full(n, size)])[order].astype("int64")
    owners = np.concatenate([owners, np.arange(n)])[order]
    contexts = [np.zeros(len(steps), "int64")]
    for back in range(1, ORDER + 1):
        before = np.full(len(steps), size + 1)  # the beginning
        before[back:] = np.where(owners[back:] == owners[:-back], steps[:-back], size + 1)
        contexts.append(contexts[-1] * (size + 2) + before)
    return [*contexts, steps], owners


def _mixed(contexts, steps, asked, next_ones, lower, width):
    """Probabilities of the next ones after the contexts asked for, from those of the lower order."""
    seen, count = np.unique(contexts, return_counts=True)
    pairs, times = np.unique(contexts * width + steps, return_counts=True)
    kinds = np.bincount(np.searchsorted(seen, pairs // width), minlength=len(seen))
    total, different = _looked_up(seen, count, asked), _looked_up(seen, kinds, asked)
    own = _looked_up(pairs, times, asked * width + next_ones)
    return np.where(total > 0, (own + different * lower) / np.maximum(total + different, 1), lower)


def _looked_up(keys, values, asked):
    """Values of the keys asked for; 0 where there is no such key."""
    if not len(keys):
        return np.zeros(len(asked))
    place = np.minimum(np.searchsorted(keys, asked), len(keys) - 1)
    return np.where(keys[place] == asked, values[place], 0)

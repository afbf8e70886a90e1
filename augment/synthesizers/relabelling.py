"""The label as the last column to be drawn: its probabilities given all other cells, and labels redrawn from them."""

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from augment._threads import threads_for
from augment.codecs.quantities import Number
from augment.synthesizers.groups import FEW
from augment.synthesizers.quantile_maps import redraw

FOLDS = 5
MOST_LABELS = 20


def label_probabilities(model, codec, block, arrays, rng, *others):
    """Probabilities of the labels given all other cells of rows, as the model has them.

    A model with `log_conditional` tells them itself. Of any other, boosted trees learn them from rows that it drew; the
    probabilities of these rows come from trees that did not see them.

    Parameters
    ----------
    model : GenerativeModel
        The trained model.
    codec : TableCodec
        Made the rows that it was trained on.
    block : int
        The labels' block.
    arrays : ndarray of shape (n, layout.width)
        Encoded rows that the model drew.
    rng : numpy.random.Generator
        The only source of randomness.
    *others : ndarray of shape (m, layout.width)
        More rows to tell them of, which need not be the model's own.

    Returns
    -------
    list of ndarray of shape (n or m, block.size)
        One for `arrays` and one for each of the others.
    """
    if hasattr(model, "log_conditional"):
        return [np.exp(model.log_conditional(rows, block)) for rows in (arrays, *others)]
    size = codec.tokens.blocks[block].size
    labels = codec.as_tokens(arrays)[:, codec.tokens.blocks[block].start]
    x, *more = (_features(codec, block, rows, rng) for rows in (arrays, *others))
    found, beyond = np.zeros((len(x), size)), [np.zeros((len(rows), size)) for rows in more]
    fold = rng.permutation(np.arange(len(x)) % FOLDS)
    with threads_for(len(x)):
        for k in range(FOLDS):
            trees = HistGradientBoostingClassifier(
                early_stopping=False, max_iter=60, random_state=int(rng.integers(2**31))
            )
            trees.fit(x[fold != k], labels[fold != k])
            found[np.ix_(fold == k, trees.classes_)] = trees.predict_proba(x[fold == k])
            for rows, total in zip(more, beyond, strict=True):
                total[:, trees.classes_] += trees.predict_proba(rows) / FOLDS
    return [found, *beyond]


def tells_labels(codec):
    """Whether a column's values are labels, each with a token of its own, not numbers to be measured."""
    return not codec.levels and (codec.size <= FEW or not isinstance(codec, Number))


def label_last(source, target, arrays):
    """Encoded rows with the label drawn once more, given all other cells, where the model can tell how likely it is.

    A label that came early in the order of the columns was drawn knowing few of them: a step of a Gibbs sampler.
    """
    codec = source.codec
    known = target in codec.places and tells_labels(codec.columns[target])
    if not known or not hasattr(source.model, "log_conditional"):
        return arrays
    block = codec.places.index(target)
    arrays = arrays.copy()
    probabilities = np.exp(source.model.log_conditional(arrays, block))
    arrays[:, codec.tokens.blocks[block].start] = redraw(probabilities, source.rng)
    return arrays


def _features(codec, block, arrays, rng):
    vectors, layout = codec.as_vectors(arrays, rng)
    return vectors[:, layout.columns != block]


def map_numbers(source, target, pool, drawn, carry_of):
    """The target's column with its numbers carried by a quantile map; missing values stay.

    Parameters
    ----------
    source : Source
        The model and the codec.
    target : int
        Place of the target.
    pool, drawn : tuple of list of Column and ndarray of int
        The rows to learn the map from and the rows to map, each with the group of each row.
    carry_of : callable
        Makes a map of values and groups.

    Returns
    -------
    Column
    """
    codec, (columns, of_pool), (rows, of_rows) = source.codec.columns[target], pool, drawn
    known, column = columns[target], rows[target]
    carry = carry_of(codec.numbers(known)[known.present].astype("float64"), of_pool[known.present])
    new = codec.numbers(column).astype("float64")
    new[column.present] = carry(new[column.present], of_rows[column.present], source.rng)
    mapped = codec.column_of(codec.snap(new))
    mapped.missing, mapped.kinds = column.missing, column.kinds
    return mapped


def labels_without(codec, target, arrays, groups, n_groups):
    """The first (group, label in words) of which no encoded row is; None where every group has all labels."""
    own, block = codec.columns[target], codec.tokens.blocks[codec.places.index(target)]
    labels = codec.as_tokens(arrays)[:, block.start]
    for label in np.unique(labels[labels < own.size]):
        lacking = set(range(n_groups)) - set(groups[labels == label].tolist())
        if lacking:
            column = own.decode(np.array([[label]], "int32"), np.random.default_rng(0))
            return min(lacking), str(column.values[0] if column.labels is None else column.labels[column.values[0]])
    return None

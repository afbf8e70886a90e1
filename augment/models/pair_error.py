"""How far two sets of rows are from each other, pair of columns by pair of columns."""

import numpy as np
from keras import ops

from augment.models.vector_heads import VectorHeads

BINS = 10  # of each number, of equal probability in the training rows


def pair_error(layout, first, second, without=()):
    """Mean total variation distance of the contingency tables of all pairs of blocks, numbers cut into ten bins.

    Parameters
    ----------
    layout : VectorLayout
        The form of the rows.
    first, second : ndarray of float32 of shape (n, layout.width)
        Rows; the two may be of different number.
    without : sequence of int, default=()
        Columns to leave out.

    Returns
    -------
    float
        From 0, the same tables, to 1.
    """
    heads = VectorHeads(layout, BINS)
    tables = []
    for x in (first, second):
        told = ops.convert_to_numpy(heads.targets(x)).astype("float64")
        tables.append(told.T @ told / len(told))
    starts, distances = [places.start for places in heads.slices], np.abs(tables[0] - tables[1])
    for axis in (0, 1):
        distances = np.add.reduceat(distances, starts, axis=axis)
    kept = [i for i, block in enumerate(layout.blocks) if block.column not in set(without)]
    distances = distances[np.ix_(kept, kept)] / 2
    return float(distances[np.triu_indices(len(kept), min(1, len(kept) - 1))].mean())

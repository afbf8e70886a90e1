"""Rows in wanted numbers for each cell of group and label: chosen among the model's own, then drawn given both."""

import numpy as np

from augment.codecs.column import concatenate
from augment.synthesizers.relabelling import label_last

ROUNDS = 4  # of rows of the model, each as many as wanted, among which rows of rare cells are looked for


def draw_cells(source, pool, groups, labels, counts):
    """Draw a table with a wanted number of rows in each cell.

    Rows of a cell are taken from the pool, then from more pools like it; what is wanting after a few is drawn given
    group and label.

    Parameters
    ----------
    source : Source
        The model, the codec and what the user asked for.
    pool : Pool
        Rows of the model; some of each cell that is wanted.
    groups, labels : Groups
        The cells.
    counts : ndarray of int of shape (n_groups, n_labels)
        The wanted numbers.

    Returns
    -------
    table
        Of the fitted form, its rows in random order.
    """
    places, wanted, parts, more = (*groups.places, *labels.places), counts.ravel().copy(), [], pool
    for _ in range(ROUNDS):
        cell = more.cells(groups, labels)
        found = np.minimum(wanted, _count(cell, len(wanted)))
        parts.append(more.take(_rows_of_cells(cell, found, source.rng), places))
        wanted -= found
        if not wanted.any():
            break
        more = Pool(source, pool.target, len(pool.arrays))
    rows = _rows_of_cells(pool.cells(groups, labels), wanted, source.rng)
    known = {place: pool.columns[place].take(rows) for place in places}
    parts.append((source.arrays(len(rows), source.knowing(known, len(rows))), known))
    order = source.rng.permutation(source.n)
    arrays = np.concatenate([part for part, _ in parts])[order]
    known = {place: concatenate([columns[place] for _, columns in parts]).take(order) for place in places}
    return source.codec.decode(arrays, source.rng, source.knowing(known, source.n))


class Pool:
    """Rows that the model drew under the user's condition, the label last.

    Parameters
    ----------
    source : Source
        The model, the codec and what the user asked for.
    target : int
        Place of the labels' column.
    n : int
        Number of rows.
    """

    def __init__(self, source, target, n):
        self.target, condition = target, source.condition(n)
        self.arrays = source.arrays(n, condition)
        if target not in source.asked:
            self.arrays = label_last(source, target, self.arrays)
        self.columns = source.codec.decode_columns(self.arrays, source.rng, condition)

    def cells(self, groups, labels):
        """The cell of each row, group by group; -1 for a row of none."""
        group, label = groups.codes(self.columns), labels.codes(self.columns)
        return np.where((group < 0) | (label < 0), -1, group * len(labels.names) + label)

    def counts(self, groups, labels):
        """Rows in each cell, an int array of shape (n_groups, n_labels)."""
        shape = len(groups.names), len(labels.names)
        return _count(self.cells(groups, labels), shape[0] * shape[1]).reshape(shape)

    def take(self, rows, places):
        """The arrays of some rows, and their columns at these places."""
        return self.arrays[rows], {place: self.columns[place].take(rows) for place in places}


def _count(cell, n_cells):
    return np.bincount(cell[cell >= 0], minlength=n_cells)


def _rows_of_cells(cell, counts, rng):
    """For each cell as many rows of that cell as wanted; a row twice only where there are too few."""
    chosen = [np.resize(rng.permutation(np.flatnonzero(cell == k)), counts[k]) for k in np.flatnonzero(counts)]
    return np.concatenate([np.zeros(0, int), *chosen])

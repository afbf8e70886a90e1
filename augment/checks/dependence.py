"""The one check of substance: columns depend on each other as in the given rows."""

from itertools import combinations

import numpy as np
import pandas as pd
from sklearn.base import clone

from augment.checks.columns import labels, ordered
from augment.checks.expecting import expect

N_DEPENDENCE = 1000  # generated rows that dependence is measured on
NEARER = 0.8  # of the error of independent columns at most


def check_dependence(subject):
    """Pairs of columns depend on each other as in the given rows, better than independent columns would.

    Numbers and dates are cut at their quartiles; the error of a pair is the total variation
    distance of its joint distribution from that of the given rows. It is compared with the error of independent columns
    that have the generated rows' own margins, so that errors of the margins are on both sides and only dependence
    decides. Independent columns reach a ratio of 1 or a little above and fail clearly, and 0.8 is demanded, far from
    what a good model reaches (about 0.3); but a sane model that is hardly trained may fail too: give it more epochs.
    """
    synthesizer = clone(subject.whole).fit(subject.table)
    ratio = dependence_error(subject.table, synthesizer.generate(N_DEPENDENCE))
    expect(
        ratio <= NEARER,
        check_dependence,
        f"pairs of columns whose error is at most {NEARER} of that of independent columns with the same margins",
        f"{ratio:.2f} of it",
        "Train longer, or look whether the model draws columns jointly and whether the given ones depend on each other",
    )


def dependence_error(real, new):
    """Mean error of the pairs of columns of `new`, as a share of that of independent columns with the same margins."""
    cells = [_cells(real[name], new[name]) for name in real]
    errors = []
    for (first, new_first), (second, new_second) in combinations([pair for pair in cells if pair is not None], 2):
        joint, new_joint = first.T @ second / len(real), new_first.T @ new_second / len(new)
        apart = np.outer(new_first.mean(axis=0), new_second.mean(axis=0))
        errors.append([np.abs(joint - new_joint).sum(), np.abs(joint - apart).sum()])
    together, apart = np.mean(errors, axis=0)
    return together / apart


def _cells(real, new):
    """Rows (n, k) with a 1 in the cell of each value, of both columns; None for keys and free text."""
    if real.name in ordered(real.to_frame()):
        edges = real.quantile([0.25, 0.5, 0.75])
        codes = [np.where(column.isna(), 4, np.searchsorted(edges, column)) for column in (real, new)]
        return [np.eye(5)[code] for code in codes]
    if real.name in labels(real.to_frame()):
        values = real.dropna().unique().tolist()
        codes = [pd.Categorical(column.astype(object), values).codes for column in (real, new)]
        return [np.eye(len(values) + 1)[code] for code in codes]  # the last, -1, is what is missing or unknown
    return None

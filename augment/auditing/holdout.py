"""Is the holdout a holdout? Rows of it that the generator learned from make every comparison with it worthless."""

import numpy as np
from scipy import stats

from augment.auditing.encoding import row_choices, row_keys

TOO_MANY = 0.01  # share of holdout rows: fewer than this change no verdict
CHANCE = 0.001  # how seldom a true holdout may be refused


def training_rows(data):
    """A sentence about training rows in the holdout when there are more than chance explains; empty otherwise."""
    if data.holdout is None:
        return ""
    for columns in row_choices(data):
        keys = row_keys(data, columns)
        if _beyond_chance(keys["train"], keys["holdout"]):
            n = int(np.isin(keys["holdout"], keys["train"]).sum())
            return (
                f"{n:,} of {len(data.holdout):,} holdout rows equal training rows, more than repeated rows explain, so "
                "the holdout is set aside. Hold out rows that the training part does not hold."
            )
    return ""


def _beyond_chance(train, holdout):
    """Whether train and holdout share more rows than a random split of their union would.

    A row that the union holds k times is in both parts of a random split unless all k fall into one. Rows that occur
    once cannot be shared, and common ones always are, so neither counts for or against.
    """
    rows, places, counts = np.unique(np.concatenate([train, holdout]), return_inverse=True, return_counts=True)
    in_train = np.bincount(places[: len(train)], minlength=len(rows))
    repeated = counts > 1
    if not repeated.any():
        return False
    shared = int(((in_train > 0) & (in_train < counts))[repeated].sum())
    part = len(train) / len(places)
    expected = 1 - part ** counts[repeated] - (1 - part) ** counts[repeated]
    p_value = stats.binomtest(shared, len(expected), expected.mean(), "greater").pvalue
    return bool(p_value < CHANCE and shared - expected.sum() > TOO_MANY * len(holdout))

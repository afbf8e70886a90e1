"""Areas by rates in bins are those that scikit-learn gives for the same scores; bins are common to all tables."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from augment.auditing.binned_areas import BINS, LABELS, binned_areas, bins_of
from augment.auditing.frames import prepare


def test_binned_areas_are_those_of_the_scores():
    rng = np.random.default_rng(0)
    folds, bins, codes = rng.integers(0, 2, 300), rng.integers(0, 4, 300), rng.integers(0, 3, 300)
    bins[codes == 1] = np.minimum(bins[codes == 1] + rng.integers(0, 2, (codes == 1).sum()), 3)
    counts = np.zeros((2, 4, 3), int)
    np.add.at(counts, (folds, bins, codes), 1)
    areas, *_ = binned_areas(counts)
    for g in range(2):
        expected = []
        for fold in range(2):
            learn, test = folds != fold, folds == fold
            prior = (codes[learn] == g).mean()
            rate = [
                ((codes[learn & (bins == b)] == g).sum() + prior) / ((learn & (bins == b)).sum() + 1) for b in range(4)
            ]
            expected.append(roc_auc_score(codes[test] == g, np.array(rate)[bins[test]]))
        assert areas[g] == pytest.approx(np.mean(expected))


def test_bins_are_tenths_of_the_training_numbers_in_every_table():
    rng = np.random.default_rng(0)
    real, new = pd.DataFrame({"x": rng.normal(size=500)}), pd.DataFrame({"x": rng.normal(size=300) + 5})
    new.loc[:9, "x"] = None
    bins, n_bins = bins_of(prepare(real, new), 0, {"train": np.arange(500), "synthetic": np.arange(300)})
    assert n_bins == BINS + 1
    assert np.bincount(bins["train"]).min() >= 49
    assert (bins["synthetic"][:10] == BINS).all()
    assert (bins["synthetic"][10:] == BINS - 1).mean() > 0.9


def test_rare_categories_share_the_last_bin():
    labels = [f"label {k:02}" for k in range(LABELS + 20)]
    frame = pd.DataFrame({"c": [label for k, label in enumerate(labels) for _ in range(len(labels) - k)]})
    rows = {"train": np.arange(len(frame))}
    bins, n_bins = bins_of(prepare(frame, frame), 0, rows)
    assert n_bins == LABELS + 2
    shared = sorted(set(frame["c"][bins["train"] == LABELS]))
    assert shared == labels[LABELS:]

"""One scale for all tables: features for trees, linear models and distances, and keys of equal rows."""

import numpy as np
import pandas as pd

from augment.auditing.encoding import for_distances, for_linear, for_trees, one_hot, row_keys
from augment.auditing.frames import prepare


def data(real, new, held=None):
    return prepare(pd.DataFrame(real), pd.DataFrame(new), None if held is None else pd.DataFrame(held))


def test_linear_features_use_the_training_scale():
    real = {"a": [0.0, 2.0] * 10, "c": ["u", "v"] * 10}
    x = for_linear(data(real, {"a": [4.0, np.nan] * 10, "c": ["u", None] * 10}), [0, 1])
    np.testing.assert_allclose(x["train"][:2], [[-1, 0, 1, 0, 0, 0], [1, 0, 0, 1, 0, 0]])
    np.testing.assert_allclose(x["synthetic"][:2], [[3, 0, 1, 0, 0, 0], [0, 1, 0, 0, 0, 1]])


def test_trees_see_numbers_and_codes():
    x, category = for_trees(
        data({"a": range(0, 40, 2), "c": ["u", "v"] * 10}, {"a": [1] * 20, "c": ["w"] * 20}), [0, 1]
    )
    assert category.tolist() == [False, True]
    assert x["synthetic"][0].tolist() == [1, 2]


def test_distances_are_ranks_and_mismatches():
    real = {"a": np.arange(20.0) ** 3, "c": ["u", "v"] * 10}
    prepared = data(real, {"a": [-1e9, np.nan] * 10, "c": ["u", "v"] * 10}, real)
    points = for_distances(prepared, [0, 1], {name: np.arange(20) for name in prepared.tables})

    def squared(a, b):
        return ((a - b) ** 2).sum()

    assert squared(points["train"][0], points["holdout"][0]) == 0
    np.testing.assert_allclose(squared(points["train"][0], points["train"][2]), 0.1**2, atol=1e-7)
    np.testing.assert_allclose(squared(points["train"][0], points["synthetic"][0]), 0, atol=1e-7)
    np.testing.assert_allclose(squared(points["train"][9], points["synthetic"][1]), 1 + 0.025**2, atol=1e-6)
    np.testing.assert_allclose(squared(points["train"][9] - points["train"][8], 0), 1 + 0.05**2, atol=1e-6)


def test_one_hot_folds_rare_and_marks_missing():
    np.testing.assert_array_equal(one_hot(np.array([0, 5, np.nan]), 2), [[1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]])


def test_row_keys_are_equal_exactly_when_rows_are():
    rng = np.random.default_rng(0)
    real, new = (rng.integers(0, 3, (60, 3)).astype(float) for _ in range(2))
    real[0, 0] = new[0, 0] = np.nan
    new[0] = real[0]
    prepared = prepare(real, new)
    keys = row_keys(prepared, [0, 1, 2])
    same = [[all(a == b or (a != a and b != b) for a, b in zip(r, s, strict=True)) for s in new] for r in real]
    np.testing.assert_array_equal(keys["train"][:, None] == keys["synthetic"][None, :], same)

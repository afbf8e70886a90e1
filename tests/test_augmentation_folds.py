"""Folds: bad data are refused first, every class is in every training set, sizes are those that were asked for."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy import sparse
from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold, StratifiedShuffleSplit

from augment.augmentation.folds import check_data, make_folds

X = np.arange(60.0).reshape(30, 2)
Y = np.repeat(["a", "b", "c"], [15, 10, 5])


def folds(y=Y, cv=None, train_sizes=None, classes=True, groups=None, seed=0):
    rng = np.random.RandomState(seed)
    return make_folds(X[: len(y)], y, cv=cv, groups=groups, train_sizes=train_sizes, classes=classes, rng=rng)


@pytest.mark.parametrize(
    "change, error, words",
    [
        ({"X": sparse.csr_matrix(X)}, TypeError, "X.toarray()"),
        ({"X": X.ravel()}, ValueError, "array"),
        ({"y": np.column_stack([Y, Y])}, ValueError, "several outputs are not supported"),
        ({"y": pd.DataFrame({"p": Y, "q": Y})}, ValueError, "y must be one column"),
        ({"y": pd.Series(Y).where(np.arange(30) > 1)}, ValueError, "y has 2 missing values"),
        ({"y": np.where(np.arange(30) > 0, 1.0, np.nan)}, ValueError, "y has 1 missing values"),
        ({"y": np.linspace(0, 1, 30)}, ValueError, "continuous"),
        ({"y": Y[:-1]}, ValueError, "inconsistent numbers of samples"),
        ({"classes": False}, ValueError, "A regressor needs numbers in y. Received values such as 'a'."),
    ],
)
def test_bad_data(change, error, words):
    with pytest.raises(error) as caught:
        check_data(**{"X": X, "y": Y, "classes": True} | change)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "y", [list(Y), pd.Series(Y, dtype="category"), pl.Series(Y), pd.DataFrame({"y": Y}), Y[:, None]]
)
def test_targets_of_all_kinds_are_arrays(y):
    X_checked, y_checked = check_data(X.tolist(), y, classes=True)
    assert y_checked.shape == (30,) and y_checked.tolist() == Y.tolist() and X_checked.shape == (30, 2)


def test_by_default_five_stratified_folds_four_times():
    found, sizes, share = folds()
    assert len(found) == 20 and sizes == [24] and share == 0.25
    for fold in found:
        assert len(np.union1d(fold.train, fold.test)) == 30 and not len(np.intersect1d(fold.train, fold.test))
        assert [np.sum(Y[fold.test] == label) for label in "abc"] == [3, 2, 1]
    assert len({fold.seed for fold in found}) == 20
    again, other = folds()[0], folds(seed=1)[0]
    assert all((a.train == b.train).all() and a.seed == b.seed for a, b in zip(found, again, strict=True))
    assert any((a.test != b.test).any() for a, b in zip(found, other, strict=True))
    numbers = folds(np.arange(7.0), classes=False)[0]
    assert len(numbers) == 20 and {len(fold.test) for fold in numbers} == {1, 2}


@pytest.mark.parametrize(
    "options, words",
    [
        ({"y": np.array(["a"] * 29 + ["b"])}, "The class 'b' has 1 row, fewer than the 5 folds"),
        ({"y": np.array(["a"] * 27 + ["b"] * 3)}, "or take cv=3."),
        ({"y": np.array(["a"] * 28 + ["b"] * 2), "cv": KFold(2)}, "of fold 2 have no row of the class 'b'"),
        ({"y": np.array(["a"] * 28 + ["b"] * 2), "cv": StratifiedKFold(2)}, "a single row of the class 'b'"),
        ({"y": np.arange(4.0), "classes": False}, "There are 4 rows, fewer than the 5 folds"),
        ({"cv": [(np.arange(20), np.arange(20, 30))]}, "at least 2 folds, cv gave 1"),
        ({"cv": 1}, "cv must be at least 2"),
        ({"train_sizes": [0]}, "numbers of rows between 2 and"),
        ({"train_sizes": [25]}, "here 24"),
        ({"train_sizes": [1.5]}, "in (0, 1]"),
        ({"train_sizes": []}, "Received: train_sizes=[]"),
        ({"train_sizes": [2]}, "2 training rows cannot hold 3 classes"),
        ({"train_sizes": [4]}, "a single row of the class"),
    ],
)
def test_bad_folds(options, words):
    with pytest.raises(ValueError) as caught:
        folds(**options)
    assert words in str(caught.value)


def test_training_sizes_keep_the_proportions():
    found, sizes, share = folds(cv=StratifiedKFold(5), train_sizes=[12, 24, 23])
    assert sizes == [12, 23, 24] and share == 0.25
    for fold in found:
        assert len(fold.train) == sizes[fold.size] and not len(np.intersect1d(fold.train, fold.test))
        if len(fold.train) == 12:
            assert [np.sum(Y[fold.train] == label) for label in "abc"] == [6, 4, 2]
    assert folds(train_sizes=[0.5, 1.0])[1] == [12, 24]
    assert folds(np.arange(20.0), train_sizes=[0.5], classes=False)[1] == [8]


def test_own_splits_masks_and_groups():
    masks = [(np.arange(30) % 2 == side, np.arange(30) % 2 != side) for side in (0, 1)]
    assert [fold.train.tolist() for fold in folds(cv=masks)[0]] == [list(range(0, 30, 2)), list(range(1, 30, 2))]
    groups = np.arange(30) // 2
    for fold in folds(cv=GroupKFold(3), groups=groups)[0]:
        assert not set(groups[fold.train]) & set(groups[fold.test])
    assert folds(cv=StratifiedShuffleSplit(4, test_size=6, random_state=0))[2] == 0.25

"""Interpolated rows lie between two rows of one class, whatever the kinds of their columns."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from augment.auditing.rival import POOL, interpolated


def table(n, seed):
    rng = np.random.default_rng(seed)
    rows = np.column_stack([rng.normal(size=n), rng.integers(0, 3, n), rng.normal(size=n)])
    rows[rng.random(n) < 0.3, 2] = np.nan
    return rows, rng.integers(0, 2, n)


@given(n=st.integers(1, 60), seed=st.integers(0, 5))
def test_rows_stay_among_those_of_their_class(n, seed):
    rows, strata = table(n, seed)
    new = interpolated(rows, rows[:, :2], strata, np.array([False, True, False]), np.random.default_rng(seed))
    assert new.shape == rows.shape
    for stratum in np.unique(strata):
        own, made = rows[strata == stratum], new[strata == stratum]
        assert (made[:, 0] >= own[:, 0].min() - 1e-12).all() and (made[:, 0] <= own[:, 0].max() + 1e-12).all()
        assert set(made[:, 1]) <= set(own[:, 1])


def test_neighbours_are_near():
    rng = np.random.default_rng(0)
    x = rng.uniform(size=(3 * POOL, 1))
    new = interpolated(x, x, np.zeros(len(x)), np.array([False]), rng)
    assert np.abs(new - x).max() < 0.1  # five neighbours among 500 uniform points
    assert np.abs(new - x).mean() > 1e-4


def test_a_row_alone_in_its_class_is_repeated():
    rows = np.array([[1.0], [5.0]])
    assert interpolated(rows, rows, np.array([0, 1]), np.array([False]), np.random.default_rng(0)).tolist() == [
        [1],
        [5],
    ]


@pytest.mark.parametrize("first", [0.0, np.nan])
def test_missing_values_come_from_a_parent(first):
    rows = np.array([[first, 0.0], [np.nan, 0.1]] * 100)
    new = interpolated(rows, rows[:, 1:], np.zeros(200), np.array([False, False]), np.random.default_rng(0))
    assert np.isnan(new[:, 0]).any()
    assert set(new[~np.isnan(new[:, 0]), 0]) <= {first}


def test_rows_start_from_the_given_parents():
    rows = np.array([[0.0], [1.0], [10.0], [11.0]])
    parents = np.array([0, 3, 3, 0, 0])
    strata = np.array([0, 0, 1, 1])
    new = interpolated(rows, rows, strata, np.array([False]), np.random.default_rng(0), parents)
    assert ((new[:, 0] <= 1) == (parents == 0)).all() and new.shape == (5, 1)
    assert len(np.unique(new)) == 5

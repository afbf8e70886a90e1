"""Labels to add are exact, and rows come in the order that was asked for."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from row_generators import Redrawn

from augment.augmentation.rows import added_labels, append_rows, first_of, synthetic_rows, take


@given(st.lists(st.integers(1, 40), min_size=1, max_size=6), st.floats(0, 5))
def test_all_adds_rows_in_the_proportions_of_the_classes(counts, ratio):
    y = np.repeat(np.arange(len(counts)), counts)
    added = np.bincount(added_labels(y, ratio), minlength=len(counts))
    assert added.sum() == round(ratio * len(y))
    assert np.all(np.abs(added - ratio * np.array(counts)) <= 1 + 1e-9)


@given(st.lists(st.integers(1, 40), min_size=2, max_size=6))
def test_balance_makes_all_classes_equal_and_minority_the_smallest(counts):
    y = np.repeat(np.arange(len(counts)), counts)
    full = np.bincount(np.append(y, added_labels(y, 1, "balance")))
    assert np.all(full == max(counts))
    one = np.bincount(np.append(y, added_labels(y, 1, "minority")), minlength=len(counts))
    assert np.all(one == np.where(np.array(counts) == min(counts), max(counts), counts))


def test_equal_remainders_go_to_the_rarer_class():
    assert added_labels(["a"] * 3 + ["b"], 0.5).tolist() == ["a", "b"]
    assert added_labels(["a"] * 2, 0).tolist() == []


@pytest.mark.parametrize("ratio", [-1, np.nan, np.inf, "much", True, None])
def test_a_ratio_is_a_number_of_at_least_0(ratio):
    with pytest.raises(ValueError, match="ratio must be a number of at least 0.*Received"):
        added_labels([0, 1], ratio)


def test_an_unknown_strategy_is_named():
    with pytest.raises(ValueError, match="'all', 'minority', 'balance'. Received: strategy='some'"):
        added_labels([0, 1], 1, "some")
    with pytest.raises(ValueError, match="strategy must be 'all'"):
        synthetic_rows(Redrawn(), [0.1], 1, "balance", classes=False)


def test_rows_are_shuffled_and_the_first_serve_a_smaller_ratio():
    X, y = np.arange(100)[:, None], np.repeat([0, 1], [90, 10])
    generator = Redrawn().fit(X, y)
    X_new, y_new = synthetic_rows(generator, y, 3, random_state=0)
    assert np.bincount(y_new).tolist() == [270, 30]
    assert 1 in y_new[:60]
    assert 0 in y_new[-60:]
    again, _ = synthetic_rows(generator, y, 3, random_state=0)
    assert np.array_equal(X_new, again)
    places = first_of(y_new, added_labels(y, 0.5))
    assert np.bincount(y_new[places]).tolist() == [45, 5]
    assert places[-1] < 100
    assert len(synthetic_rows(generator, y, 0)[0]) == 0
    assert len(synthetic_rows(generator, y.astype(float), 0.25, classes=False)[1]) == 25


def test_a_generator_that_gives_other_rows_than_asked_for_is_told_so():
    class Other(Redrawn):
        def generate(self, n_samples=None, *, y=None, random_state=None):
            X_new, y_new = super().generate(n_samples, y=y, random_state=random_state)
            return (X_new, 1 - y_new) if n_samples is None else (X_new[1:], y_new[1:])

    X, y = np.arange(10)[:, None], np.repeat([0, 1], 5)
    with pytest.raises(ValueError, match="Other.generate.*these labels in this order. Asked for 10 rows"):
        synthetic_rows(Other().fit(X, y), y)
    with pytest.raises(ValueError, match="must give 10 rows; got 9 in X and 9 in y"):
        synthetic_rows(Other().fit(X, y), y, classes=False)


def test_tables_are_appended_to_their_like_and_rows_taken_by_place():
    pl = pytest.importorskip("polars")
    frame = pd.DataFrame({"a": [1, 2]}, index=["x", "y"])
    assert append_rows(frame, frame, None)["a"].tolist() == [1, 2, 1, 2]
    assert take(frame, [1])["a"].tolist() == [2]
    assert take(pl.DataFrame(frame), np.array([1]))["a"].to_list() == [2]
    for other in (frame.to_numpy(), frame.rename(columns={"a": "b"})):
        with pytest.raises(ValueError, match=r"Expected a DataFrame with the columns \['a'\]; got"):
            append_rows(frame, other, Redrawn())

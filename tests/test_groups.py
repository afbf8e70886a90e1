"""Levels and groups of rows, and whole numbers by shares."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from augment.codecs.frames import read_table
from augment.codecs.table import TableCodec
from augment.synthesizers.groups import Groups, largest_remainder


def groups_of(frame, names, bins=None):
    codec, columns = TableCodec().fit(frame), read_table(frame)[0]
    groups = Groups(codec, [codec.place_of(name) for name in names], columns, bins or {})
    return groups, columns


@given(st.lists(st.floats(0, 1), min_size=1, max_size=9).filter(lambda x: sum(x) > 1e-3), st.integers(0, 10_000))
def test_largest_remainders_sum_and_stay_within_one(weights, n):
    shares = np.array(weights) / sum(weights)
    counts = largest_remainder(shares, n)
    assert counts.sum() == n
    assert (np.abs(counts - shares * n) < 1 + 1e-6).all()
    assert (counts >= 0).all()


def test_labels_booleans_few_numbers_and_missing_values_are_levels():
    frame = pd.DataFrame(
        {"city": ["Rome", None, "Oslo", "Rome"] * 5, "member": [True, False] * 10, "rooms": [1, 2, 2, 10] * 5}
    )
    assert groups_of(frame, ["city"])[0].names == ["Oslo", "Rome", "missing"]
    assert groups_of(frame, ["city"])[0].missing.tolist() == [False, False, True]
    assert groups_of(frame, ["member"])[0].names == ["False", "True"]
    assert groups_of(frame, ["rooms"])[0].names == ["1", "2", "10"]
    groups, columns = groups_of(frame, ["city", "member"])
    assert groups.names == ["Oslo, True", "Rome, False", "Rome, True", "missing, False"]
    assert groups.codes(columns).tolist() == [2, 3, 0, 1] * 5


def test_many_numbers_are_quarters_and_edges_belong_to_the_range_below():
    frame = pd.DataFrame({"age": np.arange(1.0, 101.0), "born": pd.date_range("2000-01-01", periods=100)})
    groups, columns = groups_of(frame, ["age"])
    counts = np.bincount(groups.codes(columns))
    assert counts.sum() == 100
    assert (abs(counts - 25) <= 1).all()
    groups, columns = groups_of(frame, ["age"], {0: [30, 60]})
    assert groups.names == ["up to 30", "over 30 to 60", "over 60"]
    assert np.bincount(groups.codes(columns)).tolist() == [30, 30, 40]
    groups, columns = groups_of(frame, ["born"], {1: ["2000-01-10"]})
    assert np.bincount(groups.codes(columns)).tolist() == [10, 90]


def test_a_value_of_no_group_is_told():
    frame = pd.DataFrame({"city": ["Rome", "Oslo"] * 10})
    groups, _ = groups_of(frame, ["city"])
    other = read_table(pd.DataFrame({"city": ["Lima", "Rome"]}))[0]
    assert groups.codes(other).tolist() == [-1, 1]


def test_edges_of_labels_are_refused():
    with pytest.raises(ValueError, match="no numbers or dates"):
        groups_of(pd.DataFrame({"city": ["Rome", "Oslo"] * 10}), ["city"], {0: [1]})

"""What counts as an outcome of a target."""

import numpy as np
import pandas as pd
import pytest

from augment.auditing.check import NotAssessed
from augment.auditing.frames import prepare
from augment.auditing.outcome import outcome_of, rates, shrunk


def outcome(train, synthetic=None):
    tables = [pd.DataFrame({"y": values}) for values in (train, train if synthetic is None else synthetic)]
    return outcome_of(prepare(*tables, target="y"))


def test_of_two_classes_the_rarer_is_the_outcome():
    found = outcome(["no"] * 70 + ["yes"] * 30)
    assert [found.name(k) for k in found.judged] == ["y = yes"]
    assert outcome([0] * 30 + [1] * 70).name(outcome([0] * 30 + [1] * 70).judged[0]) == "y = 0"


def test_of_several_classes_those_with_rows_enough_are_compared_each():
    found = outcome(["a"] * 100 + ["b"] * 50 + ["c"] * 5)
    assert [found.classes[k] for k in found.judged] == ["a", "b"]


def test_numbers_are_halved_at_the_training_median():
    found = outcome(np.arange(1000.0), np.arange(1000.0) + 250)
    assert found.classes == ["up to 499.5", "over 499.5"]
    assert [np.mean(codes) for codes in found.codes.values()] == [0.5, 0.75]
    most_at_the_top = np.minimum(np.arange(100.0), 20.5)
    assert 0 < np.mean(outcome(most_at_the_top).codes["train"]) < 1


def test_rows_without_a_class_of_train_are_kept_apart_and_missing_ones_left_out():
    found = outcome(["a", "b"] * 50, ["a", "b", "new", None] * 25)
    assert found.classes[-1] == "a class that train lacks"
    counts = found.counts("synthetic", np.zeros(100, int), 1)
    assert counts.tolist() == [[25, 25, 25]]
    assert "25 of synthetic" in found.left_out


@pytest.mark.parametrize("values", [["a"] * 50, [None] * 50, [np.inf] * 50, [f"k{i}" for i in range(50)]])
def test_no_outcome_is_said(values):
    with pytest.raises(NotAssessed, match="has one value|has no value|No class of"):
        outcome(values)


def test_a_table_with_hardly_a_label_is_said():
    with pytest.raises(NotAssessed, match="Needs 20 rows with a value of 'y' in synthetic"):
        outcome(["a", "b"] * 50, ["a"] * 10 + [None] * 90)


def test_shrinking_leaves_large_groups_alone_and_brings_small_ones_to_the_whole():
    counts = np.array([[60_000, 40_000], [0, 1], [0, 0]])
    near = shrunk(counts)[:, 1]
    assert near[0] == pytest.approx(0.4, abs=1e-4)
    assert near[1] == pytest.approx((1 + 30 * 0.4) / 31, abs=1e-4)
    assert rates(counts)[:, 1] == pytest.approx([0.4, 1.0, 0.4], abs=1e-4)

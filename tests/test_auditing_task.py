"""What is predicted: which rows take part, which class is the positive one, and what cannot be predicted."""

import numpy as np
import pandas as pd
import pytest

from augment.auditing.check import NotAssessed
from augment.auditing.frames import prepare
from augment.auditing.task import MAX_CLASSES, MAX_ROWS, MIN_CLASS_ROWS, Task


def task_of(y, held=None, new=None):
    tables = [pd.DataFrame({"a": np.arange(len(v)) % 7, "y": v}) for v in (y, y if new is None else new)]
    held = tables[0] if held is None else pd.DataFrame({"a": np.arange(len(held)) % 7, "y": held})
    return Task(prepare(*tables, held, "y"), np.random.default_rng(0))


@pytest.mark.parametrize(
    ("labels", "shares", "positive"),
    [
        (("no", "yes"), (0.3, 0.7), "yes"),
        (("No", "Yes"), (0.3, 0.7), "Yes"),
        ((0, 1), (0.2, 0.8), "1"),
        ((True, False), (0.8, 0.2), "True"),
        (("bad", "good"), (0.3, 0.7), "bad"),
        (("bad", "good"), (0.7, 0.3), "good"),
        ((2, 3), (0.9, 0.1), "3"),
    ],
)
def test_the_positive_class_is_the_named_or_the_rarer_one(labels, shares, positive):
    task = task_of(np.repeat(np.array(labels, object), [round(100 * s) for s in shares]))
    (k,) = task.judged
    assert task.class_name(k) == positive


def test_several_classes_are_all_looked_at_and_numbers_have_none():
    assert task_of(np.repeat(["a", "b", "c"], 30)).judged == [0, 1, 2]
    assert task_of(np.random.default_rng(0).normal(size=60)).judged == []


def test_both_training_tables_give_equally_many_rows():
    task = task_of(np.repeat(["a", "b"], 100), new=np.repeat(["a", "b"], 40))
    assert {name: len(rows) for name, rows in task.rows.items()} == {"train": 80, "synthetic": 80, "holdout": 200}


def test_only_classes_that_can_be_scored_take_part():
    many = np.repeat([f"c{i}" for i in range(MAX_CLASSES + 5)], 12)
    assert len(task_of(many).classes) == MAX_CLASSES
    held = np.repeat(["a", "b", "c"], [50, 50, MIN_CLASS_ROWS - 1])
    assert len(task_of(np.repeat(["a", "b", "c"], 50), held).classes) == 2


def test_large_tables_are_sampled_and_it_is_said():
    frame = pd.DataFrame({"a": np.arange(MAX_ROWS + 1) % 7, "y": np.arange(MAX_ROWS + 1) % 2})
    data = prepare(frame, frame, frame, "y")
    task = Task(data, np.random.default_rng(0))
    assert len(task.rows["train"]) == MAX_ROWS
    assert f"{MAX_ROWS:,} rows are trained on" in task.left_out(data)


@pytest.mark.parametrize(
    ("y", "held", "why"),
    [
        (["a"] * 50, None, "one value in train"),
        ([None] * 50, None, "no value in train"),
        (["a", "b"] * 25, ["a"] * 50, "fewer than two classes"),
        (["a", "b"] * 5 + [None] * 40, ["a", "b"] * 25, "Needs 20 rows"),
        (np.arange(50) / 7, np.ones(50) / 7, "one value in the holdout"),
    ],
)
def test_what_cannot_be_predicted_is_said(y, held, why):
    with pytest.raises(NotAssessed, match=why):
        task_of(y, held)

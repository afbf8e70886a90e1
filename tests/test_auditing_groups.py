"""Groups of one column and of two crossed: every row has one, and none that is small goes unlisted."""

import numpy as np
import pandas as pd
import pytest

from augment.auditing.frames import prepare
from augment.auditing.groups import Groups, listed_rows, protected_groups


def frame(n=400):
    rng = np.random.default_rng(0)
    return pd.DataFrame({"a": rng.choice(["x", "y", None], n), "b": rng.choice(list("pqr"), n), "age": np.arange(n)})


def test_crossed_groups_are_the_pairs_that_occur():
    real, new = frame(), frame()
    data = prepare(real, new, protected=["a", "b"])
    a, b, both = protected_groups(data, depth=2)
    assert both.title == "a × b"
    expected = real.fillna("missing").groupby(["a", "b"]).size()
    found = dict(zip(both.names, both.counts("train"), strict=True))
    assert found == {f"{x}, {y}": n for (x, y), n in expected.items()}
    assert [g.title for g in (a, b)] == ["a", "b"]


def test_the_target_is_no_group_of_its_own():
    data = prepare(frame(), frame(), target="b", protected=["a", "b"])
    assert [g.title for g in protected_groups(data, depth=2)] == ["a"]


def test_numbers_are_grouped_by_training_quarters_and_missing_is_a_group():
    real = frame().astype({"age": float})
    real.loc[:39, "age"] = np.nan
    groups = Groups.of(prepare(real, real), 2)
    assert groups.names[-1] == "missing"
    assert groups.counts("train") == pytest.approx([90, 90, 90, 90, 40], abs=1)


def test_a_listing_counts_what_it_does_not_name():
    table = pd.DataFrame({"city": np.repeat(np.arange(150), 2).astype(str)})
    groups = Groups.of(prepare(table, table, protected="city"), 0)
    train = groups.counts("train")
    rows = listed_rows(groups, lambda g: [groups.names[g], train[g], train[g], "x"], 4)
    assert rows[-1] == ["50 smaller groups together", 100, 100, ""]
    assert sum(row[1] for row in rows) == 300

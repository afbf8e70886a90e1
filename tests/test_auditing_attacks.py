"""Attacks treat members and non-members alike, and rank them when synthetic rows are copies."""

import numpy as np
import pandas as pd
import pytest

from augment.auditing.attacks import MAX_TESTED, attack
from augment.auditing.check import NotAssessed
from augment.auditing.frames import prepare
from augment.auditing.intervals import auc


def sample(n, seed, columns=5):
    return np.random.default_rng(seed).normal(size=(n, columns))


def scores(real, new, held, seed=0):
    return attack(prepare(real, new, held), np.random.default_rng(seed))


def test_the_three_parts_are_apart_and_members_as_many_as_others():
    found = scores(sample(400, 0), sample(100, 1), sample(240, 2))
    assert found.values.shape == (len(found.names), 240)
    assert found.members.sum() == 120
    assert [len(set(index)) for index in found.tested.values()] == [120, 120]
    assert (found.n_reference, found.n_synthetic) == (120, 100)
    assert np.isfinite(found.values).all()


def test_every_attack_by_distance_sees_a_copied_table():
    real = sample(300, 0)
    found = scores(real, real, sample(300, 2))
    areas = {name: auc(found.members, values)[0] for name, values in zip(found.names, found.values, strict=True)}
    assert areas["distance to the nearest synthetic row"] == 1.0
    assert areas["density ratio of 1 neighbour"] > 0.95
    assert min(areas.values()) > 0.5


def test_swapping_members_and_others_mirrors_the_scores():
    """What an attack says of a row depends on the row, never on the table it came from."""
    real, held = sample(60, 0), sample(120, 2)
    first = scores(real, sample(80, 1), held)
    swapped_real, swapped_held = real.copy(), held.copy()
    swapped_real[first.tested["train"]] = held[first.tested["holdout"]]
    swapped_held[first.tested["holdout"]] = real[first.tested["train"]]
    second = scores(swapped_real, sample(80, 1), swapped_held)
    m = len(first.tested["train"])
    np.testing.assert_allclose(second.values, np.roll(first.values, m, axis=1), atol=1e-6)
    np.testing.assert_allclose(second.isolation, np.roll(first.isolation, m), atol=1e-6)


def test_few_synthetic_rows_leave_out_what_needs_more_neighbours():
    names = scores(sample(100, 0), sample(10, 1), sample(100, 2)).names
    assert "density ratio of 5 neighbours" in names
    assert "density ratio of 20 neighbours" not in names


def test_a_number_that_may_be_a_key_is_tried_both_ways():
    def keyed(seed):
        rng = np.random.default_rng(seed)
        return pd.DataFrame({"id": rng.integers(10**9, size=200), "x": rng.random(200)})

    names = scores(*(keyed(seed) for seed in range(3))).names
    assert sum("without 'id'" in name for name in names) == 5
    assert len(names) == 11


def test_tables_too_small_and_columns_that_only_name_are_not_attacked():
    with pytest.raises(NotAssessed, match="40 holdout rows"):
        scores(sample(100, 0), sample(100, 1), sample(39, 2))
    names = [pd.DataFrame({"key": [f"{seed} {i}" for i in range(100)]}) for seed in range(3)]
    with pytest.raises(NotAssessed, match="Every column names rows"):
        scores(*names)


def test_many_rows_are_tested_in_part():
    found = scores(sample(2 * MAX_TESTED, 0, 2), sample(500, 1, 2), sample(2 * MAX_TESTED + 500, 2, 2))
    assert found.members.sum() == MAX_TESTED

"""Copies and crowding are seen at any sizes of the tables; fresh rows raise no alarm."""

import numpy as np
import pandas as pd
import pytest

from augment.auditing.frames import prepare
from augment.auditing.privacy import COPIES, DISTANCES, nearest

THRESHOLDS = {**COPIES.thresholds, **DISTANCES.thresholds}


def sample(n, seed, columns=4):
    return np.random.default_rng(seed).normal(size=(n, columns))


def coarse(n, seed):
    """A table of low cardinality: fresh rows repeat real ones all the time."""
    return np.random.default_rng(seed).geometric(0.3, (n, 3)).astype(float)


def run(check, real, new, held):
    return check.run(prepare(real, new, held, thresholds=THRESHOLDS), 0)[0]


@pytest.mark.parametrize("held", [200, 1000, 3000])
def test_a_copy_of_the_training_table_fails(held):
    real = sample(1000, 0)
    assert run(COPIES, real, real, sample(held, 2)).verdict == "FAIL"
    if held >= len(real):  # a smaller holdout dilutes the share: most copied rows have their originals left out
        assert run(DISTANCES, real, real, sample(held, 2)).verdict == "FAIL"


def test_a_few_copied_rows_fail_although_distances_see_nothing():
    real, new = sample(2000, 0), sample(2000, 1)
    new[:20] = real[:20]
    assert run(COPIES, real, new, sample(2000, 2)).verdict == "FAIL"
    assert run(DISTANCES, real, new, sample(2000, 2)).verdict == "INCONCLUSIVE"


def test_copies_are_found_in_a_table_of_low_cardinality():
    real = coarse(1500, 0)
    assert run(COPIES, real, real, coarse(1500, 2)).verdict == "FAIL"


@pytest.mark.parametrize("held", [250, 1000, 2000])
def test_fresh_rows_that_repeat_real_ones_by_chance_do_not_fail(held):
    verdicts = [run(COPIES, coarse(1000, 3 * s), coarse(1500, 3 * s + 1), coarse(held, 3 * s + 2)) for s in range(40)]
    assert sum(found.verdict == "FAIL" for found in verdicts) <= 2
    assert all(found.evidence["tables"][0]["rows"][0][1] > 0 for found in verdicts)
    gaps = [found.value for found in verdicts]
    assert abs(np.mean(gaps)) < 4 * np.std(gaps) / np.sqrt(len(gaps))


def test_copied_identifiers_are_found_by_themselves():
    rng = np.random.default_rng(0)
    real, new, held = (pd.DataFrame(sample(300, s), columns=list("abcd")) for s in range(3))
    for table, first in ((real, 0), (new, 100), (held, 10_000)):
        table["key"] = [f"person {first + i}" for i in rng.permutation(300)]
    rows, keys = COPIES.run(prepare(real, new, held, thresholds=THRESHOLDS), 0)
    assert rows.verdict != "FAIL"
    assert (keys.id, keys.verdict) == ("privacy.copies.key", "FAIL")
    assert "200 of 300 rare training values of key" in keys.message


def test_rows_between_neighbours_fail_the_distance_share():
    rng = np.random.default_rng(0)
    real = sample(800, 0, 8)
    squared = ((real[:, None] - real[None]) ** 2).sum(axis=2)
    neighbour = np.argsort(squared, axis=1)[np.arange(800), rng.integers(1, 6, 800)]
    smote = real + rng.random((800, 1)) * (real[neighbour] - real)
    assert run(COPIES, real, smote, sample(800, 2, 8)).verdict != "FAIL"
    found = run(DISTANCES, real, smote, sample(800, 2, 8))
    assert found.verdict == "FAIL"
    assert found.value > 0.7


@pytest.mark.parametrize("make", [sample, coarse])
def test_fresh_rows_share_their_distances_whatever_the_sizes(make):
    found = [run(DISTANCES, make(900, 3 * s), make(700, 3 * s + 1), make(300, 3 * s + 2)) for s in range(25)]
    assert {f.verdict for f in found} == {"INCONCLUSIVE"}
    shares = np.array([f.value for f in found])
    assert abs(shares.mean() - 0.5) < 4 * shares.std() / 5
    assert shares.std() < np.mean([f.interval[1] - f.interval[0] for f in found]) / 2 / 1.96 * 1.3


def test_many_rare_categories_do_not_tilt_the_share():
    rng = np.random.default_rng(0)

    def rare(n):
        return pd.DataFrame(rng.zipf(1.5, (n, 2)).clip(max=5000).astype(str), columns=["c", "d"])

    shares = np.array([run(DISTANCES, rare(300), rare(300), rare(150)).value for _ in range(40)])
    assert abs(shares.mean() - 0.5) < 4 * shares.std() / np.sqrt(40)


def test_one_row_repeated_is_one_observation():
    real = sample(500, 0)
    found = run(DISTANCES, real, np.tile(real[0] + 1e-6, (500, 1)), sample(500, 2))
    assert found.value == 1.0
    assert found.verdict == "INCONCLUSIVE"


def test_nearest_is_the_nearest():
    queries, references = sample(50, 0), sample(70, 1)
    squared, which = nearest(queries, references, budget=200)
    full = ((queries[:, None] - references[None]) ** 2).sum(axis=2)
    np.testing.assert_array_equal(which, full.argmin(axis=1))
    np.testing.assert_allclose(squared, full.min(axis=1))


def test_both_need_a_holdout():
    for check in (COPIES, DISTANCES):
        found = run(check, sample(50, 0), sample(50, 1), None)
        assert found.verdict == "NOT ASSESSED"
        assert "holdout=" in found.missing


def test_a_good_distance_share_does_not_pass_privacy():
    found = run(DISTANCES, sample(3000, 0), sample(3000, 1), sample(3000, 2))
    assert found.interval[1] < found.threshold
    assert found.verdict == "INCONCLUSIVE"
    assert "no proof of privacy" in found.message


@pytest.mark.parametrize(("threshold", "verdict"), [(0.0, "FAIL"), (0.002, "FAIL"), (0.5, "INCONCLUSIVE")])
def test_the_threshold_of_copies_is_where_they_alarm(threshold, verdict):
    real, new, held = (sample(2000, seed) for seed in range(3))
    new[:12] = real[:12]
    data = prepare(real, new, held, thresholds={"privacy.copies": threshold})
    (found,) = COPIES.run(data, 0)
    assert (found.verdict, found.threshold) == (verdict, threshold)


KEYS = {
    "customer numbers": lambda rng, n: rng.integers(10**8, 10**9, n),
    "places in a larger table": lambda rng, n: rng.permutation(3 * n)[:n],
    "places in this table": lambda rng, n: np.arange(n),
}


def keyed(n, seed, key):
    rng = np.random.default_rng(seed)
    whole = {name: rng.integers(0, 40, n) for name in "abc"}
    return pd.DataFrame({"id": KEYS[key](rng, n), **whole, "d": rng.choice(list("uvwxyz"), n)})


@pytest.mark.parametrize("key", KEYS)
def test_a_new_number_does_not_hide_a_copied_row(key):
    real, new, held = (keyed(1000, seed, key) for seed in range(3))
    new.iloc[:50, 1:] = real.iloc[:50, 1:].to_numpy()
    found = run(COPIES, real, new, held)
    assert found.verdict == "FAIL"
    assert ("without 'id'" in found.message) == (key != "places in this table")


def test_a_new_number_does_not_hide_rows_that_crowd():
    real, new, held = (keyed(600, seed, "customer numbers").drop(columns=["b", "c", "d"]) for seed in range(3))
    for seed, table in enumerate((real, new, held)):
        table["x"] = np.random.default_rng(seed).normal(size=600)
    new[["a", "x"]] = real[["a", "x"]] + [0, 1e-6]
    assert run(DISTANCES, real, new, held).verdict == "FAIL"


def test_numbers_that_tell_rows_apart_still_count():
    real, new, held = (keyed(400, seed, "customer numbers")[["id", "d"]] for seed in range(3))
    new[:40] = real[:40]
    for columns in (["id"], ["id", "d"]):
        assert run(COPIES, real[columns], new[columns], held[columns]).verdict == "FAIL"
        assert run(DISTANCES, real[columns], new[columns], held[columns]).verdict == "INCONCLUSIVE"


@pytest.mark.parametrize("size", [1000, 60_000])
def test_fresh_numbers_raise_no_more_alarms_for_being_looked_at_twice(size):
    def table(n, rng):
        return pd.DataFrame({"id": rng.permutation(size)[:n], "a": rng.geometric(0.2, n), "b": rng.geometric(0.2, n)})

    rng = np.random.default_rng(0)
    found = [run(COPIES, table(400, rng), table(400, rng), table(300, rng)) for _ in range(60)]
    assert sum(f.verdict == "FAIL" for f in found) <= 4


def test_many_columns_of_fresh_keys_share_one_level():
    def table(n, rng):
        return pd.DataFrame({f"key{i}": [f"{v}x" for v in rng.integers(8000, size=n)] for i in range(10)})

    rng = np.random.default_rng(0)
    runs = [COPIES.run(prepare(*(table(n, rng) for n in (300, 300, 150)), thresholds=THRESHOLDS), 0) for _ in range(25)]
    keys = [found for findings in runs for found in findings if found.value is not None]
    assert len(keys) == 250
    assert keys[0].level == pytest.approx(0.995)
    assert sum(found.verdict == "FAIL" for found in keys) <= 2

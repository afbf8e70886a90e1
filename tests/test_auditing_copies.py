"""Copied rows are counted at any sizes of the tables; fresh rows raise no alarm."""

import numpy as np
import pandas as pd
import pytest

from augment.auditing.copies import COPIES, rounded
from augment.auditing.frames import prepare


def sample(n, seed, columns=4):
    return np.random.default_rng(seed).normal(size=(n, columns))


def coarse(n, seed):
    """A table of low cardinality: fresh rows repeat real ones all the time."""
    return np.random.default_rng(seed).geometric(0.3, (n, 3)).astype(float)


def run(real, new, held):
    return COPIES.run(prepare(real, new, held, thresholds=COPIES.thresholds), 0)[0]


@pytest.mark.parametrize("held", [200, 1000, 3000])
def test_a_copy_of_the_training_table_fails(held):
    real = sample(1000, 0)
    assert run(real, real, sample(held, 2)).verdict == "FAIL"


def test_a_few_copied_rows_fail_and_are_listed_by_their_place():
    real, new = sample(2000, 0), sample(2000, 1)
    new[:20] = real[100:120]
    found = run(real, new, sample(2000, 2))
    assert found.verdict == "FAIL"
    counts, listing = found.evidence["tables"]
    assert listing["row_level"] is True
    assert not counts.get("row_level")
    assert [row[0] for row in listing["rows"]] == [f"row {i}" for i in range(100, 120)]
    assert f"{real[100, 0]:.2g}" == listing["rows"][0][1]
    assert f"{real[100, 0]:.4g}" not in str(found.to_dict())


def test_what_is_listed_shows_no_rare_label_and_no_day():
    rng = np.random.default_rng(0)

    def people(n):
        day = np.datetime64("1990-01-01") + rng.integers(9000, size=n).astype("timedelta64[D]")
        town = np.where(rng.random(n) < 0.9, "Rome", [f"hamlet {i}" for i in rng.integers(400, size=n)])
        return pd.DataFrame({"town": town, "day": day, "wait": day - np.datetime64("1980-01-01"), "x": rng.random(n)})

    real, held = people(500), people(500)
    real.loc[3, ["town", "x"]] = [None, np.nan]
    found = run(real, real, held)
    listing = found.evidence["tables"][1]
    assert found.verdict == "FAIL"
    assert "20 of 500" in listing["caption"]
    assert {row[1] for row in listing["rows"]} == {"Rome", "a rare label", "missing"}
    assert all(len(row[2]) == len("1990-01") for row in listing["rows"])


def test_last_digits_hide_no_copy():
    real = sample(1000, 0)
    assert run(real, real * (1 + 1e-9), sample(1000, 2)).verdict == "FAIL"


def test_whole_numbers_are_not_rounded():
    table = np.arange(10**9, 10**9 + 100, dtype=float)[:, None]
    data = prepare(table, table)
    assert (rounded(data).train == data.train).all()


def test_extreme_and_constant_fractions_are_rounded_without_harm():
    table = pd.DataFrame({"a": [1e38, 1e-300, 0.5, np.nan] * 5, "b": [0.5] * 20, "c": [np.nan] * 20})
    kept = rounded(prepare(table, table, table)).train
    assert (kept[:, 1] == 0.5).all()
    assert len(np.unique(kept[:, 0])) >= 2


def test_copies_are_found_in_a_table_of_low_cardinality():
    real = coarse(1500, 0)
    assert run(real, real, coarse(1500, 2)).verdict == "FAIL"


@pytest.mark.parametrize("held", [250, 1000, 2000])
def test_fresh_rows_that_repeat_real_ones_by_chance_do_not_fail(held):
    verdicts = [run(coarse(1000, 3 * s), coarse(1500, 3 * s + 1), coarse(held, 3 * s + 2)) for s in range(40)]
    assert sum(found.verdict == "FAIL" for found in verdicts) <= 2
    assert all(found.evidence["tables"][0]["rows"][0][1] > 0 for found in verdicts)
    gaps = [found.value for found in verdicts]
    assert abs(np.mean(gaps)) < 4 * np.std(gaps) / np.sqrt(len(gaps))


def test_copied_identifiers_are_found_by_themselves():
    rng = np.random.default_rng(0)
    real, new, held = (pd.DataFrame(sample(300, s), columns=list("abcd")) for s in range(3))
    for table, first in ((real, 0), (new, 100), (held, 10_000)):
        table["key"] = [f"person {first + i}" for i in rng.permutation(300)]
    rows, keys = COPIES.run(prepare(real, new, held, thresholds=COPIES.thresholds), 0)
    assert rows.verdict != "FAIL"
    assert (keys.id, keys.verdict) == ("privacy.copies.key", "FAIL")
    assert "200 of 300 rare training values of key" in keys.message


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
    found = run(real, new, held)
    assert found.verdict == "FAIL"
    assert ("without 'id'" in found.message) == (key != "places in this table")


@pytest.mark.parametrize("size", [1000, 60_000])
def test_fresh_numbers_raise_no_more_alarms_for_being_looked_at_twice(size):
    def table(n, rng):
        return pd.DataFrame({"id": rng.permutation(size)[:n], "a": rng.geometric(0.2, n), "b": rng.geometric(0.2, n)})

    rng = np.random.default_rng(0)
    found = [run(table(400, rng), table(400, rng), table(300, rng)) for _ in range(60)]
    assert sum(f.verdict == "FAIL" for f in found) <= 4


@pytest.mark.slow
def test_many_columns_of_fresh_keys_share_one_level():
    def table(n, rng):
        return pd.DataFrame({f"key{i}": [f"{v}x" for v in rng.integers(8000, size=n)] for i in range(10)})

    rng = np.random.default_rng(0)
    runs = [
        COPIES.run(prepare(*(table(n, rng) for n in (300, 300, 150)), thresholds=COPIES.thresholds), 0)
        for _ in range(25)
    ]
    keys = [found for findings in runs for found in findings if found.value is not None]
    assert len(keys) == 250
    assert keys[0].level == pytest.approx(0.995)
    assert sum(found.verdict == "FAIL" for found in keys) <= 2

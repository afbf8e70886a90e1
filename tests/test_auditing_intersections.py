"""A cell that is treated apart is found though its groups look alike; small cells are listed, shrunk, never passed."""

import numpy as np
import pandas as pd
import pytest

from augment.auditing.cells import MAX_LEVELS, crossings
from augment.auditing.frames import prepare
from augment.auditing.intersections import CELLS


def sample(n, seed, against=0.0, number=False):
    """Two groups by two, and labels taken from (f, b) and (m, a) alone: neither column shows it by itself."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    sex, race = rng.choice(["f", "m"], n), rng.choice(["a", "b"], n)
    hit = ((sex == "f") == (race == "b")) & (rng.random(n) < against)
    signal = x + 0.3 * rng.normal(size=n) - 1.5 * hit
    return pd.DataFrame(
        {"x": x, "sex": sex, "race": race, "y": signal if number else np.where(signal > 0, "yes", "no")}
    )


def run(frames, protected=("sex", "race"), target="y"):
    (found,) = CELLS.run(prepare(*frames, target, protected, CELLS.thresholds), 0)
    assert "stopped with" not in found.message
    return found


@pytest.mark.slow
@pytest.mark.parametrize("number", [False, True])
def test_a_cell_apart_is_found_and_fresh_rows_are_not(number):
    real, held = sample(1500, 0, number=number), sample(3000, 2, number=number)
    found = run((real, sample(1500, 1, 0.9, number), held))
    assert found.verdict == "FAIL"
    assert {"f, b", "m, a"} <= {row["name"].split(":")[0] for row in found.worst}
    changed = [row for row in found.evidence["tables"][0]["rows"] if row[-2] < 0.05]
    assert {row[0] for row in changed} >= {"f, b", "m, a"}
    fresh = run((real, sample(1500, 1, number=number), held))
    assert fresh.verdict != "FAIL"
    assert not [row for row in fresh.evidence["tables"][0]["rows"] if row[-2] < 0.05]


def test_small_cells_are_listed_shrunk_and_keep_the_finding_from_passing():
    frames = [sample(700, seed) for seed in range(3)]
    for frame in frames:
        frame.loc[:5, "race"] = "c"
    found = run(frames)
    listing = found.evidence["tables"][1]
    rows = [dict(zip(listing["columns"], row, strict=True)) for row in listing["rows"]]
    small = [row for row in rows if row["cell"].endswith(", c")]
    assert {row["rows"] for row in small} <= {0, 1, 2, 3, 4, 5, 6}
    assert all(0 <= row["low"] < row["shrunken, synthetic"] < row["high"] <= 1 for row in small)
    assert found.alarm_only and found.verdict != "PASS"
    assert found.evidence["facts"]["too_small"] == len(rows)
    assert f"{len(rows)} rates of cells too small" in found.message


@pytest.mark.slow
def test_with_large_cells_only_it_may_pass():
    frames = [sample(n, seed) for seed, n in enumerate((1000, 1000, 4000))]
    data = prepare(*frames, "y", ("sex", "race"), {"bias.intersections": 0.4})
    (found,) = CELLS.run(data, 0)
    assert not found.alarm_only
    assert found.verdict == "PASS"


def test_one_column_gives_its_groups_and_only_the_target_gives_none():
    frames = [sample(300, seed) for seed in range(3)]
    assert {row[0] for row in run(frames, ["sex"]).evidence["tables"][0]["rows"]} == {"f", "m"}
    assert "beside the target" in run(frames, ["y"]).missing


def test_many_levels_are_folded_and_count_every_row():
    rng = np.random.default_rng(0)
    frames = [sample(400, s).assign(level=[f"l{i}" for i in rng.integers(0, 300, 400)]) for s in range(3)]
    data = prepare(*frames, "y", ["sex", "level"])
    (crossing,) = crossings(data, list(data.protected), np.arange(400))
    assert crossing.cells.rows.sum() == 400
    assert len(crossing.sides[1].names) == MAX_LEVELS + 1
    assert crossing.sides[1].names[-1].endswith("rarer groups")
    assert run(frames, ["sex", "level"]).verdict in ("INCONCLUSIVE", "NOT ASSESSED")


def test_tiny_tables_are_not_assessed_but_listed():
    found = run([sample(40, seed) for seed in range(3)])
    assert found.verdict == "NOT ASSESSED"
    assert found.evidence["tables"][0]["rows"]

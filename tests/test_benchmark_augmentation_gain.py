"""The benchmark of augmentation, in miniature: gains are paired, rows are in proportion, nothing is run twice."""

import importlib
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
if not BENCHMARKS.is_dir():
    pytest.skip("the folder benchmarks/ is not part of an installed package", allow_module_level=True)
sys.path.insert(0, str(BENCHMARKS))
arms = importlib.import_module("augmentation_arms")
gain = importlib.import_module("augmentation_gain")
summary = importlib.import_module("augmentation_summary")


@pytest.fixture
def cell():
    """Forty rows of which a number tells the class, and a class of one row."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"x": rng.normal(size=120), "kind": rng.choice(list("ab"), 120), "y": np.arange(120) % 3 // 2})
    frame["x"] += 3 * frame["y"]
    train = pd.concat([frame[:40], pd.DataFrame({"x": [9.0], "kind": ["b"], "y": [2]})], ignore_index=True)
    train.loc[3, "x"] = np.nan
    return {"train": train, "test": frame[40:], "target": "y", "categorical": ["kind", "y"], "classes": True}


def records(gains, arm="ours"):
    """Records of two learners, for each cell and split of which `gains` tells what the arm adds to both."""
    for (table, size), values in gains.items():
        for split, value in enumerate(values):
            base = 0.1 * split  # what a split is worth by itself must not show
            same = {"table": table, "size": size, "split": split}
            yield same | {"arm": "none", "scores": {"linear": base, "forest": base}}
            yield same | {"arm": arm, "scores": {"linear": base + value, "forest": base + 2 * value}}


@pytest.mark.parametrize("arm", ["duplicate", "smote"])
def test_the_rows_of_a_control_are_in_proportion(arm, cell):
    rows, _ = gain.ARMS[arm](cell, 0)
    assert len(rows) == arms.ADDED
    assert list(rows.columns) == list(cell["train"].columns)
    shares = cell["train"]["y"].value_counts(normalize=True)
    assert rows["y"].value_counts(normalize=True).to_dict() == pytest.approx(shares.to_dict(), abs=1 / arms.ADDED)


def test_duplicates_are_copies_and_smote_stays_inside_its_class(cell):
    train = cell["train"].fillna(cell["train"].median(numeric_only=True))
    copies, _ = arms.duplicate(cell | {"train": train}, 0)
    assert len(copies.merge(train.drop_duplicates())) == len(copies)
    between, _ = arms.smote(cell, 0)
    for label, rows in between.groupby("y"):
        own = train.loc[train["y"] == label, "x"]
        assert rows["x"].between(own.min(), own.max()).all()


def test_a_copied_table_is_told_by_its_distance_share(cell):
    assert gain.judge(cell, arms.duplicate(cell, 0)[0], 0)["distance_share"] > 0.85
    test = cell | {"test": cell["test"].iloc[: len(cell["train"])]}
    assert gain.judge(test, test["test"], 0)["distance_share"] < 0.15


def test_gains_are_paired_by_split():
    cells = {("t", 20): [0.1, 0.1, 0.1], ("t", 50): [0.0, 0.2, 0.1]}
    found = summary.gains_of(list(records(cells)), "ours", ["forest"])
    for cell, values in cells.items():
        assert found[cell] == pytest.approx(2 * np.array(values))
    assert summary.interval(found["t", 20]) == pytest.approx((0.2, 0.2))


def test_the_interval_over_cells_covers_the_mean_and_is_as_wide_as_the_cells_differ():
    rng = np.random.default_rng(0)
    means = rng.normal(0.02, 0.05, 200)
    cells = {number: rng.normal(mean, 0.02, 5) for number, mean in enumerate(means)}
    low, high = summary.bootstrap_interval(cells)
    assert low < 0.02 < high
    assert high - low == pytest.approx(2 * 1.96 * np.hypot(0.05, 0.02 / np.sqrt(5)) / np.sqrt(200), rel=0.25)


def test_a_cell_that_is_worse_beyond_the_noise_is_named_and_no_other():
    cells = {("bad", 20): [-0.05, -0.06, -0.05, -0.04], ("noisy", 20): [-0.1, 0.1, -0.2, 0.1]}
    text = summary.worse(list(records(cells)), ["ours"], ["linear", "forest"])
    assert "bad 20 linear" in text
    assert "noisy" not in text


def test_normalised_scores_run_from_the_worst_arm_to_the_best():
    found = [*records({("t", 20): [0.1]}), *list(records({("t", 20): [-0.1]}, arm="theirs"))[1::2]]
    assert summary.normalised(found) == pytest.approx({"ours": 1.0, "none": 0.5, "theirs": 0.0})


def test_what_is_done_is_not_run_again(cell, tmp_path, monkeypatch):
    monkeypatch.setattr(gain, "cell", lambda table, size, split: cell)
    monkeypatch.setattr(gain, "measure", lambda arm, cell, split, sources: {"scores": {"linear": 0.5}})
    out = tmp_path / "gain.jsonl"
    gain.run([{"name": "t"}], [20], 2, ["none", "smote"], {}, out)
    gain.run([{"name": "t"}], [20], 3, ["none", "smote"], {}, out)
    assert [gain.key(record)[2:] for record in gain.load(out)] == [
        (split, arm) for split in range(3) for arm in ("none", "smote")
    ]
    assert "| smote | 1 |" in summary.summary(gain.load(out))

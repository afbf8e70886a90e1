"""The benchmark of images added to few: arms share cells and generators, gains are paired, nothing is run twice."""

import importlib
import sys
from pathlib import Path

import numpy as np
import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
if not BENCHMARKS.is_dir():
    pytest.skip("the folder benchmarks/ is not part of an installed package", allow_module_level=True)
sys.path.insert(0, str(BENCHMARKS))
gain = importlib.import_module("image_gain")


@pytest.fixture
def data_dir(tmp_path):
    """Images whose first pixels are their class and their part, as the file of PneumoniaMNIST has them."""
    (tmp_path / "image").mkdir()
    arrays = {}
    for part, n in (("train", 60), ("test", 20)):
        labels = np.arange(n) % 2
        images = np.zeros((n, 4, 4), "uint8")
        images[:, 0, 0], images[:, 0, 1], images[:, 0, 2] = labels, part == "test", np.arange(n)
        arrays |= {f"{part}_images": images, f"{part}_labels": labels[:, None]}
    np.savez(tmp_path / "image" / "pneumoniamnist.npz", **arrays)
    return tmp_path


def test_a_cell_has_so_many_of_each_class_and_is_tested_on_others(data_dir):
    cell, again, other = (gain.Cell("pneumonia", data_dir, 5, seed) for seed in (0, 0, 1))
    assert np.bincount(cell.y).tolist() == [5, 5]
    assert np.array_equal(cell.X[:, 0, 0], cell.y)
    assert np.array_equal(cell.X, again.X)
    assert not np.array_equal(cell.X, other.X)
    assert (cell.X_test[:, 0, 1] == 1).all()
    assert np.array_equal(cell.X_test, other.X_test)
    developed = gain.Cell("pneumonia", data_dir, 5, 0, develop=True)
    assert (developed.X_test[:, 0, 1] == 0).all()
    assert not set(developed.X_test[:, 0, 2]) & set(developed.X[:, 0, 2])


class Known:
    """A synthesizer whose images are nines, and which counts its fits."""

    fits = []

    def __init__(self, model, random_state, verbose):
        self.model = model

    def fit(self, X, y):
        Known.fits.append(self.model)
        return self

    def generate(self, *, y=None, like=None, strength=None, random_state):
        labels = y if like is None else like[1]
        return np.full((len(labels), 4, 4), 9, "uint8"), labels


def test_arms_are_what_they_are_called_and_share_their_generators(data_dir, monkeypatch):
    import augment

    shown = []

    class Classifier:
        def __init__(self, steps, random_state):
            self.layers, self.seed = [], random_state

        def set_params(self, augmentation):
            self.layers = [type(layer).__name__ for layer in augmentation]

        def fit(self, X, y):
            shown.append((self.layers, X, y, self.seed))
            return self

    monkeypatch.setattr(augment, "ImageClassifier", Classifier)
    monkeypatch.setattr(augment, "ImageSynthesizer", Known)
    cell = gain.Cell("pneumonia", data_dir, 5, 3, ratio=2)
    Known.fits.clear()
    arms = [arm for arm in gain.ARMS if arm != "auto"]
    for arm in arms:
        gain.fitted(arm, cell)
    assert Known.fits == ["vae", "flow"]
    for arm, (layers, X, y, seed) in zip(arms, shown, strict=True):
        added = X[10:]
        assert seed == 3
        assert np.array_equal(X[:10], cell.X)
        assert bool(layers) == any(name in arm.split("+") for name in gain.CLASSICAL)
        assert len(added) == (20 if any(part in (*gain.SYNTHETIC, "duplicated") for part in arm.split("+")) else 0)
        if arm == "duplicated":
            assert np.array_equal(added[:, 0, 0], y[10:])
            assert sorted(added[:, 0, 2]) == sorted(np.repeat(cell.X[:, 0, 2], 2))
        else:
            assert (added == 9).all()
            assert np.bincount(y[10:], minlength=2).tolist() in ([0, 0], [10, 10])


def records(**gains):
    """Records of three seeds of two cells: a seed's own worth, and what each arm adds to it."""
    for table, size in (("pneumonia", 10), ("fashion", 10)):
        for split in range(3):
            for arm, value in {"duplicated": 0, **gains}.items():
                score = 0.5 + 0.1 * split + value
                scores = {"balanced": score, "worst": score - 0.2}
                yield {"table": table, "size": size, "split": split, "arm": arm, "scores": scores}


def test_gains_are_paired_and_over_the_best_classical_arm():
    found = list(records(shift=0.02, cutmix=0.05, vae=0.06))
    table = gain.gains(gain.with_best_classical(found), ["vae"], "balanced", "best classical")
    assert table.splitlines()[-1].startswith("| vae | +0.010 [+0.010, +0.010] | +0.010 [+0.010, +0.010] | +0.010")
    assert "| +0.060 [+0.060, +0.060] |" in gain.gains(found, ["vae"], "worst", "duplicated")


def test_both_is_told_beside_its_classical_part():
    found = list(records(shift=0.02, **{"shift+vae": 0.03}))
    assert gain.partners(found, ["shift+vae"]).splitlines()[2:] == [
        "| shift+vae | shift | balanced accuracy | 2 | 2 | 0 | +0.010 |",
        "| shift+vae | shift | recall of the worst class | 2 | 2 | 0 | +0.010 |",
    ]


def test_what_is_done_is_not_run_again_and_small_cells_come_first(data_dir, tmp_path, monkeypatch):
    measured = {"scores": {"balanced": 0.5, "worst": 0.4}, "cpu": 1.0}
    monkeypatch.setattr(gain, "measure", lambda arm, cell: measured)
    out = tmp_path / "gain.jsonl"
    for seeds in (1, 2):
        gain.run(["pneumonia"], [3, 5], seeds, ["duplicated", "shift"], data_dir, out)
    keys = [gain.key(record) for record in gain.load(out)]
    assert len(keys) == len(set(keys)) == 8
    assert [key[1] for key in keys] == [3, 3, 5, 5, 3, 3, 5, 5]
    gain.run(["pneumonia"], [3, 5], 1, ["auto", "real"], data_dir, out)
    assert [key[3] for key in map(gain.key, gain.load(out))][8:] == ["real", "real", "auto", "auto"]
    assert "| shift | 0.500 | 0.500 |" in gain.summary(gain.load(out))
    assert gain.over_cells({("a", 1): np.array([0.1])}) == "+0.100"

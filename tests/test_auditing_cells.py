"""Means of cells: errors as large as fresh rows show, exact tests, and crossings that keep every row."""

import numpy as np
import pandas as pd
import pytest

from augment.auditing import learners as trainers
from augment.auditing.cells import _against_the_rest, _error, cell_means, crossings
from augment.auditing.frames import prepare
from augment.auditing.group_rates import CLASSES, means


def test_errors_of_deviations_are_those_of_fresh_rows():
    rng = np.random.default_rng(0)
    told, seen = [], []
    for _ in range(500):
        codes = rng.choice(3, 400, p=[0.7, 0.2, 0.1])
        old = (rng.random(400) < 0.4) * 1.0
        new = np.where(rng.random(400) < 0.2, 1 - old, old)
        ones = np.ones(400)
        found = {"real": means(old, ones, codes, 3), "synthetic": means(new, ones, codes, 3)}
        whole = {"real": means(old, ones, codes * 0, 1), "synthetic": means(new, ones, codes * 0, 1)}
        deviation = {source: found[source].value - whole[source].value for source in found}
        seen.append([deviation["synthetic"] + sign * deviation["real"] for sign in (-1, 1)])
        told.append([_error(found, whole, sign, codes, True) for sign in (-1, 1)])
    ratio = np.mean(told, axis=0) / np.std(seen, axis=0)
    assert ratio.min() > 0.95 and ratio.max() < 1.2  # the rule of three widens those of few rows


def test_a_cell_is_tested_against_the_rest_as_by_permutation():
    rng = np.random.default_rng(0)
    codes = np.repeat([0, 1], [40, 160])
    chosen = np.concatenate([np.repeat([1.0, 0.0], [20, 20]), np.repeat([1.0, 0.0], [50, 110])])
    found, whole = means(chosen, np.ones(200), codes, 2), means(chosen, np.ones(200), codes * 0, 1)
    exact = _against_the_rest(CLASSES[0], found, np.array([True, False]), whole)
    shuffled = np.array([rng.permutation(chosen)[:40].sum() for _ in range(20_000)])
    assert exact[0] == pytest.approx(2 * np.mean(shuffled >= 20), abs=0.01)
    assert np.isnan(exact[1])


def test_a_crossing_knows_its_groups_and_draws_small_cells_to_them():
    rng = np.random.default_rng(0)
    frames = []
    for _ in range(3):
        a, b = rng.choice(["u", "v"], 400, p=[0.97, 0.03]), rng.choice(["s", "t"], 400)
        x = rng.normal(size=400)
        y = np.where(x + (b == "t") > 0.8, "yes", "no")
        frames.append(pd.DataFrame({"a": a, "b": b, "x": x, "y": y}))
    data = prepare(*frames, "y", ["a", "b"])
    trained = trainers.learners(data)
    (crossing,) = crossings(data, [0, 1], trained.task.rows["holdout"])
    assert crossing.cells.rows.sum() == 400
    for c, name in enumerate(crossing.cells.names):
        assert name == ", ".join(side.names[m[c]] for side, m in zip(crossing.sides, crossing.members, strict=True))
    found = cell_means(CLASSES[0], trained.task.judged[0], crossing, trained, "boosting")
    small = [c for c in range(len(found.judged)) if 0 < crossing.cells.rows[c] < 30]
    assert small and not found.judged[small].any()
    mean, low, high = found.shrunken["real"]
    by_t = [mean[c] for c in small if crossing.cells.names[c].endswith("t")]
    by_s = [mean[c] for c in small if crossing.cells.names[c].endswith("s")]
    assert min(by_t) > max(by_s)  # each goes towards the rate of its larger group
    assert (low < mean).all() and (mean < high).all()

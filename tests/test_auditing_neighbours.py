"""Nearest rows are the nearest, in order, however the work is cut."""

import numpy as np
import pandas as pd
import pytest

from augment.auditing import neighbours
from augment.auditing.frames import prepare
from augment.auditing.neighbours import affordable, nearest, points


@pytest.mark.parametrize("k", [1, 3, 200])
def test_nearest_is_the_nearest(k, monkeypatch):
    rng = np.random.default_rng(0)
    queries, references = rng.normal(size=(50, 4)), rng.normal(size=(70, 4))
    monkeypatch.setattr(neighbours, "CHUNK", 200)
    full = np.sort(((queries[:, None] - references[None]) ** 2).sum(axis=2), axis=1)
    np.testing.assert_allclose(nearest(queries, references, k), full[:, :k])


def test_the_cost_is_bounded_however_many_labels_there_are():
    rng = np.random.default_rng(0)
    table = pd.DataFrame({f"c{i}": rng.integers(300, size=2000).astype(str) for i in range(40)})
    data = prepare(table, table, table)
    columns = list(range(40))
    width = points(data, columns, {name: np.arange(50) for name in data.tables})["train"].shape[1]
    assert width <= neighbours.MAX_WIDTH + 3 * 40
    assert affordable(data, columns, 1000) * 1000 * width <= neighbours.MAX_PRODUCTS * 1.1

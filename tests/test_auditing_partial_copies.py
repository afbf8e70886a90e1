"""Rows copied with some cells replaced are found; rows that share columns or single values only are not."""

import numpy as np
import pandas as pd
import pytest

from augment.auditing.frames import prepare
from augment.auditing.partial_copies import PARTIAL


def sample(n, seed, columns=10, values=12):
    return np.random.default_rng(seed).integers(values, size=(n, columns)).astype(float)


def replaced(real, share, seed):
    """Rows of which some cells are those of other rows."""
    rng = np.random.default_rng(seed)
    shuffled = rng.permuted(real, axis=0)
    return np.where(rng.random(real.shape) < share, shuffled, real)


def run(real, new, held, seed=0):
    return PARTIAL.run(prepare(real, new, held, thresholds=PARTIAL.thresholds), seed)[0]


@pytest.mark.parametrize("share", [0.0, 0.1, 0.3])
def test_copies_with_replaced_cells_fail(share):
    real = sample(1000, 0)
    found = run(real, replaced(real, share, 1), sample(1000, 2))
    assert found.verdict == "FAIL"
    length = len(found.evidence["tables"][0]["rows"][0][0].split(","))
    assert found.value == pytest.approx((1 - share) ** length, abs=0.1)


def test_fresh_rows_do_not():
    found = [run(*(sample(500, 3 * s + i) for i in range(3)), seed=s) for s in range(40)]
    assert not any(f.verdict == "FAIL" for f in found)
    assert sum(f.interval[0] > 0 for f in found) <= 2


def mixed(n, seed):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "pay": rng.lognormal(size=n),
            "debt": rng.lognormal(size=n),
            **dict(zip("abcd", rng.integers(3, size=(4, n)), strict=True)),
        }
    )


def test_columns_shuffled_apart_repeat_values_but_no_rows():
    real, rng = mixed(800, 0), np.random.default_rng(1)
    shuffled = pd.DataFrame({name: rng.permutation(real[name]) for name in real})
    assert run(real, shuffled, mixed(800, 2)).verdict == "INCONCLUSIVE"
    assert run(real, real, mixed(800, 2)).verdict == "FAIL"


@pytest.mark.parametrize("columns", [1, 2])
def test_a_row_of_few_columns_has_no_parts(columns):
    found = run(*(sample(100, seed, columns, 10**6) for seed in range(3)))
    assert found.verdict == "NOT ASSESSED"
    assert "No part of the columns" in found.missing


def test_coarse_rows_have_no_telling_parts():
    found = run(*(sample(500, seed, 5, 2) for seed in range(3)))
    assert found.verdict == "NOT ASSESSED"

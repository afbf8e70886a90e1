"""The classifier finds planted differences, names their columns, and finds none among fresh rows."""

import numpy as np
import pandas as pd

from augment.auditing.detection import DETECTION
from augment.auditing.frames import prepare


def sample(n, seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 3))
    return pd.DataFrame({"a": x[:, 0], "b": x[:, 0] + 0.3 * x[:, 1], "c": x[:, 2], "g": rng.choice(list("uvw"), n)})


def run(new, holdout=None, real=None):
    data = prepare(sample(600, 0) if real is None else real, new, holdout, thresholds=DETECTION.thresholds)
    return DETECTION.run(data, 0)[0]


def test_fresh_rows_cannot_be_told_apart():
    found = run(sample(600, 1), sample(600, 2))
    assert found.verdict == "PASS"
    assert found.interval[0] < 0.5 < found.interval[1]
    assert abs(found.reference - 0.5) < 0.1
    assert not found.worst


def test_shuffled_columns_are_told_apart():
    rng = np.random.default_rng(0)
    shuffled = sample(600, 0).apply(lambda column: rng.permutation(column.to_numpy()))
    found = run(shuffled)
    assert found.verdict == "FAIL"
    assert {row["name"] for row in found.worst[:2]} == {"a", "b"}


def test_the_column_that_gives_it_away_comes_first():
    new = sample(600, 1)
    found = run(new.assign(c=new["c"].round(0)))
    assert found.worst[0]["name"] == "c"
    assert len(found.worst) <= 5


def test_too_few_rows_are_not_assessed():
    found = run(sample(30, 1))
    assert found.verdict == "NOT ASSESSED"


def test_missing_columns_and_values_are_no_obstacle():
    real, new = sample(100, 0).assign(n=np.nan), sample(100, 1).assign(n=np.nan)
    real.loc[::3, "g"] = None
    assert run(new, real=real).value > 0.5


def test_a_column_with_one_value_in_all_is_no_obstacle():
    real, new = sample(100, 0).assign(n=np.nan), sample(100, 1).assign(n=np.nan)
    real.loc[0, "n"] = 1.0
    assert run(new, real=real).interval is not None

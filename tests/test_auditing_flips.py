"""The flip test sees a model that reads the protected column, and no other."""

import numpy as np
import pandas as pd
import pytest

from augment.auditing.flips import FLIPS, _of_another_group
from augment.auditing.frames import prepare


def sample(n, seed, weight=0.0, number=False):
    rng = np.random.default_rng(seed)
    x, sex, age = rng.normal(size=n), rng.choice(["f", "m"], n), rng.normal(size=n)
    signal = 0.3 * x + weight * ((sex == "m") - 0.5) + 0.02 * rng.normal(size=n)
    return pd.DataFrame({"x": x, "sex": sex, "age": age, "y": signal if number else np.where(signal > 0, "yes", "no")})


def run(real, new, held, protected="sex"):
    found = FLIPS.run(prepare(real, new, held, "y", protected), 0)
    assert not [f.message for f in found if "stopped with" in f.message]
    return found


@pytest.mark.slow
@pytest.mark.parametrize("number", [False, True])
def test_what_the_model_reads_changes_its_predictions(number):
    real, held = sample(400, 0, number=number), sample(400, 2, number=number)
    (found,) = run(real, sample(400, 1, 5.0, number), held)
    assert found.verdict == "INFORMATION"
    assert found.value > 0.95
    assert found.reference < 0.2
    assert f"{found.value:.1%} of 400" in found.message


def test_a_column_that_decides_nothing_changes_little():
    (found,) = run(*(sample(600, seed) for seed in range(3)))
    assert found.value < 0.1


def test_other_groups_are_really_others():
    rng = np.random.default_rng(0)
    codes = rng.choice(4, 300, p=[0.9, 0.06, 0.03, 0.01])
    rows = rng.permutation(300)[:200]
    mates = _of_another_group(codes, rows, rng)
    assert (codes[mates] != codes[rows]).all()
    assert set(codes[mates]) == {0, 1, 2, 3}
    assert _of_another_group(np.zeros(5, int), np.arange(5), rng) is None


def test_numbers_missing_values_and_single_groups():
    frames = [sample(200, seed).assign(one="same") for seed in range(3)]
    for frame in frames:
        frame.loc[::5, ["sex", "age"]] = None
    found = {f.id: f for f in run(*frames, protected=["sex", "age", "one", "y"])}
    assert set(found) == {"bias.flips.sex", "bias.flips.age", "bias.flips.one"}
    assert "all of one group of 'one'" in found["bias.flips.one"].missing
    assert found["bias.flips.age"].value is not None

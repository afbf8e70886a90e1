"""Secrets of copied rows are guessed beyond what the population tells; others are not."""

import numpy as np
import pandas as pd
import pytest

from augment.auditing.frames import prepare
from augment.auditing.inference import INFERENCE, Secret


def sample(n, seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 4))
    frame = pd.DataFrame(x, columns=list("abcd"))
    frame["ill"] = np.where(x[:, 0] + rng.normal(0, 1, n) > 0.5, "yes", "no")
    frame["pay"] = np.exp(x[:, 1] + rng.normal(0, 0.5, n))
    return frame


def run(real, new, held, target="ill", protected=("pay",), seed=0):
    data = prepare(real, new, held, target, protected, INFERENCE.thresholds)
    return {finding.id.removeprefix("privacy.inference").strip("."): finding for finding in INFERENCE.run(data, seed)}


def test_copies_give_every_secret_away():
    real = sample(500, 0)
    found = run(real, real, sample(500, 2))
    assert list(found) == ["pay", "ill"]
    assert [f.verdict for f in found.values()] == ["FAIL", "FAIL"]
    assert found["ill"].value == 1.0
    assert found["ill"].interval[1] == 1.0


def test_the_risk_is_the_share_of_holdout_errors_that_memory_saves():
    """Half of the training rows copied: their secrets are known, those of the others no better than the holdout's."""
    real, new = sample(2000, 0), sample(2000, 1)
    new.iloc[:1000] = real.iloc[:1000]
    found = run(real, new, sample(2000, 2))["ill"]
    assert found.verdict == "FAIL"
    assert found.value == pytest.approx(0.5, abs=0.12)
    assert found.level == pytest.approx(0.975)


def test_fresh_rows_raise_no_alarm_although_secrets_are_predictable():
    found = [f for s in range(12) for f in run(*(sample(300, 3 * s + i) for i in range(3)), seed=s).values()]
    assert not any(f.verdict == "FAIL" for f in found)
    assert sum(f.interval[0] > 0 for f in found) <= 2
    rows = np.array([[row["value"] for row in f.evidence["charts"][0]["rows"]] for f in found[1::2]])
    assert rows[:, 1].mean() > rows[:, 2].mean() + 0.05  # trees beat one guess for all


def test_without_names_the_first_columns_are_the_secrets():
    found = run(*(sample(100, seed) for seed in range(3)), target=None, protected=())
    assert list(found) == ["a", "b", "c"]


def test_many_secrets_are_tried_in_part():
    tables = [
        pd.DataFrame(np.random.default_rng(seed).normal(size=(60, 9)), columns=list("abcdefghi")) for seed in range(3)
    ]
    found = run(*tables, target=None, protected=tuple("abcdefghi"))
    assert list(found) == list("abcdef")
    assert "3 more columns are not tried" in found["a"].message


def test_a_column_that_others_tell_exactly_is_not_assessed():
    tables = [sample(200, seed) for seed in range(3)]
    found = run(*(t.assign(twin=t.ill) for t in tables), protected=())["ill"]
    assert found.verdict == "NOT ASSESSED"
    assert "No holdout row is left" in found.missing


@pytest.mark.parametrize(
    "change",
    [
        lambda t: t.assign(ill=None),
        lambda t: t.assign(ill="yes"),
        lambda t: t[["ill"]],
        lambda t: t.assign(ill=[f"level {i}" for i in range(len(t))]),
        lambda t: t.assign(a=np.nan, b=1e38 * np.sign(t.b), c=None),
        lambda t: t.assign(ill=pd.Timestamp("2020-01-01") + pd.to_timedelta(t.pay, unit="D")),
        lambda t: t.assign(ill=t.pay.where(t.a > 0)),
        lambda t: t.assign(ill=(t.a > 0)),
    ],
)
def test_awkward_secrets_break_nothing(change):
    tables = [change(sample(120, seed)) for seed in range(3)]
    found = run(*tables, protected=())
    assert not [f.message for f in found.values() if "stopped with" in f.message]
    assert "FAIL" not in {f.verdict for f in found.values()}
    assert all(f.message for f in found.values())


def test_a_number_is_guessed_within_a_twentieth_of_the_interquartile_range():
    table = pd.DataFrame({"x": np.arange(101.0), "y": 1.0})
    secret = Secret(prepare(table, table, table), 0)
    assert secret.tolerance == pytest.approx(2.5)
    assert secret.right(np.array([3.0, 3.0]), "train", np.array([0, 1])) == 1
    values = np.repeat([0.0, 50.0, 51.0, 52.0], [9, 5, 5, 5])
    table = pd.DataFrame({"x": [*values, *np.linspace(100, 200, 77)], "y": 1.0})
    secret = Secret(prepare(table, table, table), 0)
    secret.tolerance = 2.0
    assert 50 <= secret.naive(np.arange(101)) <= 52

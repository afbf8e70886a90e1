"""The sdmetrics score is shown as sdmetrics gives it, and its failures stop nothing."""

import sys

import numpy as np
import pandas as pd
import pytest

from augment.auditing import peers
from augment.auditing.frames import prepare


def table(n, seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    times = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 99, n), unit="D")
    return pd.DataFrame({"x": x, "c": np.where(x > 0, "u", "v"), "d": times, "</script>": rng.random(n) < 0.5})


def test_a_copy_scores_one_and_decides_nothing(capfd):
    (found,) = peers.QUALITY.run(prepare(table(80, 0), table(80, 0)), 0)
    assert found.value == pytest.approx(1.0)
    assert found.verdict == "INFORMATION"
    assert capfd.readouterr() == ("", "")


def test_its_failure_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "sdmetrics", None)
    (found,) = peers.QUALITY.run(prepare(table(80, 0), table(80, 1)), 0)
    assert found.verdict == "NOT ASSESSED"
    assert "sdmetrics stopped with" in found.missing


def test_columns_without_values_are_left_out():
    real = table(80, 0).assign(n=np.nan)
    (found,) = peers.QUALITY.run(prepare(real, real), 0)
    assert "on 4 of 5 columns" in found.message

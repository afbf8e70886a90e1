"""Charts as plain data: shares in common bins, and what the public form must know of them."""

import numpy as np
import pandas as pd
import pytest

from augment.auditing import charts
from augment.auditing.drawings import draw
from augment.auditing.frames import prepare


def prepared(values, other=None):
    real = pd.DataFrame({"v": values})
    return prepare(real, real if other is None else pd.DataFrame({"v": other}), protected="v")


def test_panels_share_their_bins_and_sum_to_one():
    rng = np.random.default_rng(0)
    panel = charts.panel(prepared(rng.normal(size=400), rng.normal(5, 1, 400)), 0)
    assert sum(panel["real"]) == pytest.approx(1, abs=1e-3)
    assert sum(panel["synthetic"]) == pytest.approx(1, abs=1e-3)
    assert len(panel["labels"]) == len(panel["real"]) + 1
    assert np.argmax(panel["real"]) < np.argmax(panel["synthetic"])
    assert "svg" in draw(charts.histograms("t", [panel]))


def test_whole_numbers_have_a_bin_each():
    panel = charts.panel(prepared([0, 1, 1, 3] * 5), 0)
    assert panel["labels"] == ["0", "1", "2", "3"]
    assert panel["real"] == [0.25, 0.5, 0, 0.25]


def test_missing_values_and_rare_labels_are_shown():
    panel = charts.panel(prepared(["a", "b", None, "c", "d"] * 4), 0, at_most=2)
    assert panel["labels"] == ["a", "b", "other", "missing"]
    assert panel["real"] == [0.2, 0.2, 0.4, 0.2]
    nothing = charts.panel(prepared([np.nan] * 20), 0)
    assert "svg" in draw(charts.histograms("t", [nothing]))


def test_panels_tell_their_rows_and_whether_nearly_every_value_is_unique():
    rng = np.random.default_rng(0)
    panel = charts.panel(prepared(rng.normal(size=60), rng.normal(size=50)), 0)
    assert (panel["n"], panel["unique"]) == ({"real": 60, "synthetic": 50}, True)
    assert not charts.panel(prepared([1.0, 2.0, np.nan] * 20), 0)["unique"]
    assert not charts.panel(prepared([np.nan] * 20), 0)["unique"]


def test_tables_say_whether_they_show_rows():
    assert "row_level" not in charts.table("t", ["a"], [[1]])
    assert charts.table("t", ["a"], [[1]], row_level=True)["row_level"] is True

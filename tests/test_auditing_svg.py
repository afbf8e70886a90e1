"""Drawings put values where they belong, in words as well as in shapes."""

import numpy as np
import pandas as pd
import pytest

from augment.auditing import charts
from augment.auditing.check import Finding
from augment.auditing.drawings import draw
from augment.auditing.frames import prepare
from augment.auditing.svg import gauge


def test_gauge_orders_interval_and_threshold():
    finding = Finding(
        id="fidelity.x", pillar="fidelity", title="<x>", value=0.9, interval=(0.88, 0.92), goal="higher", threshold=0.8
    ).to_dict()
    text = gauge(finding)
    limit = float(text.split('class=limit x1="')[1].split("%")[0])
    low = float(text.split('class=interval x1="')[1].split("%")[0])
    assert 0 < limit < low < 100
    assert "&lt;x&gt;" in text
    assert gauge({**finding, "interval": None}) == ""


@pytest.mark.parametrize(
    "chart",
    [
        charts.intervals("t", [{"name": "<b>", "value": 0.5, "low": 0.4, "high": 0.6, "mark": 0.9}], axis=(0, 1)),
        charts.bars("t", [{"name": "<b>", "value": 0.5}]),
        charts.matrix("t", ["<b>", "c"], [[0, 0.5], [0.5, 0]], "e"),
        charts.lines("t", "x", "y", [{"name": "<b>", "x": [0, 1], "y": [0, 1]}]),
    ],
)
def test_every_kind_is_drawn_and_escaped(chart):
    text = draw(chart)
    assert "&lt;b&gt;" in text
    assert "<b>" not in text
    assert 'role="img"' in text


def test_drawings_hold_no_control_characters():
    chart = charts.bars("t\x00", [{"name": "b\x1b", "value": 0.5}])
    assert not set(draw(chart)) & {"\x00", "\x1b"}
    panel = charts.panel(prepare(*[pd.DataFrame({"v\x07": ["a\x00", "b"] * 10})] * 2), 0)
    assert not set(draw(charts.histograms("t", [panel]))) & {"\x00", "\x07"}


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

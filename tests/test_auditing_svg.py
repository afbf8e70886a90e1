"""The strokes put values where they belong, in words as well as in shapes."""

import pytest

from augment.auditing.check import Finding
from augment.auditing.svg import axis, gauge, whisker


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


def test_the_gauge_shades_the_good_side():
    finding = {"id": "bias.x", "pillar": "bias", "title": "x", "value": 0.5, "interval": (0.4, 0.6)}
    for goal, threshold, starts in (("lower", 0.55, 0), ("range", (0.42, 0.55), None), ("higher", 0.55, None)):
        text = gauge(Finding(**finding, goal=goal, threshold=threshold).to_dict())
        start = float(text.split('class=good x="')[1].split("%")[0])
        assert start == 0 if starts == 0 else start > 0


@pytest.mark.parametrize("change", [{"interval": (0.1, float("inf"))}, {"value": float("nan")}, {"threshold": None}])
def test_what_is_not_known_is_not_drawn(change):
    finding = {"id": "bias.x", "pillar": "bias", "title": "x", "value": 0.5, "interval": (0.4, 0.6), "threshold": 0.3}
    assert gauge(Finding(**finding).to_dict())
    assert gauge(Finding(**{**finding, **change}).to_dict()) == ""
    assert whisker(float, None, 0.5, None, 1, 1) == ""


@pytest.mark.parametrize("values", [[0.2], [0.0, 0.0], [-3, 50], [0.999, 1.0]])
def test_an_axis_holds_its_values_within_its_bounds(values):
    low, high = axis(values, -100, 100)
    assert -100 <= low <= min(values) <= max(values) <= high <= 100

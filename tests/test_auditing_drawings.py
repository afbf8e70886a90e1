"""Each kind of chart is a picture with a name, words and a table of the same numbers; nothing in it is markup."""

import re

import pandas as pd
import pytest

from augment.auditing import charts
from augment.auditing.drawings import ROWS, draw, table
from augment.auditing.frames import prepare
from augment.auditing.words import show

NAMES = ["<b>", "c"]


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
    assert len(re.findall('role="img"[^>]*><title>[^<]+</title><desc>[^<]+</desc>', text)) == text.count("<svg") > 0
    assert "<caption>" in text


def test_drawings_hold_no_control_characters():
    chart = charts.bars("t\x00", [{"name": "b\x1b", "value": 0.5}])
    assert not set(draw(chart)) & {"\x00", "\x1b"}
    panel = charts.panel(prepare(*[pd.DataFrame({"v\x07": ["a\x00", "b"] * 10})] * 2), 0)
    assert not set(draw(charts.histograms("t", [panel]))) & {"\x00", "\x07"}


def test_every_number_of_a_picture_stands_in_a_table():
    panel = {"name": "a", "category": False, "labels": ["0", "1", "2", "missing"], "real": [0.1, 0.2, 0.7]}
    panel["synthetic"] = [0.3, 0.4, 0.3]
    text = draw(charts.histograms("t", [panel]))
    assert "1 to 2" in text
    assert all(f"{show(v)}</td>" in text for v in (*panel["real"], *panel["synthetic"]))
    text = draw(charts.matrix("t", NAMES, [[0, -0.512], [-0.512, 0]], "e"))
    assert text.count("-0.512</td>") == 1
    text = draw(charts.lines("t", "x", "y", [{"name": "n", "x": [0, 0.25], "y": [0, 0.75]}]))
    assert "0.250</td>" in text
    assert "0.750</td>" in text
    text = draw(charts.intervals("t", [{"name": "n", "value": 0.5, "low": 0.4, "high": 0.6}], axis=(0, 1)))
    assert "0.500<small>0.400 to 0.600</small>" in text


@pytest.mark.parametrize(
    "chart",
    [
        charts.intervals("t", [{"name": "n", "value": None, "low": None, "high": 1, "mark": None}], axis=(0, 1)),
        charts.intervals("t", [{"name": "n", "value": None, "low": None, "high": None}], axis=(0, 1)),
        charts.bars("t", [{"name": "n", "value": None}, {"name": "m", "value": 1.0}]),
        charts.bars("t", []),
        charts.matrix("t", NAMES, [[None, None], [None, None]], "e"),
        charts.lines("t", "x", "y", [{"name": "n", "x": [None, 1], "y": [1, None]}]),
        charts.lines("t", "x", "y", [{"name": "n", "x": [], "y": []}]),
        charts.histograms("t", []),
        {"kind": "pie", "title": "t"},
    ],
)
def test_numbers_that_are_not_there_break_nothing(chart):
    assert "None" not in draw(chart)
    assert "nan" not in draw(chart)


def test_a_long_table_says_how_much_more_there_is():
    text = table("t", ["a", "b"], [[str(j), j] for j in range(ROWS + 5)])
    assert text.count("<tr>") == ROWS + 1
    assert "and 5 more" in text
    assert "<td class=number>" in text
    assert table("t", ["a"], []).count("<tr>") == 1

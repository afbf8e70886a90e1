"""Bins of what is known of sequences: each value is in its own, and a range draws those it overlaps, as frequent."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from augment.codecs.controls import Controls

RNG = np.random.default_rng(0)
VALUES = np.stack([RNG.normal(size=1000), np.zeros(1000), RNG.integers(0, 3, 1000).astype(float)], axis=1)
VALUES[:, 2] += VALUES[:, 0] > 0


def test_bins_hold_as_many_each_and_a_constant_has_one():
    controls = Controls.of(["x", "zero", "whole"], VALUES)
    assert np.array_equal(controls.counts.sum(axis=(1, 2)), np.full(10, 100))
    assert controls.counts.shape[1] <= 2 and controls.counts.sum() == 1000
    assert controls.starts == {"x": 0, "zero": 10, "whole": 10 + controls.counts.shape[1]}


@given(st.floats(-3, 3), st.floats(0, 3))
def test_drawn_bins_overlap_with_the_range(low, width):
    controls = Controls.of(["x", "zero", "whole"], VALUES)
    drawn = controls.draw({"x": (low, low + width)}, 50, np.random.default_rng(1))
    ends = [-np.inf, *controls.edges["x"], np.inf]
    assert drawn.shape == (50, 1)
    assert all(ends[place] <= low + width and low <= ends[place + 1] for place in drawn[:, 0])


def test_bins_are_drawn_as_frequent_as_they_were_together():
    controls = Controls.of(["x", "zero", "whole"], VALUES)
    ranges = {"x": (-np.inf, np.inf), "whole": (0.0, 3.0)}
    drawn = controls.draw(ranges, 20_000, np.random.default_rng(0))
    counts = np.zeros(controls.counts.sum(axis=1).shape)
    np.add.at(counts, tuple(drawn.T), 1)
    assert counts / 20_000 == pytest.approx(controls.counts.sum(axis=1) / 1000, abs=0.01)


def test_a_combination_that_there_was_not_is_drawn_all_the_same():
    controls = Controls.of(["a", "b"], np.stack([np.arange(100.0), np.arange(100.0)], axis=1))
    drawn = controls.draw({"a": (0, 5), "b": (95, 200)}, 10, np.random.default_rng(0))
    assert drawn.tolist() == [[0, 9]] * 10


def test_bins_are_stored_as_json():
    controls = Controls.of(["x", "zero", "whole"], VALUES)
    again = Controls.from_dict(json.loads(json.dumps(controls.to_dict())))
    assert again.edges == controls.edges and np.array_equal(again.counts, controls.counts)
    assert np.array_equal(again.places(VALUES), controls.places(VALUES))

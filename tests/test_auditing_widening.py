"""The widening of a gap: its identity, the coverage of its interval, and errors from refits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from augment.auditing.group_rates import CLASSES, means, parts
from augment.auditing.widening import bounds, drift_of, pair_errors, pairs_of

GAPS = st.floats(-1, 1, allow_nan=False)


@given(first=GAPS, second=GAPS)
def test_without_error_it_is_the_difference_of_sizes(first, second):
    low, high = bounds(np.array([first]), np.array([second]), np.zeros(1), np.zeros(1), 2.0)
    assert low[0] == pytest.approx(abs(first) - abs(second), abs=1e-12)
    assert high[0] == pytest.approx(abs(first) - abs(second), abs=1e-12)


@given(first=GAPS, second=GAPS, d=st.floats(0, 0.5), t=st.floats(0, 0.5), a=st.floats(-1, 1), b=st.floats(-1, 1))
def test_bounds_hold_wherever_the_difference_and_the_sum_do(first, second, d, t, a, b):
    low, high = bounds(np.array([first]), np.array([second]), np.array([d]), np.array([t]), 1.0)
    difference, total = first - second + a * d, first + second + b * t  # any truth within both intervals
    truth = abs((total + difference) / 2) - abs((total - difference) / 2)
    assert low[0] - 1e-9 <= truth <= high[0] + 1e-9


def test_intervals_of_two_models_cover_what_they_do_to_the_population():
    """Predictions are given; only the rows of the holdout vary."""
    rng = np.random.default_rng(0)
    flip = {"old": np.array([0.1, 0.1]), "new": np.array([0.1, 0.3])}  # selection of group 1 rises from .34 to .42
    truth = abs((0.3 * 0.7 + 0.7 * 0.3) - (0.3 * 0.9 + 0.7 * 0.1)) - 0.0
    hits = 0
    for _ in range(300):
        codes = rng.integers(0, 2, 600)
        y, u = rng.random(600) < 0.3, rng.random(600)
        found = {}
        for model, rates in flip.items():
            chosen = np.where(u < rates[codes], ~y, y) * 1.0
            guess = np.column_stack([1 - chosen, chosen])
            found[model] = means(*parts(CLASSES[0], guess, y * 1.0, np.array([0.0, 1.0]), 1), codes, 2)
        a, b = pairs_of([0, 1])
        gaps = [found[model].value[a] - found[model].value[b] for model in ("new", "old")]
        low, high = bounds(*gaps, *pair_errors(found["new"], found["old"], codes, True, a, b), 1.96)
        hits += low[0] <= truth <= high[0]
    assert hits >= 0.93 * 300
    assert high[0] - low[0] < 0.3


def test_pairs_are_all_pairs():
    a, b = pairs_of(np.array([2, 5, 7]))
    assert list(zip(a.tolist(), b.tolist(), strict=True)) == [(2, 5), (2, 7), (5, 7)]
    assert len(pairs_of(np.array([3]))[0]) == 0


def test_drift_is_at_least_the_mean_of_all_and_bears_missing_refits():
    values = np.random.default_rng(0).normal(size=(1000, 3)) * [1, 1, 2]
    assert drift_of(values, 2.0) == pytest.approx(2 * np.sqrt([2, 2, 4]), rel=0.1)
    values[:, 0] = np.nan
    assert np.isfinite(drift_of(values, 1.0)).all()
    assert len(drift_of(np.empty((5, 0)), 1.0)) == 0

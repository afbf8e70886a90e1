"""Solvers against equations whose solutions are known."""

import numpy as np
import pytest

from augment.models.solvers import SOLVERS, follow


def error(solver, n_steps):
    """Of x' = x cos(8 t) from 1, whose solution is exp(sin(8 t) / 8)."""
    end = follow(lambda x, time: x * np.cos(8 * time), 1.0, np.linspace(0, 0.9, n_steps + 1), solver)
    return abs(end - np.exp(np.sin(8 * 0.9) / 8))


@pytest.mark.parametrize(("solver", "order"), [("euler", 1), ("heun", 2), ("adams", 2)])
def test_the_error_falls_with_the_order_of_the_method(solver, order):
    assert error(solver, 100) / error(solver, 200) == pytest.approx(2**order, rel=0.1)


@pytest.mark.parametrize(("solver", "looks"), [("euler", 10), ("heun", 20), ("adams", 10)])
def test_looks(solver, looks):
    seen = []
    follow(lambda x, time: seen.append(time) or 0.0, 0.0, np.linspace(0, 0.9, 11), solver)
    assert len(seen) == looks


@pytest.mark.parametrize("solver", SOLVERS)
def test_no_look_is_at_one(solver):
    seen = []
    follow(lambda x, time: seen.append(time) or 0.0, 0.0, np.linspace(0, 1, 5), solver)
    assert max(seen) == 0.75


def test_steps_of_other_lengths_keep_the_order():
    times = np.linspace(0, 1, 201)[:-1] ** 2
    end = follow(lambda x, time: 2.0 * time, 0.0, times, "adams")  # a second-order method is exact but for its start
    assert end == pytest.approx(times[-1] ** 2, abs=2 * times[1] ** 2)

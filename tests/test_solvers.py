"""Solvers against equations whose solutions are known."""

import numpy as np
import pytest

from augment.models.solvers import SOLVERS, follow, grid


def error(solver, n_steps, start=0.0):
    """Of x' = x cos(8 t) from 1, whose solution is exp((sin(8 t) - sin(8 start)) / 8)."""
    end = follow(lambda x, time: x * np.cos(8 * time), 1.0, np.linspace(start, 0.9, n_steps + 1), solver)
    return abs(end - np.exp((np.sin(8 * 0.9) - np.sin(8 * start)) / 8))


@pytest.mark.parametrize(("solver", "order"), [("euler", 1), ("heun", 2), ("adams", 2)])
def test_the_error_falls_with_the_order_of_the_method(solver, order):
    assert error(solver, 100) / error(solver, 200) == pytest.approx(2**order, rel=0.1)


def test_where_noise_is_not_all_there_is_dpm_is_of_second_order():
    assert error("dpm", 400, 0.1) / error("dpm", 800, 0.1) == pytest.approx(4, rel=0.1)


@pytest.mark.parametrize(("solver", "looks"), [("euler", 10), ("heun", 20), ("adams", 10), ("dpm", 10)])
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


@pytest.mark.parametrize("n_steps", [1, 2, 10, 500])
@pytest.mark.parametrize("solver", SOLVERS)
def test_directions_to_one_place_lead_there(solver, n_steps):
    end = follow(lambda x, time: (3 - x) / (1 - time), -1.0, grid(n_steps, solver), solver)
    assert end == pytest.approx(3)


@pytest.mark.parametrize("solver", SOLVERS)
def test_what_the_sampler_makes_of_normal_noise_has_the_spread_of_the_goal(solver):
    """From deviation 1 to .1: with s the deviation at a time, x moves by s' / s of itself, from 1 to .1 too."""

    def direction(x, time):
        variance = (1 - time) ** 2 + (0.1 * time) ** 2
        return x * (0.01 * time - (1 - time)) / variance

    ends = {n: abs(follow(direction, 1.0, grid(n, solver), solver) - 0.1) for n in (10, 80)}
    assert ends[80] < ends[10] / 4 and ends[80] < 0.02


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_grid_begins_where_it_is_to_and_ends_at_one(solver):
    times = grid(7, solver, 0.3)
    assert len(times) == 8 and times[0] == pytest.approx(0.3) and times[-1] == 1 and (np.diff(times) > 0).all()

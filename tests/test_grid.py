import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from augment.codecs.grid import Grid

DTYPES = ["int8", "int16", "int64", "uint8", "uint64"]


@given(st.sampled_from(DTYPES).flatmap(lambda dtype: hnp.arrays(dtype, st.integers(1, 30))))
def test_integers_of_any_width_come_back(values):
    values = values.astype("uint64" if values.dtype == "uint64" else "int64")
    grid = Grid().fit(values)
    again = grid.to_values(grid.to_steps(values))
    assert again.dtype == values.dtype and again.min() >= values.min() and again.max() <= values.max()
    if grid.last < 2**53:
        np.testing.assert_array_equal(again, values)


@given(st.lists(st.integers(-(10**6), 10**6), min_size=1), st.integers(0, 6))
def test_decimals_come_back(whole, decimals):
    values = np.array(whole) / 10**decimals
    grid = Grid().fit(values)
    assert grid.decimals_ <= decimals
    np.testing.assert_array_equal(grid.to_values(grid.to_steps(values)), values)


@given(hnp.arrays("float64", st.integers(1, 20), elements=st.floats(-1.7e308, 1.7e308)))
def test_any_float_comes_back_inside_the_range(values):
    grid = Grid().fit(values)
    again = grid.to_values(grid.to_steps(values))
    assert again.min() >= values.min() and again.max() <= values.max()
    if np.abs(values).max() < 1e100:
        np.testing.assert_allclose(again, values, rtol=1e-15)


@pytest.mark.parametrize(
    ("values", "step", "decimals"),
    [
        ([0.25, 1.0, 3.5], 25, 2),
        ([1000.0, 25_000.0, 7000.0], 6000, 0),
        ([0.1, 0.2, 0.3], 1, 1),
        ([5.0, 5.0], 1, 0),
        ([np.pi, np.e, 1.0], 0, None),
    ],
)
def test_steps_are_found(values, step, decimals):
    grid = Grid().fit(np.array(values))
    assert (grid.step_, grid.decimals_) == (step, decimals)


@pytest.mark.parametrize(("dtype", "few"), [("float16", 1), ("float32", 3), ("float64", 9)])
def test_few_decimals_are_told_from_many_in_each_width(dtype, few):
    rng = np.random.default_rng(0)
    assert Grid().fit(np.round(rng.random(500), few).astype(dtype)).decimals_ == few
    assert Grid().fit(rng.random(500).astype(dtype)).decimals_ is None


@pytest.mark.parametrize(("dtype", "high"), [("float16", 1500), ("float32", 5_000_000), ("float64", 2**52)])
def test_whole_floats_of_each_width_stay_whole(dtype, high):
    values = np.random.default_rng(0).integers(0, high, 300).astype(dtype)
    grid = Grid().fit(values)
    places = np.random.default_rng(1).uniform(0, grid.last, 300)
    assert grid.decimals_ == 0 and (grid.to_values(places) % 1 == 0).all()
    np.testing.assert_array_equal(grid.to_values(grid.to_steps(values)), values)


@pytest.mark.parametrize("values", [np.arange(0, 10, 0.01), np.append(np.arange(1000) / 100, 0.1 + 0.2)])
def test_decimals_are_seen_through_the_noise_of_floats(values):
    grid = Grid().fit(values)
    assert grid.decimals_ == 2
    np.testing.assert_array_equal(grid.to_values(grid.to_steps(values)), np.round(values, 2))


def test_tiny_values_beside_huge_ones_come_back():
    values = np.array([1e-200, 3e-150, 1.7e308, -1.7e308])
    grid = Grid().fit(values)
    np.testing.assert_allclose(grid.to_values(grid.to_steps(values)), values, rtol=1e-15)


def test_values_off_the_grid_go_to_the_nearest_place():
    grid = Grid().fit(np.array([10, 20, 40]))
    assert grid.to_values(np.array([-5, 0.6, 1e9])).tolist() == [10, 20, 40]
    assert grid.to_steps(np.array([25.0])) == 1.5


def test_json_gives_the_same_grid():
    for values in (np.array([2**64 - 1, 5], "uint64"), np.array([-1e-9, 3.3], "float32"), np.array([0.5, 9])):
        grid = Grid().fit(values)
        assert vars(Grid.from_dict(json.loads(json.dumps(grid.to_dict())))) == vars(grid)

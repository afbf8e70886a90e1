"""Series have scales of their own where these last, and not where chance, heavy tails or walks make them differ."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from augment.codecs.own_scales import foretell
from augment.codecs.scaling import Scaling


def autoregressive(shape, rng):
    values = rng.normal(size=shape)
    values[:, 0] /= np.sqrt(1 - 0.9**2)
    for step in range(1, shape[1]):
        values[:, step] += 0.9 * values[:, step - 1]
    return values


LAWS = {
    "white": lambda shape, rng: rng.normal(size=shape),
    "autoregressive": autoregressive,
    "walk": lambda shape, rng: rng.normal(size=shape).cumsum(axis=1),
    "heavy tails": lambda shape, rng: rng.standard_t(2, size=shape),
    "heavy walk": lambda shape, rng: rng.standard_t(2, size=shape).cumsum(axis=1),
    "counts": lambda shape, rng: rng.poisson(3, size=shape).astype("float64"),
    "rare": lambda shape, rng: rng.normal(size=shape) * (rng.random(shape) < 0.2),
}


def decides(values):
    """What is decided of series (n, time)."""
    half = -(-values.shape[1] // 2)
    counts = np.sum(~np.isnan(values[:, :half]), axis=1)
    return foretell(np.nanstd(values[:, :half], axis=1), counts, list(values[:, half:]))


@pytest.mark.slow
@pytest.mark.parametrize("steps", [8, 24, 100])
@pytest.mark.parametrize("law", LAWS)
def test_series_of_one_law_have_one_scale(law, steps):
    rng = np.random.default_rng(0)
    decided = [decides(LAWS[law]((n, steps), rng)) for n in (20, 60, 300) for _ in range(10)]
    assert sum(decided) <= 1  # of thirty; two standard errors let one in forty pass


@pytest.mark.parametrize("steps", [8, 24, 100])
@pytest.mark.parametrize("law", [law for law in LAWS if law != "rare"])
def test_series_that_differ_by_orders_of_magnitude_have_scales_of_their_own(law, steps):
    rng = np.random.default_rng(1)
    decided = [
        decides(10 ** rng.uniform(0, 4, (n, 1)) * LAWS[law]((n, steps), rng)) for n in (60, 300) for _ in "12345"
    ]
    assert all(decided)


def test_some_that_are_quiet_at_first_do_not_hide_it():
    rng = np.random.default_rng(0)
    values = 10 ** rng.uniform(0, 3, (200, 1)) * rng.normal(size=(200, 24))
    values[:6, :12] *= 1e-4
    assert decides(values)


def test_windows_that_overlap_are_not_as_many_as_they_seem():
    """The spread of one long series changes slowly, so that windows resemble those beside them by chance."""
    decided = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        long = rng.normal(size=600).cumsum()
        decided.append(decides(np.lib.stride_tricks.sliding_window_view(long, 24).copy()))
    assert sum(decided) <= 1


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.floats(-6, 6))
def test_units_do_not_matter(seed, unit):
    rng = np.random.default_rng(seed)
    values = 10 ** rng.uniform(0, 1, (12, 1)) * rng.normal(size=(12, 10))
    assert decides(values) == decides(3 + 10.0**unit * values)


def test_missing_values_other_lengths_and_constants():
    rng = np.random.default_rng(0)
    sizes = 10 ** rng.uniform(0, 3, 80)
    series = [size * rng.normal(size=(rng.integers(1, 20), 1)) for size in sizes]
    for part in series[::3]:
        part[rng.random(part.shape) < 0.3] = np.nan
    series[1][:], series[2][:] = 7.0, np.nan
    assert Scaling.of(series).scaled == [0]
    assert Scaling.of([part / size for part, size in zip(series, sizes, strict=True)]) is None


def test_what_follows_nowhere_tells_nothing():
    assert not decides(np.array([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]]))
    assert not decides(np.array([[1.0, 2.0, 3.0, 3.0], [10.0, 20.0, 30.0, 30.0]]))
    assert not decides(np.zeros((5, 8)))

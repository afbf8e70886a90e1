"""Normal scores against what they promise: normal, rising, and the way back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from augment.codecs.normal_scores import NormalScores


@pytest.mark.parametrize("distribution", [stats.expon, stats.cauchy, stats.uniform, stats.norm])
def test_scores_are_standard_normal(distribution):
    values = distribution.rvs(size=5000, random_state=0)
    scores = NormalScores.of(values).encode(values)
    assert stats.kstest(scores, "norm").pvalue > 0.2


def test_values_that_many_share_fill_their_interval_and_come_back():
    rng = np.random.default_rng(0)
    values = np.where(rng.random(5000) < 0.4, 0.0, rng.exponential(size=5000))
    scores = NormalScores.of(values)
    encoded = scores.encode(values, rng.random(5000))
    assert stats.kstest(encoded, "norm").pvalue > 0.05
    back = scores.decode(encoded)
    assert np.mean((back == 0) != (values == 0)) < 0.002
    assert np.allclose(back[values > 0], values[values > 0], atol=1e-9)


@given(arrays("float64", st.integers(1, 40), elements=st.floats(-1e6, 1e6)))
def test_the_way_back_is_exact_at_any_place_inside(values):
    scores = NormalScores.from_dict(NormalScores.of(values).to_dict())
    for inside in (0.01, 0.5, 0.99):
        back = scores.decode(scores.encode(values, inside))
        assert np.allclose(back, values, atol=1e-6 * max(1.0, np.abs(values).max()))
    order = np.argsort(values, kind="stable")
    assert (np.diff(scores.encode(values)[order]) >= -1e-9).all()

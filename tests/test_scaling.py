"""Levels, scales and shapes: series of any size come apart and back together."""

import json

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from augment import SequenceSynthesizer
from augment.codecs.scaling import Scaling
from augment.codecs.series import SeriesCodec
from augment.synthesizers.series import Series


@given(st.lists(arrays("float64", (6, 2), elements=st.floats(-100, 100) | st.just(np.nan)), min_size=2, max_size=5))
def test_what_comes_apart_comes_together(series):
    scaling = Scaling.of(series, always=True)
    assume(scaling is not None)
    scaling = Scaling.from_dict(json.loads(json.dumps(scaling.to_dict())))
    apart = scaling.apart(series)
    assert all(np.isfinite(part[:, 2:]).all() for part in apart)
    back = scaling.joined(np.stack(apart))
    assert np.allclose(back, np.stack(series), atol=1e-6 * (1 + np.nanmax(np.abs(np.stack(series)))), equal_nan=True)


def shops(n, rng):
    """Sales of shops, in whole numbers, whose sizes span three orders of magnitude."""
    size = 10 ** rng.uniform(2, 5, n)
    return [np.rint(each * (1 + 0.2 * np.sin(np.arange(12)) + 0.05 * rng.normal(size=12)))[:, None] for each in size]


def test_features_of_very_different_scales_are_found_and_others_are_not():
    rng = np.random.default_rng(0)
    series = [np.column_stack([part, rng.normal(size=(12, 1)).cumsum(axis=0)]) for part in shops(50, rng)]
    assert Scaling.of(series).scaled == [0]
    assert Scaling.of(series, always=True).scaled == [0, 1]
    assert Scaling.of([part[:, 1:] for part in series]) is None
    assert Scaling.of(series, always=True, n_scaled=1).scaled == [0]


def test_values_come_back_whole_and_inside_the_fitted_range():
    series = shops(30, np.random.default_rng(1))
    codec = SeriesCodec(scaling=True).fit((series, None))
    codec = SeriesCodec.from_dict(json.loads(json.dumps(codec.to_dict())))
    assert codec.layout.n_channels == 3
    for part, back in zip(series, codec.decode(codec.encode((series, None))), strict=True):
        assert (back == np.rint(back)).all() and np.allclose(back, part, rtol=0.02)
    made = codec.decode(np.random.default_rng(0).normal(size=(200, codec.layout.width)).astype("float32") * 3)
    assert min(map(np.min, made)) >= np.min(series) and max(map(np.max, made)) <= np.max(series)


def test_first_steps_tell_level_and_scale_for_all_of_a_series():
    series = shops(30, np.random.default_rng(1))
    codec = SeriesCodec(scaling=True).fit((series, None))
    rows = codec.encode((series, None)).reshape(30, 12, 3)
    values, known = (each.reshape(30, 12, 3) for each in codec.known([part[:6] for part in series], [12] * 30, False))
    assert np.allclose(values[:, :6], rows[:, :6], atol=1e-5) and np.allclose(values[..., 1:], rows[..., 1:], atol=1e-5)
    assert known[..., 1:].all() and known[:, :6, 0].all() and not known[:, 6:, 0].any()
    _, known = codec.known([part[:1] for part in series], [12] * 30, False)
    known = known.reshape(30, 12, 3)
    assert known[..., 1].all() and not known[..., 2].any()  # one value tells no scale


def test_scaling_is_one_of_three():
    with pytest.raises(ValueError, match="scaling must be 'auto', True or False"):
        SeriesCodec(scaling="log")


def test_windows_of_one_series_have_one_scale_unless_asked():
    walk = np.exp(np.random.default_rng(0).normal(size=300).cumsum() / 10)
    asked = {scaling: SequenceSynthesizer(scaling=scaling) for scaling in ("auto", True, False)}
    three = Series.of([walk, 10 * walk, 100 * walk], window=8)
    for one in (Series.of(walk, window=8), Series.of([walk], window=8)):
        assert [one.codec_settings(each)["scaling"] for each in asked.values()] == [False, True, False]
    assert [three.codec_settings(each)["scaling"] for each in asked.values()] == ["auto", True, False]

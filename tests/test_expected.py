"""What attributes let expect: planted means and scales are found, and come back."""

import json

import numpy as np
import pytest

from augment.codecs.expected import Expected


@pytest.fixture(scope="module")
def planted():
    """Two groups and a number; level 2 apart, slope by the number, the second group's noise twice as large."""
    rng = np.random.default_rng(0)
    group, number = rng.integers(2, size=2000), rng.normal(size=2000)
    attributes = np.column_stack([1 - group, group, number])
    noise = rng.normal(size=(2000, 5, 1)) * (1 + group)[:, None, None]
    values = 2 * group[:, None, None] + number[:, None, None] * np.arange(5)[:, None] + noise
    return attributes, values, group


def test_means_and_scales_are_recovered(planted):
    attributes, values, _ = planted
    expected = Expected.of(attributes, values)
    # standard errors: 1.6 / sqrt(1000) = .05 for levels, 1.6 / sqrt(2000) = .035 for slopes, .01 for logarithms
    assert np.allclose(expected.means[2] - expected.means[1], 2, atol=0.2)
    assert np.allclose(expected.means[3].ravel(), np.arange(5), atol=0.12)
    assert expected.sizes[2, 0] - expected.sizes[1, 0] == pytest.approx(np.log(2), abs=0.04)


def test_what_is_left_has_no_trace_and_comes_back(planted):
    attributes, values, group = planted
    expected = Expected.from_dict(json.loads(json.dumps(Expected.of(attributes, values).to_dict())))
    left = expected.without(values, attributes)
    assert np.allclose(expected.around(left, attributes), values)
    for own in (0, 1):
        assert left[group == own].mean() == pytest.approx(0, abs=0.03)
        assert left[group == own].std() == pytest.approx(1, abs=0.03)


def test_attributes_that_tell_nothing_change_hardly_anything():
    rng = np.random.default_rng(0)
    expected = Expected.of(rng.normal(size=(60, 20)), rng.normal(size=(60, 4, 2)))
    assert np.abs(expected.means[1:]).max() < 0.1  # unpenalized coefficients are some .16 in size, the largest .5


def test_without_attributes_or_channels_there_are_means_or_nothing():
    values = np.arange(12.0).reshape(3, 2, 2)
    expected = Expected.of(np.zeros((3, 0)), values)
    assert np.allclose(expected.means[0], values.mean(axis=0))
    nothing = Expected.of(np.zeros((3, 1)), np.zeros((3, 2, 0)))
    assert Expected.from_dict(nothing.to_dict()).without(np.zeros((3, 2, 0)), np.zeros((3, 1))).shape == (3, 2, 0)


def test_what_is_saved_expects_the_same_to_the_last_bit():
    rng = np.random.default_rng(0)
    attributes, values = rng.normal(size=(50, 2)).astype("float32"), rng.normal(size=(50, 4, 1)).astype("float32")
    expected = Expected.of(attributes, values)
    back = Expected.from_dict(json.loads(json.dumps(expected.to_dict())))
    for name in ("around", "without"):
        one, other = (getattr(each, name)(values, attributes) for each in (expected, back))
        assert one.dtype == other.dtype and (one == other).all()

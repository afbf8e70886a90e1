"""Series to arrays and back: what decode returns is what fit was given."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from series_makers import windows

from augment.codecs.channels import Channel
from augment.codecs.series import SeriesCodec

ELEMENTS = {
    "int32": st.integers(-1000, 1000),
    "uint8": st.integers(0, 255),
    "bool": st.booleans(),
    "float32": st.floats(-1e3, 1e3, width=32) | st.just(0.0) | st.just(np.nan),
    "float64": st.floats(-1e3, 1e3) | st.sampled_from([0.0, 0.25, np.nan]),
}


@st.composite
def series(draw):
    dtype = draw(st.sampled_from(sorted(ELEMENTS)))
    features = draw(st.integers(1, 3))
    lengths = draw(st.lists(st.integers(1, 5), min_size=2, max_size=6))
    return [draw(arrays(dtype, (length, features), elements=ELEMENTS[dtype])) for length in lengths]


@settings(max_examples=150)
@given(series(), st.booleans())
def test_series_come_back(given, at_random):
    codec = SeriesCodec().fit((given, None))
    codec = SeriesCodec.from_dict(json.loads(json.dumps(codec.to_dict())))
    rows = codec.encode((given, None), np.random.default_rng(0) if at_random else None)
    assert rows.dtype == "float32" and rows.shape == (len(given), codec.layout.width) and np.isfinite(rows).all()
    for part, back in zip(given, codec.decode(rows), strict=True):
        assert back.dtype == part.dtype and back.shape == part.shape
        if part.dtype.kind in "biu":
            assert np.array_equal(back, part)
        else:  # scores are float32
            assert np.array_equal(np.isnan(back), np.isnan(part))
            assert np.allclose(back, part, atol=0.02, equal_nan=True)


@given(arrays("float32", (4, 12), elements=st.floats(-9, 9, width=32)))
def test_whatever_a_model_makes_is_in_the_observed_range(made):
    given = [np.array([[1, 0.5], [3, 0.25]]), np.array([[8, np.nan], [2, 0.75], [1, 0.75]])]
    codec = SeriesCodec().fit((given, None))
    assert codec.layout.shape == (3, 4)
    for part in codec.decode(made):
        assert len(part) in (2, 3) and set(np.unique(part[:, 0])) <= set(range(1, 9))
        second = part[:, 1]
        assert np.isin(second[~np.isnan(second)], [0.25, 0.5, 0.75]).all()


def test_constant_and_empty_channels_take_no_numbers():
    given = [np.array([[7.0, np.nan, 1.0], [7.0, np.nan, 2.0]])] * 3
    codec = SeriesCodec().fit((given, None))
    assert codec.layout.shape == (2, 1)
    assert np.array_equal(codec.decode(codec.encode((given, None)))[0], given[0], equal_nan=True)


def test_a_missing_value_stands_between_its_neighbours():
    channel = Channel.of(np.linspace(-1, 1, 101))
    channel.missing = Channel.of(np.array([1.0, np.nan])).missing
    scores = channel.encode(np.array([[-1.0, np.nan, np.nan, 1.0]]))[0, :, 0]
    assert np.allclose(np.diff(scores), np.diff(scores)[0])


def test_what_is_known_of_series():
    given = [np.array([[1.0], [2.0], [np.nan]]), np.array([[3.0], [4.0], [1.0]])]
    codec = SeriesCodec().fit((given, None))
    first = [part[:2] for part in given]
    values, known = (x.reshape(2, 3, 2) for x in codec.known(first, [3, 3], to_fill=False))
    assert known[:, :2].all() and not known[:, 2].any() and (values[~known] == 0).all()
    values, known = (x.reshape(2, 3, 2) for x in codec.known(given, [3, 3], to_fill=True))
    assert known[..., 1].all() and known[..., 0].tolist() == [[True, True, False], [True] * 3]
    assert (values[..., 1] == values[0, 0, 1]).all()  # none of them is missing


def test_labels_stand_behind_the_steps():
    given, labels = [np.arange(4.0).reshape(2, 2) + i for i in range(3)], np.array(["b", "a", "b"])
    codec = SeriesCodec().fit((given, labels))
    assert codec.encode((given, labels))[:, -2:].tolist() == [[0, 1], [1, 0], [0, 1]]
    with pytest.raises(ValueError, match="Unknown label 'c'"):
        codec.encode((given, np.array(["c", "a", "a"])))
    with pytest.raises(ValueError, match="Series are encoded as 'vectors'"):
        SeriesCodec("tokens")


def test_the_report_says_how_each_feature_is_coded():
    rng = np.random.default_rng(0)
    walk = 100 + rng.normal(size=(2000, 1)).cumsum(axis=0)
    wave = np.sin(0.3 * np.arange(2000))[:, None]
    columns = [walk, walk + 0.01 * rng.exponential(size=walk.shape), wave, np.exp(wave), rng.normal(size=walk.shape)]
    report = SeriesCodec().fit((windows(np.concatenate(columns, axis=1))[::4], None)).report
    assert [entry["column"] for entry in report] == [0, 1, 2, 3, 4]
    assert [entry["note"] for entry in report] == [
        "learned by its changes",
        "relative to 0",
        "learned on a line",
        "learned on a line of logarithms",
        "",
    ]
    scaled = SeriesCodec(scaling=True).fit((list(rng.normal(size=(50, 9, 1))), None))
    assert scaled.report == [{"column": 0, "kind": "series", "note": "each series scaled by itself"}]

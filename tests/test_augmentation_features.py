"""Rows as numbers: one scale for both tables, whatever the library, the kind of column and what is missing."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from augment.augmentation.features import features


def test_numbers_share_the_scale_of_the_real_rows():
    X, X_new = pd.DataFrame({"x": [1.0, 3.0, np.nan]}), pd.DataFrame({"x": [5, 2]})
    real, new = features(X, X_new)
    assert real.tolist() == [[-1, 0], [1, 0], [0, 1]] and new.tolist() == [[3, 0], [0, 0]]


def test_dates_compare_whatever_their_units():
    days = pd.DataFrame({"day": pd.to_datetime(["2020-01-01", "2020-01-03"]).as_unit("s")})
    _, new = features(days, days.astype("datetime64[ns]"))
    assert new[:, 0].tolist() == [-1, 1]
    _, new = features(pl.from_pandas(days), pl.from_pandas(days).with_columns(pl.col("day").cast(pl.Datetime("ms"))))
    assert new[:, 0].tolist() == [-1, 1]


def test_labels_that_the_real_rows_lack_count_as_rare_ones():
    X = pd.DataFrame({"kind": ["a", "a", "b", None]})
    real, new = features(X, pd.DataFrame({"kind": ["b", "zzz", None]}))
    assert (new[0] == real[2]).all() and (new[2] == real[3]).all()
    assert not (new[1] == real).all(axis=1).any()


def test_columns_are_found_by_name():
    X = pd.DataFrame({"a": [1.0, 2.0], "b": ["x", "y"]})
    for own, other in zip(features(X, X), features(X, X[["b", "a"]]), strict=True):
        assert (own == other).all()


def test_names_of_rows_and_numbers_beyond_all_scales_tell_nothing():
    names = pd.DataFrame({"name": [f"row {k}" for k in range(30)]})
    assert [part.tolist() for part in features(names, names.head(2))] == [[[0]] * 30, [[0]] * 2]
    real, _ = features(pd.DataFrame({"x": [1.0, 3.0, 1e300]}), pd.DataFrame({"x": [1.0]}))
    assert real.tolist() == [[-1, 0], [1, 0], [0, 1]]


def test_images_are_what_a_fixed_network_sees_on_the_scale_of_the_real_ones():
    X = np.random.default_rng(0).integers(0, 256, (30, 9, 8), dtype="uint8")
    real, new = features(X, X[:4])
    assert real.shape == (30, 256) and np.allclose(new, real[:4], atol=1e-4)
    spread = real.std(axis=0)  # a channel that is dark everywhere has none
    assert np.allclose(real.mean(axis=0), 0, atol=1e-3) and np.allclose(spread[spread > 0], 1, atol=1e-2)
    lifted, _ = features(3.0 * X[..., None] + 7, X[:4, ..., None])
    assert np.allclose(lifted, real, atol=1e-2)  # whatever the range, with and without a channel
    small, _ = features((X * 240.0).astype("float16"), X[:4])  # squares of which are no float16
    assert np.allclose(small, real, atol=0.1)
    same, _ = features(np.ones((3, 8, 8)), np.ones((1, 8, 8)))
    assert not same.any()
    with pytest.raises(ValueError, match=r"images of one shape. X has \(9, 8\), X_new \(8, 9\)"):
        features(X, X[:4].swapaxes(1, 2))

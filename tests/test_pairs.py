"""X and y joined into one table and taken apart, in every mix of libraries; no model is needed."""

import json

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from augment.codecs.table import TableCodec
from augment.synthesizers.pairs import Pairing, as_array, is_series, one_column, shaped_like, stack, to_numpy

FRAMES = {
    "pandas": pd.DataFrame({"a": [1.5, 2.5, 3.5], "b": ["x", "y", "x"]}),
    "integer names": pd.DataFrame([[1.5, 2.0], [2.5, 3.0], [3.5, 3.0]]),
    "nested names": pd.DataFrame([[1, 2], [3, 4], [5, 6]], columns=pd.MultiIndex.from_tuples([("a", "b"), ("a", "c")])),
    "polars": pl.DataFrame({"a": [1.5, 2.5, 3.5], "b": ["x", "y", None]}),
    "pyarrow": pa.table({"a": [1.5, 2.5, 3.5], "b": ["x", "y", None]}),
    "numpy": np.array([[1.5, 2], [2.5, 3], [3.5, 3]], "float32"),
}
LABELS = {
    "list": [0, 1, 1],
    "list of strings": ["a", "bc", "a"],
    "numpy": np.array([0, 1, 1], "int8"),
    "days": np.array(["2020-01-01", "2021-03-01", "2020-01-01"], "M8[D]"),
    "pandas": pd.Series([0, 1, 1], name="y", index=[7, 8, 9]),
    "no name": pd.Series([0, 1, 1]),
    "name zero": pd.Series([0, 1, 1], name=0),
    "taken name": pd.Series([0, 1, 1], name="a"),
    "nullable": pd.Series([None, 1, 1], dtype="Int16", name="y"),
    "categories": pd.Series(["u", "v", "u"], dtype="category", name="y"),
    "ordered": pd.Series(pd.Categorical(["u", "v", "u"], ["v", "w", "u"], ordered=True)),
    "polars": pl.Series("y", [0, 1, 1], dtype=pl.Int8),
    "polars strings": pl.Series(["u", None, "u"]),
    "pyarrow": pa.chunked_array([[0, 1, None]]),
}


@pytest.mark.parametrize("labels", LABELS)
@pytest.mark.parametrize("frame", FRAMES)
def test_every_mix_of_libraries_comes_back(frame, labels):
    X, y = FRAMES[frame], LABELS[labels]
    pairing = Pairing.of(X, y)
    pairing = Pairing.from_dict(json.loads(json.dumps(pairing.to_dict())))
    table = pairing.join(X, y)
    codec = TableCodec().fit(table)
    X_new, y_new = pairing.split(codec.decode(codec.encode(table), np.random.default_rng(0)))
    assert type(X_new) is type(X)
    if frame == "numpy":
        assert X_new.dtype == X.dtype
        np.testing.assert_array_equal(X_new, X)
    else:
        assert X_new.equals(X)
    _same_labels(y_new, y)


def _same_labels(new, y):
    if isinstance(y, list | np.ndarray):
        assert isinstance(new, np.ndarray) and new.dtype == np.asarray(y).dtype
        assert new.tolist() == np.asarray(y).tolist()
    elif isinstance(y, pd.Series):
        pd.testing.assert_series_equal(new, y.reset_index(drop=True))
    else:
        assert type(new) is type(y)
        assert new.equals(y)
        assert getattr(new, "name", None) == getattr(y, "name", None)


def test_the_users_frame_is_not_changed():
    X = pd.DataFrame({"a": [1, 2]})
    Pairing.of(X, [0, 1]).join(X, [0, 1])
    assert list(X.columns) == ["a"]


def test_without_labels_the_table_stays_whole():
    X = FRAMES["pandas"]
    pairing = Pairing.of(X, None)
    assert pairing.target is None
    assert pairing.split(X) is X


def test_lists_and_masked_arrays_keep_their_cells():
    assert as_array([[1, "a"], [2, "b"]]).tolist() == [[1, "a"], [2, "b"]]
    assert np.isnan(as_array(np.ma.masked_less(np.array([[1, -1], [2, 3]]), 0))[0, 1])
    names = np.ma.array([["a", "b"]], mask=[[False, True]])
    assert as_array(names).tolist() == [["a", None]]


def test_a_lazy_frame_is_to_be_collected():
    with pytest.raises(TypeError, match="collect"):
        as_array(pl.LazyFrame({"a": [1]}))


@pytest.mark.parametrize("name", ["pandas", "polars", "pyarrow", "numpy"])
def test_stacking_keeps_the_kind(name):
    X = FRAMES[name]
    both = stack(X, X)
    assert type(both) is type(X)
    assert both.shape == (6, 2)


@pytest.mark.parametrize("make", [pd.DataFrame, pl.DataFrame, pa.table])
def test_labels_in_a_frame_or_array_of_one_column_go_flat_and_come_back(make):
    y = make({"kind": ["a", "b", "a"]})
    flat = one_column(y)
    assert is_series(flat) and to_numpy(flat).tolist() == ["a", "b", "a"]
    assert len(stack(y, shaped_like(y, flat))) == 6
    array = np.array([[1], [2]])
    assert one_column(array).shape == (2,)
    assert stack(array, shaped_like(array, one_column(array))).shape == (4, 1)
    with pytest.raises(ValueError, match="must be one column.*'x', 'y'"):
        one_column(make({"x": [1], "y": [2]}))

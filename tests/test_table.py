import json
import time

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import MAKERS, frames, make_frame

from augment.codecs.table import TableCodec

pl = pytest.importorskip("polars")

EXACT = ("bool", "str", "categories", "ordered", "constant")  # these come back as they were, whatever is drawn
AS = {
    "pandas": lambda frame: frame,
    "arrow-backed": lambda frame: pa.Table.from_pandas(frame, preserve_index=False).to_pandas(
        types_mapper=pd.ArrowDtype
    ),
    "pyarrow": lambda frame: pa.Table.from_pandas(frame, preserve_index=False),
    "polars": lambda frame: pl.from_arrow(pa.Table.from_pandas(frame, preserve_index=False)),
    "numpy": lambda frame: frame.astype(object).to_numpy(),
}


def to_pandas(table, names):
    """A decoded table as a frame of objects."""
    if isinstance(table, np.ndarray):
        return pd.DataFrame(table, columns=names)
    if isinstance(table, pl.DataFrame):
        table = table.to_arrow()
    return table if isinstance(table, pd.DataFrame) else table.to_pandas(types_mapper=pd.ArrowDtype)


@given(frames(), st.sampled_from(list(AS)))
@settings(max_examples=60)
def test_decoding_what_was_encoded(frame, library):
    data = AS[library](frame)
    codec = TableCodec().fit(data)
    arrays = codec.encode(data, np.random.default_rng(0))
    assert arrays.dtype == np.int32 and arrays.shape == (len(frame), codec.layout.width)
    for block in codec.layout.blocks:
        assert arrays[:, block.start].max() < block.size and block.proportions.sum() == pytest.approx(1)
    back = codec.decode(arrays, np.random.default_rng(1))
    assert type(back) is type(data)
    old, new = to_pandas(data, list(frame)), to_pandas(back, list(frame))
    assert list(new) == list(old) and new.dtypes.equals(old.dtypes) and new.index.equals(pd.RangeIndex(len(frame)))
    assert new.isna().equals(old.isna())
    for name in frame:
        known, values = old[name].dropna(), new[name].dropna()
        report = {entry["column"]: entry["kind"] for entry in codec.report}
        kind = report[list(frame).index(name) if library == "numpy" else name]
        if name in EXACT and kind not in ("identifier", "text"):
            pd.testing.assert_series_equal(new[name], old[name])
        elif len(known) and kind not in ("identifier", "text"):
            assert values.min() >= known.min() and values.max() <= known.max()
    np.testing.assert_array_equal(codec.encode(back)[:, :0], arrays[:, :0])


@given(frames())
@settings(max_examples=40)
def test_json_gives_an_equal_codec(frame):
    codec = TableCodec().fit(frame)
    state = json.dumps(codec.to_dict(), allow_nan=False)
    again = TableCodec.from_dict(json.loads(state))
    assert json.dumps(again.to_dict()) == state
    assert repr(again.layout) == repr(codec.layout) and again.report == codec.report
    arrays = codec.encode(frame)
    np.testing.assert_array_equal(again.encode(frame), arrays)
    pd.testing.assert_frame_equal(
        again.decode(arrays, np.random.default_rng(3)), codec.decode(arrays, np.random.default_rng(3))
    )


@given(frames(), st.integers(0, 50))
@settings(max_examples=40)
def test_any_tokens_decode_to_the_fitted_form(frame, n):
    codec = TableCodec().fit(frame)
    rng = np.random.default_rng(0)
    arrays = np.zeros((n, codec.layout.width), "int32")
    for block in codec.layout.blocks:
        arrays[:, block.start] = rng.integers(0, block.size, n)
        if block.levels:
            arrays[:, block.start + 1] = rng.integers(0, block.levels, n)
    back = codec.decode(arrays, rng)
    assert len(back) == n and back.dtypes.equals(frame.dtypes)


def test_decimals_steps_and_ranges_come_back():
    frame = make_frame(["int64", "cents", "days", "duration", "seconds"], 3000, 0)
    codec = TableCodec().fit(frame)
    back = codec.decode(codec.encode(frame, np.random.default_rng(0)), np.random.default_rng(1))
    assert (back["int64"] % 25 == 0).all()
    assert (back["cents"] == back["cents"].round(2)).all() and (back["cents"] != back["cents"].round(1)).any()
    assert (back["days"] == back["days"].dt.normalize()).all()
    assert (back["seconds"] == back["seconds"].dt.floor("s")).all()
    for name in frame:
        scale = frame[name].max() - frame[name].min()
        assert ((back[name] - frame[name]).abs() / scale).mean() < 0.01  # inside the same cell


def test_the_report_says_what_was_found():
    frame = pd.DataFrame(
        {"id": np.arange(30), "c": 1, "x": [None, "a", "b"] * 10, "gone": np.nan, "n": range(100, 400, 10)}
    )
    frame["n"] = frame["n"].sample(frac=1, random_state=0).to_numpy()
    report = TableCodec().fit(frame).report
    kinds = {entry["column"]: entry["kind"] for entry in report}
    assert kinds == {"id": "identifier", "c": "constant", "x": "category", "gone": "all missing", "n": "number"}
    assert "replaced" in report[0]["note"] and report[1]["note"] == ""


def test_a_table_with_nothing_to_model():
    frame = pd.DataFrame({"c": [1.5] * 25, "s": "x", "id": [f"k{k:02}" for k in range(25)], "gone": None})
    codec = TableCodec().fit(frame)
    assert codec.layout.width == 0 and codec.layout.blocks == ()
    arrays = codec.encode(frame)
    assert arrays.shape == (25, 0)
    back = codec.decode(np.zeros((40, 0), "int32"), np.random.default_rng(0))
    assert len(back) == 40 and (back["c"] == 1.5).all() and (back["s"] == "x").all() and back["gone"].isna().all()
    assert back["id"].is_unique and not set(back["id"]) & set(frame["id"])


def test_one_row_is_constants():
    frame = pd.DataFrame({"a": [1], "b": ["x"], "c": [None]})
    codec = TableCodec().fit(frame)
    assert codec.layout.width == 0
    pd.testing.assert_frame_equal(codec.decode(np.zeros((1, 0), int), np.random.default_rng(0)), frame)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (pd.DataFrame(), r"0 feature\(s\) \(shape=\(0, 0\)\) while a minimum of 1 is required"),
        (np.zeros((3, 0)), r"0 feature\(s\) \(shape=\(3, 0\)\) while a minimum of 1 is required"),
        (pd.DataFrame({"a": []}), r"0 sample\(s\) \(shape=\(0, 1\)\) while a minimum of 1 is required"),
    ],
)
def test_empty_tables_are_refused(data, words):
    with pytest.raises(ValueError, match=words):
        TableCodec().fit(data)


def test_columns_are_matched_by_name():
    frame = make_frame(["int64", "str", "float64"], 200, 0)
    codec = TableCodec().fit(frame)
    arrays = codec.encode(frame)
    np.testing.assert_array_equal(codec.encode(frame[["float64", "int64", "str"]]), arrays)
    np.testing.assert_array_equal(codec.encode(AS["polars"](frame)), arrays)
    with pytest.raises(ValueError, match="missing are 'str'; not known are 'text'"):
        codec.encode(frame.rename(columns={"str": "text"}))
    with pytest.raises(ValueError, match="Expected 3 columns.*got 2"):
        codec.encode(np.zeros((5, 2)))


def test_fitting_and_drawing_are_deterministic():
    frame = make_frame(list(MAKERS), 300, 0, missing=0.1)
    one, two = TableCodec().fit(frame), TableCodec().fit(frame.copy())
    assert json.dumps(one.to_dict()) == json.dumps(two.to_dict())
    arrays = one.encode(frame, np.random.default_rng(0))
    np.testing.assert_array_equal(arrays, two.encode(frame, np.random.default_rng(0)))
    first, again, other = (one.decode(arrays, np.random.default_rng(seed)) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)


def test_no_training_string_is_in_the_saved_codec():
    frame = pd.DataFrame({"name": [f"Patient {k * 7919 % 10007} of ward {k % 13}" for k in range(300)]})
    state = json.dumps(TableCodec().fit(frame).to_dict())
    assert not any(name in state for name in frame["name"])


@pytest.mark.slow
def test_a_hundred_thousand_categories_are_quick_and_small():
    labels = np.random.default_rng(0).permutation(np.repeat([f"customer {k}" for k in range(100_000)], 2))
    frame = pd.DataFrame({"who": labels, "x": np.arange(200_000) % 7})
    start = time.process_time()
    codec = TableCodec().fit(frame)
    back = codec.decode(codec.encode(frame), np.random.default_rng(0))
    assert time.process_time() - start < 20
    assert codec.layout.blocks[0].size == 500 and "99,501 rare values" in codec.report[0]["note"]
    assert back["who"].nunique() > 50_000 and set(back["who"]) <= set(labels)


def test_three_hundred_columns():
    frame = pd.DataFrame(np.random.default_rng(0).normal(size=(500, 300)))
    codec = TableCodec().fit(frame)
    assert codec.layout.width == 600 and codec.layout.copies == () and codec.layout.rules == ()
    assert list(codec.decode(codec.encode(frame), np.random.default_rng(0))) == list(range(300))


def test_the_layout_names_the_block_of_the_target():
    frame = pd.DataFrame({"same": [1] * 20, "a": np.arange(20) / 7, "y": np.arange(20) % 3})
    codec = TableCodec().fit(frame, target="y")
    assert codec.layout.blocks[codec.layout.target].name == "y"
    assert TableCodec().fit(frame).layout.target is None
    assert TableCodec().fit(frame, target="same").layout.target is None  # nothing to model

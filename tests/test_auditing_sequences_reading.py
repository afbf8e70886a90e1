"""Texts, series and long frames are read as they are meant, and what is wrong with them is said."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sequence_makers import applications, prepared

from augment.auditing import audit
from augment.auditing.kinds import kind_of
from augment.auditing.sequences.reading import are_texts, read_series, read_texts

LONG = {"kind": "events", "entity": "case", "time": "day"}


def test_kinds_are_told_apart():
    assert kind_of(np.zeros((20, 3))) == kind_of(pd.DataFrame({"a": [1]})) == "table"
    assert kind_of(np.zeros((20, 8, 8))) == "images"
    assert kind_of(np.zeros((20, 8, 8)), "series") == "series"
    assert kind_of(["a"]) == kind_of(np.array(["a", "b"])) == kind_of(pd.Series([None, "b"])) == "text"
    assert kind_of(pl.Series(["a"])) == kind_of((["a", "b"], [1, 2])) == "text"
    assert kind_of(pd.DataFrame({"a": [1]}), entity="a") == "events"
    assert kind_of(pd.DataFrame({"a": [1]}), "series", entity="a") == "events"  # long frames are audited alike
    assert not are_texts([np.zeros((8, 8))]) and not are_texts(pd.Series([1.0])) and not are_texts("ab")


@pytest.mark.parametrize(
    "arguments, words",
    [
        ({"kind": "films"}, "kind must be one of 'auto', 'table'"),
        ({"time": "day"}, "need entity="),
        ({"static": ["sex"]}, "need entity="),
        ({"kind": "text", "entity": "case"}, "leave one of them out"),
        ({"kind": "events"}, "needs entity="),
    ],
)
def test_arguments_that_do_not_go_together(arguments, words):
    with pytest.raises(ValueError, match=words):
        audit(np.zeros((20, 3)), np.zeros((20, 3)), **arguments)


def test_texts_are_characters_by_frequency_whatever_holds_them():
    texts = ["aab", "", "ba\n", "a\U0001f600"] * 5
    (channel,), parts, _ = read_texts(
        {"train": texts, "synthetic": pd.Series(texts), "holdout": np.array(texts, object)}
    )
    assert channel.labels[0] == "a" and set(channel.labels) == set("ab\n\U0001f600")
    train = parts["train"]
    assert train.lengths[:4].tolist() == [3, 0, 3, 2]
    read = "".join(channel.labels[int(code)] for code in train.values[:, 0])
    assert read == "".join(texts)
    for other in ("synthetic", "holdout"):
        assert (parts[other].values == train.values).all()


def test_series_of_any_form_are_the_same():
    array = np.arange(60.0).reshape(20, 3)
    forms = [array, array[..., None], list(array), [one[:, None] for one in array], array.tolist()]
    for form in forms:
        channels, parts, _ = read_series({"train": form})
        assert [c.name for c in channels] == ["x0"]
        assert parts["train"].values.ravel().tolist() == array.ravel().tolist()
        assert parts["train"].lengths.tolist() == [3] * 20


def test_masked_values_are_missing():
    series = np.arange(40.0).reshape(10, 2, 2)
    masked = np.ma.masked_array(series, series % 7 == 0)
    of_nan = read_series({"train": np.where(masked.mask, np.nan, series)})[1]["train"]
    for form in (masked, list(masked), masked.astype(int)):
        assert np.array_equal(read_series({"train": form})[1]["train"].values, of_nan.values, equal_nan=True)


def test_infinite_values_count_as_missing_and_are_said():
    series = np.zeros((20, 3))
    series[0, 1], series[1, 1] = np.inf, np.nan
    data = prepared(series, series, kind="series")
    assert np.isnan(data.sequences["train"].values).sum() == 2
    assert "1 values of train are infinite" in data.notes[0]
    assert not data.windows


@pytest.mark.parametrize(
    "train, new, kind, error, words",
    [
        (["a"] * 9, ["a"] * 20, "auto", ValueError, "train has 9 texts: the audit needs at least 10"),
        (
            ["a"] * 20,
            ["a", None] * 10,
            "auto",
            TypeError,
            "synthetic must hold texts, as train does, but its item 1 is",
        ),
        (["a"] * 20, (["a"] * 20, [0] * 20), "auto", ValueError, "'train' not: give all as pairs"),
        ((["a"] * 20, [0] * 19), (["a"] * 20, [0] * 20), "auto", ValueError, "20 texts and 19 labels"),
        (np.zeros((9, 3)), np.zeros((20, 3)), "series", ValueError, "9 series"),
        (np.zeros(30), np.zeros(30), "series", ValueError, "sliding_window_view"),
        (np.zeros((20, 4, 2)), np.zeros((20, 4, 3)), "series", ValueError, "Series 0 of synthetic has 3 features"),
        (np.full((20, 3), "a"), np.zeros((20, 3)), "series", TypeError, "Series 0 of train must hold numbers"),
        ([[1, [2]]] * 20, np.zeros((20, 3)), "series", TypeError, "must hold numbers"),
        (pd.DataFrame({"a": [1.0] * 20}), np.zeros((20, 3)), "series", TypeError, "to_numpy"),
    ],
)
def test_what_is_no_sequence_is_said(train, new, kind, error, words):
    with pytest.raises(error, match=words):
        audit(train, new, kind=kind)


def test_labels_are_a_static_column_and_the_target():
    texts = (["ab", "ba"] * 10, ["x", 1] * 10)
    data = prepared(texts, texts, kind="text")
    assert data.columns[data.target].name == "label"
    assert set(data.columns[data.target].labels) == {"x", "1"}


@pytest.mark.parametrize("library", [pd, pl])
def test_long_frames_are_sorted_within_entities_and_static_columns_found(library):
    frame = applications(40, 0)
    shuffled = frame.sample(frac=1, random_state=0)
    data = prepared(*(library.DataFrame(f.to_dict("list")) for f in (frame, shuffled)), **LONG)
    train, synthetic = data.sequences["train"], data.sequences["synthetic"]
    assert (train.values == synthetic.values).all() and (train.times == synthetic.times).all()
    assert any("'synthetic' were not in the order of 'day'" in note for note in data.notes)
    assert data.columns[0].name == "sex" and [c.name for c in data.channels] == ["event"]
    assert len(data.train) == 40


def test_equal_times_keep_the_order_of_the_rows_and_text_dates_are_dates():
    frame = pd.DataFrame({"case": np.repeat(np.arange(10), 3), "day": ["2024-02-01"] * 30, "v": np.arange(30) % 3})
    data = prepared(frame, frame, **LONG)
    assert data.sequences["train"].values[:, 0].tolist() == [0, 1, 2] * 10
    assert data.sequences["train"].times[0] == np.datetime64("2024-02-01", "us").astype(float)


def test_without_times_rows_stand_in_order():
    frame = pd.DataFrame({"case": [f"k{i % 10}" for i in range(30)], "v": np.arange(30)})
    data = prepared(frame, frame, kind="events", entity="case")
    assert sorted(data.sequences["train"].padded(3)[:, 0, 0]) == list(range(10))
    assert (np.diff(data.sequences["train"].padded(3)[..., 0], axis=1) == 10).all()


@pytest.mark.parametrize(
    "change, arguments, words",
    [
        ({}, {"entity": "person"}, "entity='person' is not a column of train: its columns are 'case', 'day'"),
        ({}, {"time": "hour"}, "time='hour' is not a column"),
        ({}, {"static": ["event"]}, "Column 'event' is static, protected or the target, but varies within 40 of 40"),
        ({}, {"protected": ["event"]}, "varies within"),
        ({}, {"static": ["case"]}, "must be others than entity="),
        ({}, {"time": "case"}, "entity= and time= are both 'case'"),
        ({}, {"protected": ["age"]}, "protected='age' is not a column that a sequence has"),
        ({}, {"target": "income"}, "target='income' is not a column that a sequence has"),
        ({"case": None}, {}, "entity='case' is missing in 1 rows of train"),
        ({"day": np.nan}, {}, "time='day' is missing in 1 rows of train"),
    ],
)
def test_long_frames_that_do_not_fit(change, arguments, words):
    frame = applications(40, 0)
    broken = frame.astype(dict.fromkeys(change, object))
    for name, value in change.items():
        broken.loc[3, name] = value
    with pytest.raises(ValueError, match=words):
        audit(broken, frame, **{"entity": "case", "time": "day"} | arguments)


def test_times_that_are_none_and_few_entities_are_refused():
    frame = applications(40, 0)
    with pytest.raises(ValueError, match="time='event' must be dates or numbers, but train holds 'applied'"):
        audit(frame, frame, entity="case", time="event")
    with pytest.raises(ValueError, match="train has 5 entities in 'case': the audit needs at least 10"):
        audit(frame[frame.case < 5], frame, entity="case")


def test_a_synthetic_static_column_that_varies_is_said_and_shared_entities_too():
    frame = applications(40, 0)
    broken = frame.assign(sex=np.where(np.arange(len(frame)) % 2, "f", "m"))
    data = prepared(frame, broken, frame, static=["sex"], **LONG)
    assert any("'sex' varies within 40 of 40 synthetic entities" in note for note in data.notes)
    assert any("40 values of 'case' are both in train and in holdout" in note for note in data.notes)


def test_a_part_of_sequences_can_be_taken():
    data = prepared(applications(40, 0), applications(40, 1), **LONG)
    part = data.sequences["train"]
    some = part.take([3, 1])
    assert some.lengths.tolist() == part.lengths[[3, 1]].tolist()
    assert some.times[: some.lengths[0]].tolist() == part.times[part.starts[3] : part.starts[4]].tolist()


def test_fingerprints_tell_the_order_of_steps():
    series = np.random.default_rng(0).normal(size=(20, 6))
    data = prepared(series, series[:, ::-1], series.copy(), kind="series")
    assert data.fingerprint("train") == data.fingerprint("holdout") != data.fingerprint("synthetic")

"""Summaries against pandas, by groups, on sequences of any lengths with missing values."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sequence_makers import applications, prepared

from augment.auditing.data import Column
from augment.auditing.sequences.data import Sequences
from augment.auditing.sequences.summaries import autocorrelations, summarise

VALUES = st.one_of(st.none(), st.integers(-5, 5).map(float))


@settings(max_examples=60)
@given(st.lists(st.lists(VALUES, min_size=1, max_size=7), min_size=2, max_size=6))
def test_summaries_of_numbers_are_those_of_pandas(rows):
    steps = np.array([np.nan if v is None else v for row in rows for v in row])
    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    part = Sequences(steps[:, None], starts)
    columns, values = summarise((Column("x", "number"),), {"train": part})
    found = dict(zip([c.name for c in columns], values["train"].T, strict=True))
    grouped = pd.Series(steps).groupby(part.owners)
    wanted = {
        "length": grouped.size().astype(float),
        "x: first": grouped.first(),
        "x: last": grouped.last(),
        "x: mean": grouped.mean(),
        "x: deviation": grouped.std(ddof=0),
        "x: minimum": grouped.min(),
        "x: maximum": grouped.max(),
        "x: missing": grouped.apply(lambda own: own.isna().mean()),
    }
    for name, values in wanted.items():
        if name in found:
            assert np.allclose(found[name], values.to_numpy(float), equal_nan=True), name
        else:  # left out, since it is the same for all
            assert values.dropna().nunique() <= 1, name


def test_an_autocorrelation_is_that_of_the_book():
    x = np.random.default_rng(0).normal(size=30).cumsum()
    z = x - x.mean()
    wanted = [(z[k:] * z[:-k]).sum() / (z**2).sum() for k in (1, 2, 3)]
    part = Sequences(np.concatenate([x, [1.0, 2.0]])[:, None], np.array([0, 30, 32]))
    found = autocorrelations(part, 0, 3)
    assert found[0] == pytest.approx(wanted)
    assert np.isnan(found[1]).all()  # too short


def test_summaries_of_categories_count():
    texts = ["aab", "", "cba", "b"] * 5
    data = prepared(texts, texts, kind="text")
    found = {c.name: data.train[:4, j] for j, c in enumerate(data.columns)}
    labels = data.channels[0].labels
    assert found["length"].tolist() == [3, 0, 3, 1]
    assert found["character: b"].tolist() == [1, 0, 1, 1]
    assert found["character: different"].tolist() == [2, 0, 3, 1]
    assert found["characters: ba"].tolist() == [0, 0, 1, 0]
    first = [None if np.isnan(v) else labels[int(v)] for v in found["character: first"]]
    assert first == ["a", None, "c", "b"]


def test_summaries_of_times():
    frame = applications(40, 0)
    data = prepared(frame, frame, kind="events", entity="case", time="day")
    found = {c.name: data.train[:, j] for j, c in enumerate(data.columns)}
    days = frame.groupby("case").day
    assert found["start"] == pytest.approx(days.min().to_numpy())
    assert found["duration"] == pytest.approx((days.max() - days.min()).to_numpy())
    gaps = frame.groupby("case").day.diff()
    logs = np.log1p(gaps / gaps[gaps > 0].median())
    assert found["log gap: mean"] == pytest.approx(logs.groupby(frame.case).mean().to_numpy())


def test_what_never_varies_is_left_out_but_something_stays():
    series = np.zeros((20, 3))
    data = prepared(series, series, kind="series")
    assert [c.name for c in data.columns] == ["length"]


def test_a_summary_gives_way_to_a_static_column_of_its_name():
    frame = applications(40, 0).assign(length=lambda f: f.case % 7)
    data = prepared(frame, frame, kind="events", entity="case", time="day")
    assert [c.name for c in data.columns if "length" in c.name] == ["length", "length of the sequence"]

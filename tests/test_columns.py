"""The kinds of columns: what each takes, keeps and refuses (columns.py, quantities.py, categories.py, kinds.py)."""

import json

import numpy as np
import pandas as pd
import pytest

from augment.codecs.frames import read_table
from augment.codecs.kinds import column_from_dict, fit_column

RNG = np.random.default_rng(0)
N = 600
SAMPLES = {
    "number": [
        RNG.integers(-128, 127, N).astype("int8"),
        RNG.normal(size=N).astype("float32"),
        np.round(RNG.normal(size=N), 1),
        np.repeat([1.5, 2.5], N // 2),
        pd.Series(RNG.normal(size=N)).mask(RNG.random(N) < 0.2),
        pd.Series(RNG.integers(0, 5, N)).astype("Int16").mask(RNG.random(N) < 0.2),
    ],
    "boolean": [RNG.random(N) < 0.5, pd.Series(RNG.random(N) < 0.5).astype("boolean").mask(RNG.random(N) < 0.2)],
    "category": [pd.Series(["a", "b", None] * (N // 3)), pd.Categorical.from_codes(RNG.integers(0, 2, N), [3, 1, 9])],
    "ordered category": [pd.Categorical.from_codes(RNG.integers(0, 3, N), ["lo", "mid", "hi"], ordered=True)],
    "datetime": [pd.Timestamp("2020") + pd.to_timedelta(RNG.integers(0, 10**7, N), unit="s")],
    "date": [pd.arrays.ArrowExtensionArray._from_sequence(pd.date_range("2020", periods=N).date)],
    "duration": [pd.to_timedelta(RNG.integers(0, 10**7, N), unit="s")],
    "constant": [np.full(N, 3.5), np.full(N, "x", object), np.full(N, True)],
    "all missing": [np.full(N, np.nan), np.full(N, None), pd.Categorical([None] * N, ["a"])],
    "identifier": [np.arange(N), [f"{k:05}" for k in RNG.permutation(N)]],
}


def column_of(values, name="x"):
    return read_table(pd.DataFrame({name: values}))[0][0]


def fitted(values, name="x", **options):
    column = column_of(values, name)
    return fit_column(column, **options)[0], column


@pytest.mark.parametrize(("kind", "values"), [(kind, values) for kind in SAMPLES for values in SAMPLES[kind]])
def test_every_kind_keeps_the_contract(kind, values):
    codec, column = fitted(values)
    assert codec.label == kind
    tokens = codec.encode(column, np.random.default_rng(0))
    assert tokens.dtype == np.int32 and tokens.shape == (N, codec.width)
    back = codec.decode(tokens, np.random.default_rng(1))
    np.testing.assert_array_equal(back.missing, column.missing)
    assert back.kinds == column.kinds and back.family == column.family
    if codec.width:
        np.testing.assert_array_equal(codec.encode(back)[:, 0], tokens[:, 0])
        block = codec.block(5)
        assert (block.start, block.width, block.name) == (5, codec.width, "x")
        np.testing.assert_allclose(block.proportions, np.bincount(tokens[:, 0], minlength=block.size) / N)
        assert block.levels == 0 or tokens[:, 1].max() < block.levels
        if block.levels:
            assert block.has_levels.shape == (block.size,) and not block.has_levels[codec.size :].any()
            np.testing.assert_array_equal(tokens[~block.has_levels[tokens[:, 0]], 1], 0)
        if block.ranks is not None:
            assert block.ranks.shape == (block.size, 2) and np.isnan(block.ranks[codec.size :]).all()
            assert np.nanmin(block.ranks) >= 0 and np.nanmax(block.ranks) <= 1
    state = json.dumps(codec.to_dict(), allow_nan=False)
    again = column_from_dict("x", json.loads(state))
    assert json.dumps(again.to_dict()) == state and again.label == kind
    np.testing.assert_array_equal(again.encode(column), codec.encode(column))
    other = again.decode(tokens, np.random.default_rng(1))
    assert list(other.values) == list(back.values) and other.labels == back.labels


def test_ranks_follow_the_values():
    codec, column = fitted(SAMPLES["number"][0])
    ranks = codec.block(0).ranks
    assert (np.diff(ranks[:, 0]) > 0).all() and ranks[0, 0] == 0 and ranks[-1, 1] == pytest.approx(1)
    ordered, _ = fitted(pd.Categorical(["hi", "lo", "lo", "mid"], ["lo", "mid", "hi"], ordered=True))
    np.testing.assert_allclose(ordered.block(0).ranks, [[0, 0.5], [0.5, 0.75], [0.75, 1]])
    assert fitted(["a", "b"])[0].block(0).ranks is None


def test_each_kind_of_missing_value_is_a_token():
    codec, column = fitted(pd.Series([None, np.nan, pd.NA, "a", "b"] * 3, dtype=object))
    assert codec.size == 2 and codec.block(0).size == 5
    np.testing.assert_allclose(codec.block(0).proportions, 0.2)
    back = codec.decode(codec.encode(column), np.random.default_rng(0))
    assert [back.kinds[k - 1] if k else None for k in back.missing[:3]] == ["None", "nan", "NA"]


def test_missing_values_without_any_in_training_are_refused():
    codec, _ = fitted([1, 2, 3], "age")
    with pytest.raises(ValueError, match="'age' has missing values; the training data had none"):
        codec.encode(column_of([1, None, 2]))


def test_values_where_all_were_missing_are_refused():
    with pytest.raises(ValueError, match="'x' has values; in the training data all of them were missing"):
        fitted([np.nan] * 3)[0].encode(column_of([1.0, np.nan]))


@pytest.mark.parametrize(
    ("train", "new", "words"),
    [
        ([1.5, 2], ["a", "b"], "'x' must hold numbers.*it holds text"),
        (["a", "b"], pd.to_datetime(["2020", "2021"]), "'x' must hold text or categories.*it holds dates"),
        (["a", "b"], ["a", "z"], "'x' has values that the training data did not have: 'z'. Known are 'a', 'b'"),
        (pd.Categorical(["a", "b"], ["a", "b", "c"]), pd.Categorical(["c", "a"]), "did not have: 'c'"),
    ],
)
def test_other_values_are_refused(train, new, words):
    with pytest.raises(ValueError, match=words):
        fitted(train)[0].encode(column_of(new))


def test_the_same_values_of_another_type_are_read():
    codec, _ = fitted([True, False, True])
    assert codec.encode(column_of([1.0, 0.0])).tolist() == codec.encode(column_of([True, False])).tolist()
    codec, _ = fitted([0, 1, 1, 5])
    assert codec.encode(column_of([True, False])).tolist() == codec.encode(column_of([1, 0])).tolist()
    codec, _ = fitted(pd.to_datetime(["2020-01-01", "2020-01-03"]))
    assert codec.encode(column_of(pd.Series(pd.to_datetime(["2020-01-03"])).dt.as_unit("s")))[0] == 1


def test_many_categories_share_a_token_for_the_rare_ones():
    labels = [f"v{k}" for k in range(1000) for _ in range(1 + (k < 100) * 20)]
    codec, column = fitted(labels, max_categories=50)
    block = codec.block(0)
    assert block.size == 50
    rare = codec.encode(column)[:, 0] == 49
    assert rare.mean() == pytest.approx(block.proportions[49]) == pytest.approx((51 * 21 + 900) / 3000)
    assert codec.notes == ["951 rare values, 1,971 rows in all, share one token"]
    assert codec.encode(column_of(["never seen"]))[0, 0] == 49
    back = codec.decode(np.full((20_000, 1), 49), np.random.default_rng(0))
    counts = pd.Series(np.array(back.labels)[back.values]).value_counts()
    assert set(counts.index) <= {f"v{k}" for k in range(1000)}
    frequent = counts.reindex([f"v{k}" for k in range(100)]).sum()  # 51 of these are rare, each 21 times in 1,971
    assert frequent / 20_000 == pytest.approx(51 * 21 / 1971, abs=0.02)


def test_unused_categories_get_no_token():
    codec, _ = fitted(pd.Categorical(["b", "b", "a"], ["z", "a", "b"]))
    assert codec.labels == ["b", "a"]


def test_midnights_of_a_time_zone_come_back():
    days = pd.date_range("2020-01-01", periods=N, freq="D", tz="Europe/Rome")
    codec, column = fitted(days)
    assert codec.cells.levels_ > 0
    back = codec.decode(codec.encode(column), np.random.default_rng(0))
    local = pd.DatetimeIndex(back.values.view(f"M8[{back.unit}]")).tz_localize("UTC").tz_convert("Europe/Rome")
    assert (local == local.normalize()).all() and local.nunique() > 200


def test_precision_comes_back():
    moments = pd.Timestamp("2020-01-01 10:00") + pd.to_timedelta(15 * RNG.integers(0, 10**5, N), unit="min")
    codec, column = fitted(moments)
    back = codec.decode(codec.encode(column), np.random.default_rng(0))
    assert (back.values.view(f"m8[{back.unit}]") % np.timedelta64(15, "m") == np.timedelta64(0, "m")).all()


def test_large_integers_of_few_values_stay_exact():
    values = np.array([2**62 + 1, 2**62 + 2, 5] * 9)
    codec, column = fitted(values)
    assert codec.decode(codec.encode(column), np.random.default_rng(0)).values.tolist() == values.tolist()


def test_small_tables_of_different_strings_are_categories():
    assert fitted([f"name {k}" for k in range(19)])[0].label == "category"

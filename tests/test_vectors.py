"""Rows as floats: what goes in as tokens comes back, numbers are normal, rules hold."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import kstest

from augment.codecs.table import TableCodec
from augment.datasets import make_table


def encoded(table, **options):
    codec = TableCodec(encoding="vectors", **options).fit(table)
    return codec, codec.encode(table, np.random.default_rng(0))


@pytest.mark.parametrize("n", [3, 60, 3000])
def test_tokens_come_back(n):
    codec = TableCodec(encoding="vectors").fit(make_table(n, random_state=0))
    tokens = TableCodec().fit(make_table(n, random_state=0)).encode(make_table(n, random_state=0))
    for rng in (None, np.random.default_rng(1)):
        assert np.array_equal(codec.vectors.decode(codec.vectors.encode(tokens, rng)), tokens)


def test_a_table_comes_back_as_it_was(tiny_table):
    codec, x = encoded(tiny_table)
    back = codec.decode(x, np.random.default_rng(0))
    assert back.dtypes.equals(tiny_table.dtypes)
    for name in ("city", "country", "member"):
        assert back[name].equals(tiny_table[name])
    assert x.dtype == codec.dtype == np.float32
    assert x.shape == (len(tiny_table), codec.layout.width)


@pytest.mark.parametrize("kind", ["skewed", "rounded", "many ties"])
def test_numbers_are_standard_normal_whatever_they_were(kind):
    rng = np.random.default_rng(0)
    values = rng.lognormal(0, 2, 4000)
    values = {"skewed": values, "rounded": np.round(rng.normal(40, 12, 4000)), "many ties": np.round(values)}[kind]
    codec, x = encoded(pd.DataFrame({"a": values, "b": rng.normal(size=4000)}))
    number = codec.layout.blocks[0]
    plain = np.ones(len(x), bool)
    if codec.layout.blocks[1].column == 0:  # its spikes stand in a one-hot of their own
        plain = x[:, codec.layout.blocks[1].start] == 1
    assert number.kind == "number"
    assert kstest(x[plain, number.start], "norm").pvalue > 1e-3


def test_each_one_hot_holds_a_single_one():
    codec, x = encoded(make_table(500, random_state=1))
    for block in codec.layout.blocks:
        if block.kind == "one_hot":
            assert (x[:, block.places].sum(axis=1) == 1).all()
    assert [block.start for block in codec.layout.blocks] == np.cumsum(
        [0, *(block.width for block in codec.layout.blocks[:-1])]
    ).tolist()


def test_missing_and_spikes_are_categories_beside_the_number():
    values = np.random.default_rng(0).normal(size=1000)
    values[:300], values[300:500] = np.nan, 0.0
    codec, x = encoded(pd.DataFrame({"a": values}))
    number, kinds = codec.layout.blocks
    assert (number.kind, kinds.kind, kinds.width) == ("number", "one_hot", 3)
    assert x[:, kinds.places].sum(axis=0).tolist() == [500, 200, 300]
    assert np.isfinite(x).all()


def determined(n=600):
    city = np.random.default_rng(0).choice(["Rome", "Oslo", "Bergen", "Turin"], n)
    country = np.where(np.isin(city, ["Rome", "Turin"]), "IT", "NO")
    return pd.DataFrame({"city": city, "country": country, "a": np.random.default_rng(1).normal(size=n)})


def test_a_determined_column_follows_the_other():
    codec, x = encoded(determined())
    rng = np.random.default_rng(2)
    new = codec.decode(x + rng.normal(0, 2, x.shape), rng)
    assert set(map(tuple, new[["city", "country"]].to_numpy())) == set(
        map(tuple, determined()[["city", "country"]].to_numpy())
    )


def test_a_rule_changes_the_column_that_is_not_known():
    codec, x = encoded(determined())
    rng = np.random.default_rng(2)
    condition = codec.for_model(codec.condition({"country": "NO"}, len(x)), rng)
    noisy = np.where(np.pad(condition.known, ((0, 0), (0, 1)))[:, codec.layout.columns], condition.values, x)
    new = codec.decode(noisy, rng, condition)
    assert (new["country"] == "NO").all()
    assert new["city"].isin(["Oslo", "Bergen"]).all()


def test_columns_that_coincide_say_so():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 800))
    table = pd.DataFrame({"a": a, "b": np.where(rng.random(800) < 0.5, a, b)})
    codec, x = encoded(table)
    flag = codec.layout.blocks[-1]
    assert (flag.kind, flag.column) == ("one_hot", codec.layout.n_columns)
    assert (x[:, flag.start + 1] == 1).sum() == (table["a"] == table["b"]).sum()
    new = codec.decode(x, rng)
    assert (new["a"] == new["b"]).sum() == (table["a"] == table["b"]).sum()


def test_not_a_number_is_decoded_all_the_same(tiny_table):
    codec, x = encoded(tiny_table)
    assert len(codec.decode(np.full_like(x, np.nan), np.random.default_rng(0))) == len(x)


def test_an_encoding_that_is_not_offered_is_named():
    with pytest.raises(ValueError, match="'tokens' or 'vectors'.*'pixels'"):
        TableCodec(encoding="pixels")


def test_state_survives(tiny_table):
    codec, x = encoded(tiny_table)
    again = TableCodec.from_dict(codec.to_dict())
    assert np.array_equal(again.encode(tiny_table, np.random.default_rng(0)), x)

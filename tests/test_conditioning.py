"""Conditions on models that take none: exact in number, bounded in time, and near what they should be."""

import numpy as np
import pandas as pd
import pytest
from keras import ops
from scipy.stats import ks_2samp

from augment.codecs.table import TableCodec
from augment.models.base import GenerativeModel
from augment.synthesizers.conditioning import POOL, ROUNDS, draw


class Resampling(GenerativeModel):
    """Gives training rows, the simplest of all models: what a condition should give is known exactly."""

    def __init__(self, rows):
        super().__init__()
        self.rows, self.drawn = rows, 0

    def noise(self, n, rng):
        return rng.integers(0, len(self.rows), n)

    def transport(self, noise, condition=None):
        self.drawn += len(noise)
        return self.rows[noise]


@pytest.fixture(params=["tokens", "vectors"])
def fitted(request):
    rng = np.random.default_rng(0)
    group = rng.choice(["a", "b", "c"], 5000, p=[0.7, 0.28, 0.02])
    value = rng.normal(size=5000) + np.where(group == "a", -2, 2)
    table = pd.DataFrame({"group": group, "value": value, "other": value + rng.normal(size=5000)})
    codec = TableCodec(encoding=request.param).fit(table)
    return table, codec, Resampling(codec.encode(table, rng))


def rows_of(fitted, n, spec):
    table, codec, model = fitted
    rng = np.random.default_rng(1)
    condition = None if spec is None else codec.condition(spec, n)
    return codec.decode(draw(model, codec, n, condition, rng), rng, condition)


@pytest.mark.parametrize("n", [0, 1, 7])
@pytest.mark.parametrize("spec", [None, {"group": "b"}, {"value": (0, 1)}, {"group": "c", "value": (-9, -4)}])
def test_the_number_of_rows_is_exact(fitted, n, spec):
    assert len(rows_of(fitted, n, spec)) == n


def test_a_known_cell_gives_the_conditional(fitted):
    table, new = fitted[0], rows_of(fitted, 1000, {"group": "b"})
    assert (new["group"] == "b").all()
    assert ks_2samp(new["value"], table["value"][table["group"] == "b"]).pvalue > 1e-3


def test_a_range_gives_the_truncated_joint(fitted):
    table, new = fitted[0], rows_of(fitted, 1500, {"value": (0, 2), "group": ["a", "b"]})
    assert new["value"].between(0, 2).all()
    assert new["group"].isin(["a", "b"]).all()
    real = table[table["value"].between(0, 2) & table["group"].isin(["a", "b"])]
    assert (new["group"] == "a").mean() == pytest.approx((real["group"] == "a").mean(), abs=0.03)
    assert ks_2samp(new["value"], real["value"]).statistic < 0.08


def test_known_cells_that_differ_from_row_to_row_keep_their_order(fitted):
    table, codec, _ = fitted
    wanted = table[["group", "value"]].head(300)
    rng = np.random.default_rng(1)
    condition = codec.condition(wanted)
    new = codec.decode(draw(fitted[2], codec, len(wanted), condition, rng), rng, condition)
    assert new[["group", "value"]].equals(wanted)
    assert np.corrcoef(new["other"], wanted["value"])[0, 1] > 0.8


def test_a_range_beside_known_cells_that_differ(fitted):
    table, codec, model = fitted
    labels = table["group"].head(400)
    rng = np.random.default_rng(1)
    condition = codec.condition({"group": labels, "value": (-1, 1)}, 400)
    new = codec.decode(draw(model, codec, 400, condition, rng), rng, condition)
    assert new["value"].between(-1, 1).all()
    assert new["group"].tolist() == labels.tolist()


def test_a_range_that_no_row_obeys_is_kept_all_the_same(fitted):
    new = rows_of(fitted, 50, {"group": "c", "value": (-5, -4)})
    assert new["value"].between(-5, -4).all()
    assert (new["group"] == "c").all()


@pytest.mark.parametrize("spec", [None, {"group": "b"}, {"value": (0, 1)}])
def test_tensors_are_rows_too(fitted, spec, monkeypatch):
    expected = rows_of(fitted, 9, spec)
    monkeypatch.setattr(Resampling, "transport", lambda self, noise, condition: ops.convert_to_tensor(self.rows[noise]))
    assert rows_of(fitted, 9, spec).equals(expected)


@pytest.mark.parametrize("spec", [None, {"group": "b"}])
@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (
            lambda rows: rows[:, 1:],
            r"Resampling.transport must give an array of shape \(.*, .*\). It gave one of shape",
        ),
        (lambda rows: rows[1:], "must give an array of shape"),
        (lambda rows: None, r"It gave one of shape \(\)"),
        (lambda rows: rows * np.nan, "gave what is no"),
        (lambda rows: rows.astype(str), "gave what is no"),
    ],
)
def test_rows_of_another_form_are_refused(fitted, spoil, message, spec, monkeypatch):
    monkeypatch.setattr(Resampling, "transport", lambda self, noise, condition: spoil(self.rows[noise]))
    with pytest.raises(ValueError, match=message):
        rows_of(fitted, 9, spec)


@pytest.mark.parametrize("fitted", ["tokens"], indirect=True)
@pytest.mark.parametrize("beyond", [-1000, 1000])
def test_tokens_that_the_layout_does_not_have_are_refused(fitted, beyond, monkeypatch):
    monkeypatch.setattr(Resampling, "transport", lambda self, noise, condition: self.rows[noise] + beyond)
    with pytest.raises(ValueError, match="from 0 to below its block's size"):
        rows_of(fitted, 9, None)


def test_time_is_bounded(fitted):
    rows_of(fitted, 1000, {"group": "c", "value": (-5, -4)})
    assert fitted[2].drawn <= (ROUNDS + 1) * 8 * POOL

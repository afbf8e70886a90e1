"""The trade-off table: all measures stand beside every criterion, and what was left out is told."""

import numpy as np
import pytest
from resampled import people, rates, resampled

from augment import LabelParity, StatisticalParity, WithoutEdges, fairness_trade_off
from augment.synthesizers import fairness
from augment.trade_off import MEASURES


@pytest.fixture(scope="module")
def synthesizer():
    return resampled(people())


@pytest.fixture(autouse=True)
def small_pool(monkeypatch):
    monkeypatch.setattr(fairness, "POOL", 3000)


@pytest.mark.slow
def test_every_measure_stands_beside_every_criterion(synthesizer):
    criteria = [LabelParity("group", "job"), StatisticalParity("group", "job")]
    holdout, train = people(3000, seed=1), people(3000, seed=2)
    table = fairness_trade_off(synthesizer, criteria, holdout, train=train, positive="yes", n_samples=3000)
    frame = table.to_frame()
    assert frame.index.tolist() == ["real rows", "as learned", *map(repr, criteria)]
    for name in MEASURES:
        assert (frame[f"{name} low"] <= frame[name]).all()
        assert (frame[name] <= frame[f"{name} high"]).all()
        assert name in str(table)
    learned, parity, statistical = (frame.loc[name] for name in ("as learned", *map(repr, criteria)))
    assert parity["label gap"] < 0.01 < 0.3 < learned["label gap"]
    assert learned["parity gap"] > 0.35
    assert statistical["parity gap"] < 0.12
    assert statistical["AUC high"] < learned["AUC"]  # what it costs
    assert statistical["calibration gap low"] > learned["calibration gap high"]
    assert "does not describe the population" in str(table)
    assert "3,000 holdout rows; groups of group; positive is job = yes" in str(table)


def test_small_groups_and_missing_labels_are_listed(synthesizer):
    holdout = people(1000, seed=1)
    holdout.loc[holdout.index[holdout["group"] == "b"][10:], "group"] = "a"
    holdout.loc[:99, "job"] = None
    table = fairness_trade_off(synthesizer, LabelParity("group", "job"), holdout, n_samples=1000)
    assert table.rows[0]["parity gap"] is None
    assert np.isnan(table.to_frame()["parity gap"].iloc[0])
    assert "Fewer than 30 rows, not compared: b." in str(table)
    assert "900 holdout rows" in str(table)


@pytest.mark.slow
def test_pairs_polars_and_edges():
    pl = pytest.importorskip("polars")
    table, others = people(1500), people(1500, seed=1)
    X, y = table.drop(columns="job"), table["job"]
    pair = resampled(X, y)
    rows = fairness_trade_off(pair, LabelParity("group"), (others.drop(columns="job"), others["job"])).rows
    assert rows[1]["label gap"] < 0.01
    edges = WithoutEdges({"job": ["group"]}, {"job": ["group", "skill"]})
    frames = resampled(pl.from_pandas(table))
    options = {"protected": "group", "target": "job", "n_samples": 1000}
    table = fairness_trade_off(frames, {"no edge": edges}, pl.from_pandas(others), **options)
    assert table.rows[1]["rows"] == "no edge"
    assert table.rows[1]["label gap"] < rates(others).max() - rates(others).min()


@pytest.mark.parametrize(
    ("criteria", "options", "message"),
    [
        (WithoutEdges({"job": ["group"]}, {"job": ["group"]}), {}, "Which groups and labels"),
        (LabelParity("group", "job"), {"positive": "maybe"}, "positive='maybe' is no label"),
        (LabelParity("group", "pay"), {}, "many numbers"),
        (LabelParity("job", "group"), {"target": "age"}, "many numbers"),
    ],
)
def test_what_cannot_be_compared_is_told(synthesizer, criteria, options, message):
    with pytest.raises(ValueError, match=message):
        fairness_trade_off(synthesizer, criteria, people(200, seed=1), **options)


def test_of_three_labels_one_has_to_be_named(synthesizer):
    table = people(1200)
    table["job"] = np.where(table["age"] < 30, "maybe", table["job"])
    three = resampled(table)
    with pytest.raises(ValueError, match="3 labels in the holdout"):
        fairness_trade_off(three, LabelParity("group", "job"), table)
    rows = fairness_trade_off(three, LabelParity("group", "job"), table, positive="yes").rows
    assert rows[1]["label gap"] < 0.01

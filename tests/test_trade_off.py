"""The trade-off table: all measures for every criterion, equal to what their definitions say."""

import numpy as np
import pandas as pd
import pytest
from resampled import people, rates, resampled
from sklearn.metrics import roc_auc_score

from augment import LabelParity, StatisticalParity, WithoutEdges, fairness_trade_off
from augment.synthesizers import fairness
from augment.trade_off import MEASURES, _Judge, _widest


@pytest.fixture(scope="module")
def synthesizer():
    return resampled(people())


@pytest.fixture(autouse=True)
def small_pool(monkeypatch):
    monkeypatch.setattr(fairness, "POOL", 3000)


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


def test_measures_are_those_of_their_definitions(synthesizer):
    holdout = people(2000, seed=1)
    judge = _Judge(synthesizer, holdout, "group", "job", {}, "yes", 0)
    rng = np.random.default_rng(0)
    guess = np.clip(0.3 * (holdout["job"] == "yes") + 0.5 * rng.random(2000) + 0.2 * (holdout["group"] == "a"), 0, 1)
    guess, yes = guess.to_numpy(), (holdout["job"] == "yes").to_numpy()
    measures = judge._measures(guess)
    by_group = pd.DataFrame({"group": holdout["group"], "chosen": guess >= 0.5, "yes": yes, "off": guess - yes})

    def gap(frame, column):
        means = frame.groupby("group")[column].mean()
        return means.max() - means.min()

    assert measures["AUC"][0] == pytest.approx(roc_auc_score(yes, guess))
    assert measures["accuracy"][0] == pytest.approx(((guess >= 0.5) == yes).mean())
    assert measures["parity gap"][0] == pytest.approx(gap(by_group, "chosen"))
    assert measures["TPR gap"][0] == pytest.approx(gap(by_group[yes], "chosen"))
    assert measures["FPR gap"][0] == pytest.approx(gap(by_group[~yes], "chosen"))
    assert measures["calibration gap"][0] == pytest.approx(gap(by_group, "off"))


def test_intervals_of_the_widest_gap_hold_for_all_pairs_at_once():
    rng = np.random.default_rng(0)
    inside = {"alike": 0, "apart": 0}
    for name, truth in (("alike", np.full(8, 0.3)), ("apart", np.linspace(0.2, 0.5, 8))):
        for _ in range(100):
            counts = [(int(rng.binomial(200, p)), 200) for p in truth]
            shares = [s / n for s, n in counts]

            def interval(i, j, level, counts=counts):
                from augment.auditing.intervals import rate_difference_interval

                return rate_difference_interval(counts[i], counts[j], level)

            value, low, high = _widest(shares, interval)
            assert low <= value <= high
            inside[name] += low <= np.ptp(truth) <= high
    assert inside["alike"] >= 93
    assert inside["apart"] >= 93
    assert _widest([0.5], None) is None


def test_small_groups_and_missing_labels_are_listed(synthesizer):
    holdout = people(1000, seed=1)
    holdout.loc[holdout.index[holdout["group"] == "b"][10:], "group"] = "a"
    holdout.loc[:99, "job"] = None
    table = fairness_trade_off(synthesizer, LabelParity("group", "job"), holdout, n_samples=1000)
    assert table.rows[0]["parity gap"] is None
    assert np.isnan(table.to_frame()["parity gap"].iloc[0])
    assert "Fewer than 30 rows, not compared: b." in str(table)
    assert "900 holdout rows" in str(table)


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

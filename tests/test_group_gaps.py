"""Gaps between groups are those of their definitions, and their intervals hold for all pairs at once."""

import numpy as np
import pandas as pd
import pytest
from resampled import people, resampled
from sklearn.metrics import roc_auc_score

from augment._group_gaps import GroupGaps, widest
from augment.auditing.intervals import rate_difference_interval


def test_measures_are_those_of_their_definitions():
    holdout = people(2000, seed=1)
    gaps = GroupGaps(resampled(people()).codec_, holdout, "group", "job", {}, "yes", 0)
    rng = np.random.default_rng(0)
    guess = np.clip(0.3 * (holdout["job"] == "yes") + 0.5 * rng.random(2000) + 0.2 * (holdout["group"] == "a"), 0, 1)
    guess, yes = guess.to_numpy(), (holdout["job"] == "yes").to_numpy()
    measures = gaps.measures(guess)
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


@pytest.mark.slow
def test_intervals_of_the_widest_gap_hold_for_all_pairs_at_once():
    rng = np.random.default_rng(0)
    inside = {"alike": 0, "apart": 0}
    for name, truth in (("alike", np.full(8, 0.3)), ("apart", np.linspace(0.2, 0.5, 8))):
        for _ in range(100):
            counts = [(int(rng.binomial(200, p)), 200) for p in truth]
            shares = [s / n for s, n in counts]

            def interval(i, j, level, counts=counts):
                return rate_difference_interval(counts[i], counts[j], level)

            value, low, high = widest(shares, interval)
            assert low <= value <= high
            inside[name] += low <= np.ptp(truth) <= high
    assert inside["alike"] >= 93
    assert inside["apart"] >= 93
    assert widest([0.5], None) is None

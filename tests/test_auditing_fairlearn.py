"""The gaps of models are those of fairlearn, where the definitions are the same."""

import numpy as np
import pytest
from fairlearn.metrics import (
    MetricFrame,
    demographic_parity_difference,
    demographic_parity_ratio,
    equal_opportunity_difference,
    equalized_odds_difference,
    equalized_odds_ratio,
)
from sklearn.metrics import mean_absolute_error, precision_score

from augment.auditing.group_rates import CLASSES, NUMBERS, gap, means, parts


def gaps(seed, n_groups):
    rng = np.random.default_rng(seed)
    n = 400
    truth, groups = rng.integers(0, 2, n), rng.integers(0, n_groups, n)
    chosen = np.where(rng.random(n) < 0.3 + 0.4 * groups / n_groups, truth, rng.integers(0, 2, n))
    guess = np.column_stack([1 - chosen, chosen]).astype(float)
    ours = {
        c.name: gap(means(*parts(c, guess, truth * 1.0, np.array([0.0, 1.0]), 1), groups, n_groups).value)
        for c in CLASSES[:4]
    }
    return ours, truth, chosen, groups


@pytest.mark.parametrize("n_groups", [2, 5])
@pytest.mark.parametrize("seed", range(4))
def test_parity_odds_and_precision(seed, n_groups):
    ours, truth, chosen, groups = gaps(seed, n_groups)
    theirs = {"y_true": truth, "y_pred": chosen, "sensitive_features": groups}
    assert ours["parity"][0] == pytest.approx(demographic_parity_difference(**theirs), abs=1e-12)
    assert ours["parity"][1] == pytest.approx(demographic_parity_ratio(**theirs), abs=1e-12)
    assert ours["true_positives"][0] == pytest.approx(equal_opportunity_difference(**theirs), abs=1e-12)
    odds = ours["true_positives"], ours["false_positives"]
    assert max(difference for difference, _ in odds) == pytest.approx(equalized_odds_difference(**theirs), abs=1e-12)
    assert min(ratio for _, ratio in odds) == pytest.approx(equalized_odds_ratio(**theirs), abs=1e-12)
    precision = MetricFrame(metrics=precision_score, **theirs)
    assert ours["precision"] == pytest.approx((precision.difference(), precision.ratio()), abs=1e-12)


def test_group_errors_of_numbers():
    rng = np.random.default_rng(0)
    truth, groups = rng.normal(size=300), rng.integers(0, 4, 300)
    guess = truth + rng.normal(size=300) * (1 + groups)
    ours = gap(means(*parts(NUMBERS[2], guess[:, None], truth, None, None), groups, 4).value)
    frame = MetricFrame(metrics=mean_absolute_error, y_true=truth, y_pred=guess, sensitive_features=groups)
    assert ours[0] * truth.std() == pytest.approx(frame.difference(), abs=1e-12)
    assert ours[1] == pytest.approx(frame.ratio(), abs=1e-12)

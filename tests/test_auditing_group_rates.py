"""Criteria are the rates that their names say, with errors as large as they are from sample to sample."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from augment.auditing.group_rates import CLASSES, NUMBERS, expected_calibration_error, gap, means, parts, variances

ZERO_ONE = np.array([0.0, 1.0])


def measured(name, truth, chosen, codes, n_groups):
    criterion = next(c for c in CLASSES if c.name == name)
    guess = np.column_stack([1 - chosen, chosen]).astype(float)
    return means(*parts(criterion, guess, truth.astype(float), ZERO_ONE, 1), codes, n_groups)


@given(seed=st.integers(0, 20))
def test_rates_are_those_of_the_confusion_table(seed):
    rng = np.random.default_rng(seed)
    truth, chosen, codes = rng.integers(0, 2, 60), rng.integers(0, 2, 60), rng.integers(0, 3, 60)
    for g in range(3):
        y, p = truth[codes == g], chosen[codes == g]
        expected = {
            "parity": p.mean(),
            "true_positives": p[y == 1].mean(),
            "false_positives": p[y == 0].mean(),
            "precision": y[p == 1].mean(),
            "calibration": p.mean() - y.mean(),
        }
        for name, rate in expected.items():
            assert measured(name, truth, chosen, codes, 3).value[g] == pytest.approx(rate)


def test_numbers_are_compared_in_deviations_of_the_target():
    truth, guess = np.array([0.0, 10.0]), np.array([[1.0], [7.0]])
    found = {c.name: parts(c, guess, truth, None, None)[0].tolist() for c in NUMBERS}
    assert found == {"prediction": [-0.8, 0.4], "error": [0.2, -0.6], "absolute_error": [0.2, 0.6]}
    assert np.isfinite(parts(NUMBERS[1], guess, np.ones(2), None, None)[0]).all()  # a constant target


@pytest.mark.parametrize("name", ["parity", "true_positives", "precision"])
def test_variances_are_those_of_fresh_samples(name):
    rng = np.random.default_rng(0)
    values, told = [], []
    for _ in range(400):
        truth = rng.integers(0, 2, 300)
        chosen = np.where(rng.random(300) < 0.8, truth, rng.integers(0, 2, 300))
        codes = np.zeros(300, int)
        found = measured(name, truth, chosen, codes, 1)
        values.append(found.value[0])
        told.append(variances(found.influence, codes, found, True)[0])
    assert np.sqrt(np.mean(told)) == pytest.approx(np.std(values), rel=0.12)


def test_a_rate_without_any_variation_still_has_an_error():
    found = measured("parity", np.ones(50), np.ones(50), np.zeros(50, int), 1)
    assert variances(found.influence, np.zeros(50, int), found, True)[0] > 0


def test_small_groups_are_not_enough():
    truth = np.repeat([1, 0], [9, 91])
    assert not measured("true_positives", truth, truth, np.zeros(100, int), 1).enough[0]
    assert measured("false_positives", truth, truth, np.zeros(100, int), 1).enough[0]
    assert not measured("parity", truth[:29], truth[:29], np.zeros(29, int), 1).enough[0]


def test_gaps_of_no_groups_are_nothing():
    assert np.isnan(gap(np.array([np.nan, 0.3]))).all()
    assert gap(np.array([0.0, 0.0]))[0] == 0.0


def test_calibrated_probabilities_have_a_small_error():
    rng = np.random.default_rng(0)
    probability = rng.random(5000)
    truth = (rng.random(5000) < probability) * 1.0
    assert expected_calibration_error(probability, truth) < 0.03
    assert expected_calibration_error(probability, 1 - truth) > 0.3

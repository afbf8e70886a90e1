"""Values of series stay missing as long as real ones do."""

import numpy as np
import pytest

from augment import SequenceSynthesizer
from augment.codecs.missing import lasting, places
from augment.models import Flow

pytestmark = pytest.mark.slow


def missing(n, steps, stays, rng):
    """Where values are missing, a tenth of them: independent of the step before but for so many, which stay."""
    absent = rng.random((n, steps)) < 0.1
    for step in range(1, steps):
        absent[:, step] = np.where(rng.random(n) < stays, absent[:, step - 1], absent[:, step])
    return absent


@pytest.mark.parametrize("stays", [0.0, 0.6, 1.0])
def test_values_stay_missing_as_long_as_real_ones(stays, one_step):
    rng = np.random.default_rng(0)
    real = missing(600, 12, stays, rng)
    series = np.where(real, np.nan, rng.normal(size=(600, 12)))[..., None]
    settings = {"epochs": 1, "validation_fraction": 0, "verbose": 0, "random_state": 0}
    synthesizer = SequenceSynthesizer(Flow(width=8, depth=1, n_steps=8), **settings).fit(series)
    made = np.isnan(synthesizer.generate(2000)[..., 0])
    lags = [np.corrcoef(part[:, :-1].ravel(), part[:, 1:].ravel())[0, 1] for part in (real, made)]
    assert made.mean() == pytest.approx(real.mean(), abs=0.02)
    assert lags[1] == pytest.approx(lags[0], abs=0.12)
    assert made.mean(axis=1).std() == pytest.approx(real.mean(axis=1).std(), rel=0.2)


def test_what_lasts_is_found_whatever_the_share():
    rng = np.random.default_rng(0)
    for share in (0.05, 0.5):
        found = [lasting(list(places(300, 40, correlation, rng) < share)) for correlation in (0.0, 0.3, 0.6, 0.9, 1.0)]
        assert np.allclose(found, [0, 0.3, 0.6, 0.9, 1], atol=0.08)


def test_series_of_one_step_and_of_nothing_else_do_not_last():
    assert [lasting(absent) for absent in ([np.ones(1, bool)], [np.ones(5, bool)], [np.zeros(5, bool)])] == [0, 0, 0]


def test_places_are_uniform_and_the_same_where_all_lasts():
    drawn = places(4000, 5, 0.7, np.random.default_rng(0))
    assert np.allclose(np.quantile(drawn, [0.1, 0.5, 0.9], axis=0), [[0.1], [0.5], [0.9]], atol=0.03)
    assert np.ptp(places(10, 5, 1.0, np.random.default_rng(0)), axis=1).max() == 0

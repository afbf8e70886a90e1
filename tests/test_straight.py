"""A line codes features whose values follow closely from those before, and generated series are as smooth as real."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm
from series_makers import autoregressive, pulses

from augment import SequenceSynthesizer
from augment.codecs.channels import Channel
from augment.codecs.series import SeriesCodec
from augment.codecs.straight import find_straight
from augment.codecs.straight_scores import StraightScores
from augment.models import Flow

SHAPE = (300, 24)


def windows(values):
    return list(np.lib.stride_tricks.sliding_window_view(values, 24))


def logistic(n):
    values = [0.3]
    for _ in range(n - 1):
        values.append(3.9 * values[-1] * (1 - values[-1]))
    return np.array(values)


def temperatures(n, rng):
    """Hourly ones: a wave of a day on a level that wanders, and noise."""
    return 15 + 8 * np.sin(2 * np.pi * np.arange(n) / 24) + 0.1 * rng.normal(size=n).cumsum() + 0.3 * rng.normal(size=n)


def waves(rng):
    return np.sin(rng.uniform(0.05, 0.6, (SHAPE[0], 1)) * np.arange(SHAPE[1]) + rng.uniform(0, 6.3, (SHAPE[0], 1)))


LINED = {
    "waves": (waves, False),
    "waves and noise": (lambda rng: waves(rng) + 0.1 * rng.normal(size=SHAPE), False),
    "exponential of waves": (lambda rng: np.exp(waves(rng)), True),
    "temperatures": (lambda rng: windows(temperatures(2000, rng)), False),
    "rounded temperatures": (lambda rng: windows(temperatures(2000, rng).round(1)), False),
    "pulses": (lambda rng: pulses((100, 100), rng), False),
    "pulses and waves": (lambda rng: pulses((100, 100), rng) + 0.1 * np.sin(np.arange(100) / 5), False),
    "storms": (
        lambda rng: rng.gamma(2, 1, (100, 1)) * pulses((100, 100), rng, 4) + 0.05 * rng.normal(size=(100, 100)),
        False,
    ),
    "a walk": (lambda rng: windows(rng.normal(size=2000).cumsum()), False),
    "a positive walk": (lambda rng: windows(np.exp(0.02 * rng.normal(size=3000).cumsum())), True),
}
RANKED = {
    "white": lambda rng: rng.normal(size=SHAPE),
    "two peaks": lambda rng: rng.beta(0.3, 0.3, size=SHAPE),
    "heavy tails": lambda rng: rng.standard_t(2, size=SHAPE).cumsum(axis=1),
    "autoregressive": lambda rng: autoregressive(0.9, SHAPE, rng),
    "positive": lambda rng: np.exp(autoregressive(0.9, SHAPE, rng)),
    "uniform": lambda rng: norm.cdf(0.43 * autoregressive(0.9, SHAPE, rng)),
    "counts": lambda rng: rng.poisson(30, size=SHAPE).astype("float64"),
    "many zeros": lambda rng: np.where(rng.random(SHAPE) < 0.6, 0.0, rng.exponential(size=SHAPE)),
    "single values far out": lambda rng: rng.normal(size=SHAPE) + 10 * (rng.random(SHAPE) < 0.02),
    "a sensor at its stop": lambda rng: (
        np.where(np.arange(SHAPE[1]) < 16 * (rng.random((300, 1)) < 0.05), 1e6, 0) + rng.normal(size=SHAPE)
    ),
    "steps": lambda rng: np.repeat(rng.normal(size=(SHAPE[0], 4)), 6, axis=1),
    "a map": lambda rng: windows(logistic(2000)),
}


@pytest.mark.parametrize("law", LINED)
def test_what_follows_closely_from_what_was_before_is_on_a_line(law):
    make, log = LINED[law]
    for seed in range(3):
        series = [np.reshape(part, (-1, 1)) for part in make(np.random.default_rng(seed))]
        assert find_straight(series) == {0: log}


@pytest.mark.parametrize("law", RANKED)
def test_what_is_of_one_law_at_each_step_has_normal_scores(law):
    for seed in range(3):
        series = [np.reshape(part, (-1, 1)) for part in RANKED[law](np.random.default_rng(seed))]
        assert find_straight(series) == {}


def test_few_steps_have_normal_scores():
    assert find_straight([wave[:, None] for wave in waves(np.random.default_rng(0))[:9]]) == {}


@given(values=st.lists(st.floats(0.01, 1e6), min_size=2, unique=True), log=st.booleans(), beyond=st.floats(-1e9, 1e9))
def test_values_come_back_and_none_leaves_the_range(values, log, beyond):
    values = np.array(values)
    scores = StraightScores.of(values, log)
    scores = StraightScores.from_dict(json.loads(json.dumps(scores.to_dict())))
    assert np.allclose(scores.decode(scores.encode(values)), values, rtol=1e-9, atol=1e-9 * np.ptp(values))
    assert values.min() <= scores.decode(np.array([beyond]))[0] <= values.max()
    assert np.array_equal(scores.encode(np.array([values.max() + 1])), scores.encode(np.array([values.max()])))


def test_whole_numbers_and_gaps_come_back_through_the_codec():
    rng = np.random.default_rng(0)
    whole = [np.rint(100 * part[:, None]).astype("int64") for part in windows(temperatures(1000, rng))]
    codec = SeriesCodec().fit((whole, None))
    assert isinstance(codec.channels[0].scores, StraightScores)
    back = codec.decode(SeriesCodec.from_dict(json.loads(json.dumps(codec.to_dict()))).encode((whole, None)))
    assert np.array_equal(back, whole) and back[0].dtype == "int64"
    gappy = [np.where(rng.random(part.shape) < 0.2, np.nan, part) for part in whole]
    codec = SeriesCodec().fit((gappy, None))
    assert isinstance(codec.channels[0].scores, StraightScores)
    back = codec.decode(codec.encode((gappy, None)))
    assert all(np.array_equal(*pair, equal_nan=True) for pair in zip(back, gappy, strict=True))


def test_a_line_reaches_further_if_it_must():
    channel = Channel.of(np.arange(100.0), scores_of=lambda x: StraightScores.of(x, log=False))
    channel.reaching(np.array([-10.0, 50.0]))
    assert channel.decode(channel.encode(np.array([[-10.0, 99.0, 120.0]]))).tolist() == [[-10, 99, 99]]


@pytest.mark.slow
def test_pulses_do_not_drown_in_noise():
    real = pulses((200, 48), np.random.default_rng(0))
    model = Flow(width=32, depth=1, n_steps=5, learning_rate=0.01)
    options = {"kind": "series", "epochs": 8, "validation_fraction": 0, "random_state": 0, "verbose": 0}
    new = SequenceSynthesizer(model, **options).fit(real).generate(300)
    steepest = [np.quantile(np.abs(np.diff(x, axis=1)), 0.95) for x in (new, real)]
    assert steepest[0] == pytest.approx(steepest[1], rel=0.3)  # four times as steep by normal scores


@pytest.mark.slow
def test_generated_series_are_as_smooth_as_real_ones():
    values = temperatures(1200, np.random.default_rng(0))
    model = SequenceSynthesizer(window=24, kind="series", epochs=2, random_state=0, verbose=0).fit(values)
    real, new = np.stack(windows(values)), model.generate(1000)
    for order in (1, 2):
        roughness = [np.diff(x, n=order, axis=1).std() for x in (new, real)]
        assert roughness[0] == pytest.approx(roughness[1], rel=0.12)  # 1.8 times as rough by normal scores
    assert new.min() >= values.min() and new.max() <= values.max()

"""Relations of features and back: what is known holds, what never was below stays so, what wanders may leave."""

import json
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from series_makers import prices, windows

from augment.codecs.grid import Grid
from augment.codecs.references import Reference
from augment.codecs.related import Related
from augment.codecs.series import SeriesCodec

SERIES = windows(prices(1000, np.random.default_rng(0)))[::5]


def pressures(n, rng):
    """Systolic, mean and diastolic blood pressures (n, 24, 3): the mean is a third of the way up, but for rounding."""
    systolic = np.rint(135 + 15 * rng.normal(size=(n, 1)) + 5 * rng.normal(size=(n, 24)))
    pulse = np.rint(np.clip(48 + 6 * rng.normal(size=(n, 24)), 26, None))
    return np.stack([systolic, np.rint(systolic - 2 * pulse / 3), systolic - pulse], axis=-1)


def fractions(values):
    """Which shares of how far systolic pressures are above diastolic ones the means are above these."""
    return (values[..., 1] - values[..., 2]) / (values[..., 0] - values[..., 2])


PRESSURES = pressures(200, np.random.default_rng(0))
CENTS = np.round(100 + 4 * np.random.default_rng(0).normal(size=(40, 24, 1)).cumsum(axis=1), 2)
MIXED = {"lower in cents": np.ceil(CENTS), "upper in cents": np.floor(CENTS)}


@pytest.fixture(scope="module")
def related():
    return Related.of(SERIES)


def violations(values):
    opens, highs, lows, closes = np.moveaxis(values[..., :4], -1, 0)
    return np.count_nonzero((highs < np.maximum(opens, closes)) | (lows > np.minimum(opens, closes)))


@settings(max_examples=60, deadline=None)
@given(known=arrays("bool", (24, 5)), first=st.integers(0, len(SERIES) - 1), other=st.integers(0, len(SERIES) - 1))
def test_what_is_known_holds_and_what_is_not_follows(related, known, first, other):
    related = Related.from_dict(json.loads(json.dumps(related.to_dict())))
    gappy = np.where(known, SERIES[first], np.nan)
    back = related.joined(np.stack(related.apart([gappy])))[0]
    span = np.ptp(np.concatenate(SERIES), axis=0)
    assert (np.abs(back - gappy)[known] <= 1e-9 * np.broadcast_to(span, known.shape)[known]).all()
    assert np.isfinite(back[:, :4]).all() and violations(back) == 0
    made = related.joined(np.stack(related.apart([SERIES[other]])), [gappy])[0]
    assert (np.abs(made - gappy)[:, :4][known[:, :4]] <= 1e-9).all() and violations(made) == 0


@pytest.mark.parametrize("known", [False, True])
def test_series_of_any_lengths_are_taken_apart_each_by_itself(related, known):
    rng = np.random.default_rng(0)
    series = [np.where(rng.random((n, 5)) < 0.1, np.nan, SERIES[7][:n]) for n in [24, 0, 3, 24, 1, 3]]
    together = related.apart(series, known)
    for part, own in zip(series, together, strict=True):
        assert own.shape[0] == len(part)
        assert np.array_equal(own, related.apart([part], known)[0], equal_nan=True)


def shares(values):
    """Ranges, and which shares of them are below opens and closes."""
    opens, highs, lows, closes = np.moveaxis(np.log(values[..., :4]), -1, 0)
    return np.stack([highs - lows, (opens - lows) / (highs - lows), (closes - lows) / (highs - lows)], axis=-1)


def test_a_gap_is_bridged_and_an_end_goes_on_from_the_last_level(related):
    made, gappy = np.stack(related.apart([SERIES[7]])), SERIES[100].copy()
    gappy[8:14] = gappy[20:] = np.nan
    drawn = related.joined(made, [gappy])[0]
    changes, own = np.diff(np.log(drawn[:, 0])), np.diff(np.log(SERIES[7][:, 0]))
    assert np.allclose(np.diff(changes[7:14] - own[7:14]), 0, atol=1e-9)  # what is missing to the end is shared out
    assert np.allclose(changes[19:], own[19:], atol=1e-9)
    assert np.allclose(shares(drawn)[8:14], shares(SERIES[7])[8:14])
    assert np.allclose(shares(drawn)[20:], shares(SERIES[7])[20:])


def test_a_close_alone_has_the_range_and_the_open_that_were_drawn(related):
    made, gappy = np.stack(related.apart([SERIES[7]])), SERIES[100].copy()
    gappy[10:, :3] = np.nan
    drawn = related.joined(made, [gappy])[0]
    assert np.allclose(shares(drawn)[10:], shares(SERIES[7])[10:])


def test_one_feature_tells_the_others_of_its_step(related):
    gappy = np.full((24, 5), np.nan)
    gappy[:, 1] = SERIES[100][:, 1]
    drawn = related.joined(np.stack(related.apart([SERIES[7]])), [gappy])[0]
    ratios = SERIES[7][:, :4] / SERIES[7][:, 1:2]
    assert np.allclose(drawn[:, :4], ratios * SERIES[100][:, 1:2])


def test_a_walk_may_leave_the_fitted_range_and_not_cross_zero():
    reference = Reference(0, (0,), "before", False)
    related = Related([reference], {0: Grid().fit(np.arange(101.0))}, [1.0, 50.0], [])
    steps = np.column_stack([np.full(24, 30.0), np.full(24, 90.0)])[None]
    assert related.joined(steps)[0, :3, 0].tolist() == [90, 120, 150]
    assert related.joined(steps * [-1, 1])[0, :5, 0].tolist() == [90, 60, 30, 0, 0]


@cache
def pressured():
    related = Related.of(list(PRESSURES))
    assert [each.way for each in related.references] == ["from", "between"]
    return related


@settings(max_examples=60, deadline=None)
@given(known=arrays("bool", (24, 3)), first=st.integers(0, 199), other=st.integers(0, 199))
def test_pressures_hold_in_their_order_wherever_some_are_missing(known, first, other):
    related = pressured()
    gappy = np.where(known, PRESSURES[first], np.nan)
    back = related.joined(np.stack(related.apart([gappy])))[0]
    assert np.array_equal(back[known], gappy[known])
    made = related.joined(np.stack(related.apart([PRESSURES[other]])), [gappy])[0]
    assert np.array_equal(made[known], gappy[known])
    for values in (back, made):
        assert (values[:, 0] >= values[:, 1]).all() and (values[:, 1] >= values[:, 2]).all()


def test_shares_that_are_not_told_are_such_as_are():
    gappy = np.where(np.random.default_rng(1).random(PRESSURES.shape) < 0.1, np.nan, PRESSURES)
    codec, real = SeriesCodec().fit((list(gappy), None)), fractions(PRESSURES)
    assert [each.way for each in codec.related.references] == ["from", "between"]
    learned = np.concatenate(codec.related.apart(list(gappy)))[:, 1]
    assert real.min() - 0.01 < learned.min() and learned.max() < real.max() + 0.01
    assert real.min() - 0.01 < codec.channels[1].grid.low_ and codec.channels[1].grid.high_ < real.max() + 0.01


def residual(truth, *others):
    """The variance that a line of others leaves of the truth (n, steps)."""
    line = np.stack([np.ones(truth.size), *(x.ravel() for x in others)], axis=-1)
    return np.mean((line @ np.linalg.lstsq(line, truth.ravel(), rcond=None)[0] - truth.ravel()) ** 2)


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_two_pressures_tell_the_third(missing):
    related, gappy = pressured(), PRESSURES.copy()
    gappy[..., missing] = np.nan
    made = related.joined(np.stack(related.apart(list(pressures(200, np.random.default_rng(1))))), list(gappy))
    error = np.mean((made - PRESSURES)[..., missing] ** 2)
    least = residual(PRESSURES[..., missing], *(PRESSURES[..., i] for i in range(3) if i != missing))
    assert error < 1.2 * (2 * least + 1 / 12)  # what is drawn varies, too, and is rounded


@pytest.mark.parametrize("missing", [1, 2])
def test_a_share_that_varies_widely_does_not_make_up_ranges(related, missing):
    gappy, rng = np.stack(SERIES), np.random.default_rng(0)
    gappy[..., missing] = gappy[..., 3] = np.nan
    made = related.joined(np.stack(related.apart(SERIES))[rng.permutation(len(SERIES))], list(gappy))
    ranges, logs = shares(np.stack(SERIES))[..., 0], np.log(np.stack(SERIES))
    error = np.mean((shares(made)[..., 0] - ranges) ** 2)
    assert error < 1.2 * 2 * residual(ranges, logs[..., 0] - logs[..., 3 - missing]) and violations(made) == 0


@pytest.mark.parametrize("which", MIXED)
def test_what_is_known_and_orders_hold_where_one_has_more_decimals(which):
    values, rng = np.concatenate([CENTS, MIXED[which]], axis=-1), np.random.default_rng(1)
    related = Related.of(list(values))
    for some in (0.1, 0.5, 0.9):
        gappy = np.where(rng.random(values.shape) < some, np.nan, values)
        made = related.joined(np.stack(related.apart(list(values[::-1]))), list(gappy))
        assert np.array_equal(made[~np.isnan(gappy)], gappy[~np.isnan(gappy)])
        apart = made[..., 1] - made[..., 0]
        assert (apart >= 0).all() if which == "lower in cents" else (apart <= 0).all()
        assert np.array_equal(made[..., 1], np.rint(made[..., 1])) and np.array_equal(made, np.round(made, 2))


def test_what_is_made_of_gaps_comes_back_inside_its_range():
    rng = np.random.default_rng(0)
    low = rng.normal(size=(300, 24))
    values = np.stack([low, low + rng.exponential(size=low.shape)], axis=-1)
    grids = {j: Grid().fit(values[..., j].ravel()) for j in (0, 1)}
    related = Related([Reference(1, (0,), "from", False, 1)], grids, [0.0, 1.0], [])
    gappy = values.copy()
    gappy[..., 0] = np.nan  # the lowest of what is above, less what is usual, is below the lowest
    back = related.joined(np.stack(related.apart(list(gappy))))
    assert np.allclose(back[..., 1], values[..., 1], atol=1e-9)


def test_a_root_that_does_not_wander_keeps_all_inside_the_fitted_range():
    rng = np.random.default_rng(0)
    low = rng.normal(size=(300, 24)) * 100
    series = list(np.stack([low, low + 0.1 * rng.exponential(size=low.shape)], axis=-1))
    related = Related.of(series)
    assert [each.way for each in related.references] == ["from"]
    made = related.joined(np.stack(related.apart(series)) * 3)
    assert (made >= np.min(series, axis=(0, 1))).all() and (made <= np.max(series, axis=(0, 1))).all()


@pytest.mark.parametrize("scaling", [False, True])
def test_gappy_series_of_any_length_come_back_through_the_codec(scaling):
    rng = np.random.default_rng(0)
    cut = [part[: rng.integers(1, 25)] for part in SERIES]
    gappy = [np.where(rng.random(part.shape) < 0.2, np.nan, part) for part in cut]
    codec = SeriesCodec(scaling=scaling).fit((gappy, None))
    codec = SeriesCodec.from_dict(json.loads(json.dumps(codec.to_dict())))
    assert codec.related is not None
    for part, back in zip(gappy, codec.decode(codec.encode((gappy, None))), strict=True):
        assert np.allclose(back, part, rtol=1e-5, equal_nan=True)


def test_whole_numbers_and_cents_stay_on_their_grids():
    rounded = [np.rint(part * [1e4, 1e4, 1e4, 1e4, 1e3]).astype("int64") for part in SERIES]
    codec = SeriesCodec().fit((rounded, None))
    assert codec.related is not None
    back = codec.decode(codec.encode((rounded, None)))
    assert np.array_equal(back, rounded) and back[0].dtype == "int64"
    cents = [np.column_stack([np.round(part[:, :4] * 100, 2), part[:, 4]]) for part in SERIES]
    made = SeriesCodec().fit((cents, None))
    drawn = made.decode(np.random.default_rng(0).normal(size=(50, made.layout.width)).astype("float32"))
    assert np.array_equal(np.round(drawn, 2)[..., :4], np.array(drawn)[..., :4]) and violations(np.array(drawn)) == 0


def test_what_is_known_of_series_has_the_numbers_that_training_has():
    codec = SeriesCodec().fit((SERIES, None))
    shape, rows = codec.layout.shape, codec.encode((SERIES, None))
    values, known = codec.known([part[:9] for part in SERIES], [24] * len(SERIES), False)
    assert np.allclose(values[known], rows[known], atol=1e-5)
    known = known.reshape(-1, *shape)
    assert known[:, :9].all() and known[..., -1].all() and not known[:, 9:, :-1].any()

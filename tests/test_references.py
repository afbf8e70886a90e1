"""Features are relative where differences of large values are small, and not where series come back to their means."""

import numpy as np
import pytest
from series_makers import autoregressive, prices, track, waves, windows

from augment.codecs.normal_scores import NormalScores
from augment.codecs.references import Reference, find_references
from augment.codecs.series import SeriesCodec

STEADY = {
    "white": lambda shape, rng: rng.normal(size=shape),
    "autoregressive": lambda shape, rng: autoregressive(0.7, shape, rng),
    "slow": lambda shape, rng: autoregressive(0.95, shape, rng),
    "heavy tails": lambda shape, rng: rng.standard_t(2, size=shape),
    "positive": lambda shape, rng: np.exp(autoregressive(0.7, shape, rng)),
    "waves": waves,
    "counts": lambda shape, rng: rng.poisson(30, size=shape).astype("float64"),
    "labels": lambda shape, rng: (autoregressive(0.95, shape, rng) > 0).astype("float64"),
}


@pytest.mark.parametrize("law", STEADY)
def test_series_that_come_back_to_their_means_stay_as_they_are(law):
    rng = np.random.default_rng(0)
    unit = np.full(1, float(law in ("counts", "labels")))
    for n in (100, 300):
        for _ in range(5):
            assert find_references(list(STEADY[law]((n, 24), rng)[..., None]), unit) == []
    assert find_references(windows(STEADY[law]((1, 2000), rng)[0][:, None]), unit) == []


@pytest.mark.slow
def test_prices_are_a_range_shares_of_it_and_the_change_of_the_open_which_leads():
    for seed in range(3):
        found = find_references(windows(prices(3000, np.random.default_rng(seed))), np.zeros(5))
        assert {each.feature: (each.others, each.way) for each in found if each.way == "between"} == {
            0: ((2, 1), "between"),
            3: ((2, 1), "between"),
        }
        assert found[0].others == (0,) and found[0].way == "before" and found[0].feature == found[1].others[0]
        assert {found[1].feature, *found[1].others} == {1, 2} and found[1].sign == (1 if found[1].feature == 1 else -1)
        assert all(each.log for each in found)


def test_what_is_below_zero_has_differences():
    values = prices(3000, np.random.default_rng(0))
    values[:, :4] -= values[:, :4].mean()
    found = find_references(windows(values), np.zeros(5))
    assert [each.others for each in found if each.way == "between"] == [(2, 1), (2, 1)]
    assert {each.log for each in found} == {False}


def test_quantiles_that_move_together_are_enclosed_by_one_another():
    rng = np.random.default_rng(0)
    middle, width = 100 + rng.normal(size=3000).cumsum(), np.exp(0.3 * autoregressive(0.9, (1, 3000), rng)[0])
    drawn = np.quantile(rng.normal(size=(3000, 200)), [0.05, 0.25, 0.5, 0.75, 0.95], axis=1).T
    found = find_references(windows(middle[:, None] + 0.1 * width[:, None] * drawn), np.zeros(5))
    assert {each.feature for each in found if each.way == "between"} == {1, 2, 3}
    assert {frozenset((each.feature, *each.others)) for each in found if each.way == "from"} == {frozenset((0, 4))}
    assert [each.way for each in found].count("before") == 1
    assert all(each.others[0] < each.feature < each.others[1] for each in found if each.way == "between")


def test_a_pair_that_encloses_and_never_is_near_is_no_reference():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(300, 24, 10))
    series = np.stack([values.min(axis=2), values.mean(axis=2), values.max(axis=2)], axis=-1)
    assert find_references(list(series), np.zeros(3)) == []


def test_two_that_are_alike_but_not_close_stay_as_they_are():
    rng = np.random.default_rng(0)
    first = autoregressive(0.9, (300, 24), rng)
    both = np.stack([first, first + 0.3 * autoregressive(0.9, (300, 24), rng)], axis=-1)
    assert find_references(list(both), np.zeros(2)) == []


def test_few_steps_and_series_of_two_stay_as_they_are():
    walks = 100 + 0.01 * np.random.default_rng(0).normal(size=(500, 2, 1)).cumsum(axis=1)
    assert find_references(list(walks), np.zeros(1)) == []
    assert find_references([np.arange(199.0)[:, None]], np.zeros(1)) == []


@pytest.mark.slow
def test_a_walk_alone_is_its_changes_and_one_that_another_foretells_is_not():
    for seed in range(3):
        rng = np.random.default_rng(seed)
        walk = rng.normal(size=3000).cumsum()
        assert find_references(windows(walk[:, None]), np.zeros(1)) == [Reference(0, (0,), "before", False)]
        sensors = np.stack([walk, walk + 0.3 * rng.normal(size=3000)], axis=1)
        assert find_references(windows(sensors), np.zeros(2)) == []


@pytest.mark.slow
@pytest.mark.parametrize("momentum", [-0.5, 0.3, 0.9])
def test_a_walk_whose_changes_go_on_is_its_changes(momentum):
    found = []
    for seed in range(10):
        walk = autoregressive(momentum, (1, 4000), np.random.default_rng(seed)).cumsum()
        found += find_references(windows(walk[:, None]), np.zeros(1))
    assert len(found) >= 7 and {each.way for each in found} == {"before"}  # one in ten looks as if it came back


def test_a_track_is_its_changes_in_both_directions():
    for seed in range(2):
        found = find_references(windows(track(6000, np.random.default_rng(seed)), 60)[::5], np.zeros(2))
        assert [(each.feature, each.way) for each in found] == [(0, "before"), (1, "before")]


def test_one_value_far_out_does_not_end_the_search():
    rng = np.random.default_rng(0)
    values = rng.normal(size=(3000, 3)).cumsum(axis=0)
    values[:, 1] = 2 * values[:, 0]
    values[1000, :2] = 1e8
    for each in (values, values * 1e12, 1e12 + np.round(values, 3)):
        assert all(reference.way == "before" for reference in find_references(windows(each), np.zeros(3)))


def test_counters_are_their_changes_and_never_fall():
    counts = np.random.default_rng(0).poisson(3, size=(300, 24, 1)).cumsum(axis=1)
    references = find_references(list(counts.astype("float64")), np.ones(1))
    assert [(each.feature, each.others, each.way) for each in references] == [(0, (0,), "before")]
    codec = SeriesCodec().fit((list(counts), None))
    rows = np.random.default_rng(1).normal(size=(200, codec.layout.width)).astype("float32")
    assert (np.diff(np.stack(codec.decode(rows)), axis=1) >= 0).all()


def test_what_hardly_changes_has_no_logarithms_and_keeps_its_digits():
    walk = 1e12 + np.random.default_rng(0).normal(size=3000).cumsum()
    codec = SeriesCodec().fit((windows(walk[:, None]), None))
    assert codec.related.references == [Reference(0, (0,), "before", False)]
    back = codec.decode(codec.encode((windows(walk[:, None]), None)))
    assert np.abs(np.stack(back) - np.stack(windows(walk[:, None]))).max() < 0.01


def test_positive_walks_never_cross_zero():
    prices_of_one = np.exp(0.05 * np.random.default_rng(0).normal(size=3000).cumsum())
    assert find_references(windows(prices_of_one[:, None]), np.zeros(1)) == [Reference(0, (0,), "before", True)]


@pytest.mark.parametrize("size", [1e-310, 1e-200, 1e200, 1e306])
def test_what_is_far_too_small_or_large_stays_as_it_is(size):
    walk = size * np.random.default_rng(0).normal(size=(1500, 1)).cumsum(axis=0)
    codec = SeriesCodec().fit((windows(walk), None))
    assert codec.related is None and isinstance(codec.channels[0].scores, NormalScores)
    assert np.isfinite(codec.encode((windows(walk), None))).all()

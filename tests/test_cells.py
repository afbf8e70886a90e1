import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from augment.codecs.cells import Cells

finite = st.floats(-1e100, 1e100)


@given(st.lists(finite, min_size=1, max_size=300), st.lists(finite, max_size=20))
def test_values_stay_in_their_cell_and_range(values, others):
    values = np.array(values)
    cells = Cells().fit(values)
    tokens = cells.encode(np.append(values, others), np.random.default_rng(0))
    assert (tokens >= 0).all() and (tokens[:, 0] < cells.size).all() and (tokens[:, 1] < max(cells.levels_, 1)).all()
    decoded = cells.decode(tokens, np.random.default_rng(1).random(len(tokens)))
    assert (decoded >= values.min()).all() and (decoded <= values.max()).all()
    np.testing.assert_array_equal(cells.encode(decoded)[: len(values), 0], tokens[: len(values), 0])
    single = ~cells.has_levels[tokens[: len(values), 0]]
    np.testing.assert_array_equal(decoded[: len(values)][single], values[single])


@given(st.lists(st.integers(-50, 500), min_size=1, max_size=300))
def test_whole_numbers_stay_whole(values):
    values = np.array(values, float)
    cells = Cells(whole=True).fit(values)
    decoded = cells.decode(cells.encode(values), np.random.default_rng(1).random(len(values)))
    np.testing.assert_array_equal(decoded, np.rint(decoded))
    assert decoded.min() >= values.min() and decoded.max() <= values.max()


def test_few_values_are_a_token_each():
    values = np.repeat([3.0, -1.0, 2.5], [5, 1, 9])
    cells = Cells().fit(values)
    assert cells.levels_ == 0 and cells.centers_.tolist() == [-1, 2.5, 3]
    np.testing.assert_allclose(cells.shares_, np.array([1, 9, 5]) / 15)
    assert cells.encode([2.9, 2.6, -100])[:, 0].tolist() == [2, 1, 0]  # the nearest


def test_few_values_that_hardly_repeat_are_no_tokens():
    values = np.random.default_rng(0).normal(size=100)
    assert Cells().fit(values).levels_ > 0


def test_spikes_are_tokens_and_exact():
    rng = np.random.default_rng(0)
    values = rng.permutation(np.concatenate([rng.normal(size=5000), np.zeros(300), np.full(40, 1.5)]))
    cells = Cells().fit(values)
    assert cells.centers_[~np.isnan(cells.centers_)].tolist() == [0.0]  # 40 of 5,340 are less than 1 %
    tokens = cells.encode(values, rng)
    decoded = cells.decode(tokens, rng.random(len(values)))
    np.testing.assert_array_equal(decoded[values == 0], 0)
    assert not (decoded[values != 0] == 0).any()
    assert abs(cells.shares_.sum() - 1) < 1e-12 and (np.diff(cells.ranks[:, 0]) > 0).all()


def test_the_distribution_survives():
    rng = np.random.default_rng(0)
    values = np.sort(rng.lognormal(size=20_000))
    cells = Cells().fit(values)
    decoded = np.sort(cells.decode(cells.encode(values, rng), rng.random(len(values))))
    # Kolmogorov-Smirnov distance below one level of 1 / 2048 and the noise of filling it
    place = np.searchsorted(decoded, values) / len(values)
    assert np.abs(place - np.arange(len(values)) / len(values)).max() < 2e-3


def test_levels_hold_equal_shares_and_ties_are_spread():
    values = np.concatenate([np.full(30, 5000.0), np.arange(10_000.0)])  # 30 of 10,030 are no spike
    cells = Cells(whole=True).fit(values)
    rng = np.random.default_rng(0)
    tokens = cells.encode(values, rng)
    counts = np.bincount(tokens[:, 0] * cells.levels_ + tokens[:, 1])
    assert counts.max() <= 2 * len(values) / len(counts)
    ties = tokens[:30]
    assert len(np.unique(ties[:, 1])) > 1 and len(np.unique(ties[:, 0])) == 1
    np.testing.assert_array_equal(cells.decode(ties, rng.random(30)), 5000)
    np.testing.assert_array_equal(cells.encode(values), cells.encode(values))  # without rng nothing is drawn


def test_whole_numbers_of_a_level_are_equally_frequent():
    values = np.arange(100_000.0)
    cells = Cells(whole=True).fit(values)
    rng = np.random.default_rng(0)
    decoded = cells.decode(np.zeros((50_000, 2), int), rng.random(50_000))
    counts = np.bincount(decoded.astype(int))
    assert len(counts) == cells.knots_[0, 1]
    assert counts.std() < 1.2 * np.sqrt(counts.mean())
    assert cells.decode(cells.encode([99_999.0]), np.array([1 - 1e-16])) == 99_999


@pytest.mark.parametrize("whole", [True, False])
def test_decode_stays_in_a_given_range(whole):
    values = np.arange(10_000.0)
    cells = Cells(whole=whole).fit(values)
    tokens = cells.encode(np.full(1000, 4005.0))
    decoded = cells.decode(tokens, np.random.default_rng(0).random(1000), 4004, 4006)
    assert decoded.min() >= 4004 and decoded.max() <= 4006 and len(np.unique(decoded)) > 1


def test_bins_of_whole_numbers_never_draw_a_spike():
    rng = np.random.default_rng(0)
    values = np.concatenate([rng.integers(0, 300, 5000), np.repeat([0, 17, 18, 299], 400)]).astype(float)
    cells = Cells(whole=True).fit(values)
    tokens = cells.encode(values, rng)
    decoded = cells.decode(tokens, rng.random(len(values)))
    for spike in (0, 17, 18, 299):
        np.testing.assert_array_equal(decoded == spike, values == spike)
    np.testing.assert_array_equal(cells.encode(decoded)[:, 0], tokens[:, 0])
    assert set(decoded) <= set(range(300))


@pytest.mark.parametrize("whole", [True, False])
def test_allowed_tokens_hold_the_values_of_a_range(whole):
    rng = np.random.default_rng(0)
    values = np.append(rng.integers(0, 2000, 9000), np.full(500, 700)).astype(float)
    cells = Cells(whole=whole).fit(values)
    tokens = cells.encode(values)
    for low, high in [(650, 750), (700, 700), (701, 701), (-np.inf, 3), (1990.5, np.inf), (5000, np.inf)]:
        allowed = cells.allowed(low, high)
        assert allowed.shape == (cells.size, cells.levels_)
        inside = (values >= low) & (values <= high)
        assert allowed[tokens[inside, 0], tokens[inside, 1]].all()
        drawn = np.argwhere(allowed)
        decoded = cells.decode(drawn, rng.random(len(drawn)), low, high)
        assert ((decoded >= low) & (decoded <= high)).all()
        if whole:
            np.testing.assert_array_equal(cells.encode(decoded)[:, 0], drawn[:, 0])


def test_json_gives_the_same_cells():
    rng = np.random.default_rng(0)
    for values in (np.append(rng.normal(size=400), np.zeros(50)), np.repeat([1.0, 2.0], 30)):
        cells = Cells().fit(values)
        again = Cells.from_dict(json.loads(json.dumps(cells.to_dict(), allow_nan=False)))
        for name, value in vars(cells).items():
            np.testing.assert_array_equal(getattr(again, name), value)

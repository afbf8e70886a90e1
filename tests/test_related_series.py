"""SequenceSynthesizer on features that are close to one another: ranges, orders and changes of prices come back."""

import numpy as np
import pandas as pd
import pytest
from series_makers import track

from augment import SequenceSynthesizer
from augment.models import GAN, VAE, Flow, Recurrent

pytestmark = pytest.mark.slow

FAMILIES = {"flow": Flow(width=8, depth=1, n_steps=4), "vae": VAE(latent_dim=2, width=8), "gan": GAN(width=8)}
FAMILIES |= {"recurrent": Recurrent(units=8)}


def quotes(n, rng, scale=1.0):
    """Opens, highs, lows and closes (n, 4) of walks of twenty steps a day, and volumes that know how wide these are."""
    width = np.zeros(n)
    for day in range(1, n):
        width[day] = 0.95 * width[day - 1] + 0.25 * rng.normal()
    walks = rng.normal(size=(n, 20)) * 0.003 * np.exp(width)[:, None]
    paths = np.cumsum(walks.ravel()).reshape(n, 20)
    levels = np.stack([paths[:, 0], paths.max(axis=1), paths.min(axis=1), paths[:, -1]], axis=1)
    return np.column_stack([scale * np.exp(levels), np.exp(width + 0.3 * rng.normal(size=n))])


def synthesizer(model=None, **arguments):
    settings = {"window": 12, "kind": "series", "epochs": 1, "validation_fraction": 0, "verbose": 0, "random_state": 0}
    return SequenceSynthesizer(model or FAMILIES["flow"], **settings | arguments)


def wrong_sides(values):
    """How many highs are below, and lows above, opens or closes."""
    opens, highs, lows, closes = np.moveaxis(np.asarray(values)[..., :4], -1, 0)
    return np.count_nonzero((highs < np.maximum(opens, closes)) | (lows > np.minimum(opens, closes)))


def windows(values, length=12):
    return np.lib.stride_tricks.sliding_window_view(values, length, axis=0).transpose(0, 2, 1)


def ranks(values):
    return np.argsort(np.argsort(values, axis=None))


def truths(values):
    """Quantiles of changes and of ranges, the lag of changes, and how far volumes know ranges and these the next."""
    closes, ranges, volumes = np.log(values[..., 3]), np.log(values[..., 1] / values[..., 2]), values[..., 4]
    changes = np.diff(closes, axis=1)
    lag = np.corrcoef(changes[:, :-1].ravel(), changes[:, 1:].ravel())[0, 1]
    known = np.corrcoef(ranks(ranges), ranks(volumes))[0, 1]
    following = np.corrcoef(ranks(ranges[:, :-1]), ranks(ranges[:, 1:]))[0, 1]
    parts = [0.05, 0.25, 0.5, 0.75, 0.95]
    return np.quantile(np.abs(changes), parts[1:]), np.quantile(ranges, parts), np.array([lag, known, following])


@pytest.fixture(scope="module")
def prices():
    return quotes(1500, np.random.default_rng(1))


@pytest.fixture(scope="module")
def fitted(prices, one_step_here):
    return synthesizer().fit(prices)


def test_changes_ranges_and_what_volumes_know_of_them_come_back(fitted, prices):
    new, real = fitted.generate(1500), windows(prices)
    assert wrong_sides(new) == 0
    for made, wanted in zip(truths(new)[:2], truths(real)[:2], strict=True):
        assert np.allclose(made, wanted, rtol=0.15)
    assert np.allclose(truths(new)[2], truths(real)[2], atol=0.08)


def test_forecasts_go_on_from_the_last_close_and_gaps_meet_both_ends(fitted, prices):
    real = windows(prices)[::20]
    paths = fitted.generate(history=real[:, :6], horizon=12)
    assert np.array_equal(paths[:, :6], real[:, :6]) and wrong_sides(paths) == 0
    usual = np.abs(np.diff(np.log(real[..., 3]), axis=1))
    steps = np.abs(np.diff(np.log(paths[..., 3]), axis=1))
    assert 0.6 < steps[:, 5:].mean() / usual.mean() < 1.5 and steps.max() < 3 * usual.max()
    gappy = real.copy()
    gappy[:, 4:8], gappy[:, 9, 1:3] = np.nan, np.nan
    full = fitted.generate(condition=gappy)
    assert np.array_equal(full[~np.isnan(gappy)], gappy[~np.isnan(gappy)]) and wrong_sides(full) == 0
    steps = np.abs(np.diff(np.log(full[..., 3]), axis=1))[:, 3:8]
    assert 0.6 < steps.mean() / usual.mean() < 1.5


def test_a_saved_one_makes_the_same_series(fitted, tmp_path):
    fitted.save(tmp_path / "prices.augment")
    assert np.array_equal(SequenceSynthesizer.load(tmp_path / "prices.augment").generate(20), fitted.generate(20))


@pytest.mark.parametrize("family", ["vae", "gan", "recurrent"])
def test_every_family_keeps_orders_and_what_is_known(prices, family, one_step):
    model, real = synthesizer(FAMILIES[family], stride=5).fit(prices), windows(prices)[:30]
    assert model.codec_.related is not None
    new = model.generate(100)
    assert np.isfinite(new).all() and wrong_sides(new) == 0 and new.min() > 0
    paths = model.generate(history=real[:, :6], horizon=6)
    assert np.array_equal(paths[:, :6], real[:, :6]) and wrong_sides(paths) == 0


def test_what_is_below_zero_has_the_spread_of_real_changes(prices, one_step):
    values = prices.copy()
    values[:, :4] -= 2 * values[:, :4].max()
    new = synthesizer().fit(values).generate(1000)
    assert wrong_sides(new) == 0 and new[..., :4].max() < 0
    real = windows(values)
    made, wanted = (np.quantile(x[..., 1] - x[..., 2], [0.05, 0.5, 0.95]) for x in (new, real))
    assert np.allclose(made, wanted, rtol=0.2)


def test_float32_and_whole_numbers_stay_on_what_they_are(prices, one_step):
    rng = np.random.default_rng(0)
    decimals, units, constant = rng.integers(1, 1000, 1500) / 10, rng.poisson(5, 1500), np.full(1500, 0.1)
    series = np.column_stack([np.round(100 * prices[:, :4], 2), decimals, units, constant]).astype("float32")
    model = synthesizer().fit(series)
    new = model.generate(200)
    assert model.codec_.related.members == [0, 1, 2, 3]
    assert new.dtype == "float32" and wrong_sides(new) == 0
    assert np.array_equal(new[..., :4], np.round(new[..., :4].astype("float64"), 2).astype("float32"))
    assert np.array_equal(new[..., 4], np.round(new[..., 4].astype("float64"), 1).astype("float32"))
    assert np.array_equal(new[..., 5], np.rint(new[..., 5])) and (new[..., 6] == np.float32(0.1)).all()


def test_panels_say_what_is_relative_and_keep_orders(one_step):
    rng, names = np.random.default_rng(0), ["open", "high", "low", "close", "volume"]
    shares = [pd.DataFrame(quotes(60, rng, np.exp(2 * rng.normal())), columns=names) for _ in range(30)]
    frame = pd.concat(shares, keys=[f"share {i}" for i in range(30)], names=["share", "day"]).reset_index()
    model = synthesizer(window=None, entity="share", time="day").fit(frame)
    notes = {entry["column"]: entry["note"] for entry in model.codec_.report}
    assert notes["close"].startswith("between low and high") and notes["volume"] == ""
    assert "learned by its changes" in {*notes["open"].split("; "), *notes["close"].split("; ")}
    assert wrong_sides(model.generate(50)[names]) == 0
    history = frame[frame["day"] < 50]
    paths = model.generate(history=history, horizon=10)
    assert wrong_sides(paths[names]) == 0
    assert np.array_equal(paths[paths["day"] < 50][names], history[names])


def test_a_track_goes_on_from_where_it_is(one_step):
    values = track(3000, np.random.default_rng(0))
    model = synthesizer().fit(values)
    real = windows(values)[::20]
    paths = model.generate(history=real[:, :6], horizon=6)
    made, usual = (np.linalg.norm(np.diff(x, axis=1), axis=2) for x in (paths, real))
    assert 0.7 < np.median(made[:, 5:]) / np.median(usual) < 1.4 and made.max() < 3 * usual.max()

"""SequenceSynthesizer on long frames of series: a planted panel comes back, jointly and in conditions."""

import numpy as np
import pandas as pd
import pytest
from panel_makers import LEVELS, SHARES, STEPS, shops, synthesizer

from augment import SequenceSynthesizer
from augment.models import VAE, Flow, Recurrent


@pytest.fixture(scope="module")
def frame():
    return shops(800, np.random.default_rng(0))


@pytest.fixture(scope="module")
def fitted(frame):
    model = Flow(width=32, depth=1, n_steps=8)
    return synthesizer(model, static=["region", "opened"], epochs=30).fit(frame)


def by_shop(frame):
    """Region, level and slope of each shop, of a least-squares line."""
    sold = frame["sold"].to_numpy().reshape(-1, STEPS)
    slope = (sold * (np.arange(STEPS) - 4.5)).sum(axis=1) / 82.5
    return pd.DataFrame(
        {"region": frame["region"][::STEPS].to_numpy(), "slope": slope, "level": sold.mean(axis=1) - 4.5 * slope}
    )


def compare_regions(made, real):
    """Means of level and slope of each region within three errors and a quarter of a deviation, and these alike."""
    for region in LEVELS:
        own, other = (each[each["region"] == region] for each in (made, real))
        for name in ("level", "slope"):
            spread = other[name].std()
            error = spread * np.sqrt(1 / len(own) + 1 / len(other))
            assert own[name].mean() == pytest.approx(other[name].mean(), abs=3 * error + 0.25 * spread)
            assert own[name].std() == pytest.approx(spread, rel=0.35)


@pytest.mark.slow
def test_attributes_and_series_come_back_together(frame, fitted):
    new = fitted.generate(2000)
    made, real = by_shop(new), by_shop(frame)
    for region, share in SHARES.items():
        assert (made["region"] == region).mean() == pytest.approx(share, abs=0.06)
    compare_regions(made, real)
    high = made["region"][made["level"] > 3]  # and from series to attributes
    assert (high == "s").mean() > 0.9


@pytest.mark.slow
def test_frames_keep_their_form_and_get_fresh_keys_and_dates(frame, fitted):
    new = fitted.generate(50)
    assert list(new) == list(frame) and (new.dtypes == frame.dtypes).all() and len(new) == 50 * STEPS
    assert not set(new["shop"]) & set(frame["shop"]) and new["shop"].nunique() == 50
    gaps = new.groupby("shop")["day"].diff().dropna()
    assert (gaps == pd.Timedelta("1D")).all() and new["day"].between(frame["day"].min(), frame["day"].max()).all()
    assert (new.groupby("shop")[["region", "opened"]].nunique() == 1).all(axis=None)
    assert fitted.generate(50, random_state=1).equals(fitted.generate(50, random_state=1))
    assert len(fitted.generate(0)) == 0 and list(fitted.generate(0)) == list(frame)
    assert fitted.generate(0, history=frame, horizon=2).dtypes.equals(frame.dtypes)


@pytest.mark.slow
def test_conditions_on_attributes_hold_row_by_row(frame, fitted):
    made = by_shop(fitted.generate(600, condition={"region": "s"}))
    compare_regions(pd.concat([made, by_shop(frame)[lambda each: each["region"] != "s"]]), by_shop(frame))
    asked = pd.DataFrame({"shop": range(900, 960), "region": ["w", None, "n"] * 20})
    new = fitted.generate(condition=asked)
    first = new.groupby("shop", sort=False).first()
    assert first.index.tolist() == list(range(900, 960))
    assert (first["region"][::3] == "w").all() and (first["region"][2::3] == "n").all()
    early = fitted.generate(80, condition={"region": ["n", "w"], "opened": ("2015-01-01", "2015-12-31")})
    assert set(early["region"]) == {"n", "w"} and (early["opened"] < "2016").all()
    assert early["shop"].nunique() == 80


@pytest.mark.slow
def test_forecasts_begin_with_the_history_and_follow_it(fitted):
    test = shops(200, np.random.default_rng(7))
    step = test.groupby("shop").cumcount()
    paths = fitted.generate(history=test[step < 7].sample(frac=1, random_state=0), horizon=3)
    paths = paths.sort_values(["shop", "day"], ignore_index=True)
    same = ["shop", "day", "region", "opened"]
    pd.testing.assert_frame_equal(paths[same], test[same])
    pd.testing.assert_frame_equal(paths[step < 7], test[step < 7], check_exact=True)
    wrong = (paths["sold"] - test["sold"])[step == 7].to_numpy()
    ahead = test["sold"][step == 7].to_numpy() - test["sold"][step == 6].to_numpy()
    # two draws of one step's noise, .3 * .8 * sqrt(2) = .34, and what is not known of level and slope
    assert np.sqrt(np.mean(wrong**2)) < 0.5 and abs(np.mean(wrong)) < 0.1 and np.std(ahead) > 0.2
    long = fitted.generate(history=test[step < 7], horizon=12)
    assert long.groupby("shop").size().unique().tolist() == [19]
    assert (long.groupby("shop")["day"].diff().dropna() == pd.Timedelta("1D")).all()


@pytest.mark.slow
def test_missing_cells_are_filled_attributes_by_the_series_too(fitted):
    test = shops(200, np.random.default_rng(8))
    holes, rng = test.copy(), np.random.default_rng(0)
    holes.loc[rng.random(len(test)) < 0.3, "sold"] = np.nan
    unknown = np.repeat(rng.random(200) < 0.5, STEPS)
    holes.loc[unknown, "region"] = None
    full = fitted.generate(condition=holes)
    assert not full.isna().any(axis=None) and (full.dtypes == test.dtypes).all()
    known = holes["sold"].notna()
    assert (full["sold"][known] == test["sold"][known]).all() and (full["day"] == test["day"]).all()
    assert (full["region"][~unknown] == test["region"][~unknown]).all()
    assert (full["region"][unknown] == test["region"][unknown]).mean() > 0.85  # .5 without the series
    assert np.std((full["sold"] - test["sold"])[~known]) < 0.6
    part = fitted.generate(condition=holes[["shop", "day", "sold"]])
    assert not part.isna().any(axis=None) and list(part) == list(test)


@pytest.mark.slow
def test_scores_prefer_what_was_fitted(frame, fitted):
    fresh = shops(200, np.random.default_rng(5))
    assert fitted.score(fresh) > fitted.score(fresh.assign(sold=fresh["sold"].to_numpy()[::-1]))


@pytest.mark.slow
@pytest.mark.parametrize("model", ["vae", Recurrent(units=32, learning_rate=0.01)])
def test_all_families_put_series_where_their_attributes_say(model, frame):
    learned = synthesizer(model, epochs=3).fit(frame[["shop", "day", "region", "sold"]])
    made, real = by_shop(learned.generate(800)), by_shop(frame)
    for region in LEVELS:
        own, other = (each[each["region"] == region] for each in (made, real))
        assert own["level"].mean() == pytest.approx(other["level"].mean(), abs=0.25)
        assert own["slope"].mean() == pytest.approx(other["slope"].mean(), abs=0.04)
    if isinstance(model, Recurrent):
        mixed = frame.assign(region=np.roll(frame["region"], 7 * STEPS))
        columns = ["shop", "day", "region", "sold"]
        assert learned.score(frame[columns]) > learned.score(mixed[columns]) + 1
        assert learned.score_samples(frame[columns]).shape == (800,)


def spread_of_shapes(series):
    """How far series, each over its standard deviation, are from their medians."""
    shapes = series / series.std(axis=1, keepdims=True)
    return np.median(np.std(shapes - np.median(shapes, axis=0), axis=1))


@pytest.mark.slow
def test_shapes_of_series_of_any_size_are_learned_where_each_is_scaled():
    rng = np.random.default_rng(0)
    shapes = np.sin(np.arange(12)) + 0.1 * rng.normal(size=(300, 12))  # of both signs, where no logarithm helps
    series = (10 ** rng.uniform(1, 4, (300, 1)) * shapes)[..., None]
    spreads = {}
    for scaling in (False, "auto"):
        options = {"kind": "series", "scaling": scaling, "epochs": 12, "verbose": 0, "random_state": 0}
        made = SequenceSynthesizer(VAE(width=16, latent_dim=8), **options).fit(series).generate(500)[..., 0]
        spreads[scaling] = spread_of_shapes(made)
        assert made.min() >= series.min() and made.max() <= series.max()
    assert spreads["auto"] == pytest.approx(spread_of_shapes(shapes), abs=0.02)
    assert spreads[False] > spreads["auto"] + 0.05

"""SequenceSynthesizer on long frames of series: a planted panel comes back, forms are kept, bad input is named."""

import pickle
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone

from augment import SequenceSynthesizer
from augment.models import Flow, Recurrent

LEVELS, SLOPES, SHARES = {"n": 0.0, "s": 4.0, "w": 1.0}, {"n": 0.1, "s": -0.2, "w": 0.3}, {"n": 0.5, "s": 0.3, "w": 0.2}
STEPS = 10


def shops(n, rng):
    """Shops whose level and slope follow their region, and whose noise, an AR(1) of .6, is as large in all."""
    region = rng.choice(list(SHARES), n, p=list(SHARES.values()))
    level = np.array([LEVELS[each] for each in region]) + 0.5 * rng.normal(size=n)
    slope = np.array([SLOPES[each] for each in region]) + 0.05 * rng.normal(size=n)
    noise = rng.normal(size=(n, STEPS))
    for step in range(1, STEPS):
        noise[:, step] = 0.6 * noise[:, step - 1] + 0.8 * noise[:, step]
    sold = level[:, None] + slope[:, None] * np.arange(STEPS) + 0.3 * noise
    start = rng.integers(0, 20, n)
    shop, step = np.repeat(np.arange(n), STEPS), np.tile(np.arange(STEPS), n)
    return pd.DataFrame(
        {
            "shop": shop + 100,
            "day": pd.date_range("2024-01-01", periods=40, tz="Europe/Rome")[start[shop] + step],
            "region": region[shop],
            "opened": (pd.Timestamp("2015-01-01") + pd.to_timedelta(rng.integers(0, 900, n), unit="D"))[shop],
            "sold": sold.ravel().round(3),
            "count": rng.poisson(np.exp(sold.ravel() / 4)),
        }
    )


def synthesizer(model=None, **arguments):
    settings = {"kind": "series", "entity": "shop", "time": "day", "epochs": 1, "verbose": 0, "random_state": 0}
    return SequenceSynthesizer(model or Flow(width=8, depth=1, n_steps=2), **settings | arguments)


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


def test_frames_keep_their_form_and_get_fresh_keys_and_dates(frame, fitted):
    new = fitted.generate(50)
    assert list(new) == list(frame) and (new.dtypes == frame.dtypes).all() and len(new) == 50 * STEPS
    assert not set(new["shop"]) & set(frame["shop"]) and new["shop"].nunique() == 50
    gaps = new.groupby("shop")["day"].diff().dropna()
    assert (gaps == pd.Timedelta("1D")).all() and new["day"].between(frame["day"].min(), frame["day"].max()).all()
    assert (new.groupby("shop")[["region", "opened"]].nunique() == 1).all(axis=None)
    assert fitted.generate(50, random_state=1).equals(fitted.generate(50, random_state=1))
    assert len(fitted.generate(0)) == 0 and list(fitted.generate(0)) == list(frame)


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


def test_scores_prefer_what_was_fitted(frame, fitted):
    fresh = shops(200, np.random.default_rng(5))
    assert fitted.score(fresh) > fitted.score(fresh.assign(sold=fresh["sold"].to_numpy()[::-1]))


@pytest.mark.slow
@pytest.mark.parametrize("model", ["vae", "gan", Recurrent(units=32, learning_rate=0.01)])
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


# forms --------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def quick(frame, one_step_here):
    return synthesizer().fit(frame[: 40 * STEPS])


def test_saved_cloned_and_pickled_ones_make_the_same_rows(quick, frame, tmp_path):
    quick.save(tmp_path / "shops.augment")
    new = quick.generate(20)
    assert SequenceSynthesizer.load(tmp_path / "shops.augment").generate(20).equals(new)
    assert pickle.loads(pickle.dumps(quick)).generate(20).equals(new)
    assert clone(quick).fit(frame[: 40 * STEPS]).generate(20).equals(new)
    assert quick.kind_ == "series"


def test_polars_frames_of_gaps_lengths_and_booleans(frame, one_step):
    given = frame[: 40 * STEPS].drop(index=[3, 17, 58, 90, 91, 92]).assign(open=lambda each: each["count"] > 1)
    learned = synthesizer(static=["region", "opened"]).fit(pl.from_pandas(given))
    new = learned.generate(60)
    assert isinstance(new, pl.DataFrame) and new.schema == pl.from_pandas(given).schema
    lengths = new.group_by("shop").len()["len"]
    assert lengths.min() > 0 and lengths.max() <= STEPS


def test_irregular_times_go_on(frame, one_step):
    gaps = 1 + np.random.default_rng(0).exponential(3, 40 * STEPS).round(2)
    given = frame[: 40 * STEPS].assign(day=gaps.cumsum())
    learned = synthesizer().fit(given)
    new = learned.generate(30)
    gaps = new.groupby("shop")["day"].diff().dropna()
    real = given.groupby("shop")["day"].diff().dropna()
    assert gaps.min() >= real.min() - 0.01 and gaps.max() <= real.max() + 0.01 and gaps.nunique() > 50
    paths = learned.generate(history=given[:STEPS], horizon=4)
    assert paths["day"].is_monotonic_increasing and len(paths) == STEPS + 4
    assert np.array_equal(paths[:STEPS]["day"], given[:STEPS]["day"])


def test_what_ends_at_one_time_goes_on_from_there_and_lacks_rows_at_times(frame, one_step):
    given = frame[: 40 * STEPS].drop(columns=["opened", "count"])
    given["day"] = np.tile(np.arange(STEPS), 40)
    given = given[given["day"] >= given["shop"] % 4].drop(index=[16, 45, 77])
    learned = synthesizer().fit(given)
    new = learned.generate(50)
    assert (new.groupby("shop")["day"].max() <= STEPS - 1).all() and new["shop"].nunique() == 50
    assert (new.groupby("shop")["day"].max() == STEPS - 1).mean() > 0.8
    paths = learned.generate(history=given, horizon=3)
    old = paths["day"] < STEPS
    pd.testing.assert_frame_equal(paths[old].reset_index(drop=True), given.reset_index(drop=True))
    assert paths["day"][~old].tolist() == [STEPS, STEPS + 1, STEPS + 2] * 40


def test_arrays_and_frames_are_scaled_where_sizes_are_far_apart(one_step):
    rng = np.random.default_rng(0)
    sizes = 10 ** rng.uniform(0, 4, 60)
    sold = (sizes[:, None] * (2 + np.sin(np.arange(8)) + 0.1 * rng.normal(size=(60, 8))))[..., None]
    options = {"kind": "series", "epochs": 1, "verbose": 0, "random_state": 0}
    learned = SequenceSynthesizer(Flow(width=8, depth=1, n_steps=2), **options).fit(sold)
    new = learned.generate(40)
    assert learned.codec_.scaled.scaled == [0] and new.shape == (40, 8, 1) and new.min() >= sold.min()
    paths = learned.generate(history=sold[:, :5], horizon=3)
    assert np.array_equal(paths[:, :5], sold[:, :5])
    assert np.median(paths[:, 5:] / sold[:, 5:]) == pytest.approx(1, abs=0.3)
    off = SequenceSynthesizer(Flow(width=8, depth=1, n_steps=2), scaling=False, **options).fit(sold)
    assert off.codec_.scaled is None


def test_constant_series_need_no_model(one_step):
    given = pd.DataFrame({"shop": [1, 1, 2, 2], "day": [1, 2, 1, 2], "sold": 3.0})
    learned = synthesizer(static=[]).fit(given)
    assert learned.generate(3)["sold"].tolist() == [3.0] * 6
    assert learned.generate(history=given, horizon=2)["day"].tolist() == [1, 2, 3, 4] * 2


# bad input ----------------------------------------------------------------------------------------------------------


def refused(message, call, *args, error=ValueError, **arguments):
    with pytest.raises(error, match=message):
        call(*args, **arguments)


def test_fit_refuses_what_is_no_panel(frame):
    few = frame[: 4 * STEPS]
    refused("needs entity=", synthesizer(entity=None).fit, few)
    refused("window= is for arrays", synthesizer(window=5).fit, few)
    refused("entity='store': there is no such column", synthesizer(entity="store").fit, few)
    refused("rows of 1 entity", synthesizer().fit, few[:STEPS])
    refused("'what' varies over time and holds no numbers", synthesizer().fit, few.assign(what=list("ab") * 20))
    refused("several rows of the same time", synthesizer().fit, few.assign(day=few["day"].iloc[0]))
    refused("static must be None or a list", synthesizer(static="region").fit, few, error=TypeError)
    refused("have no y", synthesizer().fit, few, np.zeros(4))
    refused("scaling must be", synthesizer(scaling="log").fit, few)


def test_generate_refuses_what_was_not_fitted(quick, frame):
    few = frame[: 4 * STEPS]
    refused("'north'", quick.generate, 5, condition={"region": "north"})
    refused("what tells of an entity as a whole.*'sold'", quick.generate, 5, condition={"sold": 3.0})
    refused("a dict or a frame", quick.generate, condition=[1], error=TypeError)
    refused("missing are 'sold'", quick.generate, history=few.drop(columns="sold"), horizon=2)
    refused("not known are 'odd'", quick.generate, history=few.assign(odd=1), horizon=2)
    refused("'odd'", quick.generate, condition=few.assign(odd=1))
    refused("go together", quick.generate, history=few)
    refused("horizon must be", quick.generate, history=few, horizon=0)
    refused("4 entities, and 7 are asked for", quick.generate, 7, history=few, horizon=2)
    later = few.assign(day=few["day"] + pd.to_timedelta(range(40), "h"))
    refused("fitted frequency, every day", quick.generate, history=later, horizon=1)
    refused("'count' of history has missing", quick.generate, history=few.assign(count=[None, *[1.0] * 39]), horizon=2)
    refused("differs between rows", quick.generate, condition=few.assign(region=list("nw") * 20))
    refused("3 steps|must have 10 steps", quick.generate, condition=few.groupby("shop").head(3))
    refused("some of column 'shop' occur twice", quick.generate, condition=pd.DataFrame({"shop": [1, 1]}))
    refused("prompt is not for", quick.generate, 2, prompt="a")
    refused("history has no rows", quick.generate, history=few[:0], horizon=1)
    refused("condition has no rows", quick.generate, condition=few[:0])
    refused("3 entities need as many keys", quick.generate, 3, condition={"shop": 5})


def test_single_rows_do_not_tell_when_another_follows(one_step):
    single = pd.DataFrame({"shop": range(20), "day": range(20), "sold": np.random.default_rng(0).normal(size=20)})
    refused("one row each", synthesizer(static=[]).fit(single).generate, history=single, horizon=1)
    single = single.drop(columns="day")
    paths = synthesizer(time=None, static=[]).fit(single).generate(history=single, horizon=2)
    assert (paths.groupby("shop")["sold"].first().to_numpy() == single["sold"]).all() and len(paths) == 60


def test_given_values_come_back_to_the_last_digit(one_step):
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"shop": np.repeat(np.arange(12), 5), "day": np.tile(np.arange(5), 12)})
    frame["region"] = np.repeat(list("ns"), 30)
    frame["big"] = pd.array(rng.integers(2**60, 2**62, 60), "Int64")
    frame["paid"] = [Decimal(int(each)).scaleb(-4) for each in rng.integers(10**17, 10**18, 60)]
    quick = synthesizer().fit(frame)
    begun = frame.groupby("shop").head(3).reset_index(drop=True)
    paths = quick.generate(history=begun, horizon=2)
    pd.testing.assert_frame_equal(paths.groupby("shop").head(3).reset_index(drop=True), begun, check_exact=True)
    known = rng.random(60) < 0.7
    full = quick.generate(condition=frame.assign(big=frame["big"].where(known)))
    assert (full["big"][known] == frame["big"][known]).all() and not full["big"].isna().any()
    assert full["paid"].tolist() == frame["paid"].tolist()


def test_values_that_the_fitted_type_does_not_hold_are_named(one_step):
    frame = pd.DataFrame({"shop": np.repeat(np.arange(12), 5), "day": np.tile(np.arange(5), 12)})
    frame["n"], frame["open"] = (np.arange(60) % 128).astype("int8"), np.arange(60) % 3 == 0
    quick = synthesizer().fit(frame)
    for name, value in {"n": 0.5, "open": 2}.items():
        with pytest.raises(ValueError, match=f"{name!r} has the value {value}, which the type"):
            quick.generate(history=frame.assign(**{name: value}), horizon=1)
    with pytest.raises(ValueError, match="'n' has the value 300, which the type"):
        quick.generate(history=frame.assign(n=300), horizon=1)
    assert (quick.generate(history=frame.assign(n=127.0), horizon=1)["n"].max()) == 127

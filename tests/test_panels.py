"""SequenceSynthesizer on long frames of series: forms are kept, and bad input is named."""

import pickle
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pytest
from panel_makers import STEPS, shops, synthesizer
from sklearn.base import clone

from augment import SequenceSynthesizer
from augment.models import Flow


@pytest.fixture(scope="module")
def frame():
    return shops(40, np.random.default_rng(0))


@pytest.fixture(scope="module")
def quick(frame, one_step_here):
    return synthesizer().fit(frame)


def test_saved_cloned_and_pickled_ones_make_the_same_rows(quick, frame, tmp_path):
    quick.save(tmp_path / "shops.augment")
    new = quick.generate(20)
    assert SequenceSynthesizer.load(tmp_path / "shops.augment").generate(20).equals(new)
    assert pickle.loads(pickle.dumps(quick)).generate(20).equals(new)
    assert clone(quick).fit(frame).generate(20).equals(new)
    assert quick.kind_ == "series"


def test_polars_frames_of_gaps_lengths_and_booleans(frame, one_step):
    given = frame.drop(index=[3, 17, 58, 90, 91, 92]).assign(open=lambda each: each["count"] > 1)
    learned = synthesizer(static=["region", "opened"]).fit(pl.from_pandas(given))
    new = learned.generate(60)
    assert isinstance(new, pl.DataFrame) and new.schema == pl.from_pandas(given).schema
    lengths = new.group_by("shop").len()["len"]
    assert lengths.min() > 0 and lengths.max() <= STEPS


def test_irregular_times_go_on(frame, one_step):
    gaps = 1 + np.random.default_rng(0).exponential(3, 40 * STEPS).round(2)
    given = frame.assign(day=gaps.cumsum())
    learned = synthesizer().fit(given)
    new = learned.generate(30)
    gaps = new.groupby("shop")["day"].diff().dropna()
    real = given.groupby("shop")["day"].diff().dropna()
    assert gaps.min() >= real.min() - 0.01 and gaps.max() <= real.max() + 0.01 and gaps.nunique() > 50
    paths = learned.generate(history=given[:STEPS], horizon=4)
    assert paths["day"].is_monotonic_increasing and len(paths) == STEPS + 4
    assert np.array_equal(paths[:STEPS]["day"], given[:STEPS]["day"])


def test_what_ends_at_one_time_goes_on_from_there_and_lacks_rows_at_times(frame, one_step):
    given = frame.drop(columns=["opened", "count"])
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


def test_an_adversarial_game_judges_itself(frame, one_step):
    learned = synthesizer("gan").fit(frame)
    assert "val_error" in learned.history_ and len(learned.generate(3)) == 3 * STEPS


def test_constant_series_need_no_model(one_step):
    given = pd.DataFrame({"shop": [1, 1, 2, 2], "day": [1, 2, 1, 2], "sold": 3.0, "size": list("aabb")})
    learned = synthesizer(static=[]).fit(given.drop(columns="size"))
    assert learned.generate(3)["sold"].tolist() == [3.0] * 6
    assert learned.generate(history=given.drop(columns="size"), horizon=2)["day"].tolist() == [1, 2, 3, 4] * 2
    learned = synthesizer(static=["size"]).fit(given)
    new = learned.generate(20)
    assert set(new["size"]) == {"a", "b"} and set(new["sold"]) == {3.0} and learned.score(given) <= 0


@pytest.mark.slow
def test_single_rows_are_made_and_do_not_go_on(frame, one_step):
    given = frame.groupby("shop").head(1)
    learned = synthesizer().fit(given)
    new = learned.generate(30)
    assert new["shop"].nunique() == len(new) == 30 and (new.dtypes == given.dtypes).all()
    with pytest.raises(ValueError, match="have one row each, which do not tell when another follows"):
        learned.generate(history=given, horizon=2)
    learned = synthesizer(time=None).fit(given.drop(columns="day"))
    assert len(learned.generate(history=given.drop(columns="day"), horizon=2)) == 120


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


@pytest.mark.slow
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

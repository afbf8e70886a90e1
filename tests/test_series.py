"""SequenceSynthesizer on series: planted effects come back, forms are kept, bad input is named."""

import numpy as np
import pytest

from augment import SequenceSynthesizer
from augment.models import Flow
from augment.synthesizers.splitting import split


def ar1(n, length, rho, rng):
    """Stationary AR(1) of unit innovations (n, length)."""
    x = rng.normal(size=n) / np.sqrt(1 - rho**2)
    steps = [x]
    for _ in range(length - 1):
        steps.append(rho * steps[-1] + rng.normal(size=n))
    return np.stack(steps, axis=1)


def synthesizer(**arguments):
    settings = {"model": Flow(width=16, depth=1, n_steps=8), "epochs": 4, "verbose": 0, "random_state": 0}
    return SequenceSynthesizer(**settings | arguments)


@pytest.fixture(scope="module")
def fitted():
    """Two channels: an AR(1) of .7, and the same two steps later with noise; classes differ in level by 3."""
    rng = np.random.default_rng(0)
    base, labels = ar1(3000, 14, 0.7, rng), rng.integers(2, size=3000)
    late = base[:, :12] + 0.5 * rng.normal(size=(3000, 12))
    series = np.stack([base[:, 2:], late], axis=-1) + 3 * labels[:, None, None]
    return synthesizer(epochs=10, validation_fraction=0).fit(series, labels), series, labels


def quick(**arguments):
    """Of hardly any steps, where what is learned is not the subject."""
    return synthesizer(**{"model": Flow(width=8, depth=1, n_steps=2), "epochs": 1} | arguments)


def within(x):
    return x - x.mean(axis=(0, 1))


def lagged(x, y, lag):
    """Regression coefficient of y on what x was `lag` steps before."""
    before, after = x[:, : x.shape[1] - lag].ravel(), y[:, lag:].ravel()
    return before @ after / (before @ before)


@pytest.mark.slow
def test_autocorrelation_lag_and_class_come_back(fitted):
    new, labels = fitted[0].generate(3000)
    assert new.shape == (3000, 12, 2) and 0.45 < labels.mean() < 0.55
    for label in (0, 1):
        part = within(new[labels == label])
        # standard error of a coefficient: sqrt(1 - .49) / sqrt(1500 * 11) = .006; that of the lagged one less
        assert lagged(part[..., 0], part[..., 0], 1) == pytest.approx(0.7, abs=0.04)
        assert lagged(part[..., 0], part[..., 1], 2) == pytest.approx(1.0, abs=0.06)
    gap = new[labels == 1].mean(axis=(0, 1)) - new[labels == 0].mean(axis=(0, 1))
    assert np.allclose(gap, 3, atol=0.3)


@pytest.mark.slow
def test_classes_are_asked_for(fitted):
    new, labels = fitted[0].generate(y=[1, 0] * 200)
    assert labels.tolist() == [1, 0] * 200
    assert new[::2].mean() - new[1::2].mean() == pytest.approx(3, abs=0.4)


@pytest.mark.slow
def test_forecasts_have_the_right_mean_and_spread():
    series = ar1(4000, 10, 0.7, np.random.default_rng(0))
    history = np.array([0.5, -1.0, 0.0, 1.0, 2.0])
    paths = synthesizer(kind="series", validation_fraction=0).fit(series).generate(4000, history=history, horizon=3)
    assert paths.shape == (4000, 8) and (paths[:, :5] == history).all()
    ahead = np.arange(1, 4)
    spread = np.sqrt((1 - 0.49**ahead) / (1 - 0.49))
    assert np.allclose(paths[:, 5:].mean(axis=0), 2 * 0.7**ahead, atol=0.15)  # of a regression on 4,000: about .03
    assert np.allclose(paths[:, 5:].std(axis=0), spread, atol=0.1)


@pytest.mark.slow
def test_gaps_are_filled_from_both_sides(fitted):
    synthesizer, series, labels = fitted
    gaps = series[:300].copy()
    gaps[:, 5, 0] = np.nan
    full, _ = synthesizer.generate(condition=gaps, y=labels[:300])
    there = ~np.isnan(gaps)
    assert np.array_equal(full[there], gaps[there]) and not np.isnan(full).any()
    # neighbours tell a value of an AR(1) with precision 1 + .49, the late channel with 4; a draw has twice the variance
    error = (full - series[:300])[:, 5, 0].std()
    assert error == pytest.approx(np.sqrt(2 / 5.49), abs=0.12)


@pytest.mark.slow
def test_score_prefers_series_like_the_fitted_ones(fitted):
    model, series, labels = fitted
    own = model.score(series[:500], labels[:500])
    assert own > model.score(series[:500, ::-1], labels[:500]) + 0.1
    ones = series[labels == 1][:300]
    assert model.score(ones, [1] * 300) > model.score(ones, [0] * 300) + 1
    assert model.score(series[:500]) == model.score(series[:500]) and not hasattr(model, "score_samples")
    with pytest.raises(AttributeError) as raised:
        _ = model.score_samples
    assert "cannot tell how likely a sequence is; take model='recurrent'" in str(raised.value.__cause__)
    for other, message in [(series[..., :1], "X has 1 features; 2 were"), (series[:, :9], "must have 12 steps each")]:
        with pytest.raises(ValueError, match=message):
            model.score(other[:20])


@pytest.mark.usefixtures("one_step")
def test_a_longer_horizon_goes_on_window_by_window():
    series = np.random.default_rng(0).normal(size=(30, 6, 2)).cumsum(axis=1)
    model = quick().fit(series)
    paths = model.generate(5, history=series[:2], horizon=17)
    assert paths.shape == (5, 23, 2)
    assert np.array_equal(paths[:, :6], series[[0, 1, 0, 1, 0]])
    assert len(model.generate(0, history=series[:2], horizon=17)) == len(model.generate(0, condition=series[:2])) == 0
    assert paths[:, 6:].min() >= series.min() and paths[:, 6:].max() <= series.max()


@pytest.mark.usefixtures("one_step")
def test_series_of_a_single_step_go_on():
    series = np.random.default_rng(0).normal(size=(30, 1, 2))
    paths = quick().fit(series).generate(5, history=series[:1], horizon=3)
    assert paths.shape == (5, 4, 2) and (paths[:, 0] == series[0, 0]).all()


@pytest.mark.usefixtures("one_step")
def test_forms_come_back(tmp_path):
    rng = np.random.default_rng(0)
    whole = rng.integers(0, 50, (20, 4, 2)).astype("int16")
    new = quick().fit(whole).generate(7)
    assert new.shape == (7, 4, 2) and new.dtype == "int16" and new.min() >= 0 and new.max() <= 49
    flat = quick(kind="series").fit(whole[..., 0]).generate(3)
    assert flat.shape == (3, 4)
    uneven = [rng.normal(size=(length, 2)).astype("float32") for length in [1, 3, 6] * 8]
    model = quick().fit(uneven, np.arange(24) % 3)
    new, labels = model.generate(9)
    assert isinstance(new, list) and {len(part) for part in new} <= {1, 3, 6} and labels.shape == (9,)
    assert all(part.dtype == "float32" and part.shape[1] == 2 for part in new)
    paths, _ = model.generate(history=uneven[:3], horizon=4, y=[0, 1, 2])
    assert [len(path) for path in paths] == [5, 7, 10]
    paths, _ = model.generate(history=[uneven[2][:length] for length in (1, 3, 4, 6)], horizon=1)
    assert [len(path) for path in paths] == [2, 4, 5, 7]  # no fitted series has 2, 4 or 5 steps
    gaps = [np.where(np.arange(length)[:, None] == 1, np.nan, uneven[2][:length]) for length in (2, 4, 5)]
    filled, _ = model.generate(condition=gaps)
    assert [len(part) for part in filled] == [2, 4, 5] and not any(np.isnan(part).any() for part in filled)
    model.save(tmp_path / "uneven")
    again = SequenceSynthesizer.load(tmp_path / "uneven").generate(9)
    assert all(np.array_equal(*pair) for pair in zip(again[0], new, strict=True))


@pytest.mark.usefixtures("one_step")
def test_missing_values_are_generated_and_filled():
    rng = np.random.default_rng(0)
    series = rng.normal(size=(60, 5, 2))
    series[:, :, 1][rng.random((60, 5)) < 0.4] = np.nan
    model = quick().fit(series)
    new = model.generate(200)
    assert not np.isnan(new[..., 0]).any() and 0.3 < np.isnan(new[..., 1]).mean() < 0.5
    assert not np.isnan(model.generate(condition=series)).any()


@pytest.mark.usefixtures("one_step")
def test_masked_values_are_missing():
    series = np.ma.masked_array(np.random.default_rng(0).normal(size=(60, 5, 1)), np.zeros((60, 5, 1), bool))
    series[:30, 2] = np.ma.masked
    series.data[:30, 2] = 99
    model = quick().fit(series)
    assert np.isnan(model.generate(200)[:, 2]).any() and np.nanmax(model.generate(200)) < 9
    filled = model.generate(condition=series[:3])
    assert (np.abs(filled) < 9).all() and np.array_equal(filled[:, :2], series.data[:3, :2])


@pytest.mark.usefixtures("one_step")
def test_what_is_given_stays_as_it_is_where_the_fitted_type_cannot_hold_it():
    model = quick(kind="series").fit(np.random.default_rng(0).integers(0, 200, (30, 4)).astype("uint8"))
    given = np.array([[1.5, -3, 300, np.nan]])
    assert model.generate(condition=given)[0, :3].tolist() == [1.5, -3, 300]
    assert model.generate(condition=np.array([[1, 7, 200, np.nan]])).dtype == "uint8"


@pytest.mark.slow
@pytest.mark.usefixtures("one_step")
def test_one_long_series_is_cut_into_windows(tmp_path):
    series = np.arange(100.0).reshape(50, 2)
    model = quick(window=6, stride=2).fit(series[None])
    assert model.generate().shape == (23, 6, 2)
    model.save(tmp_path / "windows")
    again = SequenceSynthesizer.load(tmp_path / "windows")
    assert again.score(series[None]) == model.score(series[None])
    assert quick(window=6, kind="series").fit(series[:, 0]).generate(4).shape == (4, 6)
    assert quick(window=6, kind="series").fit(series).generate(4, history=series[-3:], horizon=9).shape == (4, 12, 2)


@pytest.mark.usefixtures("one_step")
def test_training_looks_for_series_learned_by_heart():
    series = np.random.default_rng(0).normal(size=(250, 3, 1))
    assert 0 < quick().fit(series).history_["nearer_share"][0] < 1


@pytest.mark.usefixtures("one_step")
def test_constant_series_need_no_model():
    model = quick().fit(np.full((4, 3, 2), 7))
    assert model.model_ is None and (model.generate(5) == 7).all() and model.generate(5).dtype == int
    model = quick(model="recurrent").fit(np.full((4, 3, 2), 7), ["a", "b", "b", "b"])
    assert np.allclose(model.score_samples(np.full((2, 3, 2), 7), ["a", "b"]), np.log([0.25, 0.75]))
    assert model.score_samples(np.full((2, 3, 2), 7)).tolist() == [0, 0] and len(model.score_samples([])) == 0


def test_windows_that_validate_share_no_steps_with_those_that_are_learned():
    starts = np.arange(0, 1000, 2)
    learn, check = split(starts[:, None], 0.1, np.random.default_rng(0), overlap=4)  # windows of 9 or 10 steps
    assert 50 <= len(check) <= 60 and np.abs(learn - check.T).min() > 2 * 4 and len(learn) > 380


@pytest.mark.parametrize(
    ("X", "arguments", "error", "message"),
    [
        (np.zeros((1, 5, 2)), {}, ValueError, "1 series while a minimum of 2 is required .* needs window="),
        ([np.zeros((0, 2)), np.zeros((3, 2))], {}, ValueError, "Series 0 of X has no values"),
        ([np.zeros((2, 2)), np.zeros((3, 3))], {}, ValueError, r"must have the same features; they have \[2, 3\]"),
        (np.full((3, 4, 1), np.inf), {}, ValueError, "Series 0 of X has infinite values"),
        ([["a", "b"], ["c"]], {"kind": "series"}, TypeError, "Series 0 of X must hold numbers; it holds <U1"),
        (np.zeros((2, 3, 1), complex), {"kind": "series"}, TypeError, "it holds complex128"),
        (np.zeros(9), {"kind": "series"}, ValueError, "X is one series: give window="),
        (np.zeros((2, 3, 4, 1)), {"kind": "series"}, ValueError, "each of its series has 3 axes, expected 1 or 2"),
        (np.zeros((9, 2)), {"kind": "series", "window": 10}, ValueError, "has 9 steps, fewer than window=10"),
        (np.zeros((9, 2)), {"kind": "series", "window": 0}, ValueError, "window must be an integer of at least 1"),
        (np.zeros((9, 2)), {"kind": "series", "window": 3, "stride": 0}, ValueError, "stride must be an integer"),
    ],
)
def test_bad_series_are_named(X, arguments, error, message):
    with pytest.raises(error, match=message):
        quick(**arguments).fit(X)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"history": np.zeros((3, 2))}, "history and horizon go together"),
        ({"horizon": 3}, "history and horizon go together"),
        ({"history": np.zeros((3, 2)), "horizon": 0}, "horizon must be an integer of at least 1"),
        ({"history": np.zeros((3, 5)), "horizon": 1}, "history has 5 features; 2 were fitted"),
        ({"condition": np.zeros((1, 13, 2))}, "has 13 steps; 12 at most were fitted"),
        ({"condition": np.zeros((1, 3, 2))}, "must have 12 steps each"),
        ({"condition": np.zeros((2, 12, 2)), "n_samples": 1}, "condition has 2 series, and 1 are asked for"),
        ({"prompt": "a"}, "prompt is not for sequences of the kind 'series'"),
    ],
)
def test_bad_questions_are_named(arguments, message):
    constant = quick().fit(np.full((4, 12, 2), 7.0))  # which needs no network
    with pytest.raises(ValueError, match=message):
        constant.generate(**arguments)

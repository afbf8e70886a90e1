"""Labels of series: levels, spreads, shapes and autocorrelations of each class are right after hardly any training."""

import numpy as np
import pytest

from augment import SequenceSynthesizer
from augment.models import GAN, VAE, Flow, Recurrent

FAMILIES = {
    "flow": Flow(width=8, depth=1, n_steps=6),
    "gan": GAN(width=8),
    "recurrent": Recurrent(units=8),
    "vae": VAE(latent_dim=4, width=8),
}
LEVELS, RHOS = np.array([0.0, 4.0, 1.0]), np.array([0.8, -0.3])
LENGTH = 8


def levels(n, seed=0):
    """Series (n, 8, 1) of three classes, whose levels are 0, 4 and 1, with noise of .5."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(3, size=n)
    return LEVELS[labels][:, None, None] + 0.5 * rng.normal(size=(n, LENGTH, 1)), labels


def autocorrelated(n, seed=0):
    """Series (n, 8, 1) of variance 1 whose classes differ in the coefficient of an AR(1) alone."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(2, size=n)
    rho, steps = RHOS[labels], [rng.normal(size=n)]
    for _ in range(LENGTH - 1):
        steps.append(rho * steps[-1] + np.sqrt(1 - rho**2) * rng.normal(size=n))
    return np.stack(steps, axis=1)[..., None], labels


def coefficient(series):
    """Regression coefficient of each step on the one before."""
    before, after = series[:, :-1].ravel(), series[:, 1:].ravel()
    return before @ after / (before @ before)


def fitted(family, series, labels, **arguments):
    settings = {"epochs": 2, "validation_fraction": 0, "verbose": 0, "random_state": 0}
    return SequenceSynthesizer(FAMILIES[family], kind="series", **settings | arguments).fit(series, labels)


@pytest.fixture(scope="module", params=FAMILIES)
def by_level(request):
    return fitted(request.param, *levels(600))


@pytest.mark.slow
def test_levels_and_spreads_of_classes_come_back(by_level):
    series, labels = by_level.generate(y=np.repeat([0, 1, 2], 400))
    for label, level in enumerate(LEVELS):
        own = series[labels == label]
        # standard errors of fit and draw: .5 * sqrt(1 / 1600 + 1 / 3200) = .015
        assert own.mean() == pytest.approx(level, abs=0.1)
        assert own.std() == pytest.approx(0.5, abs=0.15)


@pytest.mark.slow
def test_series_are_continued_and_filled_as_their_class_is(by_level):
    given, labels = levels(200, seed=1)
    paths, _ = by_level.generate(history=given[:, :4], horizon=4, y=labels)
    gaps = given.copy()
    gaps[:, [2, 7]] = np.nan
    full, _ = by_level.generate(condition=gaps, y=labels)
    assert np.array_equal(paths[:, :4], given[:, :4]) and np.array_equal(full[~np.isnan(gaps)], given[~np.isnan(gaps)])
    for label, level in enumerate(LEVELS):
        own = labels == label
        assert paths[own][:, 4:].mean() == pytest.approx(level, abs=0.2)
        assert full[own][:, [2, 7]].mean() == pytest.approx(level, abs=0.2)


@pytest.mark.slow
def test_the_right_labels_score_higher(by_level):
    series, labels = levels(900, seed=1)
    high = series[labels == 1]
    assert by_level.score(high, np.full(len(high), 1)) > by_level.score(high, np.full(len(high), 2)) + 0.5


@pytest.mark.slow
@pytest.mark.parametrize("family", FAMILIES)
def test_classes_may_differ_in_autocorrelation_alone(family):
    series, labels = fitted(family, *autocorrelated(1000)).generate(y=np.repeat([0, 1], 600))
    for label, rho in enumerate(RHOS):
        # standard error of fit and draw: sqrt((1 - rho^2) (1 / 3500 + 1 / 4200)) = .022 at most
        assert coefficient(series[labels == label]) == pytest.approx(rho, abs=0.1)


@pytest.mark.slow
def test_likelihoods_are_those_of_classes():
    series, labels = autocorrelated(1000)
    model, (other, truth) = fitted("recurrent", series, labels), autocorrelated(500, seed=1)
    joint = np.stack([model.score_samples(other, np.full(500, label)) for label in (0, 1)])
    assert np.allclose(model.score_samples(other), np.logaddexp(*joint))
    assert ((joint[1] > joint[0]) == truth).mean() > 0.85  # of the true densities about .93
    with pytest.raises(ValueError, match="Unknown label 2"):
        model.score_samples(other, np.full(500, 2))


@pytest.mark.slow
def test_likelihoods_integrate_to_the_shares_of_classes():
    """Of series of a single step, whose density is one of scores, on a grid of values."""
    rng = np.random.default_rng(0)
    labels = rng.permutation(np.repeat([0, 1, 2], [500, 300, 200]))
    model = fitted("recurrent", LEVELS[labels][:, None] + rng.normal(size=(1000, 1)), labels)
    scores = np.linspace(-3.2, 3.2, 400)
    values = model.codec_.channels[0].decode(scores[:, None, None])
    for label, share in enumerate([0.5, 0.3, 0.2]):
        density = np.exp(model.score_samples(values, np.full(400, label)))
        assert np.trapezoid(density, scores) == pytest.approx(share, abs=0.03)


@pytest.mark.slow
@pytest.mark.usefixtures("one_step")
@pytest.mark.parametrize("family", ["flow", "gan", "vae"])
def test_a_small_class_is_not_made_of_the_others(family):
    rng = np.random.default_rng(0)
    labels = np.repeat(["many", "few"], [300, 5])
    series = np.where(labels == "few", 3.0, 0.0)[:, None, None] + rng.normal(size=(305, 10, 2))
    new, _ = fitted(family, series, labels, epochs=1).generate(y=["few"] * 200 + ["many"] * 200)
    # of five series: standard error sqrt(1 / 50) of the level
    assert new[:200].mean() == pytest.approx(3, abs=0.7)
    assert new[200:].mean() == pytest.approx(0, abs=0.15)
    assert new[:200].std() == pytest.approx(1, abs=0.4)


@pytest.mark.usefixtures("one_step")
def test_ten_classes_of_four_series_of_several_lengths(tmp_path):
    rng = np.random.default_rng(0)
    labels = np.arange(40) % 10
    series = [label + 0.1 * rng.normal(size=(rng.integers(3, 6), 2)) for label in labels]
    series[0][1, 1] = np.nan
    model = fitted("flow", series, labels, epochs=1)
    new, new_labels = model.generate(y=np.repeat(range(10), 20))
    means = [np.nanmean(np.concatenate(new[20 * label : 20 * label + 20])) for label in range(10)]
    assert np.corrcoef(means, range(10))[0, 1] > 0.97
    assert {len(part) for part in new} <= {3, 4, 5}
    model.save(tmp_path / "classes")
    again, _ = SequenceSynthesizer.load(tmp_path / "classes").generate(y=np.repeat(range(10), 20))
    assert all(np.array_equal(*pair, equal_nan=True) for pair in zip(new, again, strict=True))


@pytest.mark.usefixtures("one_step")
def test_classes_of_one_series_and_one_class_alone():
    series = np.random.default_rng(0).normal(size=(20, 4, 1))
    new, labels = fitted("vae", series, ["a"] * 19 + ["b"], epochs=1).generate(y=["b"] * 9)
    assert new.shape == (9, 4, 1) and set(labels) == {"b"}
    # the codec holds no mean of a class of one series, which would be that series
    assert not np.isclose(new, series[19]).all(axis=(1, 2)).any()
    assert fitted("gan", series, ["a"] * 20, epochs=1).generate(5)[0].shape == (5, 4, 1)

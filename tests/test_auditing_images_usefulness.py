"""The accuracy score: no loss for fresh images, a loss for shuffled labels; the classifier's features see no memory."""

import numpy as np
import pytest
from image_sets import parts, prepared

from augment.auditing.images import classifier
from augment.auditing.images.kernel_distance import CLASSIFIER
from augment.auditing.images.usefulness import ACCURACY, gap


@pytest.fixture(autouse=True)
def short(monkeypatch):
    monkeypatch.setattr(classifier, "STEPS", 150)


def test_the_gap_is_that_of_means_with_both_errors():
    rng = np.random.default_rng(0)
    right = {"real": rng.random((3, 4000)) < 0.9, "synthetic": rng.random((3, 4000)) < 0.8}
    value, low, high = gap(right)
    assert value == pytest.approx(right["synthetic"].mean() - right["real"].mean())
    assert low < -0.1 < high
    steady = {name: np.tile(part[:1], (3, 1)) for name, part in right.items()}  # no spread: the holdout's error alone
    value, low, high = gap(steady)
    difference = steady["synthetic"][0].astype(float) - steady["real"][0]
    assert high - value == pytest.approx(1.96 * difference.std() / np.sqrt(4000), rel=1e-3)


def test_the_interval_holds_where_fits_vary():
    rng, inside = np.random.default_rng(0), []
    for _ in range(400):  # accuracies of fits vary by .02 with the images and by .02 with the seed
        accuracy = {name: 0.8 + rng.normal(0, 0.02) + rng.normal(0, 0.02, 3) for name in ("real", "synthetic")}
        drawn = {name: np.array([rng.random(1000) < rate for rate in rates]) for name, rates in accuracy.items()}
        _, low, high = gap(drawn)
        inside.append(low < 0 < high)
    assert np.mean(inside) > 0.93


@pytest.fixture(scope="module")
def sets():
    return parts()


@pytest.mark.slow
def test_fresh_images_lose_nothing_and_shuffled_labels_everything(sets):
    train, fresh, holdout = sets
    (finding,) = ACCURACY.run(prepared(train, fresh, holdout), 0)
    assert finding.verdict != "FAIL"
    assert finding.reference > 0.8
    shuffled = (fresh[0], np.random.default_rng(0).permutation(fresh[1]))
    (finding,) = ACCURACY.run(prepared(train, shuffled, holdout), 0)
    assert finding.verdict == "FAIL"
    table = finding.evidence["tables"][0]
    assert len(table["rows"]) == 10
    assert max(row[3] for row in table["rows"]) < 0


@pytest.mark.slow
def test_labels_that_nothing_tells_are_not_assessed(sets):
    rng = np.random.default_rng(0)
    train, fresh, holdout = ((images, rng.integers(0, 2, len(images))) for images, _ in sets)
    (finding,) = ACCURACY.run(prepared(train, fresh, holdout), 0)
    assert "not proved better than always saying the commonest class" in finding.missing


@pytest.mark.slow
def test_cross_fitted_features_do_not_tell_seen_from_unseen(sets):
    train, fresh, holdout = sets
    (finding,) = CLASSIFIER.run(prepared(train, fresh, holdout), 0)
    assert finding.verdict != "FAIL"
    assert finding.interval[0] < 0
    noise = np.random.default_rng(0).integers(0, 256, fresh[0].shape, dtype="uint8")
    (finding,) = CLASSIFIER.run(prepared(train, noise, holdout), 0)
    assert finding.verdict == "FAIL"


@pytest.mark.slow
def test_a_fit_begins_anew(sets):
    data = prepared(*sets)
    pixels, labels = data.pixels("train", np.arange(200), 32), data.labels["train"][:200]
    fits = [classifier.network(data).fit(pixels, labels, np.random.default_rng(s)).look(pixels)[1] for s in (0, 1, 0)]
    assert np.allclose(fits[0], fits[2], atol=1e-4)
    assert not np.allclose(fits[0], fits[1], atol=1e-2)


def test_what_is_missing_is_said(sets):
    train, fresh, holdout = sets
    assert "holdout=" in ACCURACY.run(prepared(train, fresh), 0)[0].missing
    assert "pairs (images, labels)" in ACCURACY.run(prepared(train, fresh[0], holdout), 0)[0].missing
    one = [(images, np.zeros(len(images))) for images, _ in sets]
    assert "Needs two classes" in ACCURACY.run(prepared(*one), 0)[0].missing

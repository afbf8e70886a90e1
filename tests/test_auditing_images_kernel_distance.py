"""The kernel distance against sums by the book, a closed form and its own interval on samples of one distribution."""

import numpy as np
import pytest
from image_sets import parts, prepared

from augment.auditing.images.kernel_distance import RANDOM, kernel_distances


def by_the_book(first, second):
    def kernel(x, y):
        return (x @ y / len(x) + 1) ** 3

    total = 0.0
    for sample in (first, second):
        n = len(sample)
        total += sum(kernel(sample[i], sample[j]) for i in range(n) for j in range(n) if i != j) / (n * (n - 1))
    return total - 2 * np.mean([[kernel(x, y) for y in second] for x in first])


def test_it_is_the_sum_by_the_book():
    rng = np.random.default_rng(0)
    synthetic, fresh, real = rng.normal(0.5, 1, (12, 3)), rng.normal(size=(12, 3)), rng.normal(size=(9, 3))
    known = np.concatenate([fresh, real])
    scaled = [(part - known.mean(axis=0)) / np.sqrt(known.var(axis=0).mean()) for part in (synthetic, fresh, real)]
    found = kernel_distances(synthetic, fresh, real)
    assert found["synthetic"] == pytest.approx(by_the_book(scaled[0], scaled[2]))
    assert found["fresh"] == pytest.approx(by_the_book(scaled[1], scaled[2]))
    assert found["excess"] == pytest.approx(found["synthetic"] - found["fresh"])


def test_a_shift_has_the_distance_of_its_moments():
    # (xy + 1)^3 = 1 + 3xy + 3x^2y^2 + x^3y^3: squared differences of the first three moments, weighed 3, 3 and 1
    rng, s = np.random.default_rng(0), 0.5
    synthetic, fresh, real = rng.normal(s, 1, (1500, 1)), *rng.normal(size=(2, 1500, 1))
    found = kernel_distances(synthetic, fresh, real)
    expected = 3 * s**2 + 3 * s**4 + (s**3 + 3 * s) ** 2
    assert abs(found["excess"] - expected) < 3 * found["error"] < 0.5 * expected


def test_the_interval_holds_where_nothing_differs():
    rng, z = np.random.default_rng(0), []
    for _ in range(300):
        found = kernel_distances(rng.normal(size=(60, 6)), rng.normal(size=(60, 6)), rng.normal(size=(40, 6)))
        z.append(found["excess"] / found["error"])
    z = np.array(z)
    assert np.mean(np.abs(z) < 1.96) > 0.93
    assert np.mean(z > 1.96) < 0.045  # what would fail fresh images at a threshold of zero
    assert 0.7 < z.std() < 1.1  # and it is not much wider than it must be


def test_the_interval_holds_where_something_differs():
    rng, found = np.random.default_rng(0), []
    for _ in range(200):
        real = rng.normal(size=(2, 80, 4))
        found.append(kernel_distances(rng.normal(0.6, 1.0, (80, 4)), *real))
    excess, error = (np.array([f[name] for f in found]) for name in ("excess", "error"))
    assert 0.88 < np.mean(np.abs(excess - excess.mean()) < 1.96 * error) < 1


def test_fresh_digits_do_not_fail_and_blurred_ones_do():
    train, fresh, holdout = parts()
    (finding,) = RANDOM.run(prepared(train, fresh, holdout), 0)
    assert finding.verdict != "FAIL"
    assert finding.interval[0] < 0
    blurred = (fresh[0].astype(float) + np.roll(fresh[0], 1, axis=2)) / 2
    (finding,) = RANDOM.run(prepared(train[0], blurred, holdout[0]), 0)
    assert finding.verdict == "FAIL"


def test_without_a_holdout_halves_of_train_are_compared_and_few_images_are_not():
    train, fresh, _ = parts()
    (finding,) = RANDOM.run(prepared(train[0], fresh[0]), 0)
    assert finding.verdict != "FAIL"
    assert "other training from training images" in finding.reference_name
    (finding,) = RANDOM.run(prepared(train[0][:40], fresh[0]), 0)
    assert "50 holdout or 100 training images" in finding.missing

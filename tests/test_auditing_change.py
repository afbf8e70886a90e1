"""A permutation null holds where a bootstrap of a largest difference does not."""

import numpy as np
import pytest

from augment.auditing.change import change


def gap(counts):
    return np.ptp(counts[..., 1] / np.maximum(counts.sum(axis=-1), 1), axis=-1)


def statistic(train, synthetic):
    return gap(synthetic) - gap(train)


def draw(rng, n, rates):
    sizes = rng.multinomial(n, np.full(len(rates), 1 / len(rates)))
    with_it = rng.binomial(sizes, rates)
    return np.stack([sizes - with_it, with_it], axis=1)


@pytest.mark.slow
@pytest.mark.parametrize("sizes", [(2000, 2000), (500, 8000), (8000, 500)])
def test_twelve_truly_equal_groups_are_rarely_told_apart(sizes):
    rng = np.random.default_rng(0)
    rejected = []
    for _ in range(100):
        found = change(*(draw(rng, n, np.full(12, 0.3)) for n in sizes), statistic, rng)
        rejected.append((found.low > 0 or found.high < 0, found.p <= 0.05))
    assert np.sum(rejected, axis=0).max() <= 10  # 5 expected


def test_intervals_cover_a_true_change():
    rng, covered = np.random.default_rng(1), 0
    for _ in range(100):
        found = change(draw(rng, 2000, [0.2, 0.5]), draw(rng, 2000, [0.2, 0.7]), statistic, rng)
        covered += bool(found.low <= 0.2 <= found.high)
        assert found.low > 0
        assert found.p == pytest.approx(1 / 401)
    assert covered >= 90


def test_many_members_keep_their_shape_and_widen():
    rng = np.random.default_rng(2)
    counts = draw(rng, 500, [0.3, 0.3])

    def both(train, synthetic):
        return np.stack([statistic(train, synthetic), -statistic(train, synthetic)], axis=-1)

    one, many = (change(counts, counts, both, np.random.default_rng(3), comparisons=m) for m in (1, 50))
    assert one.value.tolist() == [0, 0]
    assert one.low.shape == one.p.shape == (2,)
    assert (many.high - many.low > 1.5 * (one.high - one.low)).all()

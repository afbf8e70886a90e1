"""Adjusted counts: exact where errors are known, intervals that hold, and no group from errors alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from augment.auditing.images.quantification import interval, quantify


@given(st.lists(st.floats(0.02, 1), min_size=2, max_size=5), st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_shares_come_back_through_any_errors_that_leave_groups_apart(weights, seed):
    shares = np.array(weights) / sum(weights)
    k, rng = len(shares), np.random.default_rng(seed)
    errors = 0.3 * rng.dirichlet(np.ones(k), k) + 0.7 * np.eye(k)
    found = quantify((errors * 1e9)[None, None].round(), (shares @ errors * 1e9)[None, None].round(), rng, draws=2)
    assert found.value[:, 0] == pytest.approx(shares, abs=1e-6)


def test_strata_and_folds_are_put_together():
    # Of label 0 a tenth is of group a, of label 1 nine tenths; each label errs in its own way, each fold in another.
    errors = np.array(
        [[[[0.9, 0.1], [0.3, 0.7]], [[0.6, 0.4], [0.0, 1.0]]], [[[0.7, 0.3], [0.1, 0.9]], [[1.0, 0], [0.4, 0.6]]]]
    )
    shares, sizes = np.array([[0.1, 0.9], [0.9, 0.1]]), np.array([[3000, 1000], [1000, 1000]])
    guesses = np.einsum("sg,fsgh->fsh", shares, errors) * sizes[..., None]
    found = quantify(errors * 1000, guesses, np.random.default_rng(0), draws=500)
    assert found.value == pytest.approx(np.array([[0.1 * 4, 0.9 * 2], [0.9 * 4, 0.1 * 2]]) / 6)
    assert found.draws.mean(axis=0) == pytest.approx(found.value, abs=0.02)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("recall", "shares"), [(0.95, (0.3, 0.7)), (0.7, (0.3, 0.7)), (0.9, (0.0, 1.0)), (1.0, (0.1, 0.9))]
)
def test_the_interval_holds(recall, shares):
    rng, errors, inside = np.random.default_rng(0), np.array([[recall, 1 - recall], [1 - recall, recall]]), []
    for _ in range(300):
        confusion = np.array([[[rng.multinomial(150, row) for row in errors]] for _ in range(2)])
        guesses = np.array([[rng.multinomial(200, np.array(shares) @ errors)] for _ in range(2)])
        found = quantify(confusion, guesses, rng, draws=800)
        low, high = interval(found.value.sum(axis=1), found.draws.sum(axis=2))
        inside.append(low[0] - 1e-9 <= shares[0] <= high[0] + 1e-9)
    assert np.mean(inside) > 0.92


def test_a_guess_that_tells_nothing_gives_an_interval_of_everything():
    found = quantify(np.full((1, 1, 2, 2), 50), np.array([[[60, 40]]]), np.random.default_rng(0))
    low, high = interval(found.value.sum(axis=1), found.draws.sum(axis=2))
    assert low[0] < 0.01
    assert high[0] > 0.99

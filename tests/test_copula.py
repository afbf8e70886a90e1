"""Copula rows keep the distribution of each column and the rank correlations, and nothing of single rows."""

import numpy as np

from augment.codecs.layout import Block, Layout, Rule
from augment.models.copula import copula_rows


def number(name, start, size=10, levels=5):
    edges = np.linspace(0, 1, size + 1)
    ranks = np.stack([edges[:-1], edges[1:]], axis=1)
    return Block(name, start, size, np.full(size, 1 / size), levels, np.ones(size, bool), ranks)


def encode(z):
    """Tokens of standard normal columns in 10 bins of 5 levels."""
    from scipy.special import ndtr

    cell = np.minimum((ndtr(z) * 50).astype("int32"), 49)
    return np.stack([cell // 5, cell % 5], axis=-1).reshape(len(z), -1)


def test_correlations_and_margins_come_back():
    rng = np.random.default_rng(0)
    z = rng.multivariate_normal([0, 0, 0], [[1, 0.8, 0], [0.8, 1, -0.3], [0, -0.3, 1]], 2000)
    layout = Layout(tuple(number(str(i), 2 * i) for i in range(3)), n_samples=2000)
    rows = copula_rows(layout, encode(z), 20_000, rng)
    cells = rows[:, ::2] * 5 + rows[:, 1::2]
    wanted = np.corrcoef((encode(z)[:, ::2] * 5 + encode(z)[:, 1::2]).T)
    assert np.abs(np.corrcoef(cells.T) - wanted).max() < 0.04
    for column in cells.T:
        assert np.abs(np.bincount(column, minlength=50) / len(rows) - 0.02).max() < 0.006


def test_a_category_follows_the_number_that_it_goes_with():
    rng = np.random.default_rng(0)
    z = rng.normal(size=(1000, 1))
    kind = np.digitize(z[:, 0], [-0.5, 0.5])
    shuffled = np.array([2, 0, 1])[kind]  # names of categories tell no order
    x = np.column_stack([encode(z), shuffled]).astype("int32")
    share = np.bincount(shuffled, minlength=3) / 1000
    layout = Layout((number("z", 0), Block("kind", 2, 3, share)), n_samples=1000)
    rows = copula_rows(layout, x, 10_000, rng)
    assert np.abs(np.bincount(rows[:, 2], minlength=3) / 10_000 - share).max() < 0.02
    assert rows[rows[:, 2] == 2, 0].mean() < 3 < 6 < rows[rows[:, 2] == 1, 0].mean()


def test_rules_hold():
    rng = np.random.default_rng(0)
    a = rng.integers(0, 6, 300)
    allowed = np.zeros((6, 3), bool)
    allowed[np.arange(6), np.arange(6) // 2] = True
    blocks = (Block("a", 0, 6, np.full(6, 1 / 6)), Block("b", 1, 3, np.full(3, 1 / 3)))
    x = np.stack([a, a // 2], axis=1).astype("int32")
    for rule in (Rule(0, 1, allowed), Rule(1, 0, allowed.T)):
        rows = copula_rows(Layout(blocks, rules=(rule,), n_samples=300), x, 1000, rng)
        assert (rows[:, 0] // 2 == rows[:, 1]).all()


def test_a_constant_column_is_no_obstacle():
    layout = Layout((number("z", 0), Block("one", 2, 1, np.ones(1))), n_samples=50)
    x = np.column_stack([encode(np.random.default_rng(0).normal(size=(50, 1))), np.zeros(50, int)]).astype("int32")
    assert copula_rows(layout, x, 10, np.random.default_rng(0)).shape == (10, 3)

"""Smoothed rows keep the distribution of each column and how columns hang together, and little of single rows."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from augment.codecs.layout import Block, Layout, Rule
from augment.codecs.table import TableCodec
from augment.models.smoothing import smoothed_rows


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
    rows = smoothed_rows(layout, encode(z), 20_000, 1.0, rng)
    cells = rows[:, ::2] * 5 + rows[:, 1::2]
    wanted = np.corrcoef((encode(z)[:, ::2] * 5 + encode(z)[:, 1::2]).T)
    assert np.abs(np.corrcoef(cells.T) - wanted).max() < 0.04
    for column in cells.T:
        assert np.abs(np.bincount(column, minlength=50) / len(rows) - 0.02).max() < 0.006


def test_what_no_line_shows_is_kept():
    rng = np.random.default_rng(0)
    angle = rng.uniform(0, 2 * np.pi, 1000)
    z = np.stack([np.cos(angle), np.sin(angle)], axis=1) * 1.4 + rng.normal(0, 0.1, (1000, 2))  # a ring
    layout = Layout((number("x", 0), number("y", 2)), n_samples=1000)
    rows = smoothed_rows(layout, encode(z), 5000, 0.5, rng)

    def middle(first, second):
        return ((first > 3) & (first < 6) & (second > 3) & (second < 6)).mean()

    assert middle(rows[:, 0], rows[:, 2]) < middle(rows[:, 0], rng.permutation(rows[:, 2])) / 4


def test_rows_move_away_from_the_real_ones_and_stay_without_strength():
    rng = np.random.default_rng(0)
    z = rng.normal(size=(200, 3))
    kind = (z[:, 0] > 0).astype(int)
    x = np.column_stack([encode(z), kind]).astype("int32")
    layout = Layout((*(number(str(i), 2 * i) for i in range(3)), Block("kind", 6, 2, np.ones(2) / 2)), n_samples=200)

    def copied(rows):
        return (rows[:, None, :6:2] == x[None, :, :6:2]).all(axis=2).any(axis=1).mean()

    moved = {strength: smoothed_rows(layout, x, 2000, strength, np.random.default_rng(1)) for strength in (0.0, 1.0)}
    fresh = copied(encode(rng.normal(size=(5000, 3))))
    assert copied(moved[0.0]) > 0.6 > 2.5 * fresh  # ranks among 2,000 drawn rows are not quite those among 200
    assert copied(moved[1.0]) < fresh + 0.12 * (copied(moved[0.0]) - fresh)


def test_missing_and_heavy_values_come_as_often_and_with_their_label():
    rng = np.random.default_rng(0)
    n, size = 1500, 12
    label = rng.integers(0, 2, n)
    missing = rng.random(n) < np.where(label, 0.5, 0.1)
    zero = rng.random(n) < 0.4
    token = np.where(missing, size - 1, np.where(zero, 0, rng.integers(1, size - 1, n)))
    share = np.bincount(token, minlength=size) / n
    upper = np.cumsum(share)
    ranks = np.stack([upper - share, upper], axis=1)
    ranks[-1] = np.nan  # the last token is "missing"
    block = Block("a", 0, size, share, 5, np.r_[False, np.ones(size - 2, bool), False], ranks)
    layout = Layout((block, Block("label", 2, 2, np.bincount(label) / n)), n_samples=n)
    x = np.column_stack([token, rng.integers(0, 5, n) * block.has_levels[token], label]).astype("int32")
    rows = smoothed_rows(layout, x, 20_000, 1.0, rng)
    assert np.abs(np.bincount(rows[:, 0], minlength=size) / 20_000 - share).max() < 0.02
    assert (rows[~block.has_levels[rows[:, 0]], 1] == 0).all()
    for value, wanted in ((0, 0.1), (1, 0.5)):
        assert abs((rows[rows[:, 2] == value, 0] == size - 1).mean() - wanted) < 0.05


def test_a_category_follows_the_number_that_it_goes_with():
    rng = np.random.default_rng(0)
    z = rng.normal(size=(1000, 1))
    kind = np.digitize(z[:, 0], [-0.5, 0.5])
    shuffled = np.array([2, 0, 1])[kind]  # names of categories tell no order
    x = np.column_stack([encode(z), shuffled]).astype("int32")
    share = np.bincount(shuffled, minlength=3) / 1000
    layout = Layout((number("z", 0), Block("kind", 2, 3, share)), n_samples=1000)
    rows = smoothed_rows(layout, x, 10_000, 1.0, rng)
    assert np.abs(np.bincount(rows[:, 2], minlength=3) / 10_000 - share).max() < 0.02
    assert rows[rows[:, 2] == 2, 0].mean() < 3 < 6 < rows[rows[:, 2] == 1, 0].mean()


def test_codes_among_numbers_stay_where_numbers_hardly_move():
    """A number whose value 7688 tells something else than its neighbours do."""
    rng = np.random.default_rng(0)
    gain = rng.choice([*range(3000, 7688, 100), 7688, *range(7700, 9900, 100)], 5000)
    rich = rng.random(5000) < np.where(gain == 7688, 0.95, 0.05)
    frame = pd.DataFrame({"gain": gain, "rich": rich, "age": rng.normal(size=5000)})
    codec = TableCodec().fit(frame)
    for strength in (0.02, 0.1):
        moved = codec.decode(smoothed_rows(codec.layout, codec.encode(frame, rng), 20_000, strength, rng), rng)
        assert abs((moved["gain"] == 7688).mean() - (gain == 7688).mean()) < 0.001
        assert abs(moved["rich"][moved["gain"] == 7688].mean() - rich[gain == 7688].mean()) < 0.02


def test_rules_hold():
    rng = np.random.default_rng(0)
    a = rng.integers(0, 6, 300)
    allowed = np.zeros((6, 3), bool)
    allowed[np.arange(6), np.arange(6) // 2] = True
    blocks = (Block("a", 0, 6, np.full(6, 1 / 6)), Block("b", 1, 3, np.full(3, 1 / 3)))
    x = np.stack([a, a // 2], axis=1).astype("int32")
    for rule in (Rule(0, 1, allowed), Rule(1, 0, allowed.T)):
        rows = smoothed_rows(Layout(blocks, rules=(rule,), n_samples=300), x, 1000, 1.0, rng)
        assert (rows[:, 0] // 2 == rows[:, 1]).all()


def test_columns_that_coincide_in_half_of_the_rows_still_do():
    """b is a in half of the rows, c is b in half: they are all equal in a quarter."""
    rng = np.random.default_rng(0)
    a, b, c = rng.normal(size=(3, 600))
    b = np.where(rng.random(600) < 0.5, a, b)
    c = np.where(rng.random(600) < 0.5, b, c)
    c[rng.random(600) < 0.2] = 0.0  # a spike, which is no copy
    frame = pd.DataFrame({"a": a, "b": b, "c": c})
    codec = TableCodec().fit(frame)
    assert len(codec.layout.copies) == 3
    rows = smoothed_rows(codec.layout, codec.encode(frame, rng), 6000, 1.0, rng)
    moved = codec.decode(rows, rng)
    for one, other in ("ab", "bc", "ac"):
        wanted = (frame[one] == frame[other]).mean()
        assert abs((moved[one] == moved[other]).mean() - wanted) < 0.04
    assert abs((moved["c"] == 0).mean() - 0.2) < 0.03


def test_a_constant_column_is_no_obstacle():
    layout = Layout((number("z", 0), Block("one", 2, 1, np.ones(1))), n_samples=50)
    x = np.column_stack([encode(np.random.default_rng(0).normal(size=(50, 1))), np.zeros(50, int)]).astype("int32")
    assert smoothed_rows(layout, x, 10, 1.0, np.random.default_rng(0)).shape == (10, 3)


def test_a_target_that_bends_is_not_blurred():
    """y is nearly the size of a, whatever its sign: a moved row has the target that goes with where it moved to."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 4))
    frame = pd.DataFrame(x, columns=list("abcd")).assign(y=np.abs(x[:, 0]) + rng.normal(0, 0.15, 200))
    codec = TableCodec().fit(frame, target="y")

    def agreement(layout):
        new = codec.decode(smoothed_rows(layout, codec.encode(frame, rng), 4000, 2.0, rng, for_itself=True), rng)
        assert abs(new["y"].mean() - frame["y"].mean()) < 0.05
        assert abs(new["y"].std() - frame["y"].std()) < 0.05
        return np.corrcoef(new["y"], np.abs(new["a"]))[0, 1]

    real = np.corrcoef(frame["y"], np.abs(frame["a"]))[0, 1]
    assert agreement(codec.layout) > 0.8 * real
    assert agreement(replace(codec.layout, target=None)) < 0.5 * real


def test_missing_and_heavy_targets_stay_what_they_are():
    rng = np.random.default_rng(0)
    x = rng.normal(size=400)
    y = np.where(rng.random(400) < 0.3, 0.0, x)
    y[x > 1] = np.nan
    frame = pd.DataFrame({"x": x, "y": y})
    codec = TableCodec().fit(frame, target="y")
    new = codec.decode(smoothed_rows(codec.layout, codec.encode(frame, rng), 4000, 1.0, rng, for_itself=True), rng)
    assert abs(new["y"].isna().mean() - frame["y"].isna().mean()) < 0.03
    assert abs((new["y"] == 0).mean() - (frame["y"] == 0).mean()) < 0.03
    drawn = new[(new["y"] != 0) & new["y"].notna()]
    assert np.corrcoef(drawn["x"], drawn["y"])[0, 1] > 0.9


def test_a_class_keeps_its_own_correlation():
    rng = np.random.default_rng(0)
    label = np.arange(400) % 2
    first, second = rng.normal(size=(2, 400))
    rho = np.where(label, 0.9, -0.9)
    z = np.stack([first, rho * first + np.sqrt(1 - rho**2) * second], axis=1)
    x = np.column_stack([encode(z), label]).astype("int32")
    layout = Layout((number("a", 0), number("b", 2), Block("kind", 4, 2, np.ones(2) / 2)), n_samples=400)
    rows = smoothed_rows(layout, x, 8000, 2.0, rng, for_itself=True)
    for k in (0, 1):
        own, real = (some[some[:, 4] == k] for some in (rows, x))
        cells = [np.corrcoef(some[:, 0] * 5 + some[:, 1], some[:, 2] * 5 + some[:, 3])[0, 1] for some in (own, real)]
        assert cells[0] == pytest.approx(cells[1], abs=0.12)


def test_a_class_as_target_is_kept_and_other_labels_are_redrawn():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"a": rng.choice(list("uv"), 60), "x": rng.normal(size=60), "y": rng.choice(list("klm"), 60)})
    codec = TableCodec().fit(frame, target="y")
    new = codec.decode(smoothed_rows(codec.layout, codec.encode(frame, rng), 6000, 2.0, rng, for_itself=True), rng)
    counts = frame["y"].value_counts()
    assert (new["y"].value_counts() == 50 * counts + 1000).all()  # half in proportion, half the same for each class
    assert (new["a"].value_counts() != 100 * frame["a"].value_counts()).all()

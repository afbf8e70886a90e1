"""The any-order model against distributions that are known in closed form."""

import numpy as np
import pytest

from augment.codecs.layout import Block, Condition, Copy, Layout, Rule
from augment.codecs.relations import resolve_copies
from augment.models import Autoregressive
from augment.models import sampling as sampling_module
from augment.models.autoregressive import automatic_sizes
from augment.models.base import seeded
from augment.models.drawing import Drawing
from augment.training import plan, train

pytestmark = pytest.mark.slow  # at the lowest versions the contract covers the families


def category(name, start, size):
    return Block(name, start, size, np.full(size, 1 / size))


def number(name, start, size=4, levels=4):
    edges = np.linspace(0, 1, size + 1)
    ranks = np.stack([edges[:-1], edges[1:]], axis=1)
    return Block(name, start, size, np.full(size, 1 / size), levels, np.ones(size, bool), ranks)


def trained(layout, x, epochs=20, seed=0):
    with seeded(seed):
        model = Autoregressive(width=32, depth=1, dropout=0.0, learning_rate=0.01).build(layout)
    chosen = plan(len(x), epochs=epochs, batch_size=128)
    train(model, x, None, chosen, verbose=0, rng=np.random.default_rng(seed))
    return model


def draw(model, n, condition=None, seed=0):
    return model.transport(model.noise(n, np.random.default_rng(seed)), condition)


JOINT = np.array([[0.30, 0.05, 0.05], [0.05, 0.10, 0.05], [0.02, 0.08, 0.30]])


@pytest.fixture(scope="module")
def table():
    """Two columns of three categories with a known joint distribution, and a model trained on 4,000 rows of it."""
    rng = np.random.default_rng(1)
    x = np.stack(np.unravel_index(rng.choice(9, 4000, p=JOINT.ravel()), (3, 3)), axis=1).astype("int32")
    layout = Layout((category("a", 0, 3), category("b", 1, 3)), n_samples=len(x))
    return trained(layout, x), x


def test_samples_follow_the_joint_distribution(table):
    model, _ = table
    x = draw(model, 8000)
    shares = np.bincount(x[:, 0] * 3 + x[:, 1], minlength=9).reshape(3, 3) / len(x)
    assert np.abs(shares - JOINT).max() < 0.03


def test_log_likelihood_is_the_log_of_the_joint(table):
    model, _ = table
    rows = np.indices((3, 3)).reshape(2, -1).T.astype("int32")
    likelihood = np.exp(model.log_likelihood(rows))
    assert likelihood.sum() == pytest.approx(1, abs=1e-5)
    assert np.abs(likelihood - JOINT.ravel()).max() < 0.03


def test_a_known_column_gives_the_conditional(table):
    model, _ = table
    tokens, known = np.zeros((6000, 2, 2), "int32"), np.zeros((6000, 2), bool)
    tokens[:, 1, 0], known[:, 1] = 2, True
    x = draw(model, 6000, Condition(tokens, known))
    assert (x[:, 1] == 2).all()
    shares = np.bincount(x[:, 0], minlength=3) / len(x)
    assert np.abs(shares - JOINT[:, 2] / JOINT[:, 2].sum()).max() < 0.04


def test_two_restrictions_give_the_joint_conditional(table):
    """Drawing each restricted column in turn would give P(a=0) = .44; all together it is .35 / .50 = .70 here."""
    model, _ = table
    n = 6000
    allowed = {0: np.array([[True], [True], [False]]), 1: np.array([[True], [True], [False]])}
    x = draw(model, n, Condition(np.zeros((n, 2, 2), "int32"), np.zeros((n, 2), bool), allowed))
    assert x.max() <= 1
    shares = np.bincount(x[:, 0] * 2 + x[:, 1], minlength=4).reshape(2, 2) / n
    assert np.abs(shares - JOINT[:2, :2] / JOINT[:2, :2].sum()).max() < 0.04


def test_any_number_of_columns_is_known_equally_often():
    model = Autoregressive().build(Layout(tuple(category(str(i), i, 2) for i in range(5)), n_samples=100))
    known = np.asarray(model._random_subset(20_000, 3))
    shares = np.bincount(known.sum(axis=1), minlength=6) / len(known)
    assert np.abs(shares - 1 / 6).max() < 0.015
    assert np.abs(known.mean(axis=0) - 0.5).max() < 0.015


@pytest.mark.once
def test_a_network_that_knows_the_proportions_alone_is_told_their_entropy():
    """At the start every guess is the columns' shares, so that the bound is the sum of their entropies."""
    rng = np.random.default_rng(0)
    sizes = [2, 3, 5, 4, 2]
    shares = [rng.dirichlet(np.full(size, 5)) for size in sizes]
    blocks = tuple(Block(str(i), i, size, share) for i, (size, share) in enumerate(zip(sizes, shares, strict=True)))
    model = Autoregressive().build(Layout(blocks, n_samples=10_000))
    for heads in model.heads.classes:
        heads.kernel.assign(np.zeros(heads.kernel.shape))
    x = np.stack([rng.choice(len(share), 8000, p=share) for share in shares], axis=1).astype("int32")
    bounds = np.asarray(model(x, training=True))
    expected = sum(-(share * np.log(share)).sum() for share in shares)
    assert abs(bounds.mean() - expected) < 4 * bounds.std() / len(bounds) ** 0.5
    assert bounds.std() / len(bounds) ** 0.5 < 0.05
    assert np.asarray(model(x[:7])).shape == (7,)


def test_validation_loss_is_the_same_at_every_call(table):
    model, x = table
    first, second = (model.evaluate(x[:512], batch_size=128, verbose=0) for _ in range(2))
    assert first == second


def test_rows_of_one_context_share_a_pass_without_changing_a_row(table, monkeypatch):
    model, _ = table
    shared = draw(model, 3000)
    monkeypatch.setattr(sampling_module._State, "hidden", lambda self: self.sampler.trunk(self.first))
    assert (draw(model, 3000) == shared).all()


def test_gains_add_up_to_the_embedding():
    layout = Layout((category("a", 0, 3), number("n", 1), number("m", 3)), n_samples=100)
    embedding = Autoregressive().build(layout).embedding
    rng = np.random.default_rng(0)
    x = rng.integers(0, 3, (50, 5)).astype("int32")
    gains, empty = embedding.gains(), np.zeros((50, 3), bool)
    known = np.array([True, False, True])
    expected = np.asarray(embedding(x, empty | known))
    got = np.asarray(embedding(x, empty)) + gains[0][x[:, 0]] + gains[2][x[:, 3] * 4 + x[:, 4]]
    assert np.abs(got - expected).max() < 1e-5


def test_fine_tokens_follow_a_known_number():
    """The second number equals the first, down to the level: its fine token must follow, not only its bin."""
    rng = np.random.default_rng(0)
    x = rng.integers(0, 4, (4000, 2)).astype("int32")
    x = np.concatenate([x, x], axis=1)
    layout = Layout((number("n", 0), number("m", 2)), n_samples=len(x))
    y = draw(trained(layout, x, epochs=40), 2000)
    assert (y[:, 0] == y[:, 2]).mean() > 0.95
    assert (y[:, 1] == y[:, 3]).mean() > 0.85


def test_rules_hold_in_both_directions():
    """Also in a model that was never trained, which would break them all the time."""
    allowed = np.zeros((6, 3), bool)
    allowed[np.arange(6), np.arange(6) // 2] = True
    layout = Layout((category("a", 0, 6), category("b", 1, 3)), rules=(Rule(0, 1, allowed),), n_samples=1000)
    y = draw(Autoregressive(width=32, depth=1).build(layout), 4000)
    assert (y[:, 0] // 2 == y[:, 1]).all()
    assert set(y[:, 0]) == set(range(6))


@pytest.mark.once
def test_copies_are_made_as_often_as_they_were():
    rng = np.random.default_rng(0)
    n = 3000
    first, second = rng.integers(0, 4, (n, 2)), rng.integers(0, 4, (n, 2))
    same = rng.random(n) < 0.3
    second[same] = first[same]
    x = np.column_stack([first, second, same]).astype("int32")
    table = np.stack(np.indices((4, 4)), axis=-1)
    layout = Layout((number("n", 0), number("m", 2)), copies=(Copy(0, 1, 4, table, table),), n_samples=n)
    y = draw(trained(layout, x), 6000)
    assert (y[:, 4] > 0).mean() == pytest.approx(same.mean(), abs=0.04)
    copied = y[:, 4] > 0
    assert (y[copied, :2] == y[copied, 2:4]).all()
    assert set(np.unique(y[:, 4])) == {0, 1, 2}


@pytest.fixture(scope="module")
def tied():
    """Three numbers of which the second and the third often coincide with the first, and whether the second does."""
    rng = np.random.default_rng(0)
    n = 3000
    first, second, third = (rng.integers(0, 4, (n, 2)) for _ in range(3))
    same, also = rng.random((2, n)) < 0.3
    second[same], third[also] = first[same], first[also]
    flags = [(a == b).all(axis=1) for a, b in ((first, second), (first, third), (second, third))]
    x = np.column_stack([first, second, third, same, *flags]).astype("int32")
    table = np.stack(np.indices((4, 4)), axis=-1)
    blocks = number("n", 0), number("m", 2), number("k", 4), category("same", 6, 2)
    copies = tuple(Copy(i, j, flag, table, table) for i, j, flag in ((0, 1, 7), (0, 2, 8), (1, 2, 9)))
    return trained(Layout(blocks, copies=copies, n_samples=n), x), x


@pytest.mark.once
def test_columns_of_several_ties_are_drawn_again_given_all_the_others(tied, monkeypatch):
    model, _ = tied
    draws = []
    draw_block = Drawing.draw

    def recorded(self, hidden, i, x, known, *rest):
        draws.append((i, known.copy()))
        return draw_block(self, hidden, i, x, known, *rest)

    monkeypatch.setattr(Drawing, "draw", recorded)
    n = 320
    tokens, known = np.zeros((n, 4, 2), "int32"), np.zeros((n, 4), bool)
    known[: n // 2, 0] = True
    y = draw(model, n, Condition(tokens, known))
    assert (y[: n // 2, :2] == 0).all()  # half of the first column is given and stays
    first, second, third, untied = (sum(len(known) for j, known in draws if i == j) for i in range(4))
    assert untied == n
    assert n // 2 < first <= n  # half of the first column is given; what two others copied stays
    assert 1.5 * n < min(second, third) <= max(second, third) <= 2 * n
    again = np.concatenate([known for _, known in draws if known.sum(axis=1).min() == 3])
    assert len(again) >= first + second + third - 5 * n // 2


def test_ties_hold_after_the_second_draw(tied):
    model, x = tied
    y = draw(model, 6000)
    copied = y[:, 7] > 0
    assert (y[copied, :2] == y[copied, 2:4]).all()
    one, other = (resolve_copies(model.layout.copies, rows[:, 7:], 4) for rows in (y, x))
    for pair in ([0, 1], [0, 2], [1, 2], [0, 1, 2]):  # the same source is the same value, not only the same cell
        equal, expected = ((rows[:, pair] == rows[:, pair[:1]]).all(axis=1).mean() for rows in (one, other))
        assert equal == pytest.approx(expected, abs=0.06), pair
    assert (y[:, 6] == (y[:, :2] == y[:, 2:4]).all(axis=1)).mean() > 0.9


def test_a_range_holds_and_keeps_the_ties_of_columns_that_are_drawn_again(tied):
    model, x = tied
    allowed = np.zeros((4, 4), bool)
    allowed[1] = True
    n = 4000
    y = draw(model, n, Condition(np.zeros((n, 4, 2), "int32"), np.zeros((n, 4), bool), {1: allowed}))
    assert (y[:, 2] == 1).all()
    assert len(np.unique(y[:, 0])) == 4
    one, other = (resolve_copies(model.layout.copies, rows[:, 7:], 4) for rows in (y, x[x[:, 2] == 1]))
    equal, expected = ((rows[:, 0] == rows[:, 1]).mean() for rows in (one, other))
    assert equal == pytest.approx(expected, abs=0.06)


def test_one_tie_makes_no_column_tied():
    table = np.stack(np.indices((4, 4)), axis=-1)
    blocks = number("n", 0), number("m", 2), number("k", 4)
    copies = Copy(0, 1, 6, table, table), Copy(0, 2, 7, table, table)
    assert Layout(blocks, copies=copies[:1], n_samples=10).tied == []
    assert Layout(blocks, copies=copies, n_samples=10).tied == [0]


def test_same_seed_same_rows_other_seed_other_rows(table):
    model, _ = table
    assert (draw(model, 100, seed=5) == draw(model, 100, seed=5)).all()
    assert (draw(model, 100, seed=5) != draw(model, 100, seed=6)).any()


@pytest.mark.parametrize("name", ["table", "tied"])
def test_a_row_depends_on_no_other_row(name, request):
    model, _ = request.getfixturevalue(name)
    noise = model.noise(10_000, np.random.default_rng(0))
    rows = model.transport(noise)
    for n in (1, 50, 9000):
        assert (model.transport(noise[:n]) == rows[:n]).all()


def test_no_rows():
    model = Autoregressive().build(Layout((category("a", 0, 3),), n_samples=10))
    assert draw(model, 0).shape == (0, 1)
    assert model.log_likelihood(np.zeros((0, 1), "int32")).shape == (0,)


def test_few_rows_are_smoothed_more_and_many_not_at_all():
    def smoothing(n):
        return automatic_sizes(Layout((category("a", 0, 3),), n_samples=n))["smoothing"]

    chosen = [smoothing(n) for n in (2, 80, 200, 500, 5000, 50_000, 50_001)]
    assert chosen == pytest.approx([2.5, 2.5, 1, 1, 0.1, 0.01, 0])

"""The recurrent model against distributions that are known in closed form."""

import numpy as np
import pytest
from keras import ops

from augment import TabularSynthesizer
from augment.codecs.layout import Block, Condition, Layout, Rule
from augment.datasets import make_table
from augment.models import Autoregressive, Recurrent
from augment.models.base import get, seeded
from augment.training import plan, train

pytestmark = pytest.mark.slow  # at the lowest versions the contract covers the families


def category(name, start, size):
    return Block(name, start, size, np.full(size, 1 / size))


def number(name, start, size=4, levels=4, has_levels=None):
    edges = np.linspace(0, 1, size + 1)
    ranks = np.stack([edges[:-1], edges[1:]], axis=1)
    has_levels = np.ones(size, bool) if has_levels is None else has_levels
    return Block(name, start, size, np.full(size, 1 / size), levels, has_levels, ranks)


def trained(layout, x, epochs=30, seed=0, **parameters):
    with seeded(seed):
        model = Recurrent(**{"units": 32, "dropout": 0.0, "learning_rate": 0.01} | parameters).build(layout)
    chosen = plan(len(x), epochs=epochs, batch_size=128)
    train(model, x, None, chosen, verbose=0, rng=np.random.default_rng(seed))
    return model


def draw(model, n, condition=None, seed=0):
    return model.transport(model.noise(n, np.random.default_rng(seed)), condition)


def shares(x):
    return np.bincount(x[:, 0] * 3 + x[:, 1], minlength=9).reshape(3, 3) / len(x)


def knowing(n, n_blocks, **cells):
    """The condition that in all of n rows the blocks b0, b1, ... hold these tokens."""
    tokens, known = np.zeros((n, n_blocks, 2), "int32"), np.zeros((n, n_blocks), bool)
    for name, cell in cells.items():
        tokens[:, int(name[1:])], known[:, int(name[1:])] = cell, True
    return Condition(tokens, known)


JOINT = np.array([[0.30, 0.05, 0.05], [0.05, 0.10, 0.05], [0.02, 0.08, 0.30]])
CELLS = np.indices((3, 3)).reshape(2, -1).T.astype("int32")


@pytest.fixture(scope="module", params=["gru", pytest.param("lstm", marks=pytest.mark.once)])
def table(request):
    """A model of each kind, trained on 4,000 rows of two columns whose joint distribution is known."""
    rng = np.random.default_rng(1)
    x = CELLS[rng.choice(9, 4000, p=JOINT.ravel())]
    layout = Layout((category("a", 0, 3), category("b", 1, 3)), n_samples=len(x))
    return trained(layout, x, cell=request.param), x


def test_samples_follow_the_joint_distribution(table):
    assert np.abs(shares(draw(table[0], 8000)) - JOINT).max() < 0.03


def test_log_likelihood_is_the_log_of_the_joint(table):
    likelihood = np.exp(table[0].log_likelihood(CELLS))
    assert likelihood.sum() == pytest.approx(1, abs=1e-5)
    assert np.abs(likelihood - JOINT.ravel()).max() < 0.03


def test_likelihood_of_what_comes_first_is_exact(table):
    model, _ = table
    joint = np.exp(model.log_likelihood(CELLS)).reshape(3, 3)
    first = np.exp(model.log_likelihood(CELLS, unknown=[1])).reshape(3, 3)
    assert np.abs(first - joint.sum(axis=1, keepdims=True)).max() < 1e-5
    assert np.abs(model.log_likelihood(CELLS, unknown=[0, 1])).max() < 1e-12


def test_likelihood_without_what_comes_first_is_near(table):
    model, _ = table
    joint = np.exp(model.log_likelihood(CELLS)).reshape(3, 3)
    second = np.exp(model.log_likelihood(CELLS, unknown=[0])).reshape(3, 3)
    assert np.abs(second - joint.sum(axis=0)).max() < 0.02
    assert (second == second[0]).all()  # the same draws for every row


@pytest.mark.parametrize("place", [0, 1])
def test_a_known_column_gives_the_conditional_wherever_it_stands(table, place):
    model, _ = table
    for token in range(3):
        x = draw(model, 6000, knowing(6000, 2, **{f"b{place}": token}))
        assert (x[:, place] == token).all()
        expected = JOINT.take(token, axis=place)
        got = np.bincount(x[:, 1 - place], minlength=3) / len(x)
        assert np.abs(got - expected / expected.sum()).max() < 0.06


def test_rows_of_one_call_may_know_different_cells(table):
    model, _ = table
    none, one = knowing(4000, 2), knowing(4000, 2, b1=2)
    both = Condition(*(np.concatenate([getattr(c, name) for c in (none, one)]) for name in ("tokens", "known")))
    x = draw(model, 8000, both)
    assert np.abs(shares(x[:4000]) - JOINT).max() < 0.03
    assert (x[4000:, 1] == 2).all()


def test_validation_loss_is_the_same_at_every_call(table):
    model, x = table
    first, second = (model.evaluate(x[:512], batch_size=128, verbose=0) for _ in range(2))
    assert first == second


def test_same_seed_same_rows_other_seed_other_rows(table):
    model, _ = table
    assert (draw(model, 100, seed=5) == draw(model, 100, seed=5)).all()
    assert (draw(model, 100, seed=5) != draw(model, 100, seed=6)).any()


def test_a_row_depends_on_no_other_row(table):
    model, x = table
    noise = model.noise(3000, np.random.default_rng(0))
    rows, scores = model.transport(noise), model.log_likelihood(x[:50], unknown=[0])
    for n in (1, 20, 2000):
        assert (model.transport(noise[:n]) == rows[:n]).all()
        assert (model.log_likelihood(x[: min(n, 50)], unknown=[0]) == scores[:n]).all()


@pytest.mark.once
def test_the_same_seed_gives_the_same_training_loss():
    losses = []
    for seed in (0, 0, 1):
        with seeded(seed):
            model = Recurrent(units=16).build(Layout((category("a", 0, 3), category("b", 1, 3)), n_samples=100))
        losses.append([ops.convert_to_numpy(model(CELLS, training=True)) for _ in range(2)])
    assert (losses[0][0] == losses[1][0]).all()
    assert (losses[0][1] == losses[1][1]).all()
    assert (losses[0][0] != losses[0][1]).any()
    assert (losses[0][0] != losses[2][0]).any()


def test_sample_weights_weigh():
    x = np.array([[0], [1]], "int32")
    model = Recurrent().build(Layout((category("a", 0, 2),), n_samples=10))
    assert float(model.compute_loss(x, None, np.array([1.0, 5.0]))) == 3
    assert float(model.compute_loss(x, None, np.array([1.0, 5.0]), np.array([3.0, 1.0]))) == 2


def test_nothing_is_known_in_half_of_the_rows():
    model = Recurrent().build(Layout(tuple(category(str(i), i, 2) for i in range(4)), n_samples=100))
    counts = np.bincount(np.asarray(model._random_subset(20_000, 3)).sum(axis=1), minlength=5) / 20_000
    assert np.abs(counts - [0.6, 0.1, 0.1, 0.1, 0.1]).max() < 0.015


@pytest.mark.once
def test_a_network_that_knows_the_proportions_alone_is_told_their_entropy():
    rng = np.random.default_rng(0)
    share = [rng.dirichlet(np.full(size, 5)) for size in (2, 7, 3)]
    blocks = tuple(Block(str(i), i, len(p), p) for i, p in enumerate(share))
    model = Recurrent().build(Layout(blocks, n_samples=10_000))
    for heads in model.heads.groups:
        heads.kernel.assign(np.zeros(heads.kernel.shape))
    x = np.indices((2, 7, 3)).reshape(3, -1).T.astype("int32")
    expected = sum(np.log(p[x[:, i]]) for i, p in enumerate(share))
    assert model.log_likelihood(x) == pytest.approx(expected, abs=1e-5)
    bounds = ops.convert_to_numpy(model(np.repeat(x, 2, axis=0)))
    assert bounds[: len(x)] == pytest.approx(-np.repeat(expected, 2)[: len(x)], abs=1e-5)  # there nothing is known


def test_the_forward_pass_and_the_steps_agree():
    """What `call` says of rows of which nothing is known is what `log_likelihood` says."""
    rng = np.random.default_rng(0)
    spikes = np.array([True, False, True, True])
    blocks = category("a", 0, 5), number("n", 1), category("b", 3, 3), number("m", 4, has_levels=spikes)
    x = np.stack([rng.integers(0, block, 64) for block in (5, 4, 4, 3, 4, 4)], axis=1).astype("int32")
    x[:, 5] *= spikes[x[:, 4]]
    for cell in ("gru", "lstm"):
        model = Recurrent(cell=cell, units=16, depth=2).build(Layout(blocks, n_samples=100))
        assert ops.convert_to_numpy(model(x))[:32] == pytest.approx(-model.log_likelihood(x[:32]), abs=1e-4)


def test_fine_tokens_follow_a_known_number_in_both_directions():
    """The second number equals the first, down to the level; one coarse token is a spike without levels."""
    rng = np.random.default_rng(0)
    spikes = np.array([False, True, True, True])
    x = rng.integers(0, 4, (4000, 2)).astype("int32")
    x[:, 1] *= spikes[x[:, 0]]
    x = np.concatenate([x, x], axis=1)
    layout = Layout((number("n", 0, has_levels=spikes), number("m", 2, has_levels=spikes)), n_samples=len(x))
    model = trained(layout, x, epochs=24)
    y = draw(model, 2000)
    assert (y[y[:, 0] == 0, 1] == 0).all()
    assert (y[:, :2] == y[:, 2:]).all(axis=1).mean() > 0.9
    for place in (0, 1):
        y = draw(model, 1000, knowing(1000, 2, **{f"b{place}": (2, 3)}))
        assert (y == [2, 3, 2, 3]).all(axis=1).mean() > 0.9


def test_rules_hold_in_both_directions():
    """Also in a model that was never trained, which would break them all the time."""
    allowed = np.zeros((6, 3), bool)
    allowed[np.arange(6), np.arange(6) // 2] = True
    layout = Layout((category("a", 0, 6), category("b", 1, 3)), rules=(Rule(0, 1, allowed),), n_samples=1000)
    model = Recurrent(units=16).build(layout)
    y = draw(model, 2000)
    assert (y[:, 0] // 2 == y[:, 1]).all()
    assert set(y[:, 0]) == set(range(6))
    assert set(draw(model, 1000, knowing(1000, 2, b1=1))[:, 0]) == {2, 3}
    assert set(draw(model, 1000, knowing(1000, 2, b0=5))[:, 1]) == {2}
    cells = np.indices((6, 3)).reshape(2, -1).T.astype("int32")
    likelihood = np.exp(model.log_likelihood(cells))
    assert likelihood.sum() == pytest.approx(1, abs=1e-5)
    assert likelihood[~allowed.ravel()].max() < 1e-9


def test_a_rule_that_allows_nothing_is_waived():
    """Of two columns the first is known to hold a token that no token of the second may follow."""
    allowed = np.array([[True, False], [False, False]])
    layout = Layout((category("a", 0, 2), category("b", 1, 2)), rules=(Rule(0, 1, allowed),), n_samples=100)
    model = Recurrent(units=16).build(layout)
    assert set(draw(model, 1000, knowing(1000, 2, b0=1))[:, 1]) == {0, 1}


def test_no_rows():
    model = Recurrent().build(Layout((category("a", 0, 3),), n_samples=10))
    assert draw(model, 0).shape == (0, 1)
    assert model.log_likelihood(np.zeros((0, 1), "int32")).shape == (0,)
    assert draw(model, 5).shape == (5, 1)


@pytest.mark.parametrize(
    "name, value",
    [
        ("cell", "rnn"),
        ("units", 0),
        ("units", 12.5),
        ("depth", 0),
        ("dropout", 1.0),
        ("smoothing", -0.1),
        ("learning_rate", 0),
        ("weight_decay", "auto"),
    ],
)
def test_a_wrong_parameter_is_named(name, value):
    with pytest.raises(ValueError, match=rf"{name} must be .*Received: {name}={value!r}"):
        Recurrent(**{name: value}).build(Layout((category("a", 0, 3),), n_samples=10))


def test_auto_is_for_those_who_offer_it():
    with pytest.raises(ValueError, match="width must be an integer of at least 1 or 'auto'. Received: width='wide'"):
        Autoregressive(width="wide").build(Layout((category("a", 0, 3),), n_samples=10))


@pytest.mark.once
def test_a_table_from_fit_to_score(tmp_path):
    table = make_table(300, random_state=0)
    X, y = table.drop(columns="bought"), table["bought"]
    model = Recurrent(cell="lstm", units=16)
    synthesizer = TabularSynthesizer(model=model, epochs=2, verbose=0, random_state=0).fit(X, y)
    X_new, y_new = synthesizer.generate(200)
    assert (X_new.dtypes == X.dtypes).all()
    assert set(y_new) == {"yes", "no"}
    assert set(zip(X_new.city, X_new.country, strict=True)) <= set(zip(X.city, X.country, strict=True))
    given, labels = synthesizer.generate(y=["yes"] * 100, condition={"age": (60, None), "country": "NO"})
    assert (labels == "yes").all()
    assert (given["age"] >= 60).all()
    assert (given["city"] == "Oslo").all()
    both = np.logaddexp(*(synthesizer.score_samples(X, np.full(300, label)) for label in ("yes", "no")))
    assert synthesizer.score_samples(X) == pytest.approx(both, abs=1e-3)
    path = tmp_path / "table.augment"
    synthesizer.save(path)
    loaded = TabularSynthesizer.load(path)
    assert loaded.generate(200)[0].equals(X_new)
    assert loaded.score(X, y) == synthesizer.score(X, y)


def test_the_family_has_a_name():
    assert isinstance(get("recurrent"), Recurrent)

"""The adversarial network against truth: a ring of Gaussians, rare categories, margins, who learns from which loss."""

import numpy as np
import pandas as pd
import pytest
from keras import ops

from augment import TabularSynthesizer
from augment.codecs.layout import Condition, VectorBlock, VectorLayout
from augment.models import GAN
from augment.models.gan import GANModel

pytestmark = pytest.mark.slow  # at the lowest versions the contract covers the families

LAYOUT = VectorLayout(
    (
        VectorBlock("a", 0, 1, "number", 0),
        VectorBlock("b", 1, 3, "one_hot", 1),
        VectorBlock("c", 4, 1, "number", 2),
    ),
    3,
    n_samples=1000,
)


def rows(n=2000, rng=None):
    rng = np.random.default_rng(0) if rng is None else rng
    x = np.zeros((n, 5), "float32")
    x[:, [0, 4]] = rng.normal(size=(n, 2))
    x[np.arange(n), 1 + rng.choice(3, n, p=[0.9, 0.09, 0.01])] = 1
    return x


def ring(n, rng):
    mode = rng.integers(0, 8, n)
    centre = np.stack([np.cos(mode * np.pi / 4), np.sin(mode * np.pi / 4)], axis=1)
    return pd.DataFrame(centre + 0.05 * rng.normal(size=(n, 2)), columns=["x", "y"])


@pytest.mark.parametrize("seed", [0, *(pytest.param(seed, marks=pytest.mark.once) for seed in (1, 2))])
def test_all_eight_gaussians_of_a_ring_are_found(seed):
    table = ring(4000, np.random.default_rng(seed))
    model = GAN(latent_dim=8, width=64, learning_rate=0.002)
    synthesizer = TabularSynthesizer(model, epochs=40, batch_size=256, verbose=0, random_state=seed).fit(table)
    new = synthesizer.generate(4000).to_numpy()
    mode = np.round(np.arctan2(new[:, 1], new[:, 0]) / (np.pi / 4)).astype(int) % 8
    centre = np.stack([np.cos(mode * np.pi / 4), np.sin(mode * np.pi / 4)], axis=1)
    near = np.linalg.norm(new - centre, axis=1) < 0.2
    shares = np.bincount(mode[near], minlength=8) / len(new)
    assert (shares > 0.04).all(), shares
    assert near.mean() > 0.7


class OneLoss(GANModel):
    """Trains by one player's loss alone."""

    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None, training=True):
        losses = {"generator": ops.mean(y_pred["fooled"]), "discriminator": ops.mean(y_pred["fake"] - y_pred["real"])}
        return sum(loss * (player == self.player) for player, loss in losses.items())


@pytest.mark.parametrize("player", ["generator", "discriminator"])
def test_each_player_learns_from_its_own_loss_alone(player):
    built = GAN(latent_dim=4, width=8, depth=1).build(LAYOUT)
    model = OneLoss(LAYOUT, built.generator, built.discriminator, 4, 0.1, 1.0, 0.5, 0.0)
    model.player = player
    model.build((None, 6))
    model.compile(optimizer="sgd")
    before = {name: getattr(model, name).get_weights() for name in ("generator", "discriminator")}
    x = model.training_rows(rows(64), 64, np.random.default_rng(0))
    model.fit(x, batch_size=32, verbose=0)
    for name, weights in before.items():
        changed = any((a != b).any() for a, b in zip(weights, getattr(model, name).get_weights(), strict=True))
        assert changed == (name == player)


def test_rows_of_one_distribution_have_moments_that_are_not_apart_on_average():
    model = GAN(latent_dim=4, width=8, depth=1).build(LAYOUT)
    rng = np.random.default_rng(0)
    model.training_rows(rows(5000), 5000, rng)
    apart = []
    for _ in range(200):
        real, fake = rows(64, rng), rows(64, rng)
        halves = ops.convert_to_numpy(model._moments(real) - model._moments(fake))
        apart.append([halves.prod(axis=0).sum(), np.square(halves.mean(axis=0)).sum()])
    product, square = np.transpose(apart)
    assert abs(product.mean()) < 3 * product.std() / len(product) ** 0.5
    assert abs(product.mean()) < square.mean() / 10


def test_rare_categories_come_more_often_and_say_why_they_came():
    x = rows(5000)
    model = GAN(latent_dim=4, width=8, depth=1).build(LAYOUT)
    new = model.training_rows(x, 20_000, np.random.default_rng(0))
    assert (new[:, -1] == 1).all()
    expected = np.log1p(x[:, 1:4].sum(axis=0))
    assert new[:, 1:4].mean(axis=0) == pytest.approx(expected / expected.sum(), abs=0.02)


def test_new_rows_start_from_categories_by_their_shares():
    x = rows(5000)
    model = GAN(latent_dim=4, width=8, depth=1).build(LAYOUT)
    model.training_rows(x, 5000, np.random.default_rng(0))
    new = model.transport(model.noise(20_000, np.random.default_rng(1)))
    assert new[:, 1:4].mean(axis=0) == pytest.approx(x[:, 1:4].mean(axis=0), abs=0.01)


def test_margins_are_corrected_even_of_a_network_that_learned_nothing():
    x = rows(5000)
    two = (VectorBlock("d", 5, 2, "one_hot", 3),)
    layout = VectorLayout(LAYOUT.blocks + two, 4, n_samples=1000)
    x = np.concatenate(
        [x, np.eye(2, dtype="float32")[(np.random.default_rng(1).random(5000) < 0.2).astype(int)]], axis=1
    )
    model = GAN(latent_dim=4, width=8, depth=1).build(layout)
    model.training_rows(x, 5000, np.random.default_rng(0))
    model.conclude(x, np.random.default_rng(0))
    new = model.transport(model.noise(20_000, np.random.default_rng(1)))
    assert new[:, 1:4].mean(axis=0) == pytest.approx(x[:, 1:4].mean(axis=0), abs=0.02)
    assert new[:, 5:].mean(axis=0) == pytest.approx(x[:, 5:].mean(axis=0), abs=0.03)
    assert new[:, [0, 4]].mean(axis=0) == pytest.approx([0, 0], abs=0.05)
    assert new[:, [0, 4]].std(axis=0) == pytest.approx([1, 1], abs=0.05)
    assert np.abs(new[:, [0, 4]]).max() > 3


SPIKED = VectorLayout(
    (
        VectorBlock("group", 0, 2, "one_hot", 0),
        VectorBlock("paid", 2, 1, "number", 1),
        VectorBlock("paid", 3, 2, "one_hot", 1),
    ),
    2,
    n_samples=1000,
)


def spiked_rows(place, n=2000):
    """Rows whose number is there in a tenth and stands at `place` in the others."""
    rng = np.random.default_rng(0)
    there = rng.random(n) < 0.1
    score = np.where(there, rng.normal(size=n), place)
    return np.column_stack([np.eye(2)[rng.integers(0, 2, n)], score, there, ~there]).astype("float32")


def test_where_a_number_that_is_not_there_stands_makes_no_difference():
    model = GAN(latent_dim=4, width=8, depth=1).build(SPIKED)
    model.training_rows(spiked_rows(0.0), 2000, np.random.default_rng(0))
    noise, known = model.noise(2000, np.random.default_rng(1)), np.tile([False, True], (2000, 1))
    moments, new = zip(
        *(
            (
                ops.convert_to_numpy(model._moments(model._gated(spiked_rows(place)))),
                model.transport(noise, Condition(None, known, values=spiked_rows(place))),
            )
            for place in (-4.0, 4.0)
        ),
        strict=True,
    )
    assert np.array_equal(*moments)
    assert np.array_equal(new[0][:, :2], new[1][:, :2])
    assert np.array_equal(new[0][:, 2:], spiked_rows(-4.0)[:, 2:])  # known cells keep their values


@pytest.mark.once
def test_a_number_that_is_seldom_there_keeps_its_margin_and_what_hangs_on_it():
    rng = np.random.default_rng(0)
    paid = np.where(rng.random(4000) < 0.1, rng.lognormal(5, 1, 4000).round(2), 0)
    high = (paid > np.exp(5)) | ((paid == 0) & (rng.random(4000) < 0.1))
    table = pd.DataFrame({"paid": paid, "level": np.where(high, "high", "low")})
    model = GAN(latent_dim=8, width=64, learning_rate=0.002)
    new = TabularSynthesizer(model, epochs=40, batch_size=256, verbose=0, random_state=0).fit(table).generate(20_000)
    there, quarters = new[new["paid"] > 0], [0.25, 0.5, 0.75]
    assert len(there) / len(new) == pytest.approx((paid > 0).mean(), abs=0.01)
    expected = np.quantile(np.log(paid[paid > 0]), quarters)
    assert np.log(there["paid"]).quantile(quarters).to_numpy() == pytest.approx(expected, abs=0.15)
    big = there["paid"] > np.exp(5)
    assert (there["level"] == "high")[big].mean() > 0.75
    assert (there["level"] == "high")[~big].mean() < 0.25


@pytest.fixture(scope="module")
def fitted():
    rng = np.random.default_rng(0)
    group = rng.choice(["a", "b", "rare"], 2000, p=[0.6, 0.37, 0.03])
    value = rng.normal(size=2000) + np.select([group == "a", group == "b"], [-2, 2], 6)
    table = pd.DataFrame({"group": group, "value": value})
    model = GAN(latent_dim=8, width=64, learning_rate=0.002)
    return table, TabularSynthesizer(model, epochs=30, verbose=0, random_state=0).fit(table)


def test_known_columns_give_the_conditional(fitted):
    table, synthesizer = fitted
    for group in ("a", "b", "rare"):
        new = synthesizer.generate(2000, condition={"group": group})
        assert (new["group"] == group).all()
        below, wanted = ((rows["value"] < 0.5).mean() for rows in (new, table[table["group"] == group]))
        assert below == pytest.approx(wanted, abs=0.12)


def test_both_losses_and_the_error_are_recorded(fitted):
    history = fitted[1].history_
    assert {"d_loss", "g_loss", "val_error"} <= set(history)
    assert min(history["val_error"]) < history["val_error"][0]


def test_the_score_is_an_agreement_where_there_is_no_likelihood(fitted):
    table, synthesizer = fitted
    assert not hasattr(synthesizer, "score_samples")
    with pytest.raises(AttributeError, match="has no attribute 'score_samples'"):
        synthesizer.score_samples(table)
    shuffled = table.assign(value=table["value"].sample(frac=1, random_state=0).to_numpy())
    assert -0.3 < synthesizer.score(table) < 0
    assert synthesizer.score(table) > synthesizer.score(shuffled) + 0.2
    assert synthesizer.score(table) == synthesizer.score(table)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"gamma": -1}, "gamma must be a number of at least 0"),
        ({"temperature": 0}, "temperature must be a number of at least 0.001"),
        ({"latent_dim": 1.5}, "latent_dim must be an integer of at least 1"),
    ],
)
def test_a_wrong_parameter_is_named(options, message):
    with pytest.raises(ValueError, match=message):
        GAN(**options).build(LAYOUT)

"""The variational autoencoder against truth: a bound on a known likelihood, conditionals, the mixture of codes."""

import keras
import numpy as np
import pandas as pd
import pytest
from keras import ops

from augment import TabularSynthesizer
from augment.models import VAE
from augment.models.vector_heads import VectorHeads

pytestmark = pytest.mark.slow  # at the lowest versions the contract covers the families

P = {("a", "x"): 0.4, ("a", "y"): 0.1, ("b", "x"): 0.05, ("b", "y"): 0.25, ("c", "y"): 0.2}


def sampled(n=2000):
    rng = np.random.default_rng(0)
    rows = np.array(list(P))[rng.choice(len(P), n, p=list(P.values()))]
    number = rng.normal(size=n) + 2 * (rows[:, 0] == "a")
    return pd.DataFrame({"first": rows[:, 0], "second": rows[:, 1], "number": number})


@pytest.fixture(scope="module")
def fitted():
    model = VAE(latent_dim=4, width=32, depth=1, beta=1.0, n_components=16, learning_rate=0.005)
    return TabularSynthesizer(model, epochs=30, verbose=0, random_state=0).fit(sampled())


@pytest.fixture(scope="module")
def discrete():
    model = VAE(latent_dim=4, width=32, depth=1, beta=1.0, n_components=16, learning_rate=0.005)
    table = sampled()[["first", "second"]]
    return TabularSynthesizer(model, epochs=30, verbose=0, random_state=0).fit(table)


def test_the_joint_distribution_is_learned(fitted):
    shares = fitted.generate(20_000).groupby(["first", "second"]).size() / 20_000
    for cell, share in P.items():
        assert shares[cell] == pytest.approx(share, abs=0.04)
    assert shares.get(("c", "x"), 0) < 0.03


def test_the_bound_stays_under_the_closed_form_and_near_it(discrete):
    cells = pd.DataFrame(list(P), columns=["first", "second"])
    table = sampled()[["first", "second"]]
    shares = table.groupby(["first", "second"]).size().reindex(list(P)).to_numpy() / len(table)
    bound = (shares * discrete.score_samples(cells)).sum()
    entropy = -(shares * np.log(shares)).sum()
    assert -entropy - 0.1 < bound < -entropy + 0.01


def test_probabilities_of_all_cells_add_up_to_one_at_most(discrete):
    cells = pd.DataFrame([(a, b) for a in "abc" for b in "xy"], columns=["first", "second"])
    assert np.exp(discrete.score_samples(cells)).sum() < 1.02


def test_a_known_column_gives_the_conditional(fitted):
    new = fitted.generate(8000, condition={"second": "y"})
    assert (new["second"] == "y").all()
    for first, share in (("a", 0.1), ("b", 0.25), ("c", 0.2)):
        assert (new["first"] == first).mean() == pytest.approx(share / 0.55, abs=0.07)


def test_a_known_number_tells_of_a_category(fitted):
    high, low = (fitted.generate(3000, condition={"number": value})["first"] for value in (3.0, -1.0))
    assert (high == "a").mean() > 0.8
    assert (low == "a").mean() < 0.25


def test_new_rows_are_drawn_from_the_codes_of_real_ones(fitted):
    model = fitted.model_
    assert ops.convert_to_numpy(model.shares.value).sum() == pytest.approx(1, abs=1e-5)
    x = fitted.codec_.encode(sampled(), np.random.default_rng(1))
    real = ops.convert_to_numpy(model.encoder(x))[:, :4]
    noise = model.noise(4000, np.random.default_rng(0))
    codes = model._codes(noise[:, 0], noise[:, -4:])
    assert codes.mean(axis=0) == pytest.approx(real.mean(axis=0), abs=0.1)
    assert (codes.std(axis=0) > 0.9 * real.std(axis=0)).all()


@pytest.mark.once
def test_likelihood_of_some_columns_alone():
    table = sampled(2000)
    X, y = table[["first", "number"]], table["second"]
    model = VAE(latent_dim=4, width=32, depth=1, beta=1.0, n_components=8, learning_rate=0.005)
    synthesizer = TabularSynthesizer(model, epochs=25, verbose=0, random_state=0).fit(X, y)
    alone, x, y_ = (
        synthesizer.score_samples(X[:200]),
        *(synthesizer.score_samples(X[:200], np.repeat(label, 200)) for label in "xy"),
    )
    assert np.abs(np.logaddexp(x, y_) - alone).mean() < 0.05


@pytest.mark.once
def test_networks_of_ones_own():
    table = sampled(300)
    width = {"layout": None}

    def build(layout):
        width["layout"] = layout
        return VAE(latent_dim=2).build(layout)

    TabularSynthesizer(build, epochs=1, verbose=0).fit(table)
    layout = width["layout"]
    encoder = keras.Sequential([keras.layers.Dense(8, activation="relu"), keras.layers.Dense(4)])
    decoder = keras.Sequential([keras.Input((2,)), keras.layers.Dense(VectorHeads(layout).size)])
    before = decoder.get_weights()
    model = VAE(latent_dim=2, encoder=encoder, decoder=decoder)
    synthesizer = TabularSynthesizer(model, epochs=2, verbose=0, random_state=0).fit(table)
    assert len(synthesizer.generate(10)) == 10
    assert all(np.array_equal(a, b) for a, b in zip(before, decoder.get_weights(), strict=True))
    with pytest.raises(ValueError, match=rf"encoder must map \(batch, {layout.width}\) to \(batch, 6\)"):
        TabularSynthesizer(VAE(latent_dim=3, encoder=encoder), verbose=0).fit(table)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"latent_dim": 0}, "latent_dim must be an integer of at least 1 or 'auto'. Received: latent_dim=0"),
        ({"beta": -1}, "beta must be a number of at least 0"),
        ({"learning_rate": "fast"}, "learning_rate must be a number"),
        ({"optimizer": 3}, "optimizer must be None, a name or a Keras optimizer"),
        ({"encoder": 3}, "encoder must be a Keras model"),
    ],
)
def test_a_wrong_parameter_is_named(options, message):
    with pytest.raises((ValueError, TypeError), match=message):
        TabularSynthesizer(VAE(**options), verbose=0).fit(sampled(50))

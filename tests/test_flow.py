"""The flow against truth: samplers on directions in closed form, a Gaussian that is learned, known columns."""

import keras
import numpy as np
import pandas as pd
import pytest
from keras import ops
from scipy.special import ndtr, ndtri

from augment import TabularSynthesizer
from augment.codecs.layout import Condition, VectorBlock, VectorLayout
from augment.models import Flow

pytestmark = pytest.mark.slow  # at the lowest versions the contract covers the families

PLANE = VectorLayout(tuple(VectorBlock(name, i, 1, "number", i) for i, name in enumerate("ab")), 2, n_samples=1000)
MEAN, SPREAD = np.array([1.0, -0.5], "float32"), np.array([0.5, 2.0], "float32")


@keras.saving.register_keras_serializable("tests")
class Exact(keras.layers.Layer):
    """The mean direction from standard normal noise to independent normals, in closed form."""

    def call(self, inputs):
        mean, spread = ops.convert_to_tensor(MEAN), ops.convert_to_tensor(SPREAD)
        x, time = inputs[:, :2], inputs[:, 4:5]
        variance = (1 - time) ** 2 + (time * spread) ** 2
        return mean + (time * spread**2 - (1 - time)) / variance * (x - time * mean)


def transported(n=20_000, condition=None, **options):
    model = Flow(network=Exact(), **options).build(PLANE)
    noise = model.noise(n, np.random.default_rng(0))
    return noise[:, :2], np.asarray(model.transport(noise, condition))


def test_a_gaussian_is_mapped_to_the_known_one():
    noise, x = transported(n_steps=32)
    assert x == pytest.approx(MEAN + SPREAD * noise, abs=0.03)


def test_heun_is_of_second_order_and_euler_of_first():
    errors = {}
    for sampler in ("euler", "heun"):
        for n_steps in (8, 16):
            noise, x = transported(2000, sampler=sampler, n_steps=n_steps)
            errors[sampler, n_steps] = np.abs(x[:, 1] - MEAN[1] - SPREAD[1] * noise[:, 1]).mean()
    assert errors["heun", 16] < 0.25 * errors["euler", 16]
    assert 1.5 < errors["euler", 8] / errors["euler", 16] < 2.5
    assert errors["heun", 8] / errors["heun", 16] > 2.5


def test_known_columns_keep_their_values():
    values = np.zeros((500, 2), "float32")
    values[:, 0] = np.linspace(-2, 2, 500)
    known = np.tile([True, False], (500, 1))
    for scale in (1.0, 2.0):
        _, x = transported(500, Condition(None, known, values=values), guidance_scale=scale)
        assert np.array_equal(x[:, 0], values[:, 0])
        assert x[:, 1].std() > 0.5


@pytest.fixture(scope="module")
def correlated():
    """A model of two numbers with correlation .8 and a category that is their sign."""
    rng = np.random.default_rng(0)
    a = rng.normal(size=3000)
    b = 0.8 * a + 0.6 * rng.normal(size=3000)
    table = pd.DataFrame({"a": a, "b": b, "sign": np.where(a + b > 0, "plus", "minus")})
    model = Flow(width=64, depth=1, learning_rate=0.01, n_steps=8)
    return table, TabularSynthesizer(model, epochs=50, verbose=0, random_state=0).fit(table)


def test_the_joint_distribution_is_learned(correlated):
    table, synthesizer = correlated
    new = synthesizer.generate(8000)
    assert new["a"].corr(new["b"]) == pytest.approx(0.8, abs=0.04)
    assert (new["sign"] == "plus").mean() == pytest.approx((table["sign"] == "plus").mean(), abs=0.04)
    assert ((new["a"] + new["b"] > 0) == (new["sign"] == "plus")).mean() > 0.93


def test_a_known_number_gives_the_conditional(correlated):
    new = correlated[1].generate(4000, condition={"a": 1.0})
    assert (new["a"] == 1.0).all()
    assert new["b"].mean() == pytest.approx(0.8, abs=0.12)
    assert new["b"].std() == pytest.approx(0.6, abs=0.12)


def test_a_known_category_gives_the_conditional(correlated):
    table, synthesizer = correlated
    new = synthesizer.generate(4000, condition={"sign": "minus"})
    real = table[table["sign"] == "minus"]
    assert new["a"].mean() == pytest.approx(real["a"].mean(), abs=0.12)
    assert ((new["a"] + new["b"]) > 0).mean() < 0.12


@pytest.mark.once
def test_a_category_follows_narrow_bands_of_a_number():
    rng = np.random.default_rng(0)
    rank = rng.random(3000)
    table = pd.DataFrame({"a": ndtri(rank), "band": np.where(np.floor(8 * rank) % 2, "odd", "even")})
    model = Flow(width=64, depth=1, learning_rate=0.01, n_steps=8)
    new = TabularSynthesizer(model, epochs=30, verbose=0, random_state=0).fit(table).generate(8000)
    odd = np.floor(8 * ndtr(new["a"])) % 2 == 1
    assert ((new["band"] == "odd") == odd).mean() > 0.68  # .55 without waves of the rank


def test_guidance_exaggerates_the_condition(correlated):
    table, synthesizer = correlated
    model = Flow(width=64, depth=1, n_steps=8, guidance_scale=2.0)
    guided = model.build(synthesizer.codec_.layout)
    guided.set_weights(synthesizer.model_.get_weights())
    condition = synthesizer.codec_.condition({"sign": "minus"}, 3000)
    condition = synthesizer.codec_.for_model(condition, np.random.default_rng(0))
    plain, far = (
        synthesizer.codec_.decode(
            model.transport(model.noise(3000, np.random.default_rng(1)), condition), np.random.default_rng(2)
        )
        for model in (synthesizer.model_, guided)
    )
    assert far["a"].mean() < plain["a"].mean() - 0.1


@pytest.mark.once
def test_validation_loss_is_the_same_at_every_call(correlated):
    table, synthesizer = correlated
    x = synthesizer.codec_.encode(table[:256])
    first, second = (ops.convert_to_numpy(synthesizer.model_(x, training=False)) for _ in range(2))
    assert np.array_equal(first, second)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"sampler": "rk4"},
            "sampler must be 'auto' or one of 'adams', 'dpm', 'euler', 'heun'. Received: sampler='rk4'",
        ),
        ({"n_steps": 0}, "n_steps must be an integer of at least 1"),
        ({"guidance_scale": -1}, "guidance_scale must be a number of at least 0"),
        ({"network": keras.layers.Dense(3)}, r"network must map \(batch, 21\) to \(batch, 2\). It gives \(batch, 3\)"),
    ],
)
def test_a_wrong_parameter_is_named(options, message):
    with pytest.raises(ValueError, match=message):
        Flow(**options).build(PLANE)

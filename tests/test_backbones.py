"""Networks of one's own: shapes are checked, weights are kept, the user's network is left alone."""

import keras
import numpy as np
import pytest

from augment.models.backbones import dense, own, plain


def network(n_inputs=3, n_outputs=2):
    return keras.Sequential([keras.Input((n_inputs,)), keras.layers.Dense(n_outputs)])


class Unnamed(keras.Model):
    """A network that Keras cannot copy: it is not told how to make another one."""

    def __init__(self, n_outputs):
        super().__init__()
        self.layer = keras.layers.Dense(n_outputs)

    def call(self, x):
        return self.layer(x)


@keras.saving.register_keras_serializable()
class Named(Unnamed):
    def get_config(self):
        return {"n_outputs": self.layer.units}


@keras.saving.register_keras_serializable()
class Twofold(keras.Model):
    def call(self, x):
        return x, x


@pytest.mark.parametrize("make", [dense, plain])
def test_shapes(make):
    assert make(5, 3, width=8, depth=2).output_shape == (None, 3)


def test_a_network_of_ones_own_is_copied_with_its_weights():
    mine = network()
    copy = own(mine, "encoder", (3,), (2,))
    assert copy is not mine
    assert np.array_equal(copy.get_weights()[0], mine.get_weights()[0])


def test_one_that_is_not_built_is_built_and_left_alone():
    mine = keras.Sequential([keras.layers.Dense(2)])
    assert own(mine, "encoder", (3,), (2,)).built
    assert not mine.built


@pytest.mark.parametrize("built", [True, False])
def test_a_network_of_a_class_of_ones_own_is_copied_once_keras_can(built):
    mine, x = Named(2), np.ones((4, 3), "float32")
    before = keras.ops.convert_to_numpy(mine(x)) if built else None
    copy = own(mine, "encoder", (3,), (2,))
    assert copy is not mine and mine.built == built
    if built:
        assert np.array_equal(keras.ops.convert_to_numpy(copy(x)), before)


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        (network(4), ValueError, r"encoder must map \(batch, 3\) to \(batch, 2\), and does not take zeros.*: Input 0"),
        (network(3, 5), ValueError, r"encoder must map \(batch, 3\) to \(batch, 2\). It gives \(batch, 5\)"),
        (keras.layers.Reshape((1, 3)), ValueError, r"It gives \(batch, 1, 3\)"),
        (lambda x: x, TypeError, "encoder must be a Keras model or layer"),
        (network, TypeError, "encoder must be a Keras model or layer"),
        (
            Unnamed(2),
            TypeError,
            r"encoder cannot be copied.*register_keras_serializable.* class Unnamed and .*get_config",
        ),
        (Twofold(), ValueError, r"must map \(batch, 3\) to \(batch, 2\). It gives a tuple"),
    ],
)
def test_a_wrong_network_is_refused_with_the_shape_it_should_have(given, error, message):
    with pytest.raises(error, match=message):
        own(given, "encoder", (3,), (2,))

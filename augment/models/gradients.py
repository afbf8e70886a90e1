"""All that depends on the backend, and what stops gradients."""

import keras
from keras import ops


def jit_compile():
    """Whether a model should be compiled by XLA: not on TensorFlow.

    There, on two cores, a training step took .75 of the CPU time for the autoregressive family, as much as before for a
    VAE, and two to three times as much for flow and GAN, whose random numbers and error functions it makes slow; the
    compiler takes 12 s more.
    """
    return False if keras.backend.backend() == "tensorflow" else "auto"


def steps_at_once(n):
    """How many steps may run in one compiled call, n where the backend can: torch runs them one by one."""
    return 1 if keras.backend.backend() == "torch" else n


def frozen(layer, *inputs, **options):
    """Call a layer so that gradients reach its inputs and none reach its weights; its state does not change.

    Parameters
    ----------
    layer : keras.Layer
        Built.
    *inputs, **options
        What it is called with.
    """
    outputs, _ = layer.stateless_call(
        [ops.stop_gradient(variable.value) for variable in layer.trainable_variables],
        [ops.stop_gradient(variable.value) for variable in layer.non_trainable_variables],
        *inputs,
        **options,
    )
    return outputs

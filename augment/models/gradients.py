"""All that depends on the backend."""

import keras


def jit_compile():
    """Whether a model should be compiled by XLA: on TensorFlow a CPU gains nothing from the half minute it takes."""
    return False if keras.backend.backend() == "tensorflow" else "auto"

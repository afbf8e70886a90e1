"""What every test shares: the Keras backend, a quiet TensorFlow, both dataframe libraries, small tables."""

import gc
import importlib
import os

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("OMP_NUM_THREADS", "1")  # on a busy machine two threads of scikit-learn's wait ten times as long
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # before TensorFlow is imported: later it has no effect

import hypothesis
import pytest

from augment.datasets import make_table

# The same examples in every run: a test must fail for a change in the code, not for luck.
hypothesis.settings.register_profile("augment", deadline=None, derandomize=True)
hypothesis.settings.load_profile("augment")


@pytest.fixture(params=["pandas", "polars"])
def df_module(request):
    """A dataframe library: the test runs once with each."""
    return importlib.import_module(request.param)


@pytest.fixture(autouse=True, scope="session")
def _drawn():
    """Hypothesis looks once for who holds its random numbers, and would not find it among what is frozen."""
    hypothesis.given(hypothesis.strategies.none())(lambda nothing: None)()
    yield
    gc.unfreeze()  # or what is in C++ would be told of as leaked


@pytest.fixture(autouse=True, scope="module")
def _settled():
    """What is alive after a file stays so: the collector need not walk all that was ever traced, time and again."""
    yield
    gc.collect()
    gc.freeze()


def _one_step():
    from augment import training
    from augment.models import GenerativeModel

    with pytest.MonkeyPatch.context() as patch:
        if os.environ["KERAS_BACKEND"] != "jax":  # which compiles single operations, too: all of them take longer
            eager = property(lambda self: True, lambda self, value: None)
            patch.setattr(GenerativeModel, "run_eagerly", eager, raising=False)
        patch.setattr(training, "EPOCH_STEPS", (1, 1))
        patch.setattr(training, "EXECUTION_STEPS", 1)
        patch.setattr(training, "validation_rows", lambda arrays, batch_size, rng: arrays)
        yield


# Fits whose epochs are a single step, not compiled but on JAX, a tenth of what a fit costs: for tests in which how
# well a network learns and that it is compiled are not the subject; for a test, or for all of a file and its fixtures.
one_step = pytest.fixture(_one_step, name="one_step")
one_step_here = pytest.fixture(_one_step, scope="module", name="one_step_here")


@pytest.fixture
def tiny_table():
    """Sixty rows of every kind of column."""
    return make_table(60, random_state=0)

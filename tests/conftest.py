"""What every test shares: the Keras backend, a quiet TensorFlow, both dataframe libraries, small tables."""

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


@pytest.fixture
def tiny_table():
    """Sixty rows of every kind of column."""
    return make_table(60, random_state=0)

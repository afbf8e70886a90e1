"""A synthesizer saved here generates the same rows on another backend, and every family trains on torch."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from small_models import small

from augment import TabularSynthesizer
from augment.datasets import make_table
from augment.models.base import _families

ROOT = Path(__file__).resolve().parents[1]


def needs(name):
    """A backend as a parameter that is skipped where it is not installed."""
    missing = importlib.util.find_spec(name) is None
    return pytest.param(name, marks=pytest.mark.skipif(missing, reason=f"{name} is not installed"))


LOADS = """
import sys
from pathlib import Path
from augment import TabularSynthesizer
for path in Path(sys.argv[1]).glob("*.augment"):
    new = TabularSynthesizer.load(path).generate(300, random_state=1)
    new.to_pickle(path.with_suffix(".other"))
"""
TRAINS = """
import warnings
import numpy as np
import pandas as pd
from augment import SequenceSynthesizer, TabularSynthesizer
from augment.datasets import make_table
from augment.models.base import _families
warnings.filterwarnings("error", "__array_wrap__")  # arrays and tensors of torch that are added will fail one day
table, options = make_table(100, random_state=0), {"epochs": 1, "verbose": 0, "random_state": 0}
for name in _families():
    synthesizer = TabularSynthesizer(name, **options).fit(table)
    assert len(synthesizer.generate(7)) == 7
    assert (synthesizer.generate(7, condition={"city": "Rome"})["city"] == "Rome").all()
series = np.random.default_rng(0).normal(size=(20, 4, 2))
for name in ("flow", "gan", "recurrent", "vae"):
    synthesizer = SequenceSynthesizer(name, kind="series", **options).fit(series, [0, 1] * 10)
    new, _ = synthesizer.generate(history=series[:2, :2], horizon=3)
    assert new.shape == (2, 5, 2) and np.isfinite(new).all()
visits = pd.DataFrame({"who": np.arange(54) // 3, "day": range(54), "what": list("abbaba") * 9})
synthesizer = SequenceSynthesizer(entity="who", time="day", **options).fit(visits)
assert synthesizer.generate(5)["who"].nunique() == 5
"""


def run(script, backend, *arguments):
    environment = {**os.environ, "KERAS_BACKEND": backend, "PYTHONPATH": str(ROOT)}
    environment["JAX_DISABLE_MOST_OPTIMIZATIONS"] = "1"  # compiling takes longer than what is compiled
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.fixture(scope="module")
def saved(tmp_path_factory, one_step_here):
    folder = tmp_path_factory.mktemp("saved")
    for name in _families():
        synthesizer = TabularSynthesizer(small(name), epochs=1, verbose=0, random_state=0)
        synthesizer.fit(make_table(200, random_state=0))
        synthesizer.save(folder / f"{name}.augment")
        synthesizer.generate(300, random_state=1).to_pickle(folder / f"{name}.here")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("backend", [needs(name) for name in ("jax", "torch")])
def test_another_backend_reads_it_and_draws_the_same_rows(saved, backend):
    run(LOADS, backend, str(saved))
    for name in _families():
        here, other = (pd.read_pickle(saved / f"{name}.{where}") for where in ("here", "other"))
        assert here.dtypes.equals(other.dtypes)
        same = (here == other) | (here.isna() & other.isna())
        labels = ["city", "country", "member", "bought"]
        assert same[labels].to_numpy().mean() > 0.98, name  # rounding differs


@pytest.mark.slow
@pytest.mark.parametrize("backend", [needs("torch")])  # on JAX the families' own tests run
def test_every_family_trains_on_torch(backend):
    run(TRAINS, backend)

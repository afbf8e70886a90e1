"""Columns that coincide in a part of a table's rows do so in as many of the new ones."""

import numpy as np
import pandas as pd
import pytest

from augment import TabularSynthesizer
from augment.models import Autoregressive

pytestmark = pytest.mark.slow


def fit(table, model, **settings):
    return TabularSynthesizer(model, verbose=0, random_state=0, **settings).fit(table)


@pytest.fixture(scope="module")
def coinciding():
    """A small table whose columns coincide in half of the rows, and what was fitted on it."""
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 600))
    table = pd.DataFrame({"a": a, "b": np.where(rng.random(600) < 0.5, a, b)})
    return table, fit(table, Autoregressive(width=16, depth=1), epochs=30)


def test_columns_that_coincide_in_half_of_a_small_table_do_so_in_new_rows(coinciding):
    new = coinciding[1].generate(2000)
    assert (new["a"] == new["b"]).mean() == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize(("share", "epochs"), [(1, 25), (0.6, 160)])
def test_ties_of_three_columns_are_kept(share, epochs):
    rng = np.random.default_rng(0)
    b, c, d = rng.normal(size=(3, 600))
    a, c = np.where(rng.random((2, 600)) < share, b, (c, d))
    table = pd.DataFrame({"a": a, "b": b, "c": c, "z": rng.choice(["p", "q"], 600)})
    model = Autoregressive(width=64, depth=1, learning_rate=0.004)
    synthesizer = fit(table, model, epochs=epochs, validation_fraction=0)
    for ranges in ({}, {"a": (-1, 1)}, {"a": (-1, 1), "b": (0, 3)}, {"a": (-1, 1), "b": (-1, 1), "c": (-1, 1)}):
        new, real = synthesizer.generate(2000, condition=ranges), table
        for name, ends in ranges.items():
            assert new[name].between(*ends).all()
            real = real[real[name].between(*ends)]
        for pair in (["a", "b"], ["b", "c"], ["a", "c"], ["a", "b", "c"]):
            equal, expected = ((frame[pair].nunique(axis=1) == 1).mean() for frame in (new, real))
            assert equal == pytest.approx(expected, abs=0.1), pair


@pytest.mark.parametrize("known", ["a", "b"])
def test_what_is_given_is_copied_as_given(coinciding, known):
    table, synthesizer = coinciding
    for condition in (table[[known]], {known: table[known][5]}, {known: (-1, 1)}):
        new = synthesizer.generate(600, condition=condition)
        assert (new["a"] == new["b"]).mean() > 0.35
    kept = synthesizer.generate(like=table, strength=0.2)
    assert (kept["a"] == kept["b"]).mean() > 0.35

"""Random tables through TabularSynthesizer: whatever a table holds, the generated rows have its form."""

import narwhals.stable.v2 as nw
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tables import MAKERS, make_frame

from augment import TabularSynthesizer
from augment.models import Autoregressive

pytestmark = pytest.mark.usefixtures("one_step_here")

TINY = {"model": Autoregressive(width=16, depth=1), "epochs": 1, "verbose": 0, "random_state": 0}
CONVERT = {"pandas": lambda frame: frame, "polars": pl.from_pandas, "pyarrow": lambda f: pl.from_pandas(f).to_arrow()}

tables = st.builds(
    make_frame,
    st.lists(st.sampled_from(tuple(MAKERS)), min_size=1, max_size=6, unique=True),
    st.integers(2, 60),
    st.integers(0, 10**6),
    st.sampled_from([0.0, 0.3, 1.0]),
)


def schema(table):
    """What has to stay: the names and types of the columns, in order."""
    if isinstance(table, pd.DataFrame):
        return [(name, dtype) for name, dtype in table.dtypes.items()]
    return table.schema


@pytest.mark.parametrize("library", CONVERT)
@settings(max_examples=4)
@given(table=tables, n=st.integers(0, 30), n_known=st.integers(1, 5))
def test_generated_rows_have_the_form_of_the_fitted_ones(library, table, n, n_known):
    table = CONVERT[library](table)
    synthesizer = TabularSynthesizer(**TINY).fit(table)
    new = synthesizer.generate(n)
    assert type(new) is type(table)
    assert schema(new) == schema(table)
    assert new.shape == (n, table.shape[1])
    assert len(synthesizer.score_samples(table)) == table.shape[0]
    known = nw.from_native(table, eager_only=True)[:n_known]
    filled = synthesizer.generate(condition=known.to_native())
    assert schema(filled) == schema(table)
    filled = nw.from_native(filled, eager_only=True)
    for name in known.columns:  # given cells come back as they were; open ones are filled or missing
        pairs = zip(known[name].to_list(), filled[name].to_list(), strict=True)
        assert all(pd.isna(given) or given == drawn for given, drawn in pairs), name


@pytest.mark.slow
@settings(max_examples=4)
@given(table=tables, labels=st.sampled_from([[0, 1], ["a", "b"], [True, False], [1.5, 2.5]]))
def test_pairs_come_apart_as_they_were(table, labels):
    y = (labels * len(table))[: len(table)]
    X_new, y_new = TabularSynthesizer(**TINY).fit(table, y).generate(y=labels[::-1])
    assert schema(X_new) == schema(table)
    assert y_new.tolist() == labels[::-1]


@pytest.mark.parametrize("y", [range(500, 560), [f"row {k}" for k in range(60)]])
def test_a_target_is_modelled_even_where_it_looks_like_a_key(y):
    frame = make_frame(["float64", "str"], 60, 0)
    _, y_new = TabularSynthesizer(**TINY).fit(frame, list(y)).generate(100)
    assert set(y_new.tolist()) <= set(y)

"""Rows of cells in wanted numbers: as many as asked, of that cell, and none twice while there are others."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from resampled import people, resampled

from augment.synthesizers.groups import Groups
from augment.synthesizers.rebalancing import Pool, _rows_of_cells, draw_cells
from augment.synthesizers.source import Source


@given(st.lists(st.integers(-1, 3), min_size=1, max_size=60), st.lists(st.integers(0, 40), min_size=4, max_size=4))
def test_rows_of_cells(cells, wanted):
    cell = np.array(cells)
    there = np.bincount(cell[cell >= 0], minlength=4)
    wanted = np.where(there > 0, wanted, 0)
    rows = _rows_of_cells(cell, wanted, np.random.default_rng(0))
    assert np.bincount(cell[rows], minlength=4).tolist() == wanted.tolist()
    often = np.bincount(rows, minlength=len(cell))
    for k in range(4):
        assert often[cell == k].max(initial=0) == -(-wanted[k] // max(there[k], 1))


def test_a_pool_counts_the_cells_of_its_rows_and_cells_are_drawn_as_wanted():
    table = people(600)
    synthesizer = resampled(table)
    codec = synthesizer.codec_
    source = Source(synthesizer.model_, codec, 300, lambda n: None, False, None, np.random.default_rng(0))
    pool = Pool(source, codec.place_of("job"), 600)
    groups, labels = (Groups(codec, [codec.place_of(name)], pool.columns, {}) for name in ("group", "job"))
    counts = pool.counts(groups, labels)
    assert counts.sum() == 600
    drawn = codec.decode(pool.arrays, np.random.default_rng(0))
    assert counts[0, 1] == ((drawn["group"] == "a") & (drawn["job"] == "yes")).sum()
    wanted = np.array([[20, 130], [149, 1]])
    made = draw_cells(source, pool, groups, labels, wanted)
    assert made.groupby(["group", "job"], observed=True).size().tolist() == [20, 130, 149, 1]
    assert made["group"].ne(made["group"].shift()).sum() > 50  # the cells do not follow one another

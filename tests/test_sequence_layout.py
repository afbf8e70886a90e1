"""Packing: sequences stand end to end in rows, each once and whole, with its class."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from augment.codecs.sequence_layout import NOTHING, SequenceLayout, pack


def unpacked(rows, layout):
    """Sequences and classes in packed rows, the parts of long ones joined again."""
    tokens, kinds = rows[:, : layout.length + 1], rows[:, layout.length + 1 :]
    found, classes = [], []
    for row, kind in zip(tokens, kinds, strict=True):
        row, kind = row[row != NOTHING], kind[row != NOTHING]
        if row[0] == 0:
            found.append([])
            classes.append(kind[0])
        elif row[0] != found[-1][-1]:
            raise AssertionError("a part does not begin with the last token of the one before")
        for place, token in enumerate(row[1:].tolist(), start=1):
            if token:
                found[-1].append(token)
            elif place < len(row) - 1:
                found.append([])
                classes.append(kind[place])
    return found, classes


@given(
    st.lists(st.tuples(st.lists(st.integers(1, 5), max_size=30), st.integers(0, 1)), min_size=1, max_size=12),
    st.integers(4, 12),
)
def test_packed_rows_hold_each_sequence_once_with_its_class(samples, length):
    sequences, classes = [list(each) for each, _ in samples], np.array([kind for _, kind in samples])
    layout = SequenceLayout(6, length, (0.5, 0.5), n_samples=len(samples))
    rows = pack([np.array(each, int) for each in sequences], classes, layout)
    assert rows.dtype == "int32" and rows.shape[1] == layout.width == 2 * (length + 1)
    found, kinds = unpacked(rows, layout)
    assert found == sequences and kinds == classes.tolist()
    targets = (rows[:, 1 : length + 1] != NOTHING).sum()
    assert targets == sum(map(len, sequences)) + len(sequences)  # each token and each end is guessed once


def test_a_sequence_that_fits_into_a_row_is_never_cut():
    layout = SequenceLayout(3, 8, (), n_samples=40)
    lengths = np.random.default_rng(0).integers(0, 8, 40)
    rows = pack([np.ones(n, int) for n in lengths], np.zeros(40, int), layout)
    assert (rows[:, 0] == 0).all() and rows.shape[1] == 9
    ends = [row[row != NOTHING][-1] for row in rows]
    assert ends == [0] * len(rows)

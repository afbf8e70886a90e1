"""Labels and normal scores tell the cells they were made of."""

import numpy as np
import pytest

from augment.codecs.table import TableCodec
from augment.models.latents import Label, Line, has_order, one_hot, ranks


@pytest.fixture
def numbers():
    """A layout of one number that is often missing and often zero, and its encoded rows."""
    rng = np.random.default_rng(0)
    values = np.where(rng.random(1000) < 0.3, 0.0, rng.normal(size=1000))
    values[rng.random(1000) < 0.1] = np.nan
    codec = TableCodec().fit(values[:, None])
    return codec.layout.blocks[0], codec.encode(values[:, None], rng)


def test_tokens_written_from_their_own_scores_are_the_same(numbers):
    block, x = numbers
    line, rows = Line(block, heavy=0.2), np.zeros_like(x)
    codes = line.label.codes(x)
    line.write(rows, line.scores(x, np.random.default_rng(0)), codes)
    line.label.write(rows, codes)
    assert (rows[:, 0] == x[:, 0]).mean() > 0.99  # at the seams of bins a random place may round into the next
    assert np.abs(rows[:, 1] - x[:, 1]).max() <= 1 or (np.abs(rows - x).max(axis=1) > 1).mean() < 0.01


def test_scores_are_standard_normal_and_missing_where_a_label_tells_the_cell(numbers):
    block, x = numbers
    line = Line(block, heavy=0.2)
    scores = line.scores(x, np.random.default_rng(0))
    apart = np.isnan(scores)
    assert line.label.size == 3  # zero, missing and all others
    assert (apart == (line.label.codes(x) < 2)).all()
    assert abs(scores[~apart].mean()) < 0.05
    assert abs(scores[~apart].std() - 1) < 0.05
    assert not np.isnan(Line(block, heavy=1.0).scores(x, np.random.default_rng(0))[x[:, 0] == block.size // 2]).any()


def test_a_label_writes_what_it_read():
    x, rows = np.array([[0], [3], [1], [3]], "int32"), np.full((4, 1), 9, "int32")
    label = Label(0, np.array([0, 3]), others=True)
    assert label.codes(x).tolist() == [0, 1, 2, 1]
    label.write(rows, label.codes(x))
    assert rows.ravel().tolist() == [0, 3, 9, 3]


def test_indicators_stand_side_by_side():
    found = one_hot([2, 3], [np.array([0, 1]), np.array([2, 0])], 2).toarray()
    assert found.tolist() == [[1, 0, 0, 0, 1], [0, 1, 1, 0, 0]]


def test_few_values_have_no_order_and_many_have():
    values = np.stack([np.arange(60) % 5, np.arange(60) % 20], axis=1)
    few, many = TableCodec().fit(values).layout.blocks
    assert not has_order(few)
    assert has_order(many)


def test_a_value_takes_up_a_share_of_the_ranks_as_large_as_its_weight():
    assert ranks(np.array([5.0, 1.0, 3.0])) == pytest.approx([5 / 6, 1 / 6, 3 / 6])
    assert ranks(np.array([5.0, 1.0, 3.0]), np.array([2.0, 1.0, 1.0])) == pytest.approx([0.75, 0.125, 0.375])

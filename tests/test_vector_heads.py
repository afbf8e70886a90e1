"""Heads over floats: softmax of each block, a histogram for each number, and draws that follow them."""

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from augment.codecs.layout import VectorBlock, VectorLayout
from augment.models.vector_heads import VectorHeads

BLOCKS = (
    VectorBlock("a", 0, 1, "number", 0),
    VectorBlock("a", 1, 2, "one_hot", 0),
    VectorBlock("b", 3, 5, "one_hot", 1),
    VectorBlock("c", 8, 1, "number", 2),
)
LAYOUT = VectorLayout(BLOCKS, 3, n_samples=100)


@pytest.fixture
def heads():
    return VectorHeads(LAYOUT, bins=4)


@pytest.fixture
def logits(heads):
    return np.random.default_rng(0).normal(size=(6, heads.size)).astype("float32")


def test_each_block_is_a_softmax(heads, logits):
    shares = np.exp(np.array(heads.log_probabilities(logits)))
    for places in heads.slices:
        expected = np.exp(logits[:, places]) / np.exp(logits[:, places]).sum(axis=1, keepdims=True)
        assert shares[:, places] == pytest.approx(expected, rel=1e-5)


def test_largest_marks_one_place_of_each_block(heads, logits):
    marks = np.array(heads.largest(logits))
    for places in heads.slices:
        assert (marks[:, places].argmax(axis=1) == logits[:, places].argmax(axis=1)).all()
        assert (marks[:, places].sum(axis=1) == 1).all()


def test_a_number_that_is_not_there_counts_for_nothing(heads, logits):
    x = np.zeros((6, 9), "float32")
    x[:, 0] = ndtri((np.arange(6) + 0.5) / 6)
    x[:, 4] = x[:3, 2].mean() * 0 + 1
    x[:3, 1], x[3:, 2] = 1, 1
    told = np.array(heads.targets(x))
    assert told[:3, :4].sum(axis=1).tolist() == [1, 1, 1]
    assert told[3:, :4].sum() == 0
    assert told[:, -4:].sum(axis=1).tolist() == [1] * 6


def test_the_density_of_a_rank_integrates_to_one(heads, logits):
    ranks = (np.arange(400) + 0.5) / 400
    x = np.zeros((400, 9), "float32")
    x[:, 1], x[:, 3], x[:, 0], x[:, 8] = 1, 1, ndtri(ranks), ndtri(0.3)
    row = np.repeat(logits[:1], 400, axis=0)
    shares = np.exp(np.array(heads.log_probabilities(logits[:1])))[0]
    density = np.exp(np.array(heads.log_likelihood(row, x)))
    rest = shares[heads.slices[1]][0] * shares[heads.slices[2]][0] * shares[heads.slices[3]][1] * 4
    assert density.mean() == pytest.approx(rest, rel=1e-4)


def test_draws_follow_the_probabilities(heads, logits):
    n = 20_000
    uniform = np.random.default_rng(1).random((n, 4)).astype("float32")
    x = heads.draw(np.repeat(logits[:1], n, axis=0), uniform)
    shares = np.exp(np.array(heads.log_probabilities(logits[:1])))[0]
    assert x[:, 3:8].mean(axis=0) == pytest.approx(shares[heads.slices[2]], abs=0.015)
    bins = np.histogram(ndtr(x[:, 8]), bins=4, range=(0, 1))[0] / n
    assert bins == pytest.approx(shares[heads.slices[3]], abs=0.015)

"""Prompts that end inside a piece: the drawn beginnings are as likely as the model finds them."""

import numpy as np
import pytest

from augment.codecs.sequence_layout import SequenceCondition, Way
from augment.models.ways import begun

RNG = np.random.default_rng(0)
LOGITS = RNG.normal(size=(2, 5, 5)).astype("float32")  # by class and last token, what follows
P = np.exp(LOGITS) / np.exp(LOGITS).sum(axis=2, keepdims=True)
NOTHING = np.zeros(0, int)
WAYS = [Way(np.array([1, 2]), NOTHING), Way(np.array([1]), np.array([3, 4])), Way(NOTHING, np.array([4]))]


class Chain:
    """A Markov chain in place of a network."""

    def step(self, tokens, classes, states=None):
        return LOGITS[classes, tokens], states


def condition(ways, classes, **given):
    return SequenceCondition(np.asarray(classes), [NOTHING] * len(ways), 9, ways=ways, **given)


def expected(kind, power=1.0):
    p = P[kind]
    mass = np.array([p[0, 1] * p[1, 2], p[0, 1] * p[1, 3], p[0, 1] * p[1, 4], p[0, 4]]) ** power
    return mass / mass.sum()


@pytest.mark.parametrize("temperature", [1.0, 0.5])
def test_each_way_is_drawn_as_often_as_it_is_likely(temperature):
    n = 20_000
    classes = np.arange(n) % 2
    noise = RNG.integers(2**64, size=n, dtype="uint64")
    prompts = begun(Chain(), noise, condition([WAYS] * n, classes, temperature=temperature)).prompts
    names = [(1, 2), (1, 3), (1, 4), (4,)]
    for kind in (0, 1):
        drawn = [names.index(tuple(prompt.tolist())) for prompt in prompts[kind::2]]
        shares, p = np.bincount(drawn, minlength=4) / len(drawn), expected(kind, 1 / temperature)
        assert (np.abs(shares - p) < 4 * np.sqrt(p * (1 - p) / len(drawn))).all()


def test_unlikely_ways_are_left_out():
    noise = RNG.integers(2**64, size=500, dtype="uint64")
    prompts = begun(Chain(), noise, condition([WAYS] * 500, [0] * 500, top_p=1e-9)).prompts
    likeliest = [[1, 2], [1, 3], [1, 4], [4]][int(expected(0).argmax())]
    assert all(prompt.tolist() == likeliest for prompt in prompts)


def test_prompts_do_not_depend_on_those_beside_them():
    others = [[Way(np.array([k % 5] * (k % 7)), NOTHING)] for k in range(300)]
    noise = RNG.integers(2**64, size=301, dtype="uint64")
    together = begun(Chain(), noise, condition([*others, WAYS], [0] * 301)).prompts
    alone = begun(Chain(), noise[300:], condition([WAYS], [0])).prompts
    assert together[300].tolist() == alone[0].tolist()
    assert [prompt.tolist() for prompt in together[:300]] == [ways[0].tokens.tolist() for ways in others]

"""Sequences are filled as often as the model says, given all that is known of them, before and after."""

import itertools

import numpy as np
import pytest

from augment.codecs.sequence_layout import NOTHING, SequenceCondition
from augment.models import filling
from augment.models.filling import fill

TRANSITION = np.array([[0.01, 0.6, 0.3, 0.09], [0.1, 0.5, 0.3, 0.1], [0.2, 0.1, 0.2, 0.5], [0.3, 0.3, 0.1, 0.3]])
SECOND = np.random.default_rng(0).dirichlet(np.full(4, 0.7), size=(4, 4)) + 0.01
SECOND /= SECOND.sum(axis=-1, keepdims=True)


class Chain:
    """A Markov chain of tokens in place of a network."""

    def __init__(self, transition=TRANSITION):
        self.logits = np.log(transition)

    def step(self, tokens, classes, states=None):
        return self.logits[tokens], [[tokens[:, None]]]


class SecondOrder(Chain):
    """One of the second order; its state is the token before, so that it goes wrong where it goes with another one."""

    def step(self, tokens, classes, states=None):
        before = np.zeros(len(tokens), int) if states is None else states[0][0][:, 0]
        return self.logits[before, tokens], [[tokens[:, None]]]


def filled(given, n, seed=0, turns=None, cells=None, **options):
    noise = np.random.default_rng(seed).integers(2**64, size=n, dtype="uint64")
    known = SequenceCondition(np.zeros(n, int), [], 0, given=[np.array(given)] * n, **options)
    return np.array(list(fill(cells or Chain(), noise, known, turns)))


def exact(given, second=False):
    """All ways to fill, and the probability of each, given what is known and that the sequence ends there."""
    places = [place for place, token in enumerate(given) if token == NOTHING]
    ways = []
    for tokens in itertools.product(range(1, 4), repeat=len(places)):
        way = np.array(given)
        way[places] = tokens
        ways.append(way)
    steps = [list(zip([0, 0, *way], [0, *way], [*way, 0], strict=False)) for way in ways]
    weights = [np.prod([SECOND[step] if second else TRANSITION[step[1:]] for step in each]) for each in steps]
    return np.array(ways), np.array(weights) / sum(weights)


def check(new, ways, probability):
    counts = np.array([(new == way).all(axis=1).sum() for way in ways])
    assert counts.sum() == len(new)
    error = np.sqrt(len(new) * probability * (1 - probability))
    assert (np.abs(counts - len(new) * probability) < 4 * error + len(new) / 100).all()  # particles are off by so much


@pytest.mark.slow
@pytest.mark.parametrize("given", [[-1, -1, 3], [1, -1, -1, 2, -1], [-1, 2, -1]])
def test_ways_to_fill_are_as_frequent_as_by_enumeration(given):
    check(filled(given, 3000), *exact(given))


@pytest.mark.slow
def test_the_state_goes_with_its_particle():
    given = [1, -1, 3, -1, 2, -1]
    check(filled(given, 3000, cells=SecondOrder(SECOND)), *exact(given, second=True))


def test_what_comes_later_counts():
    never = np.array([[1e-9, 0.5, 0.5, 0], [0.5, 0, 0, 0.5], [1, 0, 0, 1e-6], [1, 0, 0, 0]]) + 1e-12
    assert (filled([-1, 3], 100, cells=Chain(never))[:, 0] == 1).mean() > 0.95  # though 1 and 2 are as likely at first


def test_sequences_hang_on_their_own_noise_alone(monkeypatch):
    noise = np.random.default_rng(0).integers(2**64, size=5, dtype="uint64")
    given = [np.array(each) for each in ([-1] * 6, [2, -1], [-1, 3, -1], [], [-1, -1, 1])]

    def run(numbers):
        known = SequenceCondition(np.zeros(len(numbers), int), [], 0, given=[given[number] for number in numbers])
        return [each.tolist() for each in fill(Chain(), noise[numbers], known)]

    together = run([0, 1, 2, 3, 4])
    assert [len(each) for each in together] == [6, 2, 3, 0, 3]
    assert run([4, 2]) == [together[4], together[2]]
    monkeypatch.setattr(filling, "TOGETHER", 3)
    assert run([0, 1, 2, 3, 4]) == together


def test_tokens_take_turns():
    turns = np.array([[True, True, False, False], [False, False, True, True]])
    new = filled([-1] * 6, 200, turns=turns)
    assert (new[:, ::2] == 1).all() and set(np.unique(new[:, 1::2])) == {2, 3}


def test_known_tokens_stay_whatever_narrows_the_draws():
    new = filled([-1, 2, -1, 3], 50, top_p=0.05, temperature=0.01)
    assert (new[:, [1, 3]] == [2, 3]).all() and (new[:, 0] == 1).all()


def test_nothing_to_fill():
    assert filled([1, 2, 3], 3).tolist() == [[1, 2, 3]] * 3
    assert list(fill(Chain(), np.zeros(0, "uint64"), SequenceCondition(np.zeros(0, int), [], 0, given=[]))) == []

"""Sequences drawn in slots: what each one is hangs on its own noise alone, and prompts and lengths are kept."""

import numpy as np
import pytest

from augment.codecs.sequence_layout import SequenceCondition
from augment.models import streaming
from augment.models.streaming import stream, uniform


class Chain:
    """A Markov chain of tokens in place of a network; its state counts the tokens since the last 0."""

    def __init__(self, transition):
        self.logits = np.log(transition)

    def step(self, tokens, classes, states=None):
        count = np.zeros(len(tokens)) if states is None else states
        self.seen = np.where(tokens == 0, 0, count + 1)
        return self.logits[tokens], self.seen


TRANSITION = np.array([[1e-9, 0.7, 0.3], [0.1, 0.6, 0.3], [0.2, 0.3, 0.5]])


def condition(n, prompts=None, max_length=200, **options):
    return SequenceCondition(np.zeros(n, int), prompts or [np.zeros(0, int)] * n, max_length, **options)


def drawn(n, seed=0, **options):
    noise = np.random.default_rng(seed).integers(2**64, size=n, dtype="uint64")
    return list(stream(Chain(TRANSITION), noise, condition(n, **options)))


def test_a_markov_chain_is_recovered_within_its_standard_errors():
    sequences = drawn(2000)
    pairs = np.concatenate([np.stack([[0, *each], [*each, 0]], axis=1) for each in sequences])
    counts = np.zeros((3, 3))
    np.add.at(counts, tuple(pairs.T), 1)
    totals = counts.sum(axis=1, keepdims=True)
    error = np.sqrt(TRANSITION * (1 - TRANSITION) / totals)
    assert (np.abs(counts / totals - TRANSITION) < 4 * error + 1e-6).all()


def test_a_sequence_hangs_on_its_own_noise_alone(monkeypatch):
    many, noise = drawn(300), np.random.default_rng(0).integers(2**64, size=300, dtype="uint64")
    chosen = [250, 3, 77]
    few = list(stream(Chain(TRANSITION), noise[chosen], condition(3)))
    assert all(np.array_equal(few[place], many[number]) for place, number in enumerate(chosen))
    monkeypatch.setattr(streaming, "SLOTS", 5)
    assert all(np.array_equal(a, b) for a, b in zip(drawn(300), many, strict=True))


def test_each_sequence_begins_with_its_prompt_and_is_as_long_as_it_may_be():
    prompts = [np.array([2, 2, 1]), np.array([], int), np.array([1] * 8)]
    sequences = drawn(3, prompts=prompts, max_length=8)
    assert all(np.array_equal(each[: len(p)], p) for each, p in zip(sequences, prompts, strict=True))
    assert all(len(each) <= 9 for each in sequences)  # one more than it may have tells that it had not ended


def test_slots_are_given_to_the_next_with_a_new_state(monkeypatch):
    monkeypatch.setattr(streaming, "SLOTS", 2)
    lengths = []

    class Counter(Chain):
        def step(self, tokens, classes, states=None):
            logits, after = super().step(tokens, classes, states)
            lengths.append(after.max())
            return logits, after

    noise = np.arange(50, dtype="uint64")
    sequences = list(stream(Counter(TRANSITION), noise, condition(50)))
    assert max(lengths) == max(map(len, sequences))


def test_low_temperature_and_a_small_top_p_draw_the_likeliest():
    for options in ({"temperature": 0.01}, {"top_p": 0.05}):
        assert {tuple(each[:3]) for each in drawn(20, max_length=3, **options)} == {(1, 1, 1)}
    assert {token for each in drawn(50, max_length=50, top_p=0.9) for token in each[1:].tolist()} == {1, 2}


def test_tokens_take_turns_and_sequences_end_where_they_may():
    turns = np.array([[True, True, False], [False, False, True]])
    noise = np.random.default_rng(0).integers(2**64, size=300, dtype="uint64")
    for options in ({}, {"temperature": 100.0}, {"top_p": 0.3}):
        sequences = list(stream(Chain(TRANSITION), noise, condition(300, **options), turns))
        assert all((each[::2] == 1).all() and (each[1::2] == 2).all() for each in sequences)
        assert all(len(each) % 2 == 0 or len(each) > 200 for each in sequences)
        assert len({len(each) for each in sequences}) > 2 or "top_p" in options


def test_nothing_to_draw():
    assert drawn(0) == []


@pytest.mark.parametrize("axis", [0, 1])
def test_uniform_numbers_are_uniform_over_seeds_and_places(axis):
    from scipy import stats

    seeds, places = np.meshgrid(np.arange(200, dtype="uint64"), np.arange(100, dtype="uint64"), indexing="ij")
    numbers = uniform(seeds.ravel(), places.ravel()).reshape(seeds.shape)
    assert stats.kstest(numbers.ravel(), "uniform").pvalue > 0.001
    lagged = np.corrcoef(numbers.take(range(1, 100), axis=axis).ravel(), numbers.take(range(99), axis=axis).ravel())
    assert abs(lagged[0, 1]) < 0.04

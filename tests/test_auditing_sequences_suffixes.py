"""Longest common runs against all pairs of runs, compared one by one."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from augment.auditing.sequences.suffixes import longest_runs

TEXTS = st.lists(st.text("ab", max_size=9), min_size=1, max_size=5)


def laid_out(*groups):
    texts = [text for group in groups for text in group]
    tokens = np.array([ord(c) for text in texts for c in text], int)
    starts = np.concatenate([[0], np.cumsum([len(text) for text in texts])]).astype(int)
    return tokens, starts, np.repeat(np.arange(len(groups)), [len(group) for group in groups])


def by_hand(query, references):
    runs = [query[i:j] for i in range(len(query)) for j in range(i + 1, len(query) + 1)]
    return max((len(run) for run in runs if any(run in other for other in references)), default=0)


@given(TEXTS, TEXTS, TEXTS)
def test_they_are_the_longest_runs_and_stand_where_they_are_said_to(references, others, queries):
    tokens, starts, parts = laid_out(references, others, queries)
    lengths, begins, where = longest_runs(tokens, starts, parts, 2, 0)
    assert lengths.tolist() == [by_hand(query, references) for query in queries]
    owners = np.repeat(parts, np.diff(starts))
    for length, begin, found in zip(lengths, begins, where, strict=True):
        if length:
            assert (tokens[begin : begin + length] == tokens[found : found + length]).all()
            assert owners[begin] == 2 and owners[found] == 0


def test_a_run_does_not_go_beyond_the_end_of_a_sequence():
    tokens, starts, parts = laid_out(["ab", "ba"], ["abba"])
    assert longest_runs(tokens, starts, parts, 1, 0)[0].tolist() == [2]


def test_long_copies_in_many_steps_are_found_to_the_step():
    rng = np.random.default_rng(0)
    train, new = rng.integers(0, 3, (2, 400, 500))
    new[7, 100:333] = train[11, 50:283]
    tokens = np.concatenate([train.ravel(), new.ravel()])
    starts, parts = np.arange(801) * 500, np.repeat([0, 1], 400)
    lengths, begins, where = longest_runs(tokens, starts, parts, 1, 0)
    assert 233 <= lengths[7] < 240 and abs(where[7] - (11 * 500 + 50)) < 8
    assert np.delete(lengths, 7).max() < 30

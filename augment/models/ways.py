"""How sequences begin that may begin in several ways: one of them is drawn, by how likely the model finds each.

A prompt may end inside a token. The probability that a sequence begins with some characters is the sum over the tokens
that these may be the beginning of (Vieira et al., "From language models over tokens to language models over
characters", ICML 2025, arXiv 2412.03719, "covering").
"""

from dataclasses import replace

import numpy as np

from augment.codecs.sequence_layout import BOUND
from augment.models.drawing import inverse_cumulative, log_sum
from augment.models.streaming import SLOTS, narrowed, uniform


def begun(cells, noise, condition):
    """A condition of which each prompt is one of its ways.

    Parameters
    ----------
    cells : PlainCells or what is like them
        Their `step` tells what follows.
    noise : ndarray of uint64 of shape (n,)
        A number for each sequence.
    condition : SequenceCondition
        What is known of the sequences, with `ways`.

    Returns
    -------
    SequenceCondition
    """
    asked = [(id(ways), kind) for ways, kind in zip(condition.ways, condition.classes.tolist(), strict=True)]
    different = dict(zip(asked, condition.ways, strict=True))
    rows = [(ways, kind) for (_, kind), ways in different.items()]
    scored = dict(zip(different, _scored(cells, rows), strict=True))
    prompts = []
    for key, seed in zip(asked, noise, strict=True):
        beginnings, scores = scored[key]
        logits = narrowed(scores[None] / condition.temperature, condition.top_p)
        # the first token of a prompt is not drawn later: its number is free
        prompts.append(beginnings[inverse_cumulative(logits, uniform(seed[None], np.zeros(1, "uint64")))[0]])
    return replace(condition, prompts=prompts, ways=None)


def _scored(cells, rows):
    """For each pair of ways and a class all tokens that a sequence may begin with, and their log-probabilities."""
    told = [(way, kind) for ways, kind in rows for way in ways]
    ends = _read(cells, [way.tokens for way, _ in told], np.array([kind for _, kind in told]))
    for ways, _ in rows:
        beginnings, scores = [], []
        for way in ways:
            score, logits = next(ends)
            beginnings += [np.append(way.tokens, token) for token in way.then] or [way.tokens]
            scores += (score + logits[way.then] - log_sum(logits[None])).tolist() if len(way.then) else [score]
        yield beginnings, np.array(scores)


def _read(cells, sequences, classes):
    """Of each sequence its log-probability and the logits (n_tokens,) of what follows it."""
    for start in range(0, len(sequences), SLOTS):
        together = sequences[start : start + SLOTS]
        longest = max(map(len, together))
        tokens, kinds = np.full((SLOTS, longest + 1), BOUND, "int32"), np.zeros(SLOTS, "int32")
        kinds[: len(together)] = classes[start : start + SLOTS]
        for row, sequence in enumerate(together):
            tokens[row, 1 : len(sequence) + 1] = sequence
        states, total, ends = None, np.zeros(SLOTS), [None] * len(together)
        for place in range(longest + 1):
            logits, states = cells.step(tokens[:, place], kinds, states)
            logits = logits.astype("float64")
            for row, sequence in enumerate(together):
                if len(sequence) == place:
                    ends[row] = total[row], logits[row]
            if place < longest:
                total += logits[np.arange(SLOTS), tokens[:, place + 1]] - log_sum(logits)
        yield from ends

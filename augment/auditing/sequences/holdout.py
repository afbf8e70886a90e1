"""Do series hold the same steps? Windows that overlap are no holdout of each other, and not independent.

What is looked for are stretches of half a series or more that another one holds, too, value for value. Coarse numbers
share some by chance, and they share as many with the others read backwards; a clock or a counter shares them with
every other, and tells itself by its equal changes.
"""

import numpy as np
from scipy import stats

from augment.auditing.copies import unit_of
from augment.auditing.holdout import CHANCE, TOO_MANY
from augment.auditing.sequences.alike import coarse, keys
from augment.auditing.sequences.data import Sequences
from augment.auditing.sequences.suffixes import longest_runs

QUERIES = 500  # series whose steps are looked for
STEPS = 300_000  # in which they are
LEAST = 4  # steps of a stretch


def training_steps(data, rng):
    """A sentence about training steps in the holdout when there are more than chance explains; empty otherwise."""
    if data.holdout is None:
        return ""
    found, n = _sharing(data, data.sequences["holdout"], data.sequences["train"], rng)
    if not found:
        return ""
    return (
        f"{found:,} of {n:,} holdout series have half or more of their steps in common with a training series, as "
        "windows of one series have that overlap, so the holdout is set aside. Cut the series in time first, and then "
        "windows of each part."
    )


def overlapping(data, rng):
    """A sentence about training series that share steps with each other; empty where none do."""
    order = rng.permutation(data.sizes["train"])
    halves = [data.sequences["train"].take(half) for half in np.array_split(order, 2)]
    found, n = _sharing(data, *halves, rng)
    if not found:
        return ""
    return (
        f"{found:,} of {n:,} training series have half or more of their steps in common with another one, as windows "
        "have that overlap. They do not tell independently, so that intervals are narrower than they should be. "
        "Windows that do not overlap do."
    )


def _sharing(data, queries, others, rng):
    """How many of some series share a stretch with others beyond chance, 0 where it is chance; and of how many."""
    fine = [j for j in data.numeric if data.channels[j].kind == "number" and unit_of(others.values[:, j]) > 0]
    queries = queries.take(rng.permutation(len(queries))[:QUERIES])
    order = rng.permutation(len(others))
    others = others.take(order[np.cumsum(others.lengths[order]) <= STEPS])
    if not fine or not len(others) or not len(queries):
        return 0, len(queries)
    backwards = Sequences(others.values[_turned(others)], others.starts)
    shares, by_chance = (_shares(queries, other, fine) for other in (others, backwards))
    only, other = int((shares & ~by_chance).sum()), int((by_chance & ~shares).sum())
    beyond = only - other > TOO_MANY * len(queries)
    shown = beyond and stats.binomtest(only, only + other, alternative="greater").pvalue < CHANCE
    return (int(shares.sum()) if shown else 0), len(queries)


def _turned(part):
    """Places of the steps of each sequence from its end to its beginning."""
    return np.repeat(part.starts[:-1] + part.starts[1:] - 1, part.lengths) - np.arange(len(part.values))


def _shares(queries, others, channels):
    """Which of some series have half of their steps in a row, and changes that differ, in one of the others."""
    steps = np.concatenate([queries.values, others.values])[:, channels]
    steps = np.stack([coarse(column) for column in steps.T], axis=1)
    changes = keys(np.diff(steps, axis=0, prepend=np.nan))
    starts = np.concatenate([queries.starts, queries.starts[-1] + others.starts[1:]])
    labels = np.repeat([0, 1], [len(queries), len(others)])
    length, begins, _ = longest_runs(keys(steps), starts, labels, 0, 1)
    half = np.maximum(-(-queries.lengths // 2), LEAST)
    different = [len(np.unique(changes[b + 1 : b + n])) for b, n in zip(begins, length, strict=True)]
    return (length >= half) & (np.array(different) > (length - 1) / 2)

"""Does one category follow another as often as it did? Transitions of each channel, with beginnings and ends."""

import numpy as np

from augment.auditing import charts
from augment.auditing.check import Check, NotAssessed
from augment.auditing.reading import listed
from augment.auditing.resampling import Resampling, total_variation
from augment.auditing.sequences.scores import scored

LABELS = 40  # commonest of a channel; the others are one
SHOWN = 15
BEGINNING, END = "the beginning", "the end"


def transitions(data, rng):
    """One minus the total variation distance of the pairs of a category and the next, for each channel of categories.

    A sequence begins in a state of its own and ends in another, and missing is a category.
    """
    if not data.categorical:
        raise NotAssessed("No channel holds categories.")
    sizes = [min(len(data.channels[j].labels), LABELS) + 4 for j in data.categorical]
    offsets = np.concatenate([[0], np.cumsum(np.square(sizes))])
    entries = {
        name: _joined([_entries(part, j, s, o) for j, s, o in zip(data.categorical, sizes, offsets, strict=False)])
        for name, part in data.sequences.items()
    }

    def distance(first, second):
        return np.stack(
            [total_variation(*_shares(first, second, a, b)) for a, b in zip(offsets, offsets[1:], strict=False)], axis=1
        )

    names = [data.channels[j].name for j in data.categorical]
    words = {
        "title": "Transitions",
        "thing": "channel",
        "things": "channels",
        "counted": f"What follows what in {listed(names)}",
    }
    evidence = {"mean": {"tables": list(_tables(data, entries, sizes, offsets))}}
    resampling = Resampling(data.sizes, rng)
    sums = resampling.add(entries, int(offsets[-1]))
    return scored(TRANSITIONS, words, names, resampling, sums, distance, data, evidence)


def _entries(part, j, size, offset):
    """The cells of the transitions of channel j: codes, "other", "missing", the beginning and the end."""
    other, missing, beginning, end = range(size - 4, size)
    codes = part.values[:, j]
    codes = np.where(np.isnan(codes), missing, np.minimum(np.nan_to_num(codes), other)).astype(int)
    steps = part.followed
    filled = np.flatnonzero(part.lengths > 0)
    first, last = codes[part.starts[:-1][filled]], codes[part.starts[1:][filled] - 1]
    empty = np.flatnonzero(part.lengths == 0)
    owners = np.concatenate([part.owners[steps], filled, filled, empty])
    before = np.concatenate([codes[steps], np.full(len(filled), beginning), last, np.full(len(empty), beginning)])
    after = np.concatenate([codes[steps + 1], first, np.full(len(filled) + len(empty), end)])
    return owners, offset + before * size + after, np.ones(len(owners))


def _joined(found):
    return tuple(np.concatenate(parts) for parts in zip(*found, strict=True))


def _shares(first, second, a, b):
    return [sums[:, a:b] / np.maximum(sums[:, a:b].sum(axis=1, keepdims=True), 1e-12) for sums in (first, second)]


def _tables(data, entries, sizes, offsets):
    """Of each channel the transitions whose shares differ most: how often the next follows, real and synthetic."""
    for j, size, offset in zip(data.categorical, sizes, offsets, strict=False):
        counts = {}
        for name, (_, cells, weights) in entries.items():
            own = np.bincount(cells, weights, offsets[-1])[offset : offset + size**2].reshape(size, size)
            counts[name] = own
        apart = counts["synthetic"] / counts["synthetic"].sum() - counts["train"] / counts["train"].sum()
        labels = [*data.channels[j].labels[: size - 4], "another", "missing", BEGINNING, END]
        rows = []
        for k in np.argsort(-np.abs(apart).ravel(), kind="stable")[:SHOWN]:
            a, b = divmod(int(k), size)
            after = [float(own[a, b] / max(own[a].sum(), 1)) for own in counts.values()]
            rows.append([labels[a], labels[b], int(counts["train"][a, b]), int(counts["synthetic"][a, b]), *after])
        columns = ["after", "comes", "train rows", "synthetic rows", *(f"how often, {name}" for name in counts)]
        yield charts.table(f"Transitions of {data.channels[j].name} that differ most", columns, rows)


TRANSITIONS = Check(
    "fidelity.transitions",
    "Transitions",
    transitions,
    thresholds={"fidelity.transitions": 0.05, "fidelity.transitions.worst": 0.08},
)
CHECKS = [TRANSITIONS]

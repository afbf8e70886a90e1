"""A few sequences of train beside synthetic ones, for the eye: curves of numbers, else the sequences written out."""

import numpy as np

from augment.auditing import charts
from augment.auditing.check import Check, Finding, NotAssessed
from augment.auditing.sequences.data import NOTHING
from augment.auditing.sequences.molecules import drawings
from augment.auditing.sequences.music import rolls

CURVES, TEXTS = 2, 8  # of each part
WIDTH = 100  # characters of a sequence


def examples(data, rng):
    """Sequences chosen at random; shown, not judged, and left out of the public form."""
    if not data.channels:
        raise NotAssessed(NOTHING)
    rows = {name: rng.permutation(data.sizes[name]) for name in ("train", "synthetic")}
    shown = _shown(data, rows)
    return [
        Finding(
            id=EXAMPLES.id,
            pillar="fidelity",
            title="Examples: training beside synthetic sequences",
            message="Sequences chosen at random, for the eye; nothing is judged by them.",
            informational=True,
            evidence=shown,
        )
    ]


def _shown(data, rows):
    if data.kind == "molecules":
        return drawings(data, rows)
    if data.kind == "music":
        return rolls(data, rows)
    return _curves(data, rows) if data.numeric else {"tables": [_written(data, rows)]}


def _curves(data, rows):
    """The last channel of numbers of a few sequences of each part."""
    j, series = data.numeric[-1], []
    for k in range(CURVES):
        for name, word in (("train", "real"), ("synthetic", "synthetic")):
            values = data.sequences[name].take(rows[name][k : k + 1]).values[:, j]
            there = np.flatnonzero(~np.isnan(values))
            series.append({"name": f"{word} {k + 1}", "x": there.tolist(), "y": values[there].tolist()})
    title = f"{data.channels[j].name} in sequences chosen at random"
    return {"charts": [{**charts.lines(title, "step", data.channels[j].name, series), "row_level": True}]}


def _written(data, rows):
    """The first channel of categories of a few sequences of each part, side by side."""
    channel = data.channels[data.categorical[0]]
    texts = {}
    for name, order in rows.items():
        part = data.sequences[name].take(order[:TEXTS])
        own = [part.values[a:b, data.categorical[0]] for a, b in zip(part.starts, part.starts[1:], strict=False)]
        joined = ["" if data.kind in ("text", "molecules") else ", "] * len(own)
        said = [mark.join(channel.show(v) for v in one[:WIDTH]) for mark, one in zip(joined, own, strict=True)]
        texts[name] = [text if len(text) <= WIDTH else f"{text[:WIDTH]}…" for text in said]
    pairs = [list(pair) for pair in zip(*texts.values(), strict=False)]
    return charts.table("Sequences chosen at random", ["train", "synthetic"], pairs, row_level=True)


EXAMPLES = Check("fidelity.examples", "Examples", examples)
CHECKS = [EXAMPLES]

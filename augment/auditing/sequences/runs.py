"""Do synthetic sequences repeat long runs of training sequences, more than they repeat those of the holdout?

Whole copies are found by the checks of tables. Here a copied part is enough: of each synthetic sequence the longest
run of steps that some training sequence holds, too, beside the longest that one of as many holdout sequences holds.
Both are as long by chance; what is longer in train is memory. Both findings are alarms: they fail, or they stay silent,
and silence proves nothing.

When two steps are the same stands in `augment.auditing.sequences.alike`.
"""

import numpy as np

from augment.auditing import charts
from augment.auditing.check import LEVEL, Check, Finding, NotAssessed
from augment.auditing.copies import clearest
from augment.auditing.intervals import rate_difference_interval, z_value
from augment.auditing.neighbours import drawn
from augment.auditing.sequences import alike
from augment.auditing.sequences.data import NOTHING
from augment.auditing.sequences.suffixes import longest_runs

STEPS = 1_500_000  # that are looked at
LONG = 0.01  # share of holdout sequences that share so long a run with train: what is longer is a long run
SHOWN, WIDTH = 20, 160  # runs in the evidence, and how much of each
PARTS = ("train", "holdout", "synthetic")


def runs(data, rng):
    """Share of synthetic sequences whose longest run is one of train, and training sequences with a long run repeated.

    A run is long where it is longer than all but one in a hundred holdout sequences share with train. A training
    sequence counts once, however often it is repeated, and so does a synthetic sequence, which may hold runs of
    several. Where steps can be the same in two ways, both are tried, at one level together, and the one that shows
    more is reported.
    """
    if not data.channels:
        raise NotAssessed(NOTHING)
    rows = _rows(data, rng)
    found = _found(data, rows)
    level = 1 - (1 - LEVEL) / len(found)
    shares = [_share(data, own, rows, level) for own in found]
    return clearest(shares) + clearest([_long(data, own, rows, level) for own in found])


def _rows(data, rng):
    """Equally many training and holdout sequences, and synthetic ones, as many as can be afforded."""
    real = min(data.sizes["train"], data.sizes["holdout"])
    total = sum(len(data.sequences[name].values) * min(real / data.sizes[name], 1) for name in PARTS)
    keep = min(1.0, STEPS / max(total, 1))
    sizes = {"train": real, "holdout": real, "synthetic": data.sizes["synthetic"]}
    return {name: rng.permutation(data.sizes[name])[: max(int(size * keep), 10)] for name, size in sizes.items()}


def _found(data, rows):
    """For each way of being alike the longest runs with train and with holdout: see `_looked`."""
    parts = {name: data.sequences[name].take(rows[name]) for name in PARTS}
    starts = np.concatenate([[0], np.cumsum(np.concatenate([part.lengths for part in parts.values()]))])
    return [
        {
            "synthetic": {name: _looked(parts, tokens, starts, "synthetic", name) for name in ("train", "holdout")},
            "holdout": {"train": _looked(parts, tokens, starts, "holdout", "train")},
            "words": alike.WORDS[way],
        }
        for way, tokens in alike.tokens(data, list(parts.values())).items()
    ]


def _looked(parts, tokens, starts, query, reference):
    """Of each sequence of a part the longest run, the place of the sequence that has it, and where it begins."""
    sizes = [len(part) for part in parts.values()]
    labels, before = np.repeat(np.arange(3), sizes), dict(zip(PARTS, np.cumsum([0, *sizes]), strict=False))
    length, begins, where = longest_runs(tokens, starts, labels, PARTS.index(query), PARTS.index(reference))
    whose = np.searchsorted(starts, where, side="right") - 1 - before[reference]
    return length, whose, begins - starts[before[query]]


def _share(data, found, rows, level):
    """The finding on which of the two the longest run is of; equal ones count one half."""
    n = _sizes(rows)
    lengths = {name: found["synthetic"][name][0] for name in ("train", "holdout")}
    mean = {name: float(own.mean()) for name, own in lengths.items()}
    share, error = _longer(*found["synthetic"].values())
    half = max(z_value(level) * error, 3 / n["synthetic"])  # the rule of three
    return Finding(
        id=RUNS.id,
        pillar=RUNS.pillar,
        title="Overfitting alarm: longer runs of training than of holdout sequences",
        value=share,
        interval=(max(share - half, 0.0), min(share + half, 1.0)),
        level=level,
        goal="lower",
        threshold=data.thresholds[RUNS.id],
        alarm_only=True,
        reference=0.5,
        reference_name="no memory",
        method="normal; synthetic sequences whose longest run is one of the same real sequence count as one draw",
        n=n,
        message=f"The longest run that a synthetic sequence shares with a training sequence has {mean['train']:.1f} "
        f"steps on average, and {mean['holdout']:.1f} with as many holdout sequences; it is longer in train for "
        f"{share:.3f} of them, equal ones counted half. 0.5 is what sequences without memory would do. "
        f"{found['words']}{drawn(data, n)}",
        evidence={"facts": {"mean_run_train": mean["train"], "mean_run_holdout": mean["holdout"]}},
    )


def _sizes(rows):
    return {name: len(own) for name, own in rows.items()}


def _longer(train, holdout):
    """Share of synthetic sequences whose run is longer in train, equal ones half, and its standard error.

    Those that repeat the same real sequence move together; equal ones are alone.
    """
    (first, of_first, _), (second, of_second, _) = train, holdout
    scores = (first > second) + (first == second) / 2
    share, n = float(scores.mean()), len(scores)
    whose = np.where(first > second, of_first, np.where(first < second, n + of_first.max() + of_second, -1))
    cluster = np.where(whose < 0, -1 - np.arange(n), whose)
    sums = np.bincount(np.unique(cluster, return_inverse=True)[1], scores - share)
    return share, float(np.sqrt((sums**2).sum()) / n)


def _long(data, found, rows, level):
    """The finding on real sequences of which a synthetic one repeats a long run."""
    cut, n = max(int(np.quantile(found["holdout"]["train"][0], 1 - LONG)), 1), _sizes(rows)
    repeated = {}
    for name in ("train", "holdout"):
        length, whose, _ = found["synthetic"][name]
        repeated[name] = len(np.unique(whose[length > cut]))
    counts = [(repeated[name], n[name]) for name in ("train", "holdout")]
    rates = [seen / trials for seen, trials in counts]
    identity = f"{RUNS.id}.long"
    return Finding(
        id=identity,
        pillar=RUNS.pillar,
        title="Long runs of training sequences repeated, beyond chance",
        value=rates[0] - rates[1],
        interval=rate_difference_interval(*counts, level),
        level=level,
        goal="lower",
        threshold=data.thresholds[identity],
        alarm_only=True,
        reference=rates[1],
        reference_name="the same of holdout sequences",
        method="Newcombe's, from exact intervals of both rates",
        n=n,
        message=f"Synthetic sequences repeat runs of more than {cut:,} steps of {repeated['train']:,} training "
        f"sequences, and of {repeated['holdout']:,} of as many holdout sequences; 99 in 100 holdout sequences share no "
        f"longer run with train. {found['words']}",
        evidence={"facts": {"long_from": cut + 1}, "tables": _worst(data, found, rows, cut)},
    )


def _worst(data, found, rows, cut):
    """The longest runs repeated: for internal reports only."""
    length, whose, begins = found["synthetic"]["train"]
    order = np.argsort(-length, kind="stable")[:SHOWN]
    order = [k for k in order if length[k] > cut]
    if not order:
        return []
    shown = data.sequences["synthetic"].take(rows["synthetic"])
    listed = [
        [f"row {rows['train'][whose[k]]}", f"row {rows['synthetic'][k]}", int(length[k])]
        + [_written(data, shown.values[begins[k] : begins[k] + length[k]])]
        for k in order
    ]
    columns = ["place in train, from 0", "in synthetic", "steps", "the run"]
    return [charts.table("The longest runs that repeat training sequences", columns, listed, row_level=True)]


def _written(data, values):
    """A run in words."""
    j = (data.categorical or data.numeric)[0]
    labels = [data.channels[j].show(value) for value in values[:WIDTH, j]]
    text = "".join(labels) if data.kind in ("text", "molecules") else ", ".join(labels)
    return text if len(text) <= WIDTH else f"{text[:WIDTH]}…"


RUNS = Check(
    "privacy.runs",
    "Runs of training sequences",
    runs,
    needs=("holdout",),
    thresholds={"privacy.runs": 0.55, "privacy.runs.long": 0.0},
)
CHECKS = [RUNS]

"""Do the steps of each protected group follow each other as they did? Transitions and autocorrelations, by group.

A group can keep its events and its numbers and lose their order, which no rate shows; and a small one hardly moves the
scores of all sequences.
"""

from dataclasses import replace

import numpy as np

from augment.auditing import charts
from augment.auditing.check import Check, Finding, NotAssessed
from augment.auditing.groups import MIN_GROUP, protected_groups
from augment.auditing.intervals import z_value
from augment.auditing.sequences.autocorrelation import autocorrelation
from augment.auditing.sequences.transitions import transitions

LEAST = 10  # synthetic sequences of a group, and holdout ones that its ceiling is taken from, too
MOST = 20  # groups, the largest
MEASURES = {"transitions": transitions, "autocorrelations": autocorrelation}


def group_steps(data, rng):
    """The worst score of each group less that of fresh real sequences of it; the intervals hold for all at once."""
    found = [(f"{groups.title} {groups.names[g]}", _only(data, groups, g)) for groups, g in _judged(data)]
    rows = [row for name, own in found for row in _scores(name, own, rng)]
    if not rows:
        raise NotAssessed(
            f"No protected group has {MIN_GROUP} training and {LEAST} synthetic sequences whose steps can be compared."
        )
    widened = z_value(comparisons=len(rows)) / z_value()
    rows = [
        {"name": name, "value": excess, "low": excess - below * widened, "high": excess + above * widened}
        for name, excess, below, above in rows
    ]
    rows.sort(key=lambda row: row["value"])
    return [_finding(data, rows)]


def _judged(data):
    """The largest groups that have enough sequences."""
    found = [
        (groups, g)
        for groups in protected_groups(data)
        for g in groups.judged
        if groups.counts("synthetic")[g] >= LEAST
    ]
    return sorted(found, key=lambda pair: -pair[0].counts("train")[pair[1]])[:MOST]


def _only(data, groups, g):
    """The data of one group; without a holdout where it has hardly any."""
    rows = {name: np.flatnonzero(groups.codes[name] == g) for name in data.tables}
    rows = {name: own for name, own in rows.items() if name != "holdout" or len(own) >= LEAST}
    tables = {
        name: data.tables[name][rows[name]] if name in rows else None for name in ("train", "synthetic", "holdout")
    }
    return replace(data, **tables, parts={name: data.parts[name].take(own) for name, own in rows.items()})


def _scores(name, data, rng):
    """Name, worst score less its ceiling, and how far its interval reaches, of each measure that can be taken."""
    for measure, function in MEASURES.items():
        try:
            found = function(data, rng)[-1]  # the worst channel or lag, where there are several
        except NotAssessed:
            continue
        low, high = found.interval
        yield f"{name}: {measure}", *map(float, (found.value - found.ceiling, found.value - low, high - found.value))


def _finding(data, rows):
    first, threshold = rows[0], -data.thresholds[STEPS.id]
    title = "What follows what in each group, less what fresh real sequences of it would score"
    return Finding(
        id=STEPS.id,
        pillar=STEPS.pillar,
        title="Steps of protected groups, the worst",
        value=first["value"],
        interval=(min(row["low"] for row in rows), min(row["high"] for row in rows)),
        threshold=threshold,
        ceiling=0.0,
        method="bootstrap of the sequences of each group, for all groups and measures at once",
        n=data.sizes,
        worst=rows[:12],
        message=f"The group whose steps are furthest below fresh real sequences is {first['name']}: "
        f"{first['value']:+.3f} [{first['low']:.3f}, {first['high']:.3f}], of {len(rows)} scores of groups.",
        evidence={"charts": [charts.intervals(title, rows, axis=(-1, 1), threshold=threshold)]},
    )


STEPS = Check(
    "fidelity.subgroups.steps",
    "Steps of groups",
    group_steps,
    needs=("protected",),
    thresholds={"fidelity.subgroups.steps": 0.08},
)
CHECKS = [STEPS]

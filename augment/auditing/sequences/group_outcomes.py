"""Who gets which events, how long and how often: outcomes of protected groups, over all that sequences hold.

A table needs a target to speak of outcomes. What happens in a sequence is an outcome by itself: whether a category ever
appears in it, how long it is, and its numbers. Judged is what changed from real to synthetic sequences; beside it stand
the largest differences between groups in the real ones, so that they are seen even where nothing changed.
"""

import numpy as np
from scipy import stats

from augment.auditing import charts, outcomes
from augment.auditing.check import LEVEL, Check, Finding, NotAssessed
from augment.auditing.groups import MIN_GROUP, protected_groups
from augment.auditing.outcomes import comparable, rate_changes, sizes_of, worst_change
from augment.auditing.sequences.summaries import category_counts

EVENTS = 20  # commonest categories of a channel
AMOUNTS = ("length", "duration", "log gap: mean")
SHOWN = 20


def group_outcomes(data, rng):
    """Changes of each group's rate of ever having a category, and of its mean amounts; and of the target, if given.

    Amounts are length, duration, the mean log gap and the mean of each channel of numbers. The intervals hold for all
    judged groups, outcomes and protected columns at once.
    """
    found = protected_groups(data)
    if not found:
        raise NotAssessed("The only protected column is the target: it has no outcomes beside itself.")
    told = outcomes.outcomes(data, rng) if data.target is not None else []
    events, amounts = _events(data), _amounts(data)
    told += [_rates(data, groups, events, len(found)) for groups in found if events]
    return told + [_means(data, groups, amounts, len(found)) for groups in found if amounts]


def _events(data):
    """For each category of each channel whether a sequence holds it, by name and by table; without constant ones."""
    found = {}
    for j in data.categorical:
        channel = data.channels[j]
        size = min(len(channel.labels), EVENTS)
        counts = {name: category_counts(part, j, size) > 0 for name, part in data.sequences.items()}
        for k in range(size):
            there = {name: own[:, k] for name, own in counts.items()}
            if 0 < np.concatenate(list(there.values())).mean() < 1:
                found[f"{channel.name} = {channel.labels[k]}"] = there
    return found


def _amounts(data):
    """Summaries that are amounts, by name and by table."""
    means = {f"{data.channels[j].name}: mean" for j in data.numeric}
    return {
        column.name: {name: table[:, j] for name, table in data.tables.items()}
        for j, column in enumerate(data.columns)
        if column.name in AMOUNTS or column.name in means
    }


def _rates(data, groups, events, columns):
    """The finding on rates of ever having a category, for one protected column."""
    names, size = list(events), len(groups.names)
    n = {t: np.bincount(codes, minlength=size) for t, codes in groups.codes.items()}
    counts = {t: np.stack([np.bincount(groups.codes[t], own[t], size) for own in events.values()], axis=1) for t in n}
    judged = comparable(n["train"], n["synthetic"])
    level = 1 - (1 - LEVEL) / max(len(judged) * len(names) * columns, 1)
    pair = [counts[t][judged] for t in ("train", "synthetic")]
    change, low, high = rate_changes(*pair, n["train"][judged, None], n["synthetic"][judged, None], level)
    rates = {t: counts[t] / np.maximum(n[t], 1)[:, None] for t in counts}
    gap = _widest(rates["train"], judged, n["train"])
    words = {
        "id": f"{OUTCOMES.id}.{groups.title}.events",
        "title": f"Largest change of how many of a group of {groups.title} ever have an event",
        "method": "Newcombe's rule on exact intervals, for all groups and events at once",
        "unit": "",
        "measure": "rate",
        "threshold": OUTCOMES.id,
        "said": "" if gap is None else _said_of_rates(groups, names, rates, gap),
    }
    tables = [_table(f"Share of each group of {groups.title} that ever has it", groups, names, rates, n, gap)]
    return _finding(data, groups, names, judged, (change, low, high), words, tables)


def _widest(rates, judged, n):
    """The outcome in which judged groups differ most in train: its place, the highest and the lowest group."""
    known = [g for g in judged if n[g] >= MIN_GROUP]
    if len(known) < 2:
        return None
    k = int(np.argmax(np.ptp(rates[known], axis=0)))
    return k, known[int(np.argmax(rates[known, k]))], known[int(np.argmin(rates[known, k]))]


def _said_of_rates(groups, names, rates, gap):
    """The largest difference between groups, in each table."""
    k, high, low = gap
    shown = [
        f"{own[high, k]:.1%} of {groups.names[high]} and {own[low, k]:.1%} of {groups.names[low]} in {table}"
        for table, own in rates.items()
    ]
    return f"Groups differ most in {names[k]}: {'; '.join(shown)}."


def _means(data, groups, amounts, columns):
    """The finding on mean amounts, in standard deviations of train, for one protected column."""
    names, size = list(amounts), len(groups.names)
    found = {t: [_moments(own[t], codes, size) for own in amounts.values()] for t, codes in groups.codes.items()}
    n, mean, variance = ({t: np.stack([m[k] for m in own], axis=1) for t, own in found.items()} for k in range(3))
    spread = np.array([np.nanstd(own["train"]) for own in amounts.values()])
    judged = np.flatnonzero((n["train"].min(axis=1) >= MIN_GROUP) & (n["synthetic"].min(axis=1) > 1))
    error = [np.maximum(variance[t][judged], 1e-12 * spread**2) / n[t][judged] for t in ("train", "synthetic")]
    degrees = sum(error) ** 2 / sum(
        e**2 / (n[t][judged] - 1) for e, t in zip(error, ("train", "synthetic"), strict=True)
    )
    tail = (1 - LEVEL) / 2 / max(len(judged) * len(names) * columns, 1)
    scale = np.where(spread > 0, spread, 1.0)
    half = stats.t.isf(tail, np.maximum(degrees, 1)) * np.sqrt(sum(error)) / scale
    change = (mean["synthetic"] - mean["train"])[judged] / scale
    gap = _widest(mean["train"] / scale, judged, n["train"].min(axis=1))
    words = {
        "id": f"{OUTCOMES.id}.{groups.title}.amounts",
        "title": f"Largest change of a mean amount of a group of {groups.title}, in standard deviations",
        "method": "Welch's t, for all groups and amounts at once",
        "unit": ", in standard deviations",
        "measure": "mean",
        "threshold": f"{OUTCOMES.id}.mean",
        "said": "" if gap is None else _said_of_means(data, groups, names, mean, gap),
    }
    counts = {t: np.bincount(codes, minlength=size) for t, codes in groups.codes.items()}
    tables = [_table(f"Mean amounts of each group of {groups.title}", groups, names, mean, counts, gap)]
    return _finding(data, groups, names, judged, (change, change - half, change + half), words, tables)


def _moments(values, codes, size):
    """Number, mean and variance of the values of each group; missing ones are left out."""
    there = ~np.isnan(values)
    values, codes = values[there], codes[there]
    n = np.bincount(codes, minlength=size)
    mean = np.bincount(codes, values, size) / np.maximum(n, 1)
    return n, mean, np.bincount(codes, (values - mean[codes]) ** 2, size) / np.maximum(n - 1, 1)


def _said_of_means(data, groups, names, mean, gap):
    k, high, low = gap
    show = next(column for column in data.columns if column.name == names[k]).show
    shown = [
        f"{show(own[high, k])} for {groups.names[high]} and {show(own[low, k])} for {groups.names[low]} in {table}"
        for table, own in mean.items()
    ]
    return f"Groups differ most in {names[k]}: {'; '.join(shown)}."


def _finding(data, groups, names, judged, found, words, tables):
    """The finding on one protected column from the changes (judged groups, outcomes) and their bounds."""
    change, low, high = (part.ravel() for part in found)
    common = {"id": words["id"], "pillar": "bias", "title": words["title"], "threshold_name": words["threshold"]}
    if not len(change):
        reason = f"No group of {groups.title!r} has {MIN_GROUP} training sequences, and a synthetic one."
        return Finding(missing=reason, message=reason, evidence={"tables": tables}, **common)
    members = [f"{groups.names[g]}: {name}" for g in judged for name in names]
    first, order = worst_change(change, low, high)
    rows = [{"name": members[k], "value": change[k], "low": low[k], "high": high[k]} for k in order[:SHOWN]]
    least, most = sizes_of(low, high)
    title = f"Change of the {words['measure']} of each group, synthetic less training"
    return Finding(
        **common,
        value=abs(change[first]),
        interval=(least.max(), most.max()),
        goal="lower",
        threshold=data.thresholds[words["threshold"]],
        method=words["method"],
        n=data.sizes,
        worst=rows[:12],
        message=f"{words['said']} What changed most, synthetic less training, is {members[first]}: {change[first]:+.3f}"
        f"{words['unit']} [{low[first]:.3f}, {high[first]:.3f}].".strip(),
        evidence={"charts": [charts.intervals(title, rows, axis=(-9, 9))], "tables": tables},
    )


def _table(caption, groups, names, values, n, gap):
    """A row for each group and outcome, those first in which groups of train differ most."""
    seen = groups.seen
    order = np.argsort(-np.ptp(values["train"][seen], axis=0), kind="stable") if gap else range(len(names))
    rows = [
        [groups.names[g], names[k], *(int(n[t][g]) for t in values), *(float(own[g, k]) for own in values.values())]
        for k in list(order)[:SHOWN]
        for g in seen
    ]
    return charts.table(caption, ["group", "of what", *(f"{t} rows" for t in values), *values], rows)


OUTCOMES = Check(
    "bias.outcomes",
    "Outcomes of groups",
    group_outcomes,
    needs=("protected",),
    thresholds={"bias.outcomes": 0.05, "bias.outcomes.mean": 0.1},
)
CHECKS = [OUTCOMES]

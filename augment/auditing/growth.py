"""Did a disparity between groups grow from the real to the synthetic rows? One finding for any measure of it."""

import numpy as np

from augment.auditing import charts
from augment.auditing.change import METHOD, Change, change
from augment.auditing.check import Check, Finding
from augment.auditing.disparity import differential_fairness, directional_amplification, disparate_impact
from augment.auditing.groups import MIN_GROUP, listed_rows
from augment.auditing.outcome import outcome_of, shrunk
from augment.auditing.outcomes import comparable, outcome_groups, standing

RULE_OF_THUMB = 0.8  # the four-fifths rule of the Uniform Guidelines on Employee Selection Procedures (1978)


def impact(data, rng):
    """For each protected column, the change of disparate impact: of the smallest over the largest rate among groups."""
    outcome, found = outcome_of(data), outcome_groups(data)
    kept = outcome.judged

    def statistic(train, synthetic):
        return (disparate_impact(synthetic) - disparate_impact(train))[..., kept]

    def told(row):
        return f"Smallest over largest rate of {row['name']} among the groups:"

    findings = []
    for groups in found:
        title = f"Smallest over largest rate of {outcome.target} by {groups.title}, change"
        common = {"id": f"{IMPACT.id}.{groups.title}", "pillar": "bias", "title": title}
        judged, counts, listing = judged_counts(outcome, groups)
        if len(judged) < 2:
            findings.append(too_few(groups, listing, common))
            continue
        moved = change(*counts, statistic, rng, len(found) * len(kept))
        levels = [disparate_impact(c)[kept] for c in counts]
        names = [outcome.name(k) for k in kept]
        end = f" Levels are not judged; {RULE_OF_THUMB} is a rule of thumb from employment law."
        findings.append(growth(data, IMPACT, common, names, moved, levels, told, [listing], "higher", end))
    return findings


def amplification(data, rng):
    """For each protected column, directional bias amplification: how far associations of groups and classes grew."""
    outcome, found = outcome_of(data), outcome_groups(data)
    findings = []
    for groups in found:
        title = f"Associations of {groups.title} with {outcome.target}, amplified (BiasAmp)"
        common = {"id": f"{AMPLIFICATION.id}.{groups.title}", "pillar": "bias", "title": title}
        judged, counts, listing = judged_counts(outcome, groups)
        if len(judged) < 2:
            findings.append(too_few(groups, listing, common))
            continue
        moved = change(*counts, directional_amplification, rng, len(found))

        def told(row, groups=groups):
            return f"Rates of {outcome.target} moved in the direction of their association with {groups.title!r}:"

        findings.append(growth(data, AMPLIFICATION, common, [groups.title], moved, None, told, [listing]))
    return findings


def differential(data, rng):
    """Growth of smoothed differential fairness for each protected column and each two of them crossed."""
    outcome = outcome_of(data)
    found = [(groups, *judged_counts(outcome, groups)) for groups in outcome_groups(data, depth=2)]
    tables = [listing for *_, listing in found]
    found = [part for part in found if len(part[1]) > 1]
    title = f"Largest log ratio of rates of {outcome.target} between groups, grown"
    common = {"id": DIFFERENTIAL.id, "pillar": "bias", "title": title}
    if not found:
        reason = f"Needs two groups of a protected column with {MIN_GROUP} training rows each, and synthetic ones."
        return [Finding(missing=reason, message=reason, evidence={"tables": tables}, **common)]

    def statistic(train, synthetic):
        return differential_fairness(synthetic) - differential_fairness(train)

    def told(row):
        return f"Smoothed differential disparity over {row['name']}:"

    moved = [change(*counts, statistic, rng, len(found)) for _, _, counts, _ in found]
    moved = Change(*(np.array([getattr(m, end) for m in moved]) for end in ("value", "low", "high", "p")))
    levels = [[differential_fairness(counts[k]) for _, _, counts, _ in found] for k in range(2)]
    names = [f"{groups.title} ({len(judged)} of {len(groups.seen)} groups)" for groups, judged, *_ in found]
    return [growth(data, DIFFERENTIAL, common, names, moved, levels, told, tables)]


def judged_counts(outcome, groups):
    """Groups that are compared, their counts by class in train and synthetic, and a table of all groups."""
    counts = {t: outcome.counts(t, groups.codes[t], len(groups.names)) for t in ("train", "synthetic")}
    n = {t: c.sum(axis=1) for t, c in counts.items()}
    judged = comparable(n["train"], n["synthetic"])
    near = {t: shrunk(c) for t, c in counts.items()}
    shown = outcome.judged[0]
    columns = ["group", "train rows", "synthetic rows", "shrunk train rate", "shrunk synthetic rate", "judged"]

    def row(g):
        cells = [groups.names[g], n["train"][g], n["synthetic"][g]]
        return [*cells, near["train"][g, shown], near["synthetic"][g, shown], standing(cells[1], cells[2])]

    caption = f"Groups of {groups.title}, and their shrunk rates of {outcome.name(shown)}"
    listing = charts.table(caption, columns, listed_rows(groups, row, len(columns)))
    return judged, [counts["train"][judged], counts["synthetic"][judged]], listing


def too_few(groups, listing, common):
    """The finding on a protected column with fewer than two groups to compare."""
    reason = f"Needs two groups of {groups.title!r} with {MIN_GROUP} training rows each, and synthetic ones."
    return Finding(missing=reason, message=reason, evidence={"tables": [listing]}, **common)


def growth(data, check, common, names, moved, levels, told, tables, goal="lower", end=""):
    """The finding on a disparity that shall not grow.

    Parameters
    ----------
    common : dict
        "id", "pillar" and "title".
    names : list of str
        What was compared: a member for each change.
    moved : Change
    levels : (sequence, sequence) or None
        The disparity of each member in train and in synthetic, where it is one of each table.
    told : callable (dict) -> str
        The message's beginning, for the worst member.
    goal : {"lower", "higher"}
        Whether the disparity grows upwards or, as ratios do, downwards.
    """
    value, low, high, p = (np.atleast_1d(v) for v in (moved.value, moved.low, moved.high, moved.p))
    sign = 1 if goal == "lower" else -1
    order = np.lexsort((-sign * value, -low if sign > 0 else high))
    rows = [{"name": names[k], "value": value[k], "low": low[k], "high": high[k], "p": p[k]} for k in order]
    for row, k in zip(rows, order, strict=True):
        row |= {} if levels is None else {"train": levels[0][k], "synthetic": levels[1][k]}
    first, limit = rows[0], data.thresholds[check.id]
    ends = (low.max(), high.max()) if sign > 0 else (low.min(), high.min())
    from_to = (
        "" if levels is None else f" {first['train']:.3f} in training, {first['synthetic']:.3f} in synthetic rows;"
    )
    chart = charts.intervals("Change, synthetic less training", rows[:20], axis=(-9, 9), threshold=sign * limit)
    return Finding(
        **common,
        value=first["value"],
        interval=ends,
        goal=goal,
        threshold=sign * limit,
        method=METHOD,
        n=data.sizes,
        worst=rows[:12],
        message=f"{told(first)}{from_to} a change of {first['value']:+.3f} [{first['low']:.3f}, {first['high']:.3f}], "
        f"{'at most' if sign > 0 else 'at least'} {sign * limit} wanted.{end}",
        evidence={"charts": [chart], "tables": [_changes(common["title"], rows), *tables]},
    )


def _changes(title, rows):
    """Every member's change as a table."""
    names = ["name", *(n for n in ("train", "synthetic") if n in rows[0]), "value", "low", "high", "p"]
    words = {"name": "compared", "value": "change", "p": "p of no change"}
    return charts.table(title, [words.get(n, n) for n in names], [[row[n] for n in names] for row in rows])


NEEDS = ("target", "protected")
IMPACT = Check("bias.impact", "Disparate impact", impact, NEEDS, {"bias.impact": 0.1})
AMPLIFICATION = Check(
    "bias.amplification", "Amplified associations of groups", amplification, NEEDS, {"bias.amplification": 0.05}
)
DIFFERENTIAL = Check(
    "bias.differential", "Disparity over crossed groups", differential, NEEDS, {"bias.differential": 0.22}
)
CHECKS = [IMPACT, DIFFERENTIAL, AMPLIFICATION]

"""Do models trained on synthetic rows treat groups further apart than models trained on real rows do?

Both are tested on the same holdout rows, by every criterion of `group_rates`. What is judged is whether the gap between
any two groups has widened: a real table's own gaps are a property of the population, which a faithful synthetic table
repeats. Whether a model has a gap at all is told by a permutation test beside it.
"""

import numpy as np

from augment.auditing import charts
from augment.auditing.check import Check, Finding
from augment.auditing.group_rates import CLASSES, MIN_COUNT, MIN_ROWS, NUMBERS, expected_calibration_error, variances
from augment.auditing.holdout_groups import holdout_groups
from augment.auditing.intervals import z_value
from augment.auditing.learners import KINDS, learners
from augment.auditing.model_gaps import MAX_CLASSES, SOURCES, Family, gaps_of

ECE_ROWS = 500
LISTED = 40


def model_bias(data, rng):
    """For each protected column and each criterion, the largest widening of the gap between two groups.

    The criteria are demographic parity, equal opportunity (with the false positive rates, equalised odds), predictive
    parity and calibration for classes; mean predictions, mean errors and mean absolute errors, in standard deviations
    of the target, for numbers. Boosted trees and a linear model are looked at, and share one level with all pairs.
    """
    trained = learners(data)
    findings = []
    for j in data.protected:
        name = data.columns[j].name
        if j == data.target:
            findings.append(_silent(f"{MODELS.id}.{name}", MODELS.title, f"{name!r} is the target itself."))
            continue
        groups = holdout_groups(data, j, trained.task.rows["holdout"])
        criteria = NUMBERS if trained.task.classes is None else CLASSES
        findings += [_judged(criterion, trained, groups, data.thresholds, rng) for criterion in criteria]
    return findings


def _silent(identity, title, reason, **evidence):
    return Finding(id=identity, pillar=MODELS.pillar, title=title, missing=reason, message=reason, **evidence)


def _judged(criterion, trained, groups, thresholds, rng):
    """The finding for one criterion and one protected column."""
    members = gaps_of(criterion, trained, groups)
    family = Family(members)
    name = f"{MODELS.id}.{criterion.name}"
    identity, title = f"{name}.{groups.column}", f"{criterion.title} by {groups.column}: widest widening"
    if not family.members:
        reason = (
            f"Fewer than two groups of {groups.column!r} have {MIN_ROWS} holdout rows and {MIN_COUNT} of them among "
            f"the rows compared ({criterion.rate}), whatever the model was trained on."
        )
        return _silent(identity, title, reason, evidence={"tables": [_group_table(members[0], trained, groups)]})
    interval, threshold = (float(family.low.max()), float(family.high.max())), thresholds[name]
    worst, pair = family.at(family.first(threshold))
    nulls = {(m.kind, m.k, s): m.null(s, trained, groups.codes, rng) for m in family.members for s in SOURCES}
    facts = _facts(family, worst, nulls)
    message = _message(worst, pair, trained.task, groups, facts["p_value_of_a_gap_at_all"])
    return Finding(
        id=identity,
        pillar=MODELS.pillar,
        title=title,
        value=float(family.value.max()),
        interval=interval,
        goal="lower",
        threshold=threshold,
        method="paired over holdout rows, and refits on training rows, for all pairs of groups and both models at once",
        n={name: len(r) for name, r in trained.task.rows.items()},
        worst=_widest(family, groups),
        message=message,
        evidence={
            "charts": [_chart(worst, trained.task, groups)],
            "tables": [_gap_table(family.members, nulls, trained.task), _group_table(worst, trained, groups)],
            "facts": facts,
        },
    )


def _facts(family, worst, nulls):
    """What can be said in single numbers; the p-value is Bonferroni's over the models trained on synthetic rows."""
    p_values = [nulls[m.kind, m.k, "synthetic"].p_value for m in family.members]
    return {
        "p_value_of_a_gap_at_all": min(min(p_values) * len(p_values), 1.0),
        "widening_when_added_to_real_rows": [float(end.max()) for end in family.bounds("augmented")],
        **{f"gap_{source}": worst.gap(source)[0] for source in SOURCES},
    }


def _widest(family, groups, at_most=12):
    """The pairs whose gap widened most."""
    rows = []
    for i in np.argsort(-family.value, kind="stable")[:at_most]:
        member, pair = family.at(i)
        name = f"{KINDS[member.kind]}: {groups.names[member.a[pair]]}, {groups.names[member.b[pair]]}"
        rows.append({"name": name, "value": family.value[i], "low": family.low[i], "high": family.high[i]})
    return rows


def _class_words(member, task):
    return "" if member.k is None else f" {task.class_name(member.k)!r}"


def _message(member, i, task, groups, p_value):
    """What the models say of one pair of groups."""
    a, b = (groups.names[g[i]] for g in (member.a, member.b))
    of_a, of_b = (member.means["synthetic"].value[g[i]] for g in (member.a, member.b))
    gaps = {source: abs(member.signed[source][i]) for source in SOURCES}
    of_class = f" (class{_class_words(member, task)})" if member.k is not None else ""
    few = len(task.judged) > MAX_CLASSES
    return (
        f"{KINDS[member.kind]} trained on synthetic rows: {member.criterion.rate}{of_class}, {of_a:.3f} for {a} and "
        f"{of_b:.3f} for {b}, a gap of {gaps['synthetic']:.3f}; {gaps['real']:.3f} when trained on real rows, "
        f"{gaps['augmented']:.3f} on both. Are there gaps at all, groups permuted: p = {p_value:.2g}."
        + (f" Of {len(task.judged)} classes only the {MAX_CLASSES} commonest are looked at." if few else "")
    )


def _chart(member, task, groups, at_most=12):
    """Means of the largest groups, with what the model trained on real rows gives."""
    found, real = member.means["synthetic"], member.means["real"]
    half = z_value() * np.sqrt(variances(found.influence, groups.codes, found, member.criterion.binary))
    kept = sorted(member.judged, key=lambda g: -groups.rows[g])[:at_most]
    rows = [
        {
            "name": groups.names[g],
            "value": found.value[g],
            "low": found.value[g] - half[g],
            "high": found.value[g] + half[g],
            "mark": real.value[g],
        }
        for g in kept
    ]
    ends = [row[end] for row in rows for end in ("low", "high", "mark")]
    axis = (0.0, 1.0) if member.criterion.binary else (min(0.0, *ends), max(0.0, *ends) or 1.0)
    title = f"{KINDS[member.kind]} trained on synthetic rows: {member.criterion.rate}{_class_words(member, task)}"
    return charts.intervals(title, rows, axis=axis, mark="trained on real rows")


def _gap_table(members, nulls, task):
    """Gap, ratio and permutation test of every model."""
    rows = []
    for m in members:
        for source in SOURCES:
            null, (difference, ratio) = nulls[m.kind, m.k, source], m.gap(source)
            shown = "" if m.k is None else task.class_name(m.k)
            rows.append([m.kind, shown, source, difference, ratio, null.expected_gap, null.high_gap, null.p_value])
    columns = ["model", "class", "trained on", "gap", "ratio", "gap by chance", "95 % of chance below", "p value"]
    return charts.table("Largest less smallest mean, and groups permuted", columns, rows)


def _group_table(member, trained, groups):
    """Every group that has rows, judged or not."""
    calibration = member.criterion.name == "calibration"
    columns = ["group", "holdout rows", "denominator", *SOURCES] + ["error", "ECE"] * calibration + ["judged"]
    present = sorted(np.flatnonzero(groups.rows), key=lambda g: -groups.rows[g])
    rows = []
    for g in present[:LISTED]:
        counts = [member.means[source].count[g] for source in SOURCES]
        row = [groups.names[g], groups.rows[g], round(min(counts)), *(member.means[s].value[g] for s in SOURCES)]
        rows.append(
            row + calibrated(member, trained, groups, g) * calibration + [groups.why_not(g, min(counts)) or "yes"]
        )
    if len(present) > LISTED:
        further = [
            f"{len(present) - LISTED} further groups",
            groups.rows[present[LISTED:]].sum(),
            None,
            None,
            None,
            None,
        ]
        rows.append(further + [None, None] * calibration + ["no"])
    caption = f"{member.criterion.rate} by {groups.column}: {KINDS[member.kind]}"
    return charts.table(caption[0].upper() + caption[1:], columns, rows)


def calibrated(member, trained, groups, g):
    """Half the interval of the calibration of the model trained on synthetic rows, and its expected error per bin.

    The latter needs 500 rows: with fewer it is mostly noise, and None.
    """
    own = groups.codes == g
    half = z_value() * float(np.sqrt((member.means["synthetic"].influence[own] ** 2).sum()))
    if own.sum() < ECE_ROWS:
        return [half, None]
    task = trained.task
    of_class = (task.y["holdout"][own] == task.classes[member.k]) * 1.0
    return [half, expected_calibration_error(trained.guesses[member.kind, "synthetic"][own, member.k], of_class)]


MODELS = Check(
    "bias.models",
    "Groups in the decisions of models",
    model_bias,
    needs=("holdout", "target", "protected"),
    thresholds={
        **{f"bias.models.{c.name}": 0.05 for c in CLASSES},
        **{f"bias.models.{c.name}": 0.1 for c in NUMBERS},
    },
)
CHECKS = [MODELS]

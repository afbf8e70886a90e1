"""Does a classifier trained on synthetic images serve groups further apart than one trained on real images does?

The fits of the accuracy score, looked at group by group: as `augment.auditing.model_bias` does for tables, what is
judged is whether the gap between any two groups has widened.
"""

import numpy as np

from augment.auditing import charts
from augment.auditing.check import LEVEL, Check, Finding, NotAssessed
from augment.auditing.group_rates import MIN_ROWS, means
from augment.auditing.holdout_groups import holdout_groups
from augment.auditing.images.usefulness import drift_scale, tested, worthless
from augment.auditing.intervals import z_value
from augment.auditing.widening import bounds, pair_errors, pairs_of


def group_accuracy(data, rng):
    """For each protected attribute, the largest widening of the gap of accuracy between two groups."""
    if data.groups.holdout is None:
        raise NotAssessed("Needs attributes of the holdout: (images, labels, attributes).")
    found = tested(data)
    if reason := worthless(found):
        raise NotAssessed(reason)
    return [_judged(data, j, found) for j in data.groups.protected]


def _judged(data, j, found):
    groups = holdout_groups(data.groups, j, found.held)
    common = {
        "id": f"{ACCURACY.id}.accuracy.{groups.column}",
        "pillar": "bias",
        "title": f"Accuracy by {groups.column}: widest widening",
    }
    judged = np.flatnonzero(groups.common)
    if len(judged) < 2:
        reason = f"Fewer than two groups of {groups.column!r} have {MIN_ROWS} holdout images."
        return Finding(missing=reason, message=reason, **common)
    arms = {source: _means(right.mean(axis=0), groups) for source, right in found.right.items()}
    a, b = pairs_of(judged)
    signed = {source: own.value[a] - own.value[b] for source, own in arms.items()}
    drift = _drift(found.right, groups, a, b)
    errors = [np.hypot(e, drift) for e in pair_errors(arms["synthetic"], arms["real"], groups.codes, True, a, b)]
    value = np.abs(signed["synthetic"]) - np.abs(signed["real"])
    low, high = bounds(signed["synthetic"], signed["real"], *errors, z_value(LEVEL, 2 * len(a)))
    threshold = data.thresholds[f"{ACCURACY.id}.accuracy"]
    order = np.lexsort((-value, -low))
    first = int(low.argmax() if low.max() > threshold else value.argmax())
    rows = [
        {"name": f"{groups.names[a[k]]}, {groups.names[b[k]]}", "value": value[k], "low": low[k], "high": high[k]}
        for k in order
    ]
    worst = {source: judged[own.value[judged].argmin()] for source, own in arms.items()}
    return Finding(
        **common,
        value=float(value.max()),
        interval=(float(low.max()), float(high.max())),
        goal="lower",
        threshold=threshold,
        reference=float(np.abs(signed["real"]).max()),
        reference_name="widest gap when trained on real images",
        method="paired over holdout images, and refits on bootstrap samples, for all pairs of groups at once",
        n={"train": found.m, "synthetic": found.m, "holdout": len(found.truth)},
        worst=rows[:12],
        message=_message(groups, arms, a[first], b[first], worst),
        evidence={
            "charts": [_chart(groups, arms, judged)],
            "tables": [_listing(groups, arms)],
            "facts": {f"worst_group_accuracy_{source}": float(arms[source].value[g]) for source, g in worst.items()},
        },
    )


def _means(right, groups):
    """Accuracy of each group, and each image's share in its error."""
    return means(right, np.ones(len(right)), groups.codes, len(groups.names))


def _drift(right, groups, a, b):
    """Error of each pair's gap from which images, and from what weights, the classifiers learned."""
    spread = []
    for part in right.values():
        values = np.array([_means(fit * 1.0, groups).value for fit in part])
        spread.append((values[:, a] - values[:, b]).var(axis=0, ddof=1))
    own = np.mean(spread, axis=0)
    return drift_scale(len(right["real"])) * np.sqrt(np.maximum(own, own.mean()))


def _message(groups, arms, a, b, worst):
    of = {source: [own.value[g] for g in (a, b)] for source, own in arms.items()}
    return (
        f"A small network trained on synthetic images tells {of['synthetic'][0]:.3f} of {groups.names[a]} and "
        f"{of['synthetic'][1]:.3f} of {groups.names[b]} rightly; {of['real'][0]:.3f} and {of['real'][1]:.3f} when "
        f"trained on as many real images. The worst group is {groups.names[worst['synthetic']]} "
        f"({arms['synthetic'].value[worst['synthetic']]:.3f}); with real images {groups.names[worst['real']]} "
        f"({arms['real'].value[worst['real']]:.3f})."
    )


def _chart(groups, arms, judged, at_most=12):
    half = z_value() * np.sqrt(np.bincount(groups.codes, arms["synthetic"].influence ** 2, len(groups.names)))
    own, real = arms["synthetic"].value, arms["real"].value
    kept = sorted(judged, key=lambda g: -groups.rows[g])[:at_most]
    rows = [
        {"name": groups.names[g], "value": own[g], "low": own[g] - half[g], "high": own[g] + half[g], "mark": real[g]}
        for g in kept
    ]
    return charts.intervals(
        "Accuracy of each group, trained on synthetic images", rows, axis=(0, 1), mark="trained on real images"
    )


def _listing(groups, arms):
    columns = ["group", "holdout rows", "trained on real", "trained on synthetic", "judged"]
    present = sorted(np.flatnonzero(groups.rows), key=lambda g: -groups.rows[g])
    rows = [
        [groups.names[g], groups.rows[g], arms["real"].value[g], arms["synthetic"].value[g]]
        + [groups.why_not(g, groups.rows[g]) or "yes"]
        for g in present[:40]
    ]
    return charts.table(f"Accuracy by {groups.column}", columns, rows)


ACCURACY = Check(
    "bias.models",
    "Groups in the decisions of classifiers",
    group_accuracy,
    needs=("holdout", "labels", "attributes"),
    thresholds={"bias.models.accuracy": 0.05},
)
CHECKS = [ACCURACY]

"""Can anyone tell which real rows were training rows, by looking at the synthetic ones? The worst attack counts."""

import numpy as np

from augment.auditing import charts
from augment.auditing.areas import FALSE_POSITIVES, called, roc, worst_area
from augment.auditing.attacks import attack
from augment.auditing.check import LEVEL, Check, Finding
from augment.auditing.groups import groups
from augment.auditing.intervals import rate_difference_interval, rate_interval
from augment.auditing.neighbours import drawn

ISOLATED = 0.1  # share of tested rows
MIN_GROUP = 50  # members, and non-members, that a group needs to be judged


def membership(data, rng):
    """How well the worst attack tells members from non-members: for everyone, for the most isolated, for each group.

    For everyone also the members it is sure of: the rate it recognises while it takes one in a hundred non-members for
    one (Carlini et al. 2022).
    """
    scores = attack(data, rng)
    everyone = worst_area(scores.values, scores.members, rng)
    farthest = np.lexsort([rng.random(len(scores.members)), -scores.isolation])  # equally far ones in random order
    isolated = farthest[: round(ISOLATED * len(scores.members))]
    return [
        _everyone(scores, everyone, data),
        _sure(scores, data),
        _isolated(scores, isolated, data, rng),
        *(_groups(scores, j, data, rng) for j in data.protected),
    ]


def _area_finding(found, scores, **rest):
    """The finding on the worst attack's area."""
    worst = found["worst"]
    return Finding(
        pillar=MEMBERSHIP.pillar,
        value=found["areas"][worst],
        interval=(found["lows"][worst], max(found["highs"])),
        goal="lower",
        alarm_only=True,
        reference=0.5,
        reference_name="no memory",
        method=f"DeLong's, for all {len(scores.names)} attacks at once",
        **rest,
    )


def _everyone(scores, found, data):
    worst = found["worst"]
    rows = _rows(found, scores)
    threshold = data.thresholds[MEMBERSHIP.id]
    m = int(scores.members.sum())
    return _area_finding(
        found,
        scores,
        id=MEMBERSHIP.id,
        title="Telling training rows from unseen rows (AUC of the worst attack)",
        threshold=threshold,
        n={"train": m, "holdout": m, "reference": scores.n_reference, "synthetic": scores.n_synthetic},
        message=f"Of {len(rows)} attacks the worst, by the {scores.names[worst]}, tells training rows from holdout "
        f"rows with an AUC of {found['areas'][worst]:.3f}; 0.5 is guessing."
        + drawn(data, {"train": m, "synthetic": scores.n_synthetic}),
        worst=rows,
        evidence={
            "charts": [
                charts.intervals("AUC of each attack", rows, axis=(0, 1), threshold=threshold),
                charts.lines(
                    "ROC curve of the worst attack",
                    "holdout rows taken for members",
                    "training rows recognised",
                    [{"name": "worst attack", **roc(scores.values[worst], scores.members)}],
                ),
            ],
            "tables": [_attacks("Attacks", rows)],
        },
    )


def _rows(found, scores):
    """Each attack with its area and interval, the worst first."""
    numbers = zip(scores.names, *(found[key].tolist() for key in ("areas", "lows", "highs")), strict=True)
    rows = [dict(zip(("name", "value", "low", "high"), row, strict=True)) for row in numbers]
    return sorted(rows, key=lambda row: -row["low"])


def _attacks(caption, rows):
    return charts.table(caption, ["attack", "AUC", "low", "high"], [list(row.values()) for row in rows])


def _sure(scores, data):
    """The finding on the members recognised at one false positive in a hundred."""
    identity, title = f"{MEMBERSHIP.id}.rate", "Training rows recognised at 1% false positives, beyond chance"
    m = int(scores.members.sum())
    if m < 1 / FALSE_POSITIVES:
        reason = f"Needs {2 / FALSE_POSITIVES:.0f} holdout rows: with {m} tested, one in a hundred is none."
        return Finding(id=identity, pillar=MEMBERSHIP.pillar, title=title, missing=reason, message=reason)
    level = 1 - (1 - LEVEL) / len(scores.names)
    rows = []
    for name, values in zip(scores.names, scores.values, strict=True):
        above = called(values, scores.members)
        true, false = (int(above[scores.members == member].sum()) for member in (True, False))
        excess = rate_difference_interval((true, m), (false, m), level)
        bounds, odds = rate_interval(true, m, level), rate_interval(false, m, level)
        epsilon = float(np.log(bounds[0] / odds[1])) if bounds[0] > odds[1] else 0.0
        rows.append([name, true / m, *bounds, false / m, (true - false) / m, *excess, epsilon])
    rows.sort(key=lambda row: row[6], reverse=True)
    name, rate, low, high, false, value, *interval, _ = rows[0]
    columns = ["attack", "rate", "low", "high", "false", "excess", "low of it", "high of it", "epsilon at least"]
    return Finding(
        id=identity,
        pillar=MEMBERSHIP.pillar,
        title=title,
        value=value,
        interval=tuple(interval),
        level=level,
        goal="lower",
        threshold=data.thresholds[identity],
        alarm_only=True,
        reference=false,
        reference_name="rate of holdout rows taken for members",
        method=f"Newcombe's, from exact intervals of both rates, for {len(rows)} attacks at once",
        n={"train": m, "holdout": m},
        message=f"The worst attack, by the {name}, recognises {rate:.1%} of training rows ({low:.1%} to {high:.1%}) "
        f"while it takes {false:.1%} of holdout rows for members.",
        evidence={
            "tables": [charts.table("Rates of recognised training rows", columns, rows)],
            "facts": {"epsilon_at_least": max(row[-1] for row in rows)},
        },
    )


def _isolated(scores, rows, data, rng):
    """The finding on the rows that lie farthest from the reference rows: the easiest to recognise."""
    identity, title = f"{MEMBERSHIP.id}.isolated", "The most isolated tenth (AUC of the worst attack)"
    members = scores.members[rows]
    counts = {"train": int(members.sum()), "holdout": int((~members).sum())}
    if min(counts.values()) < 10:
        reason = "Needs 10 training and 10 holdout rows among the most isolated tenth."
        return Finding(id=identity, pillar=MEMBERSHIP.pillar, title=title, missing=reason, message=reason, n=counts)
    found = worst_area(scores.values[:, rows], members, rng)
    name = scores.names[found["worst"]]
    sure = _surely(scores, found["worst"], rows)
    return _area_finding(
        found,
        scores,
        id=identity,
        title=title,
        threshold=data.thresholds[identity],
        n=counts,
        message=f"Among the tenth of rows farthest from the reference rows, the worst attack, by the {name}, tells "
        f"{counts['train']:,} training from {counts['holdout']:,} holdout rows with an AUC of "
        f"{found['areas'][found['worst']]:.3f}. At 1% false positives among all, it recognises {sure[0]:.1%} of these "
        f"training rows and takes {sure[1]:.1%} of these holdout rows for members.",
        evidence={"tables": [_attacks("Attacks on the most isolated tenth", _rows(found, scores))]},
    )


def _surely(scores, attack, rows):
    """Shares of the members and of the non-members among some rows that an attack calls at 1 % false positives."""
    above, members = called(scores.values[attack], scores.members)[rows], scores.members[rows]
    return [float(above[members == member].mean()) if (members == member).any() else None for member in (True, False)]


def _groups(scores, j, data, rng):
    """The finding on the group of a protected column whose members are recognised best."""
    column = data.columns[j].name
    identity, title = f"{MEMBERSHIP.id}.groups.{column}", f"The group of {column} recognised best (AUC)"
    codes, names = groups(data, j)
    codes = np.concatenate([codes[name][index] for name, index in scores.tested.items()])
    counts = [np.bincount(codes[scores.members == member], minlength=len(names)) for member in (True, False)]
    judged = np.flatnonzero(np.minimum(*counts) >= MIN_GROUP)
    level = 1 - (1 - LEVEL) / max(len(judged), 1)
    found = {}
    for g in judged:
        rows = codes == g
        found[g] = worst_area(scores.values[:, rows], scores.members[rows], rng, level)
    evidence = {"tables": [_listing(column, names, codes, counts, found, scores)]}
    if not found:
        reason = f"No group of {column!r} has {MIN_GROUP} tested training and {MIN_GROUP} tested holdout rows."
        return Finding(
            id=identity, pillar=MEMBERSHIP.pillar, title=title, missing=reason, message=reason, evidence=evidence
        )
    g = max(found, key=lambda g: max(found[g]["lows"]))
    area = found[g]["areas"][found[g]["worst"]]
    everything = {**found[g], "highs": np.concatenate([f["highs"] for f in found.values()])}
    return _area_finding(
        everything,
        scores,
        id=identity,
        title=title,
        level=level,
        threshold=data.thresholds[f"{MEMBERSHIP.id}.groups"],
        n={"train": int(counts[0][g]), "holdout": int(counts[1][g])},
        message=f"Of {len(found)} groups of {column!r} large enough to judge, {names[g]} is recognised best: by the "
        f"{scores.names[found[g]['worst']]}, with an AUC of {area:.3f}.",
        evidence=evidence,
    )


def _listing(column, names, codes, counts, found, scores, at_most=40):
    """Every group that has tested rows, judged or not."""
    rows = []
    for g in np.flatnonzero(counts[0] + counts[1])[:at_most].tolist():
        told, why = found.get(g), f"no: under {MIN_GROUP} tested rows of each"
        numbers = [None] * 5
        if told:
            numbers = [told[key][told["worst"]] for key in ("areas", "lows", "highs")]
            numbers += _surely(scores, told["worst"], codes == g)
        rows.append([names[g], counts[0][g], counts[1][g], *numbers, "yes" if told else why])
    columns = ["group", "training rows tested", "holdout rows tested", "AUC", "low", "high"]
    columns += ["recognised at 1% false positives", "holdout rows taken for members", "judged"]
    return charts.table(f"Groups of {column}", columns, rows)


MEMBERSHIP = Check(
    "privacy.membership",
    "Membership of training rows",
    membership,
    needs=("holdout",),
    thresholds={
        "privacy.membership": 0.55,
        "privacy.membership.rate": 0.02,
        "privacy.membership.isolated": 0.6,
        "privacy.membership.groups": 0.6,
    },
)
CHECKS = [MEMBERSHIP]

"""Can anyone tell which real rows were training rows, by looking at the synthetic ones? The worst attack counts."""

import numpy as np
from scipy import stats

from augment.auditing import charts
from augment.auditing.attacks import attack
from augment.auditing.bias import groups
from augment.auditing.check import LEVEL, Check, Finding
from augment.auditing.intervals import rate_difference_interval, rate_interval, z_value

FALSE_POSITIVES = 0.01
ISOLATED = 0.1  # share of tested rows
MIN_GROUP = 50  # members, and non-members, that a group needs to be judged
DRAWS = 20_000


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


def worst_area(values, members, rng, level=LEVEL):
    """Areas under the ROC curves of several scores, with intervals that hold for all of them at once.

    The variances and covariances are those of DeLong, DeLong and Clarke-Pearson (1988); the width of the intervals is
    the quantile of the largest of as many correlated normal deviations, and never more than Bonferroni's.

    Parameters
    ----------
    values : ndarray of shape (scores, rows)
    members : ndarray of bool, shape (rows,)
    rng : numpy.random.Generator
    level : float, default=0.95

    Returns
    -------
    dict
        "areas", "lows", "highs" of all scores, and "worst", the place of the one whose interval lies highest.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> members = np.arange(200) < 100
    >>> found = worst_area(np.stack([rng.normal(size=200), rng.normal(size=200) + 2 * members]), members, rng)
    >>> found["worst"], bool(found["lows"][0] < 0.5), bool(found["lows"][1] > 0.8)
    (1, True, True)
    """
    positive, negative = values[:, members], values[:, ~members]
    m, n = positive.shape[1], negative.shape[1]
    ranks = stats.rankdata(np.concatenate([positive, negative], axis=1), axis=1)
    above = (ranks[:, :m] - stats.rankdata(positive, axis=1)) / n
    below = 1 - (ranks[:, m:] - stats.rankdata(negative, axis=1)) / m
    covariance = np.atleast_2d(np.cov(above)) / m + np.atleast_2d(np.cov(below)) / n
    deviation = np.sqrt(np.diag(covariance))
    half = np.maximum(_simultaneous(covariance, rng, level) * deviation, 3 / min(m, n))  # the rule of three
    areas = above.mean(axis=1)
    lows, highs = np.maximum(areas - half, 0.0), np.minimum(areas + half, 1.0)
    return {"areas": areas, "lows": lows, "highs": highs, "worst": int(lows.argmax())}


def _simultaneous(covariance, rng, level):
    """Normal quantile for deviations with this covariance, all at once."""
    deviation = np.sqrt(np.diag(covariance))
    size, vectors = np.linalg.eigh(covariance / np.maximum(np.outer(deviation, deviation), 1e-300))
    draws = rng.normal(size=(DRAWS, len(size))) @ (vectors * np.sqrt(np.maximum(size, 0))).T
    quantile = np.quantile(np.abs(draws).max(axis=1), level)
    return float(np.clip(quantile, z_value(level), z_value(level, len(size))))


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
    rows = [
        {"name": name, "value": found["areas"][i], "low": found["lows"][i], "high": found["highs"][i]}
        for i, name in enumerate(scores.names)
    ]
    rows.sort(key=lambda row: -row["low"])
    threshold = data.thresholds[MEMBERSHIP.id]
    m = int(scores.members.sum())
    listing = charts.table("Attacks", ["attack", "AUC", "low", "high"], [list(row.values()) for row in rows])
    return _area_finding(
        found,
        scores,
        id=MEMBERSHIP.id,
        title="Telling training rows from unseen rows (AUC of the worst attack)",
        threshold=threshold,
        n={"train": m, "holdout": m, "reference": scores.n_reference, "synthetic": scores.n_synthetic},
        message=f"Of {len(rows)} attacks the worst, by the {scores.names[worst]}, tells training rows from holdout "
        f"rows with an AUC of {found['areas'][worst]:.3f}; 0.5 is guessing.",
        worst=rows,
        evidence={
            "charts": [
                charts.intervals("AUC of each attack", rows, axis=(0, 1), threshold=threshold),
                charts.lines(
                    "ROC curve of the worst attack",
                    "holdout rows taken for members",
                    "training rows recognised",
                    [{"name": "worst attack", **_roc(scores.values[worst], scores.members)}],
                ),
            ],
            "tables": [listing],
        },
    )


def _roc(values, members, points=41):
    """The curve at equal steps of the false positive rate."""
    steps = np.sort(values[~members])[::-1]
    rate = np.linspace(0, 1, points)
    cut = steps[np.minimum((rate * len(steps)).astype(int), len(steps) - 1)]
    recognised = (values[members][None, :] > cut[:, None]).mean(axis=1)
    return {"x": rate.round(4).tolist(), "y": [*recognised[:-1].round(4).tolist(), 1.0]}


def recognised(values, members, rate=FALSE_POSITIVES):
    """Members, and non-members, above a score that at most `rate` of non-members reach.

    Examples
    --------
    >>> members = np.arange(200) < 100
    >>> recognised(np.where(members, 1.0, 0.0) + np.arange(200) / 1000, members)
    (100, 1)
    """
    outside, at_most = np.sort(values[~members])[::-1], int(rate * (~members).sum())
    cut = outside[max(at_most - 1, 0)]
    above = values >= cut if (outside >= cut).sum() <= at_most else values > cut
    return int(above[members].sum()), int(above[~members].sum())


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
        true, false = recognised(values, scores.members)
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
    return _area_finding(
        found,
        scores,
        id=identity,
        title=title,
        threshold=data.thresholds[identity],
        n=counts,
        message=f"Among the tenth of rows farthest from the reference rows, the worst attack, by the "
        f"{scores.names[found['worst']]}, tells {counts['train']:,} training from {counts['holdout']:,} holdout rows "
        f"with an AUC of {found['areas'][found['worst']]:.3f}.",
    )


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
    evidence = {"tables": [_listing(column, names, counts, found, scores)]}
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


def _listing(column, names, counts, found, scores, at_most=40):
    """Every group that has tested rows, judged or not."""
    rows = []
    for g in np.flatnonzero(counts[0] + counts[1])[:at_most].tolist():
        told, why = found.get(g), f"no: under {MIN_GROUP} tested rows of each"
        numbers = [told[key][told["worst"]] for key in ("areas", "lows", "highs")] if told else [None] * 3
        rows.append([names[g], counts[0][g], counts[1][g], *numbers, "yes" if told else why])
    columns = ["group", "training rows tested", "holdout rows tested", "AUC", "low", "high", "judged"]
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

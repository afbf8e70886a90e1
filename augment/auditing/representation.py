"""Are the groups of a protected column there in the shares that the real rows, or a given population, have?"""

from dataclasses import replace

import numpy as np

from augment.auditing import charts
from augment.auditing.check import LEVEL, Check, Finding
from augment.auditing.groups import MIN_GROUP, Groups, listed_rows, standing, why_not
from augment.auditing.intervals import rate_interval, ratio_interval

OUTSIDE = "no: not in the population given"


def representation(data, rng):
    """For each protected column, the smallest ratio of a group's synthetic share to its real or population share.

    Groups of numbers are the quarters of the training values; missing values are a group. The intervals of the
    ratios hold at once for all judged groups of all protected columns, and for those that chance alone kept from being
    judged: of many groups of nearly that size, the judged ones have more training rows than they would have again.
    """
    found = [Groups.of(data, j) for j in data.protected]
    return [_against_population(data, g) if g.columns[0] in data.population else _against_train(data, g) for g in found]


def log_disparity(share, reference):
    """Logarithm of the odds of a share over the odds of its reference (Bhanot et al. 2021): 0 where they are equal.

    Examples
    --------
    >>> round(float(log_disparity(0.2, 0.5)), 3), float(log_disparity(0.0, 0.5))
    (-1.386, -inf)
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.log(share) - np.log1p(-np.asarray(share)) - np.log(reference) + np.log1p(-np.asarray(reference))


def _against_train(data, groups):
    """The finding for shares of the training rows."""
    counts = {t: groups.counts(t) for t in ("train", "synthetic")}
    share = {t: c / c.sum() for t, c in counts.items()}
    judged = groups.judged
    level = _level(data, (counts["train"] + counts["synthetic"] >= MIN_GROUP).sum())
    n = {t: c.sum() for t, c in counts.items()}
    pairs = [(counts["synthetic"][g], counts["train"][g]) for g in judged]
    bounds = [ratio_interval(pair, (n["synthetic"], n["train"]), level) for pair in pairs]
    verdicts = {g: standing(counts["train"][g]) for g in groups.seen}
    return _finding(data, groups, share, share["train"], "training", verdicts, judged, bounds, why_not(groups))


def _against_population(data, groups):
    """The finding for shares that the user gave; rows of groups without one are left out."""
    given = data.population[groups.columns[0]]
    groups = replace(groups, names=groups.names + [name for name in given if name not in groups.names])
    reference = np.array([given.get(name, np.nan) for name in groups.names])
    named = ~np.isnan(reference)
    counts = {t: np.where(named, groups.counts(t), 0) for t in ("train", "synthetic")}
    share = {t: c / max(c.sum(), 1) for t, c in counts.items()}
    n = int(counts["synthetic"].sum())
    expected = np.where(named, reference, 0) * n
    judged = np.flatnonzero(expected >= MIN_GROUP)
    level = _level(data, len(judged))
    bounds = [np.divide(rate_interval(counts["synthetic"][g], n, level), reference[g]) for g in judged]
    words = np.where(expected >= MIN_GROUP, "yes", f"no: under {MIN_GROUP} rows expected")
    words = np.where(named, words, OUTSIDE)
    verdicts = {g: str(words[g]) for g in np.union1d(groups.seen, np.flatnonzero(named))}
    reason = f"No group of {groups.title!r} would have {MIN_GROUP} synthetic rows at its share of the population."
    return _finding(data, groups, share, reference, "population", verdicts, judged, bounds, reason)


def _level(data, n_groups):
    return 1 - (1 - LEVEL) / max(n_groups * len(data.protected), 1)


def _finding(data, groups, share, reference, source, verdicts, judged, bounds, reason):
    """The finding on one column, from the shares, their references and the intervals of the judged ratios."""
    word = "real" if source == "training" else source
    identity = f"{REPRESENTATION.id}.{groups.title}"
    title = f"Smallest share of a group of {groups.title}, synthetic over {word}"
    disparity = log_disparity(share["synthetic"], reference)
    table = _listing(groups, share, reference, disparity, source, verdicts)
    if not len(judged):
        evidence = {"tables": [table]}
        return Finding(id=identity, pillar="bias", title=title, missing=reason, message=reason, evidence=evidence)
    ratio, (low, high) = share["synthetic"][judged] / reference[judged], np.array(bounds).T
    order = np.argsort(ratio, kind="stable")
    rows = [
        {"name": groups.names[judged[k]], "value": ratio[k], "low": low[k], "high": high[k]}
        | {"log disparity": disparity[judged[k]]}
        for k in order
    ]
    first, threshold = judged[order[0]], data.thresholds[REPRESENTATION.id]
    chart = charts.intervals(f"Synthetic share over {word} share", rows[:20], axis=(0, 2), threshold=threshold)
    rest = "training rows" if source == "training" else "the population"
    return Finding(
        id=identity,
        pillar="bias",
        title=title,
        value=ratio.min(),
        interval=(low.min(), high.min()),
        goal="higher",
        threshold=threshold,
        method=("Clopper-Pearson given both counts" if source == "training" else "Clopper-Pearson")
        + ", for all groups at once",
        n=data.sizes,
        worst=rows[:12],
        message=f"The group of {groups.title!r} that loses most is {groups.names[first]}: "
        f"{share['synthetic'][first]:.1%} of synthetic rows and {reference[first]:.1%} of {rest} "
        f"(log disparity {disparity[first]:+.2f}). {len(judged)} of {len(verdicts)} groups are large enough to "
        f"judge.{_uncounted(groups, verdicts)}",
        evidence={"charts": [chart], "tables": [table]},
    )


def _uncounted(groups, verdicts):
    """A sentence about synthetic rows of groups without a share of the population; empty when there are none."""
    outside = [g for g, verdict in verdicts.items() if verdict == OUTSIDE]
    n = int(groups.counts("synthetic")[outside].sum()) if outside else 0
    return f" {n:,} synthetic rows of groups that the population given does not name are left out." if n else ""


def _listing(groups, share, reference, disparity, source, verdicts):
    """Every group that has rows, judged or not."""
    train, synthetic = groups.counts("train"), groups.counts("synthetic")
    columns = ["group", "train rows", "synthetic rows", "train share", "synthetic share"]
    columns += ["population share"] * (source == "population") + ["log disparity", "judged"]

    def row(g):
        cells = [groups.names[g], train[g], synthetic[g], share["train"][g], share["synthetic"][g]]
        cells += [reference[g]] * (source == "population")
        return [*cells, disparity[g] if np.isfinite(disparity[g]) else "none", verdicts[g]]

    return charts.table(f"Groups of {groups.title}", columns, listed_rows(groups, row, len(columns), list(verdicts)))


REPRESENTATION = Check(
    "bias.representation",
    "Groups and their shares",
    representation,
    needs=("protected",),
    thresholds={"bias.representation": 0.8},
)
CHECKS = [REPRESENTATION]

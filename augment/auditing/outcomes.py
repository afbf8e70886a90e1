"""Did the outcomes of any group change from the real to the synthetic rows?"""

import numpy as np
from scipy import stats

from augment.auditing import charts
from augment.auditing.check import LEVEL, Check, Finding, NotAssessed
from augment.auditing.groups import MIN_GROUP, listed_rows, protected_groups
from augment.auditing.outcome import outcome_of, shrunk

MAX_TABLES = 5


def outcomes(data, rng):
    """For each protected column, the largest change of a group's outcome rate, or of its mean where numbers are told.

    The intervals hold for all judged groups, outcomes and protected columns at once.
    """
    outcome, found = outcome_of(data), outcome_groups(data)
    compare = _rates if outcome.values is None else _means
    return [compare(data, outcome, groups, len(found)) for groups in found]


def outcome_groups(data, depth=1):
    """`protected_groups`, where there are any beside the target."""
    found = protected_groups(data, depth)
    if not found:
        raise NotAssessed("The only protected column is the target: it has no outcomes beside itself.")
    return found


def comparable(train, synthetic):
    """Groups whose outcomes can be compared, by their rows with an outcome: enough training and some synthetic ones."""
    return np.flatnonzero((train >= MIN_GROUP) & (synthetic > 0))


def standing(train, synthetic):
    """Whether a group with so many rows with an outcome is compared, in words."""
    if train < MIN_GROUP:
        return f"no: under {MIN_GROUP} training rows"
    return "yes" if synthetic else "no: no synthetic rows"


def rate_changes(first, second, trials_first, trials_second, level=LEVEL):
    """Second less first rate, and its interval: `intervals.rate_difference_interval` for arrays.

    Examples
    --------
    >>> change, low, high = rate_changes(np.array([1]), np.array([20]), np.array([2000]), np.array([2000]))
    >>> round(float(low[0]), 4), round(float(high[0]), 4)
    (0.005, 0.0149)
    """
    p1, p2 = first / trials_first, second / trials_second
    (low1, high1), (low2, high2) = _exact(first, trials_first, level), _exact(second, trials_second, level)
    change = p2 - p1
    low, high = change - np.hypot(p2 - low2, high1 - p1), change + np.hypot(high2 - p2, p1 - low1)
    return change, np.maximum(low, -1), np.minimum(high, 1)


def _exact(successes, trials, level):
    """Clopper and Pearson's interval, for arrays."""
    tail, failures = (1 - level) / 2, trials - successes
    low = np.where(successes > 0, stats.beta.ppf(tail, np.maximum(successes, 1), failures + 1), 0.0)
    return low, np.where(failures > 0, stats.beta.isf(tail, successes + 1, np.maximum(failures, 1)), 1.0)


def _rates(data, outcome, groups, columns):
    """The finding on rates for one protected column."""
    counts = {t: outcome.counts(t, codes, len(groups.names)) for t, codes in groups.codes.items()}
    n = {t: c.sum(axis=1) for t, c in counts.items()}
    judged = comparable(n["train"], n["synthetic"])
    level = 1 - (1 - LEVEL) / max(len(judged) * len(outcome.judged) * columns, 1)
    pair = [counts[t][np.ix_(judged, outcome.judged)] for t in ("train", "synthetic")]
    change, low, high = rate_changes(*pair, n["train"][judged, None], n["synthetic"][judged, None], level)
    members = [(judged[i], outcome.judged[k]) for i in range(len(judged)) for k in range(len(outcome.judged))]
    many = len(outcome.judged) > 1
    names = [groups.names[g] + (f": {outcome.classes[y]}" if many else "") for g, y in members]
    first, order = worst_change(change.ravel(), low.ravel(), high.ravel())
    told = sorted({members[k][1] for k in order[:MAX_TABLES]}) if many else list(outcome.judged)
    tables = [_rate_table(outcome, groups, counts, y) for y in told]
    text = ""
    if len(members):
        g, y = members[first]
        rate = {t: counts[t][g, y] / n[t][g] for t in ("train", "synthetic")}
        text = (
            f"{outcome.name(y)} holds for {rate['train']:.1%} of training and {rate['synthetic']:.1%} of synthetic "
            f"rows of {groups.names[g]}"
        )
    found = (change.ravel(), low.ravel(), high.ravel(), order)
    threshold = data.thresholds[OUTCOMES.id]
    return _finding(
        data, outcome, groups, found, names, tables, text, threshold, "rate", "Newcombe's rule on exact intervals"
    )


def _means(data, outcome, groups, columns):
    """The finding on means for one protected column, in standard deviations of the training target."""
    moments = {t: _moments(outcome.values[t], codes, len(groups.names)) for t, codes in groups.codes.items()}
    (n1, mean1, var1), (n2, mean2, var2) = moments["train"], moments["synthetic"]
    judged = comparable(n1, n2)
    spread = np.nanstd(outcome.values["train"])
    v1, v2 = (np.where(n > 1, v, spread**2)[judged] / n[judged] for n, v in ((n1, var1), (n2, var2)))
    degrees = (v1 + v2) ** 2 / np.maximum(v1**2 / (n1[judged] - 1) + v2**2 / np.maximum(n2[judged] - 1, 1), 1e-300)
    tail = (1 - LEVEL) / 2 / max(len(judged) * columns, 1)
    half = stats.t.isf(tail, np.maximum(degrees, 1)) * np.sqrt(v1 + v2) / spread
    change = (mean2 - mean1)[judged] / spread
    low, high = change - half, change + half
    first, order = worst_change(change, low, high)
    text = ""
    if len(judged):
        g = judged[first]
        show = data.columns[data.target].show
        text = (
            f"The mean of {outcome.target} is {show(mean1[g])} in training and {show(mean2[g])} in synthetic rows of "
            f"{groups.names[g]}"
        )
    names = [groups.names[g] for g in judged]
    tables = [_mean_table(outcome, groups, moments)]
    found = (change, low, high, order)
    threshold = data.thresholds[f"{OUTCOMES.id}.mean"]
    return _finding(data, outcome, groups, found, names, tables, text, threshold, "mean", "Welch's t")


def worst_change(change, low, high):
    """The member surest to have changed, and all members in that order."""
    least, _ = sizes_of(low, high)
    order = np.lexsort((-np.abs(change), -least))
    return (order[0] if len(order) else None), order


def sizes_of(low, high):
    """Bounds of the absolute value of what lies between low and high."""
    return np.maximum(np.maximum(low, -high), 0), np.maximum(np.abs(low), np.abs(high))


def _finding(data, outcome, groups, found, names, tables, text, threshold, what, method):
    """The finding on one protected column from the changes of all judged groups and outcomes."""
    change, low, high, order = found
    unit = "" if what == "rate" else ", in standard deviations"
    common = {
        "id": f"{OUTCOMES.id}.{groups.title}",
        "pillar": "bias",
        "title": f"Largest change of a group's {what} of {outcome.target} by {groups.title}{unit}",
    }
    if not len(change):
        reason = f"No group of {groups.title!r} has {MIN_GROUP} training rows with an outcome, and a synthetic one."
        return Finding(missing=reason, message=reason, evidence={"tables": tables}, **common)
    rows = [{"name": names[k], "value": change[k], "low": low[k], "high": high[k]} for k in order]
    chart = charts.intervals(f"Change of the {what} of each group, synthetic less training", rows[:20], axis=(-9, 9))
    least, most = sizes_of(low, high)
    k = order[0]
    judged = {"value": abs(change[k]), "interval": (least.max(), most.max()), "threshold": threshold}
    return Finding(
        **common,
        **judged,
        goal="lower",
        method=f"{method}, for all groups and outcomes at once",
        n=data.sizes,
        worst=rows[:12],
        message=f"{text}: a change of {change[k]:+.3f}{unit} [{low[k]:.3f}, {high[k]:.3f}], at most {threshold} "
        f"wanted.{outcome.left_out}",
        evidence={"charts": [chart], "tables": tables},
    )


def _rate_table(outcome, groups, counts, y):
    """Rates of one outcome in every group and table; those of small groups also shrunk to the whole table's."""
    columns = ["group", *(f"{t} rows" for t in counts), *(f"{t} rate" for t in counts)]
    columns += ["shrunk train rate", "shrunk synthetic rate", "judged"]
    n = {t: c.sum(axis=1) for t, c in counts.items()}
    near = {t: shrunk(counts[t])[:, y] for t in ("train", "synthetic")}

    def row(g):
        cells = [groups.names[g], *(own[g] for own in n.values())]
        cells += [counts[t][g, y] / n[t][g] if n[t][g] else "" for t in counts]
        return [*cells, near["train"][g], near["synthetic"][g], standing(n["train"][g], n["synthetic"][g])]

    caption = f"Rate of {outcome.name(y)} by {groups.title}"
    return charts.table(caption, columns, listed_rows(groups, row, len(columns)))


def _mean_table(outcome, groups, moments):
    """Means of the target in every group and table."""
    columns = ["group", *(f"{t} rows" for t in moments), *(f"{t} mean" for t in moments), "judged"]

    def row(g):
        cells = [groups.names[g], *(n[g] for n, _, _ in moments.values())]
        means = [mean[g] if n[g] else "" for n, mean, _ in moments.values()]
        return [*cells, *means, standing(moments["train"][0][g], moments["synthetic"][0][g])]

    caption = f"Mean of {outcome.target} by {groups.title}"
    return charts.table(caption, columns, listed_rows(groups, row, len(columns)))


def _moments(values, codes, size):
    """Rows, mean and variance of the values in each group; missing values are left out."""
    present = ~np.isnan(values)
    values, codes = values[present], codes[present]
    n = np.bincount(codes, minlength=size)
    mean = np.bincount(codes, values, size) / np.maximum(n, 1)
    return n, mean, np.bincount(codes, (values - mean[codes]) ** 2, size) / np.maximum(n - 1, 1)


OUTCOMES = Check(
    "bias.outcomes",
    "Outcomes of groups",
    outcomes,
    needs=("target", "protected"),
    thresholds={"bias.outcomes": 0.05, "bias.outcomes.mean": 0.1},
)
CHECKS = [OUTCOMES]

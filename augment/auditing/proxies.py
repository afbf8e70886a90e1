"""Do the other columns give a protected one away more than they do in the real rows?

How well a group is told from all others is an area under the ROC curve, always of rows that the rule did not learn
from: 0.5 is guessing. Real columns give groups away, too; that level is told, and only its increase is judged.
"""

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from augment.auditing import charts
from augment.auditing.binned_areas import binned_areas, bins_of
from augment.auditing.check import Check, Finding, NotAssessed
from augment.auditing.detection import boosted
from augment.auditing.encoding import for_trees, row_keys, splittable
from augment.auditing.groups import MIN_GROUP, protected_groups, why_not
from augment.auditing.intervals import auc, z_value

MAX_ROWS = 20_000  # rows of each table for one column
MAX_ROWS_TOGETHER = 5000  # rows of each table for all columns together
GROUPS, GROUPS_TOGETHER = 20, 5  # the largest groups of a protected column take part
MIN_SYNTHETIC = 10  # synthetic rows that a group needs
FOLDS = 5
FOLDS_TOGETHER = 3
ITERATIONS = 30


def proxies(data, rng):
    """Increase of the AUC with which a protected column's groups are told: by all other columns, and by each alone.

    All together are boosted trees. A column alone gives each of its categories, or each tenth of its numbers, the
    group's rate there. Identifiers, the target and the protected column itself take no part.
    """
    found = protected_groups(data)
    if not found:
        raise NotAssessed("The only protected column is the target: what gives it away is its usefulness.")
    findings = []
    for groups in found:
        others = [j for j in data.compared if j not in (*groups.columns, data.target)]
        if not others:
            reason = f"Needs a column beside {groups.title!r} and the target."
            findings.append(Finding(missing=reason, message=reason, **_common(PROXIES.id, groups)))
            continue
        findings.append(_together(data, groups, others, len(found), rng))
        findings.append(_alone(data, groups, others, len(found), rng))
    return findings


def learning_too(variance, folds):
    """A variance over tested rows with that over learned ones added (Nadeau and Bengio 2003).

    Folds learn from rows that they share, so their errors do not average out: by 1 + test rows / learned rows x folds.
    """
    return variance * (1 + folds / (folds - 1))


class Sample:
    """Equally many rows of train and synthetic, so that neither teaches more, and the groups to tell apart there.

    Attributes
    ----------
    rows, codes : dict of str to ndarray
        Rows taken and the group of each, from 0; the last code is all groups that take no part.
    groups : ndarray of int
        The groups told from the others: the largest ones. Of two in all, one, since the other is its mirror image.
    """

    def __init__(self, groups, at_most, rows, rng):
        size = min(*(len(groups.codes[t]) for t in ("train", "synthetic")), rows)
        self.rows = {t: rng.permutation(len(groups.codes[t]))[:size] for t in ("train", "synthetic")}
        codes = {t: groups.codes[t][r] for t, r in self.rows.items()}
        n = {t: np.bincount(c, minlength=len(groups.names)) for t, c in codes.items()}
        rest = {t: size - count for t, count in n.items()}
        large = np.flatnonzero((n["train"] >= MIN_GROUP) & (n["synthetic"] >= MIN_SYNTHETIC))
        both = (rest["train"] >= MIN_GROUP) & (rest["synthetic"] >= MIN_SYNTHETIC)
        told = large[both[large]]
        told = told[np.argsort(-n["train"][told], kind="stable")][:at_most]
        self.groups = told[1:] if len(groups.seen) == 2 and len(told) == 2 else np.sort(told)
        place = np.full(len(groups.names), len(self.groups))
        place[self.groups] = np.arange(len(self.groups))
        self.codes = {t: place[c] for t, c in codes.items()}

    def folds(self, table, n_folds, rng, keys=None):
        """Fold of each row: every group is spread over all of them; rows of a group and of one key share theirs.

        A row that stands in two folds would be known by heart, and tell its group.
        """
        codes = self.codes[table]
        drawn = rng.random(len(codes))
        if keys is not None:
            first, same = np.unique(keys[self.rows[table]], return_index=True, return_inverse=True)[1:]
            drawn = drawn[first][same]
        order = np.lexsort((drawn, codes))
        new = np.diff(drawn[order], prepend=-1) != 0
        folds = np.empty(len(order), int)
        folds[order] = np.cumsum(new | (np.diff(codes[order], prepend=-1) != 0)) % n_folds
        return folds


def _together(data, groups, others, columns, rng):
    """The finding on all other columns together."""
    sample = Sample(groups, GROUPS_TOGETHER, MAX_ROWS_TOGETHER, rng)
    if not len(sample.groups):
        return _untold(PROXIES.id, groups, sample)
    trees, category = for_trees(data, others)
    seed = int(rng.integers(2**31))
    areas, keys = {}, row_keys(data, others)
    for t, rows in sample.rows.items():
        folds = sample.folds(t, FOLDS_TOGETHER, rng, keys[t])
        areas[t] = _boosted_areas(trees[t][rows], sample.codes[t], len(sample.groups), folds, category, seed)
    names = [groups.names[g] for g in sample.groups]
    variance = learning_too(areas["train"][1] + areas["synthetic"][1], FOLDS_TOGETHER)
    half = z_value(comparisons=columns * len(names)) * np.sqrt(variance)
    told = "All other columns together tell {name} with an AUC of"
    members = _members(names, areas["train"][0], areas["synthetic"][0], half)
    return _finding(data, PROXIES.id, groups, sample, members, told, "DeLong over folds of boosted trees")


def _boosted_areas(x, codes, n_groups, folds, category, seed):
    """Mean AUC over folds of telling each group, and its variance."""
    found = []
    for fold in range(FOLDS_TOGETHER):
        fit, test = folds != fold, folds == fold
        model = boosted(HistGradientBoostingClassifier, category, seed, ITERATIONS).fit(splittable(x[fit]), codes[fit])
        scores = model.predict_proba(x[test])
        found.append([auc(codes[test] == g, scores[:, list(model.classes_).index(g)]) for g in range(n_groups)])
    found = np.array(found)  # (folds, groups, 2)
    return found[..., 0].mean(axis=0), found[..., 1].sum(axis=0) / FOLDS_TOGETHER**2


def _alone(data, groups, others, columns, rng):
    """The finding on each column alone."""
    sample = Sample(groups, GROUPS, MAX_ROWS, rng)
    identity = f"{PROXIES.id}.column"
    if not len(sample.groups):
        return _untold(identity, groups, sample)
    folds = {t: sample.folds(t, FOLDS, rng) for t in sample.rows}
    members = []
    z = z_value(comparisons=columns * len(others) * len(sample.groups))
    for j in others:
        bins, n_bins = bins_of(data, j, sample.rows)
        found = {}
        for t in sample.rows:
            size = len(sample.groups) + 1
            flat = (folds[t] * n_bins + bins[t]) * size + sample.codes[t]
            counts = np.bincount(flat, minlength=FOLDS * n_bins * size).reshape(FOLDS, n_bins, size)
            found[t] = binned_areas(counts)
        spread = [np.maximum(a, b) for a, b in zip(found["train"][1:3], found["synthetic"][1:3], strict=True)]
        variance = sum((v * per).sum(axis=0) for t in found for v, per in zip(spread, found[t][3], strict=True))
        half = z * np.sqrt(variance) / FOLDS
        name = data.columns[j].name
        names = [f"{name} → {groups.names[g]}" for g in sample.groups]
        members += _members(names, found["train"][0], found["synthetic"][0], half)
    strongest = max(members, key=lambda row: row["train"])
    told = "Alone, {name} is told with an AUC of"
    end = f" Strongest in training rows: {strongest['name']} ({strongest['train']:.3f})."
    return _finding(data, identity, groups, sample, members, told, "DeLong over folds of binned rates", end)


def _members(names, train, synthetic, half):
    """Increase and interval of each member, from areas that count as guessing where they are below 0.5.

    Folds that share rows err in opposite directions where there is nothing to learn: an area well below 0.5 is one of
    chance, and the way up from it is no increase.
    """
    train, synthetic = np.maximum(train, 0.5), np.maximum(synthetic, 0.5)
    gain = synthetic - train
    return [
        {"name": names[k], "value": gain[k], "low": gain[k] - half[k], "high": gain[k] + half[k]}
        | {"train": train[k], "synthetic": synthetic[k]}
        for k in range(len(names))
    ]


def _common(identity, groups):
    alone = identity != PROXIES.id
    which = "one other column" if alone else "all other columns"
    title = f"How well {which} {'tells' if alone else 'tell'} {groups.title}: AUC gained"
    return {"id": f"{identity}.{groups.title}", "pillar": "bias", "title": title}


def _untold(identity, groups, sample):
    reason = why_not(groups)
    if len(groups.judged):
        used = len(sample.rows["train"])
        reason = (
            f"No group of {groups.title!r} has {MIN_GROUP} training and {MIN_SYNTHETIC} synthetic rows, and as many "
            f"beside it, among the {used:,} rows taken of each table."
        )
    return Finding(missing=reason, message=reason, **_common(identity, groups))


def _finding(data, identity, groups, sample, members, told, method, end=""):
    """The finding on members: groups, or columns and groups."""
    rows = sorted(members, key=lambda row: (-row["low"], -row["value"]))
    first, threshold = rows[0], data.thresholds[identity]
    columns = ["told by, group", "train AUC", "synthetic AUC", "increase", "low", "high"]
    cells = [[r["name"], r["train"], r["synthetic"], r["value"], r["low"], r["high"]] for r in rows[:100]]
    beside = len(groups.seen) - len(sample.groups)
    mirror = 1 if len(groups.seen) == 2 else 0
    left = f" {beside} groups with fewer rows count as others." if beside > mirror else ""
    used = len(sample.rows["train"])
    sampled = f" From {used:,} rows of each table." if used < max(data.sizes["train"], data.sizes["synthetic"]) else ""
    return Finding(
        **_common(identity, groups),
        value=first["value"],
        interval=(max(r["low"] for r in rows), max(r["high"] for r in rows)),
        goal="lower",
        threshold=threshold,
        reference=first["train"],
        reference_name="AUC in train rows",
        method=f"{method}, for all members at once",
        n={t: len(r) for t, r in sample.rows.items()},
        worst=rows[:12],
        message=f"{told.format(name=first['name'])} {first['train']:.3f} in training and {first['synthetic']:.3f} in "
        f"synthetic rows; an increase of {threshold} at most is wanted, the level is not judged.{end}{left}{sampled}",
        evidence={
            "charts": [charts.intervals("Increase of the AUC", rows[:20], axis=(-1, 1), threshold=threshold)],
            "tables": [charts.table(_common(identity, groups)["title"], columns, cells)],
        },
    )


PROXIES = Check(
    "bias.proxies",
    "Columns that give groups away",
    proxies,
    needs=("protected",),
    thresholds={"bias.proxies": 0.02, "bias.proxies.column": 0.05},
)
CHECKS = [PROXIES]

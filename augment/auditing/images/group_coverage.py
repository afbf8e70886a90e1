"""Are the places of each group of real images as well filled with synthetic ones as those of all other images?

Density and coverage are counted at each real image: how many synthetic images lie in the ball that reaches to its
fifth neighbour, and whether any does. So the attributes of real images alone tell what a group gets. Each group is held
against what as many fresh real images give it, and its shortfall against that of all other images: a group falls behind
as far as it lacks on both counts. Of density others may have too much, which takes nothing from the group.
"""

from itertools import combinations

import numpy as np

from augment.auditing import charts
from augment.auditing.check import Check, Finding, NotAssessed
from augment.auditing.coverage import CLOSE, GROUPS, NEIGHBOURS
from augment.auditing.groups import Groups
from augment.auditing.images.features import features_of, identity
from augment.auditing.images.neighbourhoods import LEAST, MOST
from augment.auditing.intervals import z_value
from augment.auditing.neighbours import nearest, squared_distances
from augment.auditing.subgroups import LISTED, MAX_GROUPS


def group_coverage(data, rng):
    """The group whose density, and the group whose coverage, falls furthest behind that of all other images."""
    rows = _rows(data, rng)
    seen = {name: features.astype("float64") for name, features in features_of_rows(data, rows).items()}
    names, members = _members(data, rows)
    sizes = members.sum(axis=1)
    judged = np.flatnonzero((sizes >= LEAST) & (members.shape[1] - sizes >= LEAST))
    judged = np.sort(judged[np.argsort(-sizes[judged], kind="stable")[:MAX_GROUPS]])
    listing = [[names[g], int(sizes[g])] for g in range(len(names)) if sizes[g]]
    if not len(judged):
        raise NotAssessed(f"No group has {LEAST} real images to be compared with, and as many others.")
    groups = rng.permutation(len(seen["synthetic"])) % GROUPS
    counts = {kind: held_by(seen["real"], seen[kind], groups) for kind in ("synthetic", "fresh")}
    per_group = np.bincount(groups, minlength=GROUPS)
    found = [
        {kind: measure_of_groups(measure, counts[kind], per_group, members[judged]) for kind in counts}
        for measure in ("density", "coverage")
    ]
    judged_names = [(names[g], int(sizes[g])) for g in judged]
    return [
        _finding(data, measure, own, judged_names, listing, rows)
        for measure, own in zip(("density", "coverage"), found, strict=True)
    ]


def _rows(data, rng):
    """Images to take: "real" ones whose groups are known, and as many "fresh" real as "synthetic" ones."""
    held = data.groups.holdout is not None
    order = {name: rng.permutation(size)[: 2 * MOST] for name, size in data.sizes.items()}
    real = order["holdout"] if held else order["train"][: len(order["train"]) // 2]
    fresh = order["train"] if held else order["train"][len(order["train"]) // 2 :]
    m = min(len(fresh), len(order["synthetic"]), MOST)
    if m < LEAST:
        raise NotAssessed(f"Needs {LEAST} synthetic images, and {LEAST} holdout or {2 * LEAST} training images.")
    source = "holdout" if held else "train"
    return {
        "real": (source, real[:MOST]),
        "fresh": ("train", fresh[:m]),
        "synthetic": ("synthetic", order["synthetic"][:m]),
    }


def features_of_rows(data, rows):
    """Random features of images chosen as (part, places), by what they are chosen for."""
    return {kind: features_of(data, {part: places})[part] for kind, (part, places) in rows.items()}


def _members(data, rows):
    """Names of the groups, alone and crossed, and which of the real images are of each: (groups, images)."""
    table = data.groups
    part, places = rows["real"]
    singles = [Groups.of(table, j) for j in table.protected]
    named = [
        Groups(one.columns, one.title, [f"{one.title}: {name}" for name in one.names], one.codes) for one in singles
    ]
    families = named + [first.cross(second) for first, second in combinations(named, 2)]
    names = [name for family in families for name in family.names]
    codes = [family.codes[part][places] for family in families]
    members = [own == g for family, own in zip(families, codes, strict=True) for g in range(len(family.names))]
    return names, np.array(members)


def held_by(real, other, groups, k=NEIGHBOURS):
    """How many other images of each of their groups lie in the ball of each real one: (real images, groups).

    Examples
    --------
    >>> held_by(np.arange(4.0)[:, None], np.array([[0.5], [9.0]]), np.array([0, 1]), k=1).tolist()
    [[1, 0], [1, 0], [0, 0], [0, 0]]
    """
    radius = nearest(real, real, min(k, len(real) - 1) + 1)[:, -1]
    counts = np.zeros((int(groups.max()) + 1, len(real)), int)
    for rows, squared in squared_distances(other, real):
        inside = squared <= radius + CLOSE
        for g in np.unique(groups[rows]):
            counts[g] += inside[groups[rows] == g].sum(axis=0)
    return counts.T


def measure_of_groups(measure, counts, per_group, members, k=NEIGHBOURS):
    """Density or coverage at the images of each group, its lead over all others, and jackknife errors of both.

    Parameters
    ----------
    measure : {"density", "coverage"}
    counts : ndarray of int, shape (images, groups of others)
        What `held_by` gave.
    per_group : ndarray of int
        Other images in each group.
    members : ndarray of bool, shape (subgroups, images)

    Returns
    -------
    dict of str to (ndarray, ndarray) of shape (subgroups,)
        Value and error of "own" and of "lead", own less that of all others.

    Examples
    --------
    >>> counts = np.array([[1, 0], [1, 1], [0, 0], [0, 1]])
    >>> members = np.array([[True, True, False, False]])
    >>> found = measure_of_groups("coverage", counts, np.array([5, 5]), members)
    >>> found["own"][0].tolist(), found["lead"][0].tolist()
    ([1.0], [0.5])
    """
    total, n = counts.sum(axis=1), per_group.sum()
    held = np.column_stack([total, total[:, None] - counts])  # (images, 1 + groups): whole, then without each
    if measure == "coverage":
        values = (held > 0) * 1.0
    else:
        values = held * len(counts) / (k * np.concatenate([[n], np.maximum(n - per_group, 1)]))
    inside, outside = (own / own.sum(axis=1, keepdims=True) @ values for own in (members * 1.0, ~members * 1.0))
    return {"own": _with_error(inside), "lead": _with_error(inside - outside)}


def _with_error(values):
    """The first column, and the jackknife error that the others tell."""
    without = values[:, 1:]
    spread = ((without - without.mean(axis=1, keepdims=True)) ** 2).sum(axis=1)
    return values[:, 0], np.sqrt((without.shape[1] - 1) / without.shape[1] * spread)


def lags(synthetic, fresh, sizes):
    """How far groups fall behind, with intervals that hold for all of them at once.

    The gap is the greater (the less bad) of two: own less that by fresh real images, and the same of the lead.

    Parameters
    ----------
    synthetic, fresh : dict
        What `measure_of_groups` gave.
    sizes : ndarray of int, shape (subgroups,)

    Returns
    -------
    gap, low, high : ndarray of shape (subgroups,)

    Examples
    --------
    >>> lead = np.array([[0.0], [0.01]])
    >>> few, real = ({"own": np.array([[value], [0.01]]), "lead": lead} for value in (0.4, 1.0))
    >>> lags(few, real, np.array([500]))[0].tolist()  # all groups lack as much: none falls behind the others
    [0.0]
    """
    ends = []
    for kind in ("own", "lead"):
        (value, error), (ceiling, real_error) = synthetic[kind], fresh[kind]
        half = np.maximum(z_value(comparisons=2 * len(sizes)) * np.hypot(error, real_error), 3 / sizes)
        ends.append([value - ceiling, value - ceiling - half, value - ceiling + half])
    return np.maximum(*np.array(ends))


def _finding(data, measure, found, names, listing, rows):
    identity_ = f"{SUBGROUPS.id}.{measure}"
    synthetic, fresh = found["synthetic"], found["fresh"]
    gap, low, high = lags(synthetic, fresh, np.array([size for _, size in names]))
    own, ceiling = synthetic["own"][0], fresh["own"][0]
    order = np.argsort(gap, kind="stable")
    ends = [{"name": names[g][0], "value": gap[g], "low": low[g], "high": high[g]} for g in order]
    reach = float(max(0.1, *(abs(row[end]) for row in ends for end in ("low", "high"))))
    threshold, first = -data.thresholds[identity_], order[0]
    by_name = {names[g][0]: g for g in order}
    table = [
        [*row, own[by_name[row[0]]], ceiling[by_name[row[0]]], gap[by_name[row[0]]], "yes"]
        if row[0] in by_name
        else [*row, "", "", "", f"no: under {LEAST} real images or others"]
        for row in sorted(listing, key=lambda row: -row[1])[:LISTED]
    ]
    source = "training against holdout images" if rows["real"][0] == "holdout" else "two halves of the training images"
    columns = ["group", "real images", measure, "fresh real images", "gap", "judged"]
    return Finding(
        id=identity_,
        pillar="fidelity",
        title=f"The worst group's {measure}, beside that of all others",
        value=gap[first],
        interval=(low.min(), high.min()),
        goal="higher",
        threshold=threshold,
        ceiling=0.0,
        method=f"error over images, leaving groups of images out, for all groups at once; ceiling from {source}",
        n=data.sizes,
        worst=ends[:12],
        message=f"The group that falls furthest behind is {names[first][0]!r}: {measure} at its images is "
        f"{own[first]:.3f} where fresh real images give {ceiling[first]:.3f}, {gap[first]:+.3f} "
        f"where what all others lack is taken off. {len(names):,} groups are judged at once.",
        evidence={
            "charts": [
                charts.intervals(
                    f"{measure.capitalize()} of groups, less that of all others",
                    ends[:20],
                    axis=(-reach, reach),
                    threshold=threshold,
                )
            ],
            "tables": [charts.table(f"{measure.capitalize()} at the real images of each group", columns, table)],
            "facts": identity(data),
        },
    )


SUBGROUPS = Check(
    "fidelity.subgroups",
    "Density and coverage of groups",
    group_coverage,
    needs=("attributes",),
    thresholds={"fidelity.subgroups.density": 0.2, "fidelity.subgroups.coverage": 0.1},
)
CHECKS = [SUBGROUPS]

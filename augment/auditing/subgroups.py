"""Is the synthetic table as good for every protected group, and every two crossed, as it is for all other rows?

Each group is held against its own ceiling, what fresh real rows of the group would get, since a small group scores less
by chance alone. How far it stays below that, further than the other rows stay below theirs, is its gap. The whole table
would not do in their place: a large group is most of it, and would be held against itself.
"""

from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations

import numpy as np

from augment.auditing import charts
from augment.auditing.check import Check, Finding, NotAssessed
from augment.auditing.fidelity import column_cells
from augment.auditing.groups import Groups
from augment.auditing.intervals import z_value
from augment.auditing.pairs import DEPENDENT, dependence, shared_bins, thinned
from augment.auditing.resampling import Resampling, kolmogorov_smirnov, total_variation

MIN_ROWS = 100  # training and synthetic rows that a group needs to be judged
MAX_GROUPS, MAX_COLUMNS, MAX_PAIRS = 60, 60, 20
MAX_ROWS = 50_000  # rows of each table
BINS = 3  # of each column in the table of a pair
LISTED = 100
COUNTED = ("train", "synthetic")


@dataclass(frozen=True)
class Subgroup:
    """The rows whose code is `place`: a group of one protected column, or of two crossed."""

    name: str
    columns: tuple
    codes: dict
    place: int
    train: int
    synthetic: int

    @property
    def key(self):
        """What tells it from all others; names may coincide."""
        return self.columns, self.place

    def rows(self, inside=True):
        """Its rows in each table that has some, or all others."""
        rows = {t: np.flatnonzero((codes == self.place) == inside) for t, codes in self.codes.items()}
        return {t: index for t, index in rows.items() if len(index)}

    @property
    def fewest(self):
        """The smallest of its training, its synthetic, and all other training and synthetic rows."""
        sizes = {t: len(codes) for t, codes in self.codes.items()}
        return min(self.train, self.synthetic, sizes["train"] - self.train, sizes["synthetic"] - self.synthetic)


@dataclass(frozen=True)
class Member:
    """What a score is of: a column, or a pair of columns, as cells."""

    columns: tuple
    codes: dict
    n_cells: int
    distance: object


def subgroup_gaps(data, rng):
    """The group whose columns, and the group whose pairs of columns, stay furthest below their ceiling."""
    places = sorted(rng.permutation(data.compared)[:MAX_COLUMNS].tolist())
    if set(places) <= set(data.protected):
        raise NotAssessed("Needs a column beside the protected ones.")
    drawn = f", among {MAX_ROWS:,} rows drawn of each table" if max(data.sizes.values()) > MAX_ROWS else ""
    data = thinned(data, rng, MAX_ROWS)
    listed, rest = _subgroups(data)
    judged = [group for group in listed if group.fewest >= MIN_ROWS]
    judged = sorted(judged, key=lambda group: -group.train)[:MAX_GROUPS]
    families = {"columns": _columns(data, places), "pairs": _pairs(data, places)}
    caption = f"Protected groups, alone and crossed{drawn}"
    listing = partial(_listing, caption, listed, rest)
    return [_finding(data, things, judged, members, listing, rng) for things, members in families.items() if members]


def _subgroups(data):
    """The groups of each protected column, and of each two crossed, that have rows in train or synthetic.

    Of a column with very many groups the largest are kept; the number, training rows and synthetic rows of the others
    come second.
    """
    singles = [Groups.of(data, j) for j in data.protected]
    singles = [replace(one, names=[f"{one.title}: {name}" for name in one.names]) for one in singles]
    kept, rest = [], np.zeros(3, int)
    for family in singles + [first.cross(second) for first, second in combinations(singles, 2)]:
        train, synthetic = family.counts("train"), family.counts("synthetic")
        order = family.seen[np.argsort(-(train + synthetic)[family.seen], kind="stable")]
        kept += [
            Subgroup(family.names[g], family.columns, family.codes, int(g), int(train[g]), int(synthetic[g]))
            for g in order[:LISTED]
        ]
        rest += [len(order[LISTED:]), train[order[LISTED:]].sum(), synthetic[order[LISTED:]].sum()]
    return kept, rest


def _columns(data, places):
    distances = [total_variation if data.columns[j].is_category else kolmogorov_smirnov for j in places]
    return [Member((j,), *column_cells(data, j), distance) for j, distance in zip(places, distances, strict=True)]


def _pairs(data, places):
    """The pairs of columns that depend on each other most, in train or in the synthetic table.

    Pairs that do not depend on each other would only dilute the mean: they count where none does.
    """
    cells = {j: shared_bins(data, j, BINS, BINS) for j in places if len(np.unique(data.train[:, j])) > 1}
    members, strengths = [], []
    for a, b in combinations(cells, 2):
        (first, size_a), (second, size_b) = cells[a], cells[b]
        codes = {t: (first[t] * size_b + second[t]).astype("int32") for t in first}
        shares = [np.bincount(codes[t], minlength=size_a * size_b) / len(codes[t]) for t in ("train", "synthetic")]
        strengths.append(max(dependence(s.reshape(1, size_a, size_b), len(data.train))[0] for s in shares))
        members.append((a, b))
    strengths = np.array(strengths)
    strongest = np.argsort(-strengths, kind="stable")[:MAX_PAIRS]
    if (strengths >= DEPENDENT).any():
        strongest = strongest[strengths[strongest] >= DEPENDENT]
    return [_pair(cells, *members[k]) for k in np.sort(strongest)]


def _pair(cells, a, b):
    (first, size_a), (second, size_b) = cells[a], cells[b]
    codes = {t: first[t] * size_b + second[t] for t in first}
    return Member((a, b), codes, size_a * size_b, total_variation)


def _mean_scores(members, rows, rng):
    """Mean score of the members on the given rows, its bootstrap error, and its ceiling."""
    resampling = Resampling({t: len(index) for t, index in rows.items()}, rng, redraws=100)
    values, ceilings, redrawn = [], [], []
    for member in members:
        counts = resampling.count({t: member.codes[t][index] for t, index in rows.items()}, member.n_cells)
        values.append(1 - resampling.observed(counts, member.distance))
        ceilings.append(1 - resampling.ceiling_distance(counts, member.distance))
        redrawn.append(1 - resampling.redrawn(counts, member.distance))
    error = np.mean(redrawn, axis=0).std()
    return {"score": float(np.mean(values)), "ceiling": float(np.mean(ceilings)), "error": float(error)}


def _finding(data, things, judged, members, listing, rng):
    """The finding on the worst group, by the scores of its columns or of its pairs."""
    identity, words = f"{SUBGROUPS.id}.{things}", WORDS[things]
    common = {"id": identity, "pillar": "fidelity", "title": f"The worst group's {words}, beside those of all others"}
    if not judged:
        reason = f"No group has {MIN_ROWS} training and {MIN_ROWS} synthetic rows, and as many others."
        evidence = {"tables": [listing({})]}
        return Finding(**common, missing=reason, message=reason, evidence=evidence)
    gaps = {group.key: _gap(group, members, len(judged), rng) for group in judged}
    order = sorted(judged, key=lambda group: gaps[group.key]["value"])
    rows = [{"name": g.name, **{end: gaps[g.key][end] for end in ("value", "low", "high")}} for g in order]
    first, gap = order[0].name, gaps[order[0].key]
    reach = float(np.clip(max(abs(row[end]) for row in rows for end in ("low", "high")), 0.1, 1.0))
    threshold = -data.thresholds[identity]
    chart = charts.intervals(common["title"], rows[:20], axis=(-reach, reach), threshold=threshold)
    return Finding(
        **common,
        value=rows[0]["value"],
        interval=(min(row["low"] for row in rows), min(row["high"] for row in rows)),
        goal="higher",
        threshold=threshold,
        ceiling=0.0,
        method="bootstrap of both tables, for all groups at once; each group's own ceiling by random halves",
        n=data.sizes,
        worst=rows[:12],
        message=f"The group furthest below its own ceiling is {first!r}: its {words} score "
        f"{gap['score']:.3f} on average where fresh real rows would score {gap['ceiling']:.3f}; all other rows stay "
        f"{gap['others']:.3f} below theirs. {len(judged):,} groups are judged at once.",
        evidence={"charts": [chart], "tables": [listing(gaps)]},
    )


def _gap(group, members, comparisons, rng):
    """How much further below its ceiling a group's mean score is than that of all other rows, with its interval.

    Columns that define the group count for neither.
    """
    counted = [member for member in members if not set(member.columns) & set(group.columns)] or members
    own, others = (_mean_scores(counted, group.rows(inside), rng) for inside in (True, False))
    gap = (own["score"] - own["ceiling"]) - (others["score"] - others["ceiling"])
    half = max(z_value(comparisons=comparisons) * np.hypot(own["error"], others["error"]), 3 / group.fewest)
    ends = {"value": gap, "low": gap - half, "high": gap + half}
    return {**ends, **own, "others": max(others["ceiling"] - others["score"], 0.0)}


def _listing(caption, listed, rest, gaps):
    """Every group that has rows, judged or not; the smallest ones together where there are very many."""
    order = sorted(listed, key=lambda group: -(group.train + group.synthetic))
    rows = [[group.name, group.train, group.synthetic, *_standing(group, gaps)] for group in order[:LISTED]]
    smaller = order[LISTED:]
    number, train, synthetic = rest + [len(smaller), *(sum(getattr(g, t) for g in smaller) for t in COUNTED)]
    if number:
        rows.append([f"{number:,} smaller groups together", int(train), int(synthetic), "", "", "", "no"])
    columns = ["group", "train rows", "synthetic rows", "score", "fresh real rows", "gap", "judged"]
    return charts.table(caption, columns, rows)


def _standing(group, gaps):
    """Score, ceiling and gap of a group, and whether it is judged."""
    if group.key in gaps:
        gap = gaps[group.key]
        return [gap["score"], gap["ceiling"], gap["value"], "yes"]
    for count, kind in ((group.train, "training"), (group.synthetic, "synthetic"), (group.fewest, "other")):
        if count < MIN_ROWS:
            return ["", "", "", f"no: under {MIN_ROWS} {kind} rows"]
    return ["", "", "", f"no: not among the {MAX_GROUPS} largest groups"]


WORDS = {"columns": "columns", "pairs": "pairs of columns"}
SUBGROUPS = Check(
    "fidelity.subgroups",
    "Fidelity of protected groups",
    subgroup_gaps,
    needs=("protected",),
    thresholds={"fidelity.subgroups.columns": 0.05, "fidelity.subgroups.pairs": 0.05},
)
CHECKS = [SUBGROUPS]

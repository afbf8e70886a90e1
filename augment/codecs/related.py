"""Features of series relative to others of the same step or to themselves a step earlier, and back."""

from dataclasses import asdict
from functools import partial

import numpy as np

from augment.codecs.code_lengths import relation
from augment.codecs.grid import Grid
from augment.codecs.references import Reference, find_references


class Related:
    """Turns features that are close to one another into their relations, and such relations into features.

    What a feature is relative to is found by `find_references`: all relations of some features are a tree, by
    differences or by differences of logarithms, and a feature between two others is a share of their distance. One of
    a tree may be relative to itself a step earlier: it wanders. Its change stands in the place of the root, which
    follows from it, and where it begins stands as a further feature, which is the same at each step.

    What is known of series holds to the last digit, and all else follows from it: of a step from what is known there,
    of other steps from the known ones before and after, between two of them so that the walk meets both. One that is
    known between two tells, with one of these, the other. Features that never were below others (a high and a low)
    never are.

    Parameters
    ----------
    references : list of Reference
        Of each relative feature, in the order of decoding.
    grids : dict of Grid
        For each feature of a tree the fitted values.
    usual : list of float
        For each feature the median of what stands in its place, and for each that wanders that of where it begins.
    slopes : list of tuple
        Of features between two, and of each of these as an end and the other: their places, and how much further apart
        these are where the feature is further from the other.

    Examples
    --------
    >>> low = 100 + np.random.default_rng(0).normal(size=(2000, 1)).cumsum(axis=0)
    >>> both = np.concatenate([low, low + 0.01 * np.random.default_rng(1).exponential(size=low.shape)], axis=1)
    >>> series = np.split(both, 100)
    >>> related = Related.of(series)
    >>> apart = related.apart(series)
    >>> apart[0].shape  # the change of one, how far the high is above the low, and where the first begins
    (20, 3)
    >>> bool(np.allclose(related.joined(np.stack(apart)), np.stack(series), atol=1e-9))
    True
    """

    def __init__(self, references, grids, usual, slopes):
        self.references, self.grids, self.usual, self.slopes = references, grids, usual, slopes
        self.members = sorted(grids)
        self.relative = [each.feature for each in references]
        self.still = [j for j in self.members if j not in self.relative]  # roots that do not wander
        self.walks = {each.feature: each.others[0] for each in references if each.way == "before"}
        self.relations = [each for each in references if each.way != "before"]
        self.logs = sorted({j for each in references if each.log for j in (each.feature, *each.others)})
        self.roots = {j: j for j in self.members}
        for each in self.relations:
            self.roots[each.feature] = self.roots[each.others[0]]

    @classmethod
    def of(cls, series, n_features=None):
        """The relations that are worth it; None where none is, or series are no numbers.

        Parameters
        ----------
        series : list of ndarray of shape (steps, features)
            Series of one type; NaN is missing.
        n_features : int, default=None
            So many features may be relative, the first ones; None for all.
        """
        if series[0].dtype.kind == "b":
            return None
        values = np.concatenate(series)
        grids = {j: Grid().fit(own) for j, x in enumerate(values.T) if len(own := x[~np.isnan(x.astype("float64"))])}
        units = np.array([grids[j].unit if j in grids else 0.0 for j in range(values.shape[1])])
        references = find_references([part.astype("float64") for part in series], units, n_features)
        if not references:
            return None
        members = {j for each in references for j in (each.feature, *each.others)}
        related = cls(references, {j: grids[j] for j in members}, [], [])
        levels = _alike(related._levels, series)
        steps, levels = np.concatenate(_alike(related._coded, levels)), np.concatenate(levels)
        related.usual = [float(np.median(own)) if len(own := x[~np.isnan(x)]) else 0.0 for x in steps.T]
        for each in [each for each in reversed(related.relations) if each.way == "between"]:
            for end, other in (each.others, each.others[::-1]):
                slope = _slope(levels[:, [each.feature, end]] - levels[:, [other]])
                related.slopes.append((each.feature, end, other, slope))
        return related

    def notes(self, names):
        """What is said of features of these names, by place."""
        notes = {each.feature: " and ".join(str(names[i]) for i in each.others) for each in self.relations}
        for each in self.relations:
            way = "between" if each.way == "between" else "relative to"
            notes[each.feature] = f"{way} {notes[each.feature]}"
        for walker in self.walks.values():
            notes[walker] = "; ".join([*filter(None, [notes.get(walker)]), "learned by its changes"])
        return notes

    # series as relations --------------------------------------------------------------------------------------------

    def apart(self, series, known=False):
        """Series with relations in place of relative features, and after all features where wandering ones begin.

        With `known` what a series does not tell is NaN; else what is missing in features of trees is a value that
        follows from the others.
        """
        return _alike(partial(self._apart, known=known), series)

    def _apart(self, values, known):
        levels, steps = self._levels(values), values.copy()
        told = self._coded(levels)
        guessed = self._guessed(told)
        completed = self._completed(guessed, levels)
        if self.still:  # these come back on their grids and inside their ranges: all else follows from there
            steps[..., self.still] = self._values(completed, values)[..., self.still]
            completed = self._completed(guessed, self._levels(steps))
        whole = self._guessed(self._coded(completed))
        begins = whole[..., values.shape[-1] :]
        if known:
            never = np.isnan(levels[..., list(self.walks.values())]).all(axis=1, keepdims=True)
            begins, whole = np.where(never, np.nan, begins), np.where(np.isnan(told), np.nan, whole)
        steps = np.concatenate([values if known else steps, begins], axis=-1)
        steps[..., self.relative] = whole[..., self.relative]
        return steps

    def _levels(self, values):
        """Features (n, steps, features) or their logarithms; NaN where there are none."""
        levels = values.copy()
        for j in self.logs:
            levels[..., j] = np.log(np.where(levels[..., j] > 0, levels[..., j], np.nan))
        return levels

    def _coded(self, levels):
        """What is coded (n, steps, features and beginnings) of levels (n, steps, features); NaN where a part is."""
        coded, begins = levels.copy(), levels[:, :1, list(self.walks.values())]
        for each in self.relations:
            coded[..., each.feature] = relation(levels[..., each.feature], levels[..., each.others])
        for root, walker in self.walks.items():  # the first step has no change, and that of the second one
            coded[:, 1:, root] = np.diff(levels[..., walker], axis=1)
            coded[:, :1, root] = coded[:, 1:2, root] if levels.shape[1] > 1 else np.nan
        return np.concatenate([coded, np.repeat(begins, levels.shape[1], axis=1)], axis=-1)

    def _guessed(self, told):
        """What is coded (n, steps, k), NaN on the line between neighbours, or what is usual where there are none."""
        guessed, places = told.copy(), np.arange(told.shape[1])
        for row, i in np.argwhere(np.isnan(told).any(axis=1)):
            own = guessed[row, :, i]
            there = ~np.isnan(own)
            own[~there] = np.interp(places[~there], places[there], own[there]) if there.any() else self.usual[i]
        return guessed

    # relations as series --------------------------------------------------------------------------------------------

    def joined(self, steps, given=None):
        """Features (n, steps, features) of what models made of `apart`'s.

        Parameters
        ----------
        steps : ndarray of shape (n, steps, features and beginnings)
            Relations, and features that are as they were.
        given : list of ndarray of shape (steps, features), default=None
            What is known of the first steps of each; NaN where it is not.
        """
        n_features = steps.shape[-1] - len(self.walks)
        known = np.full((*steps.shape[:2], n_features), np.nan)
        for own, part in zip(known, [] if given is None else given, strict=given is not None):
            own[: len(part)] = part
        values, coded = steps[..., :n_features].copy(), steps.copy()
        coded[..., self.still] = self._levels(values)[..., self.still]
        made = self._values(self._completed(coded, self._levels(known)), known)
        values[..., self.members] = made[..., self.members]
        return values

    def _completed(self, coded, known):
        """Levels (n, steps, features) that hold what is known, and follow from it as what is coded tells."""
        known = self._with_ends(_first(self._coded(known), coded), known)
        coded = _first(self._coded(known), coded)
        levels, (floor, ceiling) = coded[..., : known.shape[-1]].copy(), self._bounds(known)
        offsets = self._offsets(coded)
        for root in sorted(set(self.roots.values())):
            made = self._root(root, coded, known - offsets, offsets)
            levels[..., root] = _first(known[..., root], np.clip(made, floor[..., root], ceiling[..., root]))
        for each in self.relations:
            j, made = each.feature, _made(each, levels, coded)
            levels[..., j] = _first(known[..., j], np.clip(made, floor[..., j], ceiling[..., j]))
        return levels

    def _offsets(self, coded):
        """How far features (n, steps, features) are from the roots of their trees."""
        offsets = np.zeros((*coded.shape[:2], coded.shape[-1] - len(self.walks)))
        for each in self.relations:
            offsets[..., each.feature] = _made(each, offsets, coded)
        return offsets

    def _with_ends(self, coded, known):
        """Known levels, and of the two around a known feature one that is missing where the other is known.

        It is as coded, and further by the slope times what the feature is further from the other than coded: a share
        that hardly varies holds, and one that tells little leaves the distance (conditional simulation; Journel and
        Huijbregts, Mining Geostatistics, 1978, chapter VII).
        """
        known, offsets = known.copy(), self._offsets(coded)
        for j, end, other, slope in self.slopes:
            far, coded = (x[..., j] - x[..., other] for x in (known, offsets))
            made = known[..., other] + offsets[..., end] - offsets[..., other] + slope * (far - coded)
            if (np.isnan(known[..., end]) & ~np.isnan(made)).any():
                floor, ceiling = self._bounds(known)
                known[..., end] = _first(known[..., end], np.clip(made, floor[..., end], ceiling[..., end]))
        return known

    def _root(self, root, coded, told, offsets):
        """Levels (n, steps) of a root, that follow where a feature of its tree tells them (n, steps, features)."""
        walker = self.walks.get(root, root)
        levels = told[..., walker]
        for j in (root, *(each.feature for each in self.relations if self.roots[each.feature] == root)):
            levels = _first(levels, told[..., j])
        if root not in self.walks:
            return _first(levels, coded[..., root])
        begins = coded[..., list(self.walks).index(root) - len(self.walks)]
        begin = begins.sum(axis=1) / max(begins.shape[1], 1)  # what is known of a series may be no step
        return _walk(begin, coded[..., root], levels + offsets[..., walker]) - offsets[..., walker]

    def _bounds(self, known):
        """What features (n, steps, features) must not fall below or rise above, by what is known of others."""
        floor, ceiling = np.full(known.shape, -np.inf), np.full(known.shape, np.inf)
        for each in (*reversed(self.relations), *self.relations):  # up to what is decoded first, and down again
            for low, high in _orders(each):
                floor[..., high] = np.maximum(floor[..., high], _first(known[..., low], floor[..., low]))
                ceiling[..., low] = np.minimum(ceiling[..., low], _first(known[..., high], ceiling[..., high]))
        return floor, ceiling

    def _values(self, levels, known):
        """Values (n, steps, features) of levels, those that are known and others on the grids of the fitted ones.

        Inside their range, but in trees that wander: these may leave it, if not to the other side of 0.
        """
        values = known.copy()
        for j in (*set(self.roots.values()), *(each.feature for each in self.relations)):
            grid, (floor, ceiling) = self.grids[j], self._bounds(values)
            own = np.exp(np.minimum(levels[..., j], 700.0)) if j in self.logs else levels[..., j]
            own = grid.rounded(own) if self.roots[j] in self.walks else grid.to_values(grid.to_steps(own))
            values[..., j] = _first(known[..., j], _inside(grid, own, floor[..., j], ceiling[..., j]))
        return values

    # saving ---------------------------------------------------------------------------------------------------------

    def to_dict(self):
        """The relations as JSON-ready values."""
        return {
            "references": [asdict(each) for each in self.references],
            "grids": [[j, grid.to_dict()] for j, grid in self.grids.items()],
            "usual": self.usual,
            "slopes": self.slopes,
        }

    @classmethod
    def from_dict(cls, state):
        """What `to_dict` gave."""
        references = [Reference(**each | {"others": tuple(each["others"])}) for each in state["references"]]
        grids = {j: Grid.from_dict(grid) for j, grid in state["grids"]}
        return cls(references, grids, state["usual"], state["slopes"])


def _first(known, others):
    """What is known, and others where it is NaN."""
    return np.where(np.isnan(known), others, known)


def _alike(function, series):
    """What a function makes of series (n, steps, features) of one length, for series of any lengths."""
    lengths, parts = np.array([len(part) for part in series]), [None] * len(series)
    for length in np.unique(lengths):
        places = np.flatnonzero(lengths == length)
        for place, part in zip(places, function(np.stack([series[i] for i in places]).astype("float64")), strict=True):
            parts[place] = part
    return parts


def _made(reference, levels, coded):
    """The feature that follows from levels of others (..., features) and from what is coded."""
    own, first, last = coded[..., reference.feature], *(levels[..., reference.others[place]] for place in (0, -1))
    return first + own * (last - first) if reference.way == "between" else first + own


def _orders(reference):
    """What a reference keeps below what: pairs of a lower and a higher feature."""
    j, (first, last) = reference.feature, (reference.others[0], reference.others[-1])
    between = reference.way == "between"
    return [(first, j)] * (between or reference.sign > 0) + [(j, last)] * (between or reference.sign < 0)


def _slope(pairs):
    """By how much the second of pairs (n, 2) is more where the first is by one; those with NaN are left out."""
    pairs = pairs[~np.isnan(pairs).any(axis=1)]
    own, others = (pairs - pairs.sum(axis=0) / max(len(pairs), 1)).T
    return float(own @ others / (own @ own)) if own.any() else 0.0


def _inside(grid, values, low, high):
    """Values no lower and no higher than these, on the grid where it has such."""
    kind = np.promote_types(grid.dtype_, "float32")
    values, low, high = (part.astype(kind) for part in (values, low, high))
    for end, way in ((low, 1), (high, -1)):
        over, end = way * (end - values) > 0, np.where(np.isinf(end), values, end)
        near = grid.rounded(end)
        short = way * (end - near.astype(kind)) > 1e-3 * grid.unit
        values = np.where(over, np.where(short, grid.rounded(near + way * grid.unit), near), values)
    return np.clip(values, low, high)


def _walk(begins, changes, anchors):
    """Levels (n, steps) of what wanders through anchors (n, steps), NaN where there are none."""
    changes = np.concatenate([begins[:, None], changes[:, 1:]], axis=1)
    levels, places = np.cumsum(changes, axis=1), np.arange(changes.shape[1])
    for own, anchor in zip(levels, anchors, strict=True):
        there = ~np.isnan(anchor)
        if there.any():
            own += np.interp(places, places[there], anchor[there] - own[there])
            own[there] = anchor[there]
    return levels

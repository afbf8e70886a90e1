"""Features of series relative to others of the same step or to themselves a step earlier, and back."""

from dataclasses import asdict

import numpy as np

from augment.codecs.grid import Grid
from augment.codecs.references import Reference, find_references


class Related:
    """Turns features that are close to one another into their differences, and such differences into features.

    What a feature is relative to is found by `find_references`: all relations of some features are a tree, by
    differences or by differences of logarithms. A root may be relative to itself a step earlier: it wanders. Where it
    begins stands as a further feature, which is the same at each step.

    What is known of series holds to the last digit, and all else follows from what is nearest: features of a step from
    one another, what wanders from the known steps before or after, between two of them drawn straight so that it meets
    both. Features that were never below others (a high and a low) never are.

    Parameters
    ----------
    references : list of Reference
        Of each relative feature, in the order of decoding.
    signs : list of {-1, 0, 1}
        For each reference whether the feature never was below (1) or above (-1) what it is relative to.
    grids : dict of Grid
        For each feature of a tree the fitted values.
    usual : list of float
        For each feature the median of what stands in its place, and for each that wanders that of where it begins.

    Examples
    --------
    >>> low = 100 + np.random.default_rng(0).normal(size=(2000, 1)).cumsum(axis=0)
    >>> both = np.concatenate([low, low + 0.01 * np.random.default_rng(1).exponential(size=low.shape)], axis=1)
    >>> series = np.split(both, 100)
    >>> related = Related.of(series)
    >>> apart = related.apart(series)
    >>> apart[0].shape  # the change of the low, how far the high is above it, and the first low
    (20, 3)
    >>> bool(np.allclose(related.joined(np.stack(apart)), np.stack(series), atol=1e-9))
    True
    """

    def __init__(self, references, signs, grids, usual):
        self.references, self.signs, self.grids, self.usual = references, signs, grids, usual
        self.members = sorted(grids)
        self.wandering = [each.feature for each in references if each.way == "before"]
        self.logs = sorted({j for each in references if each.log for j in (each.feature, *each.others)})
        self.roots = {j: j for j in self.members}
        for each in references:
            self.roots[each.feature] = self.roots[each.others[0]] if each.others else each.feature

    @classmethod
    def of(cls, series, n_features=None, scaled=()):
        """The relations that are worth it; None where none is, or series are no numbers.

        Parameters
        ----------
        series : list of ndarray of shape (steps, features)
            Series of one type; NaN is missing.
        n_features : int, default=None
            So many features may be relative, the first ones; None for all.
        scaled : list of int, default=()
            Places of features that are scaled in each series; these are not relative to themselves.
        """
        if series[0].dtype.kind == "b":
            return None
        values = np.concatenate(series)
        grids = {j: Grid().fit(own) for j, x in enumerate(values.T) if len(own := x[~np.isnan(x.astype("float64"))])}
        units = np.array([grids[j].unit if j in grids else 0.0 for j in range(values.shape[1])])
        references = find_references([part.astype("float64") for part in series], units, n_features, scaled)
        if not references:
            return None
        members = {j for each in references for j in (each.feature, *each.others)}
        related = cls(references, [0] * len(references), {j: grids[j] for j in members}, [])
        steps = np.concatenate([related._relations(related._levels(part[None]))[0] for part in series])
        related.usual = [float(np.median(own)) if len(own := x[~np.isnan(x)]) else 0.0 for x in steps.T]
        for place, each in enumerate(references):
            own = steps[~np.isnan(steps[:, each.feature]), each.feature]
            if each.others:
                related.signs[place] = int(own.min() >= 0) - int(own.max() <= 0 and own.min() < 0)
        return related

    # series as relations --------------------------------------------------------------------------------------------

    def apart(self, series, known=False):
        """Series with relations in place of relative features, and after all features where wandering ones begin.

        With `known` what a series does not tell is NaN; else what is missing in features of trees is a value that
        follows from the others.
        """
        return [self._apart(part, known) for part in series]

    def _apart(self, part, known):
        values = part.astype("float64")
        levels = self._levels(values[None])
        told = self._relations(levels)[0]
        whole = self._guessed(self._relations(self._completed(self._guessed(told)[None], levels))[0])
        begins = whole[:, len(values[0]) :]
        if known:
            begins[:, np.isnan(levels[0][:, self.wandering]).all(axis=0)] = np.nan
            whole = np.where(np.isnan(told), np.nan, whole)
        steps = np.concatenate([values, begins], axis=1)
        relative = [each.feature for each in self.references]
        steps[:, relative] = whole[:, relative]
        if not known:
            roots = [j for j in self.members if j not in relative]
            steps[:, roots] = np.where(np.isnan(values[:, roots]), self._values(whole)[:, roots], values[:, roots])
        return steps

    def _levels(self, values):
        """Features (n, steps, features) or their logarithms; NaN where there are none."""
        levels = values.astype("float64")
        for j in self.logs:
            levels[..., j] = np.log(np.where(levels[..., j] > 0, levels[..., j], np.nan))
        return levels

    def _relations(self, levels):
        """What is coded (n, steps, features and beginnings) of levels (n, steps, features); NaN where a part is."""
        coded, begins = levels.copy(), levels[:, :1, self.wandering]
        for each in self.references:
            own = levels[..., each.feature]
            if each.others:
                coded[..., each.feature] = own - _extreme(levels[..., each.others], each.way)
            else:  # the first step has no change, and that of the second one
                coded[:, 1:, each.feature] = np.diff(own, axis=1)
                coded[:, 0, each.feature] = coded[:, 1, each.feature] if own.shape[1] > 1 else np.nan
        return np.concatenate([coded, np.repeat(begins, levels.shape[1], axis=1)], axis=-1)

    def _guessed(self, told):
        """What is coded of a series, NaN on the line between its neighbours, or what is usual where there are none."""
        guessed, places = told.copy(), np.arange(len(told))
        for own, usual in zip(guessed.T, self.usual, strict=True):
            there = ~np.isnan(own)
            own[~there] = np.interp(places[~there], places[there], own[there]) if there.any() else usual
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
        n_features = steps.shape[-1] - len(self.wandering)
        known = np.full((*steps.shape[:2], n_features), np.nan)
        for own, part in zip(known, [] if given is None else given, strict=given is not None):
            own[: len(part)] = part
        values, coded = steps[..., :n_features].copy(), steps.copy()
        relative = [each.feature for each in self.references]
        roots = [j for j in self.members if j not in relative]
        coded[..., roots] = self._levels(steps[..., :n_features])[..., roots]
        made = self._values(self._completed(coded, self._levels(known)))
        values[..., self.members] = made[..., self.members]
        return values

    def _completed(self, coded, known):
        """Levels (n, steps, features) that hold what is known, and follow from it as what is coded tells."""
        told, offsets = self._told(coded, known), self._offsets(coded, known.shape[-1])
        levels, (floor, ceiling) = coded[..., : known.shape[-1]].copy(), self._bounds(known)
        for root in sorted(set(self.roots.values())):
            anchors = told[..., root]
            for j in self.members:
                if self.roots[j] == root:
                    anchors = _first(anchors, told[..., j] - offsets[..., j])
            levels[..., root] = self._root(root, coded, anchors)
            levels[..., root] = _first(known[..., root], _inside(levels, floor, ceiling, root))
        for each in self.references:
            if each.others:
                made = _extreme(levels[..., each.others], each.way) + coded[..., each.feature]
                levels[..., each.feature] = _first(told[..., each.feature], made)
                made = _inside(levels, floor, ceiling, each.feature)
                levels[..., each.feature] = _first(known[..., each.feature], made)
        return levels

    def _told(self, coded, known):
        """Levels (n, steps, features) that are known or follow from one that is relative to them alone."""
        told = known.copy()
        for each in reversed(self.references):
            if len(each.others) == 1:
                own = told[..., each.feature] - coded[..., each.feature]
                told[..., each.others[0]] = _first(told[..., each.others[0]], own)
        return told

    def _root(self, root, coded, anchors):
        """Levels (n, steps) of a root that goes through anchors (n, steps), NaN where there are none."""
        if root not in self.wandering:
            return np.where(np.isnan(anchors), coded[..., root], anchors)
        begin = coded[..., coded.shape[-1] - len(self.wandering) + self.wandering.index(root)].mean(axis=1)
        changes = coded[..., root].copy()
        changes[:, 0] = begin
        levels, places = np.cumsum(changes, axis=1), np.arange(changes.shape[1])
        for own, anchor in zip(levels, anchors, strict=True):
            there = ~np.isnan(anchor)
            if there.any():
                own += np.interp(places, places[there], anchor[there] - own[there])
                own[there] = anchor[there]
        return levels

    def _offsets(self, coded, n_features):
        """How far features (n, steps, features) are from the roots of their trees."""
        offsets = np.zeros((*coded.shape[:2], n_features))
        for each in self.references:
            if each.others:
                apart = _extreme(offsets[..., each.others], each.way)
                offsets[..., each.feature] = apart + coded[..., each.feature]
        return offsets

    def _bounds(self, known):
        """The levels (n, steps, features) that features must not fall below or rise above, by what is known of others.

        Nothing but what is relative to a feature binds it: a low that is known is a floor of what it is below.
        """
        floor, ceiling = np.full(known.shape, -np.inf), np.full(known.shape, np.inf)
        for each, sign in zip(reversed(self.references), reversed(self.signs), strict=True):
            j, unknown = each.feature, np.isnan(known[..., each.feature])
            for i in each.others:
                if sign > 0 and each.way == "largest":
                    own = np.where(unknown, ceiling[..., j], known[..., j])
                    ceiling[..., i] = np.minimum(ceiling[..., i], own)
                if sign < 0 and (each.way == "smallest" or len(each.others) == 1):
                    own = np.where(unknown, floor[..., j], known[..., j])
                    floor[..., i] = np.maximum(floor[..., i], own)
        return floor, ceiling

    def _values(self, levels):
        """Values (n, steps, features) of levels, on the grids of the fitted ones.

        Inside their range, but in trees whose root wanders: these may leave it, if not to the other side of 0.
        """
        values = levels.copy()
        for j, grid in self.grids.items():
            own = np.exp(np.minimum(levels[..., j], 700.0)) if j in self.logs else levels[..., j]
            if self.roots[j] in self.wandering:
                values[..., j] = grid.rounded(own)
            else:
                values[..., j] = grid.to_values(grid.to_steps(own))
        return values

    # saving ---------------------------------------------------------------------------------------------------------

    def to_dict(self):
        """The relations as JSON-ready values."""
        return {
            "references": [asdict(each) for each in self.references],
            "signs": self.signs,
            "grids": [[j, grid.to_dict()] for j, grid in self.grids.items()],
            "usual": self.usual,
        }

    @classmethod
    def from_dict(cls, state):
        """What `to_dict` gave."""
        references = [Reference(**each | {"others": tuple(each["others"])}) for each in state["references"]]
        grids = {j: Grid.from_dict(grid) for j, grid in state["grids"]}
        return cls(references, state["signs"], grids, state["usual"])


def _first(known, others):
    """What is known, and others where it is NaN."""
    return np.where(np.isnan(known), others, known)


def _inside(levels, floor, ceiling, j):
    return np.maximum(np.minimum(levels[..., j], ceiling[..., j]), floor[..., j])


def _extreme(values, way):
    return values.max(axis=-1) if way == "largest" else values.min(axis=-1)

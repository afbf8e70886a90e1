"""Which features of series are coded relative to what: to others of the same step, or to themselves a step earlier.

What is held out decides: of features that always stand in one order one is relative where its relation alone takes a
shorter code than its value does that is foretold from what it is relative to and from what was before. One in no order
with others is relative to itself a step earlier where it wanders and nothing else foretells it better.
"""

from dataclasses import dataclass

import numpy as np

from augment.codecs.code_lengths import LARGEST, CodeLengths

DOUBT = 1.5  # standard errors, beyond which a feature is taken to come back to its mean
BACK = 0.001  # nats a change that coming back must save, surely: with fewer it takes hundreds of steps
SAME = 1e-6  # range over the highest value, below which logarithms tell nothing else and cost digits
WORTH = 0.1  # nats a value that a code must save, surely; less is not worth another coding


@dataclass(frozen=True)
class Reference:
    """What stands in the place of a feature.

    Parameters
    ----------
    feature : int
        Its place.
    others : tuple of int
        One feature, or two that always enclose it, the lower one first.
    way : {"before", "from", "between"}
        The change of the other from the step before, the difference from the other of the same step, or the share that
        the feature has of the distance of the two.
    log : bool
        Whether the logarithms of all are compared, and not they themselves.
    sign : {-1, 0, 1}, default=0
        Whether the feature never is below (1) or above (-1) the other of the same step.
    """

    feature: int
    others: tuple
    way: str
    log: bool
    sign: int = 0


@dataclass(frozen=True)
class _Saved:
    """What coding a feature relative saves, of differences and of differences of logarithms.

    Nats at each step (2, n), NaN where it cannot be, and the mean lengths of the codes (2,).
    """

    feature: int
    others: tuple
    way: str
    gains: np.ndarray
    lengths: np.ndarray


def find_references(series, units, n_features=None):
    """The references of features, in the order in which values follow from them; an empty list where none is worth it.

    Of the features the one with the shortest relative code is taken away, again and again. What is left is the root of
    a tree, in whose place stands the change of one of the tree from the step before, where these wander: of the one
    that does not follow the others, as a close follows no open and no low (Gonzalo and Granger, Journal of Business &
    Economic Statistics 13:27, 1995).

    Parameters
    ----------
    series : list of ndarray of shape (steps, features)
        Series of floats; NaN is missing.
    units : ndarray of shape (features,)
        Steps of the grids that values stand on; 0 where there are none.
    n_features : int, default=None
        So many features may be relative, the first ones; None for all.

    Returns
    -------
    list of Reference

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> low = 100 + rng.normal(size=(2000, 1)).cumsum(axis=0)
    >>> series = np.concatenate([low, low + 0.01 * rng.exponential(size=low.shape)], axis=1)
    >>> [(each.feature, each.others, each.way) for each in find_references(np.split(series, 100), np.zeros(2))]
    [(0, (0,), 'before'), (1, (0,), 'from')]
    """
    lengths = CodeLengths.of(series, units, n_features)
    return [] if lengths is None else _Search(lengths, np.concatenate(series)).references()


class _Search:
    """The search for references, by code lengths at some steps and by what never is below what at any."""

    def __init__(self, lengths, steps):
        self.lengths, self.features, self.known = lengths, lengths.features, {}
        lows, highs = np.nanmin(steps[:, self.features], axis=0), np.nanmax(steps[:, self.features], axis=0)
        have_logs = (lows > 1 / LARGEST) & (highs - lows > SAME * highs)
        self.have_logs = dict(zip(self.features, have_logs.tolist(), strict=True))
        pairs = [(i, j) for i in self.features for j in self.features if i != j]
        self.below = {pair: apart for pair in pairs if (apart := _apart(steps, *pair)) is not None}

    def references(self):
        """The references, tree after tree, each in the order of decoding."""
        kept, roots = self._in_order(self._leaves()), {j: j for j in self.features}
        for saved in kept:
            roots[saved.feature] = roots[saved.others[0]]
        found = []
        for root in sorted(set(roots.values())):
            tree = [j for j in self.features if roots[j] == root]
            found += self._of_tree(root, tree, [saved for saved in kept if roots[saved.feature] == root])
        return found

    def _leaves(self):
        """The shortest relative codes, in the order of decoding: each of a feature relative to those before it."""
        left, chosen = list(self.features), []
        while options := [saved for j in left if (saved := self._best(j, left, chosen=chosen)) is not None]:
            chosen.append(min(options, key=lambda saved: min(saved.lengths)))
            left.remove(chosen[-1].feature)
        return chosen[::-1]

    def _best(self, j, left, ordered=None, chosen=()):
        """The shortest code of feature j relative to others that are left, of those that surely save; None without.

        How far two are apart saves what codes between them save, too.
        """
        others = [i for i in left if i != j]
        pairs = {pair for pair in self._pairs(j, others) if ordered is None or pair in ordered}
        near = [i for i in others if {(i, j), (j, i)} & self.below.keys()]
        ways, options = [((i,), "from") for i in near] + [(pair, "between") for pair in pairs], []
        for saved in (self._saved(j, *way) for way in ways):
            ends = {j, *saved.others}
            if self._sure(saved.gains + sum(each.gains for each in chosen if {*each.others} == ends)).any():
                options.append(saved)
        return min(options, key=lambda saved: (min(saved.lengths), saved.others), default=None)

    def _sure(self, gains, least=WORTH):
        """Of which gains (2, n) the mean surely is worth it."""
        return np.array([self.lengths.surely_above(each, least) for each in gains])

    def _pairs(self, j, others):
        """The nearest and the widest pair that always encloses feature j: of many more some would win by chance."""
        lows = {i: self.below[i, j] for i in others if (i, j) in self.below}
        highs = {i: self.below[j, i] for i in others if (j, i) in self.below}
        if not lows or not highs or lows.keys() & highs.keys():
            return set()
        return {(end(lows, key=lows.get), end(highs, key=highs.get)) for end in (min, max)}

    def _in_order(self, chosen):
        """What was chosen, in the order of decoding; of pairs only those of which none can be on the wrong side.

        Others choose anew: two that are not relative to each other would come out in any order.
        """
        kept, ordered, earlier = [], set(), [j for j in self.features if j not in {each.feature for each in chosen}]
        for saved in chosen:
            j = saved.feature
            if saved.way == "between" and saved.others not in ordered:
                saved = self._best(j, earlier, ordered, chosen)
            if saved is not None:
                kept.append(saved)
                ordered = _closed(ordered, self._orders(saved))
            earlier.append(j)
        return kept

    def _orders(self, saved):
        """What is below what where a feature follows from others."""
        j, (first, *last) = saved.feature, saved.others
        if last:
            return [(first, j), (j, last[0])]
        return [pair for pair in ((first, j), (j, first)) if pair in self.below]

    def _of_tree(self, root, tree, own):
        """References of a tree, all with logarithms or all without, whichever saves more."""
        if not own:
            return self._of_one(root)
        walks = [self._saved(j, (j,), "before") for j in tree if self._wanders(j)]
        means = [[_mean(gains, -np.inf) for gains in each.gains] for each in own + walks]
        log = int(np.argmax(np.sum(means, axis=0)))
        walks = [walk.feature for walk in walks if self._sure(walk.gains, 0.0)[log]]
        references = [Reference(each.feature, each.others, each.way, bool(log), self._sign(each)) for each in own]
        if walks:  # what the others follow does not follow them
            leader = min(walks, key=lambda j: _mean(self.lengths.foretold(j, [i for i in tree if i != j], log), np.inf))
            references.insert(0, Reference(root, (leader,), "before", bool(log)))
        return references

    def _of_one(self, j):
        """The reference of a feature in no tree: its change, where it wanders and nothing foretells it better."""
        saved, others = self._saved(j, (j,), "before"), [i for i in self.features if i != j]
        if not self._wanders(j) or not self._sure(saved.gains).any():
            return []
        codes = [self.lengths.value(j, others), *(self.lengths.straight(j, log, others) for log in self._ways(j))]
        changes = [self.lengths.change(j, log, others) for log in self._ways(j)]
        log = len(changes) > 1 and not self.lengths.surely_above(changes[1] - changes[0], 0.0)  # they never cross 0
        if self.lengths.surely_above(changes[log] - min(codes, key=lambda code: _mean(code, np.inf)), 0.0):
            return []
        return [Reference(j, (j,), "before", log)]

    def _ways(self, *features):
        """Whether logarithms are taken: never, or also where all are positive and not as good as constant."""
        return (False, True) if all(self.have_logs[i] for i in features) else (False,)

    def _wanders(self, j):
        """Whether its level does not tell how a feature changes, as where it comes back to a mean of all or its own."""
        return not self.lengths.surely_above(self.lengths.foretold(j), BACK, DOUBT)

    def _sign(self, saved):
        i, j = saved.others[0], saved.feature
        return 0 if saved.way == "between" else int((i, j) in self.below) or -int((j, i) in self.below)

    def _saved(self, j, others, way):
        """What coding feature j relative to others saves."""
        if (j, others, way) not in self.known:
            value = self.lengths.value(j, () if way == "before" else others)
            relative = np.full((2, len(value)), np.nan)
            for log in self._ways(j, *others):
                code = self.lengths.change(j, log) if way == "before" else self.lengths.relative(j, others, way, log)
                relative[int(log)] = code
            lengths = np.array([_mean(each, np.inf) for each in relative])
            self.known[j, others, way] = _Saved(j, others, way, value - relative, lengths)
        return self.known[j, others, way]


def _mean(values, otherwise):
    """Their mean without NaN, or otherwise where there are none."""
    values = values[~np.isnan(values)]
    return float(values.mean()) if len(values) else otherwise


def _apart(steps, i, j):
    """How far feature i is below feature j on average; None where it ever is above."""
    apart = steps[:, j] - steps[:, i]
    apart = apart[~np.isnan(apart)]
    return float(apart.mean()) if len(apart) and apart.min() >= 0 else None


def _closed(ordered, pairs):
    """Pairs of what is below what, with further ones and all that follows from them."""
    for low, high in pairs:
        lows = {low} | {i for i, j in ordered if j == low}
        ordered = ordered | {(i, j) for i in lows for j in {high} | {j for i, j in ordered if i == high}}
    return ordered

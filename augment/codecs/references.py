"""Which features of series are coded relative to what: to others of the same step, or to themselves a step earlier.

What is held out decides: a feature is relative where its difference alone takes a shorter code than its value does that
is foretold from what it is relative to and from what was before.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

SCORES = np.linspace(-3, 3, 61)  # normal scores whose quantiles are kept
PARTS = 20  # of series that follow one another, every second held out; windows of one part overlap those of no other
SURE = 2.5  # standard errors: of many pairs some look better by chance
DOUBT = 1.5  # standard errors, beyond which a feature is taken to come back to its mean
WORTH = 0.1  # nats a value that a code must save, surely; less is not worth another coding
ROWS = 20_000  # steps that decide, at most
FEWEST = 200  # and at least
LEVELS = 50  # different values of a feature at least; fewer are labels or counts
MOST = 30  # features that may be relative, the first ones: all pairs are looked at
STRAY = 0.01  # share of values that are taken to follow no law
FINEST = 1e-6  # of the range, which is told apart where values stand on no grid


@dataclass(frozen=True)
class Reference:
    """What a feature is coded relative to.

    Parameters
    ----------
    feature : int
        Its place.
    others : tuple of int
        The features of the same step; none where it is relative to itself a step earlier.
    way : {"before", "largest", "smallest"}
        Whether the largest or the smallest of the others counts.
    log : bool
        Whether the logarithms of both are compared, and not they themselves.
    """

    feature: int
    others: tuple
    way: str
    log: bool


@dataclass(frozen=True)
class _Saved:
    """Nats a value that coding a feature relative saves, by differences and by logarithms, and whether one surely does.

    The length is that of the shorter of the two codes.
    """

    feature: int
    others: tuple
    way: str
    means: tuple
    sure: bool
    length: float


def find_references(series, units, n_features=None, still=()):
    """The references of features, in the order in which values follow from them; an empty list where none is worth it.

    Of the features the one with the shortest relative code is taken away, again and again, so that what is left last
    stands for itself or, where it wanders, is relative to itself a step earlier.

    Parameters
    ----------
    series : list of ndarray of shape (steps, features)
        Series of floats; NaN is missing.
    units : ndarray of shape (features,)
        Steps of the grids that values stand on; 0 where there are none.
    n_features : int, default=None
        So many features may be relative, the first ones; None for all.
    still : list of int, default=()
        Places of features that must not be relative to themselves.

    Returns
    -------
    list of Reference

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> low = 100 + rng.normal(size=(2000, 1)).cumsum(axis=0)
    >>> series = np.concatenate([low, low + 0.01 * rng.exponential(size=low.shape)], axis=1)
    >>> [(each.feature, each.others, each.way) for each in find_references(np.split(series, 100), np.zeros(2))]
    [(1, (), 'before'), (0, (1,), 'largest')]
    """
    steps = _Steps.of(series, units, n_features)
    if steps is None:
        return []
    left, chosen = list(steps.features), []
    while len(left) > 1:
        options = [saved for j in left if (saved := _best(steps, j, left)) is not None]
        if not options:
            break
        chosen.append(min(options, key=lambda saved: saved.length))
        left.remove(chosen[-1].feature)
    left = [j for j in left if j not in still and not steps.comes_back(j)]
    chosen += [saved for j in left if (saved := steps.saved(j, (), "before")).sure]
    return _of_trees(*_in_trees(steps, chosen[::-1]))


def _best(steps, j, left, several=True):
    """The shortest code of feature j relative to others that are left, of those that surely save; None without."""
    others = [i for i in left if i != j]
    sets = {((i,), "largest") for i in others}
    for way, sign in (("largest", 1), ("smallest", -1)) if several else ():
        if len(beyond := steps.nearest(j, others, sign)) > 1:
            sets.add((beyond, way))
    options = [saved for each in sorted(sets) if (saved := steps.saved(j, *each)).sure]
    return min(options, key=lambda saved: saved.length, default=None)


def _in_trees(steps, chosen):
    """What was chosen, each with the root of its tree, in the order of decoding; what tells of two trees chooses anew.

    Parameters
    ----------
    steps : _Steps
        The steps that decide.
    chosen : list of _Saved
        What was chosen, in the order of decoding.

    Returns
    -------
    list of _Saved, dict
        The roots by feature.
    """
    roots, kept = {j: j for j in steps.features}, []
    for place, saved in enumerate(chosen):
        if len({roots[i] for i in saved.others}) > 1:
            later = {each.feature for each in chosen[place:]}
            saved = _best(steps, saved.feature, [j for j in steps.features if j not in later], several=False)
        if saved is not None:
            roots[saved.feature] = roots[saved.others[0]] if saved.others else saved.feature
            kept.append(saved)
    return kept, roots


def _of_trees(kept, roots):
    """References, those of a tree with logarithms or all without, whichever saves more."""
    references = []
    for saved in kept:
        own = [each.means for each in kept if roots[each.feature] == roots[saved.feature]]
        plain, log = np.sum(own, axis=0)
        references.append(Reference(saved.feature, saved.others, saved.way, bool(log > plain)))
    return references


class _Steps:
    """Steps of series with the two before each, and code lengths of one feature's values there.

    Parameters
    ----------
    features : list of int
        Places of the features that may be relative.
    values : ndarray of shape (n, 3, n_features)
        A step, the one before and the one before that; NaN is missing.
    parts : ndarray of int of shape (n,)
        Of which part of the series.
    units : ndarray of shape (n_features,)
        What is told apart of each.
    """

    def __init__(self, features, values, parts, units):
        self.features, self.values, self.parts, self.units = features, values, parts, units
        self.positive = np.nanmin(values, axis=(0, 1)) > 0
        self.known = {}

    @classmethod
    def of(cls, series, units, n_features):
        """The steps that decide; None where there are too few, or no features."""
        series = [part[:, : min(n_features or part.shape[1], MOST)] for part in series]
        lengths = np.array([max(len(part) - 2, 0) for part in series])
        if lengths.sum() < FEWEST:
            return None
        long = [part for part in series if len(part) > 2]
        values = np.concatenate([np.stack([part[2:], part[1:-1], part[:-2]], axis=1) for part in long])
        parts = np.repeat(np.arange(len(series)) * PARTS // len(series), lengths)
        some = np.unique(np.linspace(0, len(values) - 1, ROWS).astype(int))
        values, parts = values[some], parts[some]
        features = [
            j
            for j, x in enumerate(values[:, 0].T)
            if np.count_nonzero(~np.isnan(x)) >= FEWEST and len(np.unique(x[~np.isnan(x)])) >= LEVELS
        ]
        if not features or len(np.unique(parts)) < 4:
            return None
        ranges = np.nanmax(values, axis=(0, 1)) - np.nanmin(values, axis=(0, 1))
        return cls(features, values, parts, np.maximum(units[: values.shape[2]], FINEST * ranges))

    def nearest(self, j, others, sign):
        """Those of others that j is never below, or with a sign of -1 above, and that may be the nearest of them."""
        beyond = [i for i in others if self._beyond(j, i, sign)]
        return tuple(i for i in beyond if not any(self._nearer(k, i, sign) for k in beyond if k != i))

    def _nearer(self, k, i, sign):
        """Whether k always is at least as near as i to what is beyond both; of equals it is the first."""
        return self._beyond(k, i, sign) and (k < i or not self._beyond(i, k, sign))

    def _beyond(self, j, i, sign):
        apart = sign * (self.values[:, 0, j] - self.values[:, 0, i])
        return bool(np.nanmin(apart, initial=np.inf) >= 0)

    def comes_back(self, j):
        """Whether the level of feature j foretells how it changes, as where it always comes back to its mean."""
        level, change = self.values[:, 1, j], self.values[:, 0, j] - self.values[:, 1, j]
        present, gains = ~np.isnan(change), np.full(len(change), np.nan)
        for learn, check in self._folds(present):
            maps = [_Map(each[learn], self.units[j]) for each in (level, change)]
            level_scores, scores = (own.scores(x) for own, x in zip(maps, (level, change), strict=True))
            slope = np.polyfit(level_scores[learn], scores[learn], 1)
            left = scores - np.polyval(slope, level_scores)
            gains[check] = _normal_length(scores, learn, check) - _normal_length(left, learn, check)
        return self._surely_above(gains, 0.0, DOUBT)

    def _surely_above(self, gains, least, sure=SURE):
        """Whether means of parts tell that gains (n,), NaN where there are none, are more than so many nats."""
        kept = ~np.isnan(gains)
        means = np.array([gains[kept & (self.parts == part)].mean() for part in np.unique(self.parts[kept])])
        if kept.sum() < FEWEST or len(means) < 4:
            return False
        return bool(means.mean() - sure * means.std(ddof=1) / np.sqrt(len(means)) > least)

    def saved(self, j, others, way):
        """What coding feature j relative to others saves."""
        value, lengths, means, sure = self._remembered(j, others), [], [], False
        positive = self.positive[[j, *others]].all()
        for log in (False, True):
            if log and not positive:
                lengths.append(np.inf)
                means.append(-np.inf)
                continue
            relative = self._relative(j, others, way, log)
            sure |= self._surely_above(value - relative, WORTH)
            means.append(float(np.nanmean(value - relative)))
            lengths.append(float(np.nanmean(relative)))
        return _Saved(j, others, way, tuple(means), bool(sure), min(lengths))

    def _remembered(self, j, others):
        if (j, others) not in self.known:
            self.known[j, others] = self._value(j, others)
        return self.known[j, others]

    def _value(self, j, others):
        """Lengths (n,) of codes of values of feature j foretold from others and all of their and its past."""
        values, units = self.values[..., [j, *others]], self.units[[j, *others]]
        present, lengths = ~np.isnan(values).any(axis=(1, 2)), np.full(len(values), np.nan)
        for learn, check in self._folds(present):
            maps = [_Map(values[learn, 0, k], units[k]) for k in range(len(units))]
            scores = np.stack([each.scores(values[..., k]) for k, each in enumerate(maps)], axis=-1)
            told = [np.ones((len(values), 1)), scores[:, 1], scores[:, 2], scores[:, 0, 1:]]
            told = np.concatenate(told, axis=1)
            inner = told[learn].T @ told[learn] + 1e-3 * np.eye(told.shape[1])
            left = scores[:, 0, 0] - told @ np.linalg.solve(inner, told[learn].T @ scores[learn, 0, 0])
            own = _Map(left[learn], FINEST)
            density = own.densities(left[check]) * np.exp(maps[0].log_slopes(values[check, 0, 0]))
            lengths[check] = _length(density, values[:, 0, 0], learn, check, units[0])
        return lengths

    def _relative(self, j, others, way, log):
        """Lengths (n,) of codes of values of feature j by their differences from others, or from what was before."""
        now, unit = self.values[:, 0, j], self.units[j]
        other = _extreme(self.values[:, 0, others], way) if others else self.values[:, 1, j]
        slopes = 1 / now if log else np.ones(len(now))
        apart = np.log(now) - np.log(other) if log else now - other
        lengths = np.full(len(now), np.nan)
        for learn, check in self._folds(~np.isnan(apart)):
            least = unit * np.exp(np.log(slopes[learn]).mean())
            density = _Map(apart[learn], least).densities(apart[check])
            lengths[check] = _length(density, apart, learn, check, least) - np.log(slopes[check])
        return lengths

    def _folds(self, present):
        """Rows to learn from and rows to check on, twice."""
        for odd in (0, 1):
            learn, check = (np.flatnonzero(present & (self.parts % 2 == side)) for side in (odd, 1 - odd))
            if len(learn) >= FEWEST // 4 and len(check):
                yield learn, check


def _extreme(values, way):
    return values.max(axis=1) if way == "largest" else values.min(axis=1)


def _normal_length(values, learn, check):
    """Lengths of codes, but for a constant, by a normal distribution."""
    mean, deviation = values[learn].mean(), max(values[learn].std(), FINEST)
    return 0.5 * ((values[check] - mean) / deviation) ** 2 + np.log(deviation)


def _length(density, values, learn, check, unit):
    """Lengths of codes by a density, of which a share is kept for values that follow no law."""
    low, middle, high = np.quantile(values[learn], [0.1, 0.5, 0.9])
    scale = max(high - low, unit)
    stray = 1 / (np.pi * scale * (1 + ((values[check] - middle) / scale) ** 2))
    return -np.log((1 - STRAY) * density + STRAY * stray)


class _Map:
    """A rising, piecewise linear map from values, that are told apart by a unit, to normal scores."""

    def __init__(self, values, unit):
        self.unit, rise = unit, unit / len(SCORES) * np.arange(len(SCORES))
        self.knots = np.maximum.accumulate(np.quantile(values, ndtr(SCORES)) - rise) + rise
        ends = np.diff(self.knots[[0, len(SCORES) // 2, -1]])  # of few values the outermost knots are one
        self.ends = SCORES[-1] / ends

    def scores(self, values):
        """Scores of values; beyond the outermost knots the map goes on with the mean slope of its side."""
        beyond = values - np.clip(values, self.knots[0], self.knots[-1])
        return np.interp(values, self.knots, SCORES) + beyond * np.where(beyond < 0, *self.ends)

    def log_slopes(self, values):
        """Logarithms of the slopes at values, over a unit."""
        low, high = self._around(values)
        return np.log(np.maximum(high - low, np.finfo(float).tiny) / self.unit)

    def densities(self, values):
        """Densities of values, over a unit."""
        low, high = self._around(values)
        thin = (high - low) * np.exp(-0.5 * ((low + high) / 2) ** 2) / np.sqrt(2 * np.pi)
        return np.where(high - low > 0.01, ndtr(high) - ndtr(low), thin) / self.unit

    def _around(self, values):
        return self.scores(values - self.unit / 2), self.scores(values + self.unit / 2)

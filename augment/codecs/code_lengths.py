"""How long codes of the values of features are at held-out steps of series: of them alone, or relative to others."""

import numpy as np
from scipy.special import ndtr

SCORES = np.linspace(-3, 3, 61)  # normal scores whose quantiles are kept
PARTS = 20  # of series that follow one another, every second held out; windows of one part overlap those of no other
ROWS = 20_000  # steps that decide, at most
FEWEST = 200  # and at least
LEVELS = 50  # different values of a feature at least; fewer are labels or counts
MOST = 30  # features that may be relative, the first ones: all pairs are looked at
STRAY = 0.01  # share of values that are taken to follow no law
FINEST = 1e-6  # of the range, which is told apart where values stand on no grid
LARGEST = 1e150  # values and one over their range, beyond which products overflow
FURTHEST = 100.0  # score of whatever is further out, so that one wrong value does not decide what foretells others


class CodeLengths:
    """Lengths in nats of codes of features' values, at steps of series that are known with the two before each.

    Parameters
    ----------
    features : list of int
        Places of the features that may be relative.
    values : ndarray of shape (n, 3, n_features)
        A step, the one before and the one before that; NaN is missing.
    means : ndarray of shape (n, n_features)
        Of all steps of the series before.
    parts : ndarray of int of shape (n,)
        Of which part of the series.
    units : ndarray of shape (n_features,)
        What is told apart of each.

    Examples
    --------
    >>> walk = 100 + np.random.default_rng(0).normal(size=(2000, 1)).cumsum(axis=0)
    >>> lengths = CodeLengths.of(np.split(walk, 100), np.zeros(1))
    >>> change = lengths.change(0, log=False)
    >>> round(float(np.nanmean(change)), 1), lengths.surely_above(lengths.value(0, ()) - change, 0.0)
    (1.5, True)
    """

    def __init__(self, features, values, means, parts, units):
        self.features, self.values, self.means, self.parts, self.units = features, values, means, parts, units

    @classmethod
    def of(cls, series, units, n_features=None):
        """The lengths for series (steps, features) of these units; None where there are too few steps, or no features.

        Only the first `n_features` may be relative, None for all.
        """
        series = [part[:, : min(n_features or part.shape[1], MOST)] for part in series]
        lengths = np.array([max(len(part) - 2, 0) for part in series])
        if lengths.sum() < FEWEST:
            return None
        long = [part for part in series if len(part) > 2]
        values = np.concatenate([np.stack([part[2:], part[1:-1], part[:-2]], axis=1) for part in long])
        means = np.concatenate([_means_so_far(part)[1:-1] for part in long])
        parts = np.repeat(np.arange(len(series)) * PARTS // len(series), lengths)
        some = np.unique(np.linspace(0, len(values) - 1, ROWS).astype(int))
        values, means, parts = values[some], means[some], parts[some]
        features = [j for j, x in enumerate(values[:, 0].T) if _is_number(x[~np.isnan(x)])]
        if not features or len(np.unique(parts)) < 4:
            return None
        seen = [own if len(own := x[~np.isnan(x)]) else np.zeros(1) for x in values[:, 0].T]
        finest = [max(FINEST * np.ptp(own), 2 * np.spacing(np.abs(own).max())) for own in seen]
        return cls(features, values, means, parts, np.maximum(units[: len(finest)], finest))

    def surely_above(self, gains, least, sure=2.5):
        """Whether means of parts tell that gains (n,), NaN where there are none, are more than so many nats.

        By so many standard errors: of many pairs some look better by chance.
        """
        kept = ~np.isnan(gains)
        sizes = np.bincount(self.parts[kept])
        means = np.bincount(self.parts[kept], gains[kept])[sizes > 0] / sizes[sizes > 0]
        if kept.sum() < FEWEST or len(means) < 4:
            return False
        return bool(means.mean() - sure * means.std(ddof=1) / np.sqrt(len(means)) > least)

    def foretold(self, j, others=(), log=False):
        """Nats (n,) that a code of changes of feature j, given the change before, saves by its level before.

        And by how far that was from the mean of the series so far, and from others: what comes back does so whatever
        its change was (Said and Dickey, Biometrika 71:599, 1984).
        """
        level, mean = self.values[:, :, j], self.means[:, j]
        others = [self.values[:, 1, i] for i in others]
        if log:
            level, mean, *others = (np.log(x) for x in (level, mean, *others))
        change, before, level = level[:, 0] - level[:, 1], level[:, 1] - level[:, 2], level[:, 1]
        told = np.column_stack([change, before, -level, *(x - level for x in (mean, *others))])
        gains = np.full(len(change), np.nan)
        for learn, check in self._folds(~np.isnan(told).any(axis=1)):
            scores = [_Map(x[learn], FINEST * (np.ptp(x[learn]) or 1.0)).scores(x) for x in told.T]
            rest, base = np.column_stack([np.ones(len(change)), *scores[1:]]), [0, 1]
            back = _slopes(scores[0], rest, learn) > 0  # what moves away goes on as it did
            lengths = [
                _normal_length(scores[0] - rest[:, kept] @ _slopes(scores[0], rest[:, kept], learn), learn, check)
                for kept in (base, base + [k for k in range(2, rest.shape[1]) if back[k]])
            ]
            gains[check] = lengths[0] - lengths[1]
        return gains

    def value(self, j, others):
        """Lengths (n,) of codes of values of feature j foretold from others and all of their and its past."""
        values, units = self.values[..., [j, *others]], self.units[[j, *others]]
        lengths = np.full(len(values), np.nan)
        for learn, check in self._folds(~np.isnan(values).any(axis=(1, 2))):
            maps = [_Map(values[learn, 0, k], units[k]) for k in range(len(units))]
            scores = np.stack([each.scores(values[..., k]) for k, each in enumerate(maps)], axis=-1)
            density = _foretold(scores, learn, check) * np.exp(maps[0].log_slopes(values[check, 0, 0]))
            lengths[check] = _length(density, values[:, 0, 0], learn, check, units[0])
        return lengths

    def straight(self, j, log, others=()):
        """The same where in the place of scores stand values, or logarithms of those that are all positive."""
        values, lengths = self.values[..., [j, *others]], np.full(len(self.values), np.nan)
        logs = log & (np.nanmin(values, axis=(0, 1)) > 0)
        lined = np.where(logs, np.log(np.where(logs, values, 1)), values)
        for learn, check in self._folds(~np.isnan(values).any(axis=(1, 2))):
            means, scales = lined[learn, 0].mean(axis=0), np.maximum(lined[learn, 0].std(axis=0), FINEST)
            slopes = 1 / (scales[0] * (values[:, 0, 0] if log else np.ones(len(values))))
            least = self.units[j] * np.exp(np.log(slopes[learn]).mean())
            density = _foretold((lined - means) / scales, learn, check, least) * slopes[check]
            lengths[check] = _length(density, values[:, 0, 0], learn, check, self.units[j])
        return lengths

    def unforetold(self, j, log=None):
        """Share of the variance of feature j that the two steps before do not foretell, of held-out steps.

        Of normal scores, or where `log` is given of values (False) or of their logarithms (True).
        """
        levels, shares = self.values[..., j], []
        lined = np.log(levels) if log else levels
        for learn, check in self._folds(~np.isnan(levels).any(axis=1)):
            scores = _Map(levels[learn, 0], self.units[j]).scores(levels) if log is None else lined
            scores = (scores - scores[learn, 0].mean()) / max(scores[learn, 0].std(), np.finfo(float).tiny)
            left = _left(scores[..., None], learn)[check]
            shares.append(np.mean(left**2) / max(scores[check, 0].var(), FINEST))
        return float(np.mean(shares)) if shares else 1.0

    def change(self, j, log, others=()):
        """Lengths (n,) of codes of values of feature j by its change, foretold from the last one and others'.

        By normal scores of changes or by a line, whichever is shorter.
        """
        levels, own = self.values[..., [j, *others]], self.values[:, 0, j]
        if log:
            levels = np.concatenate([np.log(levels[..., :1]), levels[..., 1:]], axis=-1)
        changes, slopes = levels[:, :-1] - levels[:, 1:], 1 / own if log else np.ones(len(own))
        lengths = np.full((2, len(own)), np.nan)
        for learn, check in self._folds(~np.isnan(changes).any(axis=(1, 2))):
            least = self.units[j] * np.exp(np.log(slopes[learn]).mean())
            for line, density in enumerate(self._of_changes(changes, [least, *self.units[[*others]]], learn, check)):
                length = _length(density, changes[:, 0, 0], learn, check, least) - np.log(slopes[check])
                lengths[line, check] = np.maximum(length, np.log(self.units[j]))
        return min(lengths, key=lambda each: np.nanmean(each) if not np.isnan(each).all() else np.inf)

    @staticmethod
    def _of_changes(changes, units, learn, check):
        """Densities of the first of changes (n, 2, k), foretold by normal scores, and by a line."""
        maps = [_Map(changes[learn, 0, k], unit) for k, unit in enumerate(units)]
        scores = np.stack([each.scores(changes[..., k]) for k, each in enumerate(maps)], axis=-1)
        own = maps[0].log_slopes(changes[:, 0, 0])
        yield _foretold(scores, learn, check, units[0] * np.exp(own[learn].mean())) * np.exp(own[check])
        means, scales = changes[learn, 0].mean(axis=0), np.maximum(changes[learn, 0].std(axis=0), units)
        yield _foretold((changes - means) / scales, learn, check, units[0] / scales[0]) / scales[0]

    def relative(self, j, others, way, log):
        """Lengths (n,) of codes of values of feature j by nothing but how they are related to others of the step.

        Ways are "from" and "between" of a `Reference`, and `log` tells whether logarithms are compared.
        """
        own, unit = self.values[:, 0, j], self.units[j]
        others = self.values[:, 0, list(others)]
        slopes = 1 / own if log else np.ones(len(own))
        own, others = (np.log(own), np.log(others)) if log else (own, others)
        related = relation(own, others)
        if way == "between":  # a share of a distance, and values are told apart by no more than a unit
            slopes = slopes / np.maximum(others[:, 1] - others[:, 0], unit * slopes)
        lengths = np.full(len(own), np.nan)
        for learn, check in self._folds(~np.isnan(related)):
            least = unit * np.exp(np.log(slopes[learn]).mean())
            density = _Map(related[learn], least).densities(related[check])
            length = _length(density, related, learn, check, least) - np.log(slopes[check])
            lengths[check] = np.maximum(length, np.log(unit))
        return lengths

    def _folds(self, present):
        """Rows to learn from and rows to check on, twice."""
        for odd in (0, 1):
            learn, check = (np.flatnonzero(present & (self.parts % 2 == side)) for side in (odd, 1 - odd))
            if len(learn) >= FEWEST // 4 and len(check):
                yield learn, check


def relation(own, others):
    """How levels (...) are related to those of others (..., 1 or 2): how far apart, or their share of the distance.

    Examples
    --------
    >>> relation(np.array([3.0, 5.0]), np.array([[1.0, 5.0], [5.0, 5.0]])).tolist()
    [0.5, 0.5]
    """
    first, last = others[..., 0], others[..., -1]
    if others.shape[-1] == 1:
        return own - first
    distance = last - first
    return np.where(distance == 0, 0.5 + 0 * own, (own - first) / np.where(distance == 0, 1, distance))


def _means_so_far(part):
    """Means (steps, features) of all values of a series up to each step."""
    there = np.cumsum(~np.isnan(part), axis=0)
    with np.errstate(over="ignore", invalid="ignore"):  # features of such size are left out
        return np.nancumsum(part, axis=0) / np.where(there == 0, np.nan, there)


def _foretold(scores, learn, check, least=FINEST):
    """Densities of the first scores (n, steps, k) at a step, foretold from all of those before and others' there."""
    left = _left(scores, learn)
    return _Map(left[learn], least).densities(left[check])


def _left(scores, learn):
    """What a regression on all those before and others' there leaves of the first scores (n, steps, k) at a step."""
    told = np.concatenate([np.ones((len(scores), 1)), *np.moveaxis(scores[:, 1:], 1, 0), scores[:, 0, 1:]], axis=1)
    return scores[:, 0, 0] - told @ _slopes(scores[:, 0, 0], told, learn)


def _slopes(scores, told, learn):
    """By which scores (n,) follow from what is told (n, k), learned from some."""
    inner = told[learn].T @ told[learn] + 1e-3 * np.eye(told.shape[1])
    return np.linalg.solve(inner, told[learn].T @ scores[learn])


def _is_number(values):
    if len(values) < FEWEST or len(np.unique(values)) < LEVELS or np.abs(values).max() > LARGEST:
        return False
    return bool(np.ptp(values) > 1 / LARGEST)


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
        self.ends = SCORES[-1] / np.maximum(ends, np.spacing(np.abs(self.knots).max()))

    def scores(self, values):
        """Scores of values; beyond the outermost knots the map goes on with the mean slope of its side."""
        beyond = values - np.clip(values, self.knots[0], self.knots[-1])
        scores = np.interp(values, self.knots, SCORES) + beyond * np.where(beyond < 0, *self.ends)
        return np.clip(scores, -FURTHEST, FURTHEST)

    def log_slopes(self, values):
        """Logarithms of the slopes at values, over a unit."""
        low, high = self._around(values)
        return np.log(np.maximum(high - low, np.finfo(float).tiny)) - np.log(self.unit)

    def densities(self, values):
        """Densities of values, over a unit."""
        low, high = self._around(values)
        thin = (high - low) * np.exp(-0.5 * ((low + high) / 2) ** 2) / np.sqrt(2 * np.pi)
        return np.where(high - low > 0.01, ndtr(high) - ndtr(low), thin) / self.unit

    def _around(self, values):
        return self.scores(values - self.unit / 2), self.scores(values + self.unit / 2)

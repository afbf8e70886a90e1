"""A number as a cell (coarse token), a level inside the cell (fine token) and a place inside the level."""

import numpy as np

MAX_DISTINCT = 128  # up to so many distinct values each is a token of its own
SPIKE_SHARE = 0.01  # a value that holds more than this share of a column is a token of its own
SPIKE_COUNT = 4  # ... if it occurs more often than this


class Cells:
    """Cuts the real line where a column's values lie, so that each value is one or two tokens and back.

    A column of few distinct values gets a token for each. In any other, a value that holds more than 1 % of the column
    (a spike) is a token of its own, and the rest falls into quantile bins, each divided into levels of equal mass.
    Only the quantiles are kept, never the values they were taken from.

    Parameters
    ----------
    max_distinct : int, default=128
        Columns with at most this many distinct values, each held twice on average, get a token for each.
    whole : bool, default=False
        Whether all values are whole numbers: then decoding gives whole numbers, each of a level equally often.

    Attributes
    ----------
    centers_ : ndarray of shape (size,)
        The value of each coarse token that is a single value; NaN for bins. Tokens are in the order of the values.
    knots_ : ndarray of shape (size, levels + 1)
        The edges of the levels of each bin; the single value repeated for the others. A level holds its lower edge but
        not its upper one; the last one of all holds both. Whole numbers are counted without the spikes.
    shares_ : ndarray of shape (size,)
        Share of the fitted values in each token.
    levels_ : int
        Number of levels in a bin; 0 when every token is a single value.

    Examples
    --------
    >>> import numpy as np
    >>> cells = Cells(whole=True).fit(np.r_[np.zeros(300), np.arange(1000)])
    >>> cells.size, cells.levels_
    (16, 8)
    >>> tokens = cells.encode([0, 500, 10_000])
    >>> cells.decode(tokens, np.full(3, 0.5))
    array([  0., 503., 995.])
    """

    def __init__(self, max_distinct=MAX_DISTINCT, *, whole=False):
        self.max_distinct = max_distinct
        self.whole = whole

    def fit(self, values):
        """Learn the cells of finite `values`, an array of shape (n,) with n >= 1."""
        values = np.asarray(values, "float64")
        distinct, counts = np.unique(values, return_counts=True)
        few = len(distinct) <= min(self.max_distinct, max(len(values) / 2, 10))
        spike = (counts > SPIKE_SHARE * len(values)) & (counts > SPIKE_COUNT) | few
        if spike.all():
            return self._set(distinct, distinct[:, None], counts, 0)
        rest = np.repeat(distinct[~spike], counts[~spike])
        self.spikes_ = distinct[spike] if self.whole else distinct[:0]
        rest = self._skip(rest)
        bins, levels = sizes(len(rest))
        knots = _level_knots(rest, bins, levels, "nearest" if self.whole else "linear")
        bin_counts = np.bincount(_place(knots[:, 0], rest), minlength=len(knots))
        if self.whole:
            knots[-1, -1] += 1  # so that the last level, too, ends before its upper edge
        centers = np.concatenate([distinct[spike], np.full(len(knots), np.nan)])
        all_knots = np.concatenate([np.repeat(distinct[spike][:, None], levels + 1, axis=1), knots])
        all_counts = np.concatenate([counts[spike], bin_counts])
        middle = np.where(np.isnan(centers), self._unskip(all_knots[:, levels // 2]), centers)
        order = np.lexsort((np.isnan(centers), middle))
        return self._set(centers[order], all_knots[order], all_counts[order], levels)

    def _set(self, centers, knots, counts, levels):
        self.centers_, self.knots_, self.levels_ = centers, knots, levels
        self.shares_ = counts / counts.sum()
        self.spikes_ = centers[~np.isnan(centers)] if self.whole and levels else np.zeros(0)
        return self

    def _skip(self, values, side="left"):
        """Whole numbers that are no spikes as their places on a line without the spikes, so that no bin draws one."""
        return values - np.searchsorted(self.spikes_, values, side=side)

    def _unskip(self, places):
        """The whole numbers at such places."""
        return places + np.searchsorted(self.spikes_ - np.arange(len(self.spikes_)), places, side="right")

    @property
    def size(self):
        """Number of coarse tokens."""
        return len(self.centers_)

    @property
    def has_levels(self):
        """Which coarse tokens are bins."""
        return np.isnan(self.centers_)

    @property
    def ranks(self):
        """Interval of the cumulative distribution that each coarse token covers, of shape (size, 2)."""
        upper = np.minimum(np.cumsum(self.shares_), 1)
        return np.stack([np.maximum(upper - self.shares_, 0), upper], axis=1)

    def encode(self, values, rng=None):
        """Tokens of finite `values`: an int array of shape (n, 2); the fine token is 0 outside bins.

        A value outside the fitted range falls into the nearest cell. Where several levels of a bin hold the same single
        value (ties), `rng` chooses among them; without one the lowest is taken.
        """
        values = np.asarray(values, "float64")
        tokens = np.zeros((len(values), 2), "int32")
        single = ~self.has_levels
        if single.all():
            tokens[:, 0] = _nearest(self.centers_, values)
            return tokens
        bins = np.flatnonzero(~single)
        level = _level_of(self.knots_[bins, :-1].ravel(), self._skip(values), rng)
        tokens[:, 0], tokens[:, 1] = bins[level // self.levels_], level % self.levels_
        spikes = np.flatnonzero(single)
        if len(spikes):
            hit = spikes[np.minimum(np.searchsorted(self.centers_[spikes], values), len(spikes) - 1)]
            exact = self.centers_[hit] == values
            tokens[exact, 0], tokens[exact, 1] = hit[exact], 0
        return tokens

    def decode(self, tokens, place, low=-np.inf, high=np.inf):
        """Values of `tokens` of shape (n, 2); `place` in [0, 1) of shape (n,) says where inside the level.

        With `low` and `high`, both included, the level is first cut to that range.
        """
        coarse, fine = tokens[:, 0], np.minimum(tokens[:, 1], max(self.levels_ - 1, 0))
        single = np.clip(self.centers_[coarse], low, high)
        if not self.levels_:
            return single
        cut = self._skip(low), self._skip(high, side="right")
        lower, upper = (np.clip(bound[coarse, fine], *cut) for bound in self._bounds)
        if self.whole:
            values = self._unskip(np.minimum(lower + np.floor(place * (upper - lower + 1)), upper))
        else:
            values = lower + place * (upper - lower)
        return np.where(self.has_levels[coarse], values, single)

    def allowed(self, low, high):
        """Which tokens hold values between `low` and `high`, both included: of shape (size, max(levels, 1))."""
        single = ((self.centers_ >= low) & (self.centers_ <= high))[:, None]
        if not self.levels_:
            return single
        low, high = self._skip(low), self._skip(high, side="right")
        lower, upper = self._bounds
        inside = (lower <= high) & (upper >= low) & (low <= high) & self.has_levels[:, None]
        inside[:, :1] |= single
        return inside

    @property
    def _bounds(self):
        """First and last place of each level; of whole numbers a level [a, b) holds a to b - 1 and [a, a) holds a."""
        lower, upper = self.knots_[:, :-1], self.knots_[:, 1:]
        return lower, np.maximum(upper - 1, lower) if self.whole else upper

    def to_dict(self):
        """The learned state as JSON-ready values."""
        centers = [None if np.isnan(c) else c for c in self.centers_.tolist()]
        state = {"centers": centers, "shares": self.shares_.tolist(), "levels": self.levels_, "whole": self.whole}
        return state | {"knots": self.knots_[self.has_levels].tolist()}

    @classmethod
    def from_dict(cls, state):
        """Cells from what `to_dict` gave."""
        cells = cls(whole=state["whole"])
        centers = np.array([np.nan if c is None else c for c in state["centers"]], "float64")
        knots = np.repeat(centers[:, None], state["levels"] + 1, axis=1)
        if state["levels"]:
            knots[np.isnan(centers)] = state["knots"]
        cells._set(centers, knots, np.array(state["shares"], "float64"), state["levels"])
        cells.shares_ = np.array(state["shares"], "float64")
        return cells


def sizes(n):
    """Numbers of bins and of levels for n values: at most 64 x 32, and about eight values to a level."""
    bins = int(np.clip(np.sqrt(n) / 2, 8, 64))
    levels = int(np.clip(n // (8 * bins), 8, 32))
    return bins, levels


def _level_knots(values, bins, levels, method):
    """Edges of the levels of quantile bins of sorted `values`, of shape (at most bins, levels + 1).

    The bins' lower edges are distinct values; where ties make quantiles coincide there are fewer bins. Each bin begins
    where the one before it ends.
    """
    edges = np.unique(np.quantile(values, np.linspace(0, 1, bins + 1)[:-1], method="lower"))
    steps = np.linspace(0, 1, levels + 1)
    parts = np.split(values, np.searchsorted(values, edges[1:]))
    knots = np.stack([np.quantile(part, steps, method=method) for part in parts])
    knots[:-1, -1] = edges[1:]
    return knots


def _level_of(edges, values, rng):
    """Index of each value's level among the sorted lower `edges`; among levels that hold only it, one at random."""
    distinct, first = np.unique(edges, return_index=True)
    last = np.append(first[1:], len(edges)) - 1
    place = _place(distinct, values)
    low = np.where(distinct[place] == values, first[place], last[place])
    if rng is None:
        return low
    high = np.maximum(last[place] - 1, low)
    return low + np.floor(rng.random(len(values)) * (high - low + 1)).astype("int64")


def _place(edges, values):
    """Index of the last of the sorted edges that is not above each value."""
    return np.maximum(np.searchsorted(edges, values, side="right") - 1, 0)


def _nearest(sorted_values, values):
    """Index of the nearest of the sorted values."""
    right = np.clip(np.searchsorted(sorted_values, values), 0, len(sorted_values) - 1)
    left = np.maximum(right - 1, 0)
    closer_left = np.abs(values - sorted_values[left]) < np.abs(values - sorted_values[right])
    return np.where(closer_left, left, right)

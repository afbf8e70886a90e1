"""How far a distance between two tables could move by chance, and how far two samples of one population lie apart.

Every table is cut at random into a few dozen groups of rows. A distance that depends on the tables through counts (or
sums) needs only the counts of each group: redrawing groups gives its bootstrap error, and comparing one half of the
real groups with the other half gives the distance that real rows have from each other. So a column or a pair of
columns is counted once, however many times it is redrawn.
"""

import numpy as np


class Resampling:
    """Groups of rows of each table and the weights that redraw them.

    Parameters
    ----------
    sizes : dict of str to int
        Rows of "train", "synthetic" and, if there is one, "holdout".
    rng : numpy.random.Generator
    groups, redraws, splits : int
        Groups in a table; bootstrap redraws; random splits of the real rows into halves.

    Attributes
    ----------
    labels : dict of str to ndarray
        Group of each row of each table.
    redraw : dict of str to ndarray of shape (redraws, groups)
        Bootstrap weights for "train" and "synthetic": weights times counts are shares.
    halves, quarters : pair of ndarray of shape (splits, groups of train + groups of holdout)
        Weights of two disjoint parts of the real rows, each a half (a quarter) of them.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> codes = {name: rng.integers(0, 2, 1000) for name in ("train", "synthetic")}
    >>> resampling = Resampling({"train": 1000, "synthetic": 1000}, rng)
    >>> counts = resampling.count(codes, 2)
    >>> bool(0.005 < resampling.redrawn(counts, total_variation).std() < 0.04)
    True
    >>> bool(0.005 < resampling.ceiling_distance(counts, total_variation) < 0.04)
    True
    """

    def __init__(self, sizes, rng, groups=64, redraws=200, splits=20):
        self.sizes = sizes
        n_groups = {name: min(groups, n) for name, n in sizes.items()}
        self.labels = {name: rng.permutation(n) % n_groups[name] for name, n in sizes.items()}
        rows = {name: np.bincount(self.labels[name]).astype(float) for name in sizes}
        self.whole = {name: np.full((1, n_groups[name]), 1 / sizes[name]) for name in sizes}
        self.redraw = {}
        for name in ("train", "synthetic"):
            g = n_groups[name]
            self.redraw[name] = _shares(rng.multinomial(g, np.full(g, 1 / g), redraws), rows[name])
        real = np.concatenate([rows[name] for name in self.real])
        order = np.argsort(rng.random((splits, len(real))), axis=1)
        self.halves = _parts(order, real, len(real) // 2)
        self.quarters = _parts(order, real, max(len(real) // 4, 1))
        pooled = real.sum()
        harmonic = 2 / (1 / sizes["train"] + 1 / sizes["synthetic"])
        self.growth = harmonic / (pooled / 2)

    @property
    def real(self):
        """Names of the tables of real rows."""
        return [name for name in self.sizes if name != "synthetic"]

    @property
    def ceiling_source(self):
        """Where ceilings come from, in words."""
        tables = "the training and holdout rows" if "holdout" in self.sizes else "the training rows"
        return f"random halves of {tables}, carried to the sizes compared here"

    def count(self, codes, n_cells):
        """Counts of each code in each group: a dict of arrays of shape (groups, n_cells)."""
        counts = {}
        for name, labels in self.labels.items():
            size = self.whole[name].shape[1]
            flat = np.bincount(labels * n_cells + codes[name], minlength=size * n_cells)
            counts[name] = flat.reshape(size, n_cells).astype(float)
        return counts

    def add(self, entries, n_cells):
        """Sums of weights in each cell and group: as `count`, of several cells a row.

        Parameters
        ----------
        entries : dict of str to (rows, cells, weights)
            By table, three arrays of one length: in which row a weight stands, and in which cell it counts.
        n_cells : int
        """
        sums = {}
        for name, (rows, cells, weights) in entries.items():
            size = self.whole[name].shape[1]
            flat = np.bincount(self.labels[name][rows] * n_cells + cells, weights, minlength=size * n_cells)
            sums[name] = flat.reshape(size, n_cells)
        return sums

    def observed(self, counts, distance):
        """The distance of train from synthetic."""
        return distance(self.whole["train"] @ counts["train"], self.whole["synthetic"] @ counts["synthetic"])[0]

    def redrawn(self, counts, distance):
        """The distance in each bootstrap redraw of both tables: an array of shape (redraws, ...)."""
        return _chunked(distance, self.redraw["train"], counts["train"], self.redraw["synthetic"], counts["synthetic"])

    def between_real(self, counts, distance):
        """Mean distance of halves, and of quarters, of the real rows."""
        real = np.concatenate([counts[name] for name in self.real])
        return [_chunked(distance, a, real, b, real).mean(axis=0) for a, b in (self.halves, self.quarters)]

    def ceiling_distance(self, counts, distance):
        """The distance to expect of a fresh real sample as large as the synthetic table."""
        return self.carry(*self.between_real(counts, distance))

    def carry(self, half, quarter):
        """A mean distance of halves carried to the sizes compared, at the rate it falls from quarters to halves.

        A distance made of noise falls with the root of the number of rows; one made of values that are all different
        (names, keys) does not fall at all. The measured rate, kept between the two, serves both and all between.
        """
        half, quarter = np.asarray(half, float), np.asarray(quarter, float)
        with np.errstate(divide="ignore", invalid="ignore"):
            rate = np.log2(quarter / half)
        rate = np.clip(np.where(half > 0, rate, 0.5), 0, 0.5)
        return half * self.growth**-rate


def total_variation(first, second):
    """Half the sum of the absolute differences of shares, over the last axis."""
    return np.abs(first - second).sum(axis=-1) / 2


def kolmogorov_smirnov(first, second):
    """Largest difference of cumulative shares over ordered cells, of which the last one holds the missing values.

    Missing values are put below all others once and above all others once; the larger difference counts.
    """
    difference = first - second
    missing = difference[..., -1:]
    steps = np.cumsum(difference[..., :-1], axis=-1)
    both = np.concatenate([np.abs(steps), np.abs(steps + missing), np.abs(missing)], axis=-1)
    return both.max(axis=-1)


def _shares(weights, rows):
    """Group weights divided so that weights times counts sum to one."""
    return weights / (weights @ rows)[:, None]


def _parts(order, rows, size):
    """Weights of the first `size` groups of each order, and of the next `size` (all the rest, for halves)."""
    split = np.zeros((2, *order.shape))
    stop = order.shape[1] if 2 * size >= order.shape[1] - 1 else 2 * size
    np.put_along_axis(split[0], order[:, :size], 1.0, axis=1)
    np.put_along_axis(split[1], order[:, size:stop], 1.0, axis=1)
    return _shares(split[0], rows), _shares(split[1], rows)


def _chunked(distance, weights_a, counts_a, weights_b, counts_b, budget=4_000_000):
    """`distance` of weighted counts, a few redraws at a time where there are many cells."""
    step = max(1, budget // counts_a.shape[1])
    parts = [
        distance(weights_a[i : i + step] @ counts_a, weights_b[i : i + step] @ counts_b)
        for i in range(0, len(weights_a), step)
    ]
    return np.concatenate(parts)

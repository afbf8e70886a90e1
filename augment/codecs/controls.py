"""Numbers that are known of sequences, in bins, so that a model can be told them as tokens."""

import numpy as np

BINS = 10  # of each number at most, with as many sequences each


class Controls:
    """For each number the bins that it can be in, and how many sequences are in each combination of bins.

    Parameters
    ----------
    edges : dict of str to list of float
        For each number, by its name, where one bin ends and the next begins.
    counts : ndarray of int of shape (bins of the first, bins of the second, ...)
        Sequences.

    Examples
    --------
    >>> controls = Controls.of(["size"], np.arange(20.0)[:, None])
    >>> controls.places(np.array([[0.0], [7.9], [100.0]])).ravel().tolist()
    [0, 4, 9]
    >>> controls.draw({"size": (8.0, 11.0)}, 4, np.random.default_rng(0)).ravel().tolist()
    [5, 4, 4, 4]
    """

    def __init__(self, edges, counts):
        self.edges, self.counts = edges, counts

    @classmethod
    def of(cls, names, values):
        """The bins of values (n, k), of which the columns have these names."""
        inner = np.linspace(0, 1, BINS + 1)[1:-1]
        edges = {
            name: np.unique(np.quantile(column, inner)).tolist() for name, column in zip(names, values.T, strict=True)
        }
        controls = cls(edges, np.zeros([len(inside) + 1 for inside in edges.values()], int))
        np.add.at(controls.counts, tuple(controls.places(values).T), 1)
        return controls

    @property
    def starts(self):
        """For each number, by its name, how many bins the numbers before it have."""
        return dict(zip(self.edges, np.cumsum([0, *self.counts.shape]).tolist(), strict=False))

    def places(self, values):
        """Bins (n, k) of values (n, k)."""
        columns = [
            np.searchsorted(inside, column, side="right")
            for inside, column in zip(self.edges.values(), values.T, strict=True)
        ]
        return np.stack(columns, axis=1)

    def draw(self, ranges, n, rng):
        """Bins (n, len(ranges)) that overlap with these ranges, as frequent as they were together.

        Parameters
        ----------
        ranges : dict of str to pair of float
            Lowest and highest value of some of the numbers.
        n : int
            How many to draw.
        rng : numpy.random.Generator
            Draws them.
        """
        inside = [self._overlapping(name, *ranges[name]) if name in ranges else slice(None) for name in self.edges]
        others = tuple(axis for axis, name in enumerate(self.edges) if name not in ranges)
        counts = self.counts[tuple(inside)].sum(axis=others)
        shares = np.ones(counts.shape) if not counts.any() else counts
        drawn = rng.choice(shares.size, n, p=shares.ravel() / shares.sum())
        firsts = [part.start for part in inside if part.start is not None]
        return np.stack(np.unravel_index(drawn, shares.shape), axis=1) + firsts

    def _overlapping(self, name, low, high):
        first, last = np.searchsorted(self.edges[name], [low, high], side="right").tolist()
        return slice(first, last + 1)

    def to_dict(self):
        """The bins as JSON-ready values."""
        return {"edges": self.edges, "counts": self.counts.tolist()}

    @classmethod
    def from_dict(cls, state):
        """The bins that `to_dict` gave."""
        return cls(state["edges"], np.array(state["counts"], int))

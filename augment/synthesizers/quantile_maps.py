"""Values and label probabilities carried to the distribution that they have over all groups."""

import numpy as np

RAKING_ROUNDS = 100


class QuantileMap:
    """Carries each group's values to the distribution of all rows: a value goes where as large a share lies below it.

    Equal values are told apart at random, so that the distributions are the same even where values repeat.

    Parameters
    ----------
    values : ndarray of shape (n,)
        The values of the rows to learn from.
    groups : ndarray of int of shape (n,)
        Their groups.
    strength : float
        How far to go, from 0 (the value itself) to 1 (the mapped one).

    Examples
    --------
    >>> values, groups = np.array([0.0, 1.0, 10.0, 11.0]), np.array([0, 0, 1, 1])
    >>> QuantileMap(values, groups, 1.0)(values, groups, np.random.default_rng(0)).tolist()
    [0.5, 10.5, 0.5, 10.5]
    """

    def __init__(self, values, groups, strength):
        self.all, self.strength = np.sort(values), strength
        self.own = {group: np.sort(values[groups == group]) for group in np.unique(groups)}

    def __call__(self, values, groups, rng):
        """The mapped values of rows of these groups, an ndarray of shape (n,)."""
        mapped, place = np.empty(len(values)), rng.random(len(values))
        for group, own in self.own.items():
            rows = groups == group
            below, up_to = (np.searchsorted(own, values[rows], side=side) for side in ("left", "right"))
            equal = up_to - below
            within = np.where(equal > 1, place[rows] * equal, equal / 2)
            mapped[rows] = self._quantile((below + within) / len(own))
        return (1 - self.strength) * values + self.strength * mapped

    def _quantile(self, shares):
        """Values of all rows below which these shares of them lie, between two of them on a line."""
        n = len(self.all)
        return np.interp(shares * n - 0.5, np.arange(n), self.all)


class ParityMap:
    """The quantile map of label probabilities (Krchova et al. 2023, arXiv 2311.03000), one label at a time.

    Of two labels the probability of one is mapped. Of more each is, and factors for each group and label then bring the
    mean probabilities of all groups together, which rows that sum to one would not keep by themselves.

    Parameters
    ----------
    probabilities : ndarray of shape (n, n_labels)
        Those of the rows to learn from.
    groups : ndarray of int of shape (n,)
        Their groups.
    strength : float
        How far to go, from 0 to 1.
    rng : numpy.random.Generator
        The only source of randomness.
    """

    def __init__(self, probabilities, groups, strength, rng):
        self.rare = np.argsort(probabilities.mean(axis=0), kind="stable")
        self.rare = self.rare[probabilities.max(axis=0)[self.rare] > 0]
        mapped = self.rare[:1] if len(self.rare) == 2 else self.rare
        self.maps = {label: QuantileMap(probabilities[:, label], groups, strength) for label in mapped}
        self.factors = {}
        if len(self.rare) > 2:
            spread = self._spread(probabilities, groups, rng)
            for group in np.unique(groups):
                rows = groups == group
                wanted = probabilities[rows].mean(axis=0)
                wanted = (1 - strength) * wanted + strength * probabilities.mean(axis=0)
                self.factors[group] = _raking_factors(spread[rows], wanted)

    def __call__(self, probabilities, groups, rng):
        """The mapped probabilities of rows of these groups."""
        spread = self._spread(probabilities, groups, rng)
        for group, factors in self.factors.items():
            spread[groups == group] *= factors
        return spread / spread.sum(axis=1, keepdims=True)

    def _spread(self, probabilities, groups, rng):
        spread = np.zeros_like(probabilities)
        for label, by_quantile in self.maps.items():
            spread[:, label] = by_quantile(probabilities[:, label], groups, rng)
        if len(self.rare) == 2:
            spread[:, self.rare[1]] = 1 - spread[:, self.rare[0]]
        total = spread.sum(axis=1, keepdims=True)
        return np.where(total > 0, spread / np.where(total > 0, total, 1), probabilities)


def _raking_factors(probabilities, wanted):
    """Factors of the labels after which the mean probabilities, rows summing to one again, are the wanted ones."""
    factors = np.ones(len(wanted))
    for _ in range(RAKING_ROUNDS):
        scaled = probabilities * factors
        mean = (scaled / scaled.sum(axis=1, keepdims=True)).mean(axis=0)
        factors *= np.where(mean > 0, wanted / np.where(mean > 0, mean, 1), 1)
    return factors


def redraw(probabilities, rng):
    """An index drawn from each row of probabilities, an int array of shape (n,)."""
    cumulative = np.cumsum(probabilities, axis=1)
    uniform = rng.random(len(probabilities)) * cumulative[:, -1]
    return np.minimum((cumulative <= uniform[:, None]).sum(axis=1), probabilities.shape[1] - 1)

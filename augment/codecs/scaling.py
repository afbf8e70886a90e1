"""Scaling of each series by itself: a feature becomes its level, the logarithm of its scale, and its shape."""

import warnings

import numpy as np

from augment.codecs.grid import Grid
from augment.codecs.own_scales import foretell

LEAST = 0.1  # of the smallest scales, which others do not fall below


class Scaling:
    """Turns features of series into shapes that do not tell how large a series is, with levels and scales beside them.

    The level of a feature is its mean in the first half of the longest series, and its scale the standard deviation
    there, so that the first steps of a series tell both and what follows does not change them. They stand as further
    features that are the same at each step. Changes have no level: how far those of a series are from 0 on average is
    a matter of their scale, and drawn with their shape.

    Parameters
    ----------
    half : int
        Steps whose values count.
    grids : list of Grid or None
        For each feature the fitted values, inside whose range and on whose steps values come back; None where it is
        not scaled.
    least : list of float
        For each scaled feature the scale that is added to all, in squares.
    usual : list of float
        The level of each scaled feature that has one, and then the scale of each, of series that do not tell theirs.
    changes : list of int
        Places of features that are changes.

    Examples
    --------
    >>> series = [np.array([[1.0], [3.0], [2.0], [5.0]]), np.array([[100.0], [300.0], [200.0], [500.0]])]
    >>> scaling = Scaling.of(series)
    >>> [part[:, 0].round(2).tolist() for part in scaling.apart(series)]  # the shapes
    [[-0.98, 0.98, 0.0, 2.94], [-1.0, 1.0, 0.0, 3.0]]
    >>> scaling.joined(np.stack(scaling.apart(series)))[1, :, 0].tolist()
    [100.0, 300.0, 200.0, 500.0]
    """

    def __init__(self, half, grids, least, usual, changes):
        self.half, self.grids, self.least, self.usual, self.changes = half, grids, least, usual, changes

    @classmethod
    def of(cls, series, always=False, n_scaled=None, changes=()):
        """The scaling of the features whose series have scales of their own, or of all; None where there are none.

        Parameters
        ----------
        series : list of ndarray of shape (steps, features)
            Series of floats; NaN is missing.
        always : bool, default=False
            Whether every feature is scaled that varies in series.
        n_scaled : int, default=None
            So many features may be, the first ones; None for all.
        changes : sequence of int, default=()
            Places of features that are changes.
        """
        half = -(-max(map(len, series)) // 2)
        grids, least, usual, values = [], [], ([], []), np.concatenate(series)
        for i in range(values.shape[1]):
            levels, scales = _level_and_scale([part[:half, i] for part in series])
            known = scales[scales > 0]  # NaN is not
            may_be = i < (n_scaled or values.shape[1]) and len(known) > 1
            if may_be and (always or _are_own(scales, series, i, half)):
                grids.append(Grid().fit(values[~np.isnan(values[:, i]), i]))
                least.append(LEAST * float(np.quantile(known, 0.01)))
                usual[0].extend([] if i in changes else [float(np.nanmedian(levels))])
                usual[1].append(float(np.median(known)))
            else:
                grids.append(None)
        return cls(half, grids, least, [*usual[0], *usual[1]], list(changes)) if any(grids) else None

    @property
    def scaled(self):
        """Places of the features that are scaled."""
        return [i for i, grid in enumerate(self.grids) if grid is not None]

    @property
    def _levelled(self):
        """Which of the scaled features (n_scaled,) have a level."""
        return ~np.isin(self.scaled, self.changes)

    def apart(self, series, known=False):
        """Series with shapes in place of the scaled features, and after all features their levels and log scales.

        With `known` what a series does not tell is missing, its scale where it has but one value; else it is the usual.
        """
        levels, scales = (np.zeros((len(series), len(self.scaled))) for _ in range(2))
        for place, i in enumerate(self.scaled):
            levels[:, place], own = _level_and_scale([part[: self.half, i] for part in series])
            scales[:, place] = np.hypot(own, self.least[place])
        tell = np.concatenate([levels[:, self._levelled], scales], axis=1)
        all_tell = np.where(np.isnan(tell), self.usual, tell)
        return [self._shape(*each) for each in zip(series, all_tell, tell if known else all_tell, strict=True)]

    def _shape(self, part, tell, shown):
        """A series (steps, features) with shapes by the levels and scales in `tell`, and beside them those `shown`."""
        part, n = part.astype("float64"), self._levelled.sum()
        part[:, self.scaled] = (part[:, self.scaled] - self._levels(tell[:n])) / tell[n:]
        constant = np.append(shown[:n], np.log(shown[n:]))
        return np.concatenate([part, np.tile(constant, (len(part), 1))], axis=1)

    def joined(self, steps):
        """Features (n, steps, features) of what models made of `apart`'s: inside the fitted range, on its grid."""
        n = len(self.grids)
        values, told = steps[..., :n].copy(), steps[..., n:].mean(axis=1)
        levels, scales = np.split(told, [self._levelled.sum()], axis=-1)
        levels = self._levels(levels)
        for place, i in enumerate(self.scaled):
            own = values[..., i] * np.exp(scales[:, place, None]) + levels[:, place, None]
            missing = np.isnan(own)
            own = self.grids[i].to_values(self.grids[i].to_steps(np.where(missing, self.grids[i].low_, own)))
            values[..., i] = np.where(missing, np.nan, own)
        return values

    def _levels(self, told):
        """Levels (..., n_scaled) of all scaled features, 0 for those that have none."""
        levels = np.zeros((*told.shape[:-1], len(self.scaled)))
        levels[..., self._levelled] = told
        return levels

    def to_dict(self):
        """The scaling as JSON-ready values."""
        grids = [None if grid is None else grid.to_dict() for grid in self.grids]
        return vars(self) | {"grids": grids}

    @classmethod
    def from_dict(cls, state):
        """The scaling that `to_dict` gave."""
        return cls(**state | {"grids": [grid and Grid.from_dict(grid) for grid in state["grids"]]})


def _are_own(scales, series, i, half):
    """Whether the scales (n,) of a feature in the first half foretell what follows."""
    counts = np.array([np.count_nonzero(~np.isnan(part[:half, i])) for part in series])
    return foretell(scales, counts, [part[half:, i] for part in series])


def _level_and_scale(parts):
    """Means and standard deviations (n,) of arrays; NaN without a value, the second with only one, too."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of empty slices
        levels = np.array([np.nanmean(part) for part in parts])
        scales = np.array([np.nanstd(part) for part in parts])
    several = np.array([np.count_nonzero(~np.isnan(part)) > 1 for part in parts])
    return levels, np.where(several, scales, np.nan)

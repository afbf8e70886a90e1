"""Do synthetic rows lie nearer to training rows, or single them out more often, than rows without memory would?

A sign of memory, and no more: distances cannot show that data are private ("The DCR Delusion", Yao et al. 2025), so
neither number ever passes.
"""

import numpy as np

from augment.auditing import charts
from augment.auditing.check import LEVEL, Check, Finding, NotAssessed
from augment.auditing.copies import clearest, without
from augment.auditing.encoding import row_choices
from augment.auditing.intervals import rate_difference_interval, wilson_interval
from augment.auditing.neighbours import EQUAL, affordable, drawn, points, smallest, squared_distances

MAX_QUERIES = 3000  # synthetic rows whose neighbours are looked up
TAIL = 0.002  # share of synthetic rows that the ratio may call near copies of holdout rows
MIN_TAIL = 2  # as a number of rows


def distances(data, rng):
    """Two numbers from the same neighbours, all tables on one scale: numbers are ranks among the real rows.

    The share of synthetic rows whose nearest real row is a training row, brought to tables of equal sizes; rows that
    are equally near count in part. And the rate of training rows that a synthetic row singles out, lying much nearer to
    them than to the second nearest, less that of holdout rows.
    """
    if not data.compared:
        raise NotAssessed("Every column names rows; none is left to measure distances in.")
    choices = row_choices(data)
    found = [_Neighbours(data, columns, rng) for columns in choices]
    level = 1 - (1 - LEVEL) / len(choices)
    return clearest([_share(f, data, level) for f in found]) + clearest([_ratio(f, data, level) for f in found])


class _Neighbours:
    """The real rows next to synthetic ones.

    Attributes
    ----------
    nearer : ndarray of shape (synthetic rows,)
        Share of training rows among the real rows that are nearest (they are several only when equally near).
    weight : ndarray of shape (real rows,)
        How many synthetic rows each real row is the nearest of.
    squared, which : dict of str to ndarray
        Squared distances to the two nearest of equally many training and holdout rows; place of the nearest.
    """

    def __init__(self, data, columns, rng):
        self.words = without(data, columns)
        queries = min(data.sizes["synthetic"], MAX_QUERIES)
        total = affordable(data, columns, queries)
        held = min(data.sizes["holdout"], total // 2)
        sizes = {"train": min(data.sizes["train"], total - held), "holdout": held, "synthetic": queries}
        rows = {name: rng.permutation(data.sizes[name])[:size] for name, size in sizes.items()}
        self.sizes = sizes
        self._look(points(data, columns, rows))

    def _look(self, at):
        n_train, m = self.sizes["train"], min(self.sizes["train"], self.sizes["holdout"])
        parts = {"train": slice(0, m), "holdout": slice(n_train, n_train + m)}
        n = self.sizes["synthetic"]
        self.nearer, self.weight = np.empty(n), np.zeros(n_train + self.sizes["holdout"])
        self.squared = {name: np.empty((n, min(2, m))) for name in parts}
        self.which = {name: np.empty(n, int) for name in parts}
        for rows, squared in squared_distances(at["synthetic"], np.concatenate([at["train"], at["holdout"]])):
            for name, part in parts.items():
                self.squared[name][rows] = smallest(squared[:, part], min(2, m))
                self.which[name][rows] = squared[:, part].argmin(axis=1)
            query, row = np.nonzero(squared <= squared.min(axis=1, keepdims=True) + EQUAL)
            share = 1 / np.bincount(query)
            self.nearer[rows] = np.bincount(query, np.where(row < n_train, share[query], 0.0))
            self.weight += np.bincount(row, share[query], minlength=len(self.weight))


def _share(found, data, level):
    """The finding on the nearest rows."""
    n = found.sizes
    effective = min(found.weight.sum() ** 2 / (found.weight**2).sum(), n["synthetic"])
    bounds = found.nearer.mean(), *wilson_interval(float(found.nearer.mean()), effective, level)
    share, low, high = (balanced(bound, n["train"], n["holdout"]) for bound in bounds)
    curves = [
        {"name": f"to the nearest {words} row", **_distribution(np.sqrt(found.squared[name][:, 0]))}
        for name, words in (("train", "training"), ("holdout", "holdout"))
    ]
    chart = charts.lines("How far synthetic rows are from real ones", "distance", "share of rows", curves)
    return Finding(
        id=DISTANCES.id,
        pillar=DISTANCES.pillar,
        title="Overfitting alarm: nearer to train than to holdout rows",
        value=share,
        interval=(low, high),
        level=level,
        goal="lower",
        threshold=data.thresholds[DISTANCES.id],
        alarm_only=True,
        reference=0.5,
        reference_name="no memory",
        method="Wilson's, of the effective number of different nearest rows",
        n=n,
        message=f"{share:.3f} of synthetic rows{found.words} lie nearer to a training row than to any of "
        "as many holdout rows; 0.5 is what rows without memory would do. A good share is no proof of privacy: it "
        f"cannot see a few copied rows.{drawn(data, n)}",
        evidence={
            "charts": [chart],
            "facts": {
                "nearest_is_a_training_row": float(found.nearer.mean()),
                "ties": float(((found.nearer > 0) & (found.nearer < 1)).mean()),
            },
        },
    )


def balanced(share, n_train, n_holdout):
    """The share of nearest rows that are training rows, as it would be with equally many of both.

    Without memory each real row is the nearest as often as any other, so rates per row are compared.

    Examples
    --------
    >>> round(balanced(0.75, 300, 100), 3), round(balanced(0.9, 100, 100), 3)
    (0.5, 0.9)
    """
    train, holdout = share / n_train, (1 - share) / n_holdout
    return train / (train + holdout)


def _ratio(found, data, level):
    """The finding on how much nearer the first neighbour is than the second."""
    identity = f"{DISTANCES.id}.ratio"
    m = min(found.sizes["train"], found.sizes["holdout"])
    ratios = {name: first_to_second(squared) for name, squared in found.squared.items()}
    cut = np.sort(ratios["holdout"])[max(int(TAIL * len(ratios["holdout"])), MIN_TAIL) - 1]
    singled = {name: len(np.unique(found.which[name][ratio <= cut])) for name, ratio in ratios.items()}
    grid = np.linspace(0, 1, 41)
    curves = [
        {
            "name": f"against {words} rows",
            "x": grid.round(4).tolist(),
            "y": (np.searchsorted(np.sort(ratios[name]), grid, side="right") / len(ratios[name])).round(4).tolist(),
        }
        for name, words in (("train", "training"), ("holdout", "holdout"))
    ]
    chart = charts.lines("Distance to the nearest row over that to the second", "ratio", "share of rows", curves)
    return Finding(
        id=identity,
        pillar=DISTANCES.pillar,
        title="Training rows singled out, beyond chance",
        value=(singled["train"] - singled["holdout"]) / m,
        interval=rate_difference_interval((singled["train"], m), (singled["holdout"], m), level),
        level=level,
        goal="lower",
        threshold=data.thresholds[identity],
        alarm_only=True,
        reference=singled["holdout"] / m,
        reference_name="rate of holdout rows singled out",
        method="Newcombe's, from exact intervals of both rates",
        n={"train": m, "holdout": m, "synthetic": found.sizes["synthetic"]},
        message=f"{singled['train']:,} of {m:,} training rows, and {singled['holdout']:,} of as many holdout rows, are "
        f"singled out: a synthetic row{found.words} lies at most {cut:.2g} times as far from them as from the second "
        "nearest.",
        evidence={
            "charts": [chart],
            "facts": {f"median_ratio_against_{name}": float(np.median(ratio)) for name, ratio in ratios.items()},
        },
    )


def first_to_second(squared):
    """Distance to the nearest over distance to the second nearest row; 1 where both are equally near.

    Parameters
    ----------
    squared : ndarray of shape (n, 2)

    Examples
    --------
    >>> first_to_second(np.array([[1.0, 4.0], [0.0, 0.0], [0.0, 1.0]])).tolist()
    [0.5, 1.0, 0.0]
    """
    first, second = squared[:, 0], squared[:, -1]
    return np.sqrt(np.where(second - first < EQUAL, 1.0, first / np.maximum(second, EQUAL)))


def _distribution(values, points=41):
    """Cumulative distribution at equal steps of its range."""
    values = np.sort(values)
    grid = np.linspace(0, values[-1] if values[-1] > 0 else 1.0, points)
    return {
        "x": grid.round(5).tolist(),
        "y": (np.searchsorted(values, grid, side="right") / len(values)).round(4).tolist(),
    }


DISTANCES = Check(
    "privacy.distances",
    "Overfitting alarm",
    distances,
    needs=("holdout",),
    thresholds={"privacy.distances": 0.55, "privacy.distances.ratio": 0.0},
)
CHECKS = [DISTANCES]

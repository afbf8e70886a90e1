"""The cells where the groups of two protected columns meet, and how a model treats each beside all rows.

A cell's deviation is its mean less the mean of all rows. Like the gap of two groups, it is followed from the model
trained on real rows to the one trained on synthetic rows, with paired errors.
"""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy import stats

from augment.auditing.group_rates import PSEUDO, means, parts
from augment.auditing.holdout_groups import HoldoutGroups, grouped, holdout_groups
from augment.auditing.shrinkage import main_effects, shrunken_means, shrunken_rates
from augment.auditing.widening import drift_of

MAX_LEVELS = 12  # groups of one column that are crossed; the rarer ones are one group
MAX_CROSSINGS = 15
PRIOR = 2.0  # rows at the rate of all, added to a group before it foretells its cells: few rows show 0 or 1 by chance


@dataclass(frozen=True)
class Crossing:
    """Cells of two columns (or the groups of one), with the groups they are made of.

    Attributes
    ----------
    cells : HoldoutGroups
    sides : tuple of HoldoutGroups
    members : tuple of ndarray of int, shape (cells,)
        Group of each cell, on each side.
    """

    cells: HoldoutGroups
    sides: tuple
    members: tuple


def crossings(data, columns, rows):
    """Crossings of all pairs of columns, the first few; of the groups of the column where there is only one."""
    sides = [_folded(holdout_groups(data, j, rows)) for j in columns]
    if len(sides) == 1:
        return [Crossing(sides[0], (sides[0],), (np.arange(len(sides[0].names)),))]
    return [_crossing(a, b) for a, b in list(combinations(sides, 2))[:MAX_CROSSINGS]]


def _folded(groups):
    """The commonest groups; all others as one."""
    present = np.flatnonzero(groups.rows)
    kept = present[np.argsort(-groups.rows[present], kind="stable")][:MAX_LEVELS]
    place = np.full(len(groups.names), len(kept))
    place[kept] = np.arange(len(kept))
    names = [groups.names[g] for g in kept]
    names += [f"{len(present) - len(kept)} rarer groups"] * (len(present) > len(kept))
    return grouped(groups.column, place[groups.codes], names)


def _crossing(a, b):
    codes = a.codes * len(b.names) + b.codes
    names = [f"{first}, {second}" for first in a.names for second in b.names]
    cells = grouped(f"{a.column} and {b.column}", codes, names, at_most=len(names))
    return Crossing(cells, (a, b), tuple(np.divmod(np.arange(len(names)), len(b.names))))


@dataclass(frozen=True)
class CellMeans:
    """One criterion in all cells of a crossing, for the models trained on real and on synthetic rows.

    Attributes
    ----------
    means : dict of source to Means
    deviation : dict of source to ndarray of shape (cells,)
    errors : (ndarray, ndarray) of shape (cells,)
        Of the difference and of the sum of the two deviations.
    shrunken : dict of source to (mean, low, high)
    judged : ndarray of bool, shape (cells,)
    p_value : ndarray of shape (cells,)
        That the cell's mean, by the model trained on synthetic rows, is that of all other rows; NaN if not judged.
    """

    criterion: object
    k: object
    crossing: Crossing
    means: dict
    deviation: dict
    errors: tuple
    shrunken: dict
    judged: np.ndarray
    p_value: np.ndarray


def cell_means(criterion, k, crossing, trained, kind):
    """The criterion in all cells."""
    cells, task = crossing.cells, trained.task

    def measured(guess, codes, n_groups):
        return means(*parts(criterion, guess, task.y["holdout"], task.classes, k), codes, n_groups)

    def of_cells(guess):
        return measured(guess, cells.codes, len(cells.names))

    def of_all(guess):
        return measured(guess, np.zeros(len(cells.codes), int), 1)

    found, whole, shrunken = {}, {}, {}
    for source in ("real", "synthetic"):
        guess = trained.guesses[kind, source]
        found[source], whole[source] = of_cells(guess), of_all(guess)
        sides = [measured(guess, side.codes, len(side.names)) for side in crossing.sides]
        shrunken[source] = _shrunken(criterion, found[source], whole[source], sides, crossing)
    refits = np.array([of_cells(guess).value - of_all(guess).value for guess in trained.refits[kind]])
    drift = drift_of(refits, trained.scale)
    judged = found["real"].enough & found["synthetic"].enough & cells.common
    return CellMeans(
        criterion,
        k,
        crossing,
        found,
        {source: m.value - whole[source].value for source, m in found.items()},
        tuple(np.hypot(_error(found, whole, sign, cells.codes, criterion.binary), drift) for sign in (-1, 1)),
        shrunken,
        judged,
        _against_the_rest(criterion, found["synthetic"], judged, whole["synthetic"]),
    )


def _error(found, whole, sign, codes, binary):
    """Error, from the rows of the holdout, of the sum or the difference of deviations of the two models."""
    own = found["synthetic"].influence + sign * found["real"].influence
    common = whole["synthetic"].influence + sign * whole["real"].influence
    n = len(found["real"].rows)
    variance = np.bincount(codes, own**2 - 2 * own * common, n) + (common**2).sum()
    count = np.minimum(found["real"].count, found["synthetic"].count)
    return np.sqrt(np.maximum(variance, 0) + (PSEUDO / np.maximum(count, 1) ** 2 if binary else 0.0))


def _shrunken(criterion, found, whole, sides, crossing):
    """Means drawn towards what the groups of the cell, or all rows, let expect."""
    overall = np.nan_to_num(whole.value[0])
    counts = [side.count[member] for side, member in zip(sides, crossing.members, strict=True)]
    values = [
        (np.nan_to_num(side.value)[member] * count + PRIOR * overall) / (count + PRIOR)
        for side, member, count in zip(sides, crossing.members, counts, strict=True)
    ]
    if len(sides) == 2:
        expected = main_effects(*values, overall, criterion.binary)
        behind = 1 / sum(1 / (count + PRIOR) for count in counts)
    else:
        expected, behind = np.full(len(values[0]), overall), np.full(len(values[0]), whole.count[0])
    value = np.nan_to_num(found.value)
    if criterion.binary:
        return shrunken_rates(value * found.count, found.count, expected, behind)
    variance = float((whole.influence**2).sum() * len(whole.influence))
    return shrunken_means(value, found.rows, expected, behind, variance)


def _against_the_rest(criterion, found, judged, whole):
    """Two-sided p-values that a cell is like the rest: for rates, the exact permutation test of one cell."""
    result = np.full(len(judged), np.nan)
    count = np.rint(found.count).astype(int)
    for c in np.flatnonzero(judged):
        if criterion.binary:
            successes = np.rint(found.value * found.count)[c]
            total = np.rint(whole.value * whole.count)[0]
            rest = stats.hypergeom(count.sum(), int(total), count[c])
            result[c] = min(1.0, 2 * min(rest.cdf(successes), rest.sf(successes - 1)))
        else:
            error = np.sqrt((whole.influence**2).sum() * len(whole.influence) / found.rows[c])
            result[c] = 2 * stats.norm.sf(abs(found.value[c] - whole.value[0]) / max(error, 1e-300))
    return result

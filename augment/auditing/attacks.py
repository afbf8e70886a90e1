"""Attacks that guess whether a real row was among the training rows, from the synthetic rows and some other real ones.

Each gives a score to every tested row: half of them are training rows (members), half are holdout rows (non-members).
The holdout rows that the attacks compare with, the reference, are others than those tested. So a score treats members
and non-members alike, and unless the synthetic rows remember, it cannot tell them apart.
"""

from dataclasses import dataclass

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from augment.auditing.check import NotAssessed
from augment.auditing.copies import without
from augment.auditing.detection import boosted
from augment.auditing.encoding import for_trees, row_choices, splittable
from augment.auditing.neighbours import affordable, nearest, points

MAX_TESTED = 1500  # members, and as many non-members
MIN_TESTED = 20
MAX_REFERENCE = 5000
DENSITIES = (1, 5, 20)  # neighbours of the density ratio
ISOLATION = 5  # reference rows that tell how isolated a row is
CLASSIFIER_ROWS = 5000


@dataclass(frozen=True)
class Scores:
    """What the attacks say of the tested rows.

    Attributes
    ----------
    names : list of str
        The attacks.
    values : ndarray of shape (attacks, rows)
        Higher where a row looks more like a member.
    members : ndarray of bool, shape (rows,)
        Members come first.
    isolation : ndarray of shape (rows,)
        Mean distance to the nearest reference rows.
    tested : dict of str to ndarray of int
        Places of the tested rows in "train" and "holdout".
    n_reference, n_synthetic : int
        Rows that the attacks looked at.
    """

    names: list
    values: np.ndarray
    members: np.ndarray
    isolation: np.ndarray
    tested: dict
    n_reference: int
    n_synthetic: int


def attack(data, rng):
    """Run every attack: distances, density ratios, and a classifier of synthetic against reference rows.

    Hayes et al. 2019, Chen et al. 2020 (distance to the nearest synthetic row, and calibrated by a reference); van
    Breugel et al. 2023 (density ratios).

    Raises
    ------
    NotAssessed
        Where there are too few rows, or no columns, to attack with.
    """
    if not data.compared:
        raise NotAssessed("Every column names rows; none is left to attack with.")
    order = rng.permutation(data.sizes["holdout"])
    m = min(len(order) // 2, data.sizes["train"], MAX_TESTED)
    if m < MIN_TESTED:
        raise NotAssessed(
            f"Needs {2 * MIN_TESTED} holdout rows, half as non-members and half to compare with, and {MIN_TESTED} "
            "training rows."
        )
    tested = {"train": rng.permutation(data.sizes["train"])[:m], "holdout": order[:m]}
    reference = order[m : m + MAX_REFERENCE]
    names, values = [], []
    choices = row_choices(data)
    for columns in choices:
        scores, isolation, n_synthetic = _by_distance(data, columns, tested, reference, len(choices), rng)
        names += [f"{name}{without(data, columns)}" for name in scores]
        values += list(scores.values())
    names.append("classifier of synthetic against reference rows")
    values.append(_by_classifier(data, choices[-1], tested, reference, rng))
    members = np.repeat([True, False], m)
    return Scores(names, np.stack(values), members, isolation, tested, len(reference), n_synthetic)


def _by_distance(data, columns, tested, reference, n_choices, rng):
    """Scores from the nearest synthetic and reference rows, how isolated rows are, and the synthetic rows used."""
    m = len(tested["train"])
    at_most = affordable(data, columns, 2 * m * n_choices)
    synthetic = rng.permutation(data.sizes["synthetic"])[:at_most]
    rows = {"train": tested["train"], "holdout": np.concatenate([tested["holdout"], reference]), "synthetic": synthetic}
    at = points(data, columns, rows)
    x = np.concatenate([at["train"], at["holdout"][:m]])
    k = max(*DENSITIES, ISOLATION)
    to_synthetic, to_reference = (np.sqrt(nearest(x, y, k)) for y in (at["synthetic"], at["holdout"][m:]))
    scores = {
        "distance to the nearest synthetic row": -to_synthetic[:, 0],
        "distance to synthetic rows against that to reference rows": to_reference[:, 0] - to_synthetic[:, 0],
    }
    floor = 1e-3 * max(float(np.median(to_reference[:, 0])), 1e-3)  # a distance of 0 is as good as a very small one
    for k in DENSITIES:
        if k <= min(to_synthetic.shape[1], to_reference.shape[1]):
            densities = np.log(to_reference[:, k - 1] + floor) - np.log(to_synthetic[:, k - 1] + floor)
            scores[f"density ratio of {k} neighbour{'s' * (k > 1)}"] = densities
    return scores, to_reference[:, :ISOLATION].mean(axis=1), len(synthetic)


def _by_classifier(data, columns, tested, reference, rng):
    """How sure boosted trees are that a row is synthetic, trained on synthetic and reference rows."""
    tables, category = for_trees(data, columns)
    synthetic = tables["synthetic"][rng.permutation(data.sizes["synthetic"])[:CLASSIFIER_ROWS]]
    x = np.concatenate([synthetic, tables["holdout"][reference[:CLASSIFIER_ROWS]]])
    y = np.arange(len(x)) < len(synthetic)
    seed, wide = int(rng.integers(2**31)), len(columns) > 100
    model = boosted(HistGradientBoostingClassifier, category, seed, 30 if wide else 60).fit(splittable(x), y)
    rows = np.concatenate([tables[name][index] for name, index in tested.items()])
    return model.decision_function(rows)

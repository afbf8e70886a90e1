"""Did a disparity grow between groups that are alike in another column, such as the occupation?"""

import numpy as np

from augment.auditing.change import change
from augment.auditing.check import Check, NotAssessed
from augment.auditing.disparity import conditional_disparity
from augment.auditing.groups import groups
from augment.auditing.growth import growth, judged_counts, too_few
from augment.auditing.outcome import outcome_of
from augment.auditing.outcomes import outcome_groups
from augment.auditing.reading import listed

MAX_STRATA = 20


def conditional(data, rng):
    """For each protected column, the growth of the largest conditional demographic disparity."""
    outcome, found = outcome_of(data), outcome_groups(data)
    j, why = stratum(data, outcome)
    strata, n_strata = _strata_codes(data, j)
    return [
        _conditional(data, outcome, g, (strata, n_strata, data.columns[j].name, why), len(found), rng) for g in found
    ]


def _conditional(data, outcome, protected, stratified, columns, rng):
    strata, n_strata, name, why = stratified
    judged, _, listing = judged_counts(outcome, protected)
    title = f"Disparity of {outcome.target} by {protected.title} within {name}, grown"
    common = {"id": f"{CONDITIONAL.id}.{protected.title}", "pillar": "bias", "title": title}
    if len(judged) < 2:
        return too_few(protected, listing, common)
    place = np.full(len(protected.names), len(judged))
    place[judged] = np.arange(len(judged))
    size = len(judged) + 1
    counts = []
    for t in ("train", "synthetic"):
        cells = outcome.counts(t, strata[t] * size + place[protected.codes[t]], n_strata * size)
        counts.append(cells.reshape(n_strata, size, -1))

    def largest(cells):
        whole = cells.sum(axis=-1)
        parts = [np.stack([whole - cells[..., y], cells[..., y]], axis=-1) for y in outcome.judged]
        return np.max([np.abs(conditional_disparity(p)[..., :-1]).max(axis=-1) for p in parts], axis=0)

    moved = change(*counts, lambda train, synthetic: largest(synthetic) - largest(train), rng, columns)
    levels = [[largest(c)] for c in counts]

    def told(row):
        return f"Largest disparity of a group of {protected.title!r} within the {n_strata} strata of {name!r} ({why}):"

    return growth(data, CONDITIONAL, common, [f"within {name}"], moved, levels, told, [listing])


def stratum_place(data, strata):
    """Place of the column that the user gives to compare within; None where none is given."""
    if strata is None:
        return None
    names = [column.name for column in data.columns]
    if str(strata) not in names:
        raise ValueError(f"strata={strata!r} is not a column of train: its columns are {listed(names)}.")
    j = names.index(str(strata))
    if j == data.target or j in data.protected:
        raise ValueError(f"strata={strata!r} is the target or protected: within it there is nothing to compare.")
    return j


def stratum(data, outcome):
    """Place of the column to compare within, and why that one.

    The one that the user gave; else the category, of at most 20 labels, that tells most about the outcome in the
    training rows (mutual information), beside the target and the protected columns.
    """
    if data.strata is not None:
        return data.strata, "given by strata="
    taken = {data.target, *data.protected}
    candidates = [
        j
        for j in data.compared
        if j not in taken and data.columns[j].is_category and 2 <= len(data.columns[j].labels) <= MAX_STRATA
    ]
    if not candidates:
        raise NotAssessed(
            f"Needs a category with 2 to {MAX_STRATA} labels, beside the target and the protected columns, to compare "
            "within; or give one with strata=."
        )
    told = []
    for j in candidates:
        codes, names = groups(data, j)
        told.append(_information(outcome.counts("train", codes["train"], len(names))))
    return candidates[int(np.argmax(told))], "chosen: it tells most about the outcome; strata= takes another"


def _information(counts):
    """Mutual information of rows and columns of a table of counts, in nats."""
    p = counts / counts.sum()
    independent = p.sum(axis=1, keepdims=True) * p.sum(axis=0)
    return float((p[p > 0] * np.log(p[p > 0] / independent[p > 0])).sum())


def _strata_codes(data, j):
    """Stratum of each row of each table, and how many: the largest ones, the others as one."""
    codes, names = groups(data, j)
    counts = sum(np.bincount(codes[t], minlength=len(names)) for t in ("train", "synthetic"))
    order = np.argsort(-counts, kind="stable")
    place = np.full(len(names), MAX_STRATA)
    place[order[:MAX_STRATA]] = np.arange(min(MAX_STRATA, len(names)))
    used = np.unique(place[order[counts[order] > 0]])
    place = np.searchsorted(used, place)
    return {t: np.minimum(place[c], len(used) - 1) for t, c in codes.items()}, len(used)


CONDITIONAL = Check(
    "bias.conditional",
    "Disparity within strata",
    conditional,
    needs=("target", "protected"),
    thresholds={"bias.conditional": 0.05},
)
CHECKS = [CONDITIONAL]

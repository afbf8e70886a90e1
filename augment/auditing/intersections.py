"""Does a model treat the people where two protected groups meet apart, though it does not each group alone?

Rates of a cell need 30 rows, and 10 in their denominator. Smaller cells are listed with their counts and with rates
drawn towards what their two groups let expect; they are never judged, and while there are any the finding passes
nothing. Boosted trees only: a linear model has no way to treat a cell otherwise than its two groups.
"""

import numpy as np
from scipy import stats

from augment.auditing import charts
from augment.auditing.cells import MAX_CROSSINGS, cell_means, crossings
from augment.auditing.check import LEVEL, Check, Finding, NotAssessed
from augment.auditing.group_rates import CLASSES, NUMBERS
from augment.auditing.intervals import z_value
from augment.auditing.learners import learners
from augment.auditing.model_gaps import looked_at
from augment.auditing.shrinkage import false_discovery
from augment.auditing.widening import bounds

KIND = "boosting"
LISTED = 60


def intersections(data, rng):
    """The largest widening of a cell's deviation from all rows, over cells, criteria and classes.

    Beside it, the cells that differ between the two models, and those that differ from the rest, with the share of
    false discoveries held at 5 % (Benjamini and Hochberg 1995).
    """
    trained = learners(data)
    columns = [j for j in data.protected if j != data.target]
    if not columns:
        raise NotAssessed("Needs a protected column beside the target.")
    task = trained.task
    criteria = NUMBERS[1:] if task.classes is None else CLASSES[:-1]
    found = [
        cell_means(criterion, k, crossing, trained, KIND)
        for crossing in crossings(data, columns, task.rows["holdout"])
        for criterion in criteria
        for k in looked_at(task)
    ]
    tables = [_small_cells(found, task)]
    judged = [(member, c) for member in found for c in np.flatnonzero(member.judged)]
    small = sum(int(((m.crossing.cells.rows > 0) & ~m.judged).sum()) for m in found)
    if not judged:
        reason = "No cell has the holdout rows that a rate needs: 30, and 10 of them in its denominator."
        evidence = {"tables": tables}
        return [
            Finding(id=CELLS.id, pillar="bias", title=CELLS.title, missing=reason, message=reason, evidence=evidence)
        ]
    return [_finding(judged, small, tables, trained, data, len(columns))]


def _finding(judged, small, tables, trained, data, n_columns):
    task = trained.task
    z = z_value(LEVEL, 2 * len(judged))
    new, old = (np.array([m.deviation[source][c] for m, c in judged]) for source in ("synthetic", "real"))
    errors = np.array([[m.errors[side][c] for m, c in judged] for side in (0, 1)])
    value = np.abs(new) - np.abs(old)
    low, high = bounds(new, old, *errors, z)
    changed = false_discovery(2 * stats.norm.sf(np.abs(new - old) / np.maximum(errors[0], 1e-300)))
    apart = false_discovery([m.p_value[c] for m, c in judged])
    order = np.lexsort((-value, changed >= 0.05))
    rows = [_row(*judged[i], task, changed[i], apart[i]) for i in order[:LISTED]]
    columns = ["cell", "rate", "rows", "denominator", "real", "synthetic", "shrunken", "q, changed", "q, from the rest"]
    first = int(low.argmax() if low.max() > data.thresholds[CELLS.id] else value.argmax())
    member, c = judged[first]
    left_out = max(n_columns * (n_columns - 1) // 2 - MAX_CROSSINGS, 0)
    worst = [
        {"name": _name(*judged[i], task), "value": value[i], "low": low[i], "high": high[i]}
        for i in np.argsort(-value, kind="stable")[:12]
    ]
    return Finding(
        id=CELLS.id,
        pillar="bias",
        title="Cells of two protected groups: widest widening from the rate of all",
        value=float(value.max()),
        interval=(float(low.max()), float(high.max())),
        goal="lower",
        threshold=data.thresholds[CELLS.id],
        alarm_only=bool(small or left_out),
        method="paired over holdout rows, and refits on training rows, for all cells and criteria at once",
        n={name: len(r) for name, r in task.rows.items()},
        worst=worst,
        message=_message(member, c, task, changed, apart, small, left_out),
        evidence={
            "charts": [charts.intervals("Widening from the rate of all rows", worst, axis=_axis(worst))],
            "tables": [charts.table("Cells, those that changed first", columns, rows), *tables],
            "facts": {"rates_of_cells_judged": len(judged), "too_small": small},
        },
    )


def _message(member, c, task, changed, apart, small, left_out):
    """The cell that moved farthest, and how many did."""
    values = [member.means[source].value[c] for source in ("synthetic", "real")]
    return (
        f"{_name(member, c, task)}: {values[0]:.3f} by boosted trees trained on synthetic rows, {values[1]:.3f} when "
        f"trained on real rows. Of {len(changed)} rates of cells, {(changed < 0.05).sum()} differ between the two, and "
        f"{(apart < 0.05).sum()} from the rest of the rows (false discoveries held at 5 %). {small} rates of cells too "
        f"small to judge are listed with shrunken values{f'; {left_out} crossings are left out' if left_out else ''}."
    )


def _name(member, c, task):
    of_class = "" if member.k is None else f" ({task.class_name(member.k)})"
    return f"{member.crossing.cells.names[c]}: {member.criterion.rate}{of_class}"


def _rate(member, task):
    return member.criterion.rate + ("" if member.k is None else f" ({task.class_name(member.k)})")


def _counts(member, c):
    return [member.crossing.cells.rows[c], round(min(m.count[c] for m in member.means.values()))]


def _row(member, c, task, changed, apart):
    values = [member.means[source].value[c] for source in ("real", "synthetic")]
    shrunken = member.shrunken["synthetic"][0][c]
    return [member.crossing.cells.names[c], _rate(member, task), *_counts(member, c), *values, shrunken, changed, apart]


def _small_cells(found, task):
    """Rates of cells too small to judge, with what can be thought of them; how many more there are in the last row."""
    small = [(m, c) for m in found for c in np.flatnonzero((m.crossing.cells.rows > 0) & ~m.judged)]
    small.sort(key=lambda pair: -pair[0].crossing.cells.rows[pair[1]])
    rows = [
        [m.crossing.cells.names[c], _rate(m, task), *_counts(m, c)]
        + [m.means[source].value[c] for source in ("real", "synthetic")]
        + [m.shrunken["real"][0][c], *(bound[c] for bound in m.shrunken["synthetic"])]
        for m, c in small[:LISTED]
    ]
    if len(small) > LISTED:
        total = sum(int(m.crossing.cells.rows[c]) for m, c in small[LISTED:])
        rows.append([f"{len(small) - LISTED} further rates of cells", "", total, *[None] * 7])
    columns = ["cell", "rate", "rows", "denominator", "real", "synthetic", "shrunken, real", "shrunken, synthetic"]
    return charts.table("Cells too small to judge", [*columns, "low", "high"], rows)


def _axis(rows):
    return min(0.0, *(row["low"] for row in rows)), max(0.1, *(row["high"] for row in rows))


CELLS = Check(
    "bias.intersections",
    "Cells of two protected groups",
    intersections,
    needs=("holdout", "target", "protected"),
    thresholds={"bias.intersections": 0.1},
)
CHECKS = [CELLS]

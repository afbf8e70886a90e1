"""What records of `augmentation_gain.py` say: paired differences, with intervals over cells and splits.

A cell is a table at a size. Intervals of means over cells come from a bootstrap of two levels: cells are drawn with
replacement, then the splits of each. The interval of one cell is Student's, over its splits.
"""

import numpy as np
from scipy import stats

DRAWS = 2000
REFERENCE = "none"


def summary(records):
    """The tables that the benchmark prints, as Markdown."""
    records = [record for record in records if "failed" not in record]
    arms = [arm for arm in dict.fromkeys(record["arm"] for record in records) if arm != REFERENCE]
    learners = list(next((record["scores"] for record in records), {}))
    parts = [
        ("Mean gain over no added rows, with its 95 % interval", overall(records, arms, learners)),
        ("Mean gain by number of real rows, all learners", by(records, arms, "size")),
        ("Mean gain by table, all learners", by(records, arms, "table")),
        ("Cells in which an arm is worse than no added rows, beyond the noise", worse(records, arms, learners)),
    ]
    return "\n\n".join(f"{title}:\n\n{text}" for title, text in parts)


def overall(records, arms, learners):
    """A row for each arm: gain of each learner and of all, the rows' own worth and what they cost."""
    lines = [["arm", "cells", *learners, "all learners", "normalised", "synthetic", "share", "CPU-s"]]
    normal = normalised(records)
    for arm in arms:
        mine = [record for record in records if record["arm"] == arm]
        gains = [gains_of(records, arm, [learner]) for learner in learners]
        everything = gains_of(records, arm)
        lines.append(
            [
                arm,
                str(len(everything)),
                *(_signed(_mean_of_cells(cells)) for cells in gains),
                interval_text(everything),
                _plain(normal.get(arm)),
                _plain(
                    _mean([np.mean(list(record["synthetic"].values())) for record in mine if "synthetic" in record])
                ),
                _plain(_mean([record["distance_share"] for record in mine if "distance_share" in record])),
                _plain(_mean([record["cpu"] for record in mine if "cpu" in record]), 1),
            ]
        )
    return _markdown(lines)


def by(records, arms, what):
    """A row for each arm, a column for each size or table."""
    values = sorted({record[what] for record in records})
    lines = [["arm", *map(str, values)]]
    for arm in arms:
        parts = [gains_of([r for r in records if r[what] == value], arm) for value in values]
        lines.append([arm, *(interval_text(cells) for cells in parts)])
    return _markdown(lines)


def worse(records, arms, learners, level=0.05):
    """For each arm the cells and learners whose interval, corrected for their number, lies below zero."""
    lines = [["arm", "cells and learners", "worse", "which"]]
    for arm in arms:
        found = {
            (*cell, learner): gains
            for learner in learners
            for cell, gains in gains_of(records, arm, [learner]).items()
            if len(gains) > 1
        }
        ends = {cell: interval(gains, level / max(len(found), 1))[1] for cell, gains in found.items()}
        bad = [f"{table} {size} {learner}" for (table, size, learner), end in ends.items() if end < 0]
        lines.append([arm, str(len(found)), str(len(bad)), ", ".join(bad[:8]) + (", ..." if len(bad) > 8 else "")])
    return _markdown(lines)


def gains_of(records, arm, learners=None, reference=REFERENCE):
    """Paired gains of an arm: a dict of (table, size) to an array of a gain for each split that both arms have."""
    by_split = {(r["table"], r["size"], r["split"], r["arm"]): r["scores"] for r in records}
    gains = {}
    for (table, size, split, name), scores in by_split.items():
        without = by_split.get((table, size, split, reference))
        if name == arm and without:
            difference = np.mean([scores[learner] - without[learner] for learner in learners or without])
            gains.setdefault((table, size), []).append(difference)
    return {cell: np.array(values) for cell, values in gains.items()}


def interval(gains, level=0.05):
    """Student's interval of the mean of a cell's gains; a constant gain has no width."""
    half = stats.t.ppf(1 - level / 2, len(gains) - 1) * np.std(gains, ddof=1) / np.sqrt(len(gains))
    return np.mean(gains) - half, np.mean(gains) + half


def bootstrap_interval(cells, level=0.05, seed=0):
    """Interval of the mean over cells: the cells are redrawn, and the splits of each."""
    rng, cells = np.random.default_rng(seed), list(cells.values())
    means = np.stack([gains[rng.integers(len(gains), size=(DRAWS, len(gains)))].mean(axis=1) for gains in cells])
    drawn = rng.integers(len(cells), size=(DRAWS, len(cells)))
    return np.quantile(means[drawn, np.arange(DRAWS)[:, None]].mean(axis=1), [level / 2, 1 - level / 2])


def normalised(records):
    """Mean over cells of each arm's score, 0 for the worst arm of a cell and 1 for the best, over all learners.

    Cells in which an arm is missing are left out, so that all arms are compared on the same ones.
    """
    arms = {record["arm"] for record in records}
    values = {}
    for record in records:
        cell = values.setdefault((record["table"], record["size"]), {})
        cell.setdefault(record["arm"], []).append(np.mean(list(record["scores"].values())))
    whole = [{arm: np.mean(cell[arm]) for arm in cell} for cell in values.values() if set(cell) == arms]
    whole = [cell for cell in whole if max(cell.values()) > min(cell.values())]
    scaled = [
        {arm: (value - min(cell.values())) / (max(cell.values()) - min(cell.values())) for arm, value in cell.items()}
        for cell in whole
    ]
    return {arm: float(np.mean([cell[arm] for cell in scaled])) for arm in arms} if scaled else {}


def interval_text(cells):
    if not cells:
        return ""
    low, high = bootstrap_interval(cells)
    return f"{_signed(_mean_of_cells(cells))} [{_signed(low)}, {_signed(high)}]"


def _all_of(records, name):
    return [record[name] for record in records if name in record]


def _mean_of_cells(cells):
    return _mean([gains.mean() for gains in cells.values()])


def _mean(values):
    return float(np.mean(values)) if len(values) else None


def _signed(value):
    return "" if value is None else f"{value:+.3f}"


def _plain(value, digits=3):
    return "" if value is None else f"{value:.{digits}f}"


def _markdown(lines):
    head, *rest = [f"| {' | '.join(line)} |" for line in lines]
    return "\n".join([head, "|---" * len(lines[0]) + "|", *rest])

"""How many predictions change when the protected value of a row is replaced, and nothing else?

A flip test of the model, not of the world: no cause is claimed, and a model that uses other columns in place of the
protected one passes it unseen.
"""

from dataclasses import replace

import numpy as np

from augment.auditing import charts
from augment.auditing.check import Check, Finding
from augment.auditing.holdout_groups import holdout_groups
from augment.auditing.intervals import wilson_interval
from augment.auditing.learners import KINDS, learners
from augment.auditing.model_gaps import SOURCES

MAX_ROWS = 5000  # holdout rows that are flipped, for each protected column
MAX_CELLS = 20_000  # and in all
FAR = 0.1  # standard deviations of the target by which a predicted number must move to count as changed


def flips(data, rng):
    """Share of holdout rows whose prediction changes when they get the value of a random row of another group."""
    trained = learners(data)
    columns = [j for j in data.protected if j != data.target]
    held = trained.tables.holdout
    per_column = min(MAX_ROWS, MAX_CELLS // max(len(columns), 1))
    jobs, findings = [], []
    for j in columns:
        groups = holdout_groups(data, j, trained.task.rows["holdout"])
        rows = rng.permutation(len(held))[:per_column]
        mates = _of_another_group(groups.codes, rows, rng)
        if mates is None:
            reason = f"The holdout rows are all of one group of {groups.column!r}."
            findings.append(replace(FLIPS.not_assessed(reason), id=f"{FLIPS.id}.{groups.column}"))
            continue
        jobs.append((groups.column, j, rows, mates))
    if not jobs:
        return findings
    flipped = np.concatenate([_flipped(held, j, rows, mates) for _, j, rows, mates in jobs])
    after = trained.predict(flipped)
    start = 0
    for name, _, rows, _ in jobs:
        part = slice(start, start + len(rows))
        start += len(rows)
        findings.append(_finding(name, trained, rows, {key: guess[part] for key, guess in after.items()}))
    return findings


def _of_another_group(codes, rows, rng):
    """For each row, a random row of another group; None where there is one group only."""
    order = np.argsort(codes, kind="stable")
    first, last = (np.searchsorted(codes[order], codes[rows], side=side) for side in ("left", "right"))
    others = len(codes) - (last - first)
    if not others.all():
        return None
    drawn = rng.integers(others)
    return order[np.where(drawn < first, drawn, drawn + last - first)]


def _flipped(held, j, rows, mates):
    table = held[rows].copy()
    table[:, j] = held[mates, j]
    return table


def _finding(name, trained, rows, after):
    """The finding for one protected column: shown, not judged."""
    listing, shares = [], {}
    for kind in KINDS:
        for source in SOURCES:
            changed = _changed(trained.guesses[kind, source][rows], after[kind, source], trained.task)
            share = float(changed.mean())
            shares[kind, source] = share
            low, high = wilson_interval(share, len(rows))
            listing.append({"name": f"{KINDS[kind]}, {source} rows", "value": share, "low": low, "high": high})
    worst = max(KINDS, key=lambda kind: shares[kind, "synthetic"])
    number = "" if trained.task.classes is not None else f" by more than {FAR} deviations of the target"
    top = max(0.1, *(row["high"] for row in listing))
    return Finding(
        id=f"{FLIPS.id}.{name}",
        pillar=FLIPS.pillar,
        title=f"Flip test of {name}: predictions that change with it alone",
        value=shares[worst, "synthetic"],
        interval=next((r["low"], r["high"]) for r in listing if r["name"] == f"{KINDS[worst]}, synthetic rows"),
        goal="lower",
        reference=shares[worst, "real"],
        reference_name="trained on real rows",
        method="Wilson's",
        n={"holdout": len(rows)},
        informational=True,
        worst=listing,
        message=f"Replacing {name!r} by the value of a row of another group changes {shares[worst, 'synthetic']:.1%} "
        f"of {len(rows):,} holdout predictions{number} ({KINDS[worst].lower()} trained on synthetic rows); "
        f"{shares[worst, 'real']:.1%} when trained on real rows. Columns that stand in for it are not seen here.",
        evidence={"charts": [charts.intervals("Share of predictions that change", listing, axis=(0.0, min(top, 1.0)))]},
    )


def _changed(before, after, task):
    """Which rows are predicted otherwise."""
    if task.classes is not None:
        return before.argmax(axis=1) != after.argmax(axis=1)
    return np.abs(before - after)[:, 0] > FAR * (task.y["holdout"].std() or 1.0)


FLIPS = Check("bias.flips", "Flip test of models", flips, needs=("holdout", "target", "protected"))
CHECKS = [FLIPS]

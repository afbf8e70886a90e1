"""Can trees tell synthetic from real sequences by their steps? The discriminative score with an interval and a floor.

The published score (Yoon, Jarrett and van der Schaar, NeurIPS 2019) is the distance from one half of the accuracy of a
recurrent network with half as many units as channels, two or three as a rule, on a fifth of the sequences. It is noisy,
and so weak that differences stay unseen. Boosted trees on the flattened steps and their changes need no luck and see
more; their accuracy stands in the evidence for those who want a number of that form, which is not comparable to
published ones.
"""

from augment.auditing import charts
from augment.auditing.check import Check, Finding, NotAssessed
from augment.auditing.detection import FOLDS, MIN_ROWS, REPEATED
from augment.auditing.sequences.data import NOTHING
from augment.auditing.sequences.gaussian_window import gaussian_windows
from augment.auditing.sequences.steps import told_by_steps


def discriminative(data, rng):
    """AUC of telling synthetic from training sequences, beside that of holdout sequences and of normal windows."""
    if not data.channels:
        raise NotAssessed(NOTHING)
    if min(len(data.train), len(data.synthetic)) < MIN_ROWS:
        raise NotAssessed(f"Needs {MIN_ROWS} training and {MIN_ROWS} synthetic sequences to train a classifier on.")
    parts = data.sequences
    others = {"synthetic": parts["synthetic"], "holdout": parts.get("holdout"), "normal windows": None}
    others["normal windows"] = gaussian_windows(data, data.seed)
    others = {name: part for name, part in others.items() if part is not None and len(part) >= MIN_ROWS}
    found = {name: told_by_steps(parts["train"], part, data, rng) for name, part in others.items()}
    own, real = found["synthetic"], found.get("holdout")
    rows = [[name, f["auc"], *f["interval"], f["accuracy"], abs(f["accuracy"] - 0.5)] for name, f in found.items()]
    columns = ["against train", "AUC", "low", "high", "accuracy", "its distance from one half"]
    beside = "; ".join(f"{name}: {f['auc']:.3f}" for name, f in found.items() if name != "synthetic")
    return [
        Finding(
            id=DISCRIMINATIVE.id,
            pillar=DISCRIMINATIVE.pillar,
            title="Telling synthetic from real sequences by their steps (AUC)",
            value=own["auc"],
            interval=own["interval"],
            goal="lower",
            threshold=data.thresholds[DISCRIMINATIVE.id],
            reference=None if real is None else real["auc"],
            reference_name="" if real is None else "holdout against train",
            method=f"DeLong over {FOLDS} folds",
            n={"train": own["rows"], "synthetic": own["rows"]},
            message=f"Boosted trees tell synthetic from training sequences with an AUC of {own['auc']:.3f}"
            f"{f' ({beside})' if beside else ''}; 0.5 is guessing."
            + (" Far below it, synthetic sequences repeat training sequences." if own["interval"][1] < REPEATED else "")
            + f" The accuracy of the trees is {own['accuracy']:.3f}.",
            evidence={"tables": [charts.table("Told from training sequences", columns, rows)]},
        )
    ]


DISCRIMINATIVE = Check(
    "fidelity.discriminative",
    "Telling synthetic from real sequences",
    discriminative,
    thresholds={"fidelity.discriminative": 0.7},
)
CHECKS = [DISCRIMINATIVE]

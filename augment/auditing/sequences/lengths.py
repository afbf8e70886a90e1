"""Are sequences as long as they were, and do their steps come at the times they did? Each sequence is redrawn whole."""

import numpy as np

from augment.auditing import charts
from augment.auditing.check import Check, NotAssessed
from augment.auditing.resampling import Resampling, kolmogorov_smirnov
from augment.auditing.sequences.scores import cells_of, scored
from augment.auditing.sequences.summaries import log_gaps

PANEL = 24  # bins of the chart


def lengths(data, rng):
    """One minus the Kolmogorov-Smirnov distance of the numbers of steps."""
    values = {name: part.lengths.astype(float) for name, part in data.sequences.items()}
    if len(np.unique(np.concatenate(list(values.values())))) == 1:
        raise NotAssessed(f"All sequences have {int(values['train'][0]):,} steps.")
    owners = {name: np.arange(len(own)) for name, own in values.items()}
    mean = {name: float(own.mean()) for name, own in values.items()}
    note = f" They have {mean['train']:.3g} steps on average in train, and {mean['synthetic']:.3g} in synthetic."
    words = {
        "title": "Lengths of sequences",
        "counted": "Lengths",
        "thing": "length",
        "things": "lengths",
        "note": note,
    }
    return _compared(LENGTHS, words, values, owners, data, rng, "steps")


def gaps(data, rng):
    """One minus the Kolmogorov-Smirnov distance of the times between consecutive steps, over all steps.

    A sequence is redrawn with all its gaps, since they are not independent.
    """
    if not data.timed:
        raise NotAssessed("Needs time=: the column that tells when each row happened.")
    found = {name: log_gaps(part, data.parts["train"]) for name, part in data.sequences.items()}
    if not min(len(values) for values, _ in found.values()):
        raise NotAssessed("No sequence has two steps.")
    values, owners = ({name: own[k] for name, own in found.items()} for k in (0, 1))
    words = {"title": "Gaps between steps", "counted": "The times between steps", "thing": "gap", "things": "gaps"}
    return _compared(GAPS, words, values, owners, data, rng, "log(1 + gap over the median gap of train)")


def _compared(check, words, values, owners, data, rng, axis):
    """The finding on numbers of which each sequence has one or several."""
    cells, size = cells_of(values)
    entries = {name: (owners[name], own, np.ones(len(own))) for name, own in cells.items()}

    def distance(first, second):
        shares = [sums / np.maximum(sums.sum(axis=-1, keepdims=True), 1e-12) for sums in (first, second)]
        return kolmogorov_smirnov(*shares)[:, None]

    evidence = {"mean": {"charts": [charts.histograms(words["title"], [_panel(axis, values)])]}}
    resampling = Resampling(data.sizes, rng)
    return scored(check, words, [check.title], resampling, resampling.add(entries, size), distance, data, evidence)


def _panel(axis, values):
    """Shares of the numbers in common bins."""
    real, synthetic = values["train"], values["synthetic"]
    high = max(np.quantile(real, 0.995), np.quantile(synthetic, 0.995))
    low = min(real.min(), synthetic.min())
    edges = np.linspace(low, high if high > low else low + 1, PANEL + 1)
    shares = [np.histogram(own.clip(low, edges[-1]), edges)[0] / len(own) for own in (real, synthetic)]
    return {
        "name": axis,
        "category": False,
        "labels": [f"{edge:.4g}" for edge in edges],
        "real": shares[0].round(5).tolist(),
        "synthetic": shares[1].round(5).tolist(),
        "n": {"real": len(real), "synthetic": len(synthetic)},
        "unique": False,
    }


LENGTHS = Check("fidelity.lengths", "Lengths of sequences", lengths, thresholds={"fidelity.lengths": 0.05})
GAPS = Check("fidelity.gaps", "Gaps between steps", gaps, thresholds={"fidelity.gaps": 0.05})
CHECKS = [LENGTHS, GAPS]

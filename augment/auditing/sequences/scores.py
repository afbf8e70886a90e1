"""Scores of what sequences do in time, from sums over each of them: redrawn, and held against fresh real sequences.

What is compared (autocorrelations, transitions, gaps) is a function of means over sequences, so that groups of whole
sequences can be redrawn and halves of the real ones compared, as `augment.auditing.resampling` does with rows.
"""

from dataclasses import replace

import numpy as np

from augment.auditing.fidelity import mean_finding, score_findings

GRID = 100  # cells of numbers whose distributions are compared


def scored(check, words, names, resampling, sums, distance, data, evidence=None, baseline=None):
    """The findings on the mean and the worst of scores, 1 less a distance; of a single score only one.

    Parameters
    ----------
    check : Check
    words : dict
        As `augment.auditing.fidelity.score_findings` takes them.
    names : list of str
        What each score is of.
    resampling : Resampling
    sums : dict of str to ndarray of shape (groups, cells)
        By table, what the sequences of each group add to each cell: see `Resampling.add`.
    distance : callable (first, second) -> ndarray
        Between 0 and 1, (draws, scores), of means over sequences, (draws, cells).
    data : SequenceData
    evidence : dict, optional
        Of the two findings, "mean" and "worst".
    baseline : ndarray of shape (1, cells), optional
        The mean over windows of a normal distribution with the moments of train.

    Returns
    -------
    list of Finding
    """
    evidence = {"mean": {}, "worst": {}} | (evidence or {})
    scores = {
        "value": 1 - resampling.observed(sums, distance),
        "redrawn": 1 - resampling.redrawn(sums, distance),
        "ceiling": 1 - resampling.ceiling_distance(sums, distance),
        "counted": np.ones(len(names), bool),
    }
    scores["mean_ceiling"] = scores["ceiling"].mean()
    if baseline is not None:
        gaussian = float(1 - distance(resampling.whole["train"] @ sums["train"], baseline).mean())
        said = f"{words.get('note', '')} Windows of a normal distribution would score {gaussian:.3f}."
        words = {**words, "note": said}
        evidence["mean"] = with_fact(evidence["mean"], "windows_of_a_normal_distribution", gaussian)
    if len(names) == 1:
        return [_of_one(renamed(mean_finding(check, words, resampling, scores, data, evidence["mean"])))]
    return [renamed(finding) for finding in score_findings(check, words, names, resampling, scores, data, evidence)]


def with_fact(evidence, name, value):
    """The evidence with one more fact."""
    return {**evidence, "facts": {**evidence.get("facts", {}), name: value}}


def renamed(finding):
    """The finding of a check of tables in words of sequences."""
    charts = [_renamed_words(chart, ("title", "mark")) for chart in finding.evidence.get("charts", [])]
    evidence = {**finding.evidence, **({"charts": charts} if charts else {})}
    return replace(finding, message=_renamed(finding.message), evidence=evidence)


def _of_one(finding):
    """The finding on a single score, which is no average."""
    title, message = finding.title.removesuffix(", on average"), finding.message.replace(" on average", "", 1)
    return replace(finding, title=title, message=message)


def _renamed_words(shown, names):
    return {**shown, **{name: _renamed(shown[name]) for name in names if name in shown}}


def _renamed(words):
    return words.replace("real rows", "real sequences")


def dense(values):
    """Entries of a matrix (n, cells): what each sequence adds to each cell."""
    n, width = values.shape
    return np.repeat(np.arange(n), width), np.tile(np.arange(width), n), values.ravel()


def cells_of(values, n_most=GRID):
    """Cells of numbers for a Kolmogorov-Smirnov distance: by table the cell of each, and how many cells.

    Parameters
    ----------
    values : dict of str to ndarray
        Of train and synthetic the quantiles are the bounds. NaN has the last cell.

    Examples
    --------
    >>> cells, size = cells_of({"train": np.array([1.0, 2.0]), "synthetic": np.array([2.0, np.nan])})
    >>> cells["synthetic"].tolist(), size
    ([1, 3], 4)
    """
    present = np.concatenate([values["train"], values["synthetic"]])
    present = np.unique(present[~np.isnan(present)])
    if len(present) > n_most:
        present = np.unique(np.quantile(present, np.linspace(0, 1, n_most), method="nearest"))
    size = len(present)
    cells = {name: np.where(np.isnan(v), size + 1, np.searchsorted(present, v)) for name, v in values.items()}
    return cells, size + 2

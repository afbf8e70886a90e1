"""Do the channels of a sequence move together as they did, at the same step and from one step to the next?

The published "correlational" score is the sum of the absolute differences at the same step over all pairs, a channel
with itself among them, over ten (Liao et al. 2020; Yuan and Qiao 2024). It grows with the square of the number of
channels, so that it stands in the evidence, beside that of halves of the real sequences; judged are the single pairs.
"""

import numpy as np

from augment.auditing import charts
from augment.auditing.check import Check, NotAssessed
from augment.auditing.resampling import Resampling
from augment.auditing.sequences.gaussian_window import gaussian_windows
from augment.auditing.sequences.scores import scored, with_fact

MOST = 20  # channels; of more, the first ones
MOMENTS = 6  # sums that a correlation is made of


def crosscorrelation(data, rng):
    """1 - |difference of correlations| / 2 of each pair of channels, over all steps, at lag 0 and at lag 1."""
    places = data.numeric[:MOST]
    if len(places) < 2:
        raise NotAssessed("Needs two channels of numbers.")
    lag1 = data.longest > 1
    members = [(a, b, 0) for k, a in enumerate(places) for b in places[k + 1 :]]
    members += [(a, b, 1) for a in places for b in places if a != b] if lag1 else []
    scale, resampling = _scale(data, places), Resampling(data.sizes, rng)
    sums = {name: _sums(part, resampling.labels[name], members, scale) for name, part in data.sequences.items()}
    gaussian = gaussian_windows(data, data.seed)
    if gaussian is not None:
        gaussian = _sums(gaussian, np.zeros(len(gaussian), int), members, scale) / len(gaussian)

    def distance(first, second):
        return np.abs(correlations(first) - correlations(second)) / 2

    named = [data.channels[j].name for j in range(len(data.channels))]
    names = [f"{named[a]} × {named[b]}" + f"{' a step later' if lag else ''}" for a, b, lag in members]
    words = {
        "title": "Correlations between channels",
        "thing": "pair of channels",
        "things": "pairs of channels",
        "counted": f"{len(members):,} correlations of {len(places)} channels at lags 0 and 1",
    }
    means = {name: resampling.whole[name] @ own for name, own in sums.items()}
    evidence = _evidence(means, names, members, gaussian)
    return scored(CROSSCORRELATION, words, names, resampling, sums, distance, data, evidence, gaussian)


def _scale(data, places):
    """Mean and deviation of each channel in train: sums of scaled values lose no digits."""
    train = data.sequences["train"].values
    scale = {}
    for j in places:
        own = train[:, j][~np.isnan(train[:, j])]
        scale[j] = (own.mean(), own.std() or 1.0) if len(own) else (0.0, 1.0)
    return scale


def _sums(part, groups, members, scale):
    """What the sequences of each group add to the sums of each correlation, (groups, members * moments)."""
    steps, owners, n = part.followed, groups[part.owners], groups.max() + 1
    found = np.empty((n, len(members), MOMENTS))
    scaled = {j: np.clip((part.values[:, j] - mean) / spread, -1e6, 1e6) for j, (mean, spread) in scale.items()}
    for k, (a, b, lag) in enumerate(members):
        x, y, whose = scaled[a], scaled[b], owners
        if lag:
            x, y, whose = x[steps], y[steps + 1], owners[steps]
        there = ~np.isnan(x) & ~np.isnan(y)
        x, y, whose = x[there], y[there], whose[there]
        for m, own in enumerate((np.ones(len(x)), x, y, x * x, y * y, x * y)):
            found[:, k, m] = np.bincount(whose, own, n)
    return found.reshape(n, -1)


def correlations(sums):
    """Correlations (draws, members) of means of sums (draws, members times six); 0 where a channel does not vary.

    Examples
    --------
    >>> x, y = np.array([1.0, 2.0, 4.0]), np.array([2.0, 1.0, 5.0])
    >>> sums = np.array([[3, x.sum(), y.sum(), (x * x).sum(), (y * y).sum(), (x * y).sum()]])
    >>> bool(np.isclose(correlations(sums)[0, 0], np.corrcoef(x, y)[0, 1]))
    True
    """
    n, x, y, xx, yy, xy = np.moveaxis(sums.reshape(len(sums), -1, MOMENTS), 2, 0)
    n = np.maximum(n, 1e-12)
    variance = np.maximum(xx / n - (x / n) ** 2, 0) * np.maximum(yy / n - (y / n) ** 2, 0)
    covariance = xy / n - x * y / n**2
    return np.clip(np.where(variance > 1e-18, covariance / np.sqrt(np.maximum(variance, 1e-18)), 0.0), -1, 1)


def _evidence(means, names, members, gaussian):
    """The correlations in each table, and the published score."""
    known = {name: correlations(own)[0] for name, own in means.items()}
    rows = [[name, *(float(own[k]) for own in known.values())] for k, name in enumerate(names)]
    columns = ["pair", *(f"correlation, {name}" for name in known)]
    together = np.array([lag == 0 for _, _, lag in members])

    def published(other):
        return float(np.abs(known["train"] - other)[together].sum() / 10)

    facts = {f"published_correlational_score_{name}": published(own) for name, own in known.items() if name != "train"}
    evidence = {"facts": facts, "tables": [charts.table("Correlations between channels", columns, rows)]}
    if gaussian is not None:
        drawn = correlations(gaussian)[0]
        evidence = with_fact(evidence, "published_correlational_score_normal_windows", published(drawn))
    return {"mean": evidence}


CROSSCORRELATION = Check(
    "fidelity.crosscorrelation",
    "Correlations between channels",
    crosscorrelation,
    thresholds={"fidelity.crosscorrelation": 0.03, "fidelity.crosscorrelation.worst": 0.05},
)
CHECKS = [CROSSCORRELATION]

"""Do the values of a sequence follow each other as they did? Autocorrelations of each channel at the first lags."""

import numpy as np

from augment.auditing import charts
from augment.auditing.check import Check, NotAssessed
from augment.auditing.resampling import Resampling
from augment.auditing.sequences.gaussian_window import gaussian_windows
from augment.auditing.sequences.scores import dense, scored
from augment.auditing.sequences.summaries import autocorrelations

LAGS = 10
SHOWN = 2  # channels in the chart


def autocorrelation(data, rng):
    """1 - |difference of autocorrelations| / 2, for each channel and lag up to half of what a quarter are longer than.

    An autocorrelation is the mean over sequences of their own, about their own means, so that neither levels nor scales
    of sequences count. Real and synthetic ones share the bias that short sequences give it.
    """
    long = min(np.quantile(data.sequences[name].lengths, 0.75) for name in ("train", "synthetic"))
    lags = min(LAGS, int(long) // 2)
    places = [j for j in data.numeric if lags and _varies(data, j)]
    if not places:
        raise NotAssessed("Needs a channel of numbers in sequences of three steps or more that vary.")
    members = [(j, lag) for j in places for lag in range(lags)]
    half = len(members)
    resampling = Resampling(data.sizes, rng)
    sums = resampling.add({name: dense(_known(part, places, lags)) for name, part in data.sequences.items()}, 2 * half)
    gaussian = gaussian_windows(data, data.seed)

    def distance(first, second):
        means = [sums[:, :half] / np.maximum(sums[:, half:], 1e-12) for sums in (first, second)]
        both = (first[:, half:] > 0) & (second[:, half:] > 0)
        return np.where(both, np.abs(means[0] - means[1]) / 2, 0.5)

    names = [f"{data.channels[j].name} at lag {lag + 1}" for j, lag in members]
    words = {
        "title": "Autocorrelations",
        "thing": "autocorrelation",
        "things": "autocorrelations",
        "counted": f"The autocorrelations of {len(places)} channel{'s' * (len(places) > 1)} at lags 1 to {lags}",
    }
    evidence = {"mean": _evidence(data, resampling, sums, places, lags)}
    baseline = None if gaussian is None else _known(gaussian, places, lags).mean(axis=0, keepdims=True)
    return scored(AUTOCORRELATION, words, names, resampling, sums, distance, data, evidence, baseline)


def _varies(data, j):
    return all(np.isfinite(autocorrelations(data.sequences[name], j, 1)).any() for name in ("train", "synthetic"))


def _known(part, places, lags):
    """Each autocorrelation of each sequence, 0 where it has none, and whether it has one: (n, 2 * channels * lags)."""
    found = np.concatenate([autocorrelations(part, j, lags) for j in places], axis=1)
    there = np.isfinite(found)
    return np.concatenate([np.where(there, found, 0.0), there], axis=1)


def _evidence(data, resampling, sums, places, lags):
    """The autocorrelations themselves, as a chart of those that differ most and as a table."""
    means = {}
    for name, own in sums.items():
        found, count = (resampling.whole[name] @ own).reshape(2, len(places), lags)
        means[name] = found / np.maximum(count, 1e-12)
    apart = np.abs(means["train"] - means["synthetic"]).max(axis=1)
    series = []
    for k in np.argsort(-apart, kind="stable")[:SHOWN]:
        for name, word in (("train", "real"), ("synthetic", "synthetic")):
            values = [1.0, *means[name][k].round(4).tolist()]
            series.append({"name": f"{data.channels[places[k]].name}, {word}", "x": [*range(lags + 1)], "y": values})
    rows = [
        [data.channels[j].name, f"lag {lag + 1}", *(float(own[k, lag]) for own in means.values())]
        for k, j in enumerate(places)
        for lag in range(lags)
    ]
    chart = charts.lines("Autocorrelation of the channels that differ most", "lag", "autocorrelation", series)
    columns = ["channel", "at", *(f"autocorrelation, {name}" for name in means)]
    return {"charts": [chart], "tables": [charts.table("Autocorrelations", columns, rows)]}


AUTOCORRELATION = Check(
    "fidelity.autocorrelation",
    "Autocorrelations",
    autocorrelation,
    thresholds={"fidelity.autocorrelation": 0.03, "fidelity.autocorrelation.worst": 0.05},
)
CHECKS = [AUTOCORRELATION]

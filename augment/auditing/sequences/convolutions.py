"""What fixed random convolutions see in sequences: the same numbers on every machine, with nothing trained.

Of each random kernel the share of places where it answers above its bias (Dempster, Petitjean and Webb 2020, ROCKET;
2021, MiniRocket). Kernels have nine weights at distances of 1, 2, 4, ... steps; half of them have the sum zero and see
shapes, the others see levels, too. Bounded numbers, so that no single sequence is the whole of a distance.
"""

import hashlib

import numpy as np
from scipy import stats

from augment.auditing.sequences.summaries import log_gaps

KERNELS, WEIGHTS = 256, 9
SEED = 0  # fixed: distances of two audits are comparable only where the features are the same
NAME = "random-convolutions-1d-256"
STEPS = 256  # at most; of longer sequences every second, third, ... step is seen
CODES = 4  # numbers that stand for a category
CLIP = 5.0  # deviations from the mean
PRIOR = 4  # places added to each sequence, with the share that noise would have: short ones are not all extremes
BUDGET = 4_000_000  # numbers in the windows of one look


def context_features(part, data):
    """Features of each sequence, (n, 256), between 0 and 1.

    Parameters
    ----------
    part : Sequences
    data : SequenceData
        Its training sequences give the scale.

    Examples
    --------
    >>> from augment.auditing.sequences.prepared import prepare
    >>> series = np.random.default_rng(0).normal(size=(20, 30))
    >>> data = prepare(series, series, kind="series")
    >>> context_features(data.sequences["train"], data).shape
    (20, 256)
    """
    steps, lengths = _scaled(part, data)
    kernels = _kernels(steps.shape[2], steps.shape[1])
    widest = max(len(places) for places, *_ in kernels.values())
    rows = max(1, BUDGET // (steps.shape[1] * (WEIGHTS * steps.shape[2] + widest)))
    starts = range(0, len(steps), rows)
    return np.concatenate([_look(steps[i : i + rows], lengths[i : i + rows], kernels) for i in starts])


def _scaled(part, data):
    """Steps (n, time, inputs) in deviations of train, zeros where missing or after the end, and how many each has."""
    train = data.sequences["train"]
    blocks = [_numbers(part.values[:, j], train.values[:, j]) for j in data.numeric]
    blocks += [_codes(part.values[:, j], data.channels[j]) for j in data.categorical]
    if data.timed:
        gaps = np.full(len(part.values), np.nan)
        gaps[part.followed + 1] = log_gaps(part, train)[0]
        blocks.append(_numbers(gaps, log_gaps(train, train)[0]))
    inputs = np.concatenate(blocks, axis=1)
    every = max(1, -(-data.longest // STEPS))
    places = part.places // every
    seen = part.places % every == 0
    steps = np.zeros((len(part), max(-(-data.longest // every), 1), inputs.shape[1]), "float32")
    steps[part.owners[seen], places[seen]] = inputs[seen]
    return steps, -(-part.lengths // every)


def _numbers(values, known):
    known = known[~np.isnan(known)]
    mean, spread = (known.mean(), known.std() or 1.0) if len(known) else (0.0, 1.0)
    return np.nan_to_num(np.clip((values - mean) / spread, -CLIP, CLIP))[:, None]


def _codes(values, channel):
    """Numbers that stand for categories: of one label always the same, and the same for everyone."""
    digests = [hashlib.sha256(label.encode("utf-8", "surrogatepass")).digest() for label in channel.labels]
    table = [np.random.default_rng(list(digest)).normal(size=CODES) for digest in digests]
    table = np.array([*table, np.zeros(CODES)])
    return table[np.where(np.isnan(values), len(table) - 1, values).astype(int)]


def _kernels(inputs, length):
    """For each distance of the weights: which features these kernels give, weights (9 * inputs, k) and biases (k,)."""
    rng = np.random.Generator(np.random.PCG64(SEED))
    most = max(int(np.log2(max((length - 1) / (WEIGHTS - 1), 1))), 0)
    weights = rng.standard_normal((KERNELS, WEIGHTS, inputs))
    weights[::2] -= weights[::2].mean(axis=1, keepdims=True)
    chosen = rng.random((KERNELS, inputs)) < rng.uniform(0, 1, (KERNELS, 1))  # a few inputs or many
    chosen[np.arange(KERNELS), rng.integers(inputs, size=KERNELS)] = True
    weights *= chosen[:, None]
    weights /= np.sqrt((weights**2).sum(axis=(1, 2), keepdims=True))
    biases, dilations = rng.standard_normal(KERNELS), 2 ** np.minimum(rng.integers(8, size=KERNELS), most)
    return {
        int(dilation): (places, weights[places].reshape(len(places), -1).T.astype("float32"), biases[places])
        for dilation in np.unique(dilations)
        for places in [np.flatnonzero(dilations == dilation)]
    }


def _look(steps, lengths, kernels):
    """Shares of places where each kernel answers above its bias."""
    n, length, inputs = steps.shape
    inside = np.arange(length) < lengths[:, None]
    found = np.empty((n, KERNELS))
    for dilation, (places, weights, biases) in kernels.items():
        margin = dilation * (WEIGHTS // 2)
        padded = np.pad(steps, [(0, 0), (margin, margin), (0, 0)])
        windows = np.stack([padded[:, k * dilation : k * dilation + length] for k in range(WEIGHTS)], axis=2)
        above = (windows.reshape(n, length, -1) @ weights > biases) & inside[..., None]
        expected = stats.norm.sf(biases)
        found[:, places] = (above.sum(axis=1) + PRIOR * expected) / (lengths[:, None] + PRIOR)
    return found

"""Do synthetic windows lie nearer to training windows, or nearly copy them, more than windows without memory would?

The same numbers as for images, in flattened windows: whatever is found against train is found against as many holdout
windows, too. Both are alarms. Windows are looked at as they are and, since a model may learn levels and shapes apart,
in deviations from their own mean: a training window is copied, too, where it comes back at another level or scale.
"""

import numpy as np

from augment.auditing.check import LEVEL, Check, Finding, NotAssessed
from augment.auditing.copies import clearest
from augment.auditing.images.nearness import Nearness
from augment.auditing.intervals import rate_difference_interval, wilson_interval
from augment.auditing.neighbours import drawn

MOST = 3_000  # windows of each part
SPACES = {"values": "values", "shapes": "shapes, whatever their level and scale"}


def near_windows(data, rng):
    """Share of synthetic windows nearer to a training window, and training windows nearly copied, beyond chance."""
    if not data.windows:
        raise NotAssessed("Needs series of numbers of one length without missing values: see privacy.distances.")
    level = 1 - (1 - LEVEL) / len(SPACES)
    found = {space: Nearness(points) for space, points in _points(data, rng).items()}
    shares = [_share(near, space, data, level) for space, near in found.items()]
    return clearest(shares) + clearest([_near(near, space, data, level) for space, near in found.items()])


def _points(data, rng):
    """Flattened windows of each space: equally many of train and holdout."""
    real = min(data.sizes["train"], data.sizes["holdout"], MOST)
    sizes = {"train": real, "holdout": real, "synthetic": min(data.sizes["synthetic"], MOST)}
    scale = data.sequences["train"].values.std(axis=0)
    scale[scale == 0] = 1.0
    windows = {}
    for name, size in sizes.items():
        part = data.sequences[name].take(rng.permutation(data.sizes[name])[:size])
        windows[name] = (part.values / scale).reshape(size, data.longest, -1)
    spaces = {"values": windows, "shapes": {name: _shapes(own) for name, own in windows.items()}}
    return {space: {name: own.reshape(len(own), -1) for name, own in of.items()} for space, of in spaces.items()}


def _shapes(windows):
    """Each channel of each window (n, time, channels) in its own deviations from its own mean; 0 where it is constant.

    Examples
    --------
    >>> _shapes(np.array([[[1.0], [3.0]], [[5.0], [5.0]]]))[..., 0].tolist()
    [[-1.0, 1.0], [0.0, 0.0]]
    """
    moved = windows - windows.mean(axis=1, keepdims=True)
    spread = windows.std(axis=1, keepdims=True)
    known = spread > 1e-9 * np.abs(windows).max(axis=1, keepdims=True)
    return np.where(known, moved / np.where(known, spread, 1.0), 0.0)


def _share(near, space, data, level):
    share, effective = near.nearer_to_train()
    return Finding(
        id=WINDOWS.id,
        pillar=WINDOWS.pillar,
        title="Overfitting alarm: nearer to training than to holdout windows",
        value=share,
        interval=wilson_interval(share, effective, level),
        level=level,
        goal="lower",
        threshold=data.thresholds[WINDOWS.id],
        alarm_only=True,
        reference=0.5,
        reference_name="no memory",
        method="Wilson's, of the effective number of different nearest windows, for two spaces at once",
        n=near.n,
        message=f"In {SPACES[space]}, {share:.3f} of synthetic windows lie nearer to a training window than to any of "
        f"as many holdout windows; 0.5 is what windows without memory would do.{drawn(data, near.n)}",
        evidence={"facts": {"space": space}},
    )


def _near(near, space, data, level):
    counts, identity = [near.near_copies(name) for name in ("train", "holdout")], f"{WINDOWS.id}.near"
    rates = [seen / max(trials, 1) for seen, trials in counts]
    return Finding(
        id=identity,
        pillar=WINDOWS.pillar,
        title="Near copies of training windows, beyond chance",
        value=rates[0] - rates[1],
        interval=rate_difference_interval(*counts, level),
        level=level,
        goal="lower",
        threshold=data.thresholds[identity],
        alarm_only=True,
        reference=rates[1],
        reference_name="the same of holdout windows",
        method="Newcombe's, from exact intervals of both rates, for two spaces at once",
        n=near.n,
        message=f"In {SPACES[space]}, {counts[0][0]:,} of {counts[0][1]:,} training windows, and {counts[1][0]:,} of "
        f"{counts[1][1]:,} holdout windows, have a synthetic one nearer ({near.cut:.3g}) than 99 in 100 real windows "
        f"have any other real one.{drawn(data, near.n)}",
        evidence={"facts": {"space": space, "distance": near.cut}},
    )


WINDOWS = Check(
    "privacy.windows",
    "Windows near training windows",
    near_windows,
    needs=("holdout",),
    thresholds={"privacy.windows": 0.55, "privacy.windows.near": 0.0},
)
CHECKS = [WINDOWS]

"""Do synthetic windows lie nearer to training windows, or nearly copy them, more than windows without memory would?

The same numbers as for images, in flattened windows: whatever is found against train is found against as many holdout
windows, too. Both are alarms.
"""

from augment.auditing.check import Check, Finding, NotAssessed
from augment.auditing.images.nearness import Nearness
from augment.auditing.intervals import rate_difference_interval, wilson_interval
from augment.auditing.neighbours import drawn

MOST = 3_000  # windows of each part


def near_windows(data, rng):
    """Share of synthetic windows nearer to a training window, and training windows nearly copied, beyond chance."""
    if not data.windows:
        raise NotAssessed("Needs series of numbers of one length without missing values: see privacy.distances.")
    near = Nearness(_points(data, rng))
    return [_share(near, data), _near(near, data)]


def _points(data, rng):
    """Flattened windows in deviations of each channel of train: equally many of train and holdout."""
    real = min(data.sizes["train"], data.sizes["holdout"], MOST)
    sizes = {"train": real, "holdout": real, "synthetic": min(data.sizes["synthetic"], MOST)}
    scale = data.sequences["train"].values.std(axis=0)
    scale[scale == 0] = 1.0
    points = {}
    for name, size in sizes.items():
        part = data.sequences[name].take(rng.permutation(data.sizes[name])[:size])
        points[name] = (part.values / scale).reshape(size, -1)
    return points


def _share(near, data):
    share, effective = near.nearer_to_train()
    return Finding(
        id=WINDOWS.id,
        pillar=WINDOWS.pillar,
        title="Overfitting alarm: nearer to training than to holdout windows",
        value=share,
        interval=wilson_interval(share, effective),
        goal="lower",
        threshold=data.thresholds[WINDOWS.id],
        alarm_only=True,
        reference=0.5,
        reference_name="no memory",
        method="Wilson's, of the effective number of different nearest windows",
        n=near.n,
        message=f"{share:.3f} of synthetic windows lie nearer to a training window than to any of as many holdout "
        f"windows; 0.5 is what windows without memory would do.{drawn(data, near.n)}",
    )


def _near(near, data):
    counts, identity = [near.near_copies(name) for name in ("train", "holdout")], f"{WINDOWS.id}.near"
    rates = [seen / max(trials, 1) for seen, trials in counts]
    return Finding(
        id=identity,
        pillar=WINDOWS.pillar,
        title="Near copies of training windows, beyond chance",
        value=rates[0] - rates[1],
        interval=rate_difference_interval(*counts),
        goal="lower",
        threshold=data.thresholds[identity],
        alarm_only=True,
        reference=rates[1],
        reference_name="the same of holdout windows",
        method="Newcombe's, from exact intervals of both rates",
        n=near.n,
        message=f"{counts[0][0]:,} of {counts[0][1]:,} training windows, and {counts[1][0]:,} of {counts[1][1]:,} "
        f"holdout windows, have a synthetic one nearer ({near.cut:.3g}) than 99 in 100 real windows have any other "
        f"real one.{drawn(data, near.n)}",
        evidence={"facts": {"distance": near.cut}},
    )


WINDOWS = Check(
    "privacy.windows",
    "Windows near training windows",
    near_windows,
    needs=("holdout",),
    thresholds={"privacy.windows": 0.55, "privacy.windows.near": 0.0},
)
CHECKS = [WINDOWS]

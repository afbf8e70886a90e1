"""Do synthetic images repeat training images, exactly or nearly, more than they repeat images the generator never saw?

Whatever is found against the training images is found against as many holdout images, too: what goes beyond is memory.
All are alarms: they fail, or they stay silent, and silence proves nothing.
"""

import numpy as np

from augment.auditing import charts
from augment.auditing.check import FAIL, LEVEL, Check, Finding
from augment.auditing.copies import clearest, repeated_beyond_chance
from augment.auditing.images.holdout import image_keys
from augment.auditing.images.nearness import Nearness, codes, flat
from augment.auditing.images.pictures import picture
from augment.auditing.intervals import rate_difference_interval, wilson_interval
from augment.auditing.neighbours import drawn

RATIO = 1 / 3  # of the distances to the nearest and to the second nearest real image: Yoon et al. 2023, Gu et al. 2023
SHOWN = 20  # closest pairs
SPACES = {
    "pixels": "pixels",
    "code": "the main components of pixels",
    "spectra": "the amplitudes of frequencies, which are the same where an image is moved or mirrored",
}


def exact_copies(data, rng):
    """Rates at which training and holdout images are repeated to the pixel."""
    return [repeated_beyond_chance(COPIES.id, "images", image_keys(data), data, 1)]


def near_copies(data, rng):
    """Near copies, images singled out, and the share nearer to training images, in the spaces of `SPACES`.

    All spaces are looked at, at one level together, and the one that shows more is reported.
    """
    level = 1 - (1 - LEVEL) / len(SPACES)
    points = flat(data, rng)
    found = {
        "pixels": Nearness(points.pixels),
        "code": Nearness(codes(points.pixels, int(rng.integers(2**31)))),
        "spectra": Nearness(points.spectra),
    }
    near = clearest([_near(near, space, data, level) for space, near in found.items()])
    ratio = clearest([_ratio(near, space, data, level) for space, near in found.items()])
    share = clearest([_share(near, space, data, level) for space, near in found.items()])
    shown = near[0].evidence["facts"]["space"] if near[0].verdict == FAIL else "pixels"
    near[0].evidence["charts"] = [_closest(found[shown], points.rows, data)]
    return [*near, *ratio, *share]


def _counts(identity, title, counts, data, level, n, message, evidence):
    """The finding on counts of training and of holdout images, each out of so many."""
    (train, holdout), rates = counts, [seen / max(trials, 1) for seen, trials in counts]
    return Finding(
        id=identity,
        pillar="privacy",
        title=title,
        value=rates[0] - rates[1],
        interval=rate_difference_interval(train, holdout, level),
        level=level,
        goal="lower",
        threshold=data.thresholds[identity],
        alarm_only=True,
        reference=rates[1],
        reference_name="the same of holdout images",
        method="Newcombe's, from exact intervals of both rates, for three spaces at once",
        n=n,
        message=message + drawn(data, n),
        evidence=evidence,
    )


def _near(near, space, data, level):
    """The finding on real images that have a synthetic one nearer than real images nearly ever are to each other."""
    counts = [near.near_copies(name) for name in ("train", "holdout")]
    message = (
        f"In {SPACES[space]}, {counts[0][0]:,} of {counts[0][1]:,} training images, and {counts[1][0]:,} of "
        f"{counts[1][1]:,} holdout images, have a synthetic image nearer ({near.cut:.3g}) than 99 in 100 real images "
        "have any other real one."
    )
    facts = {"space": space, "distance": near.cut}
    return _counts(
        f"{DISTANCES.id}.near",
        "Near copies of training images, beyond chance",
        counts,
        data,
        level,
        near.n,
        message,
        {"facts": facts},
    )


def _ratio(near, space, data, level):
    """The finding on real images that a synthetic one lies three times nearer to than to the second nearest."""
    counts = [near.singled_out(name, RATIO) for name in ("train", "holdout")]
    shares = {name: float((near.ratios(name) < RATIO).mean()) for name in ("train", "holdout")}
    message = (
        f"In {SPACES[space]}, {counts[0][0]:,} of {counts[0][1]:,} training images, and {counts[1][0]:,} of as many "
        f"holdout images, are singled out: a synthetic image lies three times nearer to them than to the second "
        f"nearest. So do {shares['train']:.1%} of synthetic images, and {shares['holdout']:.1%} against the holdout."
    )
    facts = {"space": space, **{f"share_against_{name}": share for name, share in shares.items()}}
    identity, title = f"{DISTANCES.id}.ratio", "Training images singled out, beyond chance"
    return _counts(identity, title, counts, data, level, near.n, message, {"facts": facts})


def _share(near, space, data, level):
    """The finding on the share of synthetic images nearer to a training image than to any of as many of the holdout."""
    share, effective = near.nearer_to_train()
    return Finding(
        id=DISTANCES.id,
        pillar="privacy",
        title="Overfitting alarm: nearer to train than to holdout images",
        value=share,
        interval=wilson_interval(share, effective, level),
        level=level,
        goal="lower",
        threshold=data.thresholds[DISTANCES.id],
        alarm_only=True,
        reference=0.5,
        reference_name="no memory",
        method="Wilson's, of the effective number of different nearest images, for three spaces at once",
        n=near.n,
        message=f"In {SPACES[space]}, {share:.3f} of synthetic images lie nearer to a training image than to any of as "
        "many holdout images; 0.5 is what images without memory would do. A good share is no proof of privacy: it "
        f"cannot see a few copied images.{drawn(data, near.n)}",
        evidence={"facts": {"space": space, "effective_number_of_nearest_images": float(effective)}},
    )


def _closest(near, rows, data):
    """Pictures of the synthetic images nearest to training images, beside these and the nearest holdout images."""
    panels, shown = [], set()
    for g in np.argsort(near.squared["train"][:, 0], kind="stable"):
        at = {name: int(near.which[name][g]) for name in ("train", "holdout")}
        if at["train"] in shown:
            continue
        shown.add(at["train"])
        places = {"synthetic": rows["synthetic"][g], **{name: rows[name][k] for name, k in at.items()}}
        distance = {name: float(np.sqrt(near.squared[name][g, 0])) for name in at}
        panels.append(
            {
                "name": f"distance {distance['train']:.3g}, to the holdout {distance['holdout']:.3g}",
                "pictures": [picture(data, name, [int(place)]) for name, place in places.items()],
            }
        )
        if len(panels) == SHOWN:
            break
    return charts.pictures("The closest pairs: synthetic, nearest training and nearest holdout image", panels)


COPIES = Check(
    "privacy.copies", "Copied training images", exact_copies, needs=("holdout",), thresholds={"privacy.copies": 0.0}
)
DISTANCES = Check(
    "privacy.distances",
    "Images near training images",
    near_copies,
    needs=("holdout",),
    thresholds={"privacy.distances": 0.55, "privacy.distances.near": 0.0, "privacy.distances.ratio": 0.0},
)
CHECKS = [COPIES, DISTANCES]

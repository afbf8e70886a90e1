"""Is the holdout a holdout? One with training images, or of another population, makes comparisons with it worthless."""

import numpy as np

from augment.auditing.holdout import beyond_chance
from augment.auditing.images.features import features_of
from augment.auditing.images.kernel_distance import LEAST, kernel_distances

MOST = 2_000  # images of each part that are compared
UNLIKE = 0.01  # kernel distance from which the holdout counts as another population
ERRORS = 3.3  # standard errors: a true holdout is refused once in a thousand times


def image_keys(data):
    """Numbers that are equal where images are equal to the pixel, by part."""
    same = len({part.dtype for part in data.tables.values()}) == 1
    rows = [part.reshape(len(part), -1) for part in data.tables.values()]
    rows = [np.ascontiguousarray(part if same else part.astype("float64")) for part in rows]
    hashed = np.array([hash(image.tobytes()) for part in rows for image in part])
    _, keys = np.unique(hashed, return_inverse=True)
    return dict(zip(data.tables, np.split(keys, np.cumsum([len(part) for part in rows])[:-1]), strict=True))


def training_images(data):
    """A sentence about training images in the holdout when there are more than chance explains; empty otherwise."""
    if data.holdout is None:
        return ""
    keys = image_keys(data)
    if not beyond_chance(keys["train"], keys["holdout"]):
        return ""
    n = int(np.isin(keys["holdout"], keys["train"]).sum())
    return (
        f"{n:,} of {len(data.holdout):,} holdout images equal training images, more than repeated images explain, so "
        "the holdout is set aside. Hold out images that the training part does not hold."
    )


def unlike(data, rng):
    """A sentence where holdout images are of another kind than training images; empty where that is not shown.

    Seen by the fixed random network, the kernel distance of holdout images from one half of train is held against that
    of the other half.
    """
    if data.holdout is None or min(len(data.train) // 2, len(data.holdout)) < LEAST:
        return ""
    n = min(len(data.train) // 2, len(data.holdout), MOST)
    rows = {"train": rng.permutation(len(data.train))[: 2 * n], "holdout": rng.permutation(len(data.holdout))[:n]}
    seen = features_of(data, rows)
    found = kernel_distances(seen["holdout"], *np.split(seen["train"], 2))
    if found["excess"] < max(UNLIKE, ERRORS * found["error"]):
        return ""
    return (
        "The holdout is of another population than the training images: seen by a fixed random network, its kernel "
        f"distance from them is {found['excess']:.3f} beyond that of training images from each other. What tells its "
        "images from training images is then no sign of memory, so that privacy is not assessed. Hold out images at "
        "random."
    )

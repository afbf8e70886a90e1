"""Is the holdout a holdout? One with training images, or of another population, makes comparisons with it worthless."""

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from augment.auditing.holdout import beyond_chance, copied
from augment.auditing.images.features import features_of
from augment.auditing.intervals import auc

LEAST, MOST = 50, 2_000  # images of each part that are compared
FOLDS, SHRINKAGE = 5, 0.01
UNLIKE = 0.55  # AUC from which the holdout counts as another population
ERRORS = (
    3.3  # standard errors: a holdout that is no better told than that is refused less than once in a thousand times
)


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


def copied_images(data):
    """A sentence where synthetic images repeat those of the holdout rather than of train; empty otherwise."""
    n = 0 if data.holdout is None else copied(image_keys(data))
    if not n:
        return ""
    return (
        f"{n:,} holdout images are repeated by synthetic images, far more than training images are: the generator has "
        "seen the holdout, which is set aside. Look whether train and holdout were swapped."
    )


def unlike(data, rng):
    """A sentence where holdout images are of another kind than training images; empty where that is not shown.

    A logistic regression on what the fixed random network sees tells one from the other; each image is told by one that
    has not learned from it.
    """
    n = 0 if data.holdout is None else min(len(data.train), len(data.holdout), MOST)
    if n < LEAST:
        return ""
    rows = {name: rng.permutation(data.sizes[name])[:n] for name in ("train", "holdout")}
    points = np.concatenate(list(features_of(data, rows).values()))
    held = np.repeat([False, True], n)
    model = make_pipeline(StandardScaler(), LogisticRegression(C=SHRINKAGE, max_iter=1000))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=int(rng.integers(2**31)))
    area, variance = auc(held, cross_val_predict(model, points, held, cv=folds, method="decision_function"))
    if area - ERRORS * np.sqrt(variance) <= UNLIKE:
        return ""
    return (
        "The holdout is of another population than the training images: a model tells them apart with an AUC of "
        f"{area:.2f}, where 0.5 is guessing. What tells its images from training images is then no sign of memory, so "
        "that privacy is not assessed. Hold out images at random."
    )

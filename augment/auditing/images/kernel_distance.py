"""Do the images look the same to a network? The kernel distance (KID), beyond that of real images from each other.

The squared maximum mean discrepancy of features with the kernel (x y / d + 1)^3, without bias (Bińkowski et al. 2018).
Features are in units of the common standard deviation of the real ones, so that the number has a meaning: a shift of
every feature by s of it alone gives about 3 s^2. Each has not its own, since in a feature that is nearly always silent
a single image that is not would lie hundreds of them away, which the third power makes the whole of the distance.

What is judged is the distance of synthetic from real images less that of as many fresh real ones (Bounliphone et al.
2016): it is 0 where synthetic images are as good as real ones, also where the real ones were not all drawn alike.
"""

import numpy as np

from augment.auditing import charts
from augment.auditing.check import Check, Finding, NotAssessed
from augment.auditing.images import classifier, features
from augment.auditing.intervals import z_value

LEAST, MOST = 50, 5_000  # images of each part
CHUNK = 4_000_000  # kernel values held at once


def kernel_distances(synthetic, fresh, real):
    """The distance of synthetic and of fresh real images from real ones, and the interval of its excess.

    Parameters
    ----------
    synthetic, fresh, real : ndarray of shape (n, d), (n, d) and (m, d)
        Features; as many of the first as of the second.

    Returns
    -------
    dict of str to float
        "synthetic" and "fresh", "excess" (the first less the second) and "error", its standard error.

    Notes
    -----
    With k_ij the kernel and both samples of size n, the excess is the difference of the means of the score

        u_i = (sum over both samples of k_ij, less k_ii) / (n - 1) - 2 / m (sum over real ones of k_ij)

    over the two samples. Scores do not depend on which of them an image belongs to, so that images of one distribution
    may change places: the variance of a difference of means of the pooled scores is that of the permutation test. To it
    is added that of the linear part of the statistic, which is there only where the distributions differ.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(size=(3, 200, 4))
    >>> found = kernel_distances(x[0] + 1, x[1], x[2])
    >>> bool(found["excess"] > 2 * found["error"]), bool(abs(found["fresh"]) < 0.1)
    (True, True)
    """
    n, m = len(synthetic), len(real)
    points = _scaled(np.concatenate([synthetic, fresh, real]), n)
    starts = np.array([0, n, 2 * n, len(points)])
    rows = dict(zip(("synthetic", "fresh", "real"), map(slice, starts[:-1], starts[1:]), strict=True))
    halves, own = _kernel_sums(points, starts)
    sums = halves.sum(axis=2)
    within = {name: (sums[part, k].sum() - own[part].sum()) for k, (name, part) in enumerate(rows.items())}
    within = {name: total / (size * (size - 1)) for (name, total), size in zip(within.items(), (n, n, m), strict=True)}
    found = {
        name: float(within[name] + within["real"] - 2 * sums[rows[name], 2].mean() / m)
        for name in ("synthetic", "fresh")
    }
    both = slice(0, 2 * n)
    scores = (sums[both, :2].sum(axis=1) - own[both]) / (n - 1) - 2 * sums[both, 2] / m
    variance = 2 * scores.var(ddof=1) / n + max(_linear_variance(_without_own(halves, own, rows), rows), 0.0)
    return {**found, "excess": found["synthetic"] - found["fresh"], "error": float(np.sqrt(variance))}


def _linear_variance(halves, rows):
    """Variance of the linear part of the excess, without bias: where distributions are alike it is about 0.

    Each point pulls at the statistic by twice the difference of its mean kernels with two parts. The means of one half
    of each part and those of the other half have independent errors, so that the covariance of the two is the variance
    of what they share.
    """
    pairs = {"synthetic": ("synthetic", "real"), "fresh": ("fresh", "real"), "real": ("synthetic", "fresh")}
    place = {name: k for k, name in enumerate(rows)}
    total = 0.0
    for name, (first, second) in pairs.items():
        own = [halves[rows[name], place[other]] / _half_sizes(rows[other]) for other in (first, second)]
        pulls = 2 * (own[0] - own[1])
        total += np.cov(pulls.T)[0, 1] / len(pulls)
    return total


def _half_sizes(part):
    size = part.stop - part.start
    return np.array([size // 2, size - size // 2])


def _without_own(halves, own, rows):
    """The sums without each point's kernel with itself, which stands in the half that it belongs to."""
    halves = halves.copy()
    for k, part in enumerate(rows.values()):
        first, second = _half_sizes(part)
        halves[np.arange(part.start, part.stop), k, np.repeat([0, 1], [first, second])] -= own[part]
    return halves


def _scaled(points, n):
    """Features less the mean of the real ones, in their common standard deviation, the root of the mean variance."""
    real = points[n:]
    spread = np.sqrt(real.var(axis=0).mean())
    if spread == 0:
        raise NotAssessed("The features of all real images are the same.")
    return (points - real.mean(axis=0)) / spread


def _kernel_sums(points, starts):
    """For each point the sums of its kernel with the halves of each part, (points, parts, 2), and that with itself."""
    middles = starts[:-1] + np.diff(starts) // 2
    places = np.stack([starts[:-1], middles], axis=1)
    sums, width = np.empty((len(points), *places.shape)), points.shape[1]
    step = max(1, CHUNK // len(points))
    for i in range(0, len(points), step):
        kernel = (points[i : i + step] @ points.T / width + 1).astype("float64") ** 3
        sums[i : i + step] = np.add.reduceat(kernel, places.ravel(), axis=1).reshape(-1, *places.shape)
    return sums, (((points**2).sum(axis=1) / width + 1).astype("float64")) ** 3


def drawn_rows(data, rng):
    """Images to compare: as many of each part; without a holdout train is cut in two."""
    held = data.holdout is not None
    sizes = data.sizes
    m = min(sizes["synthetic"], sizes["train"] if held else sizes["train"] // 2, sizes.get("holdout", MOST), MOST)
    if m < LEAST:
        raise NotAssessed(NEEDED)
    take = {"train": m if held else 2 * m, "synthetic": m, "holdout": m if held else 0}
    return {name: rng.permutation(size)[: take[name]] for name, size in sizes.items()}


NEEDED = f"Needs {LEAST} synthetic images, and {LEAST} holdout or {2 * LEAST} training images."


def random_kernel_distance(data, rng):
    """The distance in the features of a fixed random network."""
    seen = features.features_of(data, drawn_rows(data, rng))
    return [_finding(RANDOM, data, [_distances(seen)], "a fixed random network", features.identity(data))]


def classifier_kernel_distance(data, rng):
    """The distance in the features of classifiers that have seen none of the images compared.

    A classifier learns one half of train and sees the other half, synthetic and holdout images; then the halves change
    places. The distances, and their errors, are the means of the two.
    """
    found = [_distances(seen) for seen in classifier.cross_fitted(data, rng)]
    words = "classifiers that have not learned from these images"
    return [_finding(CLASSIFIER, data, found, words, classifier.identity(data))]


def _distances(seen):
    """Distances of the parts, as many images of each; without a holdout train is cut in two."""
    real, fresh = (seen["holdout"], seen["train"]) if "holdout" in seen else np.array_split(seen["train"], 2)
    n = min(len(fresh), len(seen["synthetic"]), MOST)
    if min(n, len(real)) < LEAST:
        raise NotAssessed(NEEDED if "holdout" in seen else f"Needs {LEAST} synthetic and {4 * LEAST} training images.")
    return {**kernel_distances(seen["synthetic"][:n], fresh[:n], real[:MOST]), "n": n}


def _finding(check, data, found, words, facts):
    mean = {name: float(np.mean([f[name] for f in found])) for name in ("synthetic", "fresh", "excess", "error")}
    held, half = data.holdout is not None, z_value() * mean["error"]
    real, fresh = ("holdout", "training") if held else ("training", "other training")
    rows = [[f"{name} images", value] for name, value in (("synthetic", mean["synthetic"]), (fresh, mean["fresh"]))]
    beware = "" if held else " Copies of training images lower it."
    return Finding(
        id=check.id,
        pillar="fidelity",
        title=f"{check.title}, beyond that of real images",
        value=mean["excess"],
        interval=(mean["excess"] - half, mean["excess"] + half),
        goal="lower",
        threshold=data.thresholds[check.id],
        ceiling=0.0,
        reference=mean["fresh"],
        reference_name=f"distance of {fresh} from {real} images",
        method="normal, with the variance of a permutation test and that of the linear part",
        n={
            "synthetic": found[0]["n"],
            **{name: data.sizes[name] for name in ("train", "holdout") if name in data.sizes},
        },
        message=f"Seen by {words}, the kernel distance (KID) of synthetic from {real} images is "
        f"{mean['synthetic']:.4f}, and that of {fresh} images is {mean['fresh']:.4f} ({found[0]['n']:,} of "
        f"each).{beware}",
        evidence={
            "tables": [charts.table(f"Kernel distance from {real} images", ["images", "KID"], rows)],
            "facts": {**facts, "standard_error": mean["error"]},
        },
    )


RANDOM = Check(
    "fidelity.kid",
    "Kernel distance of images (KID)",
    random_kernel_distance,
    thresholds={"fidelity.kid": 0.03},
)
CLASSIFIER = Check(
    "fidelity.kid.classifier",
    "Kernel distance in a classifier's features",
    classifier_kernel_distance,
    thresholds={"fidelity.kid.classifier": 0.03},
)
CHECKS = [RANDOM, CLASSIFIER]

"""The real images next to synthetic ones, and next to each other: equally many of train and holdout."""

from dataclasses import dataclass

import numpy as np
from sklearn.decomposition import PCA

from augment.auditing.distances import first_to_second
from augment.auditing.neighbours import EQUAL, smallest, squared_distances

MOST = 32  # pixels on a side; larger images are averaged down
IMAGES = 5_000  # of each part, at most
PRODUCTS = 1e11  # multiplications that the distances may take: fewer images where they are large
COMPONENTS = 64
CLOSE = 0.01  # share of real images that lie so near to another real one: what is nearer is a near copy


@dataclass(frozen=True)
class Flat:
    """Images as points, (n, numbers), in pixels and in spectra, and the places of these images, by part."""

    pixels: dict
    spectra: dict
    rows: dict


def flat(data, rng):
    """Randomly drawn images of each part as points: equally many of train and holdout."""
    width = np.prod([min(side, MOST) for side in data.sides]) * data.train.shape[-1]
    most = min(IMAGES, max(int(np.sqrt(PRODUCTS / 6 / width)), 10))
    real = min(data.sizes["train"], data.sizes["holdout"], most)
    take = {"train": real, "holdout": real, "synthetic": min(data.sizes["synthetic"], most)}
    rows = {name: rng.permutation(data.sizes[name])[:size] for name, size in take.items()}
    images = {name: data.pixels(name, places, MOST) for name, places in rows.items()}
    pixels = {name: own.reshape(len(own), -1) for name, own in images.items()}
    return Flat(pixels, {name: spectra(own) for name, own in images.items()}, rows)


def spectra(images):
    """How much of each frequency images hold, (n, frequencies times channels), and their mirror images with them.

    Moving an image changes the phases of its Fourier transform and leaves the amplitudes as they are; what comes in at
    an edge changes them a little. Their logarithm, since a few low frequencies hold nearly everything.

    Parameters
    ----------
    images : ndarray of shape (n, *sides, channels)

    Examples
    --------
    >>> images = np.random.default_rng(0).normal(size=(1, 8, 8, 1))
    >>> one, moved, mirrored = (spectra(x) for x in (images, np.roll(images, 1, axis=1), images[:, :, ::-1]))
    >>> bool(np.allclose(one, moved) and np.allclose(one, mirrored))
    True
    """
    sides = tuple(range(1, images.ndim - 1))
    amplitudes = [np.abs(np.fft.rfftn(own, axes=sides)) for own in (images, np.flip(images, sides[-1]))]
    return np.log1p(sum(amplitudes)).reshape(len(images), -1)


def codes(points, seed):
    """The points in the main components of the real ones, train and holdout alike."""
    real = np.concatenate([points["train"], points["holdout"]])
    size = min(COMPONENTS, len(real) - 1, real.shape[1])
    found = PCA(size, svd_solver="randomized", random_state=seed).fit(real)
    return {name: found.transform(part) for name, part in points.items()}


class Nearness:
    """Distances from synthetic images to the nearest real ones, and among the real ones.

    Parameters
    ----------
    points : dict of str to ndarray of shape (n, width)
        "train" and "holdout" of one size, and "synthetic".

    Attributes
    ----------
    squared, which : dict of str to ndarray
        Squared distances from each synthetic image to the two nearest training and holdout images; the nearest's place.
    cut : float
        Distance below which one in a hundred real images has another real one.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> points = {name: rng.normal(size=(200, 5)) for name in ("train", "holdout", "synthetic")}
    >>> points["synthetic"][:50] = points["train"][:50] + 1e-3
    >>> near = Nearness(points)
    >>> near.near_copies("train")[0] >= 49, near.near_copies("holdout")[0] < 10
    (True, True)
    """

    def __init__(self, points):
        self.n = {name: len(part) for name, part in points.items()}
        m = self.n["train"]
        middle = points["train"].mean(axis=0)
        points = {name: (part - middle).astype("float32") for name, part in points.items()}
        real = np.concatenate([points["train"], points["holdout"]])
        lone = np.sqrt(_to_another(real))
        self.cut = float(np.quantile(lone, CLOSE))
        self._lone = dict(zip(("train", "holdout"), np.split(lone, 2), strict=True))
        parts = {"train": slice(0, m), "holdout": slice(m, None)}
        n = self.n["synthetic"]
        self.squared = {name: np.empty((n, min(2, m))) for name in parts}
        self.which = {name: np.empty(n, int) for name in parts}
        self._nearest_to = {name: np.full(m, np.inf) for name in parts}
        self._nearest_place = {name: np.zeros(m, int) for name in parts}
        self._share, self._weight = np.empty(n), np.zeros(2 * m)
        for rows, squared in squared_distances(points["synthetic"], real):
            for name, part in parts.items():
                self.squared[name][rows] = smallest(squared[:, part], min(2, m))
                self.which[name][rows] = squared[:, part].argmin(axis=1)
                self._note_nearest(name, rows.start, squared[:, part])
            query, place = np.nonzero(squared <= squared.min(axis=1, keepdims=True) + EQUAL)
            share = 1 / np.bincount(query)
            self._share[rows] = np.bincount(query, np.where(place < m, share[query], 0.0))
            self._weight += np.bincount(place, share[query], minlength=2 * m)

    def _note_nearest(self, name, start, squared):
        """Keep the nearest synthetic image of each real one, of those seen so far."""
        place, real = squared.argmin(axis=0), np.arange(squared.shape[1])
        nearer = squared[place, real] < self._nearest_to[name]
        self._nearest_to[name][nearer] = squared[place, real][nearer]
        self._nearest_place[name][nearer] = start + place[nearer]

    def near_copies(self, name):
        """How many images of a real part have a synthetic one within `cut`, and how many could: those without a twin.

        An image that has another real one as near is left out: who repeats it may know it from elsewhere. Images that
        have the same nearest synthetic one count once, since they do not tell independently.
        """
        lone = self._lone[name] > self.cut
        copied = (np.sqrt(self._nearest_to[name]) <= self.cut) & lone
        return len(np.unique(self._nearest_place[name][copied])), int(lone.sum())

    def ratios(self, name):
        """Distance to the nearest over that to the second nearest image of a real part, for each synthetic image."""
        return first_to_second(self.squared[name])

    def singled_out(self, name, ratio):
        """How many images of a real part are the nearest of a synthetic one by so small a ratio, and how many could."""
        return len(np.unique(self.which[name][self.ratios(name) < ratio])), self.n[name]

    def nearer_to_train(self):
        """Share of synthetic images nearest to a training image, and the effective number of different nearest images.

        Synthetic images that share their nearest image are not independent: w images of which each real one is nearest
        count as (sum w)^2 / sum w^2.
        """
        effective = self._weight.sum() ** 2 / (self._weight**2).sum()
        return float(self._share.mean()), float(min(effective, self.n["synthetic"]))


def _to_another(points):
    """Squared distance of each point to the nearest other one."""
    found = np.empty(len(points))
    for rows, squared in squared_distances(points, points):
        places = np.arange(rows.start, rows.start + len(squared))
        squared[np.arange(len(squared)), places] = np.inf
        found[rows] = squared.min(axis=1)
    return found

"""Of which group is an image without attributes? Guesses of classifiers, and how often they err on images not learned.

Train is cut in two halves. The classifier of one half guesses the other half, which tells its errors, and half of the
synthetic images; then the halves change places. In what it learns from, groups are equally frequent within each label,
so that it does not tell a group by its label.
"""

from dataclasses import dataclass

import numpy as np

from augment.auditing.check import NotAssessed
from augment.auditing.groups import MIN_GROUP, Groups
from augment.auditing.images import classifier
from augment.auditing.intervals import rate_difference_interval

REPEATED = 10  # times more often than the others of its label that an image of a rare group is learned from, at most
FOLDS = 2


@dataclass(frozen=True)
class Guesses:
    """Images of one part: which fold's classifier guessed, of which of the learned groups it took each, and its label.

    Attributes
    ----------
    rows, fold, guess, label : ndarray of int, shape (n,)
        `label` is 0 for all where labels were not given.
    truth : ndarray of int, shape (n,), or None
        The group among the learned ones; -1 for another one.
    """

    rows: np.ndarray
    fold: np.ndarray
    guess: np.ndarray
    label: np.ndarray
    truth: np.ndarray | None = None


@dataclass(frozen=True)
class Guessed:
    """What the classifiers of one attribute guess.

    Attributes
    ----------
    groups : Groups
        Those of the real images.
    learned : ndarray of int
        Places of the groups that were learned: those with enough training images.
    train, synthetic : Guesses
    holdout : Guesses or None
        None where the holdout has no attributes.
    """

    groups: Groups
    learned: np.ndarray
    train: Guesses
    synthetic: Guesses
    holdout: Guesses | None

    def confusion(self, strata=None):
        """Training images by fold, stratum, group and guess; `strata` maps labels to strata, by default to one."""
        own = self.train
        return _counted([own.fold, _stratum(own, strata), own.truth, own.guess], self._shape(strata, 2))

    def counts(self, part, strata=None):
        """Images of another part by fold, stratum and guess."""
        return _counted([part.fold, _stratum(part, strata), part.guess], self._shape(strata, 1))

    def true_counts(self, strata=None):
        """Training images by group and stratum."""
        return self.confusion(strata).sum(axis=(0, 3)).T

    def _shape(self, strata, axes):
        return (FOLDS, 1 if strata is None else int(strata.max()) + 1, *[len(self.learned)] * axes)

    def told(self):
        """For each learned group, whether its images are guessed to be of it more often than those of any other are."""
        counts = self.confusion().sum(axis=(0, 1))
        sizes = counts.sum(axis=1)
        found = []
        for g in range(len(counts)):
            others = [h for h in range(len(counts)) if h != g]
            own = (counts[g, g], sizes[g])
            found.append(all(rate_difference_interval(own, (counts[h, g], sizes[h]))[0] > 0 for h in others))
        return np.array(found)

    def recalls(self):
        """Share of each learned group's images that are guessed to be of it."""
        counts = self.confusion().sum(axis=(0, 1))
        return np.diag(counts) / counts.sum(axis=1)


def _stratum(part, strata):
    return np.zeros(len(part.label), int) if strata is None else strata[part.label]


def _counted(places, shape):
    return np.bincount(np.ravel_multi_index(places, shape), minlength=int(np.prod(shape))).reshape(shape)


def guessed(data, j):
    """The guesses of column j of the attributes: made by the first check that asks, and kept with `data`.

    Raises
    ------
    NotAssessed
        Where fewer than two groups have enough training images.
    """
    kept = vars(data).setdefault("guesses", {})
    if j not in kept:
        kept[j] = _guessed(data, j, np.random.default_rng([data.seed, *b"guesses", j]))
    return kept[j]


def _guessed(data, j, rng):
    groups = Groups.of(data.groups, j)
    present = np.arange(len(groups.names)) < len(groups.names) - 1  # the last one is that of missing values
    learned = np.flatnonzero((groups.counts("train") >= MIN_GROUP) & present)
    if len(learned) < 2:
        raise NotAssessed(
            f"Attributes of synthetic images were not given, and guessing them needs two groups of {groups.title!r} "
            f"with {MIN_GROUP} training images each."
        )
    place = np.full(len(groups.names), -1)
    place[learned] = np.arange(len(learned))
    truth = {part: place[codes] for part, codes in groups.codes.items() if part != "synthetic"}
    labelled = {"train", "synthetic"} <= set(data.labels)
    labels = {
        part: data.labels[part] if labelled and part in data.labels else np.zeros(n, int)
        for part, n in data.sizes.items()
    }
    rows = {part: _drawn(part, truth, size, rng) for part, size in data.sizes.items()}
    folds = {part: rng.permutation(len(own)) % FOLDS for part, own in rows.items()}
    folds["train"] = _stratified(truth["train"][rows["train"]], labels["train"][rows["train"]], rng)
    network, found = _network(data, len(learned)), {part: np.zeros(len(own), int) for part, own in rows.items()}
    for k in range(FOLDS):
        own = rows["train"][folds["train"] != k]
        chosen = own[_balanced(truth["train"][own], labels["train"][own], rng)]
        network.fit(data.pixels("train", chosen, classifier.MOST), truth["train"][chosen], rng)
        for part, places in rows.items():
            mine = folds[part] == k
            if mine.any():
                found[part][mine] = network.look(data.pixels(part, places[mine], classifier.MOST))[0]
    parts = {
        part: Guesses(own, folds[part], found[part], labels[part][own], truth[part][own] if part in truth else None)
        for part, own in rows.items()
    }
    return Guessed(groups, learned, parts["train"], parts["synthetic"], parts.get("holdout"))


def _drawn(part, truth, size, rng):
    """Rows that take part: of real images those of a learned group, of the holdout those with attributes."""
    order = rng.permutation(size)
    if part in truth:
        order = order[truth[part][order] >= 0]
    elif part == "holdout":
        order = order[:0]
    return order[: classifier.ROWS]


def _stratified(truth, label, rng):
    """Folds that divide each group of each label as evenly as can be."""
    order = rng.permutation(len(truth))
    order = order[np.lexsort((label[order], truth[order]))]
    fold = np.empty(len(truth), int)
    fold[order] = np.arange(len(truth)) % FOLDS
    return fold


def _balanced(truth, label, rng):
    """Places drawn so that the groups are equally frequent within each label; labels stay as frequent as they are."""
    shape = (int(label.max()) + 1, int(truth.max()) + 1)
    cells = _counted([label, truth], shape)
    share = cells.sum(axis=1, keepdims=True) / np.maximum((cells > 0).sum(axis=1, keepdims=True), 1)
    weight = np.minimum(share / np.maximum(cells, 1), REPEATED)[label, truth]
    return rng.choice(len(truth), len(truth), p=weight / weight.sum())


def _network(data, n_groups):
    probe = data.pixels("train", np.arange(1), classifier.MOST)
    return classifier.Network(probe.shape[1:], n_groups)

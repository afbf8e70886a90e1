"""One criterion by one kind of model: the groups' means by what it was trained on, their gaps, and how these differ."""

from dataclasses import dataclass

import numpy as np

from augment.auditing.check import LEVEL
from augment.auditing.group_rates import gap, means, parts
from augment.auditing.intervals import z_value
from augment.auditing.learners import KINDS
from augment.auditing.permutation import permuted_means, permuted_rates, strata_of
from augment.auditing.widening import bounds, drift_of, pair_errors, pairs_of

SOURCES = ("real", "synthetic", "augmented")
MAX_CLASSES = 5  # the commonest, each against the rest


@dataclass(frozen=True)
class Gaps:
    """What one kind of model does to the groups, for one class against the rest.

    Attributes
    ----------
    criterion : Criterion
    kind : str
    k : int or None
    means : dict of source to Means
    judged : ndarray of int
        The groups that have enough rows whatever the model was trained on.
    a, b : ndarray of int, shape (pairs,)
    signed : dict of source to ndarray of shape (pairs,)
        Mean of group a less that of group b.
    errors : dict of source to (ndarray, ndarray)
        For "synthetic" and "augmented", the errors of the difference from and of the sum with "real".
    drift : ndarray of shape (judged groups,)
        Error of each judged group's distance from their mean, from which rows the model was trained on.
    """

    criterion: object
    kind: str
    k: object
    means: dict
    judged: np.ndarray
    a: np.ndarray
    b: np.ndarray
    signed: dict
    errors: dict
    drift: np.ndarray

    def widening(self, source="synthetic"):
        """How much wider each pair's gap is than that of the model trained on real rows."""
        return np.abs(self.signed[source]) - np.abs(self.signed["real"])

    def bounds(self, z, source="synthetic"):
        """Low and high end of `widening`."""
        return bounds(self.signed[source], self.signed["real"], *self.errors[source], z)

    def gap(self, source):
        """Largest less smallest mean of the judged groups, and their ratio."""
        return gap(self.means[source].value[self.judged])

    def null(self, source, trained, codes, rng):
        """The gap of one model against permuted groups."""
        found, task = self.means[source], trained.task
        if self.criterion.binary:
            count = found.count[self.judged]
            return permuted_rates(np.rint(found.value[self.judged] * count), count, rng, self.drift)
        guess = trained.guesses[self.kind, source]
        values = parts(self.criterion, guess, task.y["holdout"], task.classes, self.k)[0]
        strata = strata_of(guess[:, self.k]) if self.k is not None else np.zeros(len(values), int)
        place = np.full(len(found.value), -1)
        place[self.judged] = np.arange(len(self.judged))
        own = place[codes]
        kept = own >= 0
        return permuted_means(values[kept], own[kept], len(self.judged), strata[kept], rng, self.drift)


class Family:
    """The widening of all pairs of groups, by both kinds of models and for each class: they share one level.

    Attributes
    ----------
    members : list of Gaps
        Those with two groups to compare.
    value, low, high : ndarray of shape (pairs of all members,)
    """

    def __init__(self, members):
        self.members = [member for member in members if len(member.a)]
        sizes = [len(member.a) for member in self.members]
        self.z = z_value(LEVEL, 2 * sum(sizes))  # a difference and a sum for each pair
        self._owner = np.repeat(np.arange(len(sizes)), sizes)
        self._place = np.concatenate([np.arange(0), *(np.arange(size) for size in sizes)])
        if self.members:
            self.value = np.concatenate([member.widening() for member in self.members])
            self.low, self.high = self.bounds("synthetic")

    def bounds(self, source):
        """Low and high ends, for the model trained on `source`."""
        return np.concatenate([member.bounds(self.z, source) for member in self.members], axis=1)

    def at(self, i):
        """Member and pair that entry i belongs to."""
        return self.members[self._owner[i]], int(self._place[i])

    def first(self, threshold):
        """The entry to tell of: the one proved worst where one is, else the largest."""
        return int(self.low.argmax() if self.low.max() > threshold else self.value.argmax())


def gaps_of(criterion, trained, groups):
    """The gaps of both kinds of models, and of each class that is looked at."""
    return [_gaps(criterion, kind, k, trained, groups) for kind in KINDS for k in looked_at(trained.task)]


def looked_at(task):
    """Places of the classes that are compared with the rest: the commonest few; [None] for numbers."""
    if task.classes is None:
        return [None]
    count = [-(task.y["holdout"] == task.classes[k]).sum() for k in task.judged]
    return [task.judged[i] for i in np.argsort(count, kind="stable")[:MAX_CLASSES]]


def _gaps(criterion, kind, k, trained, groups):
    task = trained.task

    def means_of(guess):
        return means(*parts(criterion, guess, task.y["holdout"], task.classes, k), groups.codes, len(groups.names))

    found = {source: means_of(trained.guesses[kind, source]) for source in SOURCES}
    enough = np.all([m.enough for m in found.values()], axis=0) & groups.common
    judged = np.flatnonzero(enough)
    if len(judged) < 2:
        judged = judged[:0]
    a, b = pairs_of(judged)
    refits = np.array([means_of(guess).value for guess in trained.refits[kind]])
    drift = drift_of(refits[:, a] - refits[:, b], trained.scale)
    errors = {}
    for source in SOURCES[1:]:
        by_holdout = pair_errors(found[source], found["real"], groups.codes, criterion.binary, a, b)
        errors[source] = tuple(np.hypot(error, drift) for error in by_holdout)
    signed = {source: m.value[a] - m.value[b] for source, m in found.items()}
    weights = groups.rows[judged] / max(groups.rows[judged].sum(), 1)
    centred = refits[:, judged] - (refits[:, judged] @ weights)[:, None]
    alone = drift_of(centred, trained.scale / np.sqrt(2))
    return Gaps(criterion, kind, k, found, judged, a, b, signed, errors, alone)

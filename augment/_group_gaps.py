"""How far groups of real rows lie apart in what a model says of them, by all of the measures, with intervals."""

from itertools import combinations

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from augment._threads import threads_for
from augment.auditing.check import LEVEL
from augment.auditing.detection import boosted
from augment.auditing.encoding import for_trees, splittable
from augment.auditing.frames import prepare
from augment.auditing.intervals import auc, rate_difference_interval, wilson_interval, z_value
from augment.codecs.frames import read_table
from augment.synthesizers.groups import Groups

MIN_ROWS = 30  # of a group in the holdout, and of its rows with one label, to be compared with others


class GroupGaps:
    """The groups of the holdout, compared by what a model trained on a table says of them.

    Parameters
    ----------
    codec : TableCodec
        Fitted; it names the groups and labels.
    holdout : table
        Real rows, the target among the columns.
    protected : hashable or list of hashable
    target : hashable
    bins : dict of hashable to list
        Where the ranges of protected numbers end.
    positive : label or None
        None for the rarer of two.
    seed : int
        Of the trees.

    Attributes
    ----------
    notes : list of str
        Which groups and labels are compared, and what is left out.
    """

    def __init__(self, codec, holdout, protected, target, bins, positive, seed):
        self.codec, self.holdout, self.seed = codec, holdout, seed
        names = protected if isinstance(protected, list) else [protected]
        places, self.place = [self.codec.place_of(name) for name in names], self.codec.place_of(target)
        self.name = self.codec.columns[self.place].name
        bins = {self.codec.place_of(name): edges for name, edges in bins.items()}
        columns = self._columns(self.holdout)
        self.groups = Groups(self.codec, places, columns, bins)
        self.labels = Groups(self.codec, [self.place], columns, {})
        self.positive = self._positive(columns, target, positive)
        self.group, self.y = self.groups.codes(columns), self._truth(columns)
        self.keep = self.y >= 0
        self.group, self.y = self.group[self.keep], self.y[self.keep].astype(bool)
        self.notes = self._notes(names, target)

    def after(self, table):
        """The measures of a model trained on this table, by name, and the gap of the labels in it."""
        columns = self._columns(table)
        y = self._truth(columns)
        data = prepare(table, table, self.holdout)
        label = next(j for j, column in enumerate(read_table(table)[0]) if column.name == self.name)
        others = [j for j in data.compared if j != label]
        x, category = for_trees(data, others)
        use = y >= 0
        model = boosted(HistGradientBoostingClassifier, category, self.seed, 100)
        if len(np.unique(y[use])) < 2:
            raise ValueError("A table to train on has rows of one label only: there is nothing to learn.")
        with threads_for(len(table)):
            guess = model.fit(splittable(x["train"][use]), y[use]).predict_proba(x["holdout"][self.keep])[:, 1]
        return {"label gap": self._label_gap(columns, y)} | self.measures(guess)

    def measures(self, guess):
        """Value and interval of each measure, from guessed probabilities of the positive label."""
        chosen, n = guess >= 0.5, len(guess)
        area, variance = auc(self.y, guess)
        half, right = z_value() * np.sqrt(variance), float((chosen == self.y).mean())
        return {
            "AUC": (area, max(area - half, 0.0), min(area + half, 1.0)),
            "accuracy": (right, *wilson_interval(right, n)),
            "parity gap": self._rate_gap(chosen, np.ones(n, bool)),
            "TPR gap": self._rate_gap(chosen, self.y),
            "FPR gap": self._rate_gap(chosen, ~self.y),
            "calibration gap": self._mean_gap(guess - self.y),
        }

    def _columns(self, table):
        return self.codec._matched(read_table(table))

    def _positive(self, columns, target, positive):
        names = self.labels.levels[0].names[: self.labels.levels[0].n_present]
        if self.labels.levels[0].edges is not None:
            raise ValueError(f"The target {target!r} has many numbers; the table compares rates of labels.")
        if positive is not None and str(positive) not in names:
            raise ValueError(f"positive={positive!r} is no label of the holdout; it has {', '.join(names)}.")
        if positive is None and len(names) != 2:
            raise ValueError(
                f"The target {target!r} has {len(names)} labels in the holdout: say which one by positive=."
            )
        counts = np.bincount(self.labels.levels[0].codes(columns[self.place]), minlength=len(names))[: len(names)]
        return int(np.argmin(counts)) if positive is None else names.index(str(positive))

    def _truth(self, columns):
        """1 for the positive label, 0 for others, -1 where it is missing."""
        level = self.labels.levels[0]
        codes = level.codes(columns[self.place])
        return np.where(codes == level.n_present, -1, codes == self.positive)

    def _notes(self, names, target):
        label = self.labels.levels[0].names[self.positive]
        counts = np.bincount(self.group, minlength=len(self.groups.names))
        small = [name for name, count in zip(self.groups.names, counts, strict=True) if count < MIN_ROWS]
        positive = np.bincount(self.group[self.y], minlength=len(counts))
        few = (counts >= MIN_ROWS) & (np.minimum(positive, counts - positive) < MIN_ROWS)
        notes = [
            f"{len(self.y):,} holdout rows; groups of {', '.join(map(str, names))}; positive is {target} = {label}. "
            "In brackets: 95 % intervals, those of gaps for all pairs of groups at once.",
            "A table of one criterion does not describe the population, and promises nothing of the others.",
        ]
        for which, why in (
            (small, "not compared"),
            (np.array(self.groups.names)[few].tolist(), "not compared in TPR, FPR or both"),
        ):
            if which:
                notes.append(f"Fewer than {MIN_ROWS} rows, {why}: {'; '.join(which)}.")
        return notes

    def _label_gap(self, columns, y):
        groups = self.groups.codes(columns)
        rates = [y[rows].mean() for g in range(len(self.groups.names)) if (rows := (groups == g) & (y >= 0)).any()]
        return float(np.ptp(rates)) if rates else float("nan")

    def _rate_gap(self, chosen, among):
        parts = [chosen[rows] for rows in self._compared(among)]
        counts = [(int(part.sum()), len(part)) for part in parts]
        return widest(
            [s / n for s, n in counts], lambda i, j, level: rate_difference_interval(counts[i], counts[j], level)
        )

    def _mean_gap(self, values):
        parts = [values[rows] for rows in self._compared(np.ones(len(values), bool))]
        means = [float(part.mean()) for part in parts]
        errors = [part.std(ddof=1) / np.sqrt(len(part)) for part in parts]

        def interval(i, j, level):
            half = z_value(level) * np.hypot(errors[i], errors[j])
            return means[i] - means[j] - half, means[i] - means[j] + half

        return widest(means, interval)

    def _compared(self, among):
        """The rows of each group that are `among` those, where they are enough."""
        found = [(self.group == g) & among for g in range(len(self.groups.names))]
        return [rows for rows in found if rows.sum() >= MIN_ROWS]


def widest(values, interval):
    """The largest difference between two of the values, and an interval of it that follows from those of all pairs.

    Where each pair's difference lies in its interval, the largest is at least the greatest of the smallest sizes that
    they allow, and at most the greatest of the largest.
    """
    pairs = list(combinations(range(len(values)), 2))
    if not pairs:
        return None
    ends = np.array([interval(i, j, 1 - (1 - LEVEL) / len(pairs)) for i, j in pairs])
    low, high = np.maximum(ends[:, 0], -ends[:, 1]).max(), np.abs(ends).max()
    return float(np.ptp(values)), float(max(low, 0.0)), float(high)

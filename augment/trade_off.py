"""What each fairness criterion costs: a model trained on rows of each, judged on real rows by all of the measures."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier

from augment.auditing.check import LEVEL
from augment.auditing.detection import boosted
from augment.auditing.encoding import for_trees, splittable
from augment.auditing.frames import prepare
from augment.auditing.intervals import auc, rate_difference_interval, wilson_interval, z_value
from augment.codecs.frames import read_table
from augment.synthesizers.groups import Groups

MIN_ROWS = 30  # of a group in the holdout, and of its rows with one label, to be compared with others
WIDEST_NAME = 60  # printed
MEASURES = ("AUC", "accuracy", "parity gap", "TPR gap", "FPR gap", "calibration gap")


@dataclass(frozen=True)
class TradeOff:
    """The table of `fairness_trade_off`; prints itself.

    Attributes
    ----------
    rows : list of dict
        For each training table its `rows` (what it is), and by measure `(value, low, high)`; None where no two groups
        have enough rows. The "label gap" is that of the rows trained on, without an interval.
    notes : list of str
        Which groups and labels were compared, and what was left out.
    """

    rows: list
    notes: list

    def to_frame(self):
        """A pandas frame: a row for each training table, and for each measure the value and its interval."""
        import pandas as pd

        flat = []
        for row in self.rows:
            line = {"rows": row["rows"], "label gap": row["label gap"]}
            for name in MEASURES:
                ends = (np.nan,) * 3 if row[name] is None else row[name]
                line |= dict(zip((name, f"{name} low", f"{name} high"), ends, strict=True))
            flat.append(line)
        return pd.DataFrame(flat).set_index("rows")

    def __str__(self):
        cells = [["trained on", "label gap", *MEASURES]]
        for row in self.rows:
            name = row["rows"] if len(row["rows"]) <= WIDEST_NAME else row["rows"][: WIDEST_NAME - 3] + "..."
            cells.append([name, f"{row['label gap']:.3f}", *(_shown(row[name]) for name in MEASURES)])
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in cells]
        return "\n".join([*(line.rstrip() for line in lines), "", *self.notes])

    __repr__ = __str__


def fairness_trade_off(
    synthesizer,
    criteria,
    holdout,
    *,
    train=None,
    protected=None,
    target=None,
    positive=None,
    n_samples=None,
    random_state=0,
):
    """Show what each criterion does to all of the others.

    For rows as learned, and for rows of each criterion, boosted trees predict the label and are judged on the same real
    rows: how well they predict, and how far the groups lie apart in the rate of positive guesses (parity), in the rates
    of those among truly positive and truly negative rows (TPR, FPR), and in the mean of guessed probability less label
    (calibration). A gap is the largest difference between two groups.

    Parameters
    ----------
    synthesizer : TabularSynthesizer
        Fitted.
    criteria : criterion, list of criteria or dict of str to criterion
        Such as `LabelParity`; a dict names them in the table.
    holdout : table, or pair (X, y)
        Real rows that the synthesizer did not see.
    train : table or pair (X, y), default=None
        Real rows to train on besides, for comparison.
    protected, target : hashable, default=None
        The column or list of columns whose groups are compared, and the column of labels; by default those of the first
        criterion that names them, and y after `fit(X, y)`.
    positive : label, default=None
        The label whose probability is guessed, against all others; by default the rarer of two.
    n_samples : int, default=None
        Rows to generate for each; by default as many as were fitted.
    random_state : int, default=0
        Decides the rows and the trees.

    Returns
    -------
    TradeOff
        Prints as a table; `to_frame()` gives the numbers.

    Notes
    -----
    Intervals are at 95 %: of the area under the ROC curve by DeLong's variance, of accuracy Wilson's, of rate gaps the
    square-and-add rule (Newcombe 1998), of calibration gaps normal ones; those of gaps hold for all pairs of groups at
    once. They tell which holdout rows there happen to be, not which rows were generated.

    Examples
    --------
    >>> from augment import LabelParity, TabularSynthesizer, fairness_trade_off
    >>> from augment.datasets import make_table
    >>> people, others = make_table(300, random_state=0), make_table(300, random_state=1)
    >>> synthesizer = TabularSynthesizer(epochs=1, verbose=0, random_state=0).fit(people)
    >>> table = fairness_trade_off(synthesizer, LabelParity("member", target="bought"), others)
    >>> table.to_frame().index.tolist()
    ['as learned', "LabelParity(protected='member', target='bought')"]
    """
    if not isinstance(criteria, dict):
        criteria = criteria if isinstance(criteria, list | tuple) else [criteria]
        criteria = {repr(criterion): criterion for criterion in criteria}
    named = [criterion for criterion in criteria.values() if getattr(criterion, "protected", None) is not None]
    bins = {}
    if protected is None and named:
        protected, bins = named[0].protected, named[0].bins or {}
    target = target if target is not None else next((c.target for c in named if c.target is not None), None)
    target = synthesizer._target if target is None else target
    if protected is None or target is None:
        raise ValueError("Which groups and labels? Give protected= and target=, or a criterion that names them.")
    judge = _Judge(synthesizer, holdout, protected, target, bins, positive, random_state)
    tables = {} if train is None else {"real rows": _joined(synthesizer, train)}
    for name, criterion in ({"as learned": None} | criteria).items():
        generated = synthesizer.generate(n_samples, fairness=criterion, random_state=random_state)
        tables[name] = _joined(synthesizer, generated)
    return TradeOff([{"rows": name} | judge(table) for name, table in tables.items()], judge.notes)


class _Judge:
    """Trains on a table and compares the groups of the holdout."""

    def __init__(self, synthesizer, holdout, protected, target, bins, positive, seed):
        self.codec, self.seed = synthesizer.codec_, seed
        self.holdout = _joined(synthesizer, holdout)
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

    def __call__(self, table):
        """The measures of a model trained on this table, by name."""
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
        guess = model.fit(splittable(x["train"][use]), y[use]).predict_proba(x["holdout"][self.keep])[:, 1]
        return {"label gap": self._label_gap(columns, y)} | self._measures(guess)

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

    def _measures(self, guess):
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

    def _rate_gap(self, chosen, among):
        parts = [chosen[rows] for rows in self._compared(among)]
        counts = [(int(part.sum()), len(part)) for part in parts]
        return _widest(
            [s / n for s, n in counts], lambda i, j, level: rate_difference_interval(counts[i], counts[j], level)
        )

    def _mean_gap(self, values):
        parts = [values[rows] for rows in self._compared(np.ones(len(values), bool))]
        means = [float(part.mean()) for part in parts]
        errors = [part.std(ddof=1) / np.sqrt(len(part)) for part in parts]

        def interval(i, j, level):
            half = z_value(level) * np.hypot(errors[i], errors[j])
            return means[i] - means[j] - half, means[i] - means[j] + half

        return _widest(means, interval)

    def _compared(self, among):
        """The rows of each group that are `among` those, where they are enough."""
        found = [(self.group == g) & among for g in range(len(self.groups.names))]
        return [rows for rows in found if rows.sum() >= MIN_ROWS]


def _widest(values, interval):
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


def _joined(synthesizer, table):
    """One table of a table or of a pair (X, y)."""
    return synthesizer._pairing.join(*table) if isinstance(table, tuple) else table


def _shown(measure):
    return "-" if measure is None else f"{measure[0]:.3f} [{measure[1]:.3f}, {measure[2]:.3f}]"

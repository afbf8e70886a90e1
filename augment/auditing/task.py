"""What a model is to predict in each table: classes or numbers, and the rows that take part."""

import numpy as np

from augment.auditing.check import NotAssessed

MAX_ROWS = 10_000  # rows to train on
MAX_HOLDOUT = 20_000
MAX_CLASSES = 20
MIN_CLASS_ROWS = 10  # holdout rows that a class needs to be scored
POSITIVE = ("yes", "true", "1", "positive", "y", "t")  # names that tell which of two classes is the positive one


class Task:
    """The target of each table: numbers to predict, or classes, and the rows that take part.

    Attributes
    ----------
    column : Column
    classes : ndarray of shape (classes,) or None
        The values that count as classes, in ascending order; None for a number.
    rows : dict of str to ndarray of int
        Rows of "train", "synthetic" (equally many of both) and "holdout".
    y : dict of str to ndarray
        Their targets.

    Raises
    ------
    NotAssessed
        If nothing can be predicted or scored.
    """

    def __init__(self, data, rng):
        self.column = data.columns[data.target]
        target = {name: table[:, data.target] for name, table in data.tables.items()}
        present = np.unique(target["train"][~np.isnan(target["train"])])
        if len(present) < 2:
            values = "one value" if len(present) else "no value"
            raise NotAssessed(f"The target {self.column.name!r} has {values} in train: there is nothing to predict.")
        few = len(present) <= 10 and (present == np.floor(present)).all()
        self.classes = self._classes(target) if self.column.is_category or few else None
        self.rows = {}
        for name, values in target.items():
            usable = ~np.isnan(values) if self.classes is None else np.isin(values, self.classes)
            self.rows[name] = rng.permutation(np.flatnonzero(usable))
        size = min(len(self.rows["train"]), len(self.rows["synthetic"]), MAX_ROWS)
        if size < 20 or len(self.rows["holdout"]) < 20:
            raise NotAssessed(f"Needs 20 rows with a value of {self.column.name!r} in each table.")
        self.rows = {t: r[: MAX_HOLDOUT if t == "holdout" else size] for t, r in self.rows.items()}
        self.y = {name: values[self.rows[name]] for name, values in target.items()}
        if self.classes is None and np.ptp(self.y["holdout"]) == 0:
            raise NotAssessed(f"The target {self.column.name!r} has one value in the holdout: no model can be scored.")

    @property
    def score_name(self):
        """What the score is called."""
        return "R2" if self.classes is None else "AUC"

    def _classes(self, target):
        """The commonest classes of the training rows that the holdout has often enough to score."""
        values, counts = np.unique(target["train"][~np.isnan(target["train"])], return_counts=True)
        common = values[np.argsort(-counts, kind="stable")][:MAX_CLASSES]
        held = np.array([(target["holdout"] == value).sum() for value in common])
        classes = np.sort(common[held >= MIN_CLASS_ROWS])
        if len(classes) < 2:
            raise NotAssessed(
                f"The target {self.column.name!r} has fewer than two classes with {MIN_CLASS_ROWS} rows in the holdout."
            )
        return classes

    def left_out(self, data):
        """Sentences about rows that took no part, because there were more or because of their class; may be empty."""
        capped = len(self.rows["train"]) == MAX_ROWS or len(self.rows["holdout"]) == MAX_HOLDOUT
        said = f" At most {MAX_ROWS:,} rows are trained on and {MAX_HOLDOUT:,} predicted." if capped else ""
        if self.classes is None:
            return said
        seen = data.holdout[:, data.target]
        n = int((~np.isnan(seen) & ~np.isin(seen, self.classes)).sum())
        rare = f" {n:,} holdout rows of rare classes, or of classes that train lacks, are left out." if n else ""
        return said + rare

    @property
    def judged(self):
        """Places of the classes to look at, one against the rest: of two classes, only the positive one.

        The positive class of two is the one whose name says so (yes, true, 1, positive), else the rarer one in train.
        """
        if self.classes is None or len(self.classes) > 2:
            return list(range(0 if self.classes is None else len(self.classes)))
        named = [k for k, value in enumerate(self.classes) if self.column.show(value).lower() in POSITIVE]
        return named if len(named) == 1 else [int((self.y["train"] == self.classes[1]).mean() <= 0.5)]

    def class_name(self, k):
        """The class at place k as a reader knows it."""
        return self.column.show(self.classes[k])

"""What each fairness criterion costs: a model trained on rows of each, judged on real rows by all of the measures."""

from dataclasses import dataclass

import numpy as np

from augment._group_gaps import GroupGaps

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
    gaps = GroupGaps(synthesizer.codec_, _joined(synthesizer, holdout), protected, target, bins, positive, random_state)
    tables = {} if train is None else {"real rows": _joined(synthesizer, train)}
    for name, criterion in ({"as learned": None} | criteria).items():
        generated = synthesizer.generate(n_samples, fairness=criterion, random_state=random_state)
        tables[name] = _joined(synthesizer, generated)
    return TradeOff([{"rows": name} | gaps.after(table) for name, table in tables.items()], gaps.notes)


def _joined(synthesizer, table):
    """One table of a table or of a pair (X, y)."""
    return synthesizer._pairing.join(*table) if isinstance(table, tuple) else table


def _shown(measure):
    return "-" if measure is None else f"{measure[0]:.3f} [{measure[1]:.3f}, {measure[2]:.3f}]"

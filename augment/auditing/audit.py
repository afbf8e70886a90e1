"""Runs the checks on a synthetic table and its real ones."""

from dataclasses import replace
from numbers import Integral, Real

import numpy as np

from augment.auditing import bias, detection, fidelity, flips, intersections, model_bias, pairs, peers, privacy, utility
from augment.auditing.frames import prepare
from augment.auditing.holdout import training_rows
from augment.auditing.report import AuditReport

CHECKS = [
    *fidelity.CHECKS,
    *pairs.CHECKS,
    *detection.CHECKS,
    *utility.CHECKS,
    *bias.CHECKS,
    *model_bias.CHECKS,
    *intersections.CHECKS,
    *flips.CHECKS,
    *privacy.CHECKS,
    *peers.CHECKS,
]


def audit(train, synthetic, *, holdout=None, target=None, protected=(), thresholds=None, random_state=0):
    """Compare a synthetic table with the real one it was learned from, and judge what can be judged.

    Every finding has a value, an interval and a verdict: PASS when the whole interval lies on the good side of the
    threshold, FAIL when the whole of it lies on the bad side, INCONCLUSIVE otherwise, NOT ASSESSED when something is
    missing. Those of privacy are alarms: they can FAIL, and never PASS.

    Parameters
    ----------
    train : pandas, polars or pyarrow table, or ndarray of shape (rows, columns)
        The real rows that the generator learned from.
    synthetic : table
        The generated rows, with the same columns in any order.
    holdout : table, optional
        Real rows of the same population that the generator never saw. Without them usefulness and privacy are not
        assessed; a holdout that repeats training rows, more than chance does, is set aside.
    target : str, optional
        The column to predict, for usefulness. Text, booleans and whole numbers with at most ten values are classes.
    protected : str or sequence of str, default=()
        Columns whose groups matter, such as sex or age.
    thresholds : dict of str to float, optional
        Overrides of the thresholds below, by name.
    random_state : int, numpy.random.Generator or None, default=0
        Seed of every random choice; None draws one.

    Returns
    -------
    AuditReport

    Raises
    ------
    TypeError
        If a table is none, or an argument is of another type.
    ValueError
        If a table is too small, a column is not there or stands twice, or a threshold has another name.

    Notes
    -----
    Default thresholds:

    ============================  ====  ==================================================================
    fidelity.shapes               0.03  mean column score: at most so far below fresh real rows
    fidelity.shapes.worst         0.10  each column's score: at most so far below fresh real rows
    fidelity.correlations         0.03  mean correlation score: at most so far below fresh real rows
    fidelity.correlations.worst   0.10  each pair's correlation score
    fidelity.pairs                0.05  mean score of pair tables: at most so far below fresh real rows
    fidelity.pairs.worst          0.15  each pair's table
    fidelity.detection            0.70  highest AUC of telling synthetic from training rows
    utility.boosting              0.02  largest loss of AUC or R2 when training on synthetic rows
    utility.linear                0.02  the same for a linear model
    bias.representation           0.80  smallest ratio of a group's synthetic share to its real share
    bias.models.parity            0.05  widening of the gap of two groups' selection rates, synthetic over real rows
    bias.models.true_positives    0.05  the same for true positive rates (equal opportunity)
    bias.models.false_positives   0.05  the same for false positive rates (with the former: equalised odds)
    bias.models.precision         0.05  the same for precision (predictive parity)
    bias.models.calibration       0.05  the same for calibration in the large
    bias.models.prediction        0.10  the same for mean predictions of a number, in standard deviations
    bias.models.error             0.10  the same for mean errors
    bias.models.absolute_error    0.10  the same for mean absolute errors
    bias.intersections            0.10  widening of a cell's distance from the rate of all rows
    privacy.copies                0.00  largest rate of copied rare training rows beyond the holdout's
    privacy.distances             0.55  largest share of rows nearer to train than to holdout rows
    ============================  ====  ==================================================================

    Examples
    --------
    >>> import numpy as np, pandas as pd
    >>> rng = np.random.default_rng(0)
    >>> def sample(n):
    ...     age = rng.normal(40, 10, n)
    ...     return pd.DataFrame({"age": age, "income": age * 100 + rng.normal(0, 500, n)})
    >>> report = audit(sample(500), sample(500), holdout=sample(500), target="income")
    >>> report.to_dict()["verdict"]["failed"]
    []
    """
    defaults = {name: value for check in CHECKS for name, value in check.thresholds.items()}
    unknown = sorted(set(thresholds or {}) - set(defaults))
    if unknown:
        raise ValueError(f"thresholds has no {', '.join(map(repr, unknown))}: choose among {', '.join(defaults)}.")
    for name, value in (thresholds or {}).items():
        if not isinstance(value, Real) or isinstance(value, bool) or not np.isfinite(value):
            raise TypeError(f"thresholds[{name!r}] must be a finite number, got {value!r}.")
    data = prepare(train, synthetic, holdout, target, protected, {**defaults, **(thresholds or {})})
    seed = _seed(random_state)
    fault = training_rows(data)
    if fault:
        data = replace(data, notes=(*data.notes, fault))
    findings = [finding for check in CHECKS for finding in _run(check, data, fault, seed)]
    return AuditReport.from_findings(data, findings, seed)


def _run(check, data, fault, seed):
    """Findings of one check, without the holdout where it has a fault."""
    if fault and "holdout" in check.needs:
        return [check.not_assessed(fault)]
    return check.run(replace(data, holdout=None) if fault else data, seed)


def _seed(random_state):
    if random_state is None:
        return int(np.random.SeedSequence().entropy % 2**32)
    if isinstance(random_state, Integral) and random_state >= 0:
        return int(random_state)
    if isinstance(random_state, np.random.Generator):
        return int(random_state.integers(2**32))
    raise TypeError(f"random_state must be a whole number from 0, a numpy Generator or None, got {random_state!r}.")

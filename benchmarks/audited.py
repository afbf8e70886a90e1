"""The findings of a few named checks on some tables: what `audit` does, without the checks that nobody asked for."""

from dataclasses import replace

from augment.auditing.audit import CHECKS
from augment.auditing.conditional import stratum_place
from augment.auditing.frames import prepare
from augment.auditing.population import population_shares
from augment.auditing.thresholds import resolve


def findings(train, synthetic, holdout=None, target=None, protected=(), checks=None, seed=0):
    """All findings of the checks, in their order.

    Parameters
    ----------
    train, synthetic, holdout : table
    target, protected
        As in `augment.audit`.
    checks : collection of str, optional
        Ids of checks; all, by default.
    seed : int

    Examples
    --------
    >>> import numpy as np
    >>> table = np.random.default_rng(0).normal(size=(300, 2))
    >>> [finding.verdict for finding in findings(table, 9 * table, checks=["fidelity.shapes"])]
    ['FAIL', 'FAIL']
    """
    values = {name: threshold.value for name, threshold in resolve(CHECKS).items()}
    data = prepare(train, synthetic, holdout, target, protected, values)
    data = replace(data, population=population_shares(data, None), strata=stratum_place(data, None))
    chosen = [check for check in CHECKS if checks is None or check.id in checks]
    return [finding for check in chosen for finding in check.run(data, seed)]


def check_of(identity):
    """The id of the check that a finding with this id comes from: the longest beginning that is a check's.

    Examples
    --------
    >>> check_of("fidelity.shapes.worst")
    'fidelity.shapes'
    """
    ids = [check.id for check in CHECKS]
    own = [name for name in ids if identity == name or identity.startswith(f"{name}.")]
    return max(own, key=len) if own else identity

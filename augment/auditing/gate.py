"""The gate before a release: which verdicts, on which pillars and findings, keep it shut.

It is shut by a FAIL always; where asked "until" the verdict is better, by more:

============  ============================================================
until         shut by
============  ============================================================
fail          FAIL
not-assessed  FAIL and NOT ASSESSED (the default): silence is no consent
inconclusive  FAIL, NOT ASSESSED and INCONCLUSIVE: only a PASS opens it
============  ============================================================

INFORMATION is never judged. A silent alarm is INCONCLUSIVE. A check that stopped measured nothing: here it is NOT
ASSESSED, so that no fault opens the gate.
"""

from types import SimpleNamespace

from augment.auditing.check import PILLARS
from augment.auditing.thresholds import nearest
from augment.auditing.verdicts import FAIL, INCONCLUSIVE, NOT_ASSESSED, combine

SHUT_BY = {
    "fail": (FAIL,),
    "not-assessed": (FAIL, NOT_ASSESSED),
    "inconclusive": (FAIL, NOT_ASSESSED, INCONCLUSIVE),
}


def refused(content, names, until="not-assessed"):
    """The names that keep the gate shut.

    Parameters
    ----------
    content : dict
        What `AuditReport.to_dict` returns.
    names : sequence of str
        Pillars, ids of findings, or beginnings of ids up to a dot ("bias.representation" is all its columns).
    until : {"fail", "not-assessed", "inconclusive"}, default="not-assessed"
        How good a verdict must be: see above.

    Returns
    -------
    list of dict
        "name", "verdict" and "findings": the ids that have this verdict. Empty where the gate is open.

    Raises
    ------
    ValueError
        If a name is no pillar and no finding has it.

    Examples
    --------
    >>> import numpy as np
    >>> from augment.auditing import audit
    >>> real, fresh = np.random.default_rng(0).normal(size=(2, 300, 3))
    >>> audit(real, fresh).refused(["fidelity", "privacy.copies"])
    [{'name': 'privacy.copies', 'verdict': 'NOT ASSESSED', 'findings': ['privacy.copies']}]
    """
    if until not in SHUT_BY:
        raise ValueError(f"until must be one of {', '.join(map(repr, SHUT_BY))}, got {until!r}.")
    verdicts = {name: _verdict(content, name) for name in names}
    return [
        {"name": name, "verdict": verdict, "findings": ids}
        for name, (verdict, ids) in verdicts.items()
        if verdict in SHUT_BY[until]
    ]


def check_names(names, checks):
    """Raise ValueError for a name that no finding of `checks` can have: before the audit, not after it."""
    ids = [check.id for check in checks]
    known = [*PILLARS, *ids]
    for name in names:
        if name not in known and not any(within(name, own) or within(own, name) for own in ids):
            raise ValueError(f"--fail-on: no pillar or finding is called {name!r}: {nearest(name, known)}")


def within(finding_id, name):
    """Whether an id is `name` or lies under it.

    Examples
    --------
    >>> within("bias.representation.sex", "bias.representation"), within("bias.representation", "bias.rep")
    (True, False)
    """
    return finding_id == name or finding_id.startswith(f"{name}.")


def _verdict(content, name):
    """The verdict on a pillar or on all findings of a name, and the ids of the findings that have it."""
    rows = [row for row in content["findings"] if within(row["id"], name)]
    if name in PILLARS:
        verdict = content["verdict"]["by_pillar"][name]
    elif rows:
        verdict = combine(SimpleNamespace(**row) for row in rows)
    else:
        ids = [row["id"] for row in content["findings"]]
        raise ValueError(f"--fail-on: no finding is called {name!r}: {nearest(name, ids)}")
    stopped = [row["id"] for row in rows if row["verdict"] == INCONCLUSIVE and row["value"] is row["interval"] is None]
    if stopped and verdict != FAIL:
        return NOT_ASSESSED, stopped
    return verdict, [row["id"] for row in rows if row["verdict"] == verdict]

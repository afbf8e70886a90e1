"""A check is a named comparison of tables; a finding is one number it found, judged by its interval."""

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import date

import numpy as np

from augment.auditing.verdicts import FAIL as FAIL
from augment.auditing.verdicts import INCONCLUSIVE, INFORMATION, LEVEL, NOT_ASSESSED, PASS, judge, smallest_difference

PILLARS = ("fidelity", "utility", "bias", "privacy")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One measured number with everything needed to judge, print and plot it.

    Parameters
    ----------
    id : str
        Stable name, such as "privacy.copies": pillar first.
    pillar : {"fidelity", "utility", "bias", "privacy"}
        The question it belongs to.
    title : str
        What was measured, in a few words.
    message : str
        What was found, in one sentence or two.
    value, interval : float and (float, float), optional
        The estimate, and the interval that `method` gives at `level`.
    level : float, default=0.95
        Coverage of the interval.
    method : str
        How the interval was made.
    goal : {"higher", "lower", "range"}
        Which side of the threshold is the good one; "range" wants to lie between two thresholds.
    threshold : float or (float, float), optional
        Where the good side ends.
    threshold_name, threshold_source : str
        The name by which the user can set it, and who did: "default", "given" or a file. `audit` fills in what a check
        leaves empty: see `augment.auditing.thresholds`.
    smallest_difference : float, optional
        How far from the threshold the truth must lie for this much data to show it, where the check knows better than
        `augment.auditing.verdicts.smallest_difference`, which answers otherwise.
    ceiling : float, optional
        What a fresh sample of the real population, of the same size, would get.
    reference : float, optional
        The same number for a comparison without synthetic rows; `reference_name` says which.
    n : dict of str to int
        Rows used, by table.
    worst : list of dict
        The worst members (columns, pairs, groups), worst first.
    evidence : dict
        "charts", "tables" and "facts" for the report: see `augment.auditing.charts`.
    missing : str
        What was missing, when nothing could be assessed.
    alarm_only : bool, default=False
        A bad value fails, but a good one proves nothing: it never passes.
    informational : bool, default=False
        Shown, never judged.

    Examples
    --------
    >>> finding = Finding(id="fidelity.demo", pillar="fidelity", title="Demo", value=0.97, interval=(0.96, 0.98),
    ...                   goal="higher", threshold=0.95)
    >>> finding.verdict
    'PASS'
    """

    id: str
    pillar: str
    title: str
    message: str = ""
    value: float | None = None
    interval: tuple[float, float] | None = None
    level: float = LEVEL
    method: str = ""
    goal: str = "higher"
    threshold: float | tuple[float, float] | None = None
    threshold_name: str = ""
    threshold_source: str = ""
    smallest_difference: float | None = None
    ceiling: float | None = None
    reference: float | None = None
    reference_name: str = ""
    n: dict = field(default_factory=dict)
    worst: list = field(default_factory=list)
    evidence: dict = field(default_factory=dict)
    missing: str = ""
    alarm_only: bool = False
    informational: bool = False

    def __post_init__(self):
        if self.pillar not in PILLARS:
            raise ValueError(f"Finding {self.id!r}: pillar must be one of {PILLARS}, got {self.pillar!r}.")
        if self.goal not in ("higher", "lower", "range"):
            raise ValueError(f"Finding {self.id!r}: goal must be 'higher', 'lower' or 'range', got {self.goal!r}.")

    @property
    def verdict(self):
        """PASS, FAIL, INCONCLUSIVE, NOT ASSESSED or INFORMATION: see `augment.auditing.verdicts`."""
        if self.missing:
            return NOT_ASSESSED
        if self.informational:
            return INFORMATION
        verdict = judge(self.interval, self.goal, self.threshold)
        return INCONCLUSIVE if verdict == PASS and self.alarm_only else verdict

    @property
    def detectable(self):
        """`smallest_difference`, from the interval where the check gave none; None where nothing is judged."""
        if self.verdict in (NOT_ASSESSED, INFORMATION) or self.threshold is None:
            return None
        if self.smallest_difference is not None:
            return self.smallest_difference
        return smallest_difference(self.value, self.interval, self.level)

    def to_dict(self):
        """Plain, JSON-safe values, the verdict and the smallest difference among them."""
        return json_safe({**asdict(self), "smallest_difference": self.detectable, "verdict": self.verdict})


@dataclass(frozen=True)
class Check:
    """A named function of the prepared data that returns findings.

    Parameters
    ----------
    id : str
        Pillar and name, such as "privacy.copies". Its findings carry this id, or extend it.
    title : str
        What it measures, in a few words.
    function : callable (Data, numpy.random.Generator) -> list of Finding
        The comparison. The generator depends on the seed and the id alone, so checks do not disturb each other.
    needs : tuple of {"holdout", "target", "protected", "labels", "attributes"}, default=()
        What the user must give; when absent, the check answers NOT ASSESSED and names it.
    thresholds : dict of str to float, default={}
        Default thresholds of its findings; the user overrides them by these names.

    Examples
    --------
    Any function can join the audit::

        from augment.auditing import CHECKS, Check, Finding

        def row_count(data, rng):
            n = len(data.synthetic)
            return [Finding(id="utility.rows", pillar="utility", title="Rows", value=n, informational=True)]

        CHECKS.append(Check("utility.rows", "Rows", row_count))
    """

    id: str
    title: str
    function: Callable
    needs: tuple = ()
    thresholds: dict = field(default_factory=dict)

    @property
    def pillar(self):
        """The question it belongs to: the first part of the id."""
        return self.id.split(".")[0]

    def not_assessed(self, reason):
        """A finding that says what is missing."""
        return Finding(id=self.id, pillar=self.pillar, title=self.title, missing=reason, message=reason)

    def run(self, data, seed):
        """Findings of this check. What it cannot assess is a finding that says so.

        A failure inside it is one, too, and INCONCLUSIVE: the user keeps the other checks, but its pillar cannot pass.
        """
        absent = [need for need in self.needs if not data.has(need)]
        if absent:
            return [self.not_assessed(" ".join(NEEDS[need] for need in absent))]
        rng = np.random.default_rng([seed, *self.id.encode()])
        try:
            return list(self.function(data, rng))
        except NotAssessed as reason:
            return [self.not_assessed(str(reason))]
        except Exception as error:
            reason = f"The check stopped with {type(error).__name__}: {error}"
            return [Finding(id=self.id, pillar=self.pillar, title=self.title, message=reason)]


class NotAssessed(Exception):
    """Raised by a check that finds nothing to compare; the text says what is missing."""


NEEDS = {
    "holdout": "Needs holdout=: real rows that the generator never saw.",
    "target": "Needs target=: the name of the column to predict.",
    "protected": "Needs protected=: the names of the columns whose groups matter.",
    "labels": "Needs labels: give train, synthetic and holdout as pairs (images, labels).",
    "attributes": "Needs attributes: give train as (images, labels, attributes), and their names as protected=.",
}


def json_safe(value):
    """`value` as plain Python objects that JSON can hold: what is not finite becomes None.

    Examples
    --------
    >>> json_safe({"a": np.float64("nan"), 1: (np.int64(2), True)})
    {'a': None, '1': [2, True]}
    """
    if isinstance(value, dict):
        return {str(key): json_safe(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, np.ndarray)):
        return [json_safe(item) for item in value]
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return float(value) if math.isfinite(value) else None
    return (
        value
        if value is None or isinstance(value, str)
        else value.isoformat()
        if isinstance(value, date)
        else str(value)
    )

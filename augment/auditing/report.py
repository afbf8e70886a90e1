"""An audit's result is one plain dict; page, JSON, Markdown, terminal and notebook only print it."""

import json
import math
from dataclasses import asdict
from importlib import metadata
from pathlib import Path

import pandas as pd

from augment.auditing import gate
from augment.auditing.check import PILLARS, json_safe
from augment.auditing.limits import limits
from augment.auditing.page import fragment, page
from augment.auditing.printing import markdown, text
from augment.auditing.public import public
from augment.auditing.thresholds import Threshold, with_sources
from augment.auditing.verdicts import FAIL, NOT_ASSESSED, PASS, combine, overall
from augment.auditing.words import things
from augment.files import atomic

SCHEMA = "augment-audit/1"
SHAPE = {
    "tool": dict,
    "seed": int,
    "mode": str,
    "data": dict,
    "columns": list,
    "protected": list,
    "thresholds": dict,
    "verdict": dict,
    "findings": list,
    "notes": list,
    "limits": list,
}


class AuditReport:
    """What an audit found.

    Parameters
    ----------
    content : dict
        JSON-safe: everything the report prints. `to_dict` returns it, `from_dict` takes it back.

    Attributes
    ----------
    verdict : str
        "FAIL" when a pillar fails, "PASS" when all four pass, "NOT ASSESSED" when none was assessed, else
        "INCONCLUSIVE".
    by_pillar : dict of str to str
        The verdict on fidelity, utility, bias and privacy.
    findings : list of dict
        Each with id, pillar, title, value, interval, threshold, verdict, message, evidence and more: see `Finding`.

    Examples
    --------
    >>> import numpy as np
    >>> from augment.auditing import audit
    >>> real, fresh = np.random.default_rng(0).normal(size=(2, 300, 3))
    >>> report = audit(real, fresh)
    >>> report.by_pillar["privacy"]
    'NOT ASSESSED'
    >>> AuditReport.from_dict(json.loads(report.to_json())).to_dict() == report.to_dict()
    True
    """

    def __init__(self, content):
        self._content = content

    @classmethod
    def from_findings(cls, data, findings, seed, thresholds=None):
        """The report on prepared tables and what the checks found in them, by the `Threshold`s of these names."""
        if thresholds is None:
            thresholds = {name: Threshold(value, value) for name, value in (data.thresholds or {}).items()}
        findings = with_sources(findings, thresholds)
        by_pillar = {pillar: combine([f for f in findings if f.pillar == pillar]) for pillar in PILLARS}
        rows = [finding.to_dict() for finding in findings]
        about = data.summary()
        content = {
            "schema": SCHEMA,
            "tool": {"name": "augment-toolkit", "version": _version()},
            "seed": seed,
            "mode": "internal",
            **about,
            "thresholds": {name: asdict(threshold) for name, threshold in thresholds.items()},
            "verdict": {
                "overall": overall(by_pillar.values()),
                "by_pillar": by_pillar,
                "because": {pillar: _decisive(rows, pillar, by_pillar[pillar]) for pillar in PILLARS},
                "failed": [row["id"] for row in rows if row["verdict"] == FAIL],
                "not_assessed": [row["id"] for row in rows if row["verdict"] == NOT_ASSESSED],
            },
            "findings": rows,
            "notes": list(data.notes),
            "limits": limits(rows, about["protected"], about["target"], of=things(about)),
        }
        return cls(json_safe(content))

    @classmethod
    def from_dict(cls, content):
        """The report that `to_dict` or a JSON file holds.

        Raises
        ------
        ValueError
            If it has another shape, or a finding passes or fails without an interval. `schema.json` beside this file
            is the whole of what a report keeps to.
        """
        fault = _fault(content)
        if fault:
            raise ValueError(f"Not an audit report: {fault}.")
        return cls(content)

    @property
    def verdict(self):
        """The verdict on the whole: see the class."""
        return self._content["verdict"]["overall"]

    @property
    def by_pillar(self):
        """The verdict of each pillar."""
        return dict(self._content["verdict"]["by_pillar"])

    @property
    def findings(self):
        """The findings, as dicts."""
        return list(self._content["findings"])

    @property
    def mode(self):
        """ "internal" or "public"."""
        return self._content["mode"]

    def public(self):
        """The report in its public form: rounded, without small cells, rows and exact texts. Verdicts stay."""
        return self if self.mode == "public" else AuditReport(json_safe(public(self._content)))

    def refused(self, names, until="not-assessed"):
        """What keeps the gate of a release shut: see `augment.auditing.gate.refused`."""
        return gate.refused(self._content, names, until)

    def to_dict(self):
        """The whole report as JSON-safe values; a copy."""
        return json.loads(self.to_json())

    def to_frame(self):
        """The findings as a pandas frame, one row each."""
        names = [
            "id",
            "pillar",
            "title",
            "verdict",
            "value",
            "low",
            "high",
            "goal",
            "threshold",
            "ceiling",
            "reference",
            "smallest_difference",
            "message",
        ]
        rows = []
        for finding in self.findings:
            low, high = finding["interval"] or (None, None)
            rows.append([{**finding, "low": low, "high": high}[name] for name in names])
        frame = pd.DataFrame(rows, columns=names)
        return frame.astype(
            dict.fromkeys(["value", "low", "high", "ceiling", "reference", "smallest_difference"], "float64")
        )

    def to_json(self, path=None):
        """The report as JSON text; written to `path` when one is given."""
        return _give(json.dumps(self._content, indent=1, ensure_ascii=False, allow_nan=False), path)

    def to_html(self, path=None):
        """The report as one self-contained page, without scripts; written to `path` when one is given."""
        return _give(page(self._content), path)

    def to_markdown(self, path=None):
        """The report as Markdown; written to `path` when one is given."""
        return _give(markdown(self._content), path)

    def __str__(self):
        return text(self._content)

    def __repr__(self):
        return f"<AuditReport {self.verdict}: {', '.join(f'{p} {v}' for p, v in self.by_pillar.items())}>"

    def _repr_html_(self):
        return fragment(self._content)

    def _repr_mimebundle_(self, include=None, exclude=None):
        return {"text/plain": str(self), "text/html": self._repr_html_()}


def _version():
    try:
        return metadata.version("augment-toolkit")
    except metadata.PackageNotFoundError:
        return "unknown"


def _decisive(rows, pillar, verdict):
    """Id of the finding that a pillar's verdict rests on: of those with that verdict the nearest to FAIL."""
    own = [row for row in rows if row["pillar"] == pillar]
    same = [row for row in own if row["verdict"] == verdict] or own
    return max(same, key=_lean)["id"] if same else None


def _lean(row):
    """How far a value lies on the bad side of its threshold, in smallest differences that could have been shown."""
    value, threshold, unit = row["value"], row["threshold"], row["smallest_difference"]
    if value is None or threshold is None or not unit:
        return -math.inf
    lower, upper = threshold if row["goal"] == "range" else (threshold, threshold)
    beyond = {"lower": value - upper, "higher": lower - value, "range": max(value - upper, lower - value)}
    return beyond[row["goal"]] / unit


def _give(written, path):
    """The text itself, or the path it was written to, whole or not at all."""
    if path is None:
        return written
    with atomic(path) as temporary:
        temporary.write_text(written, encoding="utf-8", errors="backslashreplace", newline="\n")
    return Path(path)


def _fault(content):
    """What keeps a dict from being a report, in a few words; None where nothing does."""
    if not isinstance(content, dict) or content.get("schema") != SCHEMA:
        return f"expected a dict whose 'schema' is {SCHEMA!r}"
    for name, kind in SHAPE.items():
        if not isinstance(content.get(name), kind):
            return f"{name!r} must be there and hold a {kind.__name__}"
    for row in content["findings"]:
        absent = {"id", "pillar", "verdict", "interval", "evidence"} - set(row) if isinstance(row, dict) else {"id"}
        if absent:
            return f"a finding lacks {sorted(absent)[0]!r}"
        if row["verdict"] in (PASS, FAIL) and row["interval"] is None:
            return f"finding {row['id']!r} has the verdict {row['verdict']} and no interval"
    return None

"""An audit's result is one plain dict; page, JSON, Markdown, terminal and notebook only print it."""

import json
from importlib import metadata
from pathlib import Path

import pandas as pd

from augment.auditing.check import FAIL, INCONCLUSIVE, NOT_ASSESSED, PILLARS, combine, json_safe
from augment.auditing.page import fragment, page
from augment.auditing.words import QUESTIONS, SYMBOLS, measured, plain, show
from augment.files import atomic

SCHEMA = "augment-audit/1"
LIMITS = (
    "Verdicts hold for these tables, these sizes and this seed; another draw of synthetic rows is another table.",
    "INCONCLUSIVE means that neither good nor bad was proved, not that all is well: the rows are too few to tell, an "
    "alarm stayed silent (which passes nothing), a check stopped, or a question was not assessed.",
    "Privacy findings are alarms: some attacks are tried, others are not, and no number here shows that nobody can be "
    "recognised.",
    "Bias is looked at in the shares of groups only, not in the decisions of models trained on the rows.",
    "This report shows distributions of the real rows: treat it as internal.",
)


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
    def from_findings(cls, data, findings, seed):
        """The report on prepared tables and what the checks found in them."""
        by_pillar = {pillar: combine([f for f in findings if f.pillar == pillar]) for pillar in PILLARS}
        rows = [finding.to_dict() for finding in findings]
        names = [column.name for column in data.columns]
        content = {
            "schema": SCHEMA,
            "tool": {"name": "augment-toolkit", "version": _version()},
            "seed": seed,
            "data": {
                name: {"rows": len(table), "columns": table.shape[1], "sha256": data.fingerprint(name)}
                for name, table in data.tables.items()
            },
            "columns": [{"name": c.name, "kind": c.kind, "identifier": c.identifier} for c in data.columns],
            "target": None if data.target is None else names[data.target],
            "protected": [names[j] for j in data.protected],
            "thresholds": data.thresholds,
            "verdict": {
                "overall": _overall(by_pillar.values()),
                "by_pillar": by_pillar,
                "because": {pillar: _decisive(rows, pillar, by_pillar[pillar]) for pillar in PILLARS},
                "failed": [row["id"] for row in rows if row["verdict"] == FAIL],
                "not_assessed": [row["id"] for row in rows if row["verdict"] == NOT_ASSESSED],
            },
            "findings": rows,
            "notes": list(data.notes),
            "limits": list(LIMITS),
        }
        return cls(json_safe(content))

    @classmethod
    def from_dict(cls, content):
        """The report that `to_dict` or a JSON file holds."""
        if not isinstance(content, dict) or content.get("schema") != SCHEMA:
            raise ValueError(f"Not an audit report: expected a dict whose 'schema' is {SCHEMA!r}.")
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
            "message",
        ]
        rows = []
        for finding in self.findings:
            low, high = finding["interval"] or (None, None)
            rows.append([{**finding, "low": low, "high": high}[name] for name in names])
        frame = pd.DataFrame(rows, columns=names)
        return frame.astype(dict.fromkeys(["value", "low", "high", "ceiling", "reference"], "float64"))

    def to_json(self, path=None):
        """The report as JSON text; written to `path` when one is given."""
        return _give(json.dumps(self._content, indent=1, ensure_ascii=False, allow_nan=False), path)

    def to_html(self, path=None):
        """The report as one self-contained page, without scripts; written to `path` when one is given."""
        return _give(page(self._content), path)

    def to_markdown(self, path=None):
        """The report as Markdown; written to `path` when one is given."""
        return _give(_markdown(self._content), path)

    def __str__(self):
        return _text(self._content)

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


def _overall(verdicts):
    """The verdict on the whole, from those of the pillars: a pillar that was not assessed keeps it from passing."""
    verdicts = set(verdicts)
    if len(verdicts) == 1:
        return verdicts.pop()
    return FAIL if FAIL in verdicts else INCONCLUSIVE


def _decisive(rows, pillar, verdict):
    """Id of the finding that a pillar's verdict rests on: its first with that verdict."""
    own = [row for row in rows if row["pillar"] == pillar]
    return next((row["id"] for row in own if row["verdict"] == verdict), own[0]["id"] if own else None)


def _give(text, path):
    """The text itself, or the path it was written to, whole or not at all."""
    if path is None:
        return text
    with atomic(path) as temporary:
        temporary.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")
    return Path(path)


def _sizes(content):
    return ", ".join(f"{name} {table['rows']:,}" for name, table in content["data"].items())


def _because(content, pillar):
    """The decisive finding of a pillar in one line."""
    by_id = {row["id"]: row for row in content["findings"]}
    finding = by_id.get(content["verdict"]["because"][pillar])
    if finding is None:
        return "no check"
    return finding["missing"] or f"{finding['title']}: {measured(finding) or finding['message']}"


def _text(content, width=118):
    """The report for a terminal: a summary of at most ten lines, then the findings."""
    verdict = content["verdict"]
    columns = content["data"]["train"]["columns"]
    lines = [f"Audit: {SYMBOLS[verdict['overall']]} {verdict['overall']}   ({_sizes(content)} rows; {columns} columns)"]
    for pillar in PILLARS:
        word = verdict["by_pillar"][pillar]
        lines.append(_cut(f"  {pillar:<9} {SYMBOLS[word]} {word:<13} {_because(content, pillar)}", width))
    for pillar in PILLARS:
        lines += ["", f"{pillar.capitalize()}: {QUESTIONS[pillar]}"]
        for row in [row for row in content["findings"] if row["pillar"] == pillar]:
            number = "" if row["missing"] else measured(row)
            lines.append(
                _cut(f"  {SYMBOLS[row['verdict']]} {row['verdict']:<13} {row['title']}  {number}", width).rstrip()
            )
            lines += [f"      {plain(row['message'])}"] if row["message"] else []
    lines += [""] + [f"Note: {plain(note)}" for note in content["notes"]]
    return "\n".join(lines).rstrip()


def _cut(text, width):
    text = plain(text)
    return text if len(text) <= width else text[: width - 1] + "…"


def _markdown(content):
    verdict = content["verdict"]
    lines = [
        f"# Audit: {SYMBOLS[verdict['overall']]} {verdict['overall']}",
        "",
        f"Rows: {_sizes(content)}.",
        "",
        "| question | verdict | because |",
        "|---|---|---|",
    ]
    for pillar in PILLARS:
        word = verdict["by_pillar"][pillar]
        lines.append(
            _md_row(f"{pillar.capitalize()}: {QUESTIONS[pillar]}", f"{SYMBOLS[word]} {word}", _because(content, pillar))
        )
    lines += [
        "",
        "## Findings",
        "",
        "| finding | verdict | value | interval | threshold | fresh real rows |",
        "|---|---|---|---|---|---|",
    ]
    for row in content["findings"]:
        interval = "" if row["interval"] is None else f"{show(row['interval'][0])} to {show(row['interval'][1])}"
        cells = [row["title"], f"{SYMBOLS[row['verdict']]} {row['verdict']}", show(row["value"]), interval]
        lines.append(_md_row(*cells, show(row["threshold"]), show(row["ceiling"])))
    lines += [
        "",
        *(f"* **{_md(row['title'])}.** {_md(row['message'])}" for row in content["findings"] if row["message"]),
    ]
    for title, texts in (("Notes", content["notes"]), ("Limits", content["limits"])):
        lines += ["", f"## {title}", "", *(f"* {_md(text)}" for text in texts)] if texts else []
    return "\n".join(lines) + "\n"


def _md_row(*cells):
    return "| " + " | ".join(_md(cell) for cell in cells) + " |"


def _md(text):
    """Text that Markdown, and the HTML inside it, leaves alone."""
    text = plain(text).replace("\\", "\\\\").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return "".join(f"\\{c}" if c in "|*_`[]#!" else c for c in text)

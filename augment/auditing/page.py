"""The report as one HTML page that opens from a file: no script, no fonts, no address outside itself."""

from augment.auditing.check import PILLARS
from augment.auditing.drawings import draw, folded, table
from augment.auditing.style import PAGE_STYLE, STYLE
from augment.auditing.svg import gauge
from augment.auditing.verdicts import FAIL, NOT_ASSESSED
from augment.auditing.words import SYMBOLS, because, escape, question, show, size_of_each, things, unseen, wanted

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
SOURCES = {"default": "the default", "given": "set by the user"}


def page(content):
    """The whole page."""
    verdict = content["verdict"]["overall"]
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>Audit of synthetic data: {escape(verdict)}</title><style>{PAGE_STYLE}</style></head>"
        f"<body>{fragment(content)}</body></html>\n"
    )


def fragment(content):
    """The report inside another page, such as a notebook; its style reaches nothing else."""
    pillars = "".join(_pillar(content, pillar) for pillar in PILLARS)
    return (
        f"<main class=audit><style>{STYLE}</style>"
        f'<a class=skip href="#audit-findings">Skip to the findings</a>{_header(content)}{_summary(content)}'
        f'<div id="audit-findings">{pillars}</div>'
        f"{_list(_read(content), content['notes'])}"
        f"{_list('What this audit cannot tell', content['limits'])}{_annex(content)}"
        f"{_provenance(content)}</main>"
    )


def _read(content):
    return f"How the {'tables' if things(content) == 'rows' else things(content)} were read"


def _badge(verdict):
    name = verdict.lower().replace(" ", "-")
    return f'<span class="badge {name}"><span aria-hidden="true">{SYMBOLS[verdict]}</span> {escape(verdict)}</span>'


def _anchor(finding_id):
    """An id that HTML and an address can hold, whatever a column is called."""
    return "finding-" + "".join(c if c.isalnum() and c.isascii() or c in ".-" else f"_{ord(c):x}" for c in finding_id)


def _header(content):
    verdict = content["verdict"]
    skipped = [p for p in PILLARS if verdict["by_pillar"][p] == NOT_ASSESSED]
    rest = f"<p>Not assessed: {', '.join(skipped)}. The whole passes only where all four do.</p>" if skipped else ""
    about = "about " if content["mode"] == "public" else ""
    rows = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{about}{show(table['rows'])} {things(content)}</dd></div>"
        for name, table in content["data"].items()
    )
    return (
        f"<header><p class=kicker>Audit of synthetic data</p><h1>{_badge(verdict['overall'])}</h1>{rest}"
        f"<dl class=sizes>{rows}<div><dt>each with</dt><dd>{escape(size_of_each(content))}</dd></div>"
        f"<div><dt>form</dt><dd>{escape(content['mode'])}</dd></div></dl></header>"
    )


def _summary(content):
    """The verdict table: a row for each question, with the finding it rests on."""
    rows = []
    for pillar in PILLARS:
        verdict, finding = content["verdict"]["by_pillar"][pillar], content["verdict"]["because"][pillar]
        text = escape(because(content, pillar))
        text = text if finding is None else f'<a href="#{_anchor(finding)}">{text}</a>'
        rows.append(
            f'<tr data-pillar="{pillar}" data-status="{escape(verdict)}"><th scope=row>{pillar.capitalize()}'
            f"<small>{question(content, pillar)}</small></th><td>{_badge(verdict)}</td><td>{text}</td></tr>"
        )
    return (
        "<section><table class=verdicts><caption>Verdicts</caption><thead><tr><th scope=col>Question</th>"
        f"<th scope=col>Verdict</th><th scope=col>It rests on</th></tr></thead><tbody>{''.join(rows)}</tbody></table>"
        "<p class=note>A verdict is made from an interval, never from an estimate: PASS when all of the 95 % interval "
        "lies on the good side of the threshold, FAIL when all of it lies on the bad side, INCONCLUSIVE "
        "otherwise. An alarm can fail but never passes.</p></section>"
    )


def _pillar(content, pillar):
    """The findings of one question, failures first."""
    findings = [row for row in content["findings"] if row["pillar"] == pillar]
    body = "".join(_finding(row, things(content)) for row in sorted(findings, key=lambda row: row["verdict"] != FAIL))
    asked = question(content, pillar).capitalize()
    return f"<section><h2>{pillar.capitalize()}</h2><p class=question>{asked}</p>{body}</section>" if findings else ""


def _finding(row, of):
    number = ""
    if row["value"] is not None and not row["missing"]:
        interval = f" <span class=range>{show(row['interval'])}</span>" if row["interval"] else ""
        want = f" <span class=wanted>wanted: {escape(wanted(row))}</span>" if row["threshold"] is not None else ""
        open_ = f"<p class=note>{escape(unseen(row))}</p>" if unseen(row) else ""
        number = f"<p class=measure><strong>{show(row['value'])}</strong>{interval}{want}</p>{gauge(row, of)}{open_}"
    message = f"<p>{escape(row['message'])}</p>" if row["message"] else ""
    charts = "".join(draw(chart) for chart in row["evidence"].get("charts", []))
    return (
        f'<article id="{_anchor(row["id"])}" data-check-id="{escape(row["id"])}" '
        f'data-status="{escape(row["verdict"])}">'
        f"<h3>{_badge(row['verdict'])} {escape(row['title'])}</h3>{message}{number}{charts}"
        f"{_details(row, of)}</article>"
    )


def _details(row, of):
    """The tables of a finding and how its number was made."""
    facts = [[name.replace("_", " "), value] for name, value in row["evidence"].get("facts", {}).items()]
    numbers = _numbers(row, of) + facts
    tables = "".join(table(t["caption"], t["columns"], t["rows"]) for t in row["evidence"].get("tables", []))
    own = table("The number and how it was made", ["what", "value"], numbers) if numbers else ""
    return folded("Numbers and method", tables + own) if tables or own else ""


def _numbers(row, of):
    """What stands in the JSON file beside the value, by name; only what is there."""
    source = SOURCES.get(row["threshold_source"], f"from {row['threshold_source']}")
    rows = ", ".join(f"{name} {show(n)}" for name, n in row["n"].items())
    numbers = {
        "value": show(row["value"]),
        f"{100 * row['level']:.3g}% interval": show(row["interval"]),
        "wanted": wanted(row),
        "threshold": f"{row['threshold_name']}, {source}" if row["threshold_name"] else "",
        "smallest difference it could show": show(row["smallest_difference"]),
        f"fresh real {of}": show(row["ceiling"]),
        row["reference_name"] or "reference": show(row["reference"]),
        of: rows,
        "method": row["method"],
    }
    return [[name, value] for name, value in numbers.items() if value]


def _list(title, texts):
    if not texts:
        return ""
    return f"<section><h2>{title}</h2><ul>{''.join(f'<li>{escape(text)}</li>' for text in texts)}</ul></section>"


def _annex(content):
    """Every number in one table, by the id that the JSON file and the thresholds share, and every threshold."""
    columns = ["id", "verdict", "value", "interval", "wanted", "could show"]
    rows = [
        [row["id"], row["verdict"], row["value"], show(row["interval"]), wanted(row), row["smallest_difference"]]
        for row in content["findings"]
    ]
    thresholds = [
        [name, threshold["value"], threshold["default"], SOURCES.get(threshold["source"], threshold["source"])]
        for name, threshold in content["thresholds"].items()
    ]
    listed = table("All findings", columns, rows, at_most=len(rows))
    if thresholds:
        listed += table("All thresholds", ["name", "value", "default", "set by"], thresholds, at_most=len(thresholds))
    return f"<section><h2>All numbers</h2>{folded('Findings and thresholds by name', listed)}</section>"


def _provenance(content):
    rows = [[name, t["rows"], t["sha256"] or "left out"] for name, t in content["data"].items()]
    tool = content["tool"]
    return (
        f"<footer>{table('The tables', ['table', 'rows', 'SHA-256 of the contents'], rows)}"
        f"<p>{escape(tool['name'])} {escape(tool['version'])}, seed {content['seed']}, {escape(content['schema'])}. "
        "The same tables and the same seed give this report again.</p></footer>"
    )

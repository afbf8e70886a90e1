"""The report as one HTML page that opens from a file: no script, no fonts, no address outside itself."""

from augment.auditing.check import PILLARS
from augment.auditing.style import PAGE_STYLE, STYLE
from augment.auditing.svg import draw, gauge
from augment.auditing.words import QUESTIONS, SYMBOLS, escape, measured, show, wanted

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


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
        f"<main class=audit><style>{STYLE}</style>{_header(content)}{_summary(content)}{pillars}"
        f"{_list('How the tables were read', content['notes'])}"
        f"{_list('What this audit cannot tell', content['limits'])}"
        f"{_provenance(content)}</main>"
    )


def _badge(verdict):
    name = verdict.lower().replace(" ", "-")
    return f'<span class="badge {name}"><span aria-hidden="true">{SYMBOLS[verdict]}</span> {escape(verdict)}</span>'


def _anchor(finding_id):
    """An id that HTML and an address can hold, whatever a column is called."""
    return "finding-" + "".join(c if c.isalnum() and c.isascii() or c in ".-" else f"_{ord(c):x}" for c in finding_id)


def _header(content):
    verdict = content["verdict"]
    skipped = [p for p in PILLARS if verdict["by_pillar"][p] == "NOT ASSESSED"]
    rest = f"<p>Not assessed: {', '.join(skipped)}. The whole passes only where all four do.</p>" if skipped else ""
    rows = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{table['rows']:,} rows</dd></div>" for name, table in content["data"].items()
    )
    columns = content["data"]["train"]["columns"]
    return (
        f"<header><p class=kicker>Audit of synthetic data</p><h1>{_badge(verdict['overall'])}</h1>{rest}"
        f"<dl class=sizes>{rows}<div><dt>each with</dt><dd>{columns:,} columns</dd></div></dl></header>"
    )


def _summary(content):
    """The verdict table: a row for each question, with the finding it rests on."""
    by_id = {row["id"]: row for row in content["findings"]}
    rows = []
    for pillar in PILLARS:
        verdict = content["verdict"]["by_pillar"][pillar]
        finding = by_id.get(content["verdict"]["because"][pillar])
        because = "No check."
        if finding is not None:
            text = finding["missing"] or f"{finding['title']}: {measured(finding) or finding['message']}"
            because = f'<a href="#{_anchor(finding["id"])}">{escape(text)}</a>'
        rows.append(
            f'<tr data-pillar="{pillar}" data-status="{escape(verdict)}"><th scope=row>{pillar.capitalize()}'
            f"<small>{QUESTIONS[pillar]}</small></th><td>{_badge(verdict)}</td><td>{because}</td></tr>"
        )
    return (
        "<section><table class=verdicts><caption>Verdicts</caption><thead><tr><th scope=col>Question</th>"
        f"<th scope=col>Verdict</th><th scope=col>It rests on</th></tr></thead><tbody>{''.join(rows)}</tbody></table>"
        "<p class=note>A verdict is made from an interval, never from an estimate: PASS when all of the 95 % interval "
        "lies on the good side of the threshold, FAIL when all of it lies on the bad side, INCONCLUSIVE "
        "otherwise. An alarm can fail but never passes.</p></section>"
    )


def _pillar(content, pillar):
    findings = [row for row in content["findings"] if row["pillar"] == pillar]
    body = "".join(_finding(row) for row in findings)
    return (
        f"<section><h2>{pillar.capitalize()}</h2><p class=question>{QUESTIONS[pillar].capitalize()}</p>{body}</section>"
        if findings
        else ""
    )


def _finding(row):
    number = ""
    if row["value"] is not None and not row["missing"]:
        interval = (
            f" <span class=range>{show(row['interval'][0])} to {show(row['interval'][1])}</span>"
            if row["interval"]
            else ""
        )
        want = f" <span class=wanted>wanted: {escape(wanted(row))}</span>" if row["threshold"] is not None else ""
        number = f"<p class=measure><strong>{show(row['value'])}</strong>{interval}{want}</p>{gauge(row)}"
    charts = "".join(draw(chart) for chart in row["evidence"].get("charts", []))
    tables = "".join(_table(table) for table in row["evidence"].get("tables", []))
    return (
        f'<article id="{_anchor(row["id"])}" data-check-id="{escape(row["id"])}" '
        f'data-status="{escape(row["verdict"])}">'
        f"<h3>{_badge(row['verdict'])} {escape(row['title'])}</h3><p>{escape(row['message'])}</p>{number}{charts}"
        f"{_details(row, tables)}</article>"
    )


def _details(row, tables):
    facts = [f"{name.replace('_', ' ')}: {show(value)}" for name, value in row["evidence"].get("facts", {}).items()]
    rows = ", ".join(f"{name} {n:,}" for name, n in row["n"].items())
    facts += [f"rows: {rows}"] if rows else []
    facts += [f"{100 * row['level']:.3g}% interval: {row['method']}"] if row["method"] else []
    if not facts and not tables:
        return ""
    listed = "".join(f"<li>{escape(fact)}</li>" for fact in facts)
    return f"<details><summary>Numbers and method</summary>{tables}<ul>{listed}</ul></details>"


def _table(table, at_most=60):
    head = "".join(f"<th scope=col>{escape(name)}</th>" for name in table["columns"])
    body = []
    for cells in table["rows"][:at_most]:
        first, *rest = [escape(show(cell)) for cell in cells]
        marks = ["" if isinstance(cell, str) else " class=number" for cell in cells[1:]]
        body.append(
            f"<tr><th scope=row>{first}</th>"
            + "".join(f"<td{mark}>{cell}</td>" for mark, cell in zip(marks, rest, strict=True))
            + "</tr>"
        )
    more = len(table["rows"]) - at_most
    more = f"<p class=note>and {more} more: see the JSON file</p>" if more > 0 else ""
    return (
        f"<div class=scroll><table class=plain><caption>{escape(table['caption'])}</caption>"
        f"<thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(body)}</tbody></table></div>{more}"
    )


def _list(title, texts):
    if not texts:
        return ""
    return f"<section><h2>{title}</h2><ul>{''.join(f'<li>{escape(text)}</li>' for text in texts)}</ul></section>"


def _provenance(content):
    tables = "".join(
        f"<tr><th scope=row>{escape(name)}</th><td class=number>{t['rows']:,}</td>"
        f"<td class=hash>{escape(t['sha256'])}</td></tr>"
        for name, t in content["data"].items()
    )
    tool = content["tool"]
    return (
        "<footer><div class=scroll><table class=plain><caption>The tables</caption><thead><tr><th scope=col>table</th>"
        f"<th scope=col>rows</th><th scope=col>SHA-256 of the contents</th></tr></thead>"
        f"<tbody>{tables}</tbody></table></div>"
        f"<p>{escape(tool['name'])} {escape(tool['version'])}, seed {content['seed']}, {escape(content['schema'])}. "
        "The same tables and the same seed give this report again.</p></footer>"
    )

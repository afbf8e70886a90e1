"""The report as text: for a terminal, with a summary of at most ten lines first, and as Markdown."""

from augment.auditing.check import PILLARS
from augment.auditing.verdicts import FAIL, NOT_ASSESSED
from augment.auditing.words import SYMBOLS, because, cut, measured, plain, question, show, size_of_each, things, unseen

WIDTH = 118


def _sizes(content):
    return ", ".join(f"{name} {table['rows']:,}" for name, table in content["data"].items())


def text(content, width=WIDTH):
    """The report for a terminal: a summary of at most ten lines, then the findings."""
    return "\n".join([*summary(content, width), *_findings(content, width)]).rstrip()


def summary(content, width=WIDTH, at_most=3):
    """The verdicts in at most ten lines: the whole, the four pillars, other failures and what was not assessed."""
    verdict = content["verdict"]
    mode = "; public form" if content["mode"] == "public" else ""
    lines = [
        f"Audit: {SYMBOLS[verdict['overall']]} {verdict['overall']}   "
        f"({_sizes(content)} {things(content)}; {size_of_each(content)}{mode})"
    ]
    for pillar in PILLARS:
        word = verdict["by_pillar"][pillar]
        start = f"  {pillar:<9} {SYMBOLS[word]} {word:<13} "
        lines.append(start + because(content, pillar, width - len(start)))
    others = [i for i in verdict["failed"] if i not in verdict["because"].values()]
    if others:
        more = f" and {len(others) - at_most} more" if len(others) > at_most else ""
        lines.append(f"  also {SYMBOLS[FAIL]} FAIL: {', '.join(others[:at_most])}{more}")
    silent = [i for i in verdict["not_assessed"] if i not in verdict["because"].values()]
    if silent:
        more = f" and {len(silent) - at_most} more" if len(silent) > at_most else ""
        lines.append(f"  also {SYMBOLS[NOT_ASSESSED]} NOT ASSESSED: {', '.join(silent[:at_most])}{more}")
    return [cut(line, width) for line in lines]


def _findings(content, width):
    lines = []
    for pillar in PILLARS:
        lines += ["", f"{pillar.capitalize()}: {question(content, pillar)}"]
        for row in [row for row in content["findings"] if row["pillar"] == pillar]:
            number = "" if row["missing"] else measured(row)
            start = f"  {SYMBOLS[row['verdict']]} {row['verdict']:<13} "
            title = cut(row["title"], width - len(start) - len(number) - 2)
            lines.append(f"{start}{title}  {number}".rstrip())
            lines += [f"      {plain(said)}" for said in (row["message"], unseen(row)) if said]
    return [*lines, "", *(f"Note: {plain(note)}" for note in content["notes"])]


def markdown(content):
    """The report as Markdown."""
    verdict = content["verdict"]
    lines = [
        f"# Audit: {SYMBOLS[verdict['overall']]} {verdict['overall']}",
        "",
        f"{things(content).capitalize()}: {_sizes(content)}.",
        "",
        "| question | verdict | because |",
        "|---|---|---|",
    ]
    for pillar in PILLARS:
        word = verdict["by_pillar"][pillar]
        lines.append(
            _md_row(
                f"{pillar.capitalize()}: {question(content, pillar)}",
                f"{SYMBOLS[word]} {word}",
                because(content, pillar),
            )
        )
    lines += [
        "",
        "## Findings",
        "",
        "| finding | verdict | value | interval | threshold | smallest difference it could show | "
        f"fresh real {things(content)} |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in content["findings"]:
        interval = show(row["interval"])
        cells = [row["title"], f"{SYMBOLS[row['verdict']]} {row['verdict']}", show(row["value"]), interval]
        limits = [show(row[name]) for name in ("threshold", "smallest_difference", "ceiling")]
        lines.append(_md_row(*cells, *limits))
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

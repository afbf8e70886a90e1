"""The public form of a report: what its numbers could give away of single rows is rounded or left out.

Scores of real rows, asked often enough and printed finely enough, give outliers away (Ganev and De Cristofaro 2023,
arXiv:2312.05114). So numbers keep two significant digits, whatever rests on fewer than `SMALL` rows goes, and so does
evidence that shows rows. The texts of the checks hold exact numbers, and go as well.
"""

import re
from copy import deepcopy
from math import isfinite

from augment.auditing.check import NEEDS
from augment.auditing.limits import limits
from augment.auditing.verdicts import NOT_ASSESSED

SMALL = 10
DIGITS = 2
REAL = ("train", "holdout")
MEASURES = ("value", "interval", "threshold", "ceiling", "reference", "smallest_difference")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_QUOTED = re.compile(r"('[^']*'|\"[^\"]*\")")
_COUNT = re.compile(r"(?<![\w.,-])\d[\d,]*(?:\.\d+)?(?![\w-]|[.,]\d)")
_SMALL_COUNT = re.compile(
    r"(?<![\w.,-])\d(?= (?:\w+ )?(?:rows?|cells?|values?|members?|in (?:train|synthetic|holdout)))"
)


def public(content):
    """The public form of a report's dict; the verdicts of the pillars stay as they are.

    Parameters
    ----------
    content : dict
        What `AuditReport.to_dict` returns.
    """
    content = deepcopy(content)
    rows = [_finding(row) for row in content["findings"]]
    tables = {
        name: {**table, "rows": rounded(table["rows"]), "sha256": None if name in REAL else table["sha256"]}
        for name, table in content["data"].items()
    }
    return {
        **content,
        "mode": "public",
        "data": tables,
        "findings": rows,
        "notes": [_text(note) for note in content["notes"]],
        "limits": limits(rows, content["protected"], content["target"], "public"),
    }


def rounded(value):
    """A number at two significant digits; a count below ten is None, as nobody shall learn it.

    Examples
    --------
    >>> rounded(0.98765), rounded(12345), rounded(0.00042), rounded(9), rounded(True)
    (0.99, 12000, 0.00042, None, True)
    """
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    if isinstance(value, int) and value < SMALL:
        return None
    return _digits(value)


def _digits(value):
    if isinstance(value, int):
        return round(value, DIGITS - len(str(abs(value))))
    short = float(f"{value:.{DIGITS - 1}e}")
    return short if isfinite(short) else value


def _finding(row):
    """One finding, rounded. Where one of its tables has fewer than ten rows, only that is said."""
    row = {**row, "evidence": _evidence(row["evidence"]), "worst": _members(row["worst"])}
    if any(_is_small(n) for n in row["n"].values()):
        reason = f"Left out of the public form: it rests on fewer than {SMALL} rows."
        left = {"n": {}, "evidence": {}, "worst": [], "missing": reason, "message": reason, "verdict": NOT_ASSESSED}
        return {**row, **dict.fromkeys(MEASURES), **left}
    for name in MEASURES:
        row[name] = _measure(row[name])
    row["n"] = {name: rounded(n) for name, n in row["n"].items()}
    if row["verdict"] == NOT_ASSESSED:
        reason = row["missing"] if row["missing"] in NEEDS.values() else _text(row["missing"])
        return {**row, "missing": reason, "message": reason}
    return {**row, "message": _message(row)}


def _message(row):
    """The members that stand out, in place of a text with exact numbers."""
    names = [str(member["name"]) for member in row["worst"][:3] if "name" in member]
    return f"Furthest: {', '.join(names)}." if names else ""


def _measure(value):
    """A measure is no count: small whole numbers stay."""
    if isinstance(value, list):
        return [_measure(v) for v in value]
    return _digits(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def _is_small(value):
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < SMALL


def _members(rows):
    """Dicts of named numbers, without those that hold a small count."""
    kept = [row for row in rows if not any(map(_is_small, row.values()))]
    return [{name: rounded(value) for name, value in row.items()} for row in kept]


def _evidence(evidence):
    facts = {name: _fact(value) for name, value in evidence.get("facts", {}).items() if not _is_small(value)}
    charts = [_chart(chart) for chart in evidence.get("charts", []) if not chart.get("row_level")]
    tables = [_table(table) for table in evidence.get("tables", []) if not table.get("row_level")]
    return {"facts": facts, "charts": [chart for chart in charts if chart], "tables": tables}


def _fact(value):
    if isinstance(value, list):
        return [_fact(v) for v in value]
    return _text(value) if isinstance(value, str) else rounded(value)


def _table(table):
    kept = [row for row in table["rows"] if not any(map(_is_small, row))]
    left = len(table["rows"]) - len(kept)
    caption = f"{table['caption']} (without {left} with fewer than {SMALL} rows)" if left else table["caption"]
    return {**table, "caption": caption, "rows": [[rounded(cell) for cell in row] for row in kept]}


def _chart(chart):
    """The chart in public form, or None where nothing of it may be shown."""
    kind = chart["kind"]
    if kind in ("intervals", "bars"):
        rows = [row for row in chart["rows"] if not any(map(_is_small_n, row.items()))]
        rows = [{name: _measure(value) for name, value in row.items()} for row in rows]
        frame = {name: _measure(chart[name]) for name in ("axis", "threshold") if name in chart}
        return {**chart, **frame, "rows": rows}
    if kind == "histograms":
        panels = [_panel(panel) for panel in chart["panels"] if not panel.get("unique")]
        return {**chart, "panels": panels} if panels else None
    if kind == "matrix":
        return {**chart, "values": [_measure(row) for row in chart["values"]]}
    if kind == "lines":
        series = [{**s, "x": _measure(s["x"]), "y": _measure(s["y"])} for s in chart["series"]]
        return {**chart, "series": series}
    return None


def _is_small_n(item):
    """Whether a named number of a chart is a count of rows below ten: other numbers there are measures."""
    name, value = item
    return name in ("n", "rows", "count") and _is_small(value)


def _panel(panel):
    """A panel whose bins with fewer than ten rows are empty."""
    shares = {name: list(panel[name]) for name in ("real", "synthetic")}
    for name, own in shares.items():
        n = panel.get("n", {}).get(name)
        small = [n is None or round(share * n) < SMALL for share in own]
        shares[name] = [0.0 if few else _measure(share) for few, share in zip(small, own, strict=True)]
    if panel["category"]:
        seen = [any(pair) for pair in zip(*shares.values(), strict=True)]
        labels = [label if kept else f"under {SMALL} rows" for label, kept in zip(panel["labels"], seen, strict=True)]
    else:
        labels = [_edge(label) for label in panel["labels"]]
    return {**panel, **shares, "labels": labels, "n": {}}


def _edge(label):
    """The edge of a bin, which may be nearly an extreme value: two digits of a number, the month of a date."""
    try:
        return f"{_digits(float(label)):g}"
    except ValueError:
        return label[:7] if _DATE.match(label) else label


def _text(text):
    """A text with its numbers rounded and its small counts hidden; names in quotes stay.

    Examples
    --------
    >>> _text("Column 'x 123' holds infinite values (3 in train, 1,234 in synthetic).")
    "Column 'x 123' holds infinite values (under 10 in train, 1,200 in synthetic)."
    """
    parts = _QUOTED.split(text)
    return "".join(part if k % 2 else _round_text(part) for k, part in enumerate(parts))


def _round_text(text):
    text = _SMALL_COUNT.sub(f"under {SMALL}", text)
    return _COUNT.sub(lambda found: _shorter(found.group()), text)


def _shorter(number):
    plain = number.replace(",", "")
    short = _digits(float(plain) if "." in plain else int(plain))
    return f"{short:,}" if "," in number else f"{short}"

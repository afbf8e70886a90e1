"""The public form of a report: what its numbers could give away of single rows is rounded or left out.

Scores of real rows, asked often enough and printed finely enough, give outliers away (Ganev and De Cristofaro 2023,
arXiv:2312.05114). So numbers keep two significant digits, counts of rows are rounded down to tens at least, whatever
rests on fewer than `SMALL` rows goes, and so does evidence that shows rows. Where what was left out could be had by
subtraction, the next smallest goes, too. The texts of the checks hold exact numbers and values, and go as well.
"""

import re
from copy import deepcopy
from pathlib import PurePath

from augment.auditing.check import NEEDS
from augment.auditing.limits import limits
from augment.auditing.rounding import SMALL, digits, rounded, rounded_text
from augment.auditing.verdicts import NOT_ASSESSED
from augment.auditing.words import ASKED_FOR, things

REAL = ("train", "holdout")
MEASURES = ("value", "interval", "threshold", "ceiling", "reference", "smallest_difference")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


def public(content):
    """The public form of a report's dict; the verdicts of the pillars stay as they are.

    Parameters
    ----------
    content : dict
        What `AuditReport.to_dict` returns.
    """
    content = deepcopy(content)
    names = {column["name"] for column in content["columns"]}
    rows = [_finding(row, names) for row in content["findings"]]
    thresholds = {name: {**limit, "source": _file(limit["source"])} for name, limit in content["thresholds"].items()}
    tables = {
        name: {**table, "rows": rounded(table["rows"]), "sha256": None if name in REAL else table["sha256"]}
        for name, table in content["data"].items()
    }
    return {
        **content,
        "mode": "public",
        "data": tables,
        "thresholds": thresholds,
        "findings": rows,
        "notes": [rounded_text(note, names) for note in content["notes"]],
        "limits": limits(rows, content["protected"], content["target"], "public", things(content)),
        **({"images": {**content["images"], "form": None}} if "images" in content else {}),
        **({"sequences": _rounded_steps(content["sequences"])} if "sequences" in content else {}),
    }


def _rounded_steps(sequences):
    return {**sequences, "steps": {name: rounded(n) for name, n in sequences["steps"].items()}}


def _file(source):
    """The name of a file of thresholds, without the folders it is in."""
    return PurePath(source).name


def _finding(row, names):
    """One finding, rounded. Where one of its tables has fewer than ten rows, only that is said."""
    tables = row["evidence"].get("tables", [])
    hidden = {name for table in tables for name in _by_subtraction(table)}
    row = {**row, "evidence": _evidence(row["evidence"], names, hidden), "worst": _members(row["worst"], hidden)}
    row["threshold_source"] = _file(row["threshold_source"])
    if any(_is_small(n) for n in row["n"].values()):
        reason = f"Left out of the public form: it rests on fewer than {SMALL} rows."
        left = {"n": {}, "evidence": {}, "worst": [], "missing": reason, "message": reason, "verdict": NOT_ASSESSED}
        return {**row, **dict.fromkeys(MEASURES), **left}
    for name in MEASURES:
        row[name] = _measure(row[name])
    row["n"] = {name: rounded(n) for name, n in row["n"].items()}
    if row["verdict"] == NOT_ASSESSED:
        reason = row["missing"] if row["missing"] in NEEDS.values() else rounded_text(row["missing"], names)
        return {**row, "missing": reason, "message": reason}
    return {**row, "message": _message(row)}


def _by_subtraction(table):
    """The groups to leave out of a table of shares, since with their shares a small group's would be known.

    Where those with fewer than ten training rows have fewer than ten together, the next smallest go, too.
    """
    if not {"train rows", "train share"} <= set(table["columns"]):
        return []
    place = table["columns"].index("train rows")
    counts = sorted((row[place], row[0]) for row in table["rows"] if isinstance(row[place], int))
    total, names = 0, []
    for count, name in counts:
        if count >= SMALL and not 0 < total < SMALL:
            break
        total += count
        names.append(name)
    return names


def _message(row):
    """The members that stand out, in place of a text with exact numbers."""
    names = [str(member["name"]) for member in row["worst"][:3] if "name" in member]
    furthest = [f"Furthest: {', '.join(names)}."] if names else []
    return " ".join(furthest + [ASKED_FOR] * row["message"].endswith(ASKED_FOR))


def _measure(value):
    """A measure is no count: small whole numbers stay."""
    if isinstance(value, list):
        return [_measure(v) for v in value]
    return digits(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


def _is_small(value):
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < SMALL


def _members(rows, hidden):
    """Dicts of named numbers, without those that hold a small count, and without what is hidden."""
    kept = [row for row in rows if not any(map(_is_small, row.values())) and row.get("name") not in hidden]
    return [{name: rounded(value) for name, value in row.items()} for row in kept]


def _evidence(evidence, names, hidden):
    facts = evidence.get("facts", {})
    charts = [_chart(chart, hidden) for chart in evidence.get("charts", []) if not chart.get("row_level")]
    tables = [_table(table, hidden) for table in evidence.get("tables", []) if not table.get("row_level")]
    return {
        "facts": {name: _fact(value, names) for name, value in facts.items() if not _is_small(value)},
        "charts": [chart for chart in charts if chart],
        "tables": tables,
    }


def _fact(value, names):
    if isinstance(value, list):
        return [_fact(v, names) for v in value]
    return rounded_text(value, names) if isinstance(value, str) else rounded(value)


def _table(table, hidden):
    kept = [row for row in table["rows"] if not any(map(_is_small, row)) and row[0] not in hidden]
    left = len(table["rows"]) - len(kept)
    why = f"with fewer than {SMALL} rows" + " or that would tell how many" * bool(hidden)
    caption = f"{table['caption']} (without {left} {why})" if left else table["caption"]
    return {**table, "caption": caption, "rows": [[rounded(cell) for cell in row] for row in kept]}


def _chart(chart, hidden):
    """The chart in public form, or None where nothing of it may be shown."""
    kind = chart["kind"]
    if kind in ("intervals", "bars"):
        rows = [row for row in chart["rows"] if not any(map(_is_small_n, row.items())) and row["name"] not in hidden]
        rows = [{name: _measure(value) for name, value in row.items()} for row in rows]
        frame = {name: _measure(chart[name]) for name in ("axis", "threshold") if name in chart}
        return {**chart, **frame, "rows": rows}
    if kind == "histograms":
        panels = [_panel(panel) for panel in chart["panels"] if not panel.get("unique")]
        panels = [panel for panel in panels if panel]
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
    return (_labels if panel["category"] else _bins)(panel)


def _labels(panel):
    """A panel of categories, whose small ones are one: with the next smallest, where they are few together."""
    counts = _counts(panel, "real")
    order = sorted(range(len(counts)), key=counts.__getitem__)
    few = [k for k in order if counts[k] < SMALL]
    while few and sum(counts[k] for k in few) < SMALL and len(few) < len(order):
        few.append(order[len(few)])
    kept = [k for k in range(len(counts)) if k not in few]
    shares = {name: [panel[name][k] for k in kept] for name in ("real", "synthetic")}
    labels = [panel["labels"][k] for k in kept]
    if few:
        labels.append(f"{len(few)} values together, some under {SMALL} rows")
        for name, own in shares.items():
            own.append(sum(panel[name][k] for k in few))
    return {**panel, **{name: _measure(own) for name, own in shares.items()}, "labels": labels, "n": {}}


def _bins(panel):
    """A panel of numbers, whose bins of fewer than ten rows are empty; None where all are.

    Empty bins at the ends are gone, and with them the smallest and the largest of few values.
    """
    shares = {
        name: [_measure(s) if n >= SMALL else 0.0 for s, n in zip(panel[name], _counts(panel, name), strict=True)]
        for name in ("real", "synthetic")
    }
    labels, missing = panel["labels"], int(panel["labels"][-1] == "missing")
    size = len(panel["real"]) - missing
    seen = [k for k in range(size) if shares["real"][k] or shares["synthetic"][k]]
    if not seen:
        return None
    first, last = seen[0], seen[-1] + 1
    edges = labels[first : last + len(labels) - missing - size]  # ranges have one edge more than bins
    shares = {name: own[first:last] + own[size:] for name, own in shares.items()}
    return {**panel, **shares, "labels": [*map(_edge, edges), *labels[len(labels) - missing :]], "n": {}}


def _counts(panel, name):
    """Rows in each bin; none where it is not told how many rows there are."""
    return [round(share * panel.get("n", {}).get(name, 0)) for share in panel[name]]


def _edge(label):
    """The edge of a bin, which may be nearly an extreme value: two digits of a number, the month of a date."""
    try:
        return f"{digits(float(label)):g}"
    except ValueError:
        return label[:7] if _DATE.match(label) else label

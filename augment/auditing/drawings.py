"""A drawing for each kind of chart, and beside it the table that holds the same numbers."""

from augment.auditing.svg import axis, figure, known, scale, svg, whisker
from augment.auditing.words import escape, show

ROWS = 60  # of a table on the page; the JSON file holds all


def draw(chart):
    """One chart of `augment.auditing.charts` as HTML: a picture with its table."""
    drawing = _DRAWINGS.get(chart["kind"])
    if drawing is None:
        return f"<p class=note>{escape(chart['title'])}: there is no drawing of the kind {escape(chart['kind'])}.</p>"
    return drawing(chart)


def table(caption, columns, rows, at_most=ROWS):
    """A plain table; what is too long for a page ends with how much more there is."""
    numbers = [bool(rows) and not isinstance(cell, str) for cell in (rows[0] if rows else columns)]
    head = "".join(
        f"<th scope=col{' class=number' if k and number else ''}>{escape(name)}</th>"
        for k, (name, number) in enumerate(zip(columns, numbers, strict=True))
    )
    body = "".join(_row(cells) for cells in rows[:at_most])
    left = len(rows) - at_most
    more = f"<p class=note>and {left:,} more: see the JSON file</p>" if left > 0 else ""
    return (
        f'<div class=scroll tabindex=0 role=group aria-label="{escape(caption)}"><table class=plain>'
        f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>{more}"
    )


def folded(summary, body):
    """What is there for those who open it."""
    return f"<details><summary>{escape(summary)}</summary>{body}</details>"


def _row(cells):
    first, *rest = cells
    cells = "".join(f"<td{'' if isinstance(v, str) else ' class=number'}>{escape(show(v))}</td>" for v in rest)
    return f"<tr><th scope=row>{escape(show(first))}</th>{cells}</tr>"


def _values(chart, columns, rows):
    return folded("The numbers of this picture", table(chart["title"], columns, rows))


def _intervals(chart):
    rows = chart["rows"]
    limit = chart["threshold"]
    bounds = [row.get(name) for row in rows for name in ("value", "low", "high", "mark")] + [limit]
    bounds = [value for value in bounds if known(value)]
    if not bounds:
        return ""
    ends = axis(bounds, *chart["axis"])
    has_mark = any(row.get("mark") is not None for row in rows)
    body = "".join(_interval_row(row, scale(*ends), limit, has_mark) for row in rows)
    head = f"<th scope=col>{escape(chart['mark'] or 'mark')}</th>" if has_mark else ""
    return _chart_table(chart["title"], "".join(f"<span>{end:.3g}</span>" for end in ends), head, body)


def _interval_row(row, at, limit, has_mark):
    low, high, mark = (row.get(name) for name in ("low", "high", "mark"))
    parts = ['<line class=axis x1="0" x2="100%" y1="11" y2="11" />']
    if known(limit):
        parts.append(f'<line class=limit x1="{at(limit)}%" x2="{at(limit)}%" y1="2" y2="20" />')
    if known(mark):
        parts.append(f'<circle class=mark cx="{at(mark)}%" cy="11" r="4.5" />')
    parts.append(whisker(at, low, high, row["value"], 11, 5))
    words = f"{show(row['value'])}, from {show(low)} to {show(high)}"
    strip = svg(row["name"], words, "".join(parts), "strip", 'height="22" width="100%"')
    interval = f"<small>{show(low)} to {show(high)}</small>" if known(low, high) else ""
    last = f"<td class=number>{show(mark)}</td>" if has_mark else ""
    return (
        f"<tr><th scope=row>{escape(row['name'])}</th><td class=draw>{strip}</td>"
        f"<td class=number>{show(row['value'])}{interval}</td>{last}</tr>"
    )


def _chart_table(title, ends, head, body):
    return (
        f"<figure><table class=chart><caption>{escape(title)}</caption><thead><tr><td></td>"
        f"<th scope=col><div class=ends>{ends}</div></th>"
        f"<th scope=col>value</th>{head}</tr></thead><tbody>{body}</tbody></table></figure>"
    )


def _bars(chart):
    values = [row["value"] for row in chart["rows"] if known(row["value"])]
    if not values:
        return ""
    at = scale(0, max(values) or 1.0)
    body = []
    for row in chart["rows"]:
        width = at(row["value"]) if known(row["value"]) else 0
        bar = f'<rect class=bar x="0" y="4" width="{width}%" height="14" rx="2" />'
        strip = svg(row["name"], show(row["value"]), bar, "strip", 'height="22" width="100%"')
        body.append(
            f"<tr><th scope=row>{escape(row['name'])}</th><td class=draw>{strip}</td>"
            f"<td class=number>{show(row['value'])}</td></tr>"
        )
    return _chart_table(chart["title"], "", "", "".join(body))


def _histograms(chart):
    panels = "".join(_category_panel(p) if p["category"] else _number_panel(p) for p in chart["panels"])
    rows = [
        [panel["name"], label, real, synthetic]
        for panel in chart["panels"]
        for label, real, synthetic in zip(_bins(panel), panel["real"], panel["synthetic"], strict=True)
    ]
    numbers = _values(chart, ["column", "values", "real share", "synthetic share"], rows)
    key = "<p class=key><span class=real></span> real <span class=synthetic></span> synthetic</p>"
    return figure(chart["title"], f"{key}<div class=panels>{panels}</div>{numbers}")


def _bins(panel):
    """A name for each bin: bins of numbers have one label more, their edges."""
    labels, shares = panel["labels"], len(panel["real"])
    if panel["category"] or len(labels) == shares:
        return labels
    edges, missing = (labels[:-1], labels[-1:]) if labels[-1] == "missing" else (labels, [])
    return [f"{low} to {high}" for low, high in zip(edges[:-1], edges[1:], strict=True)] + missing


def _number_panel(panel):
    labels, real, synthetic = panel["labels"], panel["real"], panel["synthetic"]
    missing = ""
    if labels[-1] == "missing":
        missing = f"<p class=note>missing {real[-1]:.1%} and {synthetic[-1]:.1%}</p>"
        labels, real, synthetic = labels[:-1], real[:-1], synthetic[:-1]
    top = max([*real, *synthetic]) or 1.0
    step = 100 / len(real)
    bars = "".join(
        f'<rect class=real x="{i * step:.2f}" y="{50 - 48 * v / top:.2f}" width="{step:.2f}" '
        f'height="{48 * v / top:.2f}" />'
        for i, v in enumerate(real)
        if v
    )
    path = "M0 50" + "".join(f"V{50 - 48 * v / top:.2f}H{(i + 1) * step:.2f}" for i, v in enumerate(synthetic)) + "V50"
    drawing = svg(
        panel["name"],
        f"Shares of real and synthetic values in {len(real)} bins from {labels[0]} to {labels[-1]}",
        f'{bars}<path class=synthetic d="{path}" />',
        "panel",
        'viewBox="0 0 100 50" preserveAspectRatio="none"',
    )
    return (
        f"<div class=panel><p class=name>{escape(panel['name'])}</p>{drawing}"
        f"<p class=ends>{escape(labels[0])}<span></span>{escape(labels[-1])}</p>{missing}</div>"
    )


def _category_panel(panel):
    top = max([*panel["real"], *panel["synthetic"]]) or 1.0
    rows = []
    for label, real, synthetic in zip(panel["labels"], panel["real"], panel["synthetic"], strict=True):
        bars = "".join(
            f'<rect class="{name}" x="0" y="{y}" width="{100 * v / top:.1f}%" height="6" />'
            for name, y, v in (("real", 1, real), ("solid", 8, synthetic))
        )
        words = f"real {real:.1%}, synthetic {synthetic:.1%}"
        rows.append(
            f'<dt title="{escape(label)}">{escape(label)}</dt>'
            f"<dd>{svg(label, words, bars, 'strip', 'height=15 width=100%')}</dd>"
        )
    return f"<div class=panel><p class=name>{escape(panel['name'])}</p><dl>{''.join(rows)}</dl></div>"


def _matrix(chart, cell=20, left=160):
    labels, values = chart["labels"], chart["values"]
    size = len(labels) * cell
    parts, rows = [], []
    for i, label in enumerate(labels):
        y = 22 + i * cell
        short = label if len(label) <= 20 else label[:19] + "…"
        parts.append(f'<text x="{left - 6}" y="{y + 14}" text-anchor="end">{escape(short)} {i + 1}</text>')
        parts.append(f'<text x="{left + i * cell + cell / 2}" y="14" text-anchor="middle">{i + 1}</text>')
        for k, value in enumerate(values[i]):
            if i == k or not known(value) or abs(value) < 0.02:
                continue
            rows += [[label, labels[k], value]] if i < k else []
            parts.append(
                f'<rect class="{"more" if value > 0 else "less"}" x="{left + k * cell}" y="{y}" '
                f'width="{cell - 1}" height="{cell - 1}" opacity="{min(abs(value) * 1.6 + 0.08, 1):.2f}" />'
            )
    parts.append(f'<rect class=frame x="{left}" y="21" width="{size}" height="{size}" />')
    area = f'width="{left + size + 4}" height="{size + 26}"'
    drawing = svg(chart["title"], chart["explanation"], "".join(parts), "matrix", area)
    name = f'class=scroll tabindex=0 role=group aria-label="{escape(chart["title"])}"'
    key = "<p class=key><span class=more></span> higher in synthetic <span class=less></span> lower in synthetic</p>"
    rows.sort(key=lambda row: -abs(row[2]))
    numbers = _values(chart, ["column", "with", "synthetic minus real"], rows)
    return figure(chart["title"], f"{key}<div {name}>{drawing}</div>{numbers}", escape(chart["explanation"]))


def _lines(chart):
    series = [_points(s) for s in chart["series"]]
    xs, ys = ([point[k] for _, points in series for point in points] for k in (0, 1))
    if not xs:
        return ""
    high_x, low_y = max(xs) or 1.0, min(0.0, *ys)
    high_y = max(ys) if max(ys) > low_y else low_y + 1.0
    paths, key, rows = [], [], []
    for k, (name, points) in enumerate(series):
        corners = " ".join(f"{100 * x / high_x:.2f},{60 - 59 * (y - low_y) / (high_y - low_y):.2f}" for x, y in points)
        paths.append(f'<polyline class="line{k % 4}" points="{corners}" />')
        key.append(f"<span class=line{k % 4}></span> {escape(name)}")
        rows += [[name, x, y] for x, y in points[:: max(1, len(points) // 10)]]
    drawing = svg(
        chart["title"],
        f"{', '.join(name for name, _ in series)}; across {chart['x_label']}, upwards {chart['y_label']}",
        "".join(paths),
        "lines",
        'viewBox="0 0 100 60" preserveAspectRatio="none"',
    )
    ends = f"<p class=ends>0<span>{escape(chart['x_label'])}</span>{show(float(high_x))}</p>"
    numbers = _values(chart, ["curve", chart["x_label"], chart["y_label"]], rows)
    note = f"Upwards: {escape(chart['y_label'])}, from {show(low_y) if low_y else 0} to {show(float(high_y))}."
    return figure(chart["title"], f"<p class=key>{' '.join(key)}</p>{drawing}{ends}{numbers}", note)


def _points(series):
    pairs = zip(series["x"], series["y"], strict=True)
    return series["name"], [(x, y) for x, y in pairs if known(x, y)]


def _pictures(chart, least=56):
    """Panels of small images; those of few pixels are enlarged without being smoothed."""
    panels = "".join(
        f"<div class=pictures><p class=name>{escape(panel['name'])}</p>"
        f"{''.join(_picture(picture, panel['name'], least) for picture in panel['pictures'])}</div>"
        for panel in chart["panels"]
    )
    return figure(chart["title"], f"<div class=sheet>{panels}</div>")


def _picture(picture, panel, least):
    """One image with its name below; only base 64 reaches the address."""
    data = "".join(c for c in picture["png"] if c.isascii() and (c.isalnum() or c in "+/="))
    width, height = (int(picture[side]) for side in ("width", "height"))
    times = max(1, round(least / max(height, 1)))
    words = escape(f"{picture['name']}: {panel}")
    size = f'width="{width * times}" height="{height * times}"'
    return (
        f'<span><img src="data:image/png;base64,{data}" {size} alt="{words}">'
        f"<small>{escape(picture['name'])}</small></span>"
    )


_DRAWINGS = {
    "intervals": _intervals,
    "bars": _bars,
    "histograms": _histograms,
    "matrix": _matrix,
    "lines": _lines,
    "pictures": _pictures,
}

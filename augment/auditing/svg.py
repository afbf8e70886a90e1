"""Charts as small hand-written SVG inside HTML: text stays text, widths follow the page, nothing needs a script."""

import numpy as np

from augment.auditing.words import escape, show


def draw(chart):
    """One chart of `augment.auditing.charts` as HTML."""
    return _DRAWINGS[chart["kind"]](chart)


def figure(title, body, note=""):
    """A drawing with its title above and a note below."""
    note = f"<p class=note>{note}</p>" if note else ""
    return f"<figure><figcaption>{escape(title)}</figcaption>{body}{note}</figure>"


def gauge(finding):
    """The interval of a finding on an axis, with its threshold, the good side shaded, and its ceiling or reference."""
    if finding["interval"] is None or finding["threshold"] is None:
        return ""
    limits = finding["threshold"] if isinstance(finding["threshold"], list) else [finding["threshold"]]
    marks = [("fresh real rows", finding["ceiling"]), (finding["reference_name"], finding["reference"])]
    on_axis = finding["goal"] != "higher" or finding["ceiling"] is not None
    marks = [(name, v) for name, v in marks if v is not None and name and on_axis and _near(v, finding, limits)]
    ends = [*finding["interval"], finding["value"], *limits, *(v for _, v in marks)]
    low, high = min(ends), max(ends)
    pad = (high - low) * 0.18 or 0.01
    low, high = low - pad, high + pad
    at = _scale(low, high)
    good = {"higher": (limits[0], high), "lower": (low, limits[0]), "range": (limits[0], limits[-1])}[finding["goal"]]
    parts = ['<line class=axis x1="0" x2="100%" y1="29" y2="29" />']
    parts.append(f'<rect class=good x="{at(good[0])}%" y=19 width="{_width(at(good[0]), at(good[1]))}%" height=20 />')
    parts += [
        f'<line class=limit x1="{at(v)}%" x2="{at(v)}%" y1=15 y2=43 />{_text(at(v), 55, show(v))}' for v in limits
    ]
    for name, v in marks[:1]:
        parts.append(f'<circle class=mark cx="{at(v)}%" cy=29 r=4.5 />{_text(at(v), 11, name)}')
    parts.append(_whisker(at, *finding["interval"], finding["value"], 29, 7))
    words = (
        f"{finding['title']}: {show(finding['value'])}, interval {show(finding['interval'])}, threshold {show(limits)}"
    )
    return _svg(words, "".join(parts), "gauge", 'height="60" width="100%"')


def _near(value, finding, limits):
    """Whether a mark lies close enough to be drawn without squeezing the interval."""
    ends = [*finding["interval"], *limits]
    span = max(ends) - min(ends)
    return min(ends) - 3 * span <= value <= max(ends) + 3 * span


def _svg(words, body, name, size):
    return f'<svg class="{name}" role="img" {size}><title>{escape(words)}</title>{body}</svg>'


def _scale(low, high):
    """A function from values to per cent of the width, kept inside it."""
    span = (high - low) or 1.0
    return lambda value: round(min(max((value - low) / span, 0.0), 1.0) * 100, 2)


def _axis(values, low, high):
    """The part of an axis that holds the values, with round ends."""
    least, most = max(min(values), low), min(max(values), high)
    unit = 10.0 ** np.floor(np.log10(max(most - least, 1e-6)))
    return max(np.floor(least / unit) * unit, low), min(np.ceil(most / unit) * unit, high)


def _width(start, stop):
    return round(max(stop - start, 0), 2)


def _text(x, y, words):
    anchor = "start" if x < 20 else "end" if x > 80 else "middle"
    return f'<text x="{x}%" y="{y}" text-anchor="{anchor}">{escape(words)}</text>'


def _whisker(at, low, high, value, y, thickness):
    """An interval as a thick line and its value as a dot."""
    return (
        f'<line class=interval x1="{at(low)}%" x2="{at(high)}%" y1="{y}" y2="{y}" stroke-width="{thickness}" />'
        f'<circle class=value cx="{at(value)}%" cy="{y}" r="{thickness * 0.72:.1f}" />'
    )


def _intervals(chart):
    bounds = [row[name] for row in chart["rows"] for name in ("low", "high", "mark") if row.get(name) is not None]
    axis = _axis(bounds + [chart["threshold"]] * (chart["threshold"] is not None), *chart["axis"])
    at = _scale(*axis)
    low, high = (f"{end:.3g}" for end in axis)
    has_mark = any(row.get("mark") is not None for row in chart["rows"])
    body = []
    for row in chart["rows"]:
        parts = ['<line class=axis x1="0" x2="100%" y1="11" y2="11" />']
        if chart["threshold"] is not None:
            x = at(chart["threshold"])
            parts.append(f'<line class=limit x1="{x}%" x2="{x}%" y1="2" y2="20" />')
        if row.get("mark") is not None:
            parts.append(f'<circle class=mark cx="{at(row["mark"])}%" cy="11" r="4.5" />')
        parts.append(_whisker(at, row["low"], row["high"], row["value"], 11, 5))
        words = f"{row['name']}: {show(row['value'])}, from {show(row['low'])} to {show(row['high'])}"
        strip = _svg(words, "".join(parts), "strip", 'height="22" width="100%"')
        mark = f"<td class=number>{show(row.get('mark'))}</td>" if has_mark else ""
        body.append(
            f"<tr><th scope=row>{escape(row['name'])}</th><td class=draw>{strip}</td>"
            f"<td class=number>{show(row['value'])}</td>{mark}</tr>"
        )
    head = f"<th scope=col>{escape(chart['mark'])}</th>" if has_mark else ""
    return _chart_table(chart["title"], f"<span>{low}</span><span>{high}</span>", head, body)


def _chart_table(title, axis, head, body):
    return (
        f"<figure><table class=chart><caption>{escape(title)}</caption><thead><tr><td></td>"
        f"<th scope=col><div class=ends>{axis}</div></th>"
        f"<th scope=col>value</th>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></figure>"
    )


def _bars(chart):
    if not chart["rows"]:
        return ""
    top = max(row["value"] for row in chart["rows"]) or 1.0
    body = []
    for row in chart["rows"]:
        width = _scale(0, top)(row["value"])
        words = f"{row['name']}: {show(row['value'])}"
        strip = _svg(
            words,
            f'<rect class=bar x="0" y="4" width="{width}%" height="14" rx="2" />',
            "strip",
            'height="22" width="100%"',
        )
        body.append(
            f"<tr><th scope=row>{escape(row['name'])}</th><td class=draw>{strip}</td>"
            f"<td class=number>{show(row['value'])}</td></tr>"
        )
    return _chart_table(chart["title"], "", "", body)


def _histograms(chart):
    panels = "".join(_panel(panel) for panel in chart["panels"])
    key = "<p class=key><span class=real></span> real <span class=synthetic></span> synthetic</p>"
    return f"<figure><figcaption>{escape(chart['title'])}</figcaption>{key}<div class=panels>{panels}</div></figure>"


def _panel(panel):
    return _category_panel(panel) if panel["category"] else _number_panel(panel)


def _number_panel(panel):
    labels, real, synthetic = panel["labels"], panel["real"], panel["synthetic"]
    missing = ""
    if labels[-1] == "missing":
        missing = f" · missing {real[-1]:.1%} and {synthetic[-1]:.1%}"
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
    words = f"{panel['name']}: shares of real and synthetic values from {labels[0]} to {labels[-1]}"
    drawing = _svg(
        words, f'{bars}<path class=synthetic d="{path}" />', "panel", 'viewBox="0 0 100 50" preserveAspectRatio="none"'
    )
    return (
        f"<div class=panel><h5>{escape(panel['name'])}</h5>{drawing}"
        f"<p class=ends>{escape(labels[0])}<span></span>{escape(labels[-1])}</p>"
        f"<p class=note>{missing.strip(' ·')}</p></div>"
    )


def _category_panel(panel):
    top = max([*panel["real"], *panel["synthetic"]]) or 1.0
    rows = []
    for label, real, synthetic in zip(panel["labels"], panel["real"], panel["synthetic"], strict=True):
        bars = "".join(
            f'<rect class="{name}" x="0" y="{y}" width="{100 * v / top:.1f}%" height="6" />'
            for name, y, v in (("real", 1, real), ("solid", 8, synthetic))
        )
        words = f"{label}: real {real:.1%}, synthetic {synthetic:.1%}"
        rows.append(
            f"<dt title='{escape(label)}'>{escape(label)}</dt>"
            f"<dd>{_svg(words, bars, 'strip', 'height=15 width=100%')}</dd>"
        )
    return f"<div class=panel><h5>{escape(panel['name'])}</h5><dl>{''.join(rows)}</dl></div>"


def _matrix(chart, cell=20, left=160):
    labels, values = chart["labels"], chart["values"]
    size = len(labels) * cell
    parts = []
    for i, label in enumerate(labels):
        y = 22 + i * cell
        short = label if len(label) <= 20 else label[:19] + "…"
        parts.append(f'<text x="{left - 6}" y="{y + 14}" text-anchor="end">{escape(short)} {i + 1}</text>')
        parts.append(f'<text x="{left + i * cell + cell / 2}" y="14" text-anchor="middle">{i + 1}</text>')
        for k, value in enumerate(values[i]):
            if i != k and abs(value) >= 0.02:
                name = "more" if value > 0 else "less"
                parts.append(
                    f'<rect class="{name}" x="{left + k * cell}" y="{y}" width="{cell - 1}" height="{cell - 1}" '
                    f'opacity="{min(abs(value) * 1.6 + 0.08, 1):.2f}"><title>{escape(label)} × {escape(labels[k])}: '
                    f"{value:+.2f}</title></rect>"
                )
    parts.append(f'<rect class=frame x="{left}" y="21" width="{size}" height="{size}" />')
    drawing = _svg(
        f"{chart['title']}. {chart['explanation']}",
        "".join(parts),
        "matrix",
        f'width="{left + size + 4}" height="{size + 26}"',
    )
    key = "<p class=key><span class=more></span> higher in synthetic <span class=less></span> lower in synthetic</p>"
    return figure(chart["title"], f"{key}<div class=scroll>{drawing}</div>", escape(chart["explanation"]))


def _lines(chart):
    high_x = max(max(s["x"]) for s in chart["series"]) or 1.0
    high_y = max(max(s["y"]) for s in chart["series"]) or 1.0
    paths, key = [], []
    for k, series in enumerate(chart["series"]):
        points = " ".join(
            f"{100 * x / high_x:.2f},{60 - 59 * y / high_y:.2f}" for x, y in zip(series["x"], series["y"], strict=True)
        )
        paths.append(f'<polyline class="line{k}" points="{points}" />')
        key.append(f"<span class=line{k}></span> {escape(series['name'])}")
    words = f"{chart['title']}: {', '.join(s['name'] for s in chart['series'])}"
    drawing = _svg(words, "".join(paths), "lines", 'viewBox="0 0 100 60" preserveAspectRatio="none"')
    ends = f"<p class=ends>0<span>{escape(chart['x_label'])}</span>{show(float(high_x))}</p>"
    return figure(
        chart["title"],
        f"<p class=key>{' '.join(key)}</p>{drawing}{ends}",
        f"Upwards: {escape(chart['y_label'])}, from 0 to {show(float(high_y))}.",
    )


_DRAWINGS = {"intervals": _intervals, "bars": _bars, "histograms": _histograms, "matrix": _matrix, "lines": _lines}

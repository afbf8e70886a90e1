"""The strokes of a drawing: small hand-written SVG inside HTML, where text stays text and widths follow the page."""

import math

from augment.auditing.words import escape, show


def svg(title, words, body, name, size):
    """A picture with its name and what it shows in words, for those who do not see it.

    Examples
    --------
    >>> svg("age", "0.9 & more", "", "strip", "height=22")
    '<svg class="strip" role="img" height=22><title>age</title><desc>0.9 &amp; more</desc></svg>'
    """
    described = f"<title>{escape(title)}</title><desc>{escape(words)}</desc>"
    return f'<svg class="{name}" role="img" {size}>{described}{body}</svg>'


def figure(title, body, note=""):
    """A drawing with its title above and a note below."""
    note = f"<p class=note>{note}</p>" if note else ""
    return f"<figure><figcaption>{escape(title)}</figcaption>{body}{note}</figure>"


def scale(low, high):
    """A function from values to per cent of the width, kept inside it.

    Examples
    --------
    >>> [scale(0, 2)(v) for v in (-1, 1, 5)]
    [0.0, 50.0, 100.0]
    """
    span = (high - low) or 1.0
    return lambda value: round(min(max((value - low) / span, 0.0), 1.0) * 100, 2)


def axis(values, low, high):
    """The part of an axis that holds the values, with round ends.

    Examples
    --------
    >>> axis([0.93, 0.97], 0, 1)
    (0.93, 0.97)
    """
    least, most = max(min(values), low), min(max(values), high)
    unit = 10.0 ** math.floor(math.log10(max(most - least, 1e-6)))
    return max(round(math.floor(least / unit) * unit, 9), low), min(round(math.ceil(most / unit) * unit, 9), high)


def label(x, y, words):
    """A text at x per cent that stays inside the drawing."""
    anchor = "start" if x < 20 else "end" if x > 80 else "middle"
    return f'<text x="{x}%" y="{y}" text-anchor="{anchor}">{escape(words)}</text>'


def whisker(at, low, high, value, y, thickness):
    """An interval as a thick line and its value as a dot; what is not known is not drawn."""
    line = dot = ""
    if known(low, high):
        line = f'<line class=interval x1="{at(low)}%" x2="{at(high)}%" y1="{y}" y2="{y}" stroke-width="{thickness}" />'
    if known(value):
        dot = f'<circle class=value cx="{at(value)}%" cy="{y}" r="{thickness * 0.72:.1f}" />'
    return line + dot


def known(*values):
    """Whether all are finite numbers: a report has None for what is not."""
    return all(value is not None and math.isfinite(value) for value in values)


def gauge(finding, of="rows"):
    """The interval of a finding on an axis, with its threshold, the good side shaded, and its ceiling or reference."""
    limits = finding["threshold"] if isinstance(finding["threshold"], list) else [finding["threshold"]]
    if finding["interval"] is None or not known(*finding["interval"], finding["value"], *limits):
        return ""
    marks = [(f"fresh real {of}", finding["ceiling"]), (finding["reference_name"], finding["reference"])]
    on_axis = finding["goal"] != "higher" or finding["ceiling"] is not None
    marks = [(name, v) for name, v in marks if v is not None and name and on_axis and _near(v, finding, limits)]
    ends = [*finding["interval"], finding["value"], *limits, *(v for _, v in marks)]
    low, high = min(ends), max(ends)
    pad = (high - low) * 0.18 or 0.01
    low, high = low - pad, high + pad
    at = scale(low, high)
    good = {"higher": (limits[0], high), "lower": (low, limits[0]), "range": (limits[0], limits[-1])}[finding["goal"]]
    width = round(max(at(good[1]) - at(good[0]), 0), 2)
    parts = ['<line class=axis x1="0" x2="100%" y1="29" y2="29" />']
    parts.append(f'<rect class=good x="{at(good[0])}%" y=19 width="{width}%" height=20 />')
    parts += [
        f'<line class=limit x1="{at(v)}%" x2="{at(v)}%" y1=15 y2=43 />{label(at(v), 55, show(v))}' for v in limits
    ]
    for name, v in marks[:1]:
        parts.append(f'<circle class=mark cx="{at(v)}%" cy=29 r=4.5 />{label(at(v), 11, name)}')
    parts.append(whisker(at, *finding["interval"], finding["value"], 29, 7))
    words = f"{show(finding['value'])}, interval {show(finding['interval'])}, threshold {show(limits)}"
    return svg(finding["title"], words, "".join(parts), "gauge", 'height="60" width="100%"')


def _near(value, finding, limits):
    """Whether a mark lies close enough to be drawn without squeezing the interval."""
    ends = [*finding["interval"], *limits]
    span = max(ends) - min(ends)
    return min(ends) - 3 * span <= value <= max(ends) + 3 * span

"""The words and number formats that every printed form of a report shares."""

from html import escape as escape_markup

from augment.auditing.verdicts import FAIL, INCONCLUSIVE, INFORMATION, NOT_ASSESSED, PASS

SYMBOLS = {PASS: "✓", FAIL: "✗", INCONCLUSIVE: "?", NOT_ASSESSED: "–", INFORMATION: "i"}
ASKED_FOR = "The rows were made to fulfil a criterion, not to describe the population: this may be what was asked for."
QUESTIONS = {
    "fidelity": "does it look like the real table?",
    "utility": "does it serve for training?",
    "bias": "are the groups still there?",
    "privacy": "does it give training rows away?",
}

SEQUENCE_QUESTIONS = {
    "fidelity": "do they look and move like the real sequences?",
    "utility": "do they serve for training?",
    "bias": "are the groups still there, and what happens to them?",
    "privacy": "do they give training sequences away?",
}

IMAGE_QUESTIONS = {
    "fidelity": "do they look like the real images?",
    "utility": "do they serve for training?",
    "bias": "are the groups still there?",
    "privacy": "do they give training images away?",
}


def question(content, pillar):
    """What a pillar asks, of rows, of images or of sequences."""
    return {"rows": QUESTIONS, "images": IMAGE_QUESTIONS, "sequences": SEQUENCE_QUESTIONS}[things(content)][pillar]


def things(content):
    """What the report is on: "rows", "images" or "sequences"."""
    return next((kind for kind in ("images", "sequences") if kind in content), "rows")


def size_of_each(content):
    """How large each row, image or sequence is.

    Examples
    --------
    >>> size_of_each({"images": {"sides": [28, 20], "channels": 3}})
    '28 x 20 pixels, 3 channels'
    >>> size_of_each({"data": {"train": {"columns": 12}}})
    '12 columns'
    >>> steps = {"train": 200, "synthetic": None}  # under ten, in the public form
    >>> rows = {"train": {"rows": 20}, "synthetic": {"rows": 20}}
    >>> size_of_each({"sequences": {"channels": [{"name": "x"}], "steps": steps}, "data": rows})
    'one channel, x, 10.0 steps on average'
    """
    if "sequences" in content:
        channels = [channel["name"] for channel in content["sequences"]["channels"]]
        told = _steps(content)
        steps, rows = (sum(pair[k] for pair in told) for k in (0, 1))
        named = (
            f"{len(channels):,} channels"
            if len(channels) > 1
            else f"one channel, {channels[0]}"
            if channels
            else "no channel"
        )
        return f"{named}, {steps / max(rows, 1):.1f} steps on average"
    if "images" not in content:
        return f"{content['data']['train']['columns']:,} columns"
    channels = content["images"]["channels"]
    sides = " x ".join(map(str, content["images"]["sides"]))
    return f"{sides} pixels{f', {channels} channels' if channels > 1 else ''}"


def _steps(content):
    """Steps and sequences of each part; one of which the public form does not tell how few steps it has is left out."""
    counts = content["sequences"]["steps"].items()
    return [(steps, content["data"][name]["rows"] or 0) for name, steps in counts if steps is not None]


def plain(text):
    """Text without control characters, which could rewrite a terminal and which no page may hold.

    Examples
    --------
    >>> plain("a\\x1b[31m") == "a\N{REPLACEMENT CHARACTER}[31m"
    True
    """
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def escape(text):
    """Text as a page shows it: no markup, no control characters.

    Examples
    --------
    >>> escape("<b>")
    '&lt;b&gt;'
    """
    return escape_markup(plain(text))


def show(value):
    """A number as a reader wants it: three decimals, or two digits where those would be zeros.

    Examples
    --------
    >>> show(0.98512), show(0.00042), show(1200), show(None), show([0.8, 1.25]), show(123456.7), show(True)
    ('0.985', '0.00042', '1,200', '', '0.800 to 1.250', '123,457', 'yes')
    """
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        return " to ".join(show(v) for v in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, int):
        return f"{value:,}"
    if 1e-9 < abs(value) < 0.001:
        return f"{value:.2g}"
    return f"{value:.3f}".replace("-0.000", "0.000") if abs(value) < 1000 else f"{value:,.0f}"


def wanted(finding):
    """The threshold in words.

    Examples
    --------
    >>> wanted({"threshold": 0.7, "goal": "lower"})
    'at most 0.700'
    """
    if finding["threshold"] is None:
        return ""
    if finding["goal"] == "range":
        return f"between {finding['threshold'][0]:.3g} and {finding['threshold'][1]:.3g}"
    return f"{'at least' if finding['goal'] == 'higher' else 'at most'} {show(finding['threshold'])}"


def measured(finding):
    """Value, interval and what was wanted, in one line; what is missing, where nothing was measured."""
    if finding["missing"] or finding["value"] is None:
        return finding["missing"]
    text = show(finding["value"])
    if finding["interval"] is not None:
        text += f" [{show(finding['interval'][0])}, {show(finding['interval'][1])}]"
    return f"{text}, wanted {wanted(finding)}" if finding["threshold"] is not None else text


def unseen(finding):
    """What an INCONCLUSIVE finding could have shown, in one sentence; nothing for others.

    Examples
    --------
    >>> unseen({"verdict": "INCONCLUSIVE", "smallest_difference": 0.04})
    'Smallest difference from the threshold that this much data would show (4 times in 5): 0.040.'
    """
    if finding["verdict"] != INCONCLUSIVE or finding["smallest_difference"] is None:
        return ""
    return (
        "Smallest difference from the threshold that this much data would show (4 times in 5): "
        f"{show(finding['smallest_difference'])}."
    )


def because(content, pillar, room=None):
    """The finding that a pillar's verdict rests on, in one line; where `room` is short its title is cut."""
    by_id = {row["id"]: row for row in content["findings"]}
    finding = by_id.get(content["verdict"]["because"][pillar])
    if finding is None:
        return "no check"
    if finding["missing"] or not measured(finding):
        return finding["missing"] or f"{finding['title']}: {finding['message']}"
    could = finding["smallest_difference"] if finding["verdict"] == INCONCLUSIVE else None
    numbers = measured(finding) + ("" if could is None else f"; could show {show(could)}")
    return f"{cut(finding['title'], room and room - len(numbers) - 2)}: {numbers}"


def cut(text, width=None):
    """Plain text of at most `width` letters.

    Examples
    --------
    >>> cut("twelve letters", 8), cut("twelve")
    ('twelve …', 'twelve')
    """
    text = plain(text)
    return text if width is None or len(text) <= width else f"{text[: max(width - 1, 0)]}…"

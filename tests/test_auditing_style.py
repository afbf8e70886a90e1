"""The palette can be told apart: text at 4.5 to 1, drawings at 3 to 1, on light and on dark paper (WCAG 2.2)."""

import re

import pytest

from augment.auditing.style import PAGE_STYLE, STYLE

TEXT = ("ink", "soft", "pass", "fail", "open", "none")
DRAWN = ("real", "synthetic", "accent")


def palette(scheme):
    """The colours of a scheme by name: dark ones stand in the first media query."""
    light, dark = STYLE.split("@media screen and (prefers-color-scheme:dark)")
    found = dict(re.findall(r"--(\w+):(#[0-9a-f]{3,6})", light if scheme == "light" else dark.split("}}")[0]))
    return {
        name: colour if len(colour) == 7 else "#" + "".join(c * 2 for c in colour[1:]) for name, colour in found.items()
    }


def luminance(colour):
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    parts = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_that_of_the_standard():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_palette_can_be_told_apart(scheme):
    colours = palette(scheme)
    assert set(TEXT) | set(DRAWN) <= set(colours)
    for paper in ("paper", "card"):
        assert {n for n in TEXT if contrast(colours[n], colours[paper]) < 4.5} == set()
        assert {n for n in DRAWN if contrast(colours[n], colours[paper]) < 3} == set()
    assert contrast(colours["accent"], colours["good"]) > 3


def test_the_style_names_nothing_outside_and_reaches_only_the_report():
    assert not re.search(r"url\(|@import|http", PAGE_STYLE + STYLE)
    rules = re.findall(r"([^{}]+)\{[^{}]*\}", re.sub(r"@media[^{]*\{", "", STYLE))
    assert {one.strip() for rule in rules for one in rule.split(",") if not one.strip().startswith(".audit")} == set()

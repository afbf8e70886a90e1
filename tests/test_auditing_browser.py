"""The page in a real Chromium without a window: quiet, alone, usable by keyboard, on small screens and on paper.

Needs playwright and axe-playwright-python, both in the extra `dev`, and a Chromium from the system's packages, such as
Debian's chromium-headless-shell, or what the variable CHROMIUM points to. `.ci/run` installs it.
"""

import os
import shutil

import numpy as np
import pandas as pd
import pytest

from augment.auditing import AuditReport, Finding, audit, charts
from augment.auditing.frames import prepare

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.base", reason="axe-playwright-python is not installed")
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason=f"no Chromium: none of {', '.join(NAMES)} is installed"),
]
EVIL = "</script><img onerror=alert(1) src=https://example.org/x>"
LONG = "acategoryoffortyletterswithoutanyspacein"


def table(n, seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    return pd.DataFrame({EVIL: x, "c": rng.choice([EVIL, LONG], n), "y": x + rng.normal(size=n), "m": [None] * n})


def audited():
    """What an audit of small tables gives."""
    return audit(table(120, 0), table(120, 1), holdout=table(120, 2), target="c", protected=["c", EVIL])


def drawn():
    """Every kind of chart, verdict and table, with names that are hard to hold."""
    data = prepare(table(60, 0), table(60, 1), protected=[EVIL])
    names = [LONG * 2, EVIL, *(f"{LONG} {j}" for j in range(8))]
    rows = [{"name": name, "value": 0.5, "low": 0.4, "high": None, "mark": 0.6} for name in names]
    curves = [{"name": f"{LONG} {k}", "x": [0, 1, 2], "y": [0, 0.5, 1]} for k in range(4)]
    kinds = [
        charts.intervals("Intervals", rows, axis=(0, 1), threshold=0.3, mark="mark"),
        charts.bars("Bars", rows),
        charts.histograms("Histograms", [charts.panel(data, j) for j in range(4)]),
        charts.matrix("Matrix", names, np.full((len(names), len(names)), 0.4).tolist(), "What it shows."),
        charts.lines("Lines", LONG, LONG, curves),
    ]
    wide = charts.table("Wide", [f"{LONG} {j}" for j in range(12)], [[LONG] * 12] * 3)
    common = {"title": EVIL, "value": 0.5, "threshold": 0.45, "message": f"{EVIL} {LONG * 3}"}
    findings = [
        Finding(id=f"fidelity.{k}", pillar="fidelity", interval=i, evidence={"charts": [c], "tables": [wide]}, **common)
        for k, (c, i) in enumerate(zip(kinds, [(0.46, 0.6), (0.3, 0.4), (0.4, 0.6), None, (0.1, 0.9)], strict=True))
    ]
    findings += [Finding(id=f"bias.{EVIL}", pillar="bias", title=EVIL, missing=LONG, message=LONG)]
    return AuditReport.from_findings(data, findings, 0)


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module", params=[audited, drawn])
def address(request, tmp_path_factory):
    return request.param().to_html(tmp_path_factory.mktemp("page") / "audit.html").as_uri()


@pytest.fixture
def open_page(browser, address):
    """Opens the page in a window of a width and a colour scheme."""
    contexts = []

    def opened(width=1280, scheme="light"):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.seen = []
        page.on("console", lambda message: page.seen.append(f"console {message.type}: {message.text}"))
        page.on("pageerror", lambda error: page.seen.append(f"error: {error}"))
        page.on("dialog", lambda dialog: page.seen.append(f"dialog: {dialog.message}"))
        page.on("request", lambda request: page.seen.append(f"request: {request.url}"))
        page.goto(address)
        return page

    yield opened
    for context in contexts:
        context.close()


def unfold(page):
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")


def test_nothing_is_asked_of_the_network_and_nothing_is_wrong(open_page, address):
    page = open_page()
    unfold(page)
    page.wait_for_timeout(200)
    assert page.seen == [f"request: {address}"]
    assert page.evaluate("document.scripts.length + document.images.length") == 0
    assert page.evaluate("[...document.links].filter(a => a.getAttribute('href')[0] !== '#').length") == 0
    assert page.evaluate("document.characterSet") == "UTF-8"


def test_anchors_lead_somewhere(open_page):
    page = open_page()
    lost = "[...document.querySelectorAll('a')].map(a => a.hash.slice(1)).filter(id => !document.getElementById(id))"
    assert page.evaluate(lost) == []


def test_the_keyboard_reaches_and_opens_what_is_folded(open_page):
    page = open_page()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the findings"
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "SUMMARY":
            break
    assert page.evaluate("document.activeElement.parentElement.open") is False
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.parentElement.open") is True
    inside = "document.activeElement.parentElement.querySelector('table').checkVisibility()"
    assert page.evaluate(inside) is True


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_nothing_sticks_out_sideways(open_page, width):
    page = open_page(width)
    unfold(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_it_prints_with_what_is_folded(open_page):
    page = open_page()
    pages = page.pdf().count(b"/Type /Page\n")
    page.emulate_media(media="print")
    hidden = "[...document.querySelectorAll('details table')].filter(t => !t.checkVisibility()).length"
    assert page.evaluate(hidden) == 0
    assert pages >= 2


@pytest.mark.parametrize(
    ("address", "scheme", "folded"),
    [(audited, "light", True), (drawn, "light", False), (drawn, "dark", False)],  # a whole page unfolded is slow
    indirect=["address"],
)
def test_axe_finds_nothing_serious(open_page, scheme, folded):
    page = open_page(scheme=scheme)
    if not folded:
        unfold(page)
    page.evaluate(axe.AXE_SCRIPT)
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    serious = [v for v in found if v["impact"] in ("serious", "critical")]
    assert [(v["id"], v["nodes"][0]["html"][:300]) for v in serious] == []


def test_dark_is_dark(open_page):
    colour = "getComputedStyle(document.documentElement).backgroundColor.match(/[0-9]+/)[0]"
    light, dark = (int(open_page(scheme=scheme).evaluate(colour)) for scheme in ("light", "dark"))
    assert dark < 60 < 200 < light

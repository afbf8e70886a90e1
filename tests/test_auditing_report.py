"""Every printed form comes from one dict: same numbers, nothing unescaped, files whole or untouched."""

import json
import re
import sys
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from augment.auditing import AuditReport, Finding, audit
from augment.auditing.check import PILLARS
from augment.auditing.frames import prepare
from augment.auditing.page import POLICY
from augment.auditing.words import escape, show

EVIL = "</script><img onerror=alert(1) src=x>"
MARKUP = "|a`*_[x](http://y)\x1b[31m"


def table(n, seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    return pd.DataFrame({EVIL: x, MARKUP: x + rng.normal(size=n), "c": rng.choice([EVIL, "plain"], n), "m": [None] * n})


@pytest.fixture(scope="module")
def report():
    return audit(table(120, 0), table(120, 1), holdout=table(120, 2), target="c", protected=["c", EVIL])


class Reader(HTMLParser):
    """Collects tags, attributes and anchors, and checks that tags close in order."""

    VOID = {"meta", "br", "img", "input", "link", "hr"}

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.ids, self.links, self.text = [], [], [], [], []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        self.ids += [value for name, value in attributes if name == "id"]
        self.links += [value for name, value in attributes if name in ("href", "src")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def test_page_is_self_contained_and_well_formed(report):
    text = report.to_html()
    page = Reader(text)
    names = {tag for tag, _ in page.tags}
    assert not names & {"script", "img", "link", "iframe", "object"}
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    assert all(link.startswith("#") and link[1:] in page.ids for link in page.links)
    assert len(page.ids) == len(set(page.ids))
    policies = [a["content"] for tag, a in page.tags if a.get("http-equiv") == "Content-Security-Policy"]
    assert policies == [POLICY]
    assert POLICY.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:")
    assert "script" not in POLICY
    assert len(text.encode()) < 500_000


def test_drawings_have_names_and_words_and_tables_beside_them(report):
    text = report.to_html()
    assert len(re.findall('<svg[^>]* role="img"[^>]*><title>[^<]+</title><desc>[^<]+</desc>', text)) == text.count(
        "<svg"
    )
    assert text.count("<table") == text.count("<caption>")
    articles = text.split("<article")[1:]
    assert len(articles) == len(report.findings)
    drawn = [article for article in articles if "<svg" in article]
    assert len(drawn) > 5
    assert all("<caption>" in article.split("</article>")[0] for article in drawn)


def test_a_finding_with_an_interval_has_a_picture_and_a_table(report):
    text = report.to_html()
    for row in report.findings:
        if row["interval"] and row["threshold"] is not None and not row["missing"]:
            article = text.split(f'data-check-id="{escape(row["id"])}"')[1].split("</article>")[0]
            assert "<svg" in article
            assert "The number and how it was made" in article


def test_headings_are_in_order_and_failures_come_first():
    data = prepare(table(20, 0), table(20, 1))
    common = {"pillar": "fidelity", "value": 0.5, "goal": "higher", "threshold": 0.5}
    findings = [
        Finding(id="fidelity.a", title="a", interval=(0.6, 0.7), **common),
        Finding(id="fidelity.b", title="b", interval=(0.1, 0.2), **common),
        Finding(id="fidelity.c", title="c", missing="m", **common),
    ]
    text = AuditReport.from_findings(data, findings, 0).to_html()
    ids = re.findall('data-check-id="([^"]+)"', text)
    assert ids == ["fidelity.b", "fidelity.a", "fidelity.c"]
    levels = [int(level) for level in re.findall("<h([1-6])", text)]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in zip(levels[:-1], levels[1:], strict=True))


def test_all_numbers_stand_in_one_table(report):
    annex = report.to_html().split("<h2>All numbers</h2>")[1].split("</section>")[0]
    assert all(f">{escape(row['id'])}</th>" in annex for row in report.findings)
    assert all(f">{name}</th>" in annex for name in report.to_dict()["thresholds"])


def test_page_shows_the_numbers_of_the_dict(report):
    page = Reader(report.to_html())
    shown = {a["data-check-id"]: a["data-status"] for _, a in page.tags if "data-check-id" in a}
    assert shown == {finding["id"]: finding["verdict"] for finding in report.findings}
    text = " ".join(page.text)
    for finding in report.findings:
        if finding["value"] is not None and not finding["missing"]:
            assert show(finding["value"]) in text


def test_verdict_table_comes_first(report):
    rows = [a for _, a in Reader(report.to_html()).tags if "data-status" in a][:4]
    assert {a["data-pillar"]: a["data-status"] for a in rows} == report.by_pillar


def test_json_is_strict_and_comes_back(report):
    content = json.loads(report.to_json(), parse_constant=lambda name: pytest.fail(name))
    assert content == report.to_dict()
    assert AuditReport.from_dict(content).to_html() == report.to_html()
    with pytest.raises(ValueError, match="Not an audit report"):
        AuditReport.from_dict({"schema": "other"})


def test_to_dict_is_a_copy(report):
    report.to_dict()["verdict"]["overall"] = "changed"
    assert report.verdict != "changed"


def test_terminal_summary_is_short_and_plain(report):
    text = str(report)
    summary, _, rest = text.partition("\n\n")
    assert len(summary.splitlines()) <= 10
    assert report.verdict in summary.splitlines()[0]
    assert max(map(len, summary.splitlines())) <= 120
    assert "\x1b" not in text
    assert all(f["title"].split(",")[0][:40] in rest for f in report.findings if MARKUP not in f["title"])


def test_the_summary_has_at_most_ten_lines_whatever_was_found():
    data = prepare(table(20, 0), table(20, 1))
    findings = [
        Finding(id=f"{p}.{k}", pillar=p, title="x", value=0.5, interval=(0.1, 0.2), threshold=0.5)
        for p in PILLARS
        for k in range(20)
    ]
    findings += [Finding(id=f"{p}.m{k}", pillar=p, title="x", missing="m") for p in PILLARS for k in range(20)]
    summary = str(AuditReport.from_findings(data, findings, 0)).split("\n\n")[0].splitlines()
    assert len(summary) <= 10
    assert max(map(len, summary)) <= 118
    assert "also ✗ FAIL: fidelity.1, fidelity.2, fidelity.3 and 73 more" in summary[5]
    assert "NOT ASSESSED: fidelity.m0, fidelity.m1, fidelity.m2 and 77 more" in summary[6]


def test_markdown_is_inert(report):
    text = report.to_markdown()
    assert "<img" not in text
    assert "[x](" not in text
    rows = [line for line in text.splitlines() if line.startswith("|")]
    for line in rows[:6]:
        assert line.replace("\\|", "").count("|") == 4
    for line in rows[6:]:
        assert line.replace("\\|", "").count("|") == 8


def test_frame_has_a_row_for_each_finding(report):
    frame = report.to_frame()
    assert frame["id"].tolist() == [finding["id"] for finding in report.findings]
    assert frame["low"].dtype == "float64"
    judged = frame[frame["verdict"] == "PASS"]
    assert (judged["low"] <= judged["high"]).all()
    assert (frame.loc[frame["verdict"] == "INCONCLUSIVE", "smallest_difference"] > 0).all()


def test_notebook_shows_the_same_page_without_its_frame(report):
    bundle = report._repr_mimebundle_()
    assert bundle["text/plain"] == str(report)
    assert bundle["text/html"] == report._repr_html_()
    assert "<html" not in bundle["text/html"]
    assert bundle["text/html"] in report.to_html()


@pytest.mark.parametrize("form", ["html", "json", "markdown"])
def test_files_hold_what_the_method_returns(report, form, tmp_path):
    write = getattr(report, f"to_{form}")
    path = tmp_path / "report"
    assert write(str(path)) == path
    assert path.read_text(encoding="utf-8") == write()
    assert list(tmp_path.iterdir()) == [path]


def test_a_failed_write_keeps_the_old_file(report, tmp_path, monkeypatch):
    path = tmp_path / "report.html"
    path.write_text("old")

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr("augment.files.os.replace", fail)
    with pytest.raises(OSError, match="disk full"):
        report.to_html(path)
    assert [p.read_text() for p in tmp_path.iterdir()] == ["old"]


def test_a_page_holds_no_control_characters():
    names = ["a\x00\x07", "b\x1b[31m"]
    rng = np.random.default_rng(0)
    real = pd.DataFrame({names[0]: rng.choice(["\x00u", "v\x1b"], 60), names[1]: rng.normal(size=60)})
    text = audit(real, real, protected=names).to_html()
    assert not [c for c in text if ord(c) < 32 and c != "\n"]
    assert "\N{REPLACEMENT CHARACTER}u" in text


def test_the_page_says_what_absent_answers_mean():
    data = prepare(table(20, 0), table(20, 1))
    good = Finding(id="fidelity.x", pillar="fidelity", title="x", value=0.9, interval=(0.8, 1), threshold=0.5)
    report = AuditReport.from_findings(data, [good], 0)
    assert (report.by_pillar["fidelity"], report.verdict) == ("PASS", "INCONCLUSIVE")
    text = report.to_html()
    assert "Not assessed: utility, bias, privacy. The whole passes only where all four do." in text
    assert "An alarm can fail but never passes." in text
    (limit,) = [limit for limit in report.to_dict()["limits"] if "INCONCLUSIVE" in limit]
    assert all(reason in limit for reason in ("too few", "alarm", "check stopped", "not assessed"))


def test_a_replaced_file_keeps_its_permissions_and_a_link_stays_a_link(report, tmp_path):
    path, link = tmp_path / "report.json", tmp_path / "link.json"
    path.write_text("old")
    path.chmod(0o640)
    link.symlink_to(path)
    assert report.to_json(link) == link
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    assert json.loads(path.read_text(encoding="utf-8")) == report.to_dict()


def test_lone_surrogates_do_not_stop_the_file(tmp_path):
    strings = pd.Series(["\ud800", "b"] * 10, dtype=object)  # pandas 3 has no such text type
    real = pd.DataFrame({"c": strings, "x": np.arange(20.0) ** 2})
    audit(real, real).to_html(tmp_path / "page.html")
    assert (tmp_path / "page.html").stat().st_size > 0


def test_overall_verdict_passes_only_where_every_pillar_does():
    data = prepare(table(20, 0), table(20, 1))

    def one(pillar, interval, **changes):
        common = {"pillar": pillar, "title": "x", "value": 0.5, "goal": "higher", "threshold": 0.5}
        return Finding(id=f"{pillar}.x", interval=interval, **common, **changes)

    good, bad, open_ = one("fidelity", (0.6, 0.7)), one("privacy", (0.1, 0.2)), one("bias", (0.4, 0.6))
    for findings, verdict in (
        ([one(pillar, (0.6, 0.7)) for pillar in PILLARS], "PASS"),
        ([good], "INCONCLUSIVE"),
        ([good, open_], "INCONCLUSIVE"),
        ([good, open_, bad], "FAIL"),
        ([one("bias", None, missing="m")], "NOT ASSESSED"),
    ):
        assert AuditReport.from_findings(data, findings, 0).verdict == verdict


@pytest.mark.slow
def test_three_hundred_columns_make_a_small_page(monkeypatch):
    from augment.auditing import correlations, fidelity

    monkeypatch.setattr(sys.modules["augment.auditing.audit"], "CHECKS", [*fidelity.CHECKS, correlations.RANKS])
    rng = np.random.default_rng(0)
    names = [f"a column with a name of forty characters {j}" for j in range(300)]
    real, new = (pd.DataFrame(rng.normal(size=(60, 300)), columns=names) for _ in range(2))
    assert len(audit(real, new).to_html().encode()) < 500_000


def test_the_summary_cuts_titles_not_numbers():
    data = prepare(table(20, 0), table(20, 1))
    common = {"value": 0.5, "interval": (0.4, 0.6), "threshold": 0.5}
    long = Finding(id="bias.x", pillar="bias", title="a long title " * 20, **common)
    report = AuditReport.from_findings(data, [long], 0)
    line = str(report).splitlines()[3]
    assert len(line) == 118
    assert line.endswith("…: 0.500 [0.400, 0.600], wanted at least 0.500; could show 0.143")


def test_a_verdict_rests_on_the_finding_that_leans_furthest_to_the_bad_side():
    data = prepare(table(20, 0), table(20, 1))

    def one(name, value, half, goal, threshold):
        interval = (value - half, value + half)
        numbers = {"value": value, "interval": interval, "goal": goal, "threshold": threshold}
        return Finding(id=f"bias.{name}", pillar="bias", title=name, **numbers)

    barely, clearly = one("barely", 0.7, 0.1, "lower", 0.55), one("clearly", 0.3, 0.01, "higher", 0.5)
    outside, open_ = one("outside", 2.0, 0.01, "range", (0.8, 1.25)), one("open", 0.6, 0.2, "lower", 0.5)
    stopped = Finding(id="bias.stopped", pillar="bias", title="stopped")
    safe, close = one("safe", 0.1, 0.01, "lower", 0.5), one("close", 0.4, 0.05, "lower", 0.5)
    for findings, name in (
        ([barely, clearly, open_, safe], "clearly"),
        ([barely, clearly, outside], "outside"),
        ([stopped, open_, safe], "open"),
        ([safe, close], "close"),
        ([stopped], "stopped"),
    ):
        because = AuditReport.from_findings(data, findings, 0).to_dict()["verdict"]["because"]
        assert because["bias"] == f"bias.{name}"
        assert because["utility"] is None

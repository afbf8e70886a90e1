"""The public form: two digits, no small cell, no row, no exact text; the verdicts and the shape stay."""

import json
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from augment.auditing import AuditReport, Finding, audit, charts
from augment.auditing.frames import prepare
from augment.auditing.intersections import CELLS
from augment.auditing.model_bias import MODELS
from augment.auditing.outcomes import OUTCOMES
from augment.auditing.public import public
from augment.auditing.representation import representation
from augment.auditing.rounding import SMALL


def table(n, seed):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "age": rng.integers(20, 60, n),
            "income": rng.lognormal(10, 1, n),
            "city": rng.choice(["Rome", "Oslo", "Bern"], n, p=[0.7, 0.28, 0.02]),
            "sex": rng.choice(["f", "m"], n),
        }
    )


@pytest.fixture(scope="module")
def reports():
    """The internal and the public form of one audit."""
    tables = {"train": table(233, 0), "synthetic": table(217, 1), "holdout": table(199, 2)}
    both = [audit(**tables, target="sex", protected=["sex", "city"], mode=mode) for mode in ("internal", "public")]
    assert both[0].public().to_dict() == both[1].to_dict()
    return both


def one(evidence=None, **changes):
    """The public form of a report on one finding."""
    common = {"pillar": "bias", "title": "x", "value": 0.12345, "interval": (0.1111, 0.9999), "threshold": 0.55555}
    finding = Finding(id="bias.x", **{**common, "evidence": evidence or {}, **changes})
    content = AuditReport.from_findings(prepare(table(60, 0), table(60, 1)), [finding], 0).public()
    return content.findings[0]


def numbers(value):
    if isinstance(value, dict):
        value = [v for name, v in value.items() if name != "level"]
    if isinstance(value, list):
        return [number for item in value for number in numbers(item)]
    return [value] if isinstance(value, (int, float)) and not isinstance(value, bool) else []


@pytest.mark.slow
def test_every_number_has_two_digits(reports):
    internal, public_ = (numbers(report.findings) for report in reports)
    assert len(public_) > 100
    assert [v for v in public_ if v and v != float(f"{v:.1e}")] == []
    assert [v for v in internal if v and v != float(f"{v:.1e}")]


def test_verdicts_stay(reports):
    internal, public_ = reports
    assert public_.by_pillar == internal.by_pillar
    assert [f["verdict"] for f in public_.findings] == [f["verdict"] for f in internal.findings]
    assert public_.verdict == internal.verdict


def test_it_says_what_it_is_everywhere(reports):
    internal, public_ = reports
    assert (internal.mode, public_.mode) == ("internal", "public")
    assert "treat it as internal" in internal.to_dict()["limits"][-1]
    assert "rounded to two digits" in public_.to_dict()["limits"][-1]
    assert "rounded to two digits" in public_.to_html()
    assert "public form" in str(public_).splitlines()[0]
    assert "about 230 rows" in public_.to_html()
    assert public_.public() is public_


def test_real_tables_have_no_fingerprint_and_no_exact_size(reports):
    data = reports[1].to_dict()["data"]
    assert data["train"]["sha256"] is data["holdout"]["sha256"] is None
    assert data["synthetic"]["sha256"] == reports[0].to_dict()["data"]["synthetic"]["sha256"]
    assert [data[name]["rows"] for name in ("train", "synthetic", "holdout")] == [230, 210, 190]
    text = reports[1].to_json() + reports[1].to_html() + str(reports[1]) + reports[1].to_markdown()
    assert not re.search(r"\b(233|217|199)\b", text)


def test_histograms_of_unique_columns_go_and_small_bins_are_empty(reports):
    panels = {
        panel["name"]: panel
        for finding in reports[1].findings
        for chart in finding["evidence"].get("charts", [])
        if chart["kind"] == "histograms"
        for panel in chart["panels"]
    }
    assert "income" not in panels
    assert {"age", "city"} <= set(panels)
    city = panels["city"]
    assert city["labels"] == ["Rome", "2 values together, some under 10 rows"]
    assert sum(city["real"]) == pytest.approx(1, abs=0.02)
    assert all(any(pair) for pair in (panels["age"]["real"][:1], panels["age"]["real"][-1:]))
    assert all(share == 0 or share * 233 >= SMALL - 1 for share in panels["age"]["real"])
    shown = {
        p["name"] for f in reports[0].findings for c in f["evidence"].get("charts", []) for p in c.get("panels", [])
    }
    assert "income" in shown


def test_edges_of_bins_are_no_extreme_values():
    days = pd.DataFrame({"day": pd.date_range("2020-01-01", periods=60).repeat(4), "x": np.arange(240) % 37 / 7.0})
    panels = [charts.panel(prepare(days, days), j) for j in range(2)]
    (chart,) = one({"charts": [charts.histograms("t", panels)]})["evidence"]["charts"]
    assert set(chart["panels"][0]["labels"]) <= {"2020-01", "2020-02"}
    assert all(len(label.replace(".", "").lstrip("0")) <= 2 for label in chart["panels"][1]["labels"])


@pytest.mark.parametrize("n", [12, 40, 400])
@pytest.mark.parametrize("share", [0.0, 0.5, 0.97])
def test_panels_of_few_rows_are_drawn_or_left_out(n, share):
    """The ends of a picture are the last values that ten rows have; where none has, there is no picture."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"x": rng.normal(size=n).round(1), "k": np.arange(n) % 5, "c": rng.choice(list("abc"), n)})
    frame = frame.mask(rng.random(frame.shape) < share).astype({"x": float, "k": float})
    frame.iloc[:3] = [[99.0, 4.0, "a"], [0.5, 2.0, "b"], [0.5, 1.0, "b"]]
    panels = [charts.panel(prepare(frame, frame), j) for j in range(3)]
    finding = Finding(id="bias.x", pillar="bias", title="x", evidence={"charts": [charts.histograms("t", panels)]})
    shown = AuditReport.from_findings(prepare(frame, frame), [finding], 0).public()
    assert "<h3>" in shown.to_html()
    for panel in [p for chart in shown.findings[0]["evidence"]["charts"] for p in chart["panels"]]:
        assert not {"99", "99.0"} & set(panel["labels"])
        assert len(panel["labels"]) - len(panel["real"]) in (0, 1)


FACTS = {"few": 3, "many": 1234, "share": 0.98765, "said": "1,234 rows", "several": [0.1234, 3]}


def test_small_cells_are_left_out_with_their_row():
    listed = charts.table("Groups", ["group", "rows", "share"], [["a", 1234, 0.98765], ["b", 9, 0.0072], ["c", 0, 0.0]])
    found = one({"tables": [listed], "facts": FACTS})["evidence"]
    assert found["tables"][0]["rows"] == [["a", 1200, 0.99]]
    assert found["tables"][0]["caption"] == "Groups (without 2 with fewer than 10 rows)"
    assert found["facts"] == {"many": 1200, "share": 0.99, "said": "1,200 rows", "several": [0.12, None]}
    rows = [{"name": name, "value": 0.12345, "low": 0.1, "high": 0.2, "n": n} for name, n in (("a", 10), ("b", 9))]
    found = one({"charts": [charts.intervals("t", rows, axis=(0, 1))]}, worst=rows)
    assert [row["name"] for row in found["evidence"]["charts"][0]["rows"]] == ["a"]
    assert [row["name"] for row in found["worst"]] == ["a"]
    assert found["message"] == "Furthest: a."


def test_what_shows_rows_is_left_out():
    tables = [charts.table("Rows", ["row"], [["secret"]], row_level=True), charts.table("Counts", ["row"], [["known"]])]
    curves = {**charts.bars("Rows", [{"name": "secret", "value": 1.0}]), "row_level": True}
    found = one({"tables": tables, "charts": [curves]})
    assert "secret" not in json.dumps(found)
    assert "known" in json.dumps(found)


def test_a_finding_on_few_rows_says_only_that():
    found = one(n={"women": 9}, value=0.1, interval=(0.0, 0.2), message="9 women")
    assert (found["verdict"], found["value"], found["interval"], found["n"]) == ("NOT ASSESSED", None, None, {})
    assert found["missing"] == found["message"] == "Left out of the public form: it rests on fewer than 10 rows."


def test_texts_of_checks_do_not_come_through():
    found = one(message="Row 4711 is a copy: 3 of 1,234.")
    assert "4711" not in json.dumps(found)
    found = one(missing="'city' has 7 rows and 1,234 others; 0.98765 of them.")
    assert found["missing"] == "'city' has under 10 rows and 1,200 others; 0.99 of them."
    assert found["verdict"] == "NOT ASSESSED"


cells = st.one_of(
    st.integers(-(10**6), 10**6), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=5), st.none()
)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(cells, min_size=3, max_size=3), max_size=5))
def test_no_count_below_ten_survives_in_any_table(rows):
    finding = Finding(id="bias.x", pillar="bias", title="x", evidence={"tables": [charts.table("t", "abc", rows)]})
    kept = public({**EMPTY, "findings": [finding.to_dict()]})["findings"][0]["evidence"]["tables"][0]["rows"]
    whole = [v for row in kept for v in row if isinstance(v, int) and not isinstance(v, bool)]
    assert all(abs(v) >= SMALL for v in whole)
    assert len(kept) <= len(rows)


EMPTY = {"data": {}, "columns": [], "thresholds": {}, "notes": [], "protected": [], "target": None}


def grouped(counts, seed):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"g": np.repeat(list(counts), list(counts.values())), "sex": "f"})
    frame.loc[frame["g"] == "b", "sex"] = "m"
    return frame.assign(x=rng.normal(size=len(frame)), y=rng.choice(["u", "v"], len(frame)))


def test_a_small_group_is_not_had_by_subtraction():
    """Of 100 rows, shares of .53 and .41 would tell of six of a third group: the next smallest goes, too."""
    tables = [grouped({"a": 53, "b": 41, "c": 6}, seed) for seed in range(2)]
    (found,) = representation(prepare(*tables, protected="g", thresholds={"bias.representation": 0.8}), None)
    shown = AuditReport.from_findings(prepare(*tables, protected="g"), [found], 0).public().findings[0]
    assert [row[:2] for row in shown["evidence"]["tables"][0]["rows"]] == [["a", 50]]
    assert "or that would tell how many" in shown["evidence"]["tables"][0]["caption"]
    names = [row["name"] for chart in shown["evidence"]["charts"] for row in chart["rows"]]
    assert names + [row["name"] for row in shown["worst"]] == ["a", "a"]
    large = [grouped({"a": 53, "b": 41, "c": 12}, seed) for seed in range(2)]
    (found,) = representation(prepare(*large, protected="g", thresholds={"bias.representation": 0.8}), None)
    shown = AuditReport.from_findings(prepare(*large, protected="g"), [found], 0).public().findings[0]
    assert [row[:2] for row in shown["evidence"]["tables"][0]["rows"]] == [["a", 50], ["b", 40], ["c", 10]]


def test_a_rate_of_few_holdout_rows_is_no_rate():
    tables = grouped({"a": 60, "b": 40}, 0), grouped({"a": 60, "b": 40}, 1), grouped({"a": 90, "b": 4}, 2)
    data = prepare(*tables, "y", "g", {"bias.outcomes": 0.05})
    found = OUTCOMES.run(data, 0)
    (table_,) = AuditReport.from_findings(data, found, 0).public().findings[0]["evidence"]["tables"]
    assert [row[0] for row in table_["rows"]] == ["a"]


def test_values_of_real_cells_and_places_of_files_do_not_come_through(tmp_path):
    real, new = table(60, 0), table(60, 1)
    new["age"] = ["Jane Roe", *new["age"].astype(str)[1:]]
    limits = tmp_path / "secret" / "limits.toml"
    limits.parent.mkdir()
    limits.write_text('"fidelity.shapes" = 0.05')
    report = audit(real, new, thresholds=str(limits))
    assert any("Jane Roe" in note for note in report.to_dict()["notes"])
    told = report.public().to_json() + report.public().to_html()
    assert "Jane Roe" not in told
    assert "limits.toml" in told
    assert "secret" not in told


def test_counts_of_cells_are_counts():
    """The denominators of rates, which are sums: as numbers with a point they would stand in the public form."""
    rng = np.random.default_rng(0)
    tables = [
        pd.DataFrame({"g": rng.choice(list("abc"), 150, p=[0.6, 0.3, 0.1]), "h": rng.choice(list("xz"), 150)}).assign(
            x=rng.normal(size=150), y=rng.choice(["u", "v"], 150)
        )
        for _ in range(3)
    ]
    data = prepare(*tables, "y", ["g", "h"], {name: 0.1 for check in (MODELS, CELLS) for name in check.thresholds})
    shown = AuditReport.from_findings(data, [*MODELS.run(data, 0), *CELLS.run(data, 0)], 0).public().findings
    listed = [t for row in shown for t in row["evidence"].get("tables", []) if "denominator" in t["columns"]]
    counts = [row[t["columns"].index("denominator")] for t in listed for row in t["rows"]]
    assert counts
    assert all(count is None or (isinstance(count, int) and count >= SMALL) for count in counts)

"""The whole audit of sequences: one report as for tables, in every form; the hiring log's planted difference."""

import json
import subprocess
import sys
from importlib import resources
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sequence_makers import applications, autoregressive, chains, of, prepared

from augment.auditing import AuditReport, audit, sequences
from augment.auditing.sequences.data import NOTHING
from augment.auditing.sequences.group_outcomes import OUTCOMES

LONG = {"entity": "case", "time": "day", "protected": ["sex"]}
LOG = Path(__file__).parents[2] / "shared" / "data" / "sequence" / "hiring_events.csv.gz"


@pytest.fixture(scope="module")
def reports():
    with pytest.MonkeyPatch.context() as patch:  # the checks of tables have tests of their own
        own = [c for c in sequences.CHECKS if c.id != "fidelity.discriminative"]
        patch.setattr(sequences, "with_tables", lambda checks, kind: [c for c in checks if c.id in KEPT] + own)
        made = {
            "events": audit(*(applications(150, s) for s in (0, 1)), holdout=applications(150, 2), **LONG),
            "series": audit(*(autoregressive(150, s) for s in (0, 1)), holdout=autoregressive(150, 2), kind="series"),
            "text": audit(chains(150, 0), chains(150, 1), holdout=chains(150, 2)),
        }
    return made


KEPT = ("fidelity.shapes", "fidelity.missing", "bias.representation", "privacy.copies")


@pytest.mark.parametrize("kind", ["events", "series", "text"])
def test_fresh_sequences_fail_nothing_and_every_check_runs(reports, kind):
    report = reports[kind]
    assert report.to_dict()["verdict"]["failed"] == []
    assert not [f["message"] for f in report.findings if "stopped with" in f["message"]]
    judged = [f for f in report.findings if not f["missing"] and not f["informational"]]
    assert all(f["interval"] and f["threshold"] is not None and f["threshold_name"] for f in judged)
    own = {check.id for check in sequences.CHECKS}
    bare = [f["id"] for f in judged if f["ceiling"] is None and f["reference"] is None and f["pillar"] != "bias"]
    assert not [name for name in bare if name in own]


@pytest.mark.parametrize("kind", ["events", "series", "text"])
def test_every_face_speaks_of_sequences(reports, kind):
    report = reports[kind]
    assert "150 sequences; " in str(report) and "steps on average" in str(report)
    page = report.to_html()
    assert "Do they look and move like the real sequences?" in page and "How the sequences were read" in page
    own = page.split('data-check-id="fidelity.')[-1]
    assert "fresh real sequences" in own and "fresh real rows" not in own
    assert "Sequences: train 150" in report.to_markdown()
    assert "Sequences are compared by summaries" in " ".join(report.to_dict()["limits"])


def test_charts_go_below_zero_inside_their_frame(reports):
    chart = next(c for f in reports["series"].findings for c in f["evidence"].get("charts", []) if c.get("row_level"))
    assert min(min(s["y"]) for s in chart["series"]) < 0
    page = reports["series"].to_html()
    corners = [pair.split(",") for line in page.split('points="')[1:] for pair in line.split('"')[0].split()]
    assert all(0 <= float(y) <= 60 for _, y in corners)


@pytest.mark.parametrize("mode", ["internal", "public"])
@pytest.mark.parametrize("kind", ["events", "series", "text"])
def test_it_keeps_to_the_schema(reports, kind, mode):
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    schema = json.loads(resources.files("augment.auditing").joinpath("schema.json").read_text(encoding="utf-8"))
    report = reports[kind] if mode == "internal" else reports[kind].public()
    content = json.loads(report.to_json())
    validator = jsonschema.Draft202012Validator(schema)
    assert list(validator.iter_errors(content)) == []
    assert AuditReport.from_dict(content).to_dict() == content
    assert content["sequences"]["kind"] == kind
    assert list(validator.iter_errors({**content, "sequences": {**content["sequences"], "kind": "films"}}))


def test_the_public_form_shows_no_sequence(reports):
    train = [text for text in chains(150, 0) if len(text) > 12]
    said = reports["text"].to_json()
    assert any(text in said for text in train)
    assert not any(text in reports["text"].public().to_json() for text in train)
    public = next(f for f in reports["series"].public().findings if f["id"] == "fidelity.autocorrelation")
    assert len(public["evidence"]["tables"][0]["rows"]) == 12  # lags are no counts of sequences


@pytest.mark.slow
def test_the_same_seed_gives_the_same_report():
    first, again = (audit(chains(45, 0), chains(45, 1), random_state=3).to_json() for _ in range(2))
    assert first == again


@pytest.mark.slow
def test_labels_make_a_target_and_no_keras_is_loaded():
    code = (
        "import sys; sys.path.insert(0, 'tests')\n"
        "import numpy as np; from augment import audit; from sequence_makers import autoregressive\n"
        "made = [autoregressive(60, seed, steps=6) for seed in range(3)]\n"
        "train, new, held = ((x, (x.mean(axis=(1, 2)) > 0).astype(int)) for x in made)\n"
        "report = audit(train, new, holdout=held, kind='series')\n"
        "assert 'keras' not in sys.modules and 'tensorflow' not in sys.modules\n"
        "print({f['id']: f['verdict'] for f in report.findings}['utility.boosting'])"
    )
    root = Path(__file__).parents[1]
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, cwd=root)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() in ("PASS", "INCONCLUSIVE", "NOT ASSESSED")


@pytest.mark.parametrize(
    "train",
    [
        [np.array([1.0])] * 12 + [np.arange(5.0)] * 3,
        [np.full((4, 2), np.nan)] * 15,
        np.zeros((15, 1, 1)),
        [np.array([np.nan, 1.0, np.nan, 2.0, 4.0]) * (k + 1) for k in range(60)],
    ],
    ids=["of one step", "all missing", "constant", "gaps"],
)
def test_odd_series_stop_no_check(train):
    report = audit(train, train, holdout=train, kind="series")
    assert not [f["message"] for f in report.findings if "stopped with" in f["message"]]


@pytest.mark.parametrize("time", ["day", None])
def test_odd_frames_stop_no_check(time):
    frame = pd.DataFrame({"case": np.repeat(np.arange(60), 2), "day": 1.0, "v": np.nan, "e": ["\U0001f600", None] * 60})
    report = audit(frame, frame.iloc[::-1], holdout=frame, entity="case", time=time)
    assert not [f["message"] for f in report.findings if "stopped with" in f["message"]]


@pytest.mark.parametrize("time", ["day", None])
def test_frames_of_nothing_but_times_stop_no_check(time):
    frame = pd.DataFrame({"case": np.repeat(np.arange(60), 2), "day": np.arange(120) ** 2 % 31})
    frame = frame if time else frame[["case"]].assign(kind=frame.case % 3)
    report = audit(frame, frame, entity="case", time=time)
    assert not [f["message"] for f in report.findings if "stopped with" in f["message"]]
    assert {f["missing"] for f in report.findings if f["id"] == "fidelity.context"} == {NOTHING}


@pytest.mark.slow
def test_odd_texts_stop_no_check():
    texts = ["", "\n", "\U0001f600a", "long " * 40, "x"] * 9
    report = audit(texts, texts[::-1], holdout=texts)
    assert not [f["message"] for f in report.findings if "stopped with" in f["message"]]


@pytest.mark.slow
@pytest.mark.skipif(not LOG.exists(), reason="the hiring log is not beside this repository")
def test_the_hiring_log_shows_its_difference_and_half_of_it_fails_nothing():
    log = pd.read_csv(LOG)
    parts = np.random.default_rng(0).permutation(log.case_id.unique())[:4000].reshape(2, -1)
    train, other = (log[log.case_id.isin(part)] for part in parts)
    arguments = {"entity": "case_id", "time": "time", "protected": ["protected"]}
    report = audit(train, other, **arguments)
    assert report.to_dict()["verdict"]["failed"] == []
    events = next(f for f in report.findings if f["id"] == "bias.outcomes.protected.events")
    rows = {(row[0], row[1]): row[-2:] for row in events["evidence"]["tables"][0]["rows"]}
    offered = log.groupby("case_id").activity.agg(lambda own: "Make Job Offer" in set(own))
    for group, rate in offered.groupby(log.groupby("case_id").protected.first()).mean().items():
        assert rate == pytest.approx((0.345, 0.040)[group], abs=0.001)
        assert rows[str(group), "activity = Make Job Offer"] == pytest.approx([rate, rate], abs=0.03)
    lost = other.assign(protected=np.repeat(*shuffled(other)))
    found = of(OUTCOMES, prepared(train, lost, kind="events", **arguments))
    assert found["bias.outcomes.protected.events"].verdict == "FAIL"


def shuffled(log):
    """The protected status of each case, dealt out anew, and its number of rows."""
    status, rows = log.groupby("case_id", sort=False).protected.first(), log.groupby("case_id", sort=False).size()
    return np.random.default_rng(0).permutation(status.to_numpy()), rows.to_numpy()

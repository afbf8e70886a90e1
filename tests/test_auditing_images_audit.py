"""The whole audit of images: one report as for tables, in every form, from labels and without, of volumes too."""

import copy
import json
import subprocess
import sys
from importlib import resources

import numpy as np
import pytest
from image_sets import parts

from augment.auditing import AuditReport, audit
from augment.auditing.images import CHECKS, classifier

KINDS = {"train", "synthetic", "holdout"}


@pytest.fixture(scope="module")
def report():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(classifier, "STEPS", 120)
        train, fresh, holdout = parts()
        yield audit(train, fresh, holdout=holdout)


@pytest.mark.slow
def test_fresh_images_fail_nothing_and_every_check_runs(report):
    content = report.to_dict()
    assert content["verdict"]["failed"] == []
    assert report.by_pillar["bias"] == "NOT ASSESSED"
    assert not [f["message"] for f in report.findings if "stopped with" in f["message"]]
    silent = [f for f in report.findings if f["missing"]]
    assert {f["pillar"] for f in silent if f["id"] != "fidelity.subgroups"} == {"bias"}
    assert all(f["missing"].startswith("Needs attributes: give train as (images, labels, att") for f in silent)
    judged = [f for f in report.findings if not f["missing"] and not f["informational"]]
    assert all(f["interval"] and f["threshold"] is not None and f["threshold_name"] for f in judged)
    assert all(f["ceiling"] is not None or f["reference"] is not None for f in judged)
    assert {name for f in judged for name in f["n"]} <= KINDS


def test_it_prints_images_not_rows(report):
    assert "590 images; 8 x 8 pixels" in str(report)
    page = report.to_html()
    assert "do they look like the real images?".capitalize() in page
    assert "fresh real images" in page and "fresh real rows" not in page
    assert page.count("data:image/png;base64,") == 20 + 20 * 3
    assert "Images: train 590" in report.to_markdown()
    assert "data:image" not in report.public().to_html()


@pytest.mark.parametrize("mode", ["internal", "public"])
def test_it_keeps_to_the_schema(report, mode):
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    schema = json.loads(resources.files("augment.auditing").joinpath("schema.json").read_text(encoding="utf-8"))
    content = json.loads((report if mode == "internal" else report.public()).to_json())
    validator = jsonschema.Draft202012Validator(schema)
    assert list(validator.iter_errors(content)) == []
    assert AuditReport.from_dict(content).to_dict() == content
    broken = copy.deepcopy(content)
    broken["images"]["sides"] = [8]
    assert list(validator.iter_errors(broken))


def test_the_gate_and_thresholds_know_images(report):
    assert report.refused(["fidelity.kid"], "fail") == []
    train, fresh, holdout = parts()
    strict = audit(train[0], fresh[0], holdout=holdout[0], thresholds={"fidelity.joint.coverage": -0.5})
    assert "fidelity.joint.coverage" in strict.to_dict()["verdict"]["failed"]


@pytest.mark.slow
def test_without_labels_and_holdout_what_is_missing_is_said_and_no_keras_is_loaded():
    code = (
        "import sys, numpy as np; from augment import audit\n"
        "images = np.random.default_rng(0).integers(0, 256, (2, 120, 8, 8), dtype='uint8')\n"
        "report = audit(images[0], images[1], holdout=None)\n"
        "assert 'keras' not in sys.modules\n"
        "print({f['id']: f['missing'] for f in report.findings if f['missing']})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for name in ("fidelity.kid.classifier", "fidelity.classes", "utility.accuracy", "privacy.copies"):
        assert name in done.stdout


def test_the_seed_decides_everything():
    images = np.random.default_rng(0).integers(0, 256, (3, 120, 8, 8), dtype="uint8")
    first, again, other = (audit(*images[:2], holdout=images[2], random_state=s).to_json() for s in (1, 1, 2))
    assert first == again != other


def test_constant_synthetic_images_fail_and_do_not_break():
    train, fresh, holdout = parts()
    report = audit(train[0], np.full_like(fresh[0], 7), holdout=holdout[0])
    assert {"fidelity.kid", "fidelity.joint.coverage"} <= set(report.to_dict()["verdict"]["failed"])
    assert not [f["message"] for f in report.findings if "stopped with" in f["message"]]


@pytest.mark.slow
def test_volumes_are_audited(monkeypatch):
    monkeypatch.setattr(classifier, "STEPS", 30)
    rng = np.random.default_rng(0)
    labels = np.arange(120) % 2
    volumes = [rng.normal(size=(120, 6, 8, 7)) + labels[:, None, None, None] for _ in range(3)]
    train, fresh, holdout = ((v.astype("float32"), labels) for v in volumes)
    report = audit(train, fresh, holdout=holdout, spatial_dims=3)
    assert not [f["message"] for f in report.findings if "stopped with" in f["message"]]
    assert report.to_dict()["images"]["sides"] == [6, 8, 7]
    assert report.to_dict()["verdict"]["failed"] == []


def test_ids_are_those_of_their_checks():
    for check in CHECKS:
        assert all(name == check.id or name.startswith(f"{check.id}.") for name in check.thresholds)

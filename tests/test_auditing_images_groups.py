"""Groups of images: what is planted fails, also where attributes are guessed with errors; what is not, does not."""

import json
from importlib import resources

import numpy as np
import pytest
from image_groups import Centroids, grouped
from image_sets import prepared

from augment.auditing import audit
from augment.auditing.images import classifier
from augment.auditing.images.groups import CHECKS
from augment.auditing.images.guessing import guessed

REPRESENTATION, OUTCOMES, IMPACT, *_ = CHECKS


def errs(rate):
    class Errs(Centroids):
        def __init__(self, shape, n_classes):
            super().__init__(shape, n_classes, rate)

    return Errs


@pytest.fixture(autouse=True)
def centroids(monkeypatch):
    monkeypatch.setattr(classifier, "Network", errs(0.3))


def found(check, parts, known, **options):
    train, fresh, holdout = parts
    data = prepared(train, fresh if known else fresh[:2], holdout, protected="way", **options)
    (finding,) = check.run(data, 0)
    return finding


@pytest.mark.parametrize("known", [True, False])
def test_a_group_left_out_fails_its_share_and_nothing_else(known):
    planted = grouped(left_out=0.7)
    finding = found(REPRESENTATION, planted, known)
    assert finding.verdict == "FAIL"
    assert finding.worst[0]["name"] == "down"
    true = np.mean(planted[1][2]["way"] == "down") / np.mean(planted[0][2]["way"] == "down")
    assert finding.interval[0] <= true <= finding.interval[1]
    assert found(OUTCOMES, planted, known).verdict != "FAIL"


def test_the_share_of_guesses_alone_would_be_far_off():
    planted = grouped(left_out=0.95)
    finding = found(REPRESENTATION, planted, False)
    (table,) = finding.evidence["tables"]
    row = dict(zip(table["columns"], {r[0]: r for r in table["rows"]}["down"], strict=True))
    true = np.mean(planted[1][2]["way"] == "down")
    assert row["synthetic guesses"] / 590 > true + 0.1
    assert abs(row["synthetic share"] - true) < 0.04
    assert 0.8 < row["guessed rightly"] < 0.9
    assert "down" in finding.message
    assert 0.9 < finding.reference <= 1.1


@pytest.mark.parametrize("known", [True, False])
def test_labels_flipped_in_a_group_fail_its_outcomes_and_nothing_else(known):
    planted = grouped(flipped=0.6)
    finding = found(OUTCOMES, planted, known)
    assert finding.verdict == "FAIL"
    assert finding.worst[0]["name"].startswith("down")
    assert finding.interval[0] < 0.3 < finding.interval[1]
    assert found(REPRESENTATION, planted, known).verdict != "FAIL"
    assert found(IMPACT, planted, known).verdict == ("FAIL" if known else "NOT ASSESSED")


def test_nothing_planted_fails_nothing_over_seeds():
    verdicts = [
        found(check, grouped(seed, left_out=0.0), known).verdict
        for seed in range(8)
        for check in (REPRESENTATION, OUTCOMES)
        for known in (True, False)
    ]
    assert "FAIL" not in verdicts
    assert "PASS" in verdicts


def test_a_guess_that_tells_nothing_is_not_assessed(monkeypatch):
    monkeypatch.setattr(classifier, "Network", errs(1.0))
    finding = found(REPRESENTATION, grouped(), False)
    assert "does not tell the groups of 'way' by the images" in finding.missing


@pytest.mark.parametrize("known", [True, False])
def test_shares_of_a_population_may_be_wanted(known):
    fair = {"way": {"up": 0.95, "down": 0.05}}
    finding = found(REPRESENTATION, grouped(), known, population=fair)
    assert finding.verdict == "FAIL"
    assert finding.worst[0]["name"] == "up"


def test_the_learned_images_have_groups_as_frequent_within_each_label():
    train, fresh, holdout = grouped()
    labels = train[1]
    tied = {"way": np.where(np.random.default_rng(0).random(len(labels)) < 0.9, labels, 1 - labels).astype(str)}
    seen = []

    class Noting(Centroids):
        def fit(self, pixels, labels, rng):
            seen.append(labels)
            return super().fit(pixels, labels, rng)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(classifier, "Network", Noting)
        data = prepared((*train[:2], tied), fresh[:2], holdout[:2], protected="way")
        result = guessed(data, data.attributes.protected[0])
    assert [0.4 < own.mean() < 0.6 for own in seen] == [True, True]
    assert result.holdout.rows.size == 0
    both = result.confusion(np.arange(2))
    assert both.sum() == len(labels)
    assert (abs(np.diff(both.sum(axis=3), axis=0)) <= 1).all()  # halves of each group of each label


def test_small_groups_are_left_out_and_two_are_needed():
    train, fresh, holdout = grouped()
    rare = {"way": np.where(np.arange(len(train[1])) < 20, "rare", train[2]["way"])}
    data = prepared((*train[:2], rare), fresh[:2], holdout[:2], protected="way")
    result = guessed(data, data.attributes.protected[0])
    assert [result.groups.names[g] for g in result.learned] == ["up", "down"]
    alone = {"way": np.where(np.arange(len(train[1])) < 20, "rare", "all")}
    data = prepared((*train[:2], alone), fresh[:2], protected="way")
    assert "needs two groups of 'way' with 30 training images" in REPRESENTATION.run(data, 0)[0].missing


def test_without_labels_shares_are_judged_and_outcomes_are_not():
    train, fresh, holdout = grouped(left_out=0.7)
    data = prepared((train[0], None, train[2]), fresh[0], holdout[0], protected="way")
    assert REPRESENTATION.run(data, 0)[0].verdict == "FAIL"
    assert "Needs labels of train and synthetic" in OUTCOMES.run(data, 0)[0].missing


@pytest.mark.parametrize("known", [True, False])
def test_the_whole_report_keeps_to_the_schema(known):
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    schema = json.loads(resources.files("augment.auditing").joinpath("schema.json").read_text(encoding="utf-8"))
    train, fresh, holdout = grouped()
    report = audit(train, fresh if known else fresh[:2], holdout=holdout, protected="way")
    assert not [f["message"] for f in report.findings if "stopped with" in f["message"]]
    assert report.to_dict()["verdict"]["failed"] == []
    assert report.to_dict()["protected"] == ["way"]
    judged = {f["id"] for f in report.findings if f["pillar"] == "bias" and not f["missing"]}
    assert {"bias.representation.way", "bias.outcomes.way", "bias.models.accuracy.way"} <= judged
    assert all(f["threshold_name"] for f in report.findings if f["threshold"] is not None)
    for shown in (report, report.public()):
        content = json.loads(shown.to_json())
        assert list(jsonschema.Draft202012Validator(schema).iter_errors(content)) == []
        assert "<main" in shown.to_html()


def test_the_network_itself_tells_groups_that_can_be_seen(monkeypatch):
    monkeypatch.undo()
    monkeypatch.setattr(classifier, "STEPS", 40)
    train, fresh, holdout = grouped(left_out=0.7)
    data = prepared(train, fresh[:2], holdout, protected="way")
    assert guessed(data, data.attributes.protected[0]).recalls().min() > 0.9
    assert REPRESENTATION.run(data, 0)[0].verdict == "FAIL"

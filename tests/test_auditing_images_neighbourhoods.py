"""Density and coverage: by the book, at their expectation for fresh images, and where a class was forgotten."""

import numpy as np
import pytest
from image_sets import parts, prepared

from augment.auditing.images.features import random_features
from augment.auditing.images.neighbourhoods import CLASSES, EXPECTED, JOINT


@pytest.fixture(scope="module")
def sets():
    return parts()


def distances(first, second):
    return np.sqrt(((first[:, None].astype(float) - second[None]) ** 2).sum(axis=2))


def test_they_are_those_by_the_book():
    (train, _), (fresh, _), (holdout, _) = parts(60)
    data = prepared(train, fresh, holdout)
    density, coverage = JOINT.run(data, 0)
    real, other = (random_features(data.pixels(name, np.arange(60), 64)) for name in ("holdout", "synthetic"))
    radius = np.sort(distances(real, real), axis=1)[:, 5]  # the first is the image itself
    inside = distances(real, other) <= radius[:, None]
    assert density.value == pytest.approx(inside.sum() / (5 * 60), abs=1e-6)
    assert coverage.value == pytest.approx(inside.any(axis=1).mean(), abs=1e-6)


def test_fresh_images_have_what_is_expected(sets):
    findings = {f.id: f for f in JOINT.run(prepared(*sets), 0) + CLASSES.run(prepared(*sets), 0)}
    assert not [f for f in findings.values() if f.verdict == "FAIL"]
    assert findings["fidelity.joint.coverage"].value == pytest.approx(EXPECTED, abs=0.02)
    assert findings["fidelity.joint.density"].value == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("left", [0, 3])
def test_a_forgotten_class_is_found(sets, left):
    train, (images, labels), holdout = sets
    keep = labels != 3
    keep[np.flatnonzero(~keep)[:left]] = True
    (finding,) = CLASSES.run(prepared(train, (images[keep], labels[keep]), holdout), 0)
    assert finding.verdict == "FAIL"
    assert finding.worst[0]["name"] == "3"
    assert finding.worst[1]["value"] > 0.8


def test_a_class_made_half_as_often_is_not_a_fault(sets):
    train, (images, labels), holdout = sets
    keep = labels != 3
    keep[np.flatnonzero(~keep)[:30]] = True
    (finding,) = CLASSES.run(prepared(train, (images[keep], labels[keep]), holdout), 0)
    assert finding.verdict != "FAIL"


def test_a_class_of_one_image_repeated_is_found(sets):
    train, (images, labels), holdout = sets
    images = images.copy()
    images[labels == 5] = images[labels == 5][0]
    (finding,) = CLASSES.run(prepared(train, (images, labels), holdout), 0)
    assert (finding.verdict, finding.worst[0]["name"]) == ("FAIL", "5")


def test_what_is_missing_is_said(sets):
    train, fresh, holdout = sets
    assert "Needs labels" in CLASSES.run(prepared(train, fresh[0], holdout), 0)[0].missing
    few = prepared([part[:100] for part in train], fresh, holdout)
    assert "No class has 50 holdout images" in CLASSES.run(few, 0)[0].missing
    assert "Needs 50 synthetic images" in JOINT.run(prepared(train[0][:30], fresh[0]), 0)[0].missing

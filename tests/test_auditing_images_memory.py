"""Planted copies are found, exact and shaken; images without memory raise no more alarms than the level allows."""

import numpy as np
import pytest
from image_sets import parts, prepared

from augment.auditing import audit
from augment.auditing.images.memory import COPIES, DISTANCES
from augment.auditing.images.nearness import Nearness
from augment.auditing.intervals import rate_difference_interval, wilson_interval


@pytest.fixture(scope="module")
def sets():
    return [images for images, _ in parts()]


def found(train, synthetic, holdout):
    data = prepared(train, synthetic, holdout)
    return {finding.id: finding for check in (COPIES, DISTANCES) for finding in check.run(data, 0)}


def test_fresh_images_raise_no_alarm_and_pass_nothing(sets):
    assert {f.verdict for f in found(*sets).values()} == {"INCONCLUSIVE"}


def test_exact_copies_are_found(sets):
    train, fresh, holdout = sets
    synthetic = fresh.copy()
    synthetic[:30] = train[:30]
    findings = found(train, synthetic, holdout)
    assert findings["privacy.copies"].verdict == "FAIL"
    assert findings["privacy.copies"].value == pytest.approx(30 / 590, abs=0.005)


def test_shaken_copies_are_found_and_shown(sets):
    train, fresh, holdout = sets
    synthetic = fresh.copy()
    noise = np.random.default_rng(0).integers(-4, 5, (60, 8, 8))
    synthetic[:60] = np.clip(train[:60].astype(int) + noise, 0, 255)
    findings = found(train, synthetic, holdout)
    assert findings["privacy.copies"].verdict == "INCONCLUSIVE"  # none is exact
    assert findings["privacy.distances.near"].verdict == "FAIL"
    assert findings["privacy.distances.ratio"].verdict == "FAIL"
    (chart,) = findings["privacy.distances.near"].evidence["charts"]
    assert len(chart["panels"]) == 20
    assert [picture["name"] for picture in chart["panels"][0]["pictures"]] == ["synthetic", "train", "holdout"]


@pytest.mark.parametrize(
    "moved", [lambda x: x[:, :, ::-1], lambda x: np.roll(x, 1, axis=2), lambda x: np.roll(x, 1, axis=1)]
)
def test_mirrored_and_moved_copies_are_found_and_shown(sets, moved):
    train, fresh, holdout = sets
    synthetic = fresh.copy()
    synthetic[:40] = moved(train[:40])
    findings = found(train, synthetic, holdout)
    assert findings["privacy.distances.near"].verdict == "FAIL"
    assert findings["privacy.distances.ratio"].verdict == "FAIL"
    assert "moved or mirrored" in findings["privacy.distances.near"].message
    (chart,) = findings["privacy.distances.near"].evidence["charts"]
    assert chart["panels"][0]["name"].startswith("distance 0,")


def test_a_generator_that_shakes_all_of_train_is_nearer_to_it(sets):
    train, _, holdout = sets
    noise = np.random.default_rng(0).integers(-60, 61, train.shape)
    findings = found(train, np.clip(train + noise, 0, 255).astype("uint8"), holdout)
    assert findings["privacy.distances"].verdict == "FAIL"


def test_alarms_on_images_without_memory_keep_to_the_level():
    rng, false = np.random.default_rng(0), np.zeros(3)
    for _ in range(150):
        near = Nearness({name: rng.normal(size=(120, 4)) for name in ("train", "holdout", "synthetic")})
        close = [near.near_copies(name) for name in ("train", "holdout")]
        single = [near.singled_out(name, 1 / 3) for name in ("train", "holdout")]
        alarms = [rate_difference_interval(*counts)[0] > 0 for counts in (close, single)]
        false += [*alarms, wilson_interval(*near.nearer_to_train())[0] > 0.5]
    assert (false / 150 <= 0.05).all()


def test_many_copies_of_one_image_are_one(sets):
    train, fresh, holdout = sets
    synthetic = fresh.copy()
    synthetic[:300] = np.clip(train[0].astype(int) + np.random.default_rng(0).integers(-3, 4, (300, 8, 8)), 0, 255)
    findings = found(train, synthetic, holdout)
    assert "1 of 5" in findings["privacy.distances.ratio"].message
    assert findings["privacy.distances"].evidence["facts"]["effective_number_of_nearest_images"] < 20
    assert findings["privacy.distances"].verdict == "INCONCLUSIVE"  # one image is no proof of a habit


def test_training_images_in_the_holdout_set_it_aside(sets):
    train, fresh, _ = sets
    report = audit(train, fresh, holdout=train[:200])
    assert any("200 of 200 holdout images equal training images" in note for note in report.to_dict()["notes"])
    assert report.by_pillar["privacy"] == "NOT ASSESSED"


def test_a_holdout_that_the_generator_has_seen_is_set_aside(sets):
    train, fresh, holdout = sets
    report = audit(train, np.concatenate([holdout[:100], fresh[100:]]), holdout=holdout)
    assert any("the generator has seen the holdout" in note for note in report.to_dict()["notes"])
    assert report.by_pillar["privacy"] == "NOT ASSESSED"


def test_a_holdout_of_another_kind_tells_nothing_of_memory(sets):
    train, fresh, holdout = sets
    report = audit(train, fresh, holdout=255 - holdout)
    assert report.by_pillar["privacy"] == "NOT ASSESSED"
    assert "another population" in report.to_dict()["notes"][-1]
    assert "another population" not in "".join(audit(train, fresh, holdout=holdout).to_dict()["notes"])

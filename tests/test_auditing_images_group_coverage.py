"""Density and coverage at the images of each group: those of `coverage` over all, and a group left out is told."""

import numpy as np
import pytest
from image_groups import grouped
from image_sets import prepared

from augment.auditing.coverage import neighbourhoods
from augment.auditing.images.group_coverage import SUBGROUPS, held_by, lags, measure_of_groups


def test_over_all_images_they_are_the_measures_of_the_joint_check():
    rng = np.random.default_rng(0)
    real, other, groups = rng.normal(size=(90, 3)), rng.normal(size=(60, 3)) + 0.5, rng.permutation(60) % 12
    wanted, counts = neighbourhoods(real, other, groups), held_by(real, other, groups)
    members = np.stack([np.arange(90) < 45, np.arange(90) < 9])
    for measure in ("density", "coverage"):
        found = measure_of_groups(measure, counts, np.bincount(groups), members)
        own, others = found["own"][0], found["own"][0] - found["lead"][0]
        for k, share in enumerate((0.5, 0.1)):  # the whole is the mean of both parts
            assert share * own[k] + (1 - share) * others[k] == pytest.approx(wanted[measure][0])


def test_density_of_one_distribution_is_one_whatever_the_numbers():
    rng = np.random.default_rng(0)
    counts = held_by(rng.normal(size=(800, 2)), rng.normal(size=(300, 2)), rng.permutation(300) % 40)
    found = measure_of_groups("density", counts, np.bincount(np.arange(300) % 40), np.arange(800)[None] < 400)
    assert found["own"][0] == pytest.approx(1, abs=0.1)
    assert abs(found["lead"][0]) < 4 * found["lead"][1] < 0.5


def test_too_many_images_of_one_group_take_nothing_from_the_others():
    train, fresh, holdout = grouped()
    images = np.concatenate([fresh[0], *[fresh[0][fresh[2]["way"] == "down"]] * 2])
    density, coverage = SUBGROUPS.run(prepared(train, images, holdout, protected="way"), 0)
    assert density.verdict == "FAIL"  # of as many images fewer are upright
    assert density.worst[0]["name"] == "way: up"
    assert coverage.verdict != "FAIL"
    thick = {"own": np.array([[1.0, 1.7], [0.02, 0.02]]), "lead": np.array([[-0.7, 0.7], [0.03, 0.03]])}
    plain = {"own": np.array([[1.0, 1.0], [0.02, 0.02]]), "lead": np.array([[0.0, 0.0], [0.03, 0.03]])}
    gap, low, high = lags(thick, plain, np.array([500, 500]))
    assert gap.tolist() == pytest.approx([0.0, 0.7])
    assert low[0] < 0 < high[0] < 0.1


@pytest.mark.parametrize("held", [True, False])
def test_a_group_left_out_fails_without_attributes_of_synthetic_images(held):
    train, fresh, holdout = grouped(left_out=0.9)
    data = prepared(train, fresh[:2], holdout if held else None, protected="way")
    density, coverage = SUBGROUPS.run(data, 0)
    assert (density.verdict, density.worst[0]["name"]) == ("FAIL", "way: down")
    assert (coverage.verdict, coverage.worst[0]["name"]) == ("FAIL", "way: down")


def test_nothing_planted_fails_nothing_over_seeds():
    for seed in range(6):
        train, fresh, holdout = grouped(seed)
        findings = SUBGROUPS.run(prepared(train, fresh, holdout, protected="way"), seed)
        assert "FAIL" not in {finding.verdict for finding in findings}


def test_groups_are_crossed_and_small_ones_are_listed():
    train, fresh, holdout = grouped()
    crossed = [(*part[:2], {**part[2], "side": np.where(np.arange(590) < 40, "a", "b")}) for part in (train, holdout)]
    density, _ = SUBGROUPS.run(prepared(crossed[0], fresh[:2], crossed[1], protected=["way", "side"]), 0)
    (table,) = density.evidence["tables"]
    judged = {row[0]: row[-1] for row in table["rows"]}
    assert judged["way: down, side: b"] == "yes"
    assert judged["side: a"] == "no: under 50 real images or others"
    lone = [(*part[:2], {"way": np.full(590, "up")}) for part in (train, holdout)]
    (finding,) = SUBGROUPS.run(prepared(lone[0], fresh[:2], lone[1], protected="way"), 0)
    assert "No group has 50 real images" in finding.missing

"""Accuracy by group: one that synthetic images teach badly is told; fresh images fail nothing; fits are shared."""

import numpy as np
import pytest
from image_groups import grouped
from image_sets import prepared

from augment.auditing.images import classifier, usefulness
from augment.auditing.images.group_accuracy import ACCURACY
from augment.auditing.images.usefulness import Trial


def fitted(monkeypatch, rates, seed=0):
    """Stands in for the fits: the share of rightly told images by source and group, which fits vary a little."""

    def right(data):
        rng = np.random.default_rng(seed)
        table = data.groups
        down = table.holdout[:, table.protected[0]].astype(int)
        hard = rng.random(len(down))
        drawn = {s: [np.array(rates[s]) + rng.normal(0, 0.015, 2) for _ in range(3)] for s in rates}
        own = {s: np.array([hard < rate[down] for rate in drawn[s]]) for s in rates}
        return Trial(own, data.labels["holdout"], np.arange(len(down)), 590)

    monkeypatch.setattr("augment.auditing.images.group_accuracy.tested", right)


@pytest.fixture
def data():
    train, fresh, holdout = grouped()
    return prepared(train, fresh[:2], holdout, protected="way")


def test_a_group_that_loses_is_told_and_a_gap_that_was_there_is_none(monkeypatch, data):
    fitted(monkeypatch, {"real": (0.9, 0.9), "synthetic": (0.9, 0.6)})
    (finding,) = ACCURACY.run(data, 0)
    assert (finding.id, finding.verdict) == ("bias.models.accuracy.way", "FAIL")
    assert finding.value == pytest.approx(0.3, abs=0.07)
    assert finding.evidence["facts"]["worst_group_accuracy_synthetic"] == pytest.approx(0.6, abs=0.07)
    fitted(monkeypatch, {"real": (0.9, 0.6), "synthetic": (0.9, 0.6)})
    (finding,) = ACCURACY.run(data, 0)
    assert finding.verdict == "INCONCLUSIVE"
    assert finding.reference == pytest.approx(0.3, abs=0.07)


def test_alike_arms_fail_nothing_over_seeds(monkeypatch, data):
    for seed in range(60):
        fitted(monkeypatch, {"real": (0.9, 0.8), "synthetic": (0.9, 0.8)}, seed)
        assert ACCURACY.run(data, seed)[0].verdict != "FAIL"


def test_the_fits_of_the_accuracy_score_are_used_again(monkeypatch, data):
    monkeypatch.setattr(classifier, "STEPS", 40)
    (score,) = usefulness.ACCURACY.run(data, 0)
    fits = usefulness.tested(data)
    (finding,) = ACCURACY.run(data, 0)
    assert usefulness.tested(data) is fits
    shares = np.bincount(data.groups.holdout[:, 0].astype(int)) / 590
    by_group = [row[2] for row in sorted(finding.evidence["tables"][0]["rows"], key=lambda row: row[0] == "down")]
    assert np.dot(shares, by_group) == pytest.approx(score.reference)


def test_what_is_missing_is_said(monkeypatch, data):
    train, fresh, holdout = grouped()
    silent = prepared(train, fresh[:2], holdout[:2], protected="way")
    assert "Needs attributes of the holdout" in ACCURACY.run(silent, 0)[0].missing
    fitted(monkeypatch, {"real": (0.5, 0.5), "synthetic": (0.5, 0.5)})
    assert "cannot be told" in ACCURACY.run(data, 0)[0].missing

"""Gaps of trained models: widening is what it says, and twelve groups that are alike are seldom told apart."""

import numpy as np
import pandas as pd
import pytest

from augment.auditing import learners as trainers
from augment.auditing import model_gaps
from augment.auditing.frames import prepare
from augment.auditing.group_rates import CLASSES
from augment.auditing.holdout_groups import holdout_groups


def sample(n, seed, groups="abcdefghijkl"):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    y = np.where(x + 0.8 * rng.normal(size=n) > 0.5, "yes", "no")
    return pd.DataFrame({"x": x, "g": rng.choice(list(groups), n), "y": y})


@pytest.fixture
def linear_only(monkeypatch):
    whole = trainers.Learners._encoded
    monkeypatch.setattr(trainers.Learners, "_encoded", lambda self, t: {"linear": whole(self, t)["linear"]})
    monkeypatch.setattr(model_gaps, "KINDS", {"linear": "A linear model"})


def trained_on(frames):
    data = prepare(*frames, "y", "g")
    trained = trainers.learners(data)
    return trained, holdout_groups(data, 1, trained.task.rows["holdout"])


@pytest.mark.slow
def test_twelve_equal_groups_are_seldom_told_apart(linear_only):
    rng = np.random.default_rng(0)
    p_values = []
    for run in range(25):
        trained, groups = trained_on([sample(n, 3 * run + s) for s, n in enumerate((400, 400, 900))])
        for criterion in (CLASSES[0], CLASSES[4]):
            (gaps,) = model_gaps.gaps_of(criterion, trained, groups)
            assert len(gaps.judged) == 12
            p_values.append(gaps.null("synthetic", trained, groups.codes, rng).p_value)
    assert np.mean(np.array(p_values) <= 0.05) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 50)
    assert len(set(p_values)) > 10


def test_widening_is_the_difference_of_gaps_and_lies_in_its_bounds(linear_only):
    trained, groups = trained_on([sample(300, seed, "ab") for seed in range(3)])
    for criterion in CLASSES:
        (gaps,) = model_gaps.gaps_of(criterion, trained, groups)
        for source in ("synthetic", "augmented"):
            value = gaps.widening(source)
            low, high = gaps.bounds(2.0, source)
            assert value[0] == pytest.approx(gaps.gap(source)[0] - gaps.gap("real")[0])
            assert (low < value).all() and (value < high).all()


def test_of_many_classes_the_commonest_are_looked_at(linear_only):
    frames = [sample(600, seed) for seed in range(3)]
    for frame in frames:
        frame["y"] = np.random.default_rng(0).choice([f"c{i}" for i in range(8)], 600, p=np.arange(1, 9) / 36)
    trained, _ = trained_on(frames)
    names = [trained.task.class_name(k) for k in model_gaps.looked_at(trained.task)]
    assert names == ["c7", "c6", "c5", "c4", "c3"]

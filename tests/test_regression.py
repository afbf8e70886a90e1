"""The process that predicts a target finds lines, curves and noise, each as much as there is."""

import numpy as np
import pytest

from augment.models import regression
from augment.models.regression import TargetProcess


def explained(process, features, truth):
    return 1 - np.mean((process.predict(features) - truth) ** 2) / np.var(truth)


@pytest.mark.parametrize(
    ("mean", "noise"),
    [
        (lambda x: 0.8 * x[:, 0] - 0.4 * x[:, 1], 0.45),
        (lambda x: np.sin(2 * x[:, 0]) * 1.2, 0.5),
        (lambda x: 0.6 * x[:, 0] * x[:, 1] + 0.5 * x[:, 2], 0.6),
    ],
    ids=["line", "curve", "product"],
)
def test_mean_and_noise_are_those_of_the_rows(mean, noise):
    rng = np.random.default_rng(0)
    x, fresh = rng.standard_normal((200, 3)), rng.standard_normal((500, 3))
    process = TargetProcess(x, mean(x) + noise * rng.standard_normal(200), rng)
    assert process.noise == pytest.approx(noise, rel=0.2)
    assert explained(process, fresh, mean(fresh)) > 0.85


def test_nothing_is_made_of_noise():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((150, 4))
    process = TargetProcess(x, rng.standard_normal(150), rng)
    assert process.noise == pytest.approx(1, abs=0.15)
    assert process.predict(rng.standard_normal((200, 4))).std() < 0.3


def test_it_learns_from_a_sample_of_many_rows(monkeypatch):
    monkeypatch.setattr(regression, "MOST", 100)
    rng = np.random.default_rng(0)
    x = rng.standard_normal((2000, 2))
    process = TargetProcess(x, x[:, 0] + 0.3 * rng.standard_normal(2000), rng)
    assert len(process.process.X_train_) == 100
    assert explained(process, x, x[:, 0]) > 0.98

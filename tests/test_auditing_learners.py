"""Models are trained once for all checks, know the classes they never saw, and vary as models of real tables do."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from augment.auditing import learners as module
from augment.auditing.check import NotAssessed
from augment.auditing.frames import prepare
from augment.auditing.learners import KINDS, REFITS, SOURCES, learners
from augment.auditing.model_bias import MODELS
from augment.auditing.utility import USEFULNESS


def sample(n, seed, number=False):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 2))
    signal = x[:, 0] + 0.5 * rng.normal(size=n)
    y = signal if number else np.where(signal > 0.3, "yes", "no")
    return pd.DataFrame({"a": x[:, 0], "b": x[:, 1], "g": rng.choice(list("uv"), n), "y": y})


def data_of(n=150, **changes):
    tables = [sample(n, seed, **changes) for seed in range(3)]
    return prepare(*tables, "y", ["g"])


def test_the_second_check_trains_nothing(monkeypatch):
    data = data_of()
    first = learners(data)
    monkeypatch.setattr(module, "Trained", None)
    assert learners(data) is first


@pytest.mark.parametrize("number", [False, True])
def test_every_model_predicts_every_holdout_row(number):
    trained = learners(data_of(number=number))
    shape = (150, 1 if number else 2)
    assert set(trained.guesses) == {(kind, source) for kind in KINDS for source in SOURCES}
    assert {guess.shape for guess in trained.guesses.values()} == {shape}
    assert {kind: len(guesses) for kind, guesses in trained.refits.items()} == dict.fromkeys(KINDS, REFITS)
    for key, guess in trained.predict(trained.tables.holdout).items():
        np.testing.assert_allclose(guess, trained.guesses[key], rtol=1e-6)


@pytest.mark.slow
def test_the_seed_decides_the_models():
    first, again, other = (learners(replace(data_of(), seed=seed)).guesses for seed in (3, 3, 4))
    assert all((first[key] == again[key]).all() for key in first)
    assert any((first[key] != other[key]).any() for key in first)


def test_whichever_check_asks_first_the_findings_are_the_same():
    alone = MODELS.run(data_of(), 0)
    data = data_of()
    USEFULNESS.run(data, 0)
    assert [found.to_dict() for found in MODELS.run(data, 0)] == [found.to_dict() for found in alone]


def test_a_class_that_was_never_seen_has_probability_zero():
    tables = [sample(150, seed) for seed in range(3)]
    trained = learners(prepare(tables[0], tables[1].assign(y="no"), tables[2], "y"))
    no = [trained.task.class_name(k) for k in range(2)].index("no")
    for kind in KINDS:
        assert (trained.guesses[kind, "synthetic"][:, no] == 1).all()
        assert trained.guesses[kind, "augmented"][:, no].std() > 0


def test_the_training_error_is_that_of_two_real_tables(monkeypatch):
    """Mean predictions of models of two fresh tables differ by as much as the refits of one table say."""
    whole = module.Learners._encoded
    monkeypatch.setattr(module.Learners, "_encoded", lambda self, t: {"linear": whole(self, t)["linear"]})
    held = sample(200, 99, number=True)

    def trained(seed):
        return learners(prepare(sample(100, seed, True), sample(100, seed + 1, True), held, "y"))

    def measure(guess):
        return guess[:50].mean()

    many = [trained(2 * seed) for seed in range(30)]
    gaps = [measure(t.guesses["linear", "synthetic"]) - measure(t.guesses["linear", "real"]) for t in many]
    told = np.mean([t.training_error("linear", measure) for t in many])
    assert 0.8 < told / np.std(gaps) < 1.6  # what is told is widened by 1.15


def test_nothing_to_predict_from_is_said():
    tables = [sample(60, seed)[["y"]] for seed in range(3)]
    with pytest.raises(NotAssessed, match="column beside the target"):
        learners(prepare(*tables, "y"))

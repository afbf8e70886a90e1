"""Variations: every new row varies a real one of its class, and all real ones have their turn."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, clone
from sklearn.exceptions import NotFittedError
from sklearn.naive_bayes import GaussianNB

from augment import AugmentedClassifier, ImageSynthesizer, SequenceSynthesizer
from augment.augmentation.fit_params import seeded
from augment.augmentation.variations import Variations
from augment.models import GAN, GenerativeModel


class Shaken(BaseEstimator):
    """Moves the rows of `like` by the strength, and keeps their labels."""

    def __init__(self, random_state=None):
        self.random_state = random_state

    def fit(self, X, y):
        self.rows_ = X, y
        return self

    def generate(self, n_samples=None, *, like=None, strength=None, random_state=None):
        if like is None:
            return self.rows_[0][:n_samples], self.rows_[1][:n_samples]
        assert isinstance(random_state, int)
        X, y = like
        return X + strength, y


def test_rows_are_varied_in_turn_and_keep_their_labels():
    X, y = np.arange(5.0).reshape(5, 1, 1), np.array(list("aaabb"))
    made = Variations(Shaken(), strength=0.25).fit(X, y)
    X_new, y_new = made.generate(y=["b", "a", "a", "a", "a", "b"], random_state=0)
    assert list(y_new) == ["b", "a", "a", "a", "a", "b"]
    parents = X_new.ravel() - 0.25
    assert set(parents[np.array(y_new) == "b"]) == {3, 4}
    assert sorted(np.bincount(parents[np.array(y_new) == "a"].astype(int))) == [1, 1, 2]
    assert sorted(made.generate(10, random_state=0)[0].ravel()) == sorted([*range(5)] * 2 + np.full(10, 0.25))
    assert len(made.generate()[0]) == 5


def test_no_rows_and_rows_in_lists():
    made = Variations(Shaken(), strength=0.25).fit([[1.0], [2.0]], ["a", "b"])
    assert made.generate(y=["b"], random_state=0)[0].tolist() == [[2.25]]
    assert len(made.generate(0)[0]) == len(made.generate(y=[])[0]) == 0


def test_frames_and_numbers_are_varied_too():
    X, y = pd.DataFrame({"x": [1.0, 2.0]}), np.array([0.5, 0.7])
    X_new, y_new = Variations(Shaken()).fit(X, y).generate(4, random_state=0)
    assert sorted(X_new["x"]) == [1.3, 1.3, 2.3, 2.3]
    assert set(zip(X_new["x"], y_new, strict=True)) == {(1.3, 0.5), (2.3, 0.7)}


def test_it_is_a_generator_of_rows_for_augmented_estimators():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(40, 2)), np.arange(40) % 2
    variations = Variations(Shaken(), strength=1.0)
    augmented = AugmentedClassifier(GaussianNB(), variations, ratio=0.5, random_state=0).fit(X, y)
    assert augmented.n_synthetic_ == 20
    assert not hasattr(variations, "synthesizer_")
    assert seeded(clone(variations), np.random.RandomState(0)).synthesizer.random_state is not None


def test_errors():
    with pytest.raises(NotFittedError):
        Variations(Shaken()).generate(3)
    with pytest.raises(ValueError, match="label 'c', which was not fitted; fitted were 'a', 'b'"):
        Variations(Shaken()).fit(np.zeros((2, 1)), ["a", "b"]).generate(y=["c"])


class Fixed(GenerativeModel):
    """Varies no images."""


@pytest.mark.parametrize("model", ["gan", GAN(width=16), Fixed])
def test_images_that_cannot_be_varied_are_refused_before_a_fit(model, monkeypatch):
    monkeypatch.setattr(ImageSynthesizer, "fit", lambda *_: pytest.fail("fitted"))
    with pytest.raises(ValueError, match="cannot vary images: `like` needs model='flow' or model='vae'"):
        Variations(ImageSynthesizer(model)).fit(np.zeros((4, 8, 8)), [0, 0, 1, 1])


def test_a_generator_without_like_is_refused_before_a_fit():
    with pytest.raises(TypeError, match="SequenceSynthesizer cannot vary rows: its `generate` takes no `like`"):
        Variations(SequenceSynthesizer()).fit(["a", "b"] * 9, [0, 1] * 9)

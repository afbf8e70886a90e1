"""Augmentation of sequences: texts and series go to the estimator and to the synthesizer as they are."""

import numpy as np
import pandas as pd
import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from augment import AugmentedClassifier, SequenceSynthesizer, augmentation_curve
from augment.augmentation.controls import Duplicates, Interpolation
from augment.augmentation.sequences import are_sequences, as_objects
from augment.models import Flow, Recurrent


def texts_and_labels(n=60, seed=0):
    rng = np.random.default_rng(seed)
    labels = rng.integers(2, size=n)
    letters = np.array([list("aab"), list("abb")])
    return ["".join(rng.choice(letters[label], 8)) for label in labels], labels


def counting():
    return make_pipeline(CountVectorizer(analyzer="char"), MultinomialNB())


def summaries(series):
    return np.array([[part.mean(), part.std(), len(part)] for part in series])


def writer():
    return SequenceSynthesizer(Recurrent(units=8), epochs=1, verbose=0, random_state=0)


@pytest.mark.parametrize("form", [list, np.array, pd.Series, lambda x: np.array(x, dtype=object)])
def test_texts_of_any_form_train_a_classifier_of_texts(form, one_step):
    texts, labels = texts_and_labels()
    model = AugmentedClassifier(counting(), writer(), ratio=0.5, random_state=0).fit(form(texts), labels)
    assert model.n_synthetic_ == 30 and model.predict(["aaaa", "bbbb"]).tolist() == [0, 1]


@pytest.mark.slow
def test_a_curve_of_texts_compares_with_repeated_ones(one_step):
    texts, labels = texts_and_labels()
    curve = augmentation_curve(counting(), texts, labels, synthesizers=writer(), ratios=[1], cv=2, random_state=0)
    assert {verdict["generator"] for verdict in curve.results["verdicts"]} == {"SequenceSynthesizer", "duplicates"}


@pytest.mark.slow
def test_series_of_one_and_of_several_lengths_train_a_classifier_of_series(one_step):
    rng = np.random.default_rng(0)
    labels = np.arange(40) % 2
    uneven = [rng.normal(3 * label, 1, size=(4 + number % 3, 2)) for number, label in enumerate(labels)]
    synthesizer = SequenceSynthesizer(Flow(width=8, depth=1, n_steps=2), kind="series", epochs=1, verbose=0)
    classifier = make_pipeline(FunctionTransformer(summaries), LogisticRegression())
    for series in (uneven, np.stack([part[:4] for part in uneven])):
        model = AugmentedClassifier(classifier, synthesizer, ratio=1, random_state=0).fit(series, labels)
        assert model.n_synthetic_ == 40 and model.score(as_objects(series), labels) > 0.8
        curve = augmentation_curve(classifier, series, labels, synthesizers=synthesizer, ratios=[1], cv=2)
        assert len(curve.results["verdicts"]) == 2


def test_a_sequence_is_repeated_as_it_is_and_not_interpolated():
    texts, labels = texts_and_labels(10)
    again, new_labels = Duplicates(random_state=0).fit(as_objects(texts), labels).generate(y=[1, 0, 1])
    assert new_labels.tolist() == [1, 0, 1] and set(again) <= set(texts)
    assert [labels[texts.index(text)] for text in again] == [1, 0, 1]
    with pytest.raises(TypeError, match="Sequences have no values to put others between"):
        Interpolation().fit(as_objects(texts), labels)


def test_what_are_sequences_is_told_by_the_form():
    assert are_sequences(["a", "b"]) and are_sequences(pd.Series(["a"])) and are_sequences(np.array(["a"]))
    assert not are_sequences([[1.0], [2.0]]) and not are_sequences(pd.Series([1.0])) and not are_sequences([])
    assert not are_sequences([np.zeros((2, 2)), np.ones((2, 2))])


def test_plausible_sequences_cannot_be_told(one_step):
    texts, labels = texts_and_labels()
    with pytest.raises(TypeError, match="Sequences have no features to tell plausible ones by"):
        AugmentedClassifier(counting(), writer(), ratio=1, filter="drop").fit(texts, labels)


def test_missing_texts_and_rows_of_different_lengths_are_named():
    texts, labels = texts_and_labels()
    with pytest.raises(TypeError, match="X must hold strings; number 0 is missing: drop or fill it"):
        AugmentedClassifier(counting(), writer(), ratio=1).fit([None, *texts[1:]], labels)
    with pytest.raises(ValueError, match="series of different lengths are a list of arrays"):
        AugmentedClassifier(counting(), writer(), ratio=1).fit([[1.0] * (1 + k % 2) for k in range(60)], labels)

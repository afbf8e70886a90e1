"""Probabilities of labels are those of the model where it tells them, and near the truth where trees learn them."""

import numpy as np
import pytest
from resampled import Resampling, job_probability, people, resampled

from augment.synthesizers.relabelling import label_last, label_probabilities, labels_without, tells_labels
from augment.synthesizers.source import Source


class Telling(Resampling):
    """Says that label 1 has nine chances in ten, whatever else a row holds."""

    def log_conditional(self, rows, block):
        return np.log(np.tile([0.1, 0.9], (len(rows), 1)))


@pytest.fixture(scope="module")
def table():
    return people(2500)


def parts(synthesizer, name="job"):
    codec = synthesizer.codec_
    place = codec.place_of(name)
    return codec, place, codec.places.index(place)


@pytest.mark.parametrize("encoding", ["tokens", "vectors"])
def test_trees_learn_what_the_rows_tell_and_judge_none_that_they_saw(table, encoding):
    synthesizer = resampled(table, encoding=encoding)
    codec, place, block = parts(synthesizer)
    rng = np.random.default_rng(0)
    rows, others = synthesizer.model_.rows, codec.encode(people(500, seed=1), rng)
    found, beyond = label_probabilities(synthesizer.model_, codec, block, rows, rng, others)
    assert found.shape == (2500, 2) and beyond.shape == (500, 2)
    labels = codec.as_tokens(rows)[:, codec.tokens.blocks[block].start]
    yes = labels[(table["job"] == "yes").to_numpy()][0]
    for own, drawn in ((found, table), (beyond, people(500, seed=1))):
        assert own.sum(axis=1) == pytest.approx(1)
        assert np.abs(own[:, yes] - job_probability(drawn["group"], drawn["skill"])).mean() < 0.12
    surprise = -np.log(np.maximum(found[np.arange(len(labels)), labels], 1e-12)).mean()
    p = job_probability(table["group"], table["skill"])
    entropy = -(p * np.log(p) + (1 - p) * np.log1p(-p)).mean()
    assert surprise > 0.9 * entropy  # trees that had seen the rows would be surer than the truth allows


def test_a_model_that_tells_is_asked(table):
    synthesizer = resampled(table, kind=Telling)
    codec, place, block = parts(synthesizer)
    (found,) = label_probabilities(synthesizer.model_, codec, block, synthesizer.model_.rows, np.random.default_rng(0))
    assert found == pytest.approx(np.tile([0.1, 0.9], (2500, 1)))
    source = Source(synthesizer.model_, codec, 10, lambda n: None, False, None, np.random.default_rng(0))
    rows = synthesizer.model_.rows
    again, start = label_last(source, place, rows), codec.tokens.blocks[block].start
    assert again[:, start].mean() == pytest.approx(0.9, abs=0.03)
    assert (np.delete(again, start, axis=1) == np.delete(rows, start, axis=1)).all()
    silent = Source(resampled(table).model_, codec, 10, lambda n: None, False, None, np.random.default_rng(0))
    assert label_last(silent, place, rows) is rows


def test_labels_are_words_and_few_numbers(table):
    few = table.assign(age=np.arange(len(table)) % 7)
    codec = resampled(few).codec_
    told = {name: tells_labels(codec.columns[codec.place_of(name)]) for name in ("group", "job", "age", "skill")}
    assert told == {"group": True, "job": True, "age": True, "skill": False}


def test_a_group_without_a_label_is_named(table):
    synthesizer = resampled(table)
    codec, place, _ = parts(synthesizer)
    rows = synthesizer.model_.rows
    groups = (table["group"] == "b").to_numpy().astype(int)
    assert labels_without(codec, place, rows, groups, 2) is None
    kept = ((table["group"] == "a") | (table["job"] == "no")).to_numpy()
    assert labels_without(codec, place, rows[kept], groups[kept], 2) == (1, "yes")

"""The recurrent network of sequences: its probabilities are those of sequences, each one for itself."""

import itertools

import keras
import numpy as np
import pytest
from keras import ops

from augment.codecs.sequence_layout import SequenceCondition, SequenceLayout, pack
from augment.models import Recurrent
from augment.models.base import make, seeded
from augment.models.plain_cells import PlainCells


@pytest.fixture(scope="module", params=["gru", "lstm"])
def model(request):
    """A network of two layers that has learned nothing, over two tokens and two classes."""
    layout = SequenceLayout(3, 12, (0.25, 0.75), n_samples=10)
    with seeded(0):
        model = make(Recurrent(request.param, units=8, depth=2), layout)
    for layer in (model.head, model.classes):  # told apart more than they are at first
        layer.set_weights([3 * np.random.default_rng(0).standard_normal(each.shape) for each in layer.get_weights()])
    return model


def every_sequence(longest):
    return [np.array(each, int) for n in range(longest + 1) for each in itertools.product([1, 2], repeat=n)]


@pytest.mark.slow
def test_probabilities_of_all_sequences_add_up_to_those_that_have_ended(model):
    sequences, classes = every_sequence(5), np.ones(63, int)
    probability = np.exp(model._scored(sequences, classes))
    noise = np.random.default_rng(0).integers(2**64, size=1500, dtype="uint64")
    drawn = model.transport(noise, SequenceCondition(np.ones(1500, int), [np.zeros(0, int)] * 1500, 5))
    counts = {tuple(each): 0 for each in sequences}
    for each in drawn:
        if len(each) <= 5:
            counts[tuple(each.tolist())] += 1
    counts = np.array(list(counts.values()))
    assert 0.2 < probability.sum() < 1
    error = np.sqrt(1500 * probability * (1 - probability))
    assert (np.abs(counts - 1500 * probability) < 4.5 * error + 1).all()


def test_a_packed_row_is_as_likely_as_its_sequences(model):
    sequences, classes = [np.array([1, 2, 2]), np.array([], int), np.array([2, 1])], np.array([0, 1, 1])
    row = pack(sequences, classes, model.layout)
    assert len(row) == 1
    lost = model(row)
    assert float(lost["loss"][0]) == pytest.approx(-model._scored(sequences, classes).sum(), rel=1e-4)
    assert float(lost["n_tokens"][0]) == 3 + 0 + 2 + 3


def test_the_loss_is_that_of_a_token(model):
    rows = pack([np.array([1, 2]), np.array([2] * 9)], np.zeros(2, int), model.layout)
    lost = model(rows)
    expected = float(ops.sum(lost["loss"]) / ops.sum(lost["n_tokens"]))
    assert float(model.compute_loss(y_pred=lost)) == pytest.approx(expected)
    only_first = model.compute_loss(y_pred=lost, sample_weight=np.array([1.0, 0.0]))
    assert float(only_first) == pytest.approx(float(lost["loss"][0] / lost["n_tokens"][0]))


def test_the_likelihood_without_classes_sums_over_them(model):
    sequences = every_sequence(3)
    joint = [model.log_likelihood(sequences, np.full(15, c)) for c in (0, 1)]
    assert model.log_likelihood(sequences) == pytest.approx(np.logaddexp(*joint), rel=1e-5)
    assert np.abs(joint[0] - np.log(0.25) - joint[1] + np.log(0.75)).max() > 0.1  # classes matter


def test_with_turns_all_probability_is_of_sequences_that_keep_them():
    turns = np.array([[True, True, False], [False, False, True]])
    layout = SequenceLayout(3, 12, (), n_samples=10, turns=turns)
    with seeded(0):
        model = make(Recurrent(units=4), layout)
    in_turn = [np.array([1, 2] * n, int) for n in range(200)]
    assert np.exp(model.log_likelihood(in_turn)).sum() == pytest.approx(1, abs=1e-4)
    assert np.isneginf(model.log_likelihood([np.array([1]), np.array([2, 1]), np.array([1, 1])])).all()


def test_the_state_is_forgotten_where_a_sequence_begins(model):
    cells, kinds, states, logits = PlainCells(model), np.zeros(1, int), None, []
    for token in [0, 1, 2, 0, 2]:
        new, states = cells.step(np.array([token]), kinds, states)
        logits.append(new[0])
    assert np.allclose(logits[0], logits[3], atol=1e-5)
    after_a_two = cells.step(np.array([2]), kinds, cells.step(np.array([0]), kinds)[1])[0][0]
    assert np.allclose(logits[4], after_a_two, atol=1e-5) and not np.allclose(logits[2], after_a_two, atol=1e-3)


def test_layers_are_written_and_read(model, tmp_path):
    layer = model.recurrent[0]
    again = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(layer))
    again.build((None, None, layer.cell.cell.kernel.shape[0] + 1))
    again.set_weights(layer.get_weights())
    x = np.random.default_rng(0).standard_normal((2, 4, layer.cell.cell.kernel.shape[0] + 1)).astype("float32")
    assert np.array_equal(again(x), layer(x))

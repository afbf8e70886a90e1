"""The recurrent network of event tables: its probabilities are those of entities, and what it draws follows them."""

import itertools

import numpy as np
import pandas as pd
import pytest

from augment.codecs.event_rows import EventTable
from augment.codecs.events import EventsCodec
from augment.codecs.events_layout import Entities, EventsCondition, pack
from augment.codecs.frames import read_table
from augment.models import Recurrent
from augment.models.base import make, seeded


def codec_of(frame, time="t", static=None):
    return EventsCodec().fit((EventTable(*read_table(frame), "who", time, static), None))


def untrained(codec, cell="gru", **options):
    """A network that has learned nothing, whose steps are told apart more than they are at first."""
    with seeded(0):
        model = make(Recurrent(cell, **{"units": 8} | options), codec.layout)
    rng = np.random.default_rng(0)
    for weight in (model.places, model.inputs_of.kernel, model.keeping.kernel):
        weight.assign(2 * rng.standard_normal(weight.shape))
    for heads in model.heads.groups:
        heads.kernel.assign(rng.standard_normal(heads.kernel.shape))
        heads.bias.assign(heads.bias * 0.0)
    return model


FRAME = pd.DataFrame(
    {
        "who": [1, 1, 1, 2, 2, 3, 4, 4],
        "t": [0, 1, 3, 0, 2, 5, 5, 6],
        "kind": list("mmmffmff"),
        "what": list("abbabaab"),
    }
)


@pytest.fixture(scope="module", params=["gru", "lstm"])
def small(request):
    codec = codec_of(FRAME)
    return codec, untrained(codec, request.param, depth=2)


def every_entity(codec, longest):
    """All entities of one static kind and first time with up to so many rows of the table `FRAME`."""
    gaps, whats = codec.layout.row.blocks[1].size, codec.layout.row.blocks[2].size
    first = codec.tokens(EventTable(*read_table(FRAME), "who", "t"))
    found = []
    for n in range(1, longest + 1):
        for cells in itertools.product(range(gaps), range(whats), repeat=n):
            cells = np.array(cells).reshape(n, 2)
            if (cells[0, 0]) > 0:
                continue  # a first row has no gap: one of them stands for all
            now, rows = first.values[0][:1], []
            for number, (gap, what) in enumerate(cells):
                if number:
                    now = codec.rising["t"].later(now, np.array([[gap, 0]]), np.zeros(1))
                time = codec.rising["t"].level_tokens(now)[0, : codec.layout.levels[0].width]
                rows.append([0 if number else -1, gap if number else -1, what, *time])
            found.append(np.array(rows, "int32"))
    starts = np.append(0, np.cumsum([len(rows) for rows in found]))
    return Entities(np.repeat(first.static[:1], len(found), axis=0), np.concatenate(found), starts)


@pytest.mark.slow
def test_probabilities_of_all_entities_add_up_to_those_that_have_ended(small):
    codec, model = small
    entities, n = every_entity(codec, 3), 3000
    probability = np.exp(model.log_likelihood(entities) - model.static.log_likelihood(entities.static))
    assert 0.2 < probability.sum() < 1
    begun = Entities(np.repeat(entities.static[:1], n, axis=0), entities.rows[:0], np.zeros(n + 1, int), (np.zeros(0),))
    known = EventsCondition(begun, (np.zeros(n, int),), np.full(n, 3))
    drawn, cut = model.transport(model.noise(n, np.random.default_rng(0)), known)
    counts = {entities.rows[a:b].tobytes(): 0 for a, b in itertools.pairwise(entities.starts)}
    for number in np.flatnonzero(~cut):
        counts[drawn.rows[drawn.starts[number] : drawn.starts[number + 1]].tobytes()] += 1
    counts = np.array(list(counts.values()))
    error = np.sqrt(n * probability * (1 - probability))
    assert (np.abs(counts - n * probability) < 4.5 * error + 2).all()
    assert cut.mean() == pytest.approx(1 - probability.sum(), abs=0.04) and drawn.lengths.max() == 3


@pytest.mark.slow
def test_static_probabilities_add_up_to_one(small):
    codec, model = small
    sizes = [block.size for block in codec.layout.static.blocks]
    tokens = np.array(list(itertools.product(*map(range, sizes))), "int32")
    assert np.exp(model.static.log_likelihood(tokens)).sum() == pytest.approx(1, abs=1e-4)


def test_a_packed_row_is_as_likely_as_its_entities(small):
    codec, model = small
    table = EventTable(*read_table(FRAME), "who", "t")
    entities, row = codec.tokens(table), codec.encode((table, None))
    assert len(row) == 1
    static = model.static
    try:
        model._static_loss = lambda static, training: 0.0  # a bound, not the likelihood itself
        lost = model(row)
    finally:
        del model._static_loss
    expected = model.log_likelihood(entities) - static.log_likelihood(entities.static)
    assert float(lost["loss"][0]) == pytest.approx(-expected.sum(), rel=1e-4)
    assert float(lost["n_slots"][0]) == len(FRAME) + 4
    assert float(model.compute_loss(y_pred=lost)) == pytest.approx(-expected.sum() / 12, rel=1e-4)


@pytest.mark.slow
def test_a_long_entity_is_learned_in_parts_that_have_read_what_comes_before():
    n = 150
    frame = pd.DataFrame({"who": np.repeat([1, 2], n), "what": np.tile(list("aab"), 2 * n // 3)})
    codec = codec_of(frame, time=None)
    table = EventTable(*read_table(frame), "who")
    packed, entities = codec.encode((table, None)), codec.tokens(table)
    model = untrained(codec)
    assert codec.layout.length == 128 and len(packed) > 2
    lost = model(packed)
    whole = -model.log_likelihood(entities).sum()
    assert float(np.sum(lost["n_slots"])) == 2 * (n + 1)
    assert float(np.sum(lost["loss"])) == pytest.approx(whole, rel=0.02)  # a state forgets what is 64 rows ago


def drawn(codec, model, n, **options):
    noise = np.random.default_rng(1).integers(2**64, size=n, dtype="uint64")
    static = np.tile(codec.tokens(EventTable(*read_table(FRAME), "who", "t")).static[:2], (n, 1))[:n]
    begun = Entities(static, np.zeros((0, codec.layout.told.width), "int32"), np.zeros(n + 1, int), (np.zeros(0),))
    known = EventsCondition(begun, (np.zeros(n, int),), np.full(n, 12), **options)
    return model.transport(noise, known)


@pytest.mark.slow
def test_an_entity_follows_from_its_own_noise_alone(small):
    codec, model = small
    many, few = drawn(codec, model, 600)[0], drawn(codec, model, 20)[0]
    end = few.starts[-1]
    assert np.array_equal(many.starts[:21], few.starts)
    assert np.array_equal(many.rows[:end], few.rows) and np.array_equal(many.values[0][:end], few.values[0])


def test_a_low_temperature_takes_the_likeliest(small):
    codec, model = small
    cold = drawn(codec, model, 40, temperature=0.01)[0]
    even = [cold.rows[cold.starts[k] : cold.starts[k + 1]].tolist() for k in range(0, 40, 2)]
    assert all(rows == even[0] for rows in even)


def test_without_static_columns_there_is_nothing_to_make_first():
    frame = pd.DataFrame({"who": [1, 1, 2], "what": list("aba")})
    codec = codec_of(frame, time=None)
    model = untrained(codec)
    assert model.static is None and not codec.layout.levels
    assert np.isfinite(model.log_likelihood(codec.tokens(EventTable(*read_table(frame), "who")))).all()
    assert pack(codec.tokens(EventTable(*read_table(frame), "who")), np.arange(2), codec.layout).shape[0] == 1

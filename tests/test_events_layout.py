"""Packing: every slot of every entity is learned once, with its own static tokens, whatever its length."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from augment.codecs.events_layout import ENDS, NOTHING, Entities, EventsLayout, groups, pack, sizes
from augment.codecs.layout import Block, Layout


def block(start, size):
    return Block("a block", start, size, np.full(size, 1 / size))


def layout_of(length, n_entities):
    static = Layout((block(0, 50),), n_samples=50)
    row = Layout((block(0, 2), block(1, 1000)), n_samples=100)
    return EventsLayout(static, row, (block(2, 9),), 0, (), length, n_entities, 20, n_samples=50)


def entities_of(lengths):
    """Entities whose rows are numbered, each of its own."""
    starts = np.append(0, np.cumsum(lengths))
    rows = np.stack([np.zeros(starts[-1]), np.arange(starts[-1]), np.arange(starts[-1]) % 9], axis=1).astype("int32")
    return Entities(np.arange(len(lengths), dtype="int32")[:, None], rows, starts)


def unpacked(packed, layout):
    """For each packed row its static parts and its slots."""
    split = 1 + layout.n_entities * (1 + layout.static_width)
    for row in packed:
        yield row[1:split].reshape(layout.n_entities, -1), row[split:].reshape(layout.length, -1)


@given(st.lists(st.integers(1, 40), min_size=1, max_size=15), st.integers(4, 12), st.integers(1, 5))
def test_each_slot_is_learned_once_by_its_entity(lengths, length, n_entities):
    layout, entities = layout_of(length, n_entities), entities_of(lengths)
    packed = pack(entities, np.random.default_rng(0).permutation(len(lengths)), layout)
    assert packed.dtype == "int32" and packed.shape[1] == layout.width
    learned, wholes = {entity: [] for entity in range(len(lengths))}, []
    for parts, slots in unpacked(packed, layout):
        wholes += parts[parts[:, 0] == 1, 1].tolist()
        last = before = None
        for who, counts, *tokens in slots.tolist():
            if who == NOTHING:
                assert not counts
                continue
            if counts:
                learned[parts[who, 1]].append(tokens)
            if who == last and tokens[0] != ENDS:  # what is only read stands in order, too
                assert tokens[1] == before + 1
            last, before = who, tokens[1]
    assert sorted(wholes) == list(range(len(lengths)))
    for entity, n in enumerate(lengths):
        rows = entities.rows[entities.starts[entity] : entities.starts[entity] + n].tolist()
        assert learned[entity] == [*rows, [ENDS, NOTHING, NOTHING]]


@given(st.lists(st.integers(1, 40), min_size=2, max_size=15), st.integers(4, 12))
def test_parts_of_an_entity_are_in_one_group(lengths, length):
    layout = layout_of(length, 3)
    packed = pack(entities_of(lengths), np.arange(len(lengths)), layout)
    of_entity = {}
    for group, (parts, slots) in zip(groups(packed), unpacked(packed, layout), strict=True):
        for part in {who for who in slots[:, 0].tolist() if who != NOTHING}:
            of_entity.setdefault(int(parts[part, 1]), set()).add(int(group))
    assert all(len(found) == 1 for found in of_entity.values())


def test_rows_are_of_a_length_that_suits():
    assert sizes(np.array([1, 1, 1])) == (32, 20) and sizes(np.array([60, 60])) == (61, 2)
    assert sizes(np.array([5000])) == (128, 2)

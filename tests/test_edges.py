"""A graph of causes is drawn causes first, whatever the order it was written in; what is no graph is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from augment.synthesizers.edges import check_edges, order_of


@given(st.permutations(range(6)), st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=15))
def test_causes_come_before_their_effects(names, pairs):
    graph = {}
    for first, second in pairs:
        if first < second:
            graph.setdefault(names[second], []).append(names[first])
    order = order_of(graph)
    assert len(order) == len(set(order)) == len({*graph, *(cause for causes in graph.values() for cause in causes)})
    assert all(order.index(cause) < order.index(effect) for effect, causes in graph.items() for cause in causes)


@pytest.mark.parametrize("length", [1, 2, 5])
def test_a_cycle_of_any_length_is_told(length):
    graph = {k: [(k + 1) % length] for k in range(length)}
    with pytest.raises(ValueError, match="cycle"):
        order_of(graph)
    with pytest.raises(ValueError, match="cycle"):
        check_edges({0: [1 % length]}, graph)

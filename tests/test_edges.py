"""Rows without an edge of the graph: the effect does not follow from that cause, and all other edges stay."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from resampled import largest_gap, rates, resampled

from augment import WithoutEdges
from augment.synthesizers.edges import check_edges, order_of


@pytest.fixture(scope="module")
def chain():
    """A school follows from the group, a job from both."""
    rng = np.random.default_rng(0)
    group = rng.choice(["a", "b"], 20_000)
    school = np.where(rng.random(20_000) < np.where(group == "a", 0.8, 0.3), "high", "low")
    yes = rng.random(20_000) < 0.1 + 0.4 * (group == "a") + 0.3 * (school == "high")
    extra = np.where(yes == (rng.random(20_000) < 0.9), "p", "q")
    return pd.DataFrame({"group": group, "school": school, "job": np.where(yes, "yes", "no"), "extra": extra})


GRAPH = {"job": ["group", "school"], "school": ["group"]}


@pytest.mark.slow
def test_an_effect_does_not_follow_from_a_cause_taken_away(chain):
    synthesizer = resampled(chain)
    new = synthesizer.generate(5000, fairness=WithoutEdges({"job": ["group"]}, GRAPH))
    for school in ("high", "low"):
        inside = new[new["school"] == school]
        assert largest_gap(rates(inside)) < 0.08
        assert rates(inside).mean() == pytest.approx(0.3 + 0.3 * (school == "high"), abs=0.05)
    assert largest_gap(rates(new, label="school", positive="high")) == pytest.approx(0.5, abs=0.04)
    assert largest_gap(rates(new)) == pytest.approx(0.5 * 0.3, abs=0.04)  # through the school, as it should be
    match = ((new["extra"] == "p") == (new["job"] == "yes")).mean()  # not in the graph: as learned
    assert match == pytest.approx(0.9, abs=0.03)


@pytest.mark.slow
def test_all_edges_from_a_cause(chain):
    criterion = WithoutEdges({"job": ["group"], "school": ["group"]}, GRAPH)
    new = resampled(chain).generate(4000, fairness=criterion)
    assert largest_gap(rates(new)) < 0.06
    assert largest_gap(rates(new, label="school", positive="high")) < 0.06


@pytest.mark.slow
def test_even_a_single_row_does_not_get_its_own_cause(chain):
    exact = chain.assign(job=np.where(chain["group"] == "a", "yes", "no")).drop(columns=["extra", "school"])
    synthesizer = resampled(exact)
    criterion = WithoutEdges({"job": ["group"]}, {"job": ["group"]})
    rows = pd.concat([synthesizer.generate(1, fairness=criterion, random_state=seed) for seed in range(40)])
    assert 8 < ((rows["group"] == "a") == (rows["job"] == "yes")).sum() < 32


def test_a_condition_on_columns_without_causes_goes_with_edges(chain):
    synthesizer, criterion = resampled(chain), WithoutEdges({"job": ["group"]}, GRAPH)
    new = synthesizer.generate(1500, condition={"group": "b"}, fairness=criterion)
    assert (new["group"] == "b").all()
    assert (new["school"] == "high").mean() == pytest.approx(0.3, abs=0.05)
    for condition in ({"job": "yes"}, {"extra": "p"}, chain[["group"]].head(5)):
        with pytest.raises(ValueError, match="The condition tells of"):
            synthesizer.generate(None if len(condition) == 5 else 5, condition=condition, fairness=criterion)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: WithoutEdges({"a": "b"}, {"a": ["b"]}), TypeError, "edges must be"),
        (lambda: WithoutEdges({}, {"a": ["b"]}), ValueError, "no edge to take away"),
        (lambda: WithoutEdges({"a": ["c"]}, {"a": ["b"]}), ValueError, "no edge from 'c' to 'a'"),
        (lambda: WithoutEdges({"a": ["b"]}, {"a": ["b"], "b": ["c"], "c": ["a"]}), ValueError, "has a cycle: '"),
    ],
)
def test_graphs_that_make_no_sense(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_a_column_that_is_not_there_is_told(chain):
    with pytest.raises(ValueError, match="no column 'x'"):
        resampled(chain).generate(fairness=WithoutEdges({"job": ["x"]}, {"job": ["x"]}))


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

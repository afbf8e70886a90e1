"""A criterion of causes: rows drawn along a graph, some of whose edges carry another row's value."""

from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from augment.codecs.conditions import know_columns
from augment.synthesizers.criterion import Criterion

BATCH = 1000  # rows at least among which causes change places


@dataclass(frozen=True, repr=False)
class WithoutEdges(Criterion):
    """Rows of the graph that you give, less some of its edges: an effect is drawn given another row's cause.

    Columns are drawn in the order of the graph, each given its causes alone. Along an edge that is taken away the cause
    comes from another row of the batch, so that it tells the effect nothing (the inference of DECAF, van Breugel et al.
    2021, arXiv 2110.12884). Columns without causes are drawn together first, as the model has them; columns that the
    graph does not name come last, given all that it names.

    It promises that the effect depends on its other causes only, if the graph is right. Paths through other columns
    stay: without the edge from "sex" to "income" alone, income still follows sex through every cause that sex has a
    part in. What is not in the graph and should be is lost.

    Parameters
    ----------
    edges : dict of hashable to list of hashable
        For each effect the causes to take away from it.
    graph : dict of hashable to list of hashable
        For each effect all of its causes, those to take away too; without cycles.

    Examples
    --------
    >>> from augment import WithoutEdges
    >>> graph = {"income": ["sex", "education"], "education": ["sex"]}
    >>> WithoutEdges({"income": ["sex"]}, graph)
    WithoutEdges(edges={'income': ['sex']}, graph={'income': ['sex', 'education'], 'education': ['sex']})
    """

    edges: dict
    graph: dict

    def __post_init__(self):
        check_edges(self.edges, self.graph)

    def draw(self, source):
        """See `Criterion`."""
        place = source.codec.place_of
        graph = {place(effect): [place(cause) for cause in causes] for effect, causes in self.graph.items()}
        edges = {place(effect): [place(cause) for cause in causes] for effect, causes in self.edges.items()}
        roots = [k for k in order_of(graph) if not graph.get(k)]
        beyond = source.asked - set(roots)
        if source.row_by_row or beyond:
            name = "a row for each row" if source.row_by_row else repr(source.codec.columns[min(beyond)].name)
            raise ValueError(
                f"The condition tells of {name}; with WithoutEdges it can tell, as a dict, only of columns of the "
                "graph that have no cause: what follows from others cannot be given."
            )
        return draw_without(source, graph, edges, roots)


def check_edges(edges, graph):
    """Raise where `edges` or `graph` is no dict of effect to causes, an edge is not in the graph, or there is a cycle.

    Examples
    --------
    >>> check_edges({"income": ["sex"]}, {"income": ["sex"], "sex": ["income"]})
    Traceback (most recent call last):
        ...
    ValueError: The graph has a cycle: 'income' -> 'sex' -> 'income'. A cause cannot follow from its own effect.
    """
    for name, given in (("edges", edges), ("graph", graph)):
        lists = isinstance(given, dict) and all(isinstance(causes, list | tuple | set) for causes in given.values())
        if not lists:
            raise TypeError(f"{name} must be a dict of effect to list of causes. Received: {name}={given!r}")
    if not any(edges.values()):
        raise ValueError(f"edges names no edge to take away. Received: edges={edges!r}")
    for effect, causes in edges.items():
        for cause in causes:
            if cause not in graph.get(effect, ()):
                raise ValueError(f"The graph has no edge from {cause!r} to {effect!r} that could be taken away.")
    order_of(graph)


def order_of(graph):
    """All columns of a graph (dict of effect to causes), causes first; a ValueError tells a cycle."""
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        cycle = " -> ".join(map(repr, error.args[1]))
        raise ValueError(f"The graph has a cycle: {cycle}. A cause cannot follow from its own effect.") from None


def draw_without(source, graph, edges, roots):
    """Rows drawn along a graph without some of its edges.

    Parameters
    ----------
    source : Source
        The model, the codec and what the user asked for.
    graph, edges : dict of int to list of int
        Causes of each effect, and those to take away from it; by place.
    roots : list of int
        Columns of the graph without causes.

    Returns
    -------
    table
        Of the fitted form.
    """
    n = max(source.n, BATCH)
    drawn = source.columns(n, source.condition(n))
    known = {place: drawn[place] for place in roots}
    for effect in order_of(graph):
        if effect not in known:
            other = source.rng.permutation(n)
            away = edges.get(effect, ())
            causes = {k: known[k].take(other) if k in away else known[k] for k in graph[effect]}
            known[effect] = source.columns(n, know_columns(source.codec, None, causes, n))[effect]
    known = {place: column.take(slice(0, source.n)) for place, column in known.items()}
    return source.codec.write(source.columns(source.n, know_columns(source.codec, None, known, source.n)))

"""Columns drawn along a graph of causes, some of whose edges carry another row's value."""

from graphlib import CycleError, TopologicalSorter

from augment.codecs.conditions import know_columns

BATCH = 1000  # rows at least among which causes change places


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

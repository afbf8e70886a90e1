"""Criteria that generated rows can be asked to fulfil: what `TabularSynthesizer.generate` takes as `fairness`.

Each names one criterion and promises that one alone. Criteria contradict each other: what brings the rates of two groups
together moves their error rates apart where the groups differ. `augment.fairness_trade_off` shows what each costs.
"""

from abc import abstractmethod
from dataclasses import dataclass, fields
from numbers import Real

import numpy as np
import pandas as pd

from augment.codecs.column import concatenate
from augment.synthesizers.edges import check_edges, draw_without, order_of
from augment.synthesizers.groups import Groups, largest_remainder
from augment.synthesizers.relabelling import (
    MOST_LABELS,
    ParityMap,
    QuantileMap,
    label_last,
    label_probabilities,
    redraw,
    tells_labels,
)
from augment.synthesizers.source import Source

ROUNDS = 4  # of rows of the model, each as many as wanted, among which rows of rare cells are looked for
POOL = 10_000  # rows of the model at least that tell how frequent groups and labels are
MARK = "augment_fairness"  # the key of a pandas frame's `attrs` under which the criterion stands


@dataclass(frozen=True, repr=False)
class Criterion:
    """Base of the criteria: a promise about generated rows, and how to draw rows that keep it."""

    @abstractmethod
    def draw(self, source):
        """Draw the rows.

        Parameters
        ----------
        source : Source
            The model, the codec and what the user asked for.

        Returns
        -------
        table
            Of the fitted form.
        """

    def describe(self):
        """The criterion as JSON-ready values, for a manifest: its name, its parameters, and what the rows are not."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            "criterion": type(self).__name__,
            "parameters": {name: _plain(value) for name, value in given.items()},
            "describes_population": False,
            "note": f"Generated with {self!r}: this table does not describe the population.",
        }

    def __repr__(self):
        given = [(field, getattr(self, field.name)) for field in fields(self)]
        shown = [f"{field.name}={value!r}" for field, value in given if value != field.default]
        return f"{type(self).__name__}({', '.join(shown)})"


@dataclass(frozen=True, repr=False)
class _OfLabels(Criterion):
    """A criterion about the labels of groups."""

    protected: object
    target: object = None

    def __post_init__(self):
        if isinstance(self.protected, list) and not self.protected:
            raise ValueError("protected must name a column, or a list of them. Received: protected=[]")
        strength = getattr(self, "strength", 1.0)
        if isinstance(strength, bool) or not isinstance(strength, Real) or not 0 <= strength <= 1:
            raise ValueError(f"strength must be a number in [0, 1]. Received: strength={strength!r}")
        if not isinstance(self.bins, dict | None):
            raise TypeError(f"bins must be a dict of column to list of edges. Received: bins={self.bins!r}")

    def _places(self, source):
        """Places of the protected columns, of the target, and the edges by place."""
        codec = source.codec
        target = source.target if self.target is None else self.target
        if target is None:
            raise ValueError(f"{self!r} needs target=: the synthesizer was fitted without y.")
        names = self.protected if isinstance(self.protected, list) else [self.protected]
        protected, target = [codec.place_of(name) for name in names], codec.place_of(target)
        if target in protected or len(set(protected)) < len(protected):
            raise ValueError(f"{self!r} names a column twice: protected columns and the target must be different ones.")
        bins = {codec.place_of(name): edges for name, edges in (self.bins or {}).items()}
        strange = [codec.columns[place].name for place in bins if place not in (*protected, target)]
        if strange:
            raise ValueError(f"bins names {strange[0]!r}, which is neither protected nor the target of {self!r}.")
        return protected, target, bins

    def _groups(self, source, protected, columns, bins):
        groups = Groups(source.codec, protected, columns, bins)
        if len(groups.names) < 2:
            raise ValueError(f"{self!r} needs two groups at least; all rows belong to one: {groups.names[0]}.")
        return groups

    def _labels(self, source, target, columns, bins):
        labels = Groups(source.codec, [target], columns, bins)
        if len(labels.names) < 2:
            name = source.codec.columns[target].name
            raise ValueError(f"{self!r}: the target {name!r} has one value, {labels.names[0]}: nothing can differ.")
        return labels


class _OfCells(_OfLabels):
    """A criterion on how many rows each cell of group and label has.

    Rows of the cells are chosen among rows that the model drew; what is still wanting is drawn given group and label.
    """

    def draw(self, source):
        """See `Criterion`."""
        if source.row_by_row:
            raise ValueError(
                f"{self!r} decides group and label of every row, so it cannot fill given rows: give the condition as a "
                "dict of values, lists or ranges that hold for all rows."
            )
        protected, target, bins = self._places(source)
        size = max(source.n, POOL)
        pool = _Pool(source, target, size)
        groups = self._groups(source, protected, pool.columns, bins)
        labels = self._labels(source, target, pool.columns, bins)
        of_label, of_group = labels.codes(pool.columns), groups.codes(pool.columns)
        cells = np.zeros((len(groups.names), len(labels.names)), int)
        np.add.at(cells, (of_group, of_label), 1)
        counts = self._counts(cells / size, source.n, groups.missing, labels.missing)
        self._refuse_unseen(cells, counts, groups, labels)
        known, wanted, parts = (*protected, target), counts.ravel().copy(), []
        for number in range(ROUNDS):
            more = pool if number == 0 else _Pool(source, target, size)
            cell = more.cells(groups, labels)
            parts.append(more.take(_rows_of_cells(cell, np.minimum(wanted, _count(cell, wanted)), source.rng), known))
            wanted -= np.minimum(wanted, _count(cell, wanted))
            if not wanted.any():
                break
        rows = _rows_of_cells(pool.cells(groups, labels), wanted, source.rng)
        cells_of_rows = {place: pool.columns[place].take(rows) for place in known}
        parts.append((source.arrays(len(rows), source.knowing(cells_of_rows, len(rows))), cells_of_rows))
        return self._joined(source, parts, known)

    @staticmethod
    def _joined(source, parts, known):
        """One table of parts of it, (arrays, dict of place to Column) each, in random order."""
        order = source.rng.permutation(source.n)
        arrays = np.concatenate([part for part, _ in parts])[order]
        columns = {place: concatenate([columns[place] for _, columns in parts]).take(order) for place in known}
        condition = source.knowing(columns, source.n)
        return source.codec.decode(arrays, source.rng, condition)

    def _refuse_unseen(self, cells, counts, groups, labels):
        unseen = np.argwhere((cells == 0) & (counts > 0))
        if len(unseen):
            group, label = unseen[0]
            more = f", nor of {len(unseen) - 1} more combinations" if len(unseen) > 1 else ""
            raise ValueError(
                f"{self!r} asks for {counts[group, label]} rows of {groups.names[group]} with {labels.names[label]}, "
                f"and of {int(cells.sum()):,} rows the model drew none such{more}: nothing tells what they look like. "
                "Join groups in the training data, or leave a group out by condition={column: [the others]}."
            )


@dataclass(frozen=True, repr=False)
class LabelParity(_OfCells):
    """Every group gets the label as often: rows are drawn for each cell of group and label, in the wanted numbers.

    The cells' shares go from those of the model to the product of its margins, P(group) P(label), as far as `strength`
    says (the expected counts of reweighing, Kamiran and Calders 2012, Knowledge and Information Systems 33, 1-33). Shares
    of groups and of labels stay. Numbers of rows are exact: largest remainders for the groups, then for the labels in
    each.

    It promises equal label rates in the generated rows, not in what a model makes of them: the other columns of each
    cell are as learned and may give the group away.

    Parameters
    ----------
    protected : hashable or list of hashable
        The column whose values are the groups; the crossings of several. Ten numbers at most are groups of their own,
        more are cut into quarters or at the edges in `bins`; missing values are a group.
    target : hashable, default=None
        The column of labels; by default y, after `fit(X, y)`.
    strength : float, default=1.0
        From 0, as learned, to 1, parity. The gap between two groups' rates shrinks by this share.
    bins : dict of hashable to list, default=None
        For columns of numbers or dates, where the ranges end, each end included in the range below it.

    Examples
    --------
    >>> from augment import LabelParity
    >>> LabelParity("sex", target="income", strength=0.5)
    LabelParity(protected='sex', target='income', strength=0.5)
    """

    strength: float = 1.0
    bins: dict | None = None

    def _counts(self, shares, n, *_):
        group, label = shares.sum(axis=1), shares.sum(axis=0)
        wanted = (1 - self.strength) * shares + self.strength * np.outer(group, label)
        sizes = largest_remainder(group, n)
        return np.stack(
            [largest_remainder(row / row.sum(), size) for row, size in zip(wanted, sizes, strict=True)],
        )


@dataclass(frozen=True, repr=False)
class EqualCells(_OfCells):
    """As many rows for every cell of group and label, to within one: for audits and for groups with few rows.

    Group and label are then independent, but both shares change, and with them what a model learns: on Adult it made
    the gap between predicted rates larger. Rows with a missing group or label are not generated.

    Parameters
    ----------
    protected, target, bins
        As in `LabelParity`.

    Examples
    --------
    >>> from augment import EqualCells
    >>> EqualCells(["sex", "race"], target="income")
    EqualCells(protected=['sex', 'race'], target='income')
    """

    bins: dict | None = None

    def _counts(self, shares, n, missing_group, missing_label):
        there = np.outer(~missing_group, ~missing_label).astype(float)
        return largest_remainder((there / there.sum()).ravel(), n).reshape(shares.shape)


@dataclass(frozen=True, repr=False)
class StatisticalParity(_OfLabels):
    """The label's probability is spread alike in every group: at each threshold as many of each group lie above it.

    The label of each row is drawn anew from the model's own p(label | all other cells), carried in each group to the
    quantiles that it has over all rows: strong statistical parity (Krchova et al. 2023, arXiv 2311.03000). What a model
    learns from such rows is near parity at every threshold, for which it pays with accuracy, and in equal error rates.
    A target of more than ten numbers is mapped itself, quantile to quantile; missing values stay.

    It promises equal rates (of numbers: distributions) of the label in every group up to the sampling error of draws.

    Parameters
    ----------
    protected, target, strength, bins
        As in `LabelParity`; the target needs no bins. A `strength` below 1 mixes the learned probability and the mapped.

    Examples
    --------
    >>> from augment import StatisticalParity
    >>> StatisticalParity("sex", target="income")
    StatisticalParity(protected='sex', target='income')
    """

    strength: float = 1.0
    bins: dict | None = None

    def draw(self, source):
        """See `Criterion`."""
        protected, target, bins = self._places(source)
        if target in source.asked:
            name = source.codec.columns[target].name
            raise ValueError(f"{self!r} draws {name!r} anew, so the condition cannot give it: leave it out.")
        n = source.n if source.row_by_row else max(source.n, POOL)
        condition = source.condition(n)
        arrays = source.arrays(n, condition)
        columns = source.codec.decode_columns(arrays, source.rng, condition)
        pool, drawn = (arrays, columns), (arrays, columns)
        if source.row_by_row:  # what is usual the given rows do not tell: rows drawn freely do
            free = source.arrays(POOL)
            pool = free, source.codec.decode_columns(free, source.rng)
        self._labels(source, target, pool[1], {})
        groups = self._groups(source, protected, pool[1], bins)
        of_pool, of_drawn = groups.codes(pool[1]), groups.codes(columns)
        self._refuse_strangers(of_drawn)
        map_labels = self._redraw_labels if tells_labels(source.codec.columns[target]) else self._map_numbers
        columns[target] = map_labels(source, target, pool, drawn, groups, of_pool, of_drawn)
        rows = slice(0, source.n)
        return source.codec.write([column.take(rows) for column in columns], condition if source.row_by_row else None)

    def _refuse_strangers(self, groups):
        if (groups < 0).any():
            raise ValueError(
                f"{self!r}: {np.sum(groups < 0)} given rows are of a group of which the model drew none in {POOL:,} "
                "rows, so that its quantiles are not known: leave them out."
            )

    def _map_numbers(self, source, target, pool, drawn, groups, of_pool, of_drawn):
        codec, column = source.codec.columns[target], drawn[1][target]
        known = pool[1][target]
        values = codec.numbers(known)[known.present].astype("float64")
        carry = QuantileMap(values, of_pool[known.present], self.strength)
        new = codec.numbers(column).astype("float64")
        new[column.present] = carry(new[column.present], of_drawn[column.present], source.rng)
        mapped = codec.column_of(codec.snap(new))
        mapped.missing, mapped.kinds = column.missing, column.kinds
        return mapped

    def _redraw_labels(self, source, target, pool, drawn, groups, of_pool, of_drawn):
        codec, block = source.codec.columns[target], source.codec.places.index(target)
        if codec.size > MOST_LABELS:
            raise ValueError(f"{self!r}: the target {codec.name!r} has {codec.size} labels; {MOST_LABELS} at most go.")
        others = [drawn[0]] if source.row_by_row else []
        found = label_probabilities(source.model, source.codec, block, pool[0], source.rng, *others)
        self._refuse_unlabelled(codec, pool[0], source.codec, block, of_pool, groups)
        carry = ParityMap(found[0], of_pool, self.strength, source.rng)
        tokens = redraw(carry(found[-1], of_drawn, source.rng), source.rng)
        return codec.decode(tokens[:, None].astype("int32"), source.rng)

    def _refuse_unlabelled(self, own, arrays, codec, block, groups_of, groups):
        """A ValueError where a group never has a label that others have: its probabilities say nothing."""
        labels = codec.as_tokens(arrays)[:, codec.tokens.blocks[block].start]
        for label in np.unique(labels):
            lacking = set(range(len(groups.names))) - set(groups_of[labels == label].tolist())
            if lacking and label < own.size:
                column = own.decode(np.array([[label]], "int32"), np.random.default_rng(0))
                shown = column.labels[column.values[0]] if column.labels else column.values[0]
                raise ValueError(
                    f"{self!r}: of {len(labels):,} rows the model drew none of {groups.names[min(lacking)]} with "
                    f"{shown}, so that nothing tells which of them should have it. Join groups in the training data, "
                    "or leave a group out by condition={column: [the others]}."
                )


@dataclass(frozen=True, repr=False)
class WithoutEdges(Criterion):
    """Rows of the graph that you give, less some of its edges: an effect is drawn given another row's cause.

    Columns are drawn in the order of the graph, each given its causes alone. Along an edge that is taken away the cause
    comes from another row of the batch, so that it tells the effect nothing (the inference of DECAF, van Breugel et al.
    2021, arXiv 2110.12884). Columns without causes are drawn together first, as the model has them; columns that the
    graph does not name come last, given all that it names.

    It promises that the effect depends on its other causes only, if the graph is right. Paths through other columns stay:
    without the edge from "sex" to "income" alone, income still follows sex through every cause that sex has a part in.
    What is not in the graph and should be is lost.

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
                f"The condition tells of {name}; with WithoutEdges it can tell, as a dict, only of columns of the graph "
                "that have no cause: what follows from others cannot be given."
            )
        return draw_without(source, graph, edges, roots)


def source_for(fairness, synthesizer, n_samples, y, condition, like, rng):
    """The Source of one call of `generate`; a ValueError or TypeError tells which arguments do not go together."""
    if not isinstance(fairness, Criterion):
        raise TypeError(
            "fairness must be None or a criterion such as LabelParity(protected, target), EqualCells, StatisticalParity "
            f"or WithoutEdges. Received: fairness={fairness!r}"
        )
    if y is not None or like is not None:
        name = "y" if y is not None else "like"
        raise ValueError(
            f"`{name}` cannot be given together with `fairness`, which decides itself what labels rows get."
        )
    n, known = synthesizer._ask(n_samples, None, condition, None, None, rng)
    row_by_row = condition is not None and not isinstance(condition, dict)
    if isinstance(condition, dict):
        row_by_row = any(isinstance(value, pd.Series) for value in condition.values())

    def conditions(m):
        return known if m == n else synthesizer._ask(m, None, condition, None, None, rng)[1]

    return Source(synthesizer.model_, synthesizer.codec_, n, conditions, row_by_row, synthesizer._target, rng)


def mark(result, fairness):
    """`result`, with the criterion in the `attrs` of what is a frame or a series of pandas."""
    for part in result if isinstance(result, tuple) else (result,):
        if isinstance(part, pd.DataFrame | pd.Series):
            part.attrs[MARK] = fairness.describe()
    return result


class _Pool:
    """Rows that the model drew under the user's condition, the label last."""

    def __init__(self, source, target, n):
        condition = source.condition(n)
        self.arrays = source.arrays(n, condition)
        if target not in source.asked:
            self.arrays = label_last(source, target, self.arrays)
        self.columns = source.codec.decode_columns(self.arrays, source.rng, condition)

    def cells(self, groups, labels):
        """The cell of each row, group by group; -1 for a row of none."""
        group, label = groups.codes(self.columns), labels.codes(self.columns)
        return np.where((group < 0) | (label < 0), -1, group * len(labels.names) + label)

    def take(self, rows, places):
        """The arrays of some rows, and their columns at these places."""
        return self.arrays[rows], {place: self.columns[place].take(rows) for place in places}


def _count(cell, like):
    return np.bincount(cell[cell >= 0], minlength=len(like))


def _rows_of_cells(cell, counts, rng):
    """For each cell as many rows of that cell as wanted; a row twice only where there are too few."""
    chosen = [np.resize(rng.permutation(np.flatnonzero(cell == k)), counts[k]) for k in np.flatnonzero(counts)]
    return np.concatenate([np.zeros(0, int), *chosen])


def _plain(value):
    """JSON-ready form of a parameter."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, str | bool | int | float) else str(value)

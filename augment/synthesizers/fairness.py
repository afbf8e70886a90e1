"""Criteria on the labels of groups that generated rows can be asked to fulfil, as `fairness` of `generate`.

Each names one criterion and promises that one alone. Criteria contradict each other: what brings the rates of two
groups together moves their error rates apart where the groups differ. `augment.fairness_trade_off` shows what each
costs.
"""

from dataclasses import dataclass
from functools import partial
from numbers import Real

import numpy as np

from augment.synthesizers.criterion import Criterion
from augment.synthesizers.groups import Groups, largest_remainder
from augment.synthesizers.quantile_maps import ParityMap, QuantileMap, redraw
from augment.synthesizers.rebalancing import Pool, draw_cells
from augment.synthesizers.relabelling import MOST_LABELS, label_probabilities, labels_without, map_numbers, tells_labels

POOL = 10_000  # rows of the model at least that tell how frequent groups and labels are
REMEDY = "Join groups in the training data, or leave a group out by condition={column: [the others]}."


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
        bins = {} if self.bins is None else self.bins
        if not isinstance(bins, dict) or not all(isinstance(edges, list) and edges for edges in bins.values()):
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
        pool = Pool(source, target, max(source.n, POOL))
        groups = self._groups(source, protected, pool.columns, bins)
        labels = self._labels(source, target, pool.columns, bins)
        cells = pool.counts(groups, labels)
        counts = self._counts(cells / cells.sum(), source.n, groups.missing, labels.missing)
        self._refuse_unseen(cells, counts, groups, labels)
        return draw_cells(source, pool, groups, labels, counts)

    def _refuse_unseen(self, cells, counts, groups, labels):
        unseen = np.argwhere((cells == 0) & (counts > 0))
        if len(unseen):
            group, label = unseen[0]
            more = f", nor of {len(unseen) - 1} more combinations" if len(unseen) > 1 else ""
            raise ValueError(
                f"{self!r} asks for {counts[group, label]} rows of {groups.names[group]} with {labels.names[label]}, "
                f"and of {int(cells.sum()):,} rows the model drew none such{more}: nothing tells what they look like. "
                f"{REMEDY}"
            )


@dataclass(frozen=True, repr=False)
class LabelParity(_OfCells):
    """Every group gets the label as often: rows are drawn for each cell of group and label, in the wanted numbers.

    The cells' shares go from those of the model to the product of its margins, P(group) P(label), as far as `strength`
    says (the expected counts of reweighing, Kamiran and Calders 2012, Knowledge and Information Systems 33, 1-33). The
    shares of groups and of labels stay. Numbers of rows are exact: largest remainders for the groups, then for the
    labels in each.

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
        As in `LabelParity`; the target needs no bins. Below 1 `strength` mixes learned and mapped probabilities.

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
        pool = arrays, columns
        if source.row_by_row:  # what is usual the given rows do not tell: rows drawn freely do
            free = source.arrays(POOL)
            pool = free, source.codec.decode_columns(free, source.rng)
        self._labels(source, target, pool[1], {})
        groups = self._groups(source, protected, pool[1], bins)
        of_pool, of_drawn = groups.codes(pool[1]), groups.codes(columns)
        self._refuse_strangers(of_drawn)
        if tells_labels(source.codec.columns[target]):
            columns[target] = self._redrawn(source, target, (pool[0], of_pool), (arrays, of_drawn), groups)
        else:
            carry_of = partial(QuantileMap, strength=self.strength)
            columns[target] = map_numbers(source, target, (pool[1], of_pool), (columns, of_drawn), carry_of)
        rows = slice(0, source.n)
        return source.codec.write([column.take(rows) for column in columns], condition if source.row_by_row else None)

    def _redrawn(self, source, target, pool, drawn, groups):
        codec, block = source.codec.columns[target], source.codec.places.index(target)
        if codec.size > MOST_LABELS:
            raise ValueError(f"{self!r}: the target {codec.name!r} has {codec.size} labels; {MOST_LABELS} at most go.")
        if lacking := labels_without(source.codec, target, *pool, len(groups.names)):
            group, label = groups.names[lacking[0]], lacking[1]
            raise ValueError(
                f"{self!r}: of {len(pool[0]):,} rows the model drew none of {group} with {label}, so that nothing "
                f"tells which of them should have it. {REMEDY}"
            )
        others = [drawn[0]] if source.row_by_row else []
        found = label_probabilities(source.model, source.codec, block, pool[0], source.rng, *others)
        carry = ParityMap(found[0], pool[1], self.strength, source.rng)
        tokens = redraw(carry(found[-1], drawn[1], source.rng), source.rng)
        return codec.decode(tokens[:, None].astype("int32"), source.rng)

    def _refuse_strangers(self, groups):
        if (groups < 0).any():
            raise ValueError(
                f"{self!r}: {np.sum(groups < 0)} given rows are of a group of which the model drew none in {POOL:,} "
                "rows, so that its quantiles are not known: leave them out."
            )

"""Strings, booleans and categorical types as tokens: one for each label, one more for all the rare labels."""

import contextlib
import datetime

import numpy as np
import pandas as pd

from augment.codecs.column import Column
from augment.codecs.columns import ColumnCodec, Within
from augment.codecs.names import near_names

MAX_CATEGORIES = 500
SHOWN = 8  # so many values are listed in a message


class Category(ColumnCodec):
    """Labels: a token for each, and one more for all the rare ones where there are too many.

    Attributes
    ----------
    labels : list
        The labels with a token of their own: in order where they have one, else the most frequent first.
    rare : list
        The labels that share the last token.
    rare_counts : list of int
        How often each of them occurred.
    """

    kind = "category"

    def __init__(self, max_categories=MAX_CATEGORIES):
        self.max_categories = max_categories

    def _fit(self, column):
        labels, codes = self._labels(column)
        counts = np.bincount(codes, minlength=len(labels))
        order = sorted(np.flatnonzero(counts), key=lambda code: (-counts[code], str(labels[code])))
        kept = order if len(order) <= self.max_categories else order[: self.max_categories - 1]
        rare = order[len(kept) :]
        if column.ordered:
            kept = sorted(kept)
        self.ordered, self.closed = column.ordered, column.closed
        self.labels, self.rare = [labels[code] for code in kept], [labels[code] for code in rare]
        self.rare_counts = counts[rare].tolist() if rare else []
        if self.labels and set(self.labels) <= {True, False} and isinstance(self.labels[0], bool):
            self.kind = "boolean"
        elif column.ordered:
            self.kind = "ordered category"
        if rare:
            self.notes.append(f"{len(rare):,} rare values, {sum(self.rare_counts):,} rows in all, share one token")
        self._prepare()

    def _prepare(self):
        self.place = {label: token for token, label in enumerate(self.labels)}
        self.place |= {label: len(self.labels) for label in self.rare}
        self.size = len(self.labels) + bool(self.rare)

    def _labels(self, column):
        if column.family == "label":
            return column.labels, column.values
        codes, labels = pd.factorize(column.values)
        return labels.tolist(), codes

    def _encode(self, column, rng):
        labels, codes = self._labels(column)
        tokens = np.array([self.place.get(label, -1) for label in labels] + [0])
        coarse = tokens[codes]
        if (coarse < 0).any():
            new = [labels[code] for code in np.unique(codes[coarse < 0])]
            if not self.rare or self.closed:
                raise ValueError(
                    f"Column {self.name!r} has values that the training data did not have: {_listed(new)}. "
                    f"Known are {_listed(self.labels)}."
                )
            coarse = np.where(coarse < 0, len(self.labels), coarse)
        return np.stack([coarse, np.zeros_like(coarse)], axis=1)

    def _decode(self, tokens, place, rng, within):
        codes = tokens[:, 0].astype("int64")
        labels = self.labels + self.rare
        rows = codes == len(self.labels)
        if self.rare and rows.any():
            weights = np.array(self.rare_counts, "float64")
            if within is not None and within.values is not None:
                weights *= np.isin(
                    np.arange(len(self.rare)), [self.rare.index(v) for v in within.values if v in self.rare]
                )
            upper = np.cumsum(weights) / weights.sum()
            chosen = np.searchsorted(upper, place[rows], side="right")
            codes[rows] = len(self.labels) + np.minimum(chosen, len(self.rare) - 1)
        if self.form["family"] == "label":
            return Column(self.name, values=codes, labels=labels, **self.form)
        return Column(self.name, values=np.array(labels)[codes], **self.form)

    def exact(self, value):
        """The label that a value of a condition names."""
        value = value.item() if isinstance(value, np.generic) else value
        for label in (value, str(value)):
            if isinstance(label, str | int | float) and label in self.place:
                return label
        moment = _as_moment(value)
        for label in self.place:
            if moment is not None and _as_moment(label) == moment:
                return label
        known = self.labels + self.rare
        near = near_names(value, known) if len(known) > SHOWN else _listed(known)
        raise ValueError(f"Condition on column {self.name!r}: {value!r} is not in the training data; known are {near}.")

    def within(self, low=None, high=None, values=None):
        """The Within of a list of labels, or of a range of labels that have an order."""
        if values is not None:
            return Within(values=[self.exact(value) for value in values])
        if not self.ordered:
            raise ValueError(
                f"Condition on column {self.name!r}: its values have no order, so that a range (a tuple) says nothing; "
                "give the alternatives as a list."
            )
        first = 0 if low is None else self.place[self.exact(low)]
        last = len(self.labels) - 1 if high is None else self.place[self.exact(high)]
        if first > last:
            raise ValueError(
                f"Condition on column {self.name!r}: {low!r} comes after {high!r}; the order is {_listed(self.labels)}."
            )
        return Within(values=self.labels[first : last + 1])

    def allowed(self, within):
        """Which tokens a Within allows: a boolean array of shape (size, 1)."""
        allowed = np.zeros((self.size, 1), bool)
        allowed[[self.place[label] for label in within.values]] = True
        return allowed

    def given(self, value, n):
        """Column of n times one value of a condition."""
        label = self.exact(value)
        if self.form["family"] == "label":
            return Column(self.name, values=np.zeros(n, "int64"), labels=[label], **self.form)
        return Column(self.name, values=np.full(n, label), **self.form)

    def _ranks(self):
        if not self.ordered:
            return None
        share = self.shares[: len(self.labels)] / max(self.shares[: len(self.labels)].sum(), 1e-300)
        upper = np.minimum(np.cumsum(share), 1)
        ranks = np.stack([np.maximum(upper - share, 0), upper], axis=1)
        return np.concatenate([ranks, np.full((self.size - len(ranks), 2), np.nan)])

    def _state(self):
        counts = {"rare": self.rare, "rare_counts": self.rare_counts, "max_categories": self.max_categories}
        return {"labels": self.labels, "ordered": self.ordered, "closed": self.closed} | counts

    def _restore(self, state):
        self.labels, self.rare, self.rare_counts = state["labels"], state["rare"], state["rare_counts"]
        self.ordered, self.closed, self.kind = state["ordered"], state["closed"], state["kind"]
        self.max_categories = state["max_categories"]
        self._prepare()


def _as_moment(value):
    """The moment that a date or an ISO string of one names, None for anything else: midnight may be left out."""
    if isinstance(value, str | datetime.date):
        with contextlib.suppress(ValueError):
            return datetime.datetime.fromisoformat(str(value))
    return None


def _listed(values):
    shown = ", ".join(repr(value) for value in values[:SHOWN])
    return shown + (f" and {len(values) - SHOWN:,} more" if len(values) > SHOWN else "")

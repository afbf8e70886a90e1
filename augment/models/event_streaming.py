"""New rows of entities, row by row, in a fixed number of slots: one that has ended makes room for the next at once."""

import numpy as np
from scipy.special import expit

from augment.codecs.events_layout import ENDS, GOES_ON, NOTHING, Entities
from augment.models.drawing import inverse_cumulative
from augment.models.event_walk import SLOTS, EventWalk
from augment.models.keeping import token_before
from augment.models.streaming import uniform

ALMOST = 1 - 2.0**-53


def stream(model, noise, condition):
    """Draw the rows of entities.

    Parameters
    ----------
    model : RecurrentEventsModel
        The trained network.
    noise : ndarray of uint64 of shape (n,)
        A number for each entity.
    condition : EventsCondition
        What is known of the entities.

    Returns
    -------
    entities : Entities
        Their static tokens and rows, those that were given first.
    cut : ndarray of bool of shape (n,)
        Which had not ended when they had as many rows as they may have.
    """
    slots = _Slots(EventWalk(model), noise, condition)
    slots.run()
    return slots.entities(), slots.cut


class _Slots:
    """The entities that are being drawn, each in a slot with its own state."""

    def __init__(self, walk, noise, condition):
        self.walk, self.layout, self.noise, self.condition = walk, walk.layout, noise, condition
        self.begun, n = condition.begun, len(noise)
        self.cut, self.next = np.zeros(n, bool), 0
        self.owners, self.number = np.full(SLOTS, -1), np.zeros(SLOTS, int)  # entities, -1 for none, and rows so far
        self.context = np.zeros((SLOTS, walk.model.units), "float32")
        self.now = [np.zeros(SLOTS, first.dtype) for first in condition.first]  # values of rising columns
        self.before = np.full((SLOTS, self.layout.told.width), NOTHING, "int32")
        self.found = [(self.owners[:0], self.before[:0], *(now[:0] for now in self.now))]

    def run(self):
        """Draw all rows."""
        told, states = np.zeros_like(self.context), self.walk.begin()
        self._fill()
        while (self.owners >= 0).any():
            hidden, states = self.walk.read(told, self.context, self.number == 0, states)
            rows = self._drawn(hidden)
            self._keep(rows)
            told, self.before = self.walk.told(rows), rows
            self._fill()

    def _fill(self):
        """Let the next entities into free slots."""
        free = np.flatnonzero(self.owners < 0)[: len(self.noise) - self.next]
        if not len(free):
            return
        new = self.next + np.arange(len(free))
        self.owners[free], self.number[free], self.next = new, 0, self.next + len(free)
        self.before[free] = NOTHING
        for now, first in zip(self.now, self.condition.first, strict=True):
            now[free] = first[new]
        # all slots: of another number of rows the arithmetic would round in another way
        self.context[free] = self.walk.context(self.begun.static[np.maximum(self.owners, 0)])[free]

    def _drawn(self, hidden):
        """The next rows (SLOTS, told.width): those that are given, and new ones."""
        rows, known = self._given()
        new, n_before = (self.owners >= 0) & ~known, 1 + self.layout.n_rises
        later = new & (self.number > 0)  # nothing comes before a first row
        for k, step, state in self.walk.steps_in(hidden, rows):
            there = (later if k < n_before else new) & (rows[:, 0] != ENDS)
            if there.any():
                rows[there, k] = self._draw(k, step, state, rows)[there]
            if k == n_before - 1:
                self._tell_levels(rows, new, known)
        return rows

    def _given(self):
        """The rows that are given next, and which slots have one."""
        begun, owners = self.begun, np.maximum(self.owners, 0)
        known = (self.owners >= 0) & (self.number < begun.lengths[owners])
        rows = np.full((SLOTS, self.layout.told.width), NOTHING, "int32")
        rows[known] = begun.rows[(begun.starts[owners] + self.number)[known]]
        return rows, known

    def _draw(self, k, step, state, rows):
        """Tokens of step k in all slots."""
        logits, keep = (guess / self.condition.temperature for guess in self.walk.guess(k, state))
        old, noise = token_before(k, step, rows, self.before), self._uniform(k)
        keep = np.where(old == NOTHING, 0.0, expit(keep))
        drawn = inverse_cumulative(logits, np.clip((noise - keep) / np.maximum(1 - keep, 1e-12), 0, ALMOST))
        drawn = np.where(noise < keep, old, drawn)
        return drawn * step.block.has_levels[np.maximum(rows[:, k - 1], 0)] if step.fine else drawn

    def _uniform(self, k):
        """A number in [0, 1) for each slot and place k of its next row."""
        places = self.number * (len(self.walk.steps) + len(self.now)) + k
        return uniform(self.noise[np.maximum(self.owners, 0)], places.astype("uint64"))

    def _tell_levels(self, rows, new, known):
        """Let rising columns rise in new rows, and write where they are into these; given rows have their values."""
        goes_on, new = new & (rows[:, 0] == GOES_ON), new & (rows[:, 0] != ENDS)
        rise, level = 1, len(self.walk.steps)
        for number, (now, rising) in enumerate(zip(self.now, self.layout.rising, strict=True)):
            tokens = np.zeros((SLOTS, 2), "int32")
            tokens[:, : rising.width] = np.maximum(rows[:, rise : rise + rising.width], 0)
            later = rising.later(now, tokens, self._uniform(len(self.walk.steps) + number))
            now[goes_on] = later[goes_on]
            now[known] = self.begun.values[number][(self.begun.starts[self.owners] + self.number)[known]]
            tokens = rising.level_tokens(now)[:, : rising.level.width]
            rows[new, level : level + rising.level.width] = tokens[new]
            rise, level = rise + rising.width, level + rising.level.width

    def _keep(self, rows):
        """Keep the rows of this step; an entity that ends, or has as many rows as it may have, leaves its slot."""
        stays = (self.owners >= 0) & (rows[:, 0] != ENDS)
        full = stays & (self.number >= np.append(self.condition.most, 0)[self.owners])  # -1 owns none
        self.cut[self.owners[full]] = True
        kept = stays & ~full
        self.found.append((self.owners[kept], rows[kept], *(now[kept] for now in self.now)))
        self.owners[~kept] = -1
        self.number += 1

    def entities(self):
        """What was drawn, the rows of each entity together."""
        owners, rows, *values = (np.concatenate(parts) for parts in zip(*self.found, strict=True))
        order = np.argsort(owners, kind="stable")
        starts = np.searchsorted(owners[order], np.arange(len(self.noise) + 1))
        return Entities(self.begun.static, rows[order], starts, tuple(value[order] for value in values))

"""A trained network of event tables in plain arrays: row by row, and in a row token by token."""

import numpy as np
from keras import ops
from scipy.special import log_expit

from augment.codecs.events_layout import NOTHING, slots_of
from augment.models.drawing import log_sum
from augment.models.keeping import token_before
from augment.models.plain_trunk import array
from augment.models.steps import steps_of

SLOTS = 256  # entities at a time; always so many, since rounding follows the shape


class EventWalk:
    """Reads rows of `SLOTS` entities at a time; made anew for each call, since it holds copies of weights.

    Parameters
    ----------
    model : RecurrentEventsModel
        The trained network.
    """

    def __init__(self, model):
        self.model, self.layout = model, model.layout
        self.steps, self.mix, self.heads = steps_of(model.layout.row), model.mixing.plain(), model.heads.arrays()
        self.places, self.gains = array(model.places), _gains(model)
        self.keep, self.last = model.keeping.plain(), array(model.last.kernel)
        self.cells = [layer.cell for layer in model.recurrent]

    def begin(self):
        """States before the first rows."""
        return [cell.get_initial_state(batch_size=SLOTS) for cell in self.cells]

    def context(self, static):
        """What static tokens (SLOTS, static_width) tell all rows of their entities (SLOTS, units)."""
        if self.model.static is None:
            return np.zeros((SLOTS, self.model.units), "float32")
        return array(self.model.context(static))

    def read(self, told, context, begins, states):
        """What the network knows before the next rows (SLOTS, units), and its states then.

        Parameters
        ----------
        told : ndarray of shape (SLOTS, units)
            What the rows before told; it does not matter where an entity begins.
        context : ndarray of shape (SLOTS, units)
            What is told of the entities as a whole.
        begins : ndarray of bool of shape (SLOTS,)
            Which entities begin.
        states : list of list of tensor
            Those after the rows before.
        """
        begins = begins[:, None].astype("float32")
        told = told * (1 - begins)
        hidden, after = told + context, []
        for cell, state in zip(self.cells, states, strict=True):
            hidden, state = cell(ops.concatenate([hidden, begins], axis=-1), state)
            after.append(state)
        return array(ops.cast(hidden, "float32")) + told @ self.last + context, after

    def steps_in(self, hidden, rows):
        """For each step of rows its number, the step and its state (n, units).

        The caller then writes the tokens of the step into `rows`, and after those of the rises the ones of the levels.
        """
        told = np.zeros_like(hidden)
        for k, step in enumerate(self.steps):
            if k == 1 + self.layout.n_rises:
                told += self._told(range(len(self.steps), self.layout.told.width), rows)
            yield k, step, hidden + told
            told += self._told([k], rows)

    def guess(self, k, state):
        """Logits (n, size) of new tokens of step k in these states (n, units), and of keeping the old ones (n,)."""
        kernel, bias = self.heads[k]
        state = self.mix(state + self.places[k])
        return (state @ kernel + bias).astype("float64"), self.keep(k, state)

    def told(self, rows):
        """What rows tell the ones after them (n, units)."""
        return self._told(range(self.layout.told.width), rows)

    def _told(self, steps, rows):
        """What the tokens of these steps tell (n, units): nothing where there is none."""
        total = np.zeros((len(rows), self.model.units), "float32")
        for k in steps:
            coarse, levels, gains = self.gains[k]
            cell = np.maximum(rows[:, coarse], 0) * levels + (np.maximum(rows[:, k], 0) if levels > 1 else 0)
            total += gains[cell] * (rows[:, k] != NOTHING)[:, None]
        return total

    def log_likelihood(self, entities):
        """Log-probability (n,) of the rows of entities and of their end, given their static tokens."""
        order, total = np.argsort(entities.lengths, kind="stable"), np.zeros(len(entities))
        for start in range(0, len(order), SLOTS):
            some = order[start : start + SLOTS]
            total[some] = self._scored(entities, np.resize(some, SLOTS))[: len(some)]
        return total

    def _scored(self, entities, chosen):
        of_each = [slots_of(entities.rows[entities.starts[e] : entities.starts[e + 1]]) for e in chosen]
        slots = np.full((max(map(len, of_each)), SLOTS, self.layout.told.width), NOTHING, "int32")
        for place, rows in enumerate(of_each):
            slots[: len(rows), place] = rows
        context, states, total = self.context(entities.static[chosen]), self.begin(), np.zeros(SLOTS)
        told, before = np.zeros_like(context), np.full_like(slots[0], NOTHING)
        for number, rows in enumerate(slots):
            hidden, states = self.read(told, context, np.full(SLOTS, number == 0), states)
            for k, step, state in self.steps_in(hidden, rows):
                there = has_token(k, step, rows)
                if there.any():
                    total += np.where(there, self._log_p(k, step, state, rows, before), 0)
            told, before = self.told(rows), rows
        return total

    def _log_p(self, k, step, state, rows, before):
        """Log-probability (n,) of the tokens of step k."""
        logits, keep = self.guess(k, state)
        new, old = logits[np.arange(len(rows)), rows[:, k]] - log_sum(logits), token_before(k, step, rows, before)
        kept = np.where(old == rows[:, k], log_expit(keep), -np.inf)
        return np.where(old == NOTHING, new, np.logaddexp(kept, log_expit(-keep) + new))


def has_token(k, step, rows):
    """Which of the rows have a token of step k: a fine one follows only a bin."""
    there = rows[:, k] != NOTHING
    return there & step.block.has_levels[np.maximum(rows[:, k - 1], 0)] if step.fine else there


def _gains(model):
    """For each step of a row the column of its coarse token, its levels, and what each cell tells (cells, units)."""
    gains = []
    for k, step in enumerate(steps_of(model.layout.told)):
        block = step.block
        levels = block.levels if step.fine else 1
        cells = np.indices((block.size, levels)).reshape(2, -1)
        rows = np.zeros((cells.shape[1], model.layout.told.width), "int32")
        rows[:, block.start] = cells[0]
        if step.fine:
            rows[:, k] = cells[1]
        gains.append((block.start, levels, array(model.inputs_of(rows, step=k))[:, 0]))
    return gains

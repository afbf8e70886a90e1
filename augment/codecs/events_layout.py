"""What the numbers in encoded event tables mean, and what is known of entities to generate."""

import math
from dataclasses import dataclass, field, replace

import numpy as np

from augment.codecs.layout import Layout

NOTHING = -1  # a token that a row does not have
GOES_ON, ENDS = 0, 1  # what the first token of a slot says: there is one more row, or there is none
SHORTEST, LONGEST = 32, 128  # slots of an encoded row at least, and at most


@dataclass(frozen=True)
class EventsLayout:
    """The form of encoded entities: `pack` makes of them an int32 array of shape (n, width).

    An entity takes a slot for each of its rows and one for its end. An encoded row holds a number that is 1 where it
    begins in the middle of an entity; then `n_entities` static parts, each the static tokens after a number that is 1
    where they are to be learned, here, and 0 elsewhere; then `length` slots. A slot is the number of its static part,
    -1 for a slot that is not used; a number that is 1 where the slot is to be learned and 0 where it is only to be
    read; and the tokens of its row, those of `row` and then those of `levels`. A token that there is not, as the rise
    of the time in the first row, is -1.

    Parameters
    ----------
    static : Layout or None
        The tokens of an entity as a whole, with the first values of `rising` columns; None where there is none.
    row : Layout
        The tokens of a row in the order in which they are drawn: whether there is a row, the rises of the time and of
        other columns that never fall, and the other columns.
    levels : tuple of Block
        Where the values of `rising` columns lie, which follows from the rises and is told; after the tokens of `row`.
    n_rises : int
        Number of tokens of all rises.
    rising : tuple of Rising
        The time and other columns that never fall within an entity.
    length, n_entities : int
        Slots and static parts in an encoded row.
    longest : int
        Rows of the longest fitted entity.
    n_samples : int
        Number of entities that the codec was fitted on.
    """

    modality = "events"

    static: Layout | None
    row: Layout
    levels: tuple
    n_rises: int
    rising: tuple
    length: int
    n_entities: int
    longest: int
    n_samples: int = field(kw_only=True)

    @property
    def static_width(self):
        """Number of static tokens."""
        return 0 if self.static is None else self.static.width

    @property
    def told(self):
        """Layout of all tokens of a row: those that are drawn, and those of the levels."""
        return replace(self.row, blocks=(*self.row.blocks, *self.levels))

    @property
    def slot_width(self):
        """Number of integers in a slot."""
        return 2 + self.told.width

    @property
    def width(self):
        """Length of an encoded row."""
        return 1 + self.n_entities * (1 + self.static_width) + self.length * self.slot_width


@dataclass(frozen=True)
class Entities:
    """Entities as tokens.

    Parameters
    ----------
    static : ndarray of int32 of shape (n, static_width)
        Their static tokens.
    rows : ndarray of int32 of shape (n_rows, told.width)
        The tokens of their rows, those of an entity together and in order.
    starts : ndarray of int of shape (n + 1,)
        The first row of each, and the number of rows.
    values : tuple of ndarray of shape (n_rows,)
        The values of `rising` columns as numbers.
    """

    static: np.ndarray
    rows: np.ndarray
    starts: np.ndarray
    values: tuple = ()

    def __len__(self):
        return len(self.static)

    @property
    def lengths(self):
        """Number of rows of each."""
        return np.diff(self.starts)


@dataclass(frozen=True)
class EventsCondition:
    """What is known of entities to generate.

    Parameters
    ----------
    begun : Entities
        Static tokens and first rows, maybe none, of each.
    first : tuple of ndarray of shape (n,)
        Of `rising` columns the value in the first row of each.
    most : ndarray of int of shape (n,)
        Rows of each at most, the first ones included.
    temperature : float, default=1
        Divides the logits: below 1 likely tokens become likelier.
    """

    begun: Entities
    first: tuple
    most: np.ndarray
    temperature: float = 1.0


def sizes(lengths):
    """Slots and static parts of an encoded row that suit entities with these numbers of rows.

    Examples
    --------
    >>> sizes(np.array([3, 5, 9]))
    (32, 6)
    """
    slots = lengths + 1
    length = int(np.clip(slots.max(), SHORTEST, LONGEST))
    return length, max(1, math.ceil(1.25 * length / np.minimum(slots, length).mean()))


def pack(entities, order, layout):
    """Encoded rows that hold these entities, end to end in this order; see `EventsLayout`.

    An entity of more slots than an encoded row has is cut: a part that begins in its middle has first half a row of the
    slots that come before, to be read only, so that each slot is learned once.

    Parameters
    ----------
    entities : Entities
        The entities.
    order : ndarray of int of shape (n,)
        Their order.
    layout : EventsLayout
        The form of the rows.

    Returns
    -------
    ndarray of int32 of shape (m, layout.width)
    """
    rows = []
    for entity in order:
        slots = slots_of(entities.rows[entities.starts[entity] : entities.starts[entity + 1]])
        for start, learned, stop in _parts(len(slots), layout.length):
            if not rows or not rows[-1].has_room(stop - start):
                rows.append(_Row(layout))
            rows[-1].add(entities.static[entity], slots[start:stop], learned - start, begins=start == 0)
    return np.array([row.array() for row in rows], "int32").reshape(len(rows), layout.width)


def slots_of(rows):
    """The tokens of an entity's rows (n_rows, told.width) and of its end, a slot each."""
    end = np.full((1, rows.shape[1]), NOTHING, "int32")
    end[0, 0] = ENDS
    return np.concatenate([rows, end])


def _parts(n_slots, length):
    """First slot, first one to be learned and end of each part of an entity."""
    yield 0, 0, min(n_slots, length)
    for learned in range(length, n_slots, length - length // 2):
        start = learned - length // 2
        yield start, learned, min(n_slots, start + length)


class _Row:
    """An encoded row that is being filled."""

    def __init__(self, layout):
        self.inside, self.n_parts, self.n_slots = 0, 0, 0
        self.parts = np.zeros((layout.n_entities, 1 + layout.static_width), "int32")
        self.slots = np.full((layout.length, layout.slot_width), NOTHING, "int32")
        self.slots[:, 1] = 0

    def has_room(self, n_slots):
        return self.n_parts < len(self.parts) and self.n_slots + n_slots <= len(self.slots)

    def add(self, static, slots, n_read, begins):
        """Add a part of an entity, the first `n_read` slots of which are only to be read."""
        if not self.n_slots:
            self.inside = int(not begins)
        self.parts[self.n_parts, 0], self.parts[self.n_parts, 1:] = begins, static
        into = self.slots[self.n_slots : self.n_slots + len(slots)]
        into[:, 0], into[:, 1], into[:, 2:] = self.n_parts, np.arange(len(slots)) >= n_read, slots
        self.n_parts, self.n_slots = self.n_parts + 1, self.n_slots + len(slots)

    def array(self):
        return np.concatenate([[self.inside], self.parts.ravel(), self.slots.ravel()])


def groups(packed):
    """The number of the group of each encoded row (m,): rows that hold parts of one entity are in one group."""
    return np.cumsum(packed[:, 0] == 0)


def in_a_row(blocks, start=0):
    """The blocks so that each begins where the one before ends."""
    placed = []
    for block in blocks:
        placed.append(replace(block, start=start))
        start += block.width
    return tuple(placed)

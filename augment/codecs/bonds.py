"""Which tokens of a SMILES may follow, by the bonds that its atoms can still have and by what is open in it.

A SMILES of which each next token may follow, its end too, is a molecule wherever its rings are written with single and
double bonds: what is left to a model is which of the molecules it is.
"""

import numpy as np

from augment.chemistry.beginnings import RING_NUMBER, is_atom
from augment.codecs.sequence_layout import BOUND

OTHER, ATOM, BOND, OPENS, CLOSES, RING, DOT = range(7)  # what tokens are
NOWHERE, AT_ATOM, IN_BRANCH, AFTER_BRANCH = range(4)  # where the next token stands
DEPTH, PENDING, PLACE, N_ATOMS, BEFORE = range(5)  # columns of the last array of a state
ORDERS = {"-": 1, "/": 1, "\\": 1, "=": 2, "#": 3, "$": 4}
SIGNS = {**dict.fromkeys(ORDERS, BOND), "(": OPENS, ")": CLOSES, ".": DOT}
DEEPEST = 334  # branches inside one another at most: each takes three tokens, and a molecule has at most 1,000


class Bonds:
    """The rules of SMILES for sequences of tokens, many of which are read at a time.

    An atom that would leave a ring open for good, since nothing after it could have one more bond, may not follow
    either, nor a branch inside 333 others. Where a sequence that was given breaks the rules, so that no token is left,
    all may follow.

    Parameters
    ----------
    vocabulary : sequence of str
        The tokens, the first of which has the number 1.
    n_tokens : int
        How many there are, with 0 and those that are no part of a SMILES, which never may follow.
    most : dict of str to int
        For each token that is an atom the bonds that it can have, a double one counted twice.

    Examples
    --------
    >>> bonds = Bonds(["(", ")", "1", "=", "C", "F"], 7, {"C": 4, "F": 1})
    >>> state = bonds.start(2)
    >>> for tokens in ([5, 5], [4, 6]):  # after C= and after CF, which is all there can be
    ...     bonds.read(np.array(tokens), state)
    >>> (~bonds.barred(state)).astype(int).tolist()
    [[0, 0, 0, 1, 0, 1, 0], [1, 0, 0, 0, 0, 0, 0]]
    """

    def __init__(self, vocabulary, n_tokens, most):
        rings = [token for token in vocabulary if RING_NUMBER.fullmatch(token)]
        self.kinds, self.most = np.zeros(n_tokens, "int64"), np.zeros(n_tokens, "int64")
        self.orders, self.rings = np.zeros(n_tokens, "int64"), np.zeros(n_tokens, "int64")
        for number, token in enumerate(vocabulary, start=1):
            if token in rings:
                self.kinds[number], self.rings[number] = RING, rings.index(token)
            else:
                self.kinds[number] = SIGNS.get(token, ATOM if token in most else OTHER)
            self.most[number], self.orders[number] = most.get(token, 0), ORDERS.get(token, 0)
        self.n_rings, self.best = len(rings), self.most.max(initial=0)
        self.numbers = {kind: np.flatnonzero(self.kinds == kind) for kind in range(OTHER, DOT + 1)}

    def start(self, n):
        """The state before n sequences, a list of arrays of n rows; zeros begin anew.

        Of the atoms that may still have bonds, the last one of each branch that is open, their numbers and how many
        bonds; of rings the numbers of the atoms where they opened, the order of the bond that was written there, and
        which were closed at the last atom; and what the constants `DEPTH` to `BEFORE` say.
        """
        of_rings = [np.zeros((n, self.n_rings), "int64") for _ in range(3)]
        return [*(np.zeros((n, DEEPEST), "int64") for _ in range(2)), *of_rings, np.zeros((n, BEFORE + 1), "int64")]

    def read(self, tokens, state):
        """Change the state to that after one more token (n,) of each sequence."""
        kinds = self.kinds[tokens]
        for kind, read in ((ATOM, self._atom), (RING, self._ring)):
            (rows,) = np.nonzero(kinds == kind)
            read(rows, tokens[rows], state)
        numbers, _, _, _, _, now = state
        rows = kinds == BOND
        now[rows, PENDING] = self.orders[tokens[rows]]
        rows = kinds == OPENS
        now[rows, DEPTH] = np.minimum(now[rows, DEPTH] + 1, DEEPEST - 1)
        now[rows, PLACE] = IN_BRANCH
        rows = kinds == CLOSES
        now[rows, DEPTH] = np.maximum(now[rows, DEPTH] - 1, 0)
        now[rows, PLACE], now[rows, PENDING] = AFTER_BRANCH, 0
        rows = kinds == DOT
        now[rows, PLACE], numbers[rows] = NOWHERE, 0

    def _atom(self, rows, tokens, state):
        numbers, free, _, _, partners, now = state
        depth, of = now[rows, DEPTH], self._attached(now[rows])
        bond = np.maximum(now[rows, PENDING], 1) * (numbers[rows, of] > 0)
        free[rows, of] -= bond
        now[rows, BEFORE], now[rows, PENDING], now[rows, PLACE] = numbers[rows, of], 0, AT_ATOM
        now[rows, N_ATOMS] += 1
        numbers[rows, depth], free[rows, depth] = now[rows, N_ATOMS], self.most[tokens] - bond
        partners[rows] = 0

    def _ring(self, rows, tokens, state):
        numbers, free, opened, orders, partners, now = state
        which, depth, pending = self.rings[tokens], now[rows, DEPTH], now[rows, PENDING]
        there = opened[rows, which]
        free[rows, depth] -= np.maximum(np.maximum(pending, orders[rows, which] * (there > 0)), 1)
        partners[rows, which] = there
        opened[rows, which], orders[rows, which] = np.where(there > 0, 0, numbers[rows, depth]), pending
        now[rows, PENDING] = 0

    @staticmethod
    def _attached(now):
        """Which atom (n,) the next one is bound to: the last of its branch, or of the one around it."""
        return np.maximum(now[:, DEPTH] - (now[:, PLACE] == IN_BRANCH), 0)

    def barred(self, state):
        """Which tokens may not follow (n, n_tokens)."""
        numbers, free, opened, _, _, now = state
        every, of, place = np.arange(len(now)), self._attached(now), now[:, PLACE]
        left, there = free[every, of], numbers[every, of] > 0
        need = np.maximum(now[:, PENDING], 1) * there
        within = np.arange(of.max(initial=0) + 1) <= of[:, None]
        path = (free[:, : within.shape[1]] * within).sum(axis=1)
        around = np.where(place == IN_BRANCH, path - need, path - left)  # what is left once an atom follows
        is_open, complete = (opened > 0).any(axis=1), np.isin(place, (AT_ATOM, AFTER_BRANCH)) & (now[:, PENDING] == 0)
        bars = np.ones((len(now), len(self.kinds)), bool)
        whole = complete & ~is_open & (now[:, DEPTH] == 0)
        bars[:, BOUND] = ~whole
        bars[:, self.numbers[DOT]] = ~whole[:, None]

        def allow(kind, allowed):
            bars[:, self.numbers[kind]] = ~allowed

        def goes_on(bond):  # an atom can follow by such a bond, and a ring that is open be closed after it
            return (left[:, None] >= bond) & (self.best >= bond) & self._can_close(around, self.best - bond, is_open)

        most = self.most[self.numbers[ATOM]]
        fits = (left >= need)[:, None] & (most >= need[:, None])
        allow(ATOM, (fits | ~there[:, None]) & self._can_close(around, most - need[:, None], is_open))
        may_bond = there & (place != NOWHERE) & (now[:, PENDING] == 0)
        allow(BOND, may_bond[:, None] & goes_on(self.orders[self.numbers[BOND]]))
        of_branch = self._can_close(path - 1, self.best - 1, is_open)
        allow(OPENS, (complete & (left >= 1) & (now[:, DEPTH] < DEEPEST - 1))[:, None] & of_branch)
        allow(CLOSES, (complete & (now[:, DEPTH] > 0))[:, None] & self._can_close(path, -left[:, None], is_open))
        allow(RING, self._rings_allowed(state, left, path)[:, self.rings[self.numbers[RING]]])
        return bars & ~bars.all(axis=1, keepdims=True)

    @staticmethod
    def _can_close(path, more, is_open):
        """Whether a ring could still be closed (n, k) where atoms have so many bonds left, or none is open."""
        return (path[:, None] + more >= 1) | ~is_open[:, None]

    def _rings_allowed(self, state, left, path):
        """Which numbers of rings may follow (n, n_rings): none that would bind an atom to itself or another twice."""
        numbers, _, opened, orders, partners, now = state
        pending, last = now[:, PENDING, None], numbers[np.arange(len(now)), now[:, DEPTH]]
        order = np.maximum(np.where(opened > 0, orders, pending), 1)
        others = ((opened > 0).sum(axis=1, keepdims=True) - (opened > 0)) > 0
        fits = (now[:, PLACE, None] == AT_ATOM) & (left[:, None] >= order)
        fits &= (path[:, None] - order >= 1) | ~((opened == 0) | others)
        bound = (opened == last[:, None]) | (opened == now[:, BEFORE, None])
        bound |= (opened[:, :, None] == partners[:, None, :]).any(axis=2)
        agrees = (pending == 0) | (pending == order)
        return fits & ((opened == 0) | (~bound & agrees))


def has_other_signs(tokens):
    """Whether some tokens of a SMILES are of no kind that `Bonds` knows, as dative bonds are.

    Examples
    --------
    >>> has_other_signs(["C", "=", "O"]), has_other_signs(["N", "-", ">", "[Pt]"])
    (False, True)
    """
    return not all(token in SIGNS or is_atom(token) or RING_NUMBER.fullmatch(token) for token in set(tokens))

"""Any-order generation: columns filled one after another, from noise and from what is known."""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from keras import ops
from threadpoolctl import threadpool_limits

from augment.models.drawing import Drawing, inverse_cumulative
from augment.models.plain_trunk import PlainTrunk

CHUNK_ROWS = 8192  # rows that pass the network together
ORDERS = 16  # orders of the columns in a chunk: the small errors of single orders do not add up
CANDIDATES = 16  # draws of each row to choose from where several columns are restricted


class Sampler:
    """Fills rows with a trained `AutoregressiveModel`; made anew for each call, since it holds copies of the weights.

    Each chunk of rows falls into groups with a random order of the columns each; which, a row's place decides, so that
    it does not matter how many rows are drawn with it. Rows that agree in all that is known share one pass of the
    network. Columns that often coincide with several others (`Layout.tied`) are drawn once more in the end, each given
    all the others, as a Gibbs sampler does: their first draw knew only those before.

    Parameters
    ----------
    model : AutoregressiveModel
        The trained network.
    """

    def __init__(self, model):
        self.model, self.layout = model, model.layout
        self.trunk, self.drawing = PlainTrunk(model.trunk), Drawing(model.heads)
        self.gains = model.embedding.gains()

    def in_chunks(self, function, n):
        """The results of `function` (rows, number of the chunk) for chunks of n rows, side by side in threads."""
        chunks = [slice(start, start + CHUNK_ROWS) for start in range(0, n, CHUNK_ROWS)]
        # each thread has a core: more threads of the linear algebra would wait for each other
        with threadpool_limits(1, "blas"), ThreadPoolExecutor(os.cpu_count()) as pool:
            return list(pool.map(function, chunks, range(len(chunks))))

    def fill(self, noise, condition, number):
        """Generate a chunk of rows.

        Parameters
        ----------
        noise : ndarray of shape (n, draws, 2)
            Uniform noise.
        condition : Condition or None
            What is known of the rows.
        number : int
            How many chunks came before.

        Returns
        -------
        ndarray of int32 of shape (n, layout.width)
            Encoded rows.
        """
        x, known, allowed = self._start(len(noise), condition)
        if len(allowed) > 1:
            x, known = self._restrict(x, known, allowed, noise)
        by_group, groups = _groups(len(x))
        x, known, noise = x[by_group], known[by_group], noise[by_group]
        orders = [_order(number * ORDERS + k, known[rows], allowed) for k, rows in enumerate(groups)]
        drawn, state = ~known, _State(self, x, known, groups)
        self._in_turn(state, groups, orders, dict(enumerate(noise.swapaxes(0, 1))), allowed)
        again = dict(zip(self.layout.tied, noise[:, len(self.layout.blocks) + 1 :].swapaxes(0, 1), strict=True))
        orders = [[i for i in order if i in again] for order in orders]
        self._in_turn(state, groups, orders, again, allowed, forgotten=drawn)
        return x[np.argsort(by_group)]

    def _in_turn(self, state, groups, orders, noise, allowed, forgotten=None):
        """Fill the blocks of each group in its order by `noise`, a dict, after what is `forgotten` (n, n_blocks)."""
        for step in range(max(map(len, orders))):
            turns = [(rows, order[step]) for rows, order in zip(groups, orders, strict=True) if step < len(order)]
            if forgotten is not None:
                for rows, i in turns:
                    state.forget(i, state.places[rows][forgotten[rows, i]])
            hidden = state.hidden()
            for rows, i in turns:
                state.fill(i, rows, hidden, noise[i], allowed.get(i))

    def log_likelihood(self, x, unknown):
        """Log-probability (n,) of encoded rows without the blocks `unknown`, by the chain rule."""
        blank, known = x.copy(), np.zeros((len(x), len(self.layout.blocks)), bool)
        rows, total = slice(0, len(x)), np.zeros(len(x))
        state = _State(self, np.zeros_like(x), known, [rows])
        state.x = blank
        for i in _order(0, known, {}):
            if i not in unknown:
                total += self.drawing.log_likelihood(state.hidden(), i, x, known)
                state.learn(i, rows)
        return total

    def log_conditional(self, x, block):
        """Log-probabilities (n, size) of the coarse tokens of a block, given all other cells of encoded rows."""
        known = np.ones((len(x), len(self.layout.blocks)), bool)
        known[:, block] = False
        first = ops.convert_to_numpy(self.model.embedding(x, known))
        return self.drawing.log_probabilities(self.trunk(first), block, x, known)

    def _start(self, n, condition):
        x, known = np.zeros((n, self.layout.width), "int32"), np.zeros((n, len(self.layout.blocks)), bool)
        if condition is None:
            return x, known, {}
        for i, block in enumerate(self.layout.blocks):
            x[:, block.start : block.start + block.width] = condition.tokens[:, i, : block.width]
        return x, condition.known.copy(), condition.allowed

    def _restrict(self, x, known, allowed, noise):
        """Fill the restricted columns by importance resampling.

        One after another they are drawn from what is allowed, which is right for the first but not for all together; of
        several candidates one is taken with the probability that its restrictions had.
        """
        n = len(x)
        x, known = np.repeat(x, CANDIDATES, axis=0), np.repeat(known, CANDIDATES, axis=0)
        shift = np.tile(np.arange(CANDIDATES, dtype="float32") / CANDIDATES, n)[:, None, None]
        many = (np.repeat(noise, CANDIDATES, axis=0) + shift) % 1
        weight = np.zeros(len(x))
        rows = slice(0, len(x))
        state = _State(self, x, known, [rows])
        for i in allowed:
            weight += state.fill(i, rows, state.hidden(), many[:, i], allowed[i])
        choice = noise[:, len(self.layout.blocks), 0]
        chosen = inverse_cumulative(weight.reshape(n, CANDIDATES), choice) + np.arange(n) * CANDIDATES
        return x[chosen], known[chosen]


class _State:
    """Rows on their way: their tokens, which are known, and the first layer's output, which follows by differences.

    Rows of a group, a slice of them, that agree in all that is known share one pass of the network: that of their
    representative.
    """

    def __init__(self, sampler, x, known, groups):
        self.sampler, self.x, self.known = sampler, x, known
        self.blocks, self.places = sampler.layout.blocks, np.arange(len(x))
        self.representative, self.shared = np.empty(len(x), int), np.ones(len(x), bool)
        for rows in groups:
            cells = np.concatenate([x[rows], known[rows]], axis=1)
            _, one, place = np.unique(cells, axis=0, return_index=True, return_inverse=True)
            self.representative[rows] = self.places[rows][one[place.ravel()]]
        distinct, place = self._distinct()
        self.first = ops.convert_to_numpy(sampler.model.embedding(x[distinct], known[distinct]))[place]

    def _distinct(self):
        """Which rows are representatives, and for each row the place of its own among them."""
        distinct = self.representative == self.places
        return distinct, (np.cumsum(distinct) - 1)[self.representative]

    def hidden(self):
        """Hidden vectors (n, width) of all rows."""
        distinct, place = self._distinct()
        if distinct.mean() > 0.8:
            return self.sampler.trunk(self.first)
        return self.sampler.trunk(self.first[distinct])[place]

    def fill(self, i, rows, hidden, noise, allowed):
        """Draw block `i` of those `rows` that do not know it; log of the probability that what is allowed had.

        `noise` (n, 2) is that of all rows for this block.
        """
        unknown = ~self.known[rows, i]
        mass = np.zeros(len(unknown))
        if unknown.any():
            index = rows if unknown.all() else self.places[rows][unknown]
            x = self.x[index]
            mass[unknown] = self.sampler.drawing.draw(hidden[index], i, x, self.known[index], noise[index], allowed)
            self.x[index] = x
            self.learn(i, index)
        return mass

    def learn(self, i, index):
        """Take block `i` of the rows `index`, a slice or numbers, as known."""
        cell = self._cell(i, index)
        self.known[index, i] = True
        self.first[index] += self.sampler.gains[i][cell]
        self._split(self.places[index], cell)

    def forget(self, i, index):
        """Take block `i` of the rows `index`, which know it, as unknown, and what it copied or gave as no copy.

        Where two copies or more hang on the block it stays: without it they would be equal no longer.
        """
        flags = [flag for _, flag, *_ in self.sampler.drawing.copies[i]]
        loose = (self.x[index][:, flags] > 0).sum(axis=1) < 2
        self._split(index, loose.astype(int))
        index = index[loose]
        self.known[index, i] = False
        self.first[index] -= self.sampler.gains[i][self._cell(i, index)]
        self.x[np.ix_(index, flags)] = 0

    def _cell(self, i, index):
        """Row of `gains` of each value of block `i`."""
        block = self.blocks[i]
        cell = self.x[index, block.start] * max(block.levels, 1)
        return cell + self.x[index, block.start + 1] if block.levels else cell

    def _split(self, index, cell):
        """Tell apart, by the `cell` they learned, rows that share a representative; a row that is alone stays so."""
        together = self.shared[index]
        index, cell = index[together], cell[together]
        if len(index):
            key = self.representative[index] * (cell.max() + 1) + cell
            _, one, place, count = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
            self.representative[index] = index[one[place]]
            self.shared[index] = count[place] > 1


def _groups(n):
    """How to sort n rows by group, and each group's slice of the sorted rows."""
    sizes = [len(range(k, n, ORDERS)) for k in range(min(ORDERS, n))]
    ends = np.cumsum(sizes)
    groups = [slice(int(end) - size, int(end)) for size, end in zip(sizes, ends, strict=True)]
    return np.argsort(np.arange(n) % ORDERS, kind="stable"), groups


def _order(number, known, allowed):
    """The order of the columns in a group of rows: restricted ones first, then the others at random."""
    order = np.random.default_rng(number).permutation(known.shape[1])
    order = [int(i) for i in order if not known[:, i].all()]
    return [*(i for i in order if i in allowed), *(i for i in order if i not in allowed)]

"""A vector layout's blocks as guesses: logits of every category and of the bins of every number."""

from itertools import groupby

import numpy as np
from keras import ops
from scipy.special import ndtri

from augment.models.drawing import inverse_cumulative

BINS = 64  # of equal probability in the training rows, for each number


class VectorHeads:
    """What a network's output says of a row: a softmax for each block.

    A one-hot takes as many logits as it has places. A number takes `bins`: its distribution is a histogram over its
    rank, the standard normal's distribution function of it, and even inside a bin.

    Parameters
    ----------
    layout : VectorLayout
        The form of encoded rows.
    bins : int, default=64
        Bins of a number.

    Attributes
    ----------
    size : int
        Number of logits in all.
    sources : ndarray of int of shape (size,)
        The float of a row that each logit is about.
    is_number : ndarray of bool of shape (size,)
        Which logits are bins of numbers.
    """

    def __init__(self, layout, bins=BINS):
        self.layout, self.bins = layout, bins
        sizes = [bins if block.kind == "number" else block.width for block in layout.blocks]
        ends = np.cumsum(sizes).tolist()
        self.slices = [slice(end - size, end) for end, size in zip(ends, sizes, strict=True)]
        self.size = int(sum(sizes))
        self._runs = _runs(sizes)
        self.sources, self._present = self._find_sources()
        self.is_number = np.repeat([block.kind == "number" for block in layout.blocks], sizes)
        self._scale = np.where(self.is_number, np.log(bins), 0).astype("float32")
        self._is_score = np.zeros(layout.width, bool)
        self._is_score[self.sources[self.is_number]] = True
        self._bin = np.where(self.is_number, np.concatenate([np.arange(size) for size in sizes]), 0).astype("float32")

    def _find_sources(self):
        """For each logit the float of a row that it is about, and the float that says if its number is there, or -1."""
        source, present = np.zeros(self.size, "int32"), np.full(self.size, -1, "int32")
        plain = {block.column: block.start for block in self.layout.blocks if block.kind == "one_hot"}
        for block, places in zip(self.layout.blocks, self.slices, strict=True):
            source[places] = block.start + (np.arange(block.width) if block.kind == "one_hot" else 0)
            if block.kind == "number":
                present[places] = plain.get(block.column, -1)
        return source, present

    def log_probabilities(self, logits):
        """Logs of the probabilities (n, size) of all categories and bins."""
        return self._by_block(logits, ops.log_softmax)

    def largest(self, values):
        """A 1 (n, size) at the largest value of each block."""
        values = ops.convert_to_tensor(values, "float32")
        top = self._by_block(values, lambda block, axis: ops.max(block, axis=axis, keepdims=True) + 0 * block)
        return ops.cast(values >= top, "float32")

    def _by_block(self, values, function):
        """What a function of one block's values, along the axis -1, makes of each block of the values (n, size).

        Blocks of one size stand together meanwhile. They are split off and joined, not gathered: the gradient of a
        gather costs TensorFlow more than the softmax.
        """
        n = ops.shape(values)[0]
        runs = _split(values, [size * count for size, count in self._runs])
        for size in {size for size, _ in self._runs}:
            mine = [i for i, (other, _) in enumerate(self._runs) if other == size]
            widths = [size * self._runs[i][1] for i in mine]
            together = ops.reshape(ops.concatenate([runs[i] for i in mine], axis=1), (n, sum(widths) // size, size))
            done = ops.reshape(function(together, axis=-1), (n, sum(widths)))
            for i, part in zip(mine, _split(done, widths), strict=True):
                runs[i] = part
        return ops.concatenate(runs, axis=1)

    def targets(self, x):
        """A 1 (n, size) at each category and bin of the rows x; none in the bins of a number that is not there."""
        x = ops.convert_to_tensor(x, "float32")
        bins = ops.clip(ops.floor(0.5 * (1 + ops.erf(x / 2**0.5)) * self.bins), 0, self.bins - 1)
        values = _columns(ops.where(self._is_score, bins, x), self.sources)
        here = ops.where(self.is_number, ops.cast(ops.equal(values, self._bin), "float32"), values)
        if (self._present < 0).all():
            return here
        return here * ops.where(self._present >= 0, _columns(x, np.maximum(self._present, 0)), 1.0)

    def log_densities(self, logits):
        """As `log_probabilities`, but for a number's bins the log of the density of the rank."""
        return ops.add(self.log_probabilities(logits), self._scale)

    def log_likelihood(self, logits, x):
        """Log-likelihood of the rows (n,); that of a number is the density of its rank."""
        return ops.sum(self.targets(x) * self.log_densities(logits), axis=1)

    def draw(self, logits, uniform):
        """Rows (n, layout.width), an array, from logits (n, size) and uniform noise (n, n_blocks)."""
        x = np.zeros((len(logits), self.layout.width), "float32")
        rows = np.arange(len(x))
        for number, (block, places) in enumerate(zip(self.layout.blocks, self.slices, strict=True)):
            if block.kind == "number":
                x[:, block.start] = self._number(logits[:, places], uniform[:, number])
            else:
                x[rows, block.start + inverse_cumulative(logits[:, places], uniform[:, number])] = 1
        return x

    def _number(self, logits, uniform):
        """Normal scores (n,) by the inverse of the histogram's distribution function."""
        shares = np.exp(logits - logits.max(axis=1, keepdims=True))
        upper = np.cumsum(shares, axis=1)
        goal = uniform * upper[:, -1]
        place = np.minimum((upper <= goal[:, None]).sum(axis=1), self.bins - 1)
        rows = np.arange(len(logits))
        inside = 1 - (upper[rows, place] - goal) / np.maximum(shares[rows, place], 1e-30)
        return ndtri(np.clip((place + np.clip(inside, 0, 1)) / self.bins, 1e-6, 1 - 1e-6))


def _runs(sizes):
    """Neighbouring blocks of one size: pairs of that size and their number."""
    return [(size, len(list(members))) for size, members in groupby(sizes)]


def _split(values, sizes):
    """A list of the parts of the values (n, sum of the sizes), of these sizes."""
    ends = np.cumsum(sizes[:-1]).tolist()
    return list(ops.split(values, ends, axis=1)) if ends else [values]


def _columns(values, places):
    """The columns of the values (n, k) at `places`; along the first axis TensorFlow gathers three times as fast."""
    return ops.transpose(ops.take(ops.transpose(values), places, axis=0))

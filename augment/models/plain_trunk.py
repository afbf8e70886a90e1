"""The trained trunk in plain arrays: what it makes of some rows, from any thread and on any backend."""

import numpy as np
from keras import ops

ROWS = 512  # rows that pass together: what they need stays in the processor's cache
LEAST_ROWS = 16  # fewer are filled up: the linear algebra rounds single rows in another way


class PlainTrunk:
    """A trained `Trunk` as arrays, without its dropout.

    Sampling asks for few rows at a time from several threads, where a compiled function is compiled anew for each new
    number of rows, and on JAX gives its weights away while another thread still reads them. The scale and the shift of
    each normalization inside a block are part of the matrix product that follows.

    Parameters
    ----------
    trunk : Trunk
        The trained trunk.
    """

    def __init__(self, trunk):
        self.epsilon = trunk.norm.epsilon
        self.gamma, self.beta = array(trunk.norm.gamma), array(trunk.norm.beta)
        self.blocks = []
        for block in trunk.blocks:
            gamma, beta = array(block.norm.gamma), array(block.norm.beta)
            up, shift = array(block.up.kernel), array(block.up.bias)
            down = array(block.down.kernel), array(block.down.bias)
            self.blocks.append((gamma[:, None] * up, beta @ up + shift, *down))

    def __call__(self, first):
        """Hidden vectors (n, width) from what the first layer gives (n, width)."""
        n = len(first)
        hidden = np.zeros((max(n, LEAST_ROWS), first.shape[1]), "float32")
        hidden[:n] = first
        wide = 2 * first.shape[1]
        work = [np.empty((min(len(hidden), ROWS), size), "float32") for size in (first.shape[1], wide, wide)]
        for start in range(0, len(hidden), ROWS):
            part = hidden[start : start + ROWS]
            self._pass(part, *(room[: len(part)] for room in work))
        return hidden[:n]

    def _pass(self, hidden, narrow, wide, other):
        """Change `hidden` in place.

        The other arrays are room to work in: in some processes the memory of new ones is asked of the system each time,
        which takes longer than the arithmetic.
        """
        for up, up_bias, down, down_bias in self.blocks:
            np.matmul(self._normalized(hidden, narrow), up, out=wide)
            wide += up_bias
            np.matmul(silu(wide, other), down, out=narrow)
            narrow += down_bias
            hidden += narrow
        np.multiply(self._normalized(hidden, narrow), self.gamma, out=hidden)
        hidden += self.beta

    def _normalized(self, hidden, out):
        np.subtract(hidden, hidden.mean(axis=1, keepdims=True), out=out)
        variance = np.einsum("nw,nw->n", out, out) / hidden.shape[1]
        out *= (1 / np.sqrt(variance + self.epsilon))[:, None]
        return out


def silu(x, out=None):
    """x / (1 + exp(-x)), written into `out` where that is given."""
    with np.errstate(over="ignore"):
        out = np.exp(np.negative(x, out=out), out=out)
    out += 1
    return np.divide(x, out, out=out)


def array(tensor):
    """A tensor of any backend as an array."""
    return np.array(ops.convert_to_numpy(tensor))

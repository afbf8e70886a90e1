"""Sums over the tokens of a sequence so far, which a network is told, for it takes long to learn to count."""

import numpy as np
from keras import ops

from augment.codecs.sequence_layout import BOUND


def sums_of_rows(tokens, layout):
    """What is told of the sums at each token of rows.

    Parameters
    ----------
    tokens : tensor of int of shape (n, length)
        Rows, in which a 0 begins a sequence.
    layout : SequenceLayout
        Its `sums` say what each token adds.

    Returns
    -------
    tensor of shape (n, length, n_sums)

    Examples
    --------
    >>> from augment.codecs.sequence_layout import SequenceLayout
    >>> layout = SequenceLayout(3, 4, (), n_samples=1, sums=np.array([[0], [1], [-0.5]]))
    >>> ops.convert_to_numpy(sums_of_rows(np.array([[0, 1, 1, 2, 0, 2]]), layout))[..., 0].tolist()
    [[0.0, 1.0, 2.0, 1.5, 0.0, -0.5]]
    """
    added = ops.take(ops.convert_to_tensor(layout.sums.astype("float32")), tokens, axis=0)
    sequence = ops.cumsum(ops.cast(ops.equal(tokens, BOUND), "int32"), axis=1)
    same = ops.cast(ops.equal(sequence[:, :, None], sequence[:, None, :]), "float32")
    before = np.tri(tokens.shape[1], dtype="float32")
    return told(ops.matmul(same * before, added), layout, ops)


def told(sums, layout, library=np):
    """What is told of sums (..., n_sums): of the first `n_parities` whether they are odd, of the others themselves."""
    odd, others = sums[..., : layout.n_parities], sums[..., layout.n_parities :]
    return library.concatenate([library.mod(odd, 2), others], axis=-1)
